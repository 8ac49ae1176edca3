//! One encode for all who hear the same.

mod support;

use support::{House, hum, tones};
use tandem_foundation::LegId;
use tandem_media_engine::{MediaConfig, RoomCommand};
use tandem_rtp::Packet;
use tandem_switchboard::ports::media::{Codec, RtpTerms, Sound};

/// Two who talk with each other, and four who listen to both, with this codec.
fn house(codec: Codec, payload_type: u8) -> House {
    let mut house = House::new(MediaConfig::default());
    (1..=2).for_each(|leg| house.connected_phone(leg));
    for leg in 3..=6 {
        house.phone(leg);
        let terms = RtpTerms { codec, payload_type, receive_payload_type: payload_type, ..House::terms(leg) };
        house.tell(RoomCommand::Connect { leg: LegId(leg), terms });
    }
    let listeners = (3..=6).flat_map(|to| [(to, 1), (to, 2)]);
    house.hearing(&[(1, 2), (2, 1)].into_iter().chain(listeners).collect::<Vec<_>>());
    house
}

fn talk(house: &mut House, ticks: u32) {
    house.run(ticks, |phone, tick| (phone.leg.0 < 3).then(|| hum(phone, tick)).flatten());
}

/// Encodes in a tick of late.
fn encodes(house: &mut House) -> u64 {
    let before = house.room.encodes();
    talk(house, 10);
    (house.room.encodes() - before) / 10
}

fn last_payload(house: &mut House, leg: u64) -> Vec<u8> {
    let (bytes, _) = house.phone_of(leg).got.last().expect("a packet");
    Packet::parse(bytes).expect("RTP").payload.to_vec()
}

#[test]
fn listeners_of_the_same_share_one_encode_of_g711() {
    let mut house = house(Codec::Pcmu, 0);
    talk(&mut house, 100);
    assert_eq!(house.room.carried_legs(), 2, "the two who talk need none");
    assert_eq!(encodes(&mut house), 1);
    for leg in 3..=6 {
        assert_eq!(tones(&house.phone_of(leg).heard_last(10), &[1, 2, 3]), [1, 2]);
    }
    house.tell(RoomCommand::Sound { leg: LegId(5), sound: Some(Sound::Beep) });
    assert_eq!(encodes(&mut house), 2, "one of them hears a tone besides");
    house.hearing(&[(1, 2), (2, 1), (3, 1), (4, 1), (4, 2), (6, 2), (6, 1)]);
    assert_eq!(encodes(&mut house), 3);
    assert_eq!(last_payload(&mut house, 4), last_payload(&mut house, 6));
    assert_ne!(last_payload(&mut house, 4), last_payload(&mut house, 3));
}

#[test]
fn a_stream_of_opus_is_shared_once_it_has_been_the_same_and_left_for_an_encoder_of_its_own() {
    let mut house = house(Codec::Opus, 96);
    talk(&mut house, 40);
    assert_eq!(encodes(&mut house), 6, "not before a second of the same; nor are the two carried yet");
    talk(&mut house, 60);
    assert_eq!(encodes(&mut house), 1);
    assert_eq!(last_payload(&mut house, 3), last_payload(&mut house, 6));
    house.hearing(&[(1, 2), (2, 1), (3, 1), (3, 2), (4, 1), (5, 1), (5, 2), (6, 1), (6, 2)]);
    assert_eq!(encodes(&mut house), 2);
    assert_ne!(last_payload(&mut house, 4), last_payload(&mut house, 6));
    let mut decoder = tandem_audio::codec::Decoder::new(tandem_audio::codec::Encoding::Opus);
    talk(&mut house, 30);
    let mut heard = Vec::new();
    let got = house.phone_of(4).got.clone();
    for (bytes, _) in &got {
        decoder.decode(Packet::parse(bytes).expect("RTP").payload, &mut heard);
    }
    assert_eq!(tones(&heard[heard.len() - 3_200..], &[1, 2]), [1], "through both changes of stream");
}
