//! A real `tandem serve` in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::api::Api;

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// The ready line.
    pub ready: Value,
    folder: TempDir,
    arguments: Vec<String>,
}

/// A binary of this workspace, built beside the running test.
pub fn binary(name: &str) -> PathBuf {
    let folder = std::env::var_os("TANDEM_BIN_DIR").map(PathBuf::from).unwrap_or_else(|| {
        let test = std::env::current_exe().expect("the running test has a path");
        // target/debug/deps/test-hash → target/debug
        test.ancestors().nth(2).expect("a target directory").to_owned()
    });
    let path = folder.join(name);
    assert!(path.exists(), "{} is not built: cargo build --workspace --bins", path.display());
    path
}

impl Server {
    /// A sandbox on free ports, its data, recordings and operator's file in a fresh folder.
    pub fn sandbox() -> Self {
        Self::start_in(TempDir::new().expect("a temporary folder"), &["--sandbox"])
    }

    /// A sandbox with further arguments of `serve`.
    pub fn sandbox_with(arguments: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self::start_in(folder, &[&["--sandbox"], arguments].concat())
    }

    /// A sandbox that logs at this level (as `RUST_LOG` has it) into a file.
    pub fn sandbox_logging(level: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self::start(folder, &["--sandbox"], Some(level))
    }

    /// A server as it is when it is installed: no sandbox, nothing set up.
    pub fn fresh() -> Self {
        Self::start_in(TempDir::new().expect("a temporary folder"), &[])
    }

    /// The API with the key that the command line on this machine uses.
    pub fn operator(&self) -> Api {
        let file = std::fs::read(self.folder.path().join("runtime").join("server.json"));
        let file: Value = serde_json::from_slice(&file.expect("the operator's file")).expect("JSON");
        Api::with_key(self.http(), file["key"].as_str().expect("a key"))
    }

    /// What was logged so far.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.folder.path().join("log")).expect("a server that logs into a file");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn start_in(folder: TempDir, arguments: &[&str]) -> Self {
        Self::start(folder, arguments, None)
    }

    fn start(folder: TempDir, arguments: &[&str], log: Option<&str>) -> Self {
        let path = folder.path();
        let recordings = path.join("heard");
        let mut command = Command::new(binary("tandem"));
        command
            .args(["serve", "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--data"])
            .arg(path.join("data"))
            .args(arguments)
            .env("TANDEM_RUNTIME", path.join("runtime"))
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".into()))
            .stdout(Stdio::piped());
        if let Some(level) = log {
            let file = std::fs::File::create(path.join("log")).expect("a log file");
            command.env("RUST_LOG", level).env("NO_COLOR", "1").stderr(file);
        }
        if arguments.contains(&"--sandbox") {
            command.arg("--sandbox-recordings").arg(recordings);
        }
        let mut child = command.spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a ready line");
        let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a ready line: {line:?}"));
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Self { child, ready, folder, arguments }
    }

    /// Kills the server at once (`kill -9`) and starts another on the same data.
    pub fn crash_and_restart(mut self) -> Self {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
        let folder = std::mem::replace(&mut self.folder, TempDir::new().expect("a temporary folder"));
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        Self::start_in(folder, &arguments)
    }

    /// Asks the server to end and answers its exit code.
    pub fn terminate(&mut self, patience: Duration) -> Option<i32> {
        let id = i32::try_from(self.child.id()).expect("a process id");
        // SAFETY: kill(2) has no memory effects; the process is ours and not reaped yet.
        unsafe { libc::kill(id, libc::SIGTERM) };
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("waited for") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// Of the running process.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Base URL.
    pub fn http(&self) -> &str {
        self.ready["http"].as_str().expect("an address")
    }

    /// `127.0.0.1:PORT` of SIP.
    pub fn sip(&self) -> &str {
        self.ready["sip"].as_str().expect("an address").trim_start_matches("udp:")
    }

    /// The API with the sandbox's key.
    pub fn api(&self) -> Api {
        Api::with_key(self.http(), self.ready["sandbox"]["keys"]["api"].as_str().expect("a key"))
    }

    /// The API as a signed-in person of the sandbox (`supervisor`, `supervisor_2`, `admin`, `agent`).
    pub async fn signed_in(&self, who: &str) -> Api {
        let user = &self.ready["sandbox"]["users"][who];
        let text =
            |field: &str| user[field].as_str().unwrap_or_else(|| panic!("no {field} of {who}")).to_owned();
        Api::sign_in(self.http(), &text("email"), &text("password")).await
    }

    /// Runs the command line against this server.
    pub fn tandem(&self, arguments: &[&str]) -> std::process::Output {
        Command::new(binary("tandem"))
            .args(arguments)
            .env("TANDEM_RUNTIME", self.folder.path().join("runtime"))
            .env_remove("TANDEM_KEY")
            .env_remove("TANDEM_URL")
            .output()
            .expect("the command line runs")
    }

    /// Where the server keeps its data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the sandbox's customer with this number heard (left) and said (right); the newest file.
    pub fn heard_by(&self, number: &str) -> PathBuf {
        newest_recording(&self.folder.path().join("heard"), number)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The newest file that the sandbox wrote into this folder of what its customer with this number heard and said.
pub fn newest_recording(folder: &Path, number: &str) -> PathBuf {
    let digits = number.trim_start_matches('+');
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .filter(|file| file.file_name().to_string_lossy().starts_with(digits))
        .max_by_key(|file| file.metadata().and_then(|m| m.modified()).ok())
        .map(|file| file.path())
        .unwrap_or_else(|| panic!("no recording of the customer {digits} in {}", folder.display()))
}
