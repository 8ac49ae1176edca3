//! Keys for SRTP: offered, answered, refused and kept.

use std::net::{IpAddr, Ipv4Addr};

use tandem_foundation::Pii;
use tandem_sdp::{
    Crypto, CryptoSuite, LocalMedia, Refusal, SessionDescription, SrtpPolicy, accept, answer, offer, reoffer,
};

fn local(byte: u8, srtp: SrtpPolicy) -> LocalMedia {
    let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, byte));
    let srtp_key = Some(Pii::new([byte; 30]));
    LocalMedia { srtp, srtp_key, ..LocalMedia::g711(address, 4_000, u64::from(byte), 1) }
}

/// Offers from one end, answers from the other; texts go over the wire.
fn agree(ours: &LocalMedia, theirs: &LocalMedia) -> Result<Option<(CryptoSuite, String)>, Refusal> {
    let offered = offer(ours);
    let read = |session: &SessionDescription| session.to_string().parse().expect("our own text");
    let answered = answer(&read(&offered), theirs)?;
    let agreed = accept(ours, &offered, &read(&answered.description))?;
    assert_eq!(agreed.srtp.is_some(), answered.negotiated.srtp.is_some());
    assert_eq!(answered.description.media[0].protocol, offered.media[0].protocol);
    Ok(agreed.srtp.zip(answered.negotiated.srtp).map(|(a, b)| {
        assert_eq!((a.suite, &a.send, &a.receive), (b.suite, &b.receive, &b.send), "crosswise");
        assert_eq!((*a.send.expose(), *b.send.expose()), ([1; 30], [2; 30]));
        (a.suite, offered.media[0].protocol.clone())
    }))
}

#[test]
fn each_policy_against_each_other() {
    use SrtpPolicy::{Off, Optional, Required};
    let eighty = CryptoSuite::AesCm128HmacSha1_80;
    let some = |protocol: &str| Ok(Some((eighty, protocol.to_owned())));
    for (ours, theirs, expected) in [
        (Off, Off, Ok(None)),
        (Off, Optional, Ok(None)),
        (Off, Required, Err(Refusal::Keys)),
        (Optional, Off, Ok(None)),
        (Optional, Optional, some("RTP/AVP")),
        (Optional, Required, some("RTP/AVP")),
        (Required, Off, some("RTP/SAVP")),
        (Required, Optional, some("RTP/SAVP")),
        (Required, Required, some("RTP/SAVP")),
    ] {
        assert_eq!(agree(&local(1, ours), &local(2, theirs)), expected, "{ours:?} to {theirs:?}");
    }
}

#[test]
fn an_end_without_a_key_refuses_the_profile_and_passes_over_the_line() {
    let keyless = LocalMedia { srtp_key: None, ..local(2, SrtpPolicy::Off) };
    assert_eq!(agree(&local(1, SrtpPolicy::Required), &keyless), Err(Refusal::Keys));
    assert_eq!(agree(&local(1, SrtpPolicy::Optional), &keyless), Ok(None));
}

#[test]
fn lines_that_would_change_the_packets_otherwise_are_passed_over() {
    let key = "inline:".to_owned() + &"A".repeat(40);
    let suite = "AES_CM_128_HMAC_SHA1_32";
    for good in
        [format!("7 {suite} {key}"), format!("7 {suite} {key}|2^20"), format!("7 {suite} {key} WSH=64")]
    {
        let line: Crypto = good.parse().expect("usable");
        assert_eq!((line.tag, line.suite), (7, CryptoSuite::AesCm128HmacSha1_32));
        assert_eq!(format!("7 {suite} {key}"), line.to_string());
        assert!(!format!("{line:?}").contains("AAAA"));
    }
    for bad in [
        format!("7 AES_256_CM_HMAC_SHA1_80 {key}"),
        format!("7 {suite} {key}|2^20|1:4"),
        format!("7 {suite} {key};{key}"),
        format!("7 {suite} {key} UNENCRYPTED_SRTP"),
        format!("7 {suite} {key}AAAA"),
        format!("7 {suite}"),
        "nonsense".to_owned(),
    ] {
        assert!(bad.parse::<Crypto>().is_err(), "{bad}");
    }
}

#[test]
fn the_first_usable_line_is_answered_under_its_own_tag() {
    let text = format!(
        "v=0\r\nc=IN IP4 192.0.2.9\r\nm=audio 4000 RTP/SAVP 0\r\na=crypto:1 AEAD_AES_128_GCM inline:{0}\r\n\
         a=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:{0}|2^31\r\n",
        "B".repeat(40)
    );
    let offered: SessionDescription = text.parse().expect("SDP");
    let answered = answer(&offered, &local(2, SrtpPolicy::Off)).expect("agreed");
    let line: Crypto =
        answered.description.media[0].attribute("crypto").expect("a key").parse().expect("usable");
    assert_eq!((line.tag, line.suite), (5, CryptoSuite::AesCm128HmacSha1_32));
    assert_eq!(answered.description.media[0].protocol, "RTP/SAVP");
    assert!(!format!("{:?}", answered.description).contains("inline"), "keys are not shown");
}

#[test]
fn an_answer_with_another_tag_or_none_is_refused_under_the_secured_profile() {
    let ours = local(1, SrtpPolicy::Required);
    let offered = offer(&ours);
    let answered = answer(&offered, &local(2, SrtpPolicy::Off)).expect("agreed").description.to_string();
    for forged in [answered.replace("crypto:1 ", "crypto:9 "), answered.replace("a=crypto", "a=other")] {
        assert_eq!(accept(&ours, &offered, &forged.parse().expect("SDP")), Err(Refusal::Keys));
    }
}

#[test]
fn a_protected_stream_stays_protected_when_offered_anew() {
    let first = offer(&local(1, SrtpPolicy::Required));
    let again = reoffer(&local(1, SrtpPolicy::Off), &first);
    assert_eq!(again.media[0].protocol, "RTP/SAVP");
    assert_eq!(again.media[0].attribute("crypto"), first.media[0].attribute("crypto"));
}
