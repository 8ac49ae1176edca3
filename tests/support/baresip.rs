//! A baresip that records what it hears.

#![allow(dead_code, unused_imports, reason = "each test uses its part")]

use std::path::Path;
use std::process::{Child, Command, Stdio};

use tandem_audio::measure;
use tandem_scenarios::Wav;
use tempfile::TempDir;

#[allow(clippy::duplicate_mod, reason = "a test may use both peers")]
#[path = "ports.rs"]
mod ports;
pub use ports::{free_port, listening};

/// One of them; killed when dropped.
pub struct Baresip {
    child: Child,
    folder: TempDir,
}

impl Baresip {
    /// One that dials at once. `issuer` signs the certificates it trusts.
    pub fn dialling(account: &str, dial: &str, issuer: Option<&Path>) -> Self {
        Self::start(free_port(), account, &["-e", dial], issuer)
    }

    /// One at this port, and the next for TLS.
    pub fn start(port: u16, account: &str, arguments: &[&str], issuer: Option<&Path>) -> Self {
        Self::saying(&Wav::mono(8_000, vec![0; 60 * 8_000]), port, account, arguments, issuer)
    }

    /// The same, with this in its microphone at each call.
    pub fn saying(sound: &Wav, port: u16, account: &str, arguments: &[&str], issuer: Option<&Path>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        sound.write_mono(&path("microphone.wav"));
        let trusted = issuer.map(|file| format!("sip_cafile {}\n", file.display())).unwrap_or_default();
        let config = format!(
            "sip_listen 127.0.0.1:{}\n{trusted}net_interface 127.0.0.1\n\
             module_path /usr/lib/baresip/modules\nmodule g711.so\nmodule srtp.so\nmodule dtls_srtp.so\nmodule aufile.so\n\
             module sndfile.so\nmodule_app account.so\nmodule_app menu.so\n\
             audio_source aufile,{}\nsnd_path {}\naudio_channels 1\nrtp_timeout 60\n",
            port,
            path("microphone.wav").display(),
            folder.path().display(),
        );
        std::fs::write(path("config"), config).expect("written");
        std::fs::write(path("accounts"), format!("{account}\n")).expect("written");
        std::fs::write(path("contacts"), "").expect("written");
        let log = std::fs::File::create(path("log")).expect("a log");
        let child = Command::new("baresip")
            .arg("-f")
            .arg(folder.path())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("baresip (Debian: baresip-core)");
        Self { child, folder }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    pub fn heard(&self) -> Wav {
        let files = std::fs::read_dir(self.folder.path()).expect("a folder").flatten().map(|f| f.path());
        let decoded = files.filter(|path| path.to_string_lossy().ends_with("-dec.wav")).max();
        Wav::read(&decoded.unwrap_or_else(|| panic!("nothing recorded:\n{}", self.log())))
    }

    /// How well two seconds of what our side said in this recording came through, as a ratio to the noise in dB.
    pub fn heard_of(&self, recording: &Wav) -> f64 {
        let said = &recording.channels[1];
        let begin = said.iter().position(|s| s.unsigned_abs() > 500).expect("our side spoke");
        let reference = &said[begin..(begin + 16_000).min(said.len())];
        let heard = self.heard();
        let longest = heard.channels[0].len().saturating_sub(reference.len());
        measure::align(reference, &heard.channels[0], longest).snr_db
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
