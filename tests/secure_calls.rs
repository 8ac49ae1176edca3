//! Secure calls: a phone over TLS with SRTP hears the assistant, and a trunk's media settings are kept both ways.

use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tandem_audio::measure;
use tandem_scenarios::{Api, Live, Server, Wav};
use tempfile::TempDir;

/// A port for SIP that is free for UDP and TCP, with its neighbour, which baresip takes for TLS.
fn free_port() -> u16 {
    loop {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let port = socket.local_addr().expect("an address").port();
        let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        if port < 60_000 && free(port) && free(port + 1) {
            return port;
        }
    }
}

/// A baresip that dials at once and records what it hears; killed when dropped.
struct Baresip {
    child: Child,
    folder: TempDir,
}

impl Baresip {
    fn start(account: &str, dial: &str, issuer: &Path) -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("silence.wav"), silence(60)).expect("written");
        let config = format!(
            "sip_listen 127.0.0.1:{}\nsip_cafile {}\nnet_interface 127.0.0.1\n\
             module_path /usr/lib/baresip/modules\nmodule g711.so\nmodule srtp.so\nmodule aufile.so\n\
             module sndfile.so\nmodule_app account.so\nmodule_app menu.so\n\
             audio_source aufile,{}\nsnd_path {}\naudio_channels 1\nrtp_timeout 60\n",
            free_port(),
            issuer.display(),
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
            .args(["-e", dial])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("baresip (Debian: baresip-core)");
        Self { child, folder }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn heard(&self) -> Wav {
        let files = std::fs::read_dir(self.folder.path()).expect("a folder").flatten().map(|f| f.path());
        let decoded = files.filter(|path| path.to_string_lossy().ends_with("-dec.wav")).max();
        Wav::read(&decoded.unwrap_or_else(|| panic!("nothing recorded:\n{}", self.log())))
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

#[tokio::test]
async fn baresip_calls_in_over_tls_with_srtp_and_hears_the_assistant() {
    let server = Server::sandbox_with(&["--sip-tls", "127.0.0.1:0"]);
    let api = server.api();
    let mut live = Live::open(&api).await;
    let target = server.ready["sip_tls"].as_str().expect("TLS is served").trim_start_matches("tls:");
    let phone = &server.ready["sandbox"]["phone"];
    let text = |field: &str| phone[field].as_str().expect("text").to_owned();
    let (user, password) = (text("user"), text("password"));
    // It refuses a call whose audio is not encrypted.
    let account = format!(
        "<sip:{user}@{target};transport=tls>;auth_user={user};auth_pass={password};regint=60;mediaenc=srtp-mand"
    );
    let dial = format!("/dial sip:+62215551234@{target};transport=tls");
    let baresip = Baresip::start(&account, &dial, &server.data().join("sip-tls.crt"));
    let created = live.until("the call from baresip", 20, |m| m["kind"] == "call.created").await;
    let call = created["call"].as_str().expect("an id").to_owned();
    live.said(&call, "assistant", "welcome", 20).await;
    // It speaks a while, so that there is enough to compare.
    tokio::time::sleep(Duration::from_secs(5)).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 20).await;
    let sent = Wav::parse(&api.bytes(&format!("/calls/{call}/recording")).await);
    let said = &sent.channels[1];
    let begin = said.iter().position(|s| s.unsigned_abs() > 500).expect("the assistant spoke");
    let reference = &said[begin..(begin + 16_000).min(said.len())];
    let heard = baresip.heard();
    let longest = heard.channels[0].len().saturating_sub(reference.len());
    let snr = measure::align(reference, &heard.channels[0], longest).snr_db;
    assert!(snr > 15.0, "{snr:.1} dB\n{}", baresip.log());
}

/// A carrier without any machinery: a socket.
struct Carrier(UdpSocket);

impl Carrier {
    fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
        Self(socket)
    }

    async fn trunk(&self, api: &Api, settings: Value) -> String {
        let host = self.0.local_addr().expect("bound").to_string();
        let mut trunk = json!({ "name": "secure", "host": host });
        for (field, value) in settings.as_object().expect("settings") {
            trunk[field] = value.clone();
        }
        api.post("/trunks", trunk).await["id"].as_str().expect("an id").to_owned()
    }

    /// The next message that begins so.
    fn receive(&self, begins: &[&str]) -> String {
        let mut buffer = vec![0; 65_536];
        loop {
            let length = self.0.recv(&mut buffer).expect("something within 20 s");
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if begins.iter().any(|begin| text.starts_with(begin)) {
                return text;
            }
        }
    }

    /// Calls our number with this media line and attributes; the final response.
    fn call(&self, server: &Server, name: &str, media: &str) -> String {
        let own = self.0.local_addr().expect("bound");
        let body =
            format!("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{media}");
        let invite = format!(
            "INVITE sip:+62215551234@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{name};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:+15550100@{own}>;tag={name}\r\nTo: <sip:+62215551234@{to}>\r\n\
             Call-ID: {name}\r\nCSeq: 1 INVITE\r\nContact: <sip:{own}>\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len(),
            to = server.sip(),
        );
        self.0.send_to(invite.as_bytes(), server.sip()).expect("sent");
        self.receive(&["SIP/2.0 2", "SIP/2.0 4", "SIP/2.0 5", "SIP/2.0 6"])
    }
}

const KEY: &str = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n";

#[tokio::test]
async fn a_trunk_that_requires_srtp_refuses_plain_audio_both_ways() {
    let server = Server::sandbox();
    let (api, carrier) = (server.api(), Carrier::new());
    let trunk = carrier.trunk(&api, json!({ "srtp": "required", "codecs": ["pcma", "pcmu"] })).await;
    let refused = carrier.call(&server, "plain", "m=audio 40000 RTP/AVP 0 8\r\n");
    assert!(refused.starts_with("SIP/2.0 488"), "{refused}");
    let taken = carrier.call(&server, "keyed", &format!("m=audio 40000 RTP/SAVP 0 8\r\n{KEY}"));
    assert!(taken.starts_with("SIP/2.0 200") && taken.contains("a=crypto:1 "), "{taken}");

    let call = json!({
        "to": "+15557770003", "assistant": "asst_jane_collections", "trunk": trunk,
        "variables": { "customer_name": "Bob", "amount_due": "two hundred dollars" },
    });
    api.post("/calls", call).await;
    let invite = carrier.receive(&["INVITE"]);
    let media = invite.lines().find(|line| line.starts_with("m=audio")).expect("audio is offered");
    assert!(media.contains("RTP/SAVP 8 0"), "{media}");
    assert!(!invite.contains("opus"), "only the trunk's codecs are offered: {invite}");
}

#[tokio::test]
async fn keys_are_not_sent_in_the_clear_unless_the_trunk_says_so() {
    let server = Server::sandbox();
    let (api, carrier) = (server.api(), Carrier::new());
    let trunk = carrier.trunk(&api, json!({})).await;
    let call = json!({
        "to": "+15557770004", "assistant": "asst_jane_collections", "trunk": trunk,
        "variables": { "customer_name": "Bob", "amount_due": "two hundred dollars" },
    });
    api.post("/calls", call).await;
    let invite = carrier.receive(&["INVITE"]);
    assert!(invite.contains("RTP/AVP ") && !invite.contains("a=crypto"), "{invite}");
}
