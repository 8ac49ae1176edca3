//! URIs, header fields, answers and writing.

use tandem_sip::message::{
    Contacts, Headers, Message, Method, ParseErrorKind, Request, Response, Uri, Via, parse_datagram,
};

fn uri(text: &str) -> Uri {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// The examples of RFC 3261 section 19.1.4.
#[test]
fn uri_equality() {
    for (a, b) in [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
    ] {
        assert!(uri(a).equivalent(&uri(b)) && uri(b).equivalent(&uri(a)), "{a} = {b}");
    }
    for (a, b) in [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:a@h", "sips:a@h"),
        ("sip:a%23@h", "sip:a@h"),
        ("sip:h", "sip:a@h"),
    ] {
        assert!(!uri(a).equivalent(&uri(b)) && !uri(b).equivalent(&uri(a)), "{a} <> {b}");
    }
}

#[test]
fn uris_are_written_as_they_were_read() {
    for text in [
        "sip:alice:secretword@atlanta.com;transport=tcp",
        "sips:1212@gateway.com?subject=x&priority=urgent",
        "sip:+1-212-555-1212:1234@gateway.com;user=phone",
        "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
        "sip:alice;day=tuesday@atlanta.com",
        "sip:192.0.2.4:5060;lr",
        "urn:service:sos",
    ] {
        assert_eq!(uri(text).to_string(), text);
    }
}

#[test]
fn what_is_no_uri_is_refused() {
    for text in [
        "",
        "sip:",
        "sip",
        "sip:@h",
        "sip:a@b@h",
        "sip:a@h:x",
        "sip:a@h:70000",
        "sip:a@[::g]",
        "<sip:a@h>",
        "sip:a b@h",
    ] {
        assert!(text.parse::<Uri>().is_err(), "{text}");
    }
}

fn invite() -> Request {
    let mut request = Request::new(Method::Invite, Uri::sip(Some("b"), "example.com", None));
    request.headers.push("Via", "SIP/2.0/UDP a ; branch = z9hG4bK1 ; rport , SIP/2.0/TCP p2;branch=z9hG4bK2");
    request.headers.push("Via", "SIP/2.0/TCP p3;branch=z9hG4bK3");
    request.headers.push("Record-Route", "<sip:p1;lr>, <sip:p2;lr>");
    request.headers.push("From", "\"A, a\" <sip:a@example.com>;tag=1");
    request.headers.push("To", "<sip:b@example.com>");
    request.headers.push("Call-ID", "c1");
    request.headers.push("CSeq", "7 INVITE");
    request.headers.push("Timestamp", "54");
    request
}

#[test]
fn a_response_takes_over_what_it_must() {
    let headers = |code| Response::for_request(&invite(), code, None).headers;
    for code in [100, 180, 200, 404] {
        assert_eq!(headers(code).vias(), invite().headers.vias());
        assert_eq!(headers(code).get("From"), invite().headers.get("From"));
        assert_eq!(headers(code).get("CSeq"), Some("7 INVITE"));
        assert_eq!(headers(code).contains("Record-Route"), (101..300).contains(&code), "{code}");
        assert_eq!(headers(code).contains("Timestamp"), code == 100);
    }
    assert_eq!(Response::for_request(&invite(), 486, None).reason, "Busy Here");
    assert_eq!(Response::for_request(&invite(), 486, Some("Later")).reason, "Later");
    let bye = Request { method: Method::Bye, ..invite() };
    assert!(!Response::for_request(&bye, 200, None).headers.contains("Record-Route"));
}

#[test]
fn only_the_top_via_is_rewritten() {
    let mut headers = invite().headers;
    let mut top = headers.top_via().unwrap();
    assert!(top.wants_rport() && top.rport().is_none());
    top.set_received("192.0.2.7".parse().unwrap());
    top.set_rport(5062);
    headers.set_top_via(&top).unwrap();
    let expected =
        "SIP/2.0/UDP a;branch=z9hG4bK1;rport=5062;received=192.0.2.7, SIP/2.0/TCP p2;branch=z9hG4bK2";
    assert_eq!(headers.get("Via"), Some(expected));
    assert_eq!(headers.vias().unwrap().len(), 3);
    assert_eq!((top.received(), top.rport()), (Some("192.0.2.7".parse().unwrap()), Some(5062)));
    for branch in ["z9hG4bK1", "z9hG4bK2", "z9hG4bK3"] {
        assert_eq!(headers.pop_top_via().unwrap().branch(), Some(branch));
    }
    assert!(headers.vias().is_err() && !headers.contains("Via"));
    assert_eq!(
        Via::new("TLS", "h", Some(5061), "z9hG4bKx").to_string(),
        "SIP/2.0/TLS h:5061;branch=z9hG4bKx"
    );
}

#[test]
fn header_order_is_kept_by_every_change() {
    let mut headers = Headers::new();
    for (name, value) in [("A1", "1"), ("B1", "2"), ("a1", "3"), ("C1", "4")] {
        headers.push(name, value);
    }
    headers.push_front("Z1", "0");
    headers.insert_before("c1", "Y1", "5");
    headers.set("A1", "9");
    assert!(headers.remove("b1") && !headers.remove("b1"));
    let now: Vec<_> = headers.iter().collect();
    assert_eq!(now, [("Z1", "0"), ("A1", "9"), ("Y1", "5"), ("C1", "4")]);
}

#[test]
fn typed_fields_check_their_ranges() {
    let cseq = |v: &str| {
        let mut headers = Headers::new();
        headers.push("CSeq", v);
        headers.cseq().map(|c| c.seq).ok()
    };
    assert_eq!(cseq("2147483647 INVITE"), Some(u32::MAX >> 1));
    for bad in [
        "2147483648 INVITE",
        "-1 INVITE",
        "+1 INVITE",
        "1",
        "INVITE",
        "1 IN VITE",
        "99999999999999999999999 A",
    ] {
        assert_eq!(cseq(bad), None, "{bad}");
    }
    let mut headers = Headers::new();
    headers.push("Max-Forwards", "256");
    headers.push("Contact", " * ");
    headers.push("Content-Type", "Application / SDP ; charset=utf-8");
    headers.push("Expires", "4294967296");
    assert!(headers.max_forwards().is_err());
    assert_eq!(headers.contacts(), Ok(Contacts::All));
    assert_eq!(headers.content_type().as_deref(), Some("application/sdp"));
    assert_eq!(headers.expires(), Ok(Some(u32::MAX)));
    headers.push("m", "<sip:a@h>");
    assert!(headers.contacts().is_err(), "* stands alone");
}

#[test]
fn lists_are_split_outside_of_quotes_only() {
    let mut headers = Headers::new();
    headers.push("Route", r#""a, b" <sip:p1;lr>, <sip:p2,x;lr>"#);
    headers.push("Route", "<sip:p3;lr>");
    headers.push("Allow", "INVITE,ACK ,, BYE");
    headers.push("Require", "100rel");
    assert!(headers.routes().is_err(), "a comma is no part of a host");
    headers.set("Route", r#""a, b" <sip:p1;lr>, <sip:u,x@p2;lr>"#);
    let routes = headers.routes().unwrap();
    assert_eq!(routes[0].display_name.as_deref(), Some("a, b"));
    assert_eq!(routes[1].uri.user.as_deref(), Some("u,x"));
    assert_eq!(headers.allow(), [Method::Invite, Method::Ack, Method::Bye]);
    assert_eq!(headers.require(), ["100rel"]);
}

#[test]
fn nobody_can_write_headers_through_a_value() {
    let mut request = invite();
    request.uri.user = Some("b\r\nEvil: 1".to_owned());
    request.headers.push("Subject", "hi\r\nEvil: 1\r\n\r\nbody");
    request.headers.push("X\r\nEvil", "1");
    let Ok(Message::Request(read)) = parse_datagram(&request.to_bytes()) else { panic!("still a request") };
    assert!(!read.headers.contains("Evil") && read.body.is_empty());
    let mut response = Response::for_request(&invite(), 200, Some("OK\r\nEvil: 1"));
    response.headers.push("Content-Length", "99");
    let Ok(Message::Response(read)) = parse_datagram(&response.to_bytes()) else {
        panic!("still a response")
    };
    assert!(!read.headers.contains("Evil"));
    assert_eq!(read.headers.content_length(), Ok(Some(0)));
}

#[test]
fn what_is_no_message_is_not_answered() {
    let kind = |bytes: &[u8]| {
        let error = parse_datagram(bytes).unwrap_err();
        assert_eq!(error.reply, None);
        error.kind
    };
    assert_eq!(kind(b"\r\n\r\n"), ParseErrorKind::KeepAlive);
    assert_eq!(kind(b""), ParseErrorKind::KeepAlive);
    assert_eq!(kind(b"GET / HTTP/1.1\r\nVia: x\r\n\r\n"), ParseErrorKind::NotSip);
    assert_eq!(kind(b"\x00\x01\x02\xff"), ParseErrorKind::NotSip);
    assert_eq!(kind(b"ACK <x> SIP/2.0\r\nVia: x\r\n\r\n"), ParseErrorKind::StartLine("Request-URI"));
    assert_eq!(kind(b"SIP/7.0 200 OK\r\nVia: x\r\n\r\n"), ParseErrorKind::Version);
    assert_eq!(kind(&[b'x'; 70_000]), ParseErrorKind::TooLarge);
}

#[test]
fn a_datagram_cut_off_inside_a_header_is_refused() {
    let error = parse_datagram(b"OPTIONS sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nTo: <sip:a").unwrap_err();
    assert_eq!((error.kind, error.reply.map(|r| r.code)), (ParseErrorKind::HeaderTruncated, Some(400)));
}

#[test]
fn debug_output_shows_nobody() {
    let shown = format!("{:?} {:?}", invite(), invite().headers.from());
    assert!(!shown.contains("A, a") && !shown.contains("a@example.com"), "{shown}");
    assert!(shown.contains("7 INVITE") && shown.contains("tag=1"), "{shown}");
}
