//! People's phones of all kinds: in a browser by WebSocket, several for one person, and with keys by DTLS.

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/screen.rs"]
mod screen;
#[allow(dead_code)]
#[path = "../src-tauri/crates/adapters/sip-transport/tests/stack/web_phone.rs"]
mod web_phone;
#[path = "support/webdriver.rs"]
mod webdriver;

use std::sync::Arc;
use std::time::Duration;

use baresip::{Baresip, free_port, listening};
use serde_json::{Value, json};
use tandem_scenarios::{Api, Live, Server, Wav, tone_strength};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use web_phone::WebPhone;
use webdriver::Window;

/// A number whose calls are for the person with the phones.
const PERSON: &str = "+62215559997";
const CUSTOMER: &str = "+62812345678";

fn account(server: &Server) -> (String, String) {
    let phone = &server.ready["sandbox"]["phone"];
    let text = |field: &str| phone[field].as_str().expect("text").to_owned();
    (text("user"), text("password"))
}

/// A customer calls the person.
async fn customer_calls(api: &Api, live: &mut Live) -> String {
    let trunk = api.get("/trunks").await["items"][0]["id"].clone();
    let route = json!({ "kind": "person", "user": "user_supervisor" });
    api.post("/numbers", json!({ "number": PERSON, "trunk": trunk, "route": route })).await;
    api.post("/sandbox/call-in", json!({ "from": CUSTOMER, "to": PERSON })).await;
    let created = live.until("the customer's call", 20, |m| m["kind"] == "call.created").await;
    created["call"].as_str().expect("an id").to_owned()
}

fn line<'a>(message: &'a str, begin: &str) -> &'a str {
    let found = message.lines().find(|line| line.starts_with(begin));
    found.unwrap_or_else(|| panic!("no {begin} in {message}"))
}

#[tokio::test]
async fn a_browser_registers_by_secure_websocket_and_is_offered_what_browsers_take() {
    let server = Server::sandbox_with(&["--sip-wss", "127.0.0.1:0"]);
    let (api, (user, password)) = (server.api(), account(&server));
    let mut live = Live::open(&api).await;
    let url = server.ready["sip_wss"].as_str().expect("it is served").to_owned();
    let address = url.trim_start_matches("wss://");
    let mut roots = RootCertStore::empty();
    let certificate = server.data().join("sip-tls.crt");
    roots.add(CertificateDer::from_pem_file(certificate).expect("made")).expect("taken");
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.expect("connects");
    let name = ServerName::try_from("127.0.0.1").expect("an address");
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a handshake");
    let mut phone = WebPhone::connect(Box::new(stream), &url, Some("sip"), (&user, &password)).await;
    let phone = phone.as_mut().expect("it speaks SIP");
    let told = phone.register("tandem", 120).await;
    assert!(told.starts_with("SIP/2.0 200") && told.contains("Require: outbound"), "{told}");

    let call = customer_calls(&api, &mut live).await;
    let invite = phone.until("INVITE sip:w@q7x.invalid").await;
    assert!(line(&invite, "m=audio").contains("UDP/TLS/RTP/SAVPF"), "{invite}");
    for attribute in [
        "a=fingerprint:sha-256 ",
        "a=setup:actpass",
        "a=ice-lite",
        "a=ice-ufrag:",
        "a=candidate:",
        "a=rtcp-mux",
    ] {
        line(&invite, attribute);
    }
    // A phone there that wants plain audio after all is refused it: our offer was none of that.
    phone.respond(&invite, "486 Busy Here", "").await;
    let ended = live.event(&call, "call.ended", 30).await;
    assert_ne!(ended["data"]["status"], "in_progress");
}

#[tokio::test]
async fn all_phones_of_a_person_ring_and_when_one_answers_the_others_are_told_so() {
    let server = Server::sandbox_with(&["--sip-ws", "127.0.0.1:0"]);
    let (api, (user, password)) = (server.api(), account(&server));
    let mut live = Live::open(&api).await;
    let address =
        server.ready["sip_ws"].as_str().expect("it is served").trim_start_matches("ws://").to_owned();
    let mut browser = WebPhone::by_ws(&address, (&user, &password)).await;
    assert!(browser.register("tandem", 120).await.starts_with("SIP/2.0 200"));
    // And a desk phone, which shows what it sends and receives.
    let account = format!(
        "<sip:{user}@{at};transport=udp>;auth_user={user};auth_pass={password};regint=60;answermode=auto",
        at = server.sip(),
    );
    let desk = Baresip::start(free_port(), &account, &[], None);
    says(&desk, "200 OK").await;

    let call = customer_calls(&api, &mut live).await;
    let invite = browser.until("INVITE").await;
    browser.respond(&invite, "180 Ringing", "").await;
    let cancel = browser.until("CANCEL").await;
    assert!(cancel.contains("Call completed elsewhere"), "{cancel}\n{}", desk.log());
    browser.respond(&cancel, "200 OK", "").await;
    browser.respond(&invite, "487 Request Terminated", "").await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 20).await;
}

/// What a page says to an offer, or offers itself, once it knows where it can be reached.
const DESCRIBE_IN_PAGE: &str = "(async () => {
    const pc = window.pc = new RTCPeerConnection();
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const mic = await navigator.mediaDevices.getUserMedia({ audio: plain });
    mic.getTracks().forEach((track) => pc.addTrack(track, mic));
    pc.ontrack = (event) => {
        const sound = document.createElement('audio');
        sound.srcObject = new MediaStream([event.track]);
        sound.autoplay = true;
        document.body.append(sound);
    };
    if (OFFER) {
        await pc.setRemoteDescription({ type: 'offer', sdp: OFFER });
    }
    await pc.setLocalDescription();
    await new Promise((done) => {
        const look = () => pc.iceGatheringState === 'complete' && done();
        pc.onicegatheringstatechange = look;
        look();
    });
    return pc.localDescription.sdp;
})()";

/// How it stands there: `connected` in the end, with what came in of sound.
const STATE_IN_PAGE: &str = "(async () => {
    const all = [...(await pc.getStats()).values()];
    const sound = all.find((one) => one.type === 'inbound-rtp') ?? {};
    return { state: pc.connectionState, packets: sound.packetsReceived ?? 0, energy: sound.totalAudioEnergy ?? 0 };
})()";

/// A page whose microphone hums 1 kHz.
async fn page(server: &Server, folder: &std::path::Path) -> Window {
    let microphone = folder.join("microphone.wav");
    let hum = |n: u32| (f64::from(n) * 1_000.0 / 48_000.0 * std::f64::consts::TAU).sin() * 8_000.0;
    Wav::mono(48_000, (0..96_000).map(|n| hum(n) as i16).collect()).write_mono(&microphone);
    Window::chromium(&folder.join("profile"), server.http(), &microphone).await
}

/// Five seconds of packets came, with something in them.
async fn talks(window: &Window) {
    let mut state = Value::Null;
    for _ in 0..100 {
        state = window.run(STATE_IN_PAGE).await;
        let heard = state["packets"].as_u64() > Some(250) && state["energy"].as_f64() > Some(0.0);
        if state["state"] == "connected" && heard {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("{state}");
}

#[tokio::test]
async fn a_browsers_own_stack_takes_our_offer_and_talks_with_a_customer() {
    let server = Server::sandbox_with(&["--sip-ws", "127.0.0.1:0"]);
    let (api, (user, password)) = (server.api(), account(&server));
    let mut live = Live::open(&api).await;
    let folder = tempfile::tempdir().expect("a folder");
    let window = page(&server, folder.path()).await;
    let address =
        server.ready["sip_ws"].as_str().expect("it is served").trim_start_matches("ws://").to_owned();
    let mut phone = WebPhone::by_ws(&address, (&user, &password)).await;
    assert!(phone.register("tandem", 120).await.starts_with("SIP/2.0 200"));

    let call = customer_calls(&api, &mut live).await;
    let invite = phone.until("INVITE").await;
    phone.respond(&invite, "180 Ringing", "").await;
    let (_, offer) = invite.split_once("\r\n\r\n").expect("with a description");
    let offer = serde_json::to_string(offer).expect("text");
    let answer = window.run(&DESCRIBE_IN_PAGE.replace("OFFER", &offer)).await;
    phone.respond(&invite, "200 OK", answer.as_str().unwrap_or_else(|| panic!("no answer: {answer}"))).await;
    phone.until("ACK").await;
    talks(&window).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    let bye = phone.until("BYE").await;
    phone.respond(&bye, "200 OK", "").await;
    live.event(&call, "call.ended", 20).await;
    let customer = Wav::read(&server.heard_by(CUSTOMER));
    let end = customer.seconds() - 1.5;
    let strength = tone_strength(customer.stretch(0, end - 1.0, end), customer.rate, 1_000.0);
    assert!(strength > 0.8, "the customer heard the microphone's tone: {strength}");
    window.close().await;
}

#[tokio::test]
async fn a_browsers_own_offer_is_answered_and_the_assistant_heard_there() {
    let server = Server::sandbox_with(&["--sip-ws", "127.0.0.1:0"]);
    let (api, (user, password)) = (server.api(), account(&server));
    let mut live = Live::open(&api).await;
    let folder = tempfile::tempdir().expect("a folder");
    let window = page(&server, folder.path()).await;
    let address =
        server.ready["sip_ws"].as_str().expect("it is served").trim_start_matches("ws://").to_owned();
    let mut phone = WebPhone::by_ws(&address, (&user, &password)).await;
    let offer = window.run(&DESCRIBE_IN_PAGE.replace("OFFER", "null")).await;
    let offer = offer.as_str().unwrap_or_else(|| panic!("no offer: {offer}"));
    let answer = phone.call("+62215551234", "tandem", offer).await;
    assert!(answer.starts_with("SIP/2.0 200"), "{answer}");
    let (_, answer) = answer.split_once("\r\n\r\n").expect("with a description");
    let answer = serde_json::to_string(answer).expect("text");
    let taken = format!("pc.setRemoteDescription({{ type: 'answer', sdp: {answer} }})");
    assert_eq!(window.run(&taken).await, Value::Null);
    let created = live.until("the browser's call", 20, |m| m["kind"] == "call.created").await;
    let call = created["call"].as_str().expect("an id").to_owned();
    live.said(&call, "assistant", "welcome", 20).await;
    talks(&window).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    let bye = phone.until("BYE").await;
    phone.respond(&bye, "200 OK", "").await;
    live.event(&call, "call.ended", 20).await;
    window.close().await;
}

#[tokio::test]
async fn baresip_calls_in_with_keys_by_dtls_and_hears_the_assistant() {
    let server = Server::sandbox();
    let (api, (user, password)) = (server.api(), account(&server));
    let mut live = Live::open(&api).await;
    let at = server.sip();
    let account = format!(
        "<sip:{user}@{at};transport=udp>;auth_user={user};auth_pass={password};regint=60;mediaenc=dtls_srtp"
    );
    let dial = format!("/dial sip:+62215551234@{at};transport=udp");
    let baresip = Baresip::dialling(&account, &dial, None);
    let created = live.until("the call from baresip", 20, |m| m["kind"] == "call.created").await;
    let call = created["call"].as_str().expect("an id").to_owned();
    live.said(&call, "assistant", "welcome", 20).await;
    hears(&api, &mut live, &call, &baresip).await;
}

#[tokio::test]
async fn baresip_is_called_with_keys_by_dtls_and_hears_the_assistant() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    let port = free_port();
    let account = format!("<sip:+15557770005@127.0.0.1:{port}>;regint=0;answermode=auto;mediaenc=dtls_srtp");
    let baresip = Baresip::start(port, &account, &[], None);
    listening(port).await;
    let trunk = json!({ "name": "dtls", "host": format!("127.0.0.1:{port}"), "srtp": "dtls" });
    let trunk = api.post("/trunks", trunk).await["id"].as_str().expect("an id").to_owned();
    let call = json!({
        "to": "+15557770005", "assistant": "asst_jane_collections", "trunk": trunk,
        "variables": { "customer_name": "Bob", "amount_due": "two hundred dollars" },
    });
    let call = api.post("/calls", call).await["id"].as_str().expect("an id").to_owned();
    live.said(&call, "assistant", "jane", 30).await;
    hears(&api, &mut live, &call, &baresip).await;
}

/// The assistant speaks a while, so that there is enough to compare.
async fn hears(api: &Api, live: &mut Live, call: &str, baresip: &Baresip) {
    tokio::time::sleep(Duration::from_secs(5)).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(call, "call.ended", 20).await;
    let snr = baresip.heard_of(&Wav::parse(&api.bytes(&format!("/calls/{call}/recording")).await));
    let log = baresip.log();
    assert!(snr > 15.0, "{snr:.1} dB\n{log}");
    assert!(log.contains("DTLS-SRTP complete"), "no handshake:\n{log}");
}

/// baresip has said so on its console.
async fn says(baresip: &Baresip, what: &str) {
    for _ in 0..400 {
        if baresip.log().contains(what) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no {what}:\n{}", baresip.log());
}
