//! Phones in browsers: SIP over WebSocket, with and without TLS (RFC 7118).

mod stack;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use stack::certificates::Authority;
use stack::web_phone::WebPhone;
use stack::{ANSWER, Stack};
use tandem_foundation::UserId;
use tandem_sip_transport::SipConfig;
use tandem_switchboard::ports::signalling::{
    Destination, PhoneAccount, SignallingCommand, SignallingEvent as Event,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::{Error, Message};

const ALICE: (&str, &str) = ("alice", "secret");

fn any() -> SocketAddr {
    "127.0.0.1:0".parse().expect("an address")
}

async fn exchange(change: impl FnOnce(&mut SipConfig)) -> Stack {
    let mut config = SipConfig::new(any());
    config.ws = Some(any());
    change(&mut config);
    let stack = Stack::with(config).await;
    stack.send(SignallingCommand::SetPhones(vec![PhoneAccount {
        user: UserId::new("user_a"),
        name: ALICE.0.into(),
        password: ALICE.1.into(),
    }]));
    stack
}

async fn registered(exchange: &mut Stack, phone: &mut WebPhone) {
    let told = phone.register("tandem", 120).await;
    assert!(told.starts_with("SIP/2.0 200") && told.contains("Require: outbound"), "{told}");
    exchange.until(|event| matches!(event, Event::Phone { contacts: 1, .. })).await;
}

/// A call each way, and both sides hanging up.
async fn calls(exchange: &mut Stack, phone: &mut WebPhone, scheme: &str) {
    let leg = exchange.call(Destination::User(UserId::new("user_a")));
    let invite = phone.until("INVITE sip:w@q7x.invalid").await;
    assert!(invite.contains(&format!("Via: SIP/2.0/{scheme} ")), "{invite}");
    phone.respond(&invite, "180 Ringing", "").await;
    phone.respond(&invite, "200 OK", &String::from_utf8_lossy(ANSWER)).await;
    exchange.until(|event| matches!(event, Event::Answered { leg: answered, .. } if *answered == leg)).await;
    let ack = phone.until("ACK sip:w@q7x.invalid").await;
    assert!(ack.contains("transport=ws"), "{ack}");
    exchange.send(SignallingCommand::Hangup { leg, cause: None });
    let bye = phone.until("BYE sip:w@q7x.invalid").await;
    phone.respond(&bye, "200 OK", "").await;
    exchange.until(|event| matches!(event, Event::Ended { leg: ended, .. } if *ended == leg)).await;
}

#[tokio::test]
async fn a_browser_registers_by_websocket_and_is_called_over_that_connection() {
    let mut exchange = exchange(|_| {}).await;
    let mut phone = WebPhone::by_ws(&exchange.ws_address().to_string(), ALICE).await;
    registered(&mut exchange, &mut phone).await;
    calls(&mut exchange, &mut phone, "WS").await;
    drop(phone);
    exchange.until(|event| matches!(event, Event::Phone { contacts: 0, .. })).await;
}

#[tokio::test]
async fn a_browser_does_the_same_over_tls() {
    let authority = Authority::new();
    let files = authority.issue(&["phones.example"]);
    let mut exchange = exchange(|config| config.wss = Some((any(), files))).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.file()).expect("a certificate")).expect("taken");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(exchange.wss_address()).await.expect("connects");
    let name = ServerName::try_from("phones.example").expect("a name");
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a handshake");
    let phone = WebPhone::connect(Box::new(stream), "wss://phones.example/", Some("sip"), ALICE).await;
    let mut phone = phone.expect("it speaks SIP");
    registered(&mut exchange, &mut phone).await;
    calls(&mut exchange, &mut phone, "WSS").await;
}

#[tokio::test]
async fn a_client_that_does_not_ask_for_sip_is_refused() {
    let exchange = exchange(|_| {}).await;
    let address = exchange.ws_address();
    for subprotocol in [None, Some("chat, superchat")] {
        let stream = Box::new(TcpStream::connect(address).await.expect("connects"));
        match WebPhone::connect(stream, &format!("ws://{address}/"), subprotocol, ALICE).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 400),
            Err(other) => panic!("refused otherwise: {other}"),
            Ok(_) => panic!("taken with {subprotocol:?}"),
        }
    }
    let stream = Box::new(TcpStream::connect(address).await.expect("connects"));
    let chosen = WebPhone::connect(stream, &format!("ws://{address}/"), Some("chat, sip"), ALICE).await;
    assert!(chosen.is_ok(), "{:?}", chosen.err());
}

#[tokio::test]
async fn keep_alives_are_answered_and_frames_too_large_end_the_connection() {
    let exchange = exchange(|_| {}).await;
    let mut phone = WebPhone::by_ws(&exchange.ws_address().to_string(), ALICE).await;
    phone.send("\r\n\r\n").await;
    assert_eq!(phone.receive().await.as_deref(), Some("\r\n"));
    phone.send("\r\n").await;
    // As bytes, with nothing to say how long it is, in one frame: RFC 7118 section 5 allows all of it.
    let options = "OPTIONS sip:us SIP/2.0\r\nVia: SIP/2.0/WS q7x.invalid;branch=z9hG4bKo\r\nMax-Forwards: 70\r\n\
                   From: <sip:x@y>;tag=1\r\nTo: <sip:us>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\n\r\n";
    phone.send_frame(Message::binary(options.as_bytes().to_vec())).await.expect("sent");
    assert!(phone.receive().await.expect("answered").starts_with("SIP/2.0 200"));
    phone.send("OPTIONS is no message\r\n\r\n").await;
    let _ = phone.send_frame(Message::text("x".repeat(70_000))).await;
    while let Some(text) = phone.receive().await {
        assert!(text.starts_with("SIP/2.0 400"), "{text}");
    }
}

#[tokio::test]
async fn a_phone_that_answers_pings_stays_and_one_that_does_not_is_gone() {
    let mut exchange = exchange(|config| config.ask_phones_every = Duration::from_millis(200)).await;
    let mut phone = WebPhone::by_ws(&exchange.ws_address().to_string(), ALICE).await;
    registered(&mut exchange, &mut phone).await;
    // While it reads, which is when it answers, the call goes on ringing.
    exchange.call(Destination::User(UserId::new("user_a")));
    let invite = phone.until("INVITE").await;
    let gone = |event: &Event| matches!(event, Event::Phone { contacts: 0, .. });
    tokio::select! {
        text = phone.receive() => panic!("it has nothing to say: {text:?}"),
        _ = exchange.until(gone) => panic!("it answered"),
        () = tokio::time::sleep(Duration::from_secs(1)) => {}
    }
    phone.respond(&invite, "486 Busy Here", "").await;
    exchange.until(gone).await;
}
