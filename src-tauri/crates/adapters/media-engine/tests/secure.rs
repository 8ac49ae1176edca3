//! Protected legs: what goes over the wire, what is believed, and new keys in mid-call.

mod support;

use support::{House, hum, tones};
use tandem_audio::FRAME;
use tandem_audio::g711::Law;
use tandem_foundation::{LegId, Pii};
use tandem_media_engine::{MediaConfig, RoomCommand};
use tandem_rtp::{Header, Packet};
use tandem_srtp::{Protector, Suite, Unprotector};
use tandem_switchboard::ports::media::{CryptoSuite, Protection, RtpTerms};

/// Leg 1 is protected, leg 2 is a plain telephone that it talks with.
fn house(send: u8, receive: u8) -> House {
    let mut house = House::new(MediaConfig::default());
    house.connected_phone(2);
    house.phone(1);
    rekey(&mut house, send, receive);
    house.hearing(&[(1, 2), (2, 1)]);
    house
}

fn rekey(house: &mut House, send: u8, receive: u8) {
    let suite = CryptoSuite::AesCm128HmacSha1_80;
    let srtp = Some(Protection { suite, send: Pii::new([send; 30]), receive: Pii::new([receive; 30]) });
    house.tell(RoomCommand::Connect { leg: LegId(1), terms: RtpTerms { srtp, ..House::terms(1) } });
}

/// Leg 1's telephone hums under its key, leg 2's in the clear.
fn run(house: &mut House, ticks: u32, protector: &mut Protector) {
    for _ in 0..ticks {
        let tick = house.ticks as usize;
        let phone = house.phone_of(1);
        let header = Header {
            marker: false,
            payload_type: 0,
            sequence: phone.sequence,
            timestamp: phone.timestamp,
            ssrc: phone.ssrc,
        };
        (phone.sequence, phone.timestamp) = (phone.sequence.wrapping_add(1), phone.timestamp + FRAME as u32);
        let mut packet = header.to_bytes().to_vec();
        Law::Mu.encode(&hum(phone, tick).expect("a hum"), &mut packet);
        protector.protect_rtp(&mut packet).expect("RTP");
        phone.send_raw(packet);
        house.run(1, |phone, tick| (phone.leg == LegId(2)).then(|| hum(phone, tick)).flatten());
    }
}

fn protector(byte: u8) -> Protector {
    Protector::new(Suite::Sha1_80, &Pii::new([byte; 30]))
}

/// What leg 1's telephone can open with this key, as sound.
fn opened(house: &mut House, byte: u8) -> Vec<i16> {
    let mut unprotector = Unprotector::new(Suite::Sha1_80, &Pii::new([byte; 30]));
    let mut samples = Vec::new();
    for (mut bytes, _) in std::mem::take(&mut house.phone_of(1).got) {
        if !tandem_rtp::is_rtcp(&bytes) && unprotector.unprotect_rtp(&mut bytes).is_ok() {
            Law::Mu.decode(Packet::parse(&bytes).expect("RTP").payload, &mut samples);
        }
    }
    samples
}

#[test]
fn both_ways_are_protected_and_heard() {
    let mut house = house(11, 22);
    run(&mut house, 60, &mut protector(22));
    assert_eq!(tones(&house.phone_of(2).heard_last(20), &[1, 2]), [1]);
    assert!(
        house
            .phone_of(1)
            .got
            .iter()
            .all(|(bytes, _)| bytes.len() == 12 + FRAME + 10 || tandem_rtp::is_rtcp(bytes))
    );
    let heard = opened(&mut house, 11);
    assert_eq!(tones(&heard[heard.len() - 20 * FRAME..], &[1, 2]), [2]);
}

#[test]
fn a_packet_in_the_clear_or_under_another_key_is_neither_heard_nor_followed() {
    let mut house = house(11, 22);
    let elsewhere = std::net::SocketAddr::from(([203, 0, 113, 5], 9));
    house.phone_of(1).address = elsewhere;
    run(&mut house, 30, &mut protector(33));
    house.run(30, hum);
    assert_eq!(tones(&house.phone_of(2).heard_last(20), &[1]), [0u64; 0]);
    assert!(house.phone_of(1).got.iter().all(|(_, to)| *to != elsewhere));
}

#[test]
fn new_keys_in_mid_call_take_over_and_unchanged_ones_go_on() {
    let mut house = house(11, 22);
    let mut phone = protector(22);
    run(&mut house, 60, &mut phone);
    rekey(&mut house, 11, 22);
    run(&mut house, 60, &mut phone);
    assert!(opened(&mut house, 11).len() >= 115 * FRAME, "one context over both");
    rekey(&mut house, 44, 55);
    run(&mut house, 60, &mut protector(55));
    assert_eq!(tones(&house.phone_of(2).heard_last(20), &[1]), [1]);
    assert!(opened(&mut house, 44).len() >= 55 * FRAME);
}

#[test]
fn carried_payloads_are_opened_and_sealed_anew_both_ways() {
    let mut house = house(11, 22);
    let mut phone = protector(22);
    run(&mut house, 90, &mut phone);
    assert_eq!(house.room.carried_legs(), 2);
    let tick = house.ticks as usize;
    house.phone_of(2).got.clear();
    let before = house.phone_of(1).got.len();
    run(&mut house, 30, &mut phone);
    let hummed = |phone: &support::Phone| {
        let mut payloads = Vec::new();
        (tick..tick + 30).for_each(|n| Law::Mu.encode(&hum(phone, n).expect("a hum"), &mut payloads));
        payloads
    };
    let (one, two) = (hummed(house.phone_of(1)), hummed(house.phone_of(2)));
    let plain = house.phone_of(2).got.clone();
    let plain: Vec<_> = plain.iter().flat_map(|(bytes, _)| bytes[12..].to_vec()).collect();
    assert_eq!(plain, one);
    // From the first packet on, for that is how a receiver learns of the roll-over.
    let mut unprotector = Unprotector::new(Suite::Sha1_80, &Pii::new([11; 30]));
    let sealed = house.phone_of(1).got.clone();
    let mut payloads = Vec::new();
    for (n, (mut bytes, _)) in sealed.into_iter().enumerate() {
        unprotector.unprotect_rtp(&mut bytes).expect("sealed under the leg's own key");
        if n >= before {
            payloads.extend_from_slice(Packet::parse(&bytes).expect("RTP").payload);
        }
    }
    assert_eq!(payloads, two);
}
