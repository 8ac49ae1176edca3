//! Whole packets: known ones, round trips over the wrap of the sequence, and everything that must be refused.

use tandem_foundation::Pii;
use tandem_srtp::{MasterKey, Protector, SrtpError, Suite, Unprotector};

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex");
    digits.chunks(2).map(byte).collect()
}

fn master() -> MasterKey {
    let key = bytes("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6");
    Pii::new(key.try_into().expect("30 bytes"))
}

fn pair(suite: Suite) -> (Protector, Unprotector) {
    (Protector::new(suite, &master()), Unprotector::new(suite, &master()))
}

fn rtp(sequence: u16, ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(&(u32::from(sequence) * 160).to_be_bytes());
    packet.extend_from_slice(&ssrc.to_be_bytes());
    packet.extend((0..160u8).map(|n| n ^ sequence as u8));
    packet
}

#[test]
fn a_known_rtp_packet_is_protected_as_everywhere_and_comes_back() {
    let plain = bytes("800f1234decafbadcafebabe abababababababababababababababab");
    let (mut protector, mut unprotector) = pair(Suite::Sha1_80);
    let mut packet = plain.clone();
    protector.protect_rtp(&mut packet).expect("an RTP packet");
    let known = "800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb";
    assert_eq!(packet, bytes(known));
    unprotector.unprotect_rtp(&mut packet).expect("authentic");
    assert_eq!(packet, plain);
}

#[test]
fn a_known_rtcp_packet_is_protected_as_everywhere_and_comes_back() {
    let plain = bytes("81c8000bcafebabe abababababababababababababababab");
    let (mut protector, mut unprotector) = pair(Suite::Sha1_32);
    protector.protect_rtcp(&mut plain.clone()).expect("index 0");
    let mut packet = plain.clone();
    protector.protect_rtcp(&mut packet).expect("index 1");
    let known = "81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798";
    assert_eq!(packet, bytes(known));
    unprotector.unprotect_rtcp(&mut packet).expect("authentic");
    assert_eq!(packet, plain);
}

#[test]
fn a_stream_comes_through_the_wrap_of_its_sequence_with_loss_and_disorder() {
    for suite in [Suite::Sha1_80, Suite::Sha1_32] {
        let (mut protector, mut unprotector) = pair(suite);
        let mut wire: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for n in 0..140_000u32 {
            // Near the wraps every seventh is lost; between them only two in a thousand are sent at all.
            let near_wrap = (n + 65_000 + 30) % 65_536 < 60;
            if near_wrap && n % 7 == 0 || !near_wrap && n % 1_000 > 1 {
                continue;
            }
            let plain = rtp((n + 65_000) as u16, 7);
            let mut packet = plain.clone();
            protector.protect_rtp(&mut packet).expect("RTP");
            assert_eq!(packet.len(), plain.len() + suite.rtp_tag());
            wire.push((plain, packet));
        }
        assert!(wire.len() > 200);
        for two in wire.chunks_mut(2) {
            let sequence = |at: usize| two.get(at).map(|(p, _)| u16::from_be_bytes([p[2], p[3]]));
            if sequence(0).zip(sequence(1)).is_some_and(|(a, b)| b.wrapping_sub(a) < 60) {
                two.reverse();
            }
            for (plain, packet) in two {
                unprotector.unprotect_rtp(packet).expect("authentic");
                assert_eq!(packet, plain);
            }
        }
    }
}

#[test]
fn replays_and_any_flipped_bit_are_refused_and_move_nothing() {
    let (mut protector, mut unprotector) = pair(Suite::Sha1_80);
    let (mut first, mut second) = (rtp(65_535, 7), rtp(0, 7));
    protector.protect_rtp(&mut first).expect("RTP");
    protector.protect_rtp(&mut second).expect("RTP");
    unprotector.unprotect_rtp(&mut first.clone()).expect("authentic");
    assert_eq!(unprotector.unprotect_rtp(&mut first.clone()), Err(SrtpError::Replayed));
    for bit in 0..8 * second.len() {
        let mut forged = second.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(unprotector.unprotect_rtp(&mut forged).is_err(), "bit {bit}");
    }
    unprotector.unprotect_rtp(&mut second.clone()).expect("forgeries changed nothing");
    assert_eq!(unprotector.unprotect_rtp(&mut second), Err(SrtpError::Replayed));
    for cut in 0..first.len() {
        assert!(unprotector.unprotect_rtp(&mut first[..cut].to_vec()).is_err(), "cut at {cut}");
        assert!(unprotector.unprotect_rtcp(&mut first[..cut].to_vec()).is_err(), "cut at {cut}");
    }
}

#[test]
fn another_key_opens_nothing_and_another_ssrc_has_counters_of_its_own() {
    let (mut protector, mut unprotector) = pair(Suite::Sha1_80);
    let mut stranger = Unprotector::new(Suite::Sha1_80, &Pii::new([7; 30]));
    let mut packet = rtp(9, 1);
    protector.protect_rtp(&mut packet).expect("RTP");
    assert_eq!(stranger.unprotect_rtp(&mut packet.clone()), Err(SrtpError::Tag));
    unprotector.unprotect_rtp(&mut packet).expect("authentic");
    for ssrc in 2..40 {
        let mut packet = rtp(9, ssrc);
        Protector::new(Suite::Sha1_80, &master()).protect_rtp(&mut packet).expect("RTP");
        unprotector.unprotect_rtp(&mut packet).expect("a stream of its own");
    }
}

#[test]
fn an_rtcp_packet_in_the_clear_or_twice_is_refused() {
    let (mut protector, mut unprotector) = pair(Suite::Sha1_80);
    let mut packet = bytes("81c8000bcafebabe abababababababababababababababab");
    assert_eq!(unprotector.unprotect_rtcp(&mut packet.clone()), Err(SrtpError::Tag));
    protector.protect_rtcp(&mut packet).expect("RTCP");
    unprotector.unprotect_rtcp(&mut packet.clone()).expect("authentic");
    assert_eq!(unprotector.unprotect_rtcp(&mut packet), Err(SrtpError::Replayed));
}
