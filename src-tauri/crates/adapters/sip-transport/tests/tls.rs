//! SIP over TLS: calls both ways, phones, and every certificate that is not to be taken.

mod stack;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use stack::certificates::Authority;
use stack::{ANSWER, OFFER, Stack, trunk};
use tandem_foundation::UserId;
use tandem_sip_transport::{CertificateFiles, SipConfig};
use tandem_switchboard::ports::signalling::{
    Caller, Destination, PhoneAccount, SignallingCommand as Command, SignallingEvent as Event, Transport,
    TrunkState,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

fn anywhere() -> SocketAddr {
    "127.0.0.1:0".parse().expect("an address")
}

/// A stack that shows this certificate and trusts this issuer.
async fn secure(authority: &Authority, certificate: CertificateFiles) -> Stack {
    let mut config = SipConfig::new(anywhere());
    config.tls = Some((anywhere(), certificate));
    config.tls_issuers = Some(authority.file());
    Stack::with(config).await
}

/// A stack that only connects.
async fn client(authority: &Authority) -> Stack {
    let mut config = SipConfig::new(anywhere());
    config.tls_issuers = Some(authority.file());
    Stack::with(config).await
}

#[tokio::test]
async fn calls_go_both_ways_between_two_that_show_certificates_of_their_addresses() {
    let authority = Authority::new();
    let mut one = secure(&authority, authority.issue(&["127.0.0.1"])).await;
    let mut other = secure(&authority, authority.issue(&["127.0.0.1", "localhost"])).await;
    one.send(Command::SetTrunks(vec![trunk("t", other.tls_address(), Transport::Tls)]));
    other.send(Command::SetTrunks(vec![trunk("t", one.tls_address(), Transport::Tls)]));
    for _ in 0..2 {
        let ours = one.call(Destination::Trunk { trunk: "t".into(), number: "+62812345678".into() });
        let (theirs, caller, to) = other.incoming().await;
        assert_eq!((caller, to.as_str()), (Caller::Trunk("t".into()), "+62812345678"));
        other.send(Command::Answer { leg: theirs, answer: Bytes::from_static(ANSWER) });
        one.until(|event| matches!(event, Event::Answered { answer, .. } if answer == ANSWER)).await;
        other.until(|event| matches!(event, Event::Confirmed { .. })).await;
        // From the one who was called, so that both find the way back.
        other.send(Command::Reoffer { leg: theirs, offer: Bytes::from_static(OFFER) });
        one.until(|event| matches!(event, Event::Reoffered { .. })).await;
        one.send(Command::AcceptReoffer { leg: ours, answer: Bytes::from_static(ANSWER) });
        other.until(|event| matches!(event, Event::ReofferAccepted { .. })).await;
        one.send(Command::Hangup { leg: ours, cause: Some(16) });
        other.until(|event| matches!(event, Event::Ended { by_peer: true, .. })).await;
        std::mem::swap(&mut one, &mut other);
    }
}

#[tokio::test]
async fn a_phone_that_registered_over_tls_is_called_over_the_same_connection() {
    let authority = Authority::new();
    let mut server = secure(&authority, authority.issue(&["localhost"])).await;
    // It does not listen for TLS: there is no way to it but the connection it opened.
    let mut phone = client(&authority).await;
    let account =
        PhoneAccount { user: UserId::new("user_ann"), name: "ann".into(), password: "s3cret".into() };
    server.send(Command::SetPhones(vec![account]));
    let mut line = trunk("line", server.tls_address(), Transport::Tls);
    line.host = format!("localhost:{}", server.tls_address().port());
    line.accept_from.clear();
    line.credentials = Some(("ann".into(), "s3cret".into()));
    line.register = Some(120);
    phone.send(Command::SetTrunks(vec![line]));
    phone.until(|event| matches!(event, Event::Trunk { state: TrunkState::Registered { .. }, .. })).await;
    server.until(|event| matches!(event, Event::Phone { contacts: 1, .. })).await;

    let theirs = server.call(Destination::User(UserId::new("user_ann")));
    let (leg, caller, _) = phone.incoming().await;
    assert_eq!(caller, Caller::Trunk("line".into()));
    phone.send(Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    server.until(|event| matches!(event, Event::Answered { .. })).await;
    phone.until(|event| matches!(event, Event::Confirmed { .. })).await;
    server.send(Command::Hangup { leg: theirs, cause: None });
    phone.until(|event| matches!(event, Event::Ended { by_peer: true, .. })).await;

    phone.call(Destination::Trunk { trunk: "line".into(), number: "+15550100".into() });
    let (leg, caller, _) = server.incoming().await;
    assert_eq!(caller, Caller::Phone(UserId::new("user_ann")));
    server.send(Command::Reject { leg, code: 486, retry_after: None });
    phone.until(|event| matches!(event, Event::Failed { code: 486, .. })).await;

    drop(phone);
    server.until(|event| matches!(event, Event::Phone { contacts: 0, .. })).await;
}

/// What the trunk to this host says after it tried, and what a call over it failed with.
async fn refusal(authority: &Authority, host: String) -> (String, String) {
    let mut stack = client(authority).await;
    let mut account = trunk("t", anywhere(), Transport::Tls);
    account.host = host;
    account.register = Some(300);
    stack.send(Command::SetTrunks(vec![account]));
    let state = match stack
        .until(|event| matches!(event, Event::Trunk { state: TrunkState::Failed { .. }, .. }))
        .await
    {
        Event::Trunk { state: TrunkState::Failed { reason, .. }, .. } => reason,
        _ => unreachable!("it is one"),
    };
    stack.call(Destination::Trunk { trunk: "t".into(), number: "+15550100".into() });
    match stack.until(|event| matches!(event, Event::Failed { .. })).await {
        Event::Failed { reason, code: 503, .. } => (state, reason),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_to_be_taken_is_named_in_the_trunks_state_and_the_calls_failure() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (certificate, reason) in [
        (authority.issue(&["elsewhere.example"]), "TLS: the server's certificate does not name localhost"),
        (
            stranger.issue(&["localhost"]),
            "TLS: the server's certificate is of an issuer that is not trusted here",
        ),
        (authority.issue_expired(&["localhost"]), "TLS: the server's certificate has expired"),
    ] {
        let server = secure(&authority, certificate).await;
        let told = refusal(&authority, format!("localhost:{}", server.tls_address().port())).await;
        assert_eq!(told, (reason.to_owned(), reason.to_owned()));
    }
}

#[tokio::test]
async fn a_port_that_speaks_no_tls_and_one_that_says_nothing_are_told_apart() {
    let authority = Authority::new();
    let (plain, mute) = tokio::join!(answering(Some(b"SIP/2.0 400 Bad Request\r\n\r\n")), answering(None));
    let ((plainly, _), (silent, _)) = tokio::join!(refusal(&authority, plain), refusal(&authority, mute));
    assert_eq!(plainly, "TLS: the other side does not speak TLS");
    assert_eq!(silent, "TLS: the server does not complete the handshake");
}

/// A port where whoever connects is told this, or nothing; connections stay open.
async fn answering(words: Option<&'static [u8]>) -> String {
    let listener = TcpListener::bind(anywhere()).await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            if let Some(words) = words {
                stream.write_all(words).await.expect("written");
            }
            held.push(stream);
        }
    });
    address
}

#[tokio::test]
async fn who_stalls_or_speaks_plain_text_on_the_tls_port_is_cut_off_and_others_are_served() {
    let authority = Authority::new();
    let server = secure(&authority, authority.issue(&["localhost"])).await;
    let mut stalled = TcpStream::connect(server.tls_address()).await.expect("connects");
    let began = Instant::now();
    let mut plain = TcpStream::connect(server.tls_address()).await.expect("connects");
    plain.write_all(b"OPTIONS sip:us SIP/2.0\r\n\r\n").await.expect("written");
    let mut told = Vec::new();
    let _ = plain.read_to_end(&mut told).await;
    assert!(!told.starts_with(b"SIP"), "nothing is said in the open: {told:?}");

    let mut good = raw(&authority, &server, &rustls::version::TLS12).await;
    good.write_all(b"\r\n\r\n").await.expect("written");
    let mut pong = [0; 2];
    good.read_exact(&mut pong).await.expect("a pong");
    assert_eq!(&pong, b"\r\n");

    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(15), stalled.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the stalled connection is closed");
    assert!(began.elapsed() >= Duration::from_secs(4), "and had its time");
}

#[tokio::test]
async fn messages_are_framed_under_either_version_however_the_records_are_cut() {
    let authority = Authority::new();
    let server = secure(&authority, authority.issue(&["localhost"])).await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut stream = raw(&authority, &server, version).await;
        let request = "OPTIONS sip:us SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bKx;rport\r\n\
                       Max-Forwards: 70\r\nFrom: <sip:x@y>;tag=1\r\nTo: <sip:us>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\
                       Content-Length: 0\r\n\r\n";
        for piece in request.as_bytes().chunks(50) {
            stream.write_all(piece).await.expect("written");
            stream.flush().await.expect("flushed");
        }
        let mut buffer = vec![0; 4096];
        let length = stream.read(&mut buffer).await.expect("an answer");
        assert!(String::from_utf8_lossy(&buffer[..length]).starts_with("SIP/2.0 200 OK\r\n"));
    }
}

#[tokio::test]
async fn a_key_that_is_not_the_certificates_stops_the_start() {
    let authority = Authority::new();
    let (one, other) = (authority.issue(&["a.example"]), authority.issue(&["b.example"]));
    let mut config = SipConfig::new(anywhere());
    config.tls = Some((anywhere(), CertificateFiles { certificate: one.certificate, key: other.key }));
    let (events, _inbox) = tokio::sync::mpsc::unbounded_channel();
    let started = tandem_sip_transport::SipTransport::start(config, Arc::default(), events).await;
    let error = started.expect_err("they do not belong together").to_string();
    assert!(error.contains("a.example.crt"), "{error}");
}

async fn raw(
    authority: &Authority,
    server: &Stack,
    version: &'static rustls::SupportedProtocolVersion,
) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    let issuer = rustls::pki_types::CertificateDer::from_pem_file(authority.file()).expect("a certificate");
    roots.add(issuer).expect("an issuer");
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_protocol_versions(&[version])
        .expect("a version")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(server.tls_address()).await.expect("connects");
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a handshake")
}
