//! RTP legs: learned addresses, hold, silence, digits and statistics.

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use support::{EVENTS, House, hum, tones};
use tandem_audio::{FRAME, dtmf};
use tandem_foundation::LegId;
use tandem_media_engine::{MediaConfig, RoomCommand};
use tandem_rtp::{EventReceiver, EventSender, Packet};
use tandem_switchboard::ports::media::{MediaEvent, RtpTerms};

fn digits(house: &House) -> String {
    let digit = |event: &MediaEvent| match event {
        MediaEvent::Dtmf { leg: LegId(1), digit, .. } => Some(*digit),
        _ => None,
    };
    house.events.iter().filter_map(digit).collect()
}

fn two() -> House {
    let mut house = House::new(MediaConfig::default());
    house.connected_phone(1);
    house.connected_phone(2);
    house.hearing(&[(1, 2), (2, 1)]);
    house
}

#[test]
fn a_packet_goes_out_every_tick_even_if_nobody_speaks() {
    let mut house = House::new(MediaConfig::default());
    house.phone(1);
    house.wait(10);
    assert!(house.phone_of(1).got.is_empty(), "not connected yet");
    house.tell(RoomCommand::Connect { leg: LegId(1), terms: House::terms(1) });
    house.wait(10);
    let got = std::mem::take(&mut house.phone_of(1).got);
    let headers: Vec<_> = got.iter().map(|(b, _)| Packet::parse(b).expect("RTP").header).collect();
    assert_eq!(headers.len(), 10);
    assert!(headers[0].marker && headers[1..].iter().all(|h| !h.marker));
    for pair in headers.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
        assert_eq!(pair[1].ssrc, pair[0].ssrc);
    }
}

#[test]
fn sound_is_sent_to_where_it_comes_from_and_follows_a_telephone_that_moved() {
    let mut house = two();
    let signalled = house.phone_of(1).address;
    let behind_nat = SocketAddr::from(([198, 51, 100, 7], 6_000));
    house.phone_of(1).address = behind_nat;
    house.run(20, hum);
    assert_eq!(house.phone_of(1).got[0].1, signalled);
    assert_eq!(house.phone_of(1).got[19].1, behind_nat);
    // Someone else's packets to the same port change nothing.
    house.phone_of(1).address = SocketAddr::from(([203, 0, 113, 66], 9_999));
    for _ in 0..5 {
        house.phone_of(1).say(&[9_000; FRAME]);
    }
    house.phone_of(1).address = behind_nat;
    house.run(20, hum);
    assert_eq!(house.phone_of(1).got.last().map(|g| g.1), Some(behind_nat));
    let moved = SocketAddr::from(([198, 51, 100, 8], 6_001));
    house.wait(60);
    house.phone_of(1).address = moved;
    house.run(60, hum);
    assert_eq!(house.phone_of(1).got.last().map(|g| g.1), Some(moved));
    assert_eq!(tones(&house.phone_of(2).heard_last(20), &[1, 2]), [1]);
}

#[test]
fn a_leg_that_does_not_receive_is_not_heard_and_does_not_time_out() {
    let mut house = two();
    house.run(30, hum);
    let terms = RtpTerms { receive: false, ..House::terms(1) };
    house.tell(RoomCommand::Connect { leg: LegId(1), terms });
    house.run(30, hum);
    assert_eq!(tones(&house.phone_of(2).heard_last(10), &[1]), [0u64; 0]);
    assert_eq!(tones(&house.phone_of(1).heard_last(10), &[2]), [2]);
    house.run(2_000, |phone, tick| (phone.leg == LegId(2)).then(|| hum(phone, tick)).flatten());
    assert!(!house.events.iter().any(|e| matches!(e, MediaEvent::RtpTimeout { .. })));
}

#[test]
fn silence_of_a_peer_is_told_once_and_again_after_it_came_back() {
    let timeouts = |house: &House| {
        let told = house.events.iter().filter_map(|event| match event {
            MediaEvent::RtpTimeout { leg: LegId(1), silent_s, .. } => Some(*silent_s),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    let mut house = House::new(MediaConfig { rtp_timeout: Duration::from_secs(3), ..MediaConfig::default() });
    house.connected_phone(1);
    house.run(50, hum);
    house.wait(400);
    assert_eq!(timeouts(&house), [3]);
    house.run(50, hum);
    house.wait(400);
    assert_eq!(timeouts(&house), [3, 3]);
}

#[test]
fn digits_are_heard_once_each_as_events_and_as_tones() {
    let mut house = two();
    let mut sender = EventSender::default();
    sender.queue("12#");
    for _ in 0..80 {
        let phone = house.phone_of(1);
        let timestamp = phone.timestamp;
        phone.timestamp = timestamp.wrapping_add(160);
        if let Some(event) = sender.tick(timestamp, 160) {
            phone.send(EVENTS, event.marker, event.timestamp, &event.payload);
        }
        house.wait(1);
    }
    assert_eq!(digits(&house), "12#");
    house.events.clear();
    let terms = RtpTerms { dtmf_payload_type: None, ..House::terms(1) };
    house.tell(RoomCommand::Connect { leg: LegId(1), terms });
    let mut line = vec![0; 3_200];
    for key in "90*".chars() {
        line.extend(dtmf::press(key, 5_000.0, 640).expect("a key"));
        line.extend([0; 640]);
    }
    line.resize(line.len().next_multiple_of(FRAME) + 3_200, 0);
    for frame in line.chunks(FRAME) {
        house.phone_of(1).say(frame);
        house.wait(1);
    }
    assert_eq!(digits(&house), "90*");
}

#[test]
fn digits_are_sent_as_events_or_as_tones_as_the_peer_takes_them() {
    let mut house = two();
    house.tell(RoomCommand::SendDtmf { leg: LegId(1), digits: "407".to_owned() });
    house.wait(60);
    let mut receiver = EventReceiver::default();
    let got = house.phone_of(1).got.clone();
    let packets = got.iter().map(|(bytes, _)| Packet::parse(bytes).expect("RTP"));
    let events: Vec<_> = packets.filter(|p| p.header.payload_type == EVENTS).collect();
    assert_eq!(events.iter().filter_map(|p| receiver.receive(p)).collect::<String>(), "407");
    assert_eq!(events.iter().filter(|p| p.header.marker).count(), 3);
    let terms = RtpTerms { dtmf_payload_type: None, ..House::terms(2) };
    house.tell(RoomCommand::Connect { leg: LegId(2), terms });
    house.tell(RoomCommand::SendDtmf { leg: LegId(2), digits: "5D".to_owned() });
    house.wait(30);
    let mut keys = String::new();
    dtmf::DtmfDetector::default().process(&house.phone_of(2).heard(), |key| keys.push(key));
    assert_eq!(keys, "5D");
}

#[test]
fn quality_tells_loss_and_counts() {
    let mut house = two();
    // A tap needs samples, and samples need the jitter buffer.
    let (reader, _tapped) = tokio::sync::mpsc::channel(4);
    house.tell(RoomCommand::Tap { leg: LegId(1), reader });
    house.run(600, hum);
    let phone = house.phone_of(1);
    phone.sequence += 10;
    phone.timestamp += 10 * 160;
    house.wait(10);
    house.run(300, hum);
    let last = house.events.iter().rev().find_map(|event| match event {
        MediaEvent::Quality { leg: LegId(1), quality, .. } => Some(*quality),
        _ => None,
    });
    let quality = last.expect("told every 5 s");
    assert_eq!(quality.packets_lost, 10);
    assert!(quality.packets_received > 700 && quality.packets_sent > 700, "{quality:?}");
    assert!((10.0..80.0).contains(&quality.buffer_ms), "{quality:?}");
}
