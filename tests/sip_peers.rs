//! Real phones: sipp and baresip call in and are called, and what baresip heard is what was sent.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tandem_audio::measure;
use tandem_scenarios::{Api, Live, Server, Wav};
use tempfile::TempDir;

/// A UDP port that was free a moment ago, with its neighbour (baresip takes two).
fn free_port() -> u16 {
    loop {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
        let port = socket.local_addr().expect("an address").port();
        if port < 60_000 && std::net::UdpSocket::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}

async fn trunk_to(api: &Api, name: &str, port: u16) -> String {
    let trunk =
        json!({ "name": name, "host": format!("127.0.0.1:{port}"), "max_cps": 10, "max_channels": 10 });
    api.post("/trunks", trunk).await["id"].as_str().expect("an id").to_owned()
}

async fn call_by(api: &Api, trunk: &str, number: &str) -> String {
    let variables = json!({ "customer_name": "Bob", "amount_due": "two hundred dollars" });
    let call =
        json!({ "to": number, "assistant": "asst_jane_collections", "trunk": trunk, "variables": variables });
    api.post("/calls", call).await["id"].as_str().expect("an id").to_owned()
}

fn sipp(arguments: &[&str], folder: &Path) -> Child {
    Command::new("sipp")
        .args(arguments)
        .args(["-i", "127.0.0.1", "-nostdin"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sipp (Debian: sip-tester)")
}

fn finished(mut child: Child, seconds: u64) -> Option<i32> {
    for _ in 0..seconds * 20 {
        if let Some(status) = child.try_wait().expect("waited for") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

#[tokio::test]
async fn sipp_calls_in_and_the_assistant_answers_each_time() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    let folder = TempDir::new().expect("a folder");
    for transport in ["u1", "t1"] {
        let port = free_port().to_string();
        let child = sipp(
            &[
                "-sn",
                "uac",
                "-s",
                "+62215551234",
                "-m",
                "3",
                "-r",
                "2",
                "-d",
                "1500",
                "-t",
                transport,
                "-p",
                &port,
                server.sip(),
            ],
            folder.path(),
        );
        let code = tokio::task::spawn_blocking(move || finished(child, 60)).await.expect("joined");
        assert_eq!(code, Some(0), "sipp over {transport}");
        for _ in 0..3 {
            let ended = live.until("call.ended", 20, |m| m["kind"] == "call.ended").await;
            assert_eq!(
                (ended["data"]["status"].as_str(), ended["data"]["end_reason"].as_str()),
                (Some("completed"), Some("customer"))
            );
        }
    }
}

#[tokio::test]
async fn sipp_is_called_and_hung_up_on() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    let (folder, port) = (TempDir::new().expect("a folder"), free_port());
    let child = sipp(&["-sn", "uas", "-m", "1", "-p", &port.to_string()], folder.path());
    let trunk = trunk_to(&api, "sipp", port).await;
    let call = call_by(&api, &trunk, "+15557770001").await;
    live.said(&call, "assistant", "jane", 30).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 20).await;
    let code = tokio::task::spawn_blocking(move || finished(child, 20)).await.expect("joined");
    assert_eq!(code, Some(0), "sipp saw INVITE, ACK and BYE");
}

/// A baresip with one account, recording what it hears.
struct Baresip {
    child: Child,
    folder: TempDir,
}

impl Baresip {
    fn start(account: &str, port: u16, commands: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let silence = path("silence.wav");
        write_silence(&silence, 60);
        let config = format!(
            "sip_listen 127.0.0.1:{port}\nnet_interface 127.0.0.1\nmodule_path /usr/lib/baresip/modules\n\
             module g711.so\nmodule aufile.so\nmodule sndfile.so\nmodule_app account.so\nmodule_app menu.so\n\
             audio_source aufile,{}\nsnd_path {}\naudio_channels 1\nrtp_timeout 60\n",
            silence.display(),
            folder.path().display(),
        );
        std::fs::write(path("config"), config).expect("written");
        std::fs::write(path("accounts"), format!("{account}\n")).expect("written");
        let mut command = Command::new("baresip");
        command.arg("-f").arg(folder.path());
        for line in commands {
            command.args(["-e", line]);
        }
        let log = std::fs::File::create(path("log")).expect("a log");
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("baresip (Debian: baresip-core)");
        Self { child, folder }
    }

    /// What it decoded; the newest file.
    fn heard(&self) -> PathBuf {
        let decoded = |path: &PathBuf| path.to_string_lossy().ends_with("-dec.wav");
        let files = std::fs::read_dir(self.folder.path()).expect("a folder").flatten().map(|f| f.path());
        files.filter(decoded).max().unwrap_or_else(|| panic!("nothing recorded:\n{}", self.log()))
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write_silence(path: &Path, seconds: u32) {
    let length = seconds * 16_000;
    let mut bytes = Vec::new();
    bytes.extend_from_slice(b"RIFF");
    bytes.extend_from_slice(&(36 + length).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend_from_slice(&8_000_u32.to_le_bytes());
    bytes.extend_from_slice(&16_000_u32.to_le_bytes());
    bytes.extend_from_slice(b"\x02\0\x10\0data");
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.resize(bytes.len() + length as usize, 0);
    std::fs::write(path, bytes).expect("written");
}

/// Signal to error of what baresip heard against what our recording says was sent, dB.
async fn compare(api: &Api, call: &str, baresip: &Baresip) -> f64 {
    let sent = Wav::parse(&api.bytes(&format!("/calls/{call}/recording")).await);
    let heard = Wav::read(&baresip.heard());
    // The assistant's first two seconds of speech, wherever they lie in the other's recording.
    let begin = sent.channels[1].iter().position(|s| s.unsigned_abs() > 500).expect("the assistant spoke");
    let reference = &sent.channels[1][begin..(begin + 16_000).min(sent.channels[1].len())];
    let longest = heard.channels[0].len().saturating_sub(reference.len());
    measure::align(reference, &heard.channels[0], longest).snr_db
}

#[tokio::test]
async fn baresip_calls_our_number_and_hears_what_was_sent() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    let phone = &server.ready["sandbox"]["phone"];
    let (user, password) =
        (phone["user"].as_str().expect("a user"), phone["password"].as_str().expect("a password"));
    let account = format!(
        "<sip:{user}@{};transport=udp>;auth_user={user};auth_pass={password};regint=60",
        server.sip()
    );
    let dial = format!("/dial sip:+62215551234@{}", server.sip());
    let baresip = Baresip::start(&account, free_port(), &[&dial]);
    let created = live.until("the call from baresip", 20, |m| m["kind"] == "call.created").await;
    let call = created["call"].as_str().expect("an id").to_owned();
    live.said(&call, "assistant", "welcome", 20).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 20).await;
    let snr = compare(&api, &call, &baresip).await;
    assert!(snr > 15.0, "{snr:.1} dB\n{}", baresip.log());
}

#[tokio::test]
async fn baresip_is_called_and_hears_what_was_sent() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    let port = free_port();
    let account = format!("<sip:+15557770002@127.0.0.1:{port};transport=udp>;regint=0;answermode=auto");
    let baresip = Baresip::start(&account, port, &[]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let trunk = trunk_to(&api, "baresip", port).await;
    let call = call_by(&api, &trunk, "+15557770002").await;
    live.said(&call, "assistant", "jane", 20).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 20).await;
    let snr = compare(&api, &call, &baresip).await;
    assert!(snr > 15.0, "{snr:.1} dB\n{}", baresip.log());
}
