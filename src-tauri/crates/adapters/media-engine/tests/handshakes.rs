//! Legs whose keys come by DTLS: two engines' ends that talk, an impostor, and a peer that is found by its checks.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use tandem_audio::{FRAME, measure, tone};
use tandem_foundation::{CallId, LegId, Pii};
use tandem_media_engine::{MediaConfig, MediaEngine};
use tandem_switchboard::ports::media::{
    AudioLink, Codec, Dtls, Fingerprint, IceCredentials, Media, MediaEvent, RtpTerms,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

type Engine = (std::sync::Arc<MediaEngine>, UnboundedReceiver<MediaEvent>);

fn engine() -> Engine {
    let (events, told) = unbounded_channel();
    (MediaEngine::start(MediaConfig { rtp_ports: 0..=0, ..MediaConfig::default() }, events), told)
}

fn terms(remote: SocketAddr, dtls: Dtls) -> RtpTerms {
    RtpTerms {
        remote,
        codec: Codec::Pcmu,
        payload_type: 0,
        receive_payload_type: 0,
        dtmf_payload_type: Some(101),
        send: true,
        receive: true,
        srtp: None,
        dtls: Some(Box::new(dtls)),
        rtcp_mux: true,
    }
}

/// An RTP leg in a room of its own, and somebody on a link who talks and listens through it.
struct End {
    room: CallId,
    at: SocketAddr,
    link: AudioLink,
    heard: Vec<i16>,
}

impl End {
    fn new(engine: &MediaEngine, name: &str) -> End {
        let room = CallId::new(name);
        engine.open_room(&room);
        let at = engine.open_rtp_leg(&room, LegId(1), LOCAL).expect("a port");
        let link = engine.open_audio_link(&room, LegId(2));
        engine.set_hearing(&room, vec![(LegId(1), LegId(2)), (LegId(2), LegId(1))]);
        End { room, at, link, heard: Vec::new() }
    }

    fn turn(&mut self, tick: usize, hertz: f32) {
        let frame = tone::sine(hertz, 6_000.0, FRAME, tick * FRAME).into_boxed_slice();
        // Where the room is behind, the newest is lost.
        let _ = self.link.to_room.try_send(frame);
        while let Ok(frame) = self.link.from_room.try_recv() {
            self.heard.extend(frame.iter());
        }
    }

    fn level(&self, hertz: f64) -> f64 {
        measure::tone_level(&self.heard[self.heard.len() - 4_000..], hertz)
    }
}

/// Both talk for so many ticks.
fn talk(ends: &mut [End; 2], ticks: usize) {
    let start = Instant::now();
    for tick in 0..ticks {
        ends[0].turn(tick, 500.0);
        ends[1].turn(tick, 1_100.0);
        let next = start + Duration::from_millis(20) * (tick as u32 + 1);
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

fn connected(engine: &MediaEngine, names: [&str; 2], believed: [Fingerprint; 2]) -> [End; 2] {
    let ends = names.map(|name| End::new(engine, name));
    let [first, second] = believed;
    let dtls = |peer, active| Dtls { peer: vec![peer], active, ice: None };
    // Who begins is connected first: its first flight waits at the other end.
    engine.connect(&ends[0].room, LegId(1), terms(ends[1].at, dtls(first, true)));
    std::thread::sleep(Duration::from_millis(60));
    engine.connect(&ends[1].room, LegId(1), terms(ends[0].at, dtls(second, false)));
    ends
}

#[test]
fn two_ends_shake_hands_and_hear_each_other() {
    let (engine, _told) = engine();
    let own = engine.fingerprint().expect("a certificate");
    let mut ends = connected(&engine, ["one", "two"], [own.clone(), own.clone()]);
    talk(&mut ends, 100);
    assert!((ends[0].level(1_100.0) - 6_000.0).abs() < 600.0, "{}", ends[0].level(1_100.0));
    assert!((ends[1].level(500.0) - 6_000.0).abs() < 600.0, "{}", ends[1].level(500.0));
    // The same terms again, as after a hold: the keys stay.
    let dtls = Dtls { peer: vec![own], active: true, ice: None };
    engine.connect(&ends[0].room, LegId(1), terms(ends[1].at, dtls));
    talk(&mut ends, 50);
    assert!((ends[0].level(1_100.0) - 6_000.0).abs() < 600.0, "after a re-offer");
    engine.shutdown();
}

#[test]
fn whoever_shows_another_certificate_is_not_heard_and_hears_nothing() {
    let (engine, _told) = engine();
    let own = engine.fingerprint().expect("a certificate");
    let other = Fingerprint { bytes: vec![7; 32], ..own.clone() };
    let mut ends = connected(&engine, ["three", "four"], [own, other]);
    talk(&mut ends, 75);
    assert!(ends[0].level(1_100.0) < 10.0 && ends[1].level(500.0) < 10.0);
    engine.shutdown();
}

/// A socket of a test's, with what is waiting on it by now.
fn waiting(socket: &UdpSocket, time: Duration) -> Vec<Vec<u8>> {
    let (mut all, mut buffer, end) = (Vec::new(), [0; 2_048], Instant::now() + time);
    while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        socket.set_read_timeout(Some(left)).expect("a limit");
        if let Ok(length) = socket.recv(&mut buffer) {
            all.push(buffer[..length].to_vec());
        }
    }
    all
}

/// A check of the path by "peer", which chooses it (RFC 8445 section 7.1.1).
fn check(ours: &IceCredentials) -> Vec<u8> {
    let mut message = b"\0\x01\0\0\x21\x12\xa4\x42twelve bytes".to_vec();
    let mut add = |kind: u16, value: &[u8]| {
        message.extend(kind.to_be_bytes());
        message.extend((value.len() as u16).to_be_bytes());
        message.extend(value);
        message.resize(message.len().next_multiple_of(4), 0);
        message.len()
    };
    add(0x0006, format!("{}:peer", ours.ufrag).as_bytes());
    let length = add(0x0025, &[]);
    message[2..4].copy_from_slice(&((length - 20 + 24) as u16).to_be_bytes());
    let mut mac = Hmac::<Sha1>::new_from_slice(ours.password.as_str().as_bytes()).expect("a key");
    mac.update(&message);
    let seal = mac.finalize().into_bytes();
    message.extend([0, 8, 0, 20]);
    message.extend(seal);
    message
}

#[test]
fn a_browser_is_sent_to_where_its_checks_come_from_and_not_before() {
    let (engine, _told) = engine();
    let own = engine.fingerprint().expect("a certificate");
    let end = End::new(&engine, "five");
    let ours =
        IceCredentials { ufrag: "f00d".into(), password: Pii::new("0123456789abcdef012345".to_owned()) };
    let ice = Some((ours.clone(), "peer".to_owned()));
    let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 9));
    engine.connect(&end.room, LegId(1), terms(nowhere, Dtls { peer: vec![own], active: true, ice }));
    let browser = UdpSocket::bind((LOCAL, 0)).expect("a port");
    let stranger =
        IceCredentials { password: Pii::new("another password, as long".to_owned()), ..ours.clone() };
    browser.send_to(&check(&stranger), end.at).expect("sent");
    assert_eq!(waiting(&browser, Duration::from_millis(150)), Vec::<Vec<u8>>::new());
    browser.send_to(&check(&ours), end.at).expect("sent");
    let came = waiting(&browser, Duration::from_millis(200));
    assert!(came[0].starts_with(b"\x01\x01") && came[0][8..20] == *b"twelve bytes", "the check is answered");
    // A handshake's record: a ClientHello.
    assert!(
        came[1..].iter().all(|datagram| datagram[0] == 22) && came.len() > 1,
        "and the handshake begins: {came:?}"
    );
    engine.shutdown();
}
