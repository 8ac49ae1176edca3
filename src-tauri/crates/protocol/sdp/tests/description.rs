//! Reading and writing descriptions.

use proptest::prelude::*;
use tandem_sdp::{Codec, Direction, SdpError, SessionDescription};

const BARESIP: &str = "v=0\r\no=- 3902 77 IN IP4 192.0.2.9\r\ns=-\r\ni=call\r\nc=IN IP4 192.0.2.9\r\nb=AS:64\r\nt=0 0\r\n\
    a=tool:x\r\nm=audio 20002 RTP/AVP 96 0 8 101\r\nb=AS:50\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 stereo=1;useinbandfec=1\r\n\
    a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=maxptime:60\r\na=sendrecv\r\n\
    m=video 20004/2 RTP/AVP 97\r\nc=IN IP6 2001:db8::1\r\na=rtpmap:97 H264/90000\r\na=inactive\r\n";

fn parse(text: &str) -> SessionDescription {
    text.parse().unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[test]
fn what_is_read_is_written_back() {
    assert_eq!(parse(BARESIP).to_string(), BARESIP);
}

#[test]
fn sections_have_their_codecs_connection_and_direction() {
    let session = parse(BARESIP);
    let [audio, video] = &session.media[..] else { panic!("two sections") };
    let opus = Codec {
        channels: 2,
        format_parameters: Some("stereo=1;useinbandfec=1".to_owned()),
        ..Codec::new("opus", 48_000, 96)
    };
    assert_eq!(audio.codecs(), [opus, Codec::pcmu(), Codec::pcma(), Codec::telephone_event(8000, 101)]);
    assert_eq!((audio.ptime(), audio.maxptime()), (Some(20), Some(60)));
    assert_eq!(audio.connection(&session).unwrap().ip(), Some("192.0.2.9".parse().unwrap()));
    assert_eq!(video.connection(&session).unwrap().ip(), Some("2001:db8::1".parse().unwrap()));
    assert_eq!(
        (audio.direction(&session), video.direction(&session)),
        (Direction::SendRecv, Direction::Inactive)
    );
    assert_eq!((video.port, video.port_count), (20_004, Some(2)));
}

#[test]
fn a_session_direction_holds_for_sections_without_one() {
    let session = parse("v=0\na=sendonly\nm=audio 1 RTP/AVP 0\nm=audio 2 RTP/AVP 0\na=recvonly\n");
    let directions: Vec<_> = session.media.iter().map(|m| m.direction(&session)).collect();
    assert_eq!(directions, [Direction::SendOnly, Direction::RecvOnly]);
}

#[test]
fn careless_writers_are_understood() {
    for text in [
        "v=0\no=x 1 2 IN IP4 192.0.2.1\ns=\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 4000 RTP/AVP 0",
        "v=0\rm=audio 4000 RTP/AVP 0\rc=IN IP4 192.0.2.1\r",
        "\r\nv = 0\r\nc = IN IP4 192.0.2.1/127\r\n\r\nm =audio  4000  RTP/AVP  0 \r\n",
        "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\na=rtpmap:garbage\r\na=ptime:x\r\nz=?\r\n",
        "v=0\r\no=broken\r\nc=in ip4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0 foo 300\r\n\0",
    ] {
        let session = parse(text);
        let audio = &session.media[0];
        assert_eq!(audio.connection(&session).map(|c| c.address.as_str()), Some("192.0.2.1"), "{text}");
        assert_eq!((audio.port, audio.codecs()), (4000, vec![Codec::pcmu()]), "{text}");
        let written = session.to_string();
        assert_eq!(parse(&written).to_string(), written);
    }
    assert_eq!(SessionDescription::parse(b"v=0\r\ns=Zo\xeb\r\n").unwrap().name, "Zo\u{fffd}");
    let huge = parse("v=0\r\no=- 340282366920938463463374607431768211456 1 IN IP4 h\r\n");
    assert_eq!(huge.origin.session_id, "340282366920938463463374607431768211456");
}

#[test]
fn what_is_no_description_says_which_line() {
    let error = |text: &str| text.parse::<SessionDescription>().unwrap_err();
    assert_eq!(error(""), SdpError::NotSdp);
    assert_eq!(error("s=x\r\n"), SdpError::NotSdp);
    assert_eq!(error("v=1\r\n"), SdpError::Version);
    assert_eq!(error("v=0\r\nnonsense\r\n"), SdpError::Line(2));
    assert_eq!(error("v=0\r\nm=audio x RTP/AVP 0\r\n"), SdpError::Media(2));
    assert_eq!(error("v=0\r\nm=audio 70000 RTP/AVP 0\r\n"), SdpError::Media(2));
    assert_eq!(error("v=0\r\nc=IN IP4\r\n"), SdpError::Connection(2));
}

#[test]
fn a_value_cannot_start_a_line_of_its_own() {
    let mut session = parse(BARESIP);
    session.name = "x\r\nm=audio 9 RTP/AVP 0".to_owned();
    assert_eq!(parse(&session.to_string()).media.len(), 2);
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = SessionDescription::parse(&bytes);
    }

    #[test]
    fn mutated_descriptions_are_written_stably(at in 0..BARESIP.len(), with in "[ -~\r\n=:/]{0,3}") {
        let mut text = BARESIP.to_owned();
        text.replace_range(at..=at, &with);
        if let Ok(session) = text.parse::<SessionDescription>() {
            session.media.iter().for_each(|m| drop((m.codecs(), m.ptime(), m.direction(&session))));
            let written = session.to_string();
            prop_assert_eq!(parse(&written).to_string(), written);
        }
    }
}

/// The bodies of RFC 5118 sections 4.6, 4.8 and 4.9.
#[test]
fn ipv6_and_mapped_addresses_are_read() {
    let ips = |text: &str| {
        let session = parse(text);
        assert_eq!(parse(&session.to_string()), session);
        let ips = session.media.iter().map(|media| media.connection(&session).and_then(|c| c.ip()));
        ips.map(|ip| ip.expect("an address").to_string()).collect::<Vec<_>>()
    };
    let sections = "t=3338481189 3370017201\r\nm=audio 6000 RTP/AVP 2\r\na=rtpmap:2 G726-32/8000\r\n\
        m=video 6024 RTP/AVP 107\r\na=rtpmap:107 H263-1998/90000\r\n";
    for address in ["2001:db8::20", "::ffff:192.0.2.2"] {
        let head = format!(
            "v=0\r\no=assistant 971731711378798081 0 IN IP6 {address}\r\ns=Call me soon, please!\r\nc=IN IP6 {address}\r\n"
        );
        assert_eq!(ips(&(head + sections)), [address, address]);
    }
    let each = "v=0\r\no=bob 280744730 28977631 IN IP4 host.example.com\r\ns=\r\nt=0 0\r\nm=audio 22334 RTP/AVP 0\r\n\
        c=IN IP4 192.0.2.1\r\nm=video 6024 RTP/AVP 107\r\nc=IN IP6 2001:db8::1\r\na=rtpmap:107 H263-1998/90000\r\n";
    assert_eq!(ips(each), ["192.0.2.1", "2001:db8::1"]);
}

#[test]
fn a_connection_without_an_address_is_refused() {
    for empty in ["c=IN IP4 []", "c=IN IP4 [/127", "c=IN IP4 /5"] {
        let text = format!("v=0\r\n{empty}\r\nm=audio 4000 RTP/AVP 0\r\n");
        assert_eq!(text.parse::<SessionDescription>(), Err(SdpError::Connection(2)), "{empty}");
    }
}
