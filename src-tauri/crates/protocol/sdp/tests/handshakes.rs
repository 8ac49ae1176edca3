//! Keys by DTLS, with and without ICE: offered, answered, refused, and kept.

use std::net::{IpAddr, Ipv4Addr};

use tandem_foundation::Pii;
use tandem_sdp::{
    Codec, Dtls, DtlsLocal, Fingerprint, HashFunction, IceCredentials, LocalMedia, Refusal,
    SessionDescription, SrtpPolicy, accept, answer, offer, reoffer,
};

fn local(byte: u8, srtp: SrtpPolicy) -> LocalMedia {
    let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, byte));
    let ice = IceCredentials { ufrag: format!("frag{byte}"), password: Pii::new(format!("password{byte}")) };
    let fingerprint = Fingerprint { hash: HashFunction::Sha256, bytes: vec![byte; 32] };
    LocalMedia {
        srtp,
        srtp_key: Some(Pii::new([byte; 30])),
        dtls: Some(DtlsLocal { fingerprint, ice }),
        rtcp_mux: true,
        ..LocalMedia::g711(address, 4_000, u64::from(byte), 1)
    }
}

fn read(session: &SessionDescription) -> SessionDescription {
    session.to_string().parse().expect("our own text")
}

#[test]
fn two_ends_agree_on_each_others_certificates_and_on_who_begins() {
    for (policy, profile, ice) in
        [(SrtpPolicy::Dtls, "UDP/TLS/RTP/SAVP", false), (SrtpPolicy::Web, "UDP/TLS/RTP/SAVPF", true)]
    {
        let (ours, theirs) = (local(1, policy), local(2, SrtpPolicy::Off));
        let offered = offer(&ours);
        assert_eq!(offered.media[0].protocol, profile);
        let answered = answer(&read(&offered), &theirs).expect("agreed");
        let at_ours = accept(&ours, &offered, &read(&answered.description)).expect("agreed");
        let (here, there) = (at_ours.dtls.expect("by DTLS"), answered.negotiated.dtls.expect("by DTLS"));
        assert!(at_ours.srtp.is_none() && answered.negotiated.srtp.is_none());
        assert_eq!((here.peer[0].bytes[0], there.peer[0].bytes[0]), (2, 1));
        assert!(here.active && !there.active, "the one who is called waits");
        let frags =
            |agreed: &Dtls| agreed.ice.as_ref().map(|(ours, theirs)| (ours.ufrag.clone(), theirs.clone()));
        let expected = ice.then(|| ("frag1".to_owned(), "frag2".to_owned()));
        assert_eq!(frags(&here), expected);
        assert_eq!(frags(&there), expected.map(|(a, b)| (b, a)));
        assert_eq!(offered.to_string().contains("a=ice-lite"), ice);
    }
}

#[test]
fn who_must_wait_is_not_waited_for() {
    let offered = offer(&local(1, SrtpPolicy::Dtls)).to_string().replace("actpass", "passive");
    let answered = answer(&offered.parse().expect("SDP"), &local(2, SrtpPolicy::Off)).expect("agreed");
    assert_eq!(answered.description.media[0].attribute("setup"), Some("active"));
    assert!(answered.negotiated.dtls.expect("by DTLS").active);
}

#[test]
fn a_browsers_offer_is_answered_in_its_own_terms() {
    // What Chromium offers, shortened: attributes of the session and of the section, no address yet.
    let fingerprint = ["AB"; 32].join(":");
    let text = format!(
        "v=0\r\no=- 4611 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE audio1\r\na=msid-semantic: WMS\r\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n\
         a=ice-ufrag:Yx8Q\r\na=ice-pwd:0123456789abcdef01234567\r\na=fingerprint:sha-256 {fingerprint}\r\n\
         a=setup:actpass\r\na=mid:audio1\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n\
         a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:110 telephone-event/48000\r\n\
         a=rtpmap:126 telephone-event/8000\r\n"
    );
    let opus = LocalMedia { codecs: vec![Codec::opus(111)], ..local(2, SrtpPolicy::Off) };
    let answered = answer(&text.parse().expect("SDP"), &opus).expect("agreed");
    let (said, agreed) = (answered.description.to_string(), answered.negotiated);
    for line in [
        "m=audio 4000 UDP/TLS/RTP/SAVPF 111",
        "a=ice-lite",
        "a=group:BUNDLE audio1",
        "a=mid:audio1",
        "a=ice-ufrag:frag2",
        "a=setup:passive",
        "a=rtcp-mux",
        "a=candidate:1 1 UDP 2130706431 192.0.2.2 4000 typ host",
        "a=fingerprint:sha-256 02:02",
    ] {
        assert!(said.contains(line), "no {line} in {said}");
    }
    assert!(!agreed.held_by_peer && agreed.direction.sends(), "no address is no hold here");
    assert_eq!(agreed.dtls.and_then(|dtls| dtls.ice).expect("with ICE").1, "Yx8Q");
    assert!(!format!("{:?}", answered.description).contains("password2"), "passwords are not shown");
}

#[test]
fn without_a_certificate_of_ours_or_theirs_there_is_nothing_to_agree_on() {
    let offered = offer(&local(1, SrtpPolicy::Dtls));
    let bare = LocalMedia { dtls: None, ..local(2, SrtpPolicy::Off) };
    assert_eq!(answer(&offered, &bare).expect_err("refused"), Refusal::Keys);
    let ours = local(1, SrtpPolicy::Dtls);
    let answered = answer(&offered, &local(2, SrtpPolicy::Off)).expect("agreed").description.to_string();
    for forged in [
        answered.replace("a=fingerprint:sha-256", "a=fingerprint:sha-1"),
        answered.replace("a=fingerprint", "a=other"),
        answered.replace(":02:02:", ":02:"),
        answered.replace("UDP/TLS/RTP/SAVP", "RTP/AVP").replace("a=fingerprint", "a=other"),
    ] {
        assert_eq!(accept(&ours, &offered, &forged.parse().expect("SDP")), Err(Refusal::Keys), "{forged}");
    }
}

#[test]
fn a_trunk_that_wants_dtls_takes_other_keys_and_refuses_none() {
    let strict = local(2, SrtpPolicy::Dtls);
    let keyed = answer(&offer(&local(1, SrtpPolicy::Required)), &strict).expect("agreed");
    assert!(keyed.negotiated.srtp.is_some());
    assert_eq!(answer(&offer(&local(1, SrtpPolicy::Off)), &strict).expect_err("plain"), Refusal::Keys);
}

#[test]
fn an_association_stays_when_something_else_is_offered_anew() {
    let ours = local(1, SrtpPolicy::Web);
    let first = offer(&ours);
    let again = reoffer(&LocalMedia { direction: tandem_sdp::Direction::SendOnly, ..ours }, &first);
    for name in ["fingerprint", "ice-ufrag", "ice-pwd", "mid", "setup"] {
        assert_eq!(again.media[0].attribute(name), first.media[0].attribute(name), "{name}");
    }
    assert_eq!(again.attributes, first.attributes);
    assert_eq!(again.media[0].protocol, "UDP/TLS/RTP/SAVPF");
}

#[test]
fn fingerprints_are_read_as_they_are_written() {
    for (hash, length) in [(HashFunction::Sha256, 32), (HashFunction::Sha384, 48), (HashFunction::Sha512, 64)]
    {
        let fingerprint = Fingerprint { hash, bytes: (0..length).map(|n| n as u8 * 3).collect() };
        let text = fingerprint.to_string();
        assert_eq!(text.parse(), Ok(fingerprint.clone()));
        assert_eq!(text.to_lowercase().parse(), Ok(fingerprint));
        for wrong in [text.replace("sha-", "md"), text.replace(":03", ":0"), format!("{text}:00")] {
            assert_eq!(wrong.parse::<Fingerprint>(), Err(()), "{wrong}");
        }
    }
}
