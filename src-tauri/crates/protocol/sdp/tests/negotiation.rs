//! Offer and answer: the rules of RFC 3264, and exchanges after those of RFC 4317.

use tandem_sdp::{
    Answer, Codec, Direction, LocalMedia, Negotiated, Refusal, SessionDescription, accept, answer, offer,
    reoffer,
};

fn local() -> LocalMedia {
    LocalMedia { rtcp_mux: true, ..LocalMedia::g711("192.0.2.1".parse().unwrap(), 4000, 1, 1) }
}

fn far() -> LocalMedia {
    LocalMedia { rtcp_mux: true, ..LocalMedia::g711("2001:db8::2".parse().unwrap(), 5000, 2, 1) }
}

fn parse(text: &str) -> SessionDescription {
    text.parse().unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// A peer's description with these lines from the first `m=` on.
fn theirs(media: &str) -> SessionDescription {
    parse(&format!(
        "v=0\no=alice 2890844526 2890844526 IN IP4 192.0.2.7\ns=\nc=IN IP4 192.0.2.7\nt=0 0\n{media}"
    ))
}

fn answered(media: &str) -> Answer {
    answer(&theirs(media), &local()).unwrap_or_else(|e| panic!("{e}: {media}"))
}

/// Formats and port of each section we answered.
fn sections(answer: &Answer) -> Vec<(String, u16, String)> {
    let list = answer.description.media.iter();
    list.map(|m| (m.kind.clone(), m.port, m.formats.join(" "))).collect()
}

#[test]
fn both_ends_agree_on_the_same_stream() {
    let offered = parse(&offer(&local()).to_string());
    let Answer { description, negotiated: far_end } = answer(&offered, &far()).unwrap();
    let near_end = accept(&local(), &offered, &parse(&description.to_string())).unwrap();
    assert_eq!((near_end.codec.name.as_str(), near_end.receive_payload_type), ("PCMU", 0));
    assert_eq!(near_end.telephone_event, far_end.telephone_event);
    assert_eq!(near_end.peer.socket(), Some("[2001:db8::2]:5000".parse().unwrap()));
    assert_eq!(far_end.peer.socket(), Some("192.0.2.1:4000".parse().unwrap()));
    assert_eq!((near_end.direction, far_end.direction), (Direction::SendRecv, Direction::SendRecv));
    assert_eq!((near_end.peer.rtcp_port, far_end.peer.rtcp_port), (5000, 4000), "RTCP shares the port");
    assert!(!near_end.held_by_peer && !far_end.held_by_peer);
}

/// As in RFC 4317 section 2.1: one codec of three, and video, which we do not have.
#[test]
fn audio_is_taken_and_video_refused_in_its_place() {
    let answer = answered(
        "m=audio 49170 RTP/AVP 97 8 0\na=rtpmap:97 iLBC/8000\na=rtpmap:8 PCMA/8000\na=rtpmap:0 PCMU/8000\n\
         m=video 51372 RTP/AVP 31 32\na=rtpmap:31 H261/90000\na=rtpmap:32 MPV/90000\n",
    );
    let audio = ("audio".to_owned(), 4000, "8".to_owned());
    assert_eq!(sections(&answer), [audio, ("video".to_owned(), 0, "31 32".to_owned())]);
    assert_eq!(answer.negotiated.codec, Codec::pcma(), "the offer's order of preference counts");
    assert_eq!(answer.negotiated.peer.rtcp_port, 49_171);
    assert_eq!(answer.negotiated.telephone_event, None);
}

/// As in RFC 4317 section 2.4: two audio streams; the order of sections stands.
#[test]
fn a_second_audio_stream_is_refused_and_order_kept() {
    let answer = answered(
        "m=video 51372 RTP/AVP 31\nm=audio 49170 RTP/AVP 0\nm=audio 49172 RTP/AVP 98\na=rtpmap:98 telephone-event/8000\n\
         m=image 5006 udptl t38\n",
    );
    let ports: Vec<u16> = answer.description.media.iter().map(|m| m.port).collect();
    assert_eq!((ports, answer.negotiated.section), (vec![0, 4000, 0, 0], 1));
}

/// As in RFC 4317 section 3.1: hold and unhold by direction.
#[test]
fn hold_by_direction_and_back() {
    for (offered, ours) in [
        ("sendonly", Direction::RecvOnly),
        ("inactive", Direction::Inactive),
        ("recvonly", Direction::SendOnly),
        ("sendrecv", Direction::SendRecv),
    ] {
        let answer = answered(&format!("m=audio 49170 RTP/AVP 0\na={offered}\n"));
        assert_eq!(answer.negotiated.direction, ours, "{offered}");
        assert_eq!(answer.description.media[0].direction(&answer.description), ours, "{offered}");
        assert_eq!(answer.negotiated.held_by_peer, !ours.sends(), "{offered}");
    }
}

#[test]
fn hold_by_address() {
    for (media, host) in [
        ("m=audio 49170 RTP/AVP 0\nc=IN IP4 0.0.0.0\n", "0.0.0.0"),
        ("m=audio 49170 RTP/AVP 0\nc=IN IP6 ::\na=sendrecv\n", "::"),
    ] {
        let Answer { negotiated, .. } = answered(media);
        assert_eq!((negotiated.peer.host.as_str(), negotiated.peer.socket()), (host, None));
        assert_eq!((negotiated.direction, negotiated.held_by_peer), (Direction::RecvOnly, true));
    }
}

#[test]
fn our_own_hold_is_no_hold_by_the_peer() {
    for (wish, reply) in
        [(Direction::SendOnly, Direction::SendOnly), (Direction::Inactive, Direction::Inactive)]
    {
        let local = LocalMedia { direction: wish, ..local() };
        let offered = offer(&local);
        let Answer { description, negotiated: far_end } = answer(&offered, &far()).unwrap();
        let near_end = accept(&local, &offered, &description).unwrap();
        assert_eq!((near_end.direction, far_end.direction), (reply, reply.reversed()));
        assert_eq!((near_end.held_by_peer, far_end.held_by_peer), (false, true));
    }
}

#[test]
fn the_peer_can_hold_in_its_answer() {
    let accepted =
        accept(&local(), &offer(&local()), &theirs("m=audio 49170 RTP/AVP 0\na=sendonly\n")).unwrap();
    assert_eq!((accepted.direction, accepted.held_by_peer), (Direction::RecvOnly, true));
}

#[test]
fn the_offers_dynamic_payload_types_are_used() {
    let answer =
        answered("m=audio 49170 RTP/AVP 110 96\na=rtpmap:110 pcma/8000\na=rtpmap:96 Telephone-Event/8000\n");
    assert_eq!(sections(&answer)[0].2, "110 96");
    let Negotiated { codec, receive_payload_type, telephone_event, .. } = answer.negotiated;
    assert_eq!((codec.payload_type, receive_payload_type), (110, 110));
    assert_eq!(telephone_event.map(|e| (e.send, e.receive)), Some((96, 96)));
    let text = answer.description.to_string();
    assert!(text.contains("a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n"), "{text}");
}

#[test]
fn the_answers_payload_types_are_for_sending_and_ours_for_receiving() {
    let answer =
        theirs("m=audio 49170 RTP/AVP 100 97\na=rtpmap:100 PCMA/8000\na=rtpmap:97 telephone-event/8000\n");
    let accepted = accept(&local(), &offer(&local()), &answer).unwrap();
    assert_eq!((accepted.codec.payload_type, accepted.receive_payload_type), (100, 8));
    assert_eq!(accepted.telephone_event.map(|e| (e.send, e.receive)), Some((97, 101)));
}

#[test]
fn telephone_events_follow_the_codecs_clock() {
    let mut local = local();
    local.codecs.insert(0, Codec { channels: 2, ..Codec::new("opus", 48_000, 111) });
    local.codecs.push(Codec::telephone_event(48_000, 110));
    let both = "m=audio 49170 RTP/AVP 96 97 98\na=rtpmap:96 opus/48000/2\na=rtpmap:97 telephone-event/8000\n\
        a=rtpmap:98 telephone-event/48000\n";
    let agreed = answer(&theirs(both), &local).unwrap().negotiated;
    assert_eq!(agreed.telephone_event.map(|e| (e.send, e.clock_rate)), Some((98, 48_000)));
    let old = both.replace("a=rtpmap:98 telephone-event/48000\n", "");
    let agreed = answer(&theirs(&old), &local).unwrap().negotiated;
    assert_eq!(agreed.telephone_event.map(|e| (e.send, e.clock_rate)), Some((97, 8000)));
}

#[test]
fn packet_time_is_the_peers_wish_within_reason() {
    let ptime = |lines: &str| answered(&format!("m=audio 49170 RTP/AVP 0\n{lines}")).negotiated.ptime;
    for (lines, expected) in [
        ("", 20),
        ("a=ptime:30\n", 30),
        ("a=ptime:20.0\n", 20),
        ("a=ptime:33\n", 20),
        ("a=ptime:500\n", 20),
        ("a=ptime:0\n", 20),
        ("a=ptime:60\na=maxptime:45\n", 40),
        ("a=maxptime:10\n", 10),
    ] {
        assert_eq!(ptime(lines), expected, "{lines}");
    }
}

#[test]
fn offers_we_cannot_take_are_refused_by_name() {
    let refusal = |media: &str| answer(&theirs(media), &local()).map(|a| a.negotiated).unwrap_err();
    assert_eq!(refusal(""), Refusal::NoAudio);
    assert_eq!(refusal("m=video 1 RTP/AVP 31\n"), Refusal::NoAudio);
    assert_eq!(refusal("m=audio 0 RTP/AVP 0\n"), Refusal::AudioRefused);
    assert_eq!(refusal("m=audio 1 RTP/SAVP 0\n"), Refusal::Keys);
    assert_eq!(refusal("m=audio 1 RTP/AVP 18\n"), Refusal::NoCommonCodec);
    assert_eq!(refusal("m=audio 1 RTP/AVP 0\na=rtpmap:0 PCMU/16000\n"), Refusal::NoCommonCodec);
    assert_eq!(refusal("m=audio 1 RTP/AVP 101\na=rtpmap:101 telephone-event/8000\n"), Refusal::NoCommonCodec);
    assert_eq!(Refusal::NoCommonCodec.status(), 488);
}

#[test]
fn answers_that_agree_to_nothing_are_refused_by_name() {
    let refusal = |media: &str| accept(&local(), &offer(&local()), &theirs(media)).unwrap_err();
    assert_eq!(refusal(""), Refusal::NoAudio);
    assert_eq!(refusal("m=video 1 RTP/AVP 31\n"), Refusal::NoAudio);
    assert_eq!(refusal("m=audio 0 RTP/AVP 0\n"), Refusal::AudioRefused);
    assert_eq!(refusal("m=audio 1 RTP/AVP 18\n"), Refusal::NoCommonCodec);
}

#[test]
fn secure_audio_beside_plain_audio_is_passed_over() {
    let answer = answered("m=audio 1 RTP/SAVP 0\nm=audio 49170 RTP/AVPF 0\n");
    assert_eq!((answer.negotiated.section, answer.description.media[1].protocol.as_str()), (1, "RTP/AVPF"));
}

#[test]
fn rtcp_has_its_own_port_unless_both_agree_to_share() {
    let port = |lines: &str| answered(&format!("m=audio 49170 RTP/AVP 0\n{lines}")).negotiated.peer.rtcp_port;
    assert_eq!(port(""), 49_171);
    assert_eq!(port("a=rtcp:53020 IN IP4 192.0.2.7\n"), 53_020);
    assert_eq!(port("a=rtcp-mux\n"), 49_170);
    let apart = LocalMedia { rtcp_mux: false, ..local() };
    let answer = answer(&theirs("m=audio 49170 RTP/AVP 0\na=rtcp-mux\n"), &apart).unwrap();
    assert_eq!(answer.negotiated.peer.rtcp_port, 49_171);
    assert!(!answer.description.to_string().contains("rtcp-mux"));
}

/// RFC 3264 section 8: sections are never removed, payload types never change their meaning.
#[test]
fn a_later_offer_keeps_sections_and_payload_types() {
    let first =
        answered("m=video 51372 RTP/AVP 31\nm=audio 49170 RTP/AVP 8 96\na=rtpmap:96 telephone-event/8000\n");
    let mut held = LocalMedia { direction: Direction::SendOnly, ..local() };
    held.codecs.push(Codec::new("G726-32", 8000, 96));
    let again = reoffer(&held, &first.description).following(&first.description);
    assert_eq!(again.media.iter().map(|m| m.port).collect::<Vec<_>>(), [0, 4000]);
    assert_eq!(again.media[1].formats, ["0", "8", "96", "97"], "96 stays telephone-event");
    assert_eq!(again.origin.version, first.description.origin.version + 1);
    let reply = theirs("m=video 0 RTP/AVP 31\nm=audio 49170 RTP/AVP 0\na=recvonly\n");
    let accepted = accept(&held, &again, &reply).unwrap();
    assert_eq!((accepted.section, accepted.direction), (1, Direction::SendOnly));
    assert_eq!(again.clone().following(&again).origin.version, again.origin.version, "unchanged");
}

/// As in RFC 4317 section 4: a stream that was removed stays as a dead section before the new one.
#[test]
fn a_removed_stream_leaves_its_section_behind() {
    let dead = theirs("m=audio 0 RTP/AVP 0\n");
    assert_eq!(reoffer(&local(), &dead).media.iter().map(|m| m.port).collect::<Vec<_>>(), [0, 4000]);
}

#[test]
fn a_description_without_a_connection_line_falls_back_to_its_origin() {
    let offered = parse("v=0\no=- 1 1 IN IP4 192.0.2.44\nm=audio 49170 RTP/AVP 0\n");
    let agreed = answer(&offered, &local()).unwrap().negotiated;
    assert_eq!(agreed.peer.socket(), Some("192.0.2.44:49170".parse().unwrap()));
}
