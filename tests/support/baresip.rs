//! A baresip that records what it hears.

use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tandem_audio::measure;
use tandem_scenarios::Wav;
use tempfile::TempDir;

/// A port for SIP that is free for UDP and TCP, with its neighbour, which baresip takes for TLS.
pub fn free_port() -> u16 {
    loop {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let port = socket.local_addr().expect("an address").port();
        let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        if port < 60_000 && free(port) && free(port + 1) {
            return port;
        }
    }
}

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
        let folder = TempDir::new().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("silence.wav"), silence(60)).expect("written");
        let trusted = issuer.map(|file| format!("sip_cafile {}\n", file.display())).unwrap_or_default();
        let config = format!(
            "sip_listen 127.0.0.1:{}\n{trusted}net_interface 127.0.0.1\n\
             module_path /usr/lib/baresip/modules\nmodule g711.so\nmodule srtp.so\nmodule dtls_srtp.so\nmodule aufile.so\n\
             module sndfile.so\nmodule_app account.so\nmodule_app menu.so\n\
             audio_source aufile,{}\nsnd_path {}\naudio_channels 1\nrtp_timeout 60\n",
            port,
            path("silence.wav").display(),
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

/// 8 kHz, 16 bits, one channel.
fn silence(seconds: u32) -> Vec<u8> {
    let length = seconds * 16_000;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + length).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data");
    bytes.extend(length.to_le_bytes());
    bytes.resize(bytes.len() + length as usize, 0);
    bytes
}
