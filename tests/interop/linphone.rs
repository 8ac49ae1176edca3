//! linphonec 5.1: commands are typed at its prompt, its SIP messages are in its log file.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::cell::{Codec, Transport, free_port};
use super::phone::Setup;
use super::program::Program;
use super::sound::write_phrase;

/// A running linphonec.
#[derive(Debug)]
pub struct Linphone {
    program: Program,
    folder: TempDir,
}

impl Linphone {
    pub async fn start(setup: &Setup) -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path(".local/share/linphone")).expect("created");
        write_phrase(&path("phrase.wav"), 16_000, 1).await;
        std::fs::write(path("rc"), configuration(setup)).expect("written");
        let mut command = Command::new("stdbuf");
        command.args(["-oL", "linphonec", "-S", "-a", "-d", "3", "-c"]).arg(path("rc"));
        command.arg("-l").arg(path("log")).env("HOME", folder.path());
        let program = Program::start("linphonec", "linphone-cli", &mut command);
        let mut phone = Self { program, folder };
        phone.program.type_line("soundcard use files");
        let (play, record) = (phone.folder.path().join("phrase.wav"), phone.recording());
        phone.program.type_line(&format!("play {}", play.display()));
        phone.program.type_line(&format!("record {}", record.display()));
        // 0 is Opus, 3 PCMU, 4 PCMA, 6 G.722 in its list.
        let wanted = match setup.codec {
            Codec::Opus => 0,
            Codec::Pcmu => 3,
            Codec::Pcma => 4,
            Codec::G722 => 6,
        };
        for number in 0..17 {
            let what = if number == wanted { "enable" } else { "disable" };
            phone.program.type_line(&format!("codec {what} {number}"));
        }
        // When it answers this, it has done all the rest.
        phone.program.type_line("autoanswer");
        phone.program.until(0, "Auto answer is enabled", 20).await;
        if setup.account.is_some() {
            phone.registered().await;
        }
        phone
    }

    /// It does not say when it has registered: it has to be asked.
    async fn registered(&mut self) {
        for _ in 0..100 {
            let mark = self.program.mark();
            self.program.type_line("status register");
            let after = self.program.until(mark, "registered", 5).await;
            if self.program.line(after - 1).contains("registered, identity") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("linphonec did not register:\n{}", self.log());
    }

    pub async fn dial(&mut self, uri: &str) {
        self.program.type_line(&format!("call {uri}"));
    }

    pub async fn established(&self) {
        self.program.until(0, "Media streams established", 20).await;
    }

    pub async fn press(&mut self, key: char) {
        self.program.type_line(&key.to_string());
    }

    pub async fn hold(&mut self) {
        let mark = self.program.mark();
        self.program.type_line("pause");
        self.program.until(mark, "is now paused", 10).await;
    }

    pub async fn resume(&mut self) {
        let mark = self.program.mark();
        self.program.type_line("resume");
        self.program.until(mark, "Media streams established", 10).await;
    }

    pub async fn hang_up(&mut self) {
        self.program.type_line("terminate");
    }

    pub async fn ended(&self) {
        self.program.until(0, "ended (", 20).await;
    }

    pub fn recording(&self) -> PathBuf {
        self.folder.path().join("heard.wav")
    }

    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned() + "\n" + &self.program.text()
    }
}

fn configuration(setup: &Setup) -> String {
    let transport = setup.transport.parameter();
    let ports = match setup.transport {
        Transport::Udp => format!("sip_port={}\nsip_tcp_port=0\nsip_tls_port=0", setup.port),
        Transport::Tcp => format!("sip_port=0\nsip_tcp_port={}\nsip_tls_port=0", setup.port),
        Transport::Tls => {
            let issuer = setup.issuer.display();
            format!("sip_port=0\nsip_tcp_port=0\nsip_tls_port={}\nroot_ca={issuer}", setup.port)
        }
    };
    let encryption = if setup.srtp { "srtp" } else { "none" };
    let mandatory = u8::from(setup.srtp);
    let rtp = free_port();
    let mut text = format!(
        "[sip]\n{ports}\nbind_address=127.0.0.1\nuse_ipv6=0\nguess_hostname=0\n\
         contact=sip:{}@127.0.0.1:{}\nmedia_encryption={encryption}\nmedia_encryption_mandatory={mandatory}\n\
         default_proxy={}\n[rtp]\naudio_rtp_port={rtp}\n[sound]\nechocancellation=0\n[video]\ncapture=0\ndisplay=0\n",
        setup.number,
        setup.port,
        if setup.account.is_some() { 0 } else { -1 },
    );
    if let Some((user, password)) = &setup.account {
        let (server, proxy) = (&setup.server, setup.proxy.as_ref().unwrap_or(&setup.server));
        text += &format!(
            "[auth_info_0]\nusername={user}\npasswd={password}\nrealm=*\n\
             [proxy_0]\nreg_proxy=<sip:{server};transport={transport}>\nreg_identity=sip:{user}@{server}\n\
             reg_route=<sip:{proxy};transport={transport};lr>\nreg_sendregister=1\nreg_expires=60\n"
        );
    }
    text
}
