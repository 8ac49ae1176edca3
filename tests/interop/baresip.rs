//! baresip 1.0: keys and commands come by UDP to its console, what it does is in its trace of SIP messages.

use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::cell::{Codec, free_port};
use super::phone::{Setup, newest};
use super::program::Program;
use super::sound::write_phrase;

/// A running baresip.
#[derive(Debug)]
pub struct Baresip {
    program: Program,
    folder: TempDir,
    console: UdpSocket,
}

impl Baresip {
    pub async fn start(setup: &Setup) -> Self {
        let folder = TempDir::new().expect("a folder");
        let (rate, channels) = format(setup.codec);
        let phrase = folder.path().join("phrase.wav");
        write_phrase(&phrase, rate, channels).await;
        let console = free_port();
        let config = format!(
            "sip_listen 127.0.0.1:{}\nsip_trans_def {}\nnet_interface 127.0.0.1\n\
             module_path /usr/lib/baresip/modules\n\
             module g711.so\nmodule g722.so\nmodule opus.so\nmodule srtp.so\nmodule aufile.so\nmodule sndfile.so\n\
             module_app account.so\nmodule_app menu.so\nmodule_app cons.so\ncons_listen 127.0.0.1:{console}\n\
             sip_cafile {}\nsip_certificate {}\n\
             audio_source aufile,{}\nsnd_path {}\naudio_channels {channels}\nrtp_timeout 60\n",
            setup.port,
            setup.transport.parameter(),
            setup.issuer.display(),
            setup.identity.display(),
            phrase.display(),
            folder.path().display(),
        );
        std::fs::write(folder.path().join("config"), config).expect("written");
        std::fs::write(folder.path().join("accounts"), account(setup)).expect("written");
        let mut command = Command::new("stdbuf");
        command.args(["-oL", "baresip", "-s", "-f"]).arg(folder.path()).env("HOME", folder.path());
        let program = Program::start("baresip", "baresip-core", &mut command);
        program.until(0, "baresip is ready", 20).await;
        if setup.account.is_some() {
            program.until(0, "200 OK", 20).await;
        }
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.connect(("127.0.0.1", console)).expect("loopback");
        Self { program, folder, console: socket }
    }

    fn command(&self, text: &str) {
        self.console.send(text.as_bytes()).expect("its console listens");
    }

    pub async fn dial(&mut self, uri: &str) {
        self.command(&format!("/dial {uri}\n"));
    }

    pub async fn established(&self) {
        self.program.until(0, "Call established", 20).await;
    }

    pub async fn press(&mut self, key: char) {
        // The key goes down, and up again.
        self.command(&key.to_string());
        self.command("\u{4}");
    }

    pub async fn hold(&mut self) {
        self.reoffer("x", "a=recvonly").await;
    }

    pub async fn resume(&mut self) {
        self.reoffer("X", "a=sendrecv").await;
    }

    async fn reoffer(&self, key: &str, answer: &str) {
        let mark = self.program.mark();
        self.command(key);
        let mark = self.program.until(mark, "INVITE sip:", 5).await;
        let mark = self.program.until(mark, "SIP/2.0 200", 10).await;
        self.program.until(mark, answer, 5).await;
    }

    pub async fn hang_up(&mut self) {
        self.command("/hangup\n");
    }

    pub async fn ended(&self) {
        self.program.until(0, "terminated (duration", 20).await;
    }

    pub fn recording(&self) -> PathBuf {
        newest(self.folder.path(), "-dec.wav").unwrap_or_else(|| panic!("nothing recorded:\n{}", self.log()))
    }

    pub fn log(&self) -> String {
        self.program.text()
    }
}

/// The rate and channels that its audio file must have.
fn format(codec: Codec) -> (u32, usize) {
    match codec {
        Codec::Pcmu | Codec::Pcma => (8_000, 1),
        Codec::G722 => (16_000, 1),
        Codec::Opus => (48_000, 2),
    }
}

fn account(setup: &Setup) -> String {
    let transport = setup.transport.parameter();
    let codec = match setup.codec {
        Codec::Pcmu => "PCMU/8000/1",
        Codec::Pcma => "PCMA/8000/1",
        Codec::G722 => "G722/16000/1",
        Codec::Opus => "opus/48000/2",
    };
    let (user, host, login) = match &setup.account {
        Some((user, password)) => {
            (user.as_str(), setup.server.clone(), format!(";auth_user={user};auth_pass={password};regint=60"))
        }
        None => (setup.number.as_str(), format!("127.0.0.1:{}", setup.port), ";regint=0".to_owned()),
    };
    let secure = if setup.srtp { ";mediaenc=srtp-mand" } else { "" };
    let outbound = match &setup.proxy {
        Some(proxy) => format!(";outbound=\"sip:{proxy};transport={transport}\""),
        None => String::new(),
    };
    format!(
        "<sip:{user}@{host};transport={transport}>{login};answermode=auto;audio_codecs={codec}{secure}{outbound}\n"
    )
}
