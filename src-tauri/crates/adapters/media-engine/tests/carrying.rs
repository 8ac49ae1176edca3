//! Packets carried on as they came: two legs of one encoding that hear each other, and the ways out of it and back.

mod support;

use support::{EVENTS, House, Phone, hum, tones};
use tandem_audio::g711::Law;
use tandem_audio::{FRAME, tone};
use tandem_foundation::LegId;
use tandem_media_engine::{MediaConfig, RoomCommand};
use tandem_rtp::{EventSender, Header, Packet};
use tandem_switchboard::ports::media::{Codec, MediaEvent, RecordingPlan, RtpTerms, Sound};
use tokio::sync::mpsc;

/// A customer, an agent, and another who at first hears nobody.
fn house() -> House {
    let mut house = House::new(MediaConfig::default());
    (1..=3).for_each(|leg| house.connected_phone(leg));
    house.hearing(&[(1, 2), (2, 1)]);
    house
}

/// Until both are carried, which takes a second at most where there is no pause.
fn carried() -> House {
    let mut house = house();
    house.run(75, hum);
    assert_eq!(house.room.carried_legs(), 2);
    house
}

fn headers(phone: &Phone) -> Vec<Header> {
    phone.got.iter().map(|(bytes, _)| Packet::parse(bytes).expect("RTP").header).collect()
}

fn payloads(phone: &Phone) -> Vec<Vec<u8>> {
    phone.got.iter().map(|(bytes, _)| Packet::parse(bytes).expect("RTP").payload.to_vec()).collect()
}

/// One stream from the first packet to the last: no number twice, none left out, and no step of time but the packet's.
fn assert_one_stream(phone: &Phone) {
    for (n, pair) in headers(phone).windows(2).enumerate() {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1), "packet {n}");
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(FRAME as u32), "packet {n}");
        assert_eq!(pair[1].ssrc, 1_000 + phone.leg.0 as u32);
    }
}

/// No step that a tone of this amplitude and pitch has not, and no 20 ms without it.
fn assert_smooth(sound: &[i16], steepest: i32) {
    let steps = sound.windows(2).map(|w| (i32::from(w[1]) - i32::from(w[0])).abs());
    let (at, step) = steps.enumerate().max_by_key(|(_, step)| *step).expect("some sound");
    assert!(step < steepest, "a click of {step} at {at}");
    for (n, piece) in sound.windows(FRAME).step_by(40).enumerate() {
        assert!(tandem_audio::peak(piece) > 1_500, "a gap at {}", n * 40);
    }
}

#[test]
fn payloads_are_carried_on_byte_by_byte_under_numbers_of_the_leg_s_own() {
    let mut house = carried();
    house.phones.iter_mut().for_each(|phone| phone.got.clear());
    let noise = tone::noise(8, 9_000.0, 50 * FRAME);
    house.run(50, |_, tick| Some(noise[(tick - 75) * FRAME..][..FRAME].to_vec()));
    let mut sent = Vec::new();
    Law::Mu.encode(&noise, &mut sent);
    for leg in [1, 2] {
        let phone = house.phone_of(leg);
        assert_eq!(payloads(phone).concat(), sent);
        assert!(phone.got.iter().all(|(_, to)| *to == phone.address));
        assert_one_stream(phone);
    }
}

#[test]
fn the_stream_goes_on_smoothly_from_mixing_to_carrying_and_back_when_a_third_joins() {
    let mut house = house();
    house.run(100, hum);
    house.hearing(&[(1, 2), (2, 1), (1, 3), (2, 3), (3, 1), (3, 2)]);
    house.run(40, hum);
    assert_eq!(house.room.carried_legs(), 0);
    assert_eq!(tones(&house.phone_of(1).heard_last(20), &[1, 2, 3]), [2, 3]);
    house.hearing(&[(1, 2), (2, 1)]);
    house.run(120, hum);
    assert_eq!(house.room.carried_legs(), 2);
    for leg in [1, 2] {
        assert_one_stream(house.phone_of(leg));
        // A tone of amplitude 5 000 at 800 Hz and one at 1 050 Hz step by 3 000 and 3 900.
        let heard = house.phone_of(leg).heard();
        assert_smooth(&heard[20 * FRAME..90 * FRAME], 5_000);
        assert_smooth(&heard[95 * FRAME..], 9_000);
    }
}

#[test]
fn a_whisper_a_sound_and_hold_are_mixed_and_end_in_carrying_again() {
    let mut house = carried();
    house.hearing(&[(1, 2), (2, 1), (2, 3)]);
    house.run(30, hum);
    assert_eq!(tones(&house.phone_of(2).heard_last(10), &[1, 2, 3]), [1, 3]);
    assert_eq!(house.room.carried_legs(), 1, "the customer hears only the agent, as before");
    house.hearing(&[(1, 2), (2, 1)]);
    house.run(80, hum);
    assert_eq!(house.room.carried_legs(), 2);
    house.tell(RoomCommand::Sound { leg: LegId(1), sound: Some(Sound::Beep) });
    house.run(20, hum);
    assert_eq!(house.room.carried_legs(), 1);
    house.tell(RoomCommand::Sound { leg: LegId(1), sound: None });
    house.run(80, hum);
    assert_one_stream(house.phone_of(1));
    assert_one_stream(house.phone_of(2));
    // On hold the customer gets nothing and is not heard; then the call goes on.
    let held = RtpTerms { send: false, receive: false, ..House::terms(1) };
    house.tell(RoomCommand::Connect { leg: LegId(1), terms: held });
    let before = house.phone_of(1).got.len();
    house.run(30, hum);
    assert_eq!(house.phone_of(1).got.len(), before);
    assert_eq!(tones(&house.phone_of(2).heard_last(10), &[1]), [0u64; 0]);
    house.tell(RoomCommand::Connect { leg: LegId(1), terms: House::terms(1) });
    house.run(100, hum);
    assert_eq!(house.room.carried_legs(), 2);
    for (leg, other) in [(1, 2), (2, 1)] {
        assert_eq!(tones(&house.phone_of(leg).heard_last(10), &[1, 2]), [other]);
        let sequences: Vec<_> = headers(house.phone_of(leg)).iter().map(|h| h.sequence).collect();
        assert!(sequences.windows(2).all(|w| w[1] == w[0].wrapping_add(1)));
    }
}

#[test]
fn who_is_no_longer_heard_fades_at_once() {
    let mut house = carried();
    house.hearing(&[(2, 1)]);
    let before = house.phone_of(1).heard().len();
    house.run(5, hum);
    let heard = house.phone_of(1).heard();
    let after = &heard[before - FRAME..];
    let steps = after.windows(2).map(|w| (i32::from(w[1]) - i32::from(w[0])).abs());
    assert!(steps.max() < Some(5_000));
    assert!(after[2 * FRAME..].iter().all(|s| s.abs() < 16), "silent after 20 ms");
    assert_one_stream(house.phone_of(1));
}

#[test]
fn a_tap_and_a_recording_get_their_samples_while_payloads_are_carried_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = carried();
    let (reader, mut tapped) = mpsc::channel(1_000);
    house.tell(RoomCommand::Tap { leg: LegId(1), reader });
    let plan = RecordingPlan {
        path: folder.path().join("call.wav"),
        left: vec![LegId(1)],
        lead: std::time::Duration::ZERO,
    };
    house.tell(RoomCommand::StartRecording { plan });
    house.phone_of(2).got.clear();
    house.run(100, hum);
    assert_eq!(house.room.carried_legs(), 2, "nothing is heard differently");
    let noise = tone::noise(8, 9_000.0, 50 * FRAME);
    house.phone_of(2).got.clear();
    house.run(50, |_, tick| Some(noise[(tick - 175) * FRAME..][..FRAME].to_vec()));
    let mut sent = Vec::new();
    Law::Mu.encode(&noise, &mut sent);
    assert_eq!(payloads(house.phone_of(2)).concat(), sent);
    let mut samples = Vec::new();
    while let Ok(frame) = tapped.try_recv() {
        samples.extend_from_slice(&frame.samples);
    }
    assert_eq!(samples.len(), 150 * FRAME);
    assert_eq!(tones(&samples[50 * FRAME..90 * FRAME], &[1, 2]), [1]);
    house.tell(RoomCommand::StopRecording);
    house.writer.turn();
    house.writer.turn();
    let (_, sides) =
        tandem_audio::wav::read(&std::fs::read(folder.path().join("call.wav")).expect("written"))
            .expect("a WAV file");
    assert_eq!(tones(&sides[0][50 * FRAME..90 * FRAME], &[1, 2]), [1]);
    assert_eq!(tones(&sides[1][50 * FRAME..90 * FRAME], &[1, 2]), [2]);
}

#[test]
fn losses_reordering_and_duplicates_are_passed_on_as_they_are_but_never_a_number_twice() {
    let mut house = carried();
    house.phone_of(2).got.clear();
    for step in [0u16, 1, 3, 2, 3, 5] {
        let phone = house.phone_of(1);
        let header = Header {
            marker: step == 5,
            payload_type: 0,
            sequence: phone.sequence.wrapping_add(step),
            timestamp: phone.timestamp.wrapping_add(u32::from(step) * FRAME as u32),
            ssrc: phone.ssrc,
        };
        phone.send_raw([&header.to_bytes()[..], &[step as u8; FRAME]].concat());
        house.wait(1);
    }
    let got = headers(house.phone_of(2));
    let steps: Vec<_> = got.iter().map(|h| h.sequence.wrapping_sub(got[0].sequence)).collect();
    assert_eq!(steps, [0, 1, 3, 2, 5]);
    let times: Vec<_> =
        got.iter().map(|h| h.timestamp.wrapping_sub(got[0].timestamp) / FRAME as u32).collect();
    assert_eq!(times, [0, 1, 3, 2, 5]);
    assert!(got[4].marker && !got[3].marker);
}

#[test]
fn key_presses_and_comfort_noise_are_carried_under_the_types_of_the_other_leg() {
    let mut house = house();
    house.tell(RoomCommand::Connect {
        leg: LegId(2),
        terms: RtpTerms { dtmf_payload_type: Some(96), ..House::terms(2) },
    });
    house.run(75, hum);
    house.phone_of(2).got.clear();
    let mut sender = EventSender::default();
    sender.queue("7");
    for _ in 0..10 {
        let phone = house.phone_of(1);
        let timestamp = phone.timestamp;
        match sender.tick(timestamp, FRAME as u16) {
            Some(event) => {
                phone.timestamp = timestamp.wrapping_add(FRAME as u32);
                phone.send(EVENTS, event.marker, event.timestamp, &event.payload);
            }
            None => phone.say(&[500; FRAME]),
        }
        house.wait(1);
    }
    let phone = house.phone_of(1);
    phone.send(13, false, phone.timestamp, &[70]);
    house.wait(30);
    let got = house.phone_of(2).got.clone();
    let packets: Vec<_> = got.iter().map(|(bytes, _)| Packet::parse(bytes).expect("RTP")).collect();
    let events: Vec<_> = packets.iter().filter(|p| p.header.payload_type == 96).collect();
    assert_eq!(events.len(), 7);
    assert!(events[0].header.marker && events.iter().all(|p| p.payload[0] == 7));
    assert!(events.iter().all(|p| p.header.timestamp == events[0].header.timestamp));
    assert!(packets.iter().any(|p| p.header.payload_type == 13 && p.payload == [70]));
    assert_eq!(packets.len(), 11, "no silence of ours beside the peer's own");
    assert!(packets.windows(2).all(|w| w[1].header.sequence == w[0].header.sequence.wrapping_add(1)));
    let told = house.events.iter().filter(|e| matches!(e, MediaEvent::Dtmf { digit: '7', .. })).count();
    assert_eq!(told, 1);
}

#[test]
fn a_peer_without_events_sees_no_loss_where_presses_are_left_out() {
    let mut house = house();
    let terms = RtpTerms { dtmf_payload_type: None, ..House::terms(2) };
    house.tell(RoomCommand::Connect { leg: LegId(2), terms });
    house.run(75, hum);
    house.phone_of(2).got.clear();
    house.run(2, hum);
    let phone = house.phone_of(1);
    phone.send(EVENTS, true, phone.timestamp, &[5, 10, 0, 160]);
    phone.timestamp = phone.timestamp.wrapping_add(FRAME as u32);
    house.run(3, hum);
    let got = headers(house.phone_of(2));
    assert_eq!(got.len(), 5);
    assert!(got.windows(2).all(|w| w[1].sequence == w[0].sequence.wrapping_add(1)));
}

#[test]
fn a_source_that_falls_silent_is_replaced_by_silence_and_comes_back() {
    let mut house = carried();
    house.run(30, |phone, tick| (phone.leg == LegId(1)).then(|| hum(phone, tick)).flatten());
    assert_eq!(house.room.carried_legs(), 1, "of the other there is nothing to carry");
    let silent = house.phone_of(1).got.len();
    house.wait(10);
    assert_eq!(house.phone_of(1).got.len(), silent + 10, "silence goes out every tick");
    let headers_before = headers(house.phone_of(1));
    let stood = headers_before.windows(2).all(|w| w[1].sequence == w[0].sequence.wrapping_add(1));
    assert!(stood);
    house.run(100, hum);
    assert_eq!(house.room.carried_legs(), 2);
    assert_eq!(tones(&house.phone_of(1).heard_last(10), &[1, 2]), [2]);
}

#[test]
fn legs_of_different_encodings_are_mixed_and_change_with_what_is_negotiated() {
    let mut house = carried();
    let terms = RtpTerms { codec: Codec::Pcma, payload_type: 8, receive_payload_type: 8, ..House::terms(3) };
    house.tell(RoomCommand::Connect { leg: LegId(3), terms });
    house.hearing(&[(1, 3), (3, 1)]);
    house.run(100, hum);
    assert_eq!(house.room.carried_legs(), 0);
    house.hearing(&[(1, 2), (2, 1)]);
    // Another address and payload type in the middle of the carrying.
    house.run(100, hum);
    assert_eq!(house.room.carried_legs(), 2);
    let moved = std::net::SocketAddr::from(([192, 0, 2, 9], 7_000));
    let terms = RtpTerms { remote: moved, payload_type: 100, ..House::terms(2) };
    house.tell(RoomCommand::Connect { leg: LegId(2), terms });
    house.phone_of(2).got.clear();
    house.phone_of(2).address = moved;
    house.run(20, hum);
    let phone = house.phone_of(2);
    assert!(phone.got.iter().all(|(_, to)| *to == moved));
    assert!(headers(phone).iter().all(|h| h.payload_type == 100));
    assert!(phone.got.len() >= 19);
}
