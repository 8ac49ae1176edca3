//! A PostgreSQL server of a test's own: in a temporary folder, on a Unix socket, gone when the test's process is.
//!
//! Debian's `postgresql` package keeps the programs below `/usr/lib/postgresql`; the cluster that it makes for the
//! machine is not touched and need not run. PostgreSQL refuses to run as root: then it runs as `postgres`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    /// While it is open the server runs; it closes with the process, however that ends.
    open: Option<ChildStdin>,
    guard: Child,
}

/// Makes and starts the server, says so, and takes it away once nobody holds the other end of its input.
const GUARD: &str = r#"
cd "$folder"
{ "$programs/initdb" -D data -A trust -U tandem -E UTF8 --locale=C --no-sync &&
  printf "listen_addresses = ''\nunix_socket_directories = '%s'\nmax_connections = 300\n" "$folder" >> data/postgresql.conf &&
  "$programs/pg_ctl" -D data -l log -w start; } > made 2>&1 </dev/null && echo started || cat made
exec >/dev/null
read -r _
"$programs/pg_ctl" -D data -m immediate stop
rm -rf "$folder"
"#;

impl Cluster {
    /// Starts one.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub fn start() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // A socket's path has at most 107 bytes, so the folder is directly below the temporary one.
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("tandem-pg-{}-{number}", std::process::id()));
        std::fs::create_dir(&folder).expect("make the cluster's folder");
        let programs = installed();
        if is_root() {
            run(Command::new("chown").arg("postgres:").arg(&folder));
        }
        let mut guard = as_postgres("sh")
            .args(["-c", GUARD])
            .env("folder", &folder)
            .env("programs", &programs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("start a shell");
        let open = guard.stdin.take();
        let mut said = String::new();
        guard.stdout.take().expect("piped").read_to_string(&mut said).expect("read the shell");
        assert_eq!(said.trim(), "started", "PostgreSQL did not start");
        Self { folder, programs, open, guard }
    }

    /// Makes a new, empty database and gives its URL.
    pub fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let socket = self.folder.to_str().expect("a plain path");
        run(as_postgres(self.programs.join("createdb")).args(["-h", socket, "-U", "tandem", &name]));
        format!("postgres://tandem@localhost/{name}?host={socket}")
    }

    /// Ends the server as a crash does: nothing is written that was not yet.
    pub fn crash(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    /// Starts it again; it recovers from its log.
    pub fn start_again(&self) {
        self.control(&["-l", "log", "-w", "start"]);
    }

    /// Stops every process of the server where it is, as a machine that has stalled: it takes connections and says
    /// nothing.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("a running server");
        let postmaster = pid.lines().next().expect("a process id").trim();
        // Each connection is a child; its main process goes first, so that none is born in between.
        let _ = as_postgres("kill").args(["-s", name, postmaster]).status();
        let children = Command::new("pgrep").args(["-P", postmaster]).output().expect("run pgrep");
        for child in String::from_utf8_lossy(&children.stdout).split_whitespace() {
            // One that has just ended is no fault.
            let _ = as_postgres("kill").args(["-s", name, child]).status();
        }
    }

    fn control(&self, arguments: &[&str]) {
        let mut command = as_postgres(self.programs.join("pg_ctl"));
        run(command.current_dir(&self.folder).args(["-D", "data"]).args(arguments));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A frozen server does not stop; the file is gone where it was stopped already.
        if self.folder.join("data/postmaster.pid").exists() {
            self.thaw();
        }
        drop(self.open.take());
        let _ = self.guard.wait();
    }
}

/// Debian's folder of the newest version.
fn installed() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("the package postgresql is installed");
    let newest = versions
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .max()
        .expect("a version of PostgreSQL");
    Path::new("/usr/lib/postgresql").join(newest.to_string()).join("bin")
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("run id");
    output.stdout.trim_ascii() == b"0"
}

fn as_postgres(program: impl AsRef<std::ffi::OsStr>) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "postgres", "--regid", "postgres", "--init-groups"]).arg(program);
    // Where the tests run need not be a folder that it may read.
    command.current_dir("/");
    command
}

fn run(command: &mut Command) {
    // Not `output()`: a server that is started would keep the pipes open.
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(ended.expect("run a program").success(), "{command:?}");
}
