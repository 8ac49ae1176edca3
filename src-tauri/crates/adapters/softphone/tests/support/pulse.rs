//! A sound server of the test's own, with loudspeakers and microphones that are files to us.
//!
//! It needs neither a sound card, nor D-Bus, nor a user's session, and may run as root.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// A private PulseAudio; ends when dropped.
#[derive(Debug)]
pub struct Pulse {
    folder: TempDir,
    daemon: Child,
    _turn: MutexGuard<'static, ()>,
}

impl Pulse {
    /// Two loudspeakers (`spk`, `spk2`) and two microphones (`mic`, `mic2`) that hear what is played to `micfeed`.
    pub async fn start() -> Self {
        let turn = ONE_AT_A_TIME.lock().await;
        let folder = TempDir::new().expect("a temporary folder");
        let script = "load-module module-native-protocol-unix auth-anonymous=1 socket=SOCKET\n\
             load-module module-null-sink sink_name=spk rate=48000 channels=1 norewinds=1\n\
             load-module module-null-sink sink_name=spk2 rate=48000 channels=2 norewinds=1\n\
             load-module module-null-sink sink_name=micfeed rate=48000 channels=1 norewinds=1\n\
             load-module module-remap-source source_name=mic master=micfeed.monitor\n\
             load-module module-remap-source source_name=mic2 master=micfeed.monitor\n\
             set-default-sink spk2\nset-default-source mic2\n";
        let socket = folder.path().join("native");
        let script = script.replace("SOCKET", &socket.display().to_string());
        std::fs::write(folder.path().join("daemon.pa"), script).expect("written");
        // SAFETY: only tests that hold `turn` read or write the environment.
        unsafe { std::env::set_var("PULSE_SERVER", format!("unix:{}", socket.display())) };
        let daemon = start(folder.path());
        Self { folder, daemon, _turn: turn }
    }

    /// Kills the sound server and starts it again at the same place.
    pub fn restart(&mut self, pause: Duration) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
        let _ = std::fs::remove_file(self.folder.path().join("native"));
        std::thread::sleep(pause);
        self.daemon = start(self.folder.path());
    }

    /// Unloads the module that made a device.
    pub fn unload(&self, device: &str) {
        let list = pactl(&["list", "short", "modules"]);
        let line = list.lines().find(|line| line.contains(&format!("_name={device} "))).expect("the module");
        pactl(&["unload-module", line.split('\t').next().expect("a number")]);
    }

    /// Plays a tone of half amplitude into the microphones for as long as the answer lives.
    pub fn speak(&self, hz: f32) -> Playing {
        let path = self.folder.path().join(format!("{hz}.raw"));
        let bytes: Vec<u8> = tone(48_000, hz, 48_000 * 30).iter().flat_map(|s| s.to_le_bytes()).collect();
        std::fs::write(&path, bytes).expect("written");
        let child = Command::new("pacat")
            .args([
                "-d",
                "micfeed",
                "--raw",
                "--format=s16le",
                "--rate=48000",
                "--channels=1",
                "--latency-msec=20",
            ])
            .arg(path)
            .stderr(Stdio::null())
            .spawn()
            .expect("pacat runs");
        Playing(child)
    }

    /// What a loudspeaker plays from now on for a while, 48 kHz mono.
    pub fn heard_at(&self, sink: &str, seconds: f32) -> Vec<i16> {
        let mut child = Command::new("parec")
            .args([
                "-d",
                &format!("{sink}.monitor"),
                "--raw",
                "--format=s16le",
                "--rate=48000",
                "--channels=1",
            ])
            .arg("--latency-msec=20")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("parec runs");
        let mut bytes = vec![0; (seconds * 48_000.0) as usize * 2];
        child.stdout.take().expect("piped").read_exact(&mut bytes).expect("sound");
        let _ = child.kill();
        let _ = child.wait();
        bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Something that plays; stops when dropped.
#[derive(Debug)]
pub struct Playing(Child);

impl Drop for Playing {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &Path) -> Child {
    let daemon = Command::new("pulseaudio")
        .args(["-n", "-F"])
        .arg(folder.join("daemon.pa"))
        .args(["--daemonize=no", "--exit-idle-time=-1", "--disallow-exit", "--use-pid-file=no"])
        .args(["--disable-shm=yes", "--realtime=no", "--high-priority=no", "--log-target=stderr"])
        .env("XDG_RUNTIME_DIR", folder)
        .env("PULSE_RUNTIME_PATH", folder)
        .env("HOME", folder)
        .env_remove("PULSE_SERVER")
        .stderr(Stdio::null())
        .spawn()
        .expect("pulseaudio is installed");
    let deadline = Instant::now() + Duration::from_secs(10);
    while !pactl(&["list", "short", "sources"]).contains("mic2") {
        assert!(Instant::now() < deadline, "pulseaudio does not answer");
        std::thread::sleep(Duration::from_millis(50));
    }
    daemon
}

fn pactl(arguments: &[&str]) -> String {
    let output = Command::new("pactl").args(arguments).output().expect("pactl is installed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A tone of half amplitude.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a test's tone")]
pub fn tone(rate: u32, hz: f32, length: usize) -> Vec<i16> {
    let step = f64::from(hz) / f64::from(rate) * std::f64::consts::TAU;
    (0..length).map(|n| ((n as f64 * step).sin() * 16_384.0) as i16).collect()
}

/// Amplitude of one frequency, 0 to 1: the median of windows of 20 ms, so that a dropout on a busy machine, whose
/// sound server has no right to real time, does not decide a test.
pub fn amplitude(samples: &[i16], rate: u32, hz: f32) -> f64 {
    let window = (rate / 50) as usize;
    let mut found: Vec<_> =
        samples.chunks_exact(window).map(|window| correlation(window, rate, hz)).collect();
    found.sort_by(f64::total_cmp);
    found.get(found.len() / 2).copied().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "a test's measure")]
fn correlation(samples: &[i16], rate: u32, hz: f32) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let phase = n as f64 * f64::from(hz) / f64::from(rate) * std::f64::consts::TAU;
        re += f64::from(*sample) * phase.cos();
        im += f64::from(*sample) * phase.sin();
    }
    2.0 * (re * re + im * im).sqrt() / samples.len() as f64 / 32_768.0
}
