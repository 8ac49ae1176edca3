//! Legs of every codec in one room, and a codec changed in mid-call.

mod support;

use support::{House, hum, tones};
use tandem_audio::FRAME;
use tandem_audio::codec::{Decoder, Encoder, Encoding};
use tandem_foundation::LegId;
use tandem_media_engine::{MediaConfig, RoomCommand};
use tandem_rtp::Packet;
use tandem_switchboard::ports::media::{Codec, RtpTerms};

fn terms(codec: Codec, payload_type: u8) -> RtpTerms {
    RtpTerms { codec, payload_type, receive_payload_type: payload_type, ..House::terms(1) }
}

/// Leg 1's telephone hums in this encoding, leg 2's in PCMU; gives what leg 1's telephone then hears.
fn run(house: &mut House, ticks: u32, encoding: Encoding, payload_type: u8) -> Vec<i16> {
    let (mut encoder, mut decoder) = (Encoder::new(encoding), Decoder::new(encoding));
    let step = encoding.clock_rate() / 50;
    house.phone_of(1).got.clear();
    for _ in 0..ticks {
        let tick = house.ticks as usize;
        let phone = house.phone_of(1);
        let mut payload = Vec::new();
        encoder.encode(&hum(phone, tick).expect("a hum"), &mut payload);
        phone.send(payload_type, false, phone.timestamp, &payload);
        phone.timestamp = phone.timestamp.wrapping_add(step);
        house.run(1, |phone, tick| (phone.leg == LegId(2)).then(|| hum(phone, tick)).flatten());
    }
    let mut heard = Vec::new();
    let got = std::mem::take(&mut house.phone_of(1).got);
    let packets = got.iter().filter(|(bytes, _)| !tandem_rtp::is_rtcp(bytes));
    let packets: Vec<_> = packets.map(|(bytes, _)| Packet::parse(bytes).expect("RTP")).collect();
    for pair in packets.windows(2) {
        assert_eq!(pair[1].header.timestamp.wrapping_sub(pair[0].header.timestamp), step);
        assert_eq!(pair[1].header.payload_type, payload_type);
    }
    packets.iter().for_each(|packet| decoder.decode(packet.payload, &mut heard));
    heard
}

#[test]
fn every_codec_is_heard_both_ways_and_changes_in_mid_call() {
    let mut house = House::new(MediaConfig::default());
    house.phone(1);
    house.connected_phone(2);
    house.hearing(&[(1, 2), (2, 1)]);
    // Near the wrap of the RTP clock, which is not that of the samples.
    house.phone_of(1).timestamp = u32::MAX - 20_000;
    for (codec, encoding, payload_type) in [
        (Codec::G722, Encoding::G722, 9),
        (Codec::Opus, Encoding::Opus, 111),
        (Codec::Pcma, Encoding::G711(tandem_audio::g711::Law::A), 8),
        (Codec::Opus, Encoding::Opus, 96),
    ] {
        house.tell(RoomCommand::Connect { leg: LegId(1), terms: terms(codec, payload_type) });
        let heard = run(&mut house, 100, encoding, payload_type);
        assert_eq!(tones(&heard[heard.len() - 20 * FRAME..], &[1, 2]), [2], "{codec:?} out");
        assert_eq!(tones(&house.phone_of(2).heard_last(20), &[1, 2]), [1], "{codec:?} in");
    }
}

#[test]
fn a_call_that_changes_to_opus_on_both_legs_is_carried_again_and_hears_every_packet() {
    let mut house = House::new(MediaConfig::default());
    (1..=2).for_each(|leg| house.connected_phone(leg));
    house.hearing(&[(1, 2), (2, 1)]);
    house.run(75, hum);
    assert_eq!(house.room.carried_legs(), 2);
    for (leg, payload_type) in [(1, 96), (2, 111)] {
        let terms = terms(Codec::Opus, payload_type);
        let terms = RtpTerms { remote: House::terms(leg).remote, ..terms };
        house.tell(RoomCommand::Connect { leg: LegId(leg), terms });
    }
    let mut encoders = [Encoder::new(Encoding::Opus), Encoder::new(Encoding::Opus)];
    let mut sent = Vec::new();
    house.phones.iter_mut().for_each(|phone| phone.got.clear());
    for _ in 0..150 {
        let tick = house.ticks as usize;
        for (encoder, (leg, payload_type)) in encoders.iter_mut().zip([(1, 96), (2, 111)]) {
            let phone = house.phone_of(leg);
            let mut payload = Vec::new();
            encoder.encode(&hum(phone, tick).expect("a hum"), &mut payload);
            phone.send(payload_type, false, phone.timestamp, &payload);
            phone.timestamp = phone.timestamp.wrapping_add(960);
            if leg == 1 {
                sent.push(payload);
            }
        }
        house.wait(1);
    }
    assert_eq!(house.room.carried_legs(), 2);
    let got = house.phone_of(2).got.clone();
    let packets: Vec<_> = got.iter().map(|(bytes, _)| Packet::parse(bytes).expect("RTP")).collect();
    assert_eq!(packets.len(), 150, "one each 20 ms, through both changes");
    assert!(packets.iter().all(|p| p.header.payload_type == 111));
    assert!(packets.windows(2).all(|w| w[1].header.sequence == w[0].header.sequence.wrapping_add(1)));
    let last: Vec<_> = packets[120..].iter().map(|p| p.payload.to_vec()).collect();
    assert_eq!(last, sent[120..]);
    let (mut decoder, mut heard) = (Decoder::new(Encoding::Opus), Vec::new());
    packets.iter().for_each(|packet| decoder.decode(packet.payload, &mut heard));
    for second in heard[20 * FRAME..].chunks(20 * FRAME) {
        assert_eq!(tones(second, &[1, 2]), [1]);
    }
}
