//! The engine itself, on threads and over UDP.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use tandem_audio::g711::Law;
use tandem_audio::{FRAME, measure, tone, wav};
use tandem_foundation::{CallId, LegId};
use tandem_media_engine::{MediaConfig, MediaEngine};
use tandem_rtp::{Header, Packet};
use tandem_switchboard::ports::media::{
    Codec, Media, MediaError, MediaEvent, RecordingPlan, RtpTerms, SpeechId,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const LOCAL: [u8; 4] = [127, 0, 0, 1];

struct Phone {
    socket: UdpSocket,
    engine: SocketAddr,
    sent: u32,
    heard: Vec<i16>,
}

impl Phone {
    fn new(engine: &MediaEngine, room: &CallId, leg: u64, codec: Codec) -> Self {
        let socket = UdpSocket::bind((std::net::Ipv4Addr::from(LOCAL), 0)).expect("bind");
        socket.set_nonblocking(true).expect("non-blocking");
        let address = engine.open_rtp_leg(room, LegId(leg), LOCAL.into()).expect("a port");
        let terms = RtpTerms {
            remote: socket.local_addr().expect("bound"),
            codec,
            payload_type: if codec == Codec::Pcmu { 0 } else { 8 },
            receive_payload_type: if codec == Codec::Pcmu { 0 } else { 8 },
            dtmf_payload_type: None,
            send: true,
            receive: true,
            srtp: None,
            dtls: None,
            rtcp_mux: false,
        };
        engine.connect(room, LegId(leg), terms);
        Self { socket, engine: address, sent: 0, heard: Vec::new() }
    }

    fn turn(&mut self, law: Law, frequency: f32) {
        let samples = tone::sine(frequency, 6_000.0, FRAME, self.sent as usize * FRAME);
        let header = Header {
            marker: false,
            payload_type: if law == Law::Mu { 0 } else { 8 },
            sequence: self.sent as u16,
            timestamp: self.sent * 160,
            ssrc: 5,
        };
        let mut packet = header.to_bytes().to_vec();
        law.encode(&samples, &mut packet);
        self.socket.send_to(&packet, self.engine).expect("sent");
        self.sent += 1;
        let mut buffer = [0; 2_048];
        while let Ok(length) = self.socket.recv(&mut buffer) {
            let packet = Packet::parse(&buffer[..length]).expect("RTP");
            law.decode(packet.payload, &mut self.heard);
        }
    }
}

fn engine() -> (std::sync::Arc<MediaEngine>, UnboundedReceiver<MediaEvent>) {
    let (events, told) = unbounded_channel();
    let config = MediaConfig { threads: 2, rtp_ports: 0..=0, ..MediaConfig::default() };
    (MediaEngine::start(config, events), told)
}

#[test]
fn two_telephones_of_different_codecs_hear_each_other_and_are_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.wav");
    let (engine, mut told) = engine();
    let room = CallId::from("call_1");
    engine.open_room(&room);
    let mut mu = Phone::new(&engine, &room, 1, Codec::Pcmu);
    let mut a = Phone::new(&engine, &room, 2, Codec::Pcma);
    engine.set_hearing(&room, vec![(LegId(1), LegId(2)), (LegId(2), LegId(1))]);
    engine.start_recording(
        &room,
        RecordingPlan { path: path.clone(), left: vec![LegId(1)], lead: std::time::Duration::ZERO },
    );
    let start = Instant::now();
    for n in 0..150u32 {
        mu.turn(Law::Mu, 500.0);
        a.turn(Law::A, 1_100.0);
        std::thread::sleep(
            (start + Duration::from_millis(20) * (n + 1)).saturating_duration_since(Instant::now()),
        );
    }
    for (phone, frequency) in [(&mu, 1_100.0), (&a, 500.0)] {
        let heard = &phone.heard[phone.heard.len() - 4_000..];
        let level = measure::tone_level(heard, frequency);
        assert!((level - 6_000.0).abs() < 600.0, "{frequency} Hz at {level}");
    }
    engine.close_room(&room);
    engine.shutdown();
    let closed = std::iter::from_fn(|| told.try_recv().ok()).find_map(|event| {
        if let MediaEvent::RecordingClosed { file, .. } = event { Some(file.frames) } else { None }
    });
    let frames = closed.expect("the recording is whole before the engine has ended");
    assert!(frames.abs_diff(24_000) < 1_600, "{frames}");
    let (_, channels) = wav::read(&std::fs::read(&path).expect("a file")).expect("a WAV file");
    assert!(measure::tone_level(&channels[0][16_000..20_000], 500.0) > 5_000.0);
    assert!(measure::tone_level(&channels[1][16_000..20_000], 1_100.0) > 5_000.0);
}

#[test]
fn packets_of_one_codec_are_carried_on_as_they_come() {
    let (engine, _told) = engine();
    let room = CallId::from("call_1");
    engine.open_room(&room);
    let mut one = Phone::new(&engine, &room, 1, Codec::Pcmu);
    let mut two = Phone::new(&engine, &room, 2, Codec::Pcmu);
    engine.set_hearing(&room, vec![(LegId(1), LegId(2)), (LegId(2), LegId(1))]);
    let start = Instant::now();
    for n in 0..100u32 {
        one.turn(Law::Mu, 500.0);
        two.turn(Law::Mu, 1_100.0);
        std::thread::sleep(
            (start + Duration::from_millis(20) * (n + 1)).saturating_duration_since(Instant::now()),
        );
    }
    std::thread::sleep(Duration::from_millis(60));
    let mut buffer = [0; 2_048];
    while two.socket.recv(&mut buffer).is_ok() {}
    // No tick takes part any more: a packet of an odd length comes out as it is, and so does one after the other.
    two.socket.set_nonblocking(false).expect("blocking");
    two.socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    for n in 0..20u32 {
        let header = Header {
            marker: false,
            payload_type: 0,
            sequence: (one.sent + n) as u16,
            timestamp: (one.sent + n) * 160,
            ssrc: 5,
        };
        let payload = [n as u8; 60];
        one.socket.send_to(&[&header.to_bytes()[..], &payload].concat(), one.engine).expect("sent");
        let length = two.socket.recv(&mut buffer).expect("carried on");
        assert_eq!(Packet::parse(&buffer[..length]).expect("RTP").payload, payload);
    }
    engine.shutdown();
}

#[test]
fn ten_seconds_of_ticks_do_not_drift_and_a_link_gets_every_frame() {
    let (engine, _told) = engine();
    let room = CallId::from("call_1");
    engine.open_room(&room);
    let mut link = engine.open_audio_link(&room, LegId(1));
    engine.open_speaker(&room, LegId(2));
    engine.set_hearing(&room, vec![(LegId(1), LegId(2))]);
    let words = tone::noise(3, 8_000.0, 32_000);
    engine.speak(&room, LegId(2), SpeechId(1), words.clone(), true);
    let first = link.from_room.blocking_recv().expect("a frame");
    let start = Instant::now();
    let mut heard = first.to_vec();
    for _ in 0..500 {
        heard.extend(link.from_room.blocking_recv().expect("a frame"));
    }
    let took = start.elapsed();
    assert!(took.abs_diff(Duration::from_secs(10)) < Duration::from_millis(60), "{took:?}");
    let found = measure::align(&words[FRAME..], &heard, 4_000);
    assert!(found.snr_db > 60.0, "speech reaches a link untouched but for the first fade: {found:?}");
    assert!(engine.statistics().ticks() >= 1_000, "both threads tick");
    assert!(engine.statistics().percentile(0.5) < Duration::from_millis(5));
}

#[test]
fn a_leg_needs_an_open_room_and_a_running_engine() {
    let (engine, _told) = engine();
    let room = CallId::from("call_1");
    assert!(matches!(engine.open_rtp_leg(&room, LegId(1), LOCAL.into()), Err(MediaError::NoRoom)));
    engine.open_room(&room);
    assert!(engine.open_rtp_leg(&room, LegId(1), LOCAL.into()).is_ok());
    assert_eq!(engine.room_count(), 1);
    engine.shutdown();
    assert!(matches!(engine.open_rtp_leg(&room, LegId(2), LOCAL.into()), Err(MediaError::Stopped)));
}

#[test]
fn two_rooms_that_are_joined_hear_each_other_until_one_leg_is_closed() {
    let (engine, _told) = engine();
    let (one, other) = (CallId::from("call_1"), CallId::from("call_2"));
    for room in [&one, &other] {
        engine.open_room(room);
    }
    let mut ann = Phone::new(&engine, &one, 1, Codec::Pcmu);
    let mut ben = Phone::new(&engine, &other, 2, Codec::Pcma);
    engine.join_rooms((&one, LegId(3)), (&other, LegId(4)));
    engine.set_hearing(&one, vec![(LegId(1), LegId(3)), (LegId(3), LegId(1))]);
    engine.set_hearing(&other, vec![(LegId(2), LegId(4)), (LegId(4), LegId(2))]);
    let both = |ann: &Phone, ben: &Phone| {
        let hears = |phone: &Phone, hz: f64| {
            phone.heard.len() > 8_000
                && measure::tone_level(&phone.heard[phone.heard.len() - 4_000..], hz) > 4_000.0
        };
        hears(ann, 700.0) && hears(ben, 400.0)
    };
    let mut limit = Instant::now() + Duration::from_secs(20);
    while !both(&ann, &ben) {
        assert!(Instant::now() < limit, "they never heard each other");
        ann.turn(Law::Mu, 400.0);
        ben.turn(Law::A, 700.0);
        std::thread::sleep(Duration::from_millis(20));
    }
    engine.close_leg(&one, LegId(3));
    limit = Instant::now() + Duration::from_secs(20);
    let silent =
        |phone: &Phone| phone.heard[phone.heard.len() - 1_600..].iter().all(|s| s.unsigned_abs() < 100);
    while !(silent(&ann) && silent(&ben)) {
        assert!(Instant::now() < limit, "they still hear each other");
        ann.turn(Law::Mu, 400.0);
        ben.turn(Law::A, 700.0);
        std::thread::sleep(Duration::from_millis(20));
    }
}
