//! A screen and a sound card of the test's own: Xvfb, and PulseAudio with a loudspeaker and a microphone.

#![allow(dead_code, reason = "each test uses its part")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A desk without furniture; cleared when dropped.
#[derive(Debug)]
pub struct Screen {
    folder: TempDir,
    display: String,
    servers: Vec<Child>,
}

impl Screen {
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut xvfb = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is installed");
        let mut number = String::new();
        BufReader::new(xvfb.stdout.take().expect("piped")).read_line(&mut number).expect("a display number");
        let sound = sound_server(folder.path());
        Self { display: format!(":{}", number.trim()), servers: vec![xvfb, sound], folder }
    }

    /// A screen with a window manager and a session bus as well, as on a desktop.
    pub fn desk() -> Self {
        let mut screen = Self::new();
        let bus = screen.folder.path().join("bus");
        let daemon = screen
            .command("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile"])
            .arg(format!("--address=unix:path={}", bus.display()))
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus is installed");
        screen.servers.push(daemon);
        let manager = screen.command("openbox").stderr(Stdio::null()).spawn().expect("openbox is installed");
        screen.servers.push(manager);
        let deadline = Instant::now() + Duration::from_secs(10);
        while !(bus.exists() && screen.windows().is_some()) {
            assert!(Instant::now() < deadline, "neither bus nor window manager");
            std::thread::sleep(Duration::from_millis(50));
        }
        screen
    }

    /// The API of the program that runs here, as its operator.
    pub fn operator(&self) -> tandem_scenarios::Api {
        let file = self.folder.path().join("runtime/server.json");
        let text =
            std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let known: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let field = |name: &str| known[name].as_str().expect("text");
        tandem_scenarios::Api::with_key(field("url"), field("key"))
    }

    /// Titles of the windows, one a line; `None` without a window manager.
    pub fn windows(&self) -> Option<String> {
        let list = self.command("wmctrl").arg("-l").output().expect("wmctrl is installed");
        list.status.success().then(|| String::from_utf8_lossy(&list.stdout).into_owned())
    }

    /// Asks the window with this title to close, as its button does.
    pub fn close(&self, title: &str) {
        let asked = self.command("wmctrl").args(["-F", "-c", title]).status().expect("wmctrl is installed");
        assert!(asked.success(), "no window {title:?} among {:?}", self.windows());
    }

    /// Presses a key in the window with this title.
    pub fn press(&self, title: &str, key: &str) {
        let focused = self.command("wmctrl").args(["-F", "-a", title]).status().expect("wmctrl is installed");
        assert!(focused.success(), "no window {title:?} among {:?}", self.windows());
        let pressed = self.command("xdotool").args(["key", key]).status().expect("xdotool is installed");
        assert!(pressed.success(), "{key}");
    }

    /// Waits until a window with this title is there, or is not.
    pub fn await_window(&self, title: &str, there: bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.windows().unwrap_or_default().lines().any(|line| line.ends_with(title)) != there {
            assert!(Instant::now() < deadline, "{title:?} there: {there}; {:?}", self.windows());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A command that sees this screen and this sound card, and nothing of the user who runs the test.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let home = self.folder.path();
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env("PULSE_SERVER", format!("unix:{}", home.join("native").display()))
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            .env("TANDEM_RUNTIME", home.join("runtime"))
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "info".into()));
        command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", home.join("bus").display()));
        for name in ["WAYLAND_DISPLAY", "TANDEM_DATA", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
            command.env_remove(name);
        }
        command
    }

    /// Plays a WAV file into the microphone until the answer is dropped or the file is over.
    pub fn speak(&self, file: &Path) -> Speaking {
        let mut paplay = self.command("paplay");
        Speaking(paplay.args(["-d", "quiet"]).arg(file).spawn().expect("paplay is installed"))
    }

    /// Loudest sample that the loudspeaker plays within a second, 0 to 1.
    pub fn loudness(&self) -> f32 {
        let mut parec = self
            .command("parec")
            .args([
                "-d",
                "spk.monitor",
                "--raw",
                "--format=s16le",
                "--rate=8000",
                "--channels=1",
                "--latency-msec=20",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .expect("parec is installed");
        let mut bytes = vec![0; 16_000];
        let mut sound = parec.stdout.take().expect("piped");
        std::io::Read::read_exact(&mut sound, &mut bytes).expect("sound");
        let _ = parec.kill();
        let _ = parec.wait();
        let samples = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]).unsigned_abs());
        f32::from(samples.max().unwrap_or_default()) / 32_768.0
    }
}

/// Somebody before the microphone.
#[derive(Debug)]
pub struct Speaking(Child);

impl Drop for Speaking {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        for server in self.servers.iter_mut().rev() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

fn sound_server(folder: &Path) -> Child {
    let socket = folder.join("native");
    let script = format!(
        "load-module module-native-protocol-unix auth-anonymous=1 socket={}\n\
         load-module module-null-sink sink_name=spk rate=48000 channels=1 norewinds=1\n\
         load-module module-null-sink sink_name=quiet rate=48000 channels=1 norewinds=1\n\
         load-module module-remap-source source_name=mic master=quiet.monitor\n\
         set-default-sink spk\nset-default-source mic\n",
        socket.display()
    );
    std::fs::write(folder.join("daemon.pa"), script).expect("written");
    let daemon = Command::new("pulseaudio")
        .args(["-n", "-F"])
        .arg(folder.join("daemon.pa"))
        .args(["--daemonize=no", "--exit-idle-time=-1", "--disallow-exit", "--use-pid-file=no"])
        .args(["--disable-shm=yes", "--realtime=no", "--high-priority=no"])
        .env("XDG_RUNTIME_DIR", folder)
        .env("PULSE_RUNTIME_PATH", folder)
        .env("HOME", folder)
        .stderr(Stdio::null())
        .spawn()
        .expect("pulseaudio is installed");
    let deadline = Instant::now() + Duration::from_secs(10);
    while !socket.exists() {
        assert!(Instant::now() < deadline, "pulseaudio does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    daemon
}
