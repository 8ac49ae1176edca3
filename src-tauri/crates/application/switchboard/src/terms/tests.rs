//! Two ends agree, under all wishes.

use super::*;

fn at(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

#[test]
fn two_ends_agree_on_where_to_send_and_in_what() {
    let offered = offer(at(4_000), 7);
    let (answered, theirs) = answer(&offered, at(5_000), 8).expect("agreed");
    let ours = read_answer(&answered, at(4_000), 7).expect("agreed");
    assert_eq!((theirs.remote, ours.remote), (at(4_000), at(5_000)));
    assert_eq!((ours.codec, theirs.codec), (Codec::Pcmu, Codec::Pcmu));
    assert!(ours.dtmf_payload_type.is_some() && ours.send && ours.receive);
}

#[test]
fn keys_are_offered_by_policy_and_answered_always_and_stay_the_same() {
    let under = |srtp| Wishes { srtp, ..Wishes::default() };
    for wishes in [SrtpPolicy::Optional, SrtpPolicy::Required].map(under) {
        let offered = offer_under(&wishes, at(4_000), 7);
        let (answered, theirs) = answer_under(&wishes, &offered, at(5_000), 8).expect("agreed");
        let ours = read_answer_under(&wishes, &answered, at(4_000), 7).expect("agreed");
        let (ours, theirs) = (ours.srtp.expect("protected"), theirs.srtp.expect("protected"));
        assert_eq!((&ours.send, &ours.receive), (&theirs.receive, &theirs.send));
        assert_ne!(ours.send, ours.receive);
        assert_eq!(offered, offer_under(&wishes, at(4_000), 7), "the same key again");
    }
    let required = under(SrtpPolicy::Required);
    let secured = offer_under(&required, at(4_000), 7);
    assert!(answer(&secured, at(5_000), 8).expect("accepted").1.srtp.is_some());
    let (plain, _) = answer(&offer(at(4_000), 7), at(5_000), 8).expect("agreed");
    assert_eq!(read_answer_under(&required, &plain, at(4_000), 7), Err(488));
}

fn certified(wishes: Wishes, byte: u8) -> Wishes {
    let hash = tandem_sdp::HashFunction::Sha256;
    wishes.certified(Some(Fingerprint { hash, bytes: vec![byte; 32] }))
}

#[test]
fn whichever_offer_a_persons_phone_took_its_answer_is_read() {
    let people = certified(Wishes::of_people(), 1);
    let phone = certified(Wishes::default(), 2);
    let plain = offer_under(&people, at(4_000), 7);
    let web = web_offer(&people, at(4_000), 7).expect("with a certificate");
    let (answered, _) = answer_under(&phone, &plain, at(5_000), 8).expect("agreed");
    let terms = read_answer_under(&people, &answered, at(4_000), 7).expect("agreed");
    assert!(terms.dtls.is_none() && terms.remote == at(5_000));
    let (answered, theirs) = answer_under(&phone, &web, at(5_000), 8).expect("agreed");
    let terms = read_answer_under(&people, &answered, at(4_000), 7).expect("agreed");
    let (ours, theirs) = (terms.dtls.expect("by DTLS"), theirs.dtls.expect("by DTLS"));
    assert_eq!((ours.peer[0].bytes[0], theirs.peer[0].bytes[0]), (2, 1));
    assert!(terms.remote.ip().is_unspecified() && terms.send, "found out by checks");
    assert_eq!(web_offer(&people, at(4_000), 7), Some(web), "the same credentials again");
    assert_eq!(web_offer(&certified(Wishes::default(), 1), at(4_000), 7), None);
    assert_eq!(web_offer(&Wishes::of_people(), at(4_000), 7), None);
}

#[test]
fn a_trunk_that_wants_dtls_gets_it() {
    let ours = certified(Wishes { srtp: SrtpPolicy::Dtls, ..Wishes::default() }, 1);
    let offered = offer_under(&ours, at(4_000), 7);
    let (answered, theirs) =
        answer_under(&certified(Wishes::default(), 2), &offered, at(5_000), 8).expect("agreed");
    let terms = read_answer_under(&ours, &answered, at(4_000), 7).expect("agreed");
    assert!(terms.dtls.is_some_and(|dtls| dtls.active && dtls.ice.is_none()));
    assert!(theirs.dtls.is_some() && terms.remote == at(5_000));
    assert_eq!(answer(&offered, at(5_000), 8).expect_err("no certificate"), 488);
}

#[test]
fn without_a_setting_a_trunk_offers_keys_over_tls_only() {
    let row = |transport, srtp| Trunk {
        id: "trunk_1".into(),
        org: "org_1".into(),
        name: "Carrier".into(),
        host: "sip.example".into(),
        transport,
        domain: None,
        username: None,
        password: None,
        register_s: None,
        accept_from: Vec::new(),
        options_every_s: 0,
        srtp,
        codecs: Vec::new(),
        caller_id: None,
        max_cps: 1,
        max_channels: 1,
        enabled: true,
        created_at: crate::records::UnixMs(0),
    };
    for (transport, srtp, policy) in [
        (Transport::Udp, None, SrtpPolicy::Off),
        (Transport::Tcp, None, SrtpPolicy::Off),
        (Transport::Tls, None, SrtpPolicy::Optional),
        (Transport::Tls, Some(TrunkSrtp::Off), SrtpPolicy::Off),
        (Transport::Udp, Some(TrunkSrtp::Required), SrtpPolicy::Required),
        (Transport::Udp, Some(TrunkSrtp::Dtls), SrtpPolicy::Dtls),
    ] {
        let wishes = Wishes::of_trunk(&row(transport, srtp));
        assert_eq!((wishes.srtp, wishes.codecs), (policy, Wishes::default().codecs));
    }
    let chosen = Trunk { codecs: vec![Codec::Opus], ..row(Transport::Tls, None) };
    assert_eq!(Wishes::of_trunk(&chosen).codecs, [Codec::Opus]);
}

#[test]
fn a_changed_description_of_a_dialog_has_the_next_version() {
    let version = |sdp: &[u8]| SessionDescription::parse(sdp).expect("ours").origin.version;
    let plain = offer(at(4_000), 7);
    let holding = String::from_utf8_lossy(&plain).replace("sendrecv", "sendonly");
    let (first, _) = answer(&plain, at(5_000), 8).expect("agreed");
    let (held, _) = answer(holding.as_bytes(), at(5_000), 8).expect("agreed");
    let held = following(held, &first);
    assert_eq!(version(&held), version(&first) + 1);
    let (again, _) = answer(holding.as_bytes(), at(5_000), 8).expect("agreed");
    assert_eq!(following(again, &held), held, "nothing changed");
    let (resumed, _) = answer(&plain, at(5_000), 8).expect("agreed");
    assert_eq!(version(&following(resumed, &held)), version(&first) + 2);
}

#[test]
fn the_first_codec_of_the_offer_that_both_have_is_taken() {
    for codec in Wishes::default().codecs {
        let first = Wishes { codecs: vec![codec, Codec::Pcma], ..Wishes::default() };
        let offered = offer_under(&first, at(4_000), 7);
        let (answered, theirs) = answer(&offered, at(5_000), 8).expect("agreed");
        let ours = read_answer_under(&first, &answered, at(4_000), 7).expect("agreed");
        assert_eq!((theirs.codec, ours.codec), (codec, codec));
        assert!(theirs.dtmf_payload_type.is_some());
    }
    let narrow = Wishes { codecs: vec![Codec::Pcma], ..Wishes::default() };
    let (_, terms) = answer_under(&narrow, &offer(at(4_000), 7), at(5_000), 8).expect("agreed");
    assert_eq!(terms.codec, Codec::Pcma);
}

#[test]
fn a_peer_that_holds_is_not_sent_to() {
    let held = String::from_utf8_lossy(&offer(at(4_000), 7)).replace("sendrecv", "sendonly");
    let (_, terms) = answer(held.as_bytes(), at(5_000), 8).expect("agreed");
    assert!(!terms.send && terms.receive);
}

#[test]
fn nothing_in_common_is_488_and_nonsense_400() {
    let video =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 9 RTP/AVP 96\r\n";
    assert_eq!(answer(video.as_bytes(), at(5_000), 8).expect_err("no audio"), 488);
    assert_eq!(answer(b"hello", at(5_000), 8).expect_err("no SDP"), 400);
}

#[test]
fn a_phone_gets_keys_where_nobody_else_reads_them() {
    let people = Wishes::of_people();
    let open = open_offer(&people, at(4_000), 7);
    assert!(!String::from_utf8_lossy(&open).contains("a=crypto:"), "they would travel in the open");
    let secure = secure_offer(&people, at(4_000), 7).expect("for a phone");
    // A phone that knows them takes them, another passes them over.
    let (answered, theirs) = answer_under(&people, &secure, at(5_000), 8).expect("agreed");
    let ours = read_answer_under(&people, &answered, at(4_000), 7).expect("agreed");
    assert_eq!(ours.srtp.expect("protected").send, theirs.srtp.expect("protected").receive);
    let (plain, _) = answer(&open, at(5_000), 8).expect("agreed");
    assert_eq!(read_answer_under(&people, &plain, at(4_000), 7).expect("agreed").srtp, None);
    assert_eq!(secure_offer(&Wishes::default(), at(4_000), 7), None, "a trunk has its own settings");
}
