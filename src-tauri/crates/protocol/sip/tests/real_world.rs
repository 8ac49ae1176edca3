//! What is met on the wire and breaks other parsers: one test for each case.

use tandem_sip::digest::{Attempt, Challenge, Credentials, Qop, Secret};
use tandem_sip::message::{Host, Message, Method, NameAddr, Request, Scheme, Uri, parse_datagram};

/// A request with these lines in place of From, under their own names.
fn request(method: &str, uri: &str, lines: &str) -> Vec<u8> {
    format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nTo: <sip:b@h>\r\nCall-ID: c\r\n\
         CSeq: 1 {method}\r\n{lines}\r\n\r\n"
    )
    .into_bytes()
}

fn parse(bytes: &[u8]) -> Request {
    match parse_datagram(bytes) {
        Ok(Message::Request(request)) => {
            request.check().expect("a valid request");
            request
        }
        other => panic!("no request: {other:?}"),
    }
}

fn with_from(from: &str) -> Request {
    parse(&request("OPTIONS", "sip:b@h", &format!("From: {from}")))
}

#[test]
fn ipv6_request_uri() {
    let request = parse(&request("OPTIONS", "sip:b@[2001:db8::1]:5060", "From: <sip:a@h>;tag=1"));
    assert_eq!(request.uri.host, Host::V6("2001:db8::1".parse().unwrap()));
    assert_eq!(
        (request.uri.port, request.uri.to_string()),
        (Some(5060), "sip:b@[2001:db8::1]:5060".to_owned())
    );
}

#[test]
fn ipv6_via() {
    let lines =
        "From: <sip:a@h>;tag=1\r\nVia: SIP/2.0/UDP [2001:db8::9]:5061;received=2001:db8::a;branch=z9hG4bK2";
    let via = parse(&request("OPTIONS", "sip:b@h", lines)).headers.vias().unwrap().remove(1);
    assert_eq!((via.host.to_string(), via.port), ("[2001:db8::9]".to_owned(), Some(5061)));
    assert_eq!(via.received(), Some("2001:db8::a".parse().unwrap()));
}

#[test]
fn tel_uri() {
    let uri = "tel:+1-201-555-0123;phone-context=example.com";
    let parsed = parse(&request("INVITE", uri, "From: <tel:7042;phone-context=h>;tag=1"));
    assert_eq!((&parsed.uri.scheme, parsed.uri.to_string().as_str()), (&Scheme::Tel, uri));
    assert_eq!(parsed.uri.user_decoded().as_deref(), Some("+1-201-555-0123"));
    assert!(Uri::tel("+12015550123").equivalent(&"TEL:+1(201)555.0123".parse().unwrap()));
    assert_eq!(parsed.headers.from().unwrap().uri.param("phone-context"), Some("h"));
}

#[test]
fn compact_headers() {
    let bytes = b"OPTIONS sip:b@h SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf: <sip:a@h>;tag=1\r\nt: <sip:b@h>\r\n\
        i: c\r\nm: <sip:a@h2>\r\nCSeq: 1 OPTIONS\r\nk: 100rel, timer\r\nl: 0\r\n\r\n";
    let headers = parse(bytes).headers;
    assert_eq!(headers.call_id(), Ok("c"));
    assert_eq!(headers.top_via().unwrap().branch(), Some("z9hG4bK1"));
    assert_eq!(headers.contacts().unwrap().list()[0].uri.host, Host::Name("h2".to_owned()));
    assert_eq!(headers.supported(), ["100rel", "timer"]);
    let names: Vec<&str> = headers.iter().map(|(n, _)| n).collect();
    assert_eq!(names, ["Via", "From", "To", "Call-ID", "Contact", "CSeq", "Supported", "Content-Length"]);
}

#[test]
fn folded_header() {
    let request = with_from("\"A\"\r\n <sip:a@h>\r\n\t;tag=1");
    assert_eq!(request.headers.from().unwrap().tag(), Some("1"));
    assert_eq!(request.headers.get("From"), Some("\"A\" <sip:a@h> ;tag=1"));
}

#[test]
fn latin_1_byte_in_a_header_leaves_as_it_came() {
    let mut bytes = request("OPTIONS", "sip:b@h", "From: \"Zo# K\" <sip:a@h>;tag=1");
    let at = bytes.iter().position(|b| *b == b'#').unwrap();
    bytes[at] = 0xEB;
    let request = parse(&bytes);
    let name = request.headers.from().unwrap().display_name.unwrap();
    assert_eq!(tandem_sip::message::text::printable(&name), "Zo\u{eb} K");
    assert!(request.to_bytes().windows(3).any(|w| w == b"o\xEB "));
    let rebuilt = request.headers.from().unwrap().to_string();
    assert_eq!(rebuilt.parse::<NameAddr>().unwrap(), request.headers.from().unwrap());
}

#[test]
fn unknown_method_parses_so_that_it_can_be_answered() {
    assert_eq!(
        parse(&request("BREW", "sip:b@h", "From: <sip:a@h>;tag=1")).method,
        Method::Other("BREW".to_owned())
    );
    assert_eq!("invite".parse(), Ok(Method::Other("invite".to_owned())));
}

#[test]
fn escaped_user_round_trips_unchanged() {
    let request = parse(&request("INVITE", "sip:*72%23123@host", "From: <sip:a@h>;tag=1"));
    assert!(request.to_bytes().starts_with(b"INVITE sip:*72%23123@host SIP/2.0\r\n"));
    assert_eq!(request.uri.user_decoded().as_deref(), Some("*72#123"));
    assert_eq!(Uri::escape_user("*72#123"), "*72%23123");
}

#[test]
fn a_uri_inside_a_display_name_is_no_uri() {
    for from in [r#""Foo <sip:evil@x>" <sip:real@y>;tag=1"#, r#""Foo \" <sip:evil@x>" <sip:real@y>;tag=1"#] {
        let address = with_from(from).headers.from().unwrap();
        assert_eq!(address.uri.user.as_deref(), Some("real"));
        assert!(address.display_name.unwrap().ends_with("<sip:evil@x>"));
    }
}

#[test]
fn two_addresses_in_from_are_refused() {
    for from in [
        "<sip:evil@x> <sip:real@y>;tag=1",
        "<sip:evil@x>, <sip:real@y>;tag=1",
        "sip:evil@x <sip:real@y>;tag=1",
    ] {
        let bytes = request("OPTIONS", "sip:b@h", &format!("From: {from}"));
        let Ok(Message::Request(request)) = parse_datagram(&bytes) else { panic!("it is well framed") };
        let uri = request.headers.from().map(|f| f.uri.to_string());
        assert!(uri.is_err() || uri.as_deref() == Ok("sip:real@y"), "{from}: {uri:?}");
    }
}

#[test]
fn spaces_around_tag() {
    assert_eq!(with_from("<sip:real@y> ; tag = 1").headers.from().unwrap().tag(), Some("1"));
}

#[test]
fn spaces_before_colons() {
    let request = parse(&request("OPTIONS", "sip:b@h", "From : <sip:a@h>;tag=1\r\nMax-Forwards  :  70"));
    assert_eq!(request.headers.max_forwards(), Ok(Some(70)));
}

#[test]
fn bare_line_feeds() {
    let bytes = request("OPTIONS", "sip:b@h", "From: <sip:a@h>;tag=1");
    let text = String::from_utf8(bytes).unwrap().replace("\r\n", "\n") + "body";
    assert_eq!(&parse(text.as_bytes()).body[..], b"body");
}

#[test]
fn no_content_length_on_udp_means_all_that_follows() {
    let mut bytes = request("MESSAGE", "sip:b@h", "From: <sip:a@h>;tag=1");
    bytes.extend_from_slice(b"hello");
    let request = parse(&bytes);
    assert_eq!(&request.body[..], b"hello");
    assert!(String::from_utf8_lossy(&request.to_bytes()).contains("\r\nContent-Length: 5\r\n"));
}

#[test]
fn sha_256_challenge() {
    let text = r#"Digest realm="h", nonce="n", algorithm=SHA-256"#;
    assert_eq!(text.parse::<Challenge>().unwrap().to_string(), text);
}

#[test]
fn qop_list() {
    let challenge: Challenge = r#"Digest realm="h", nonce="n", qop="auth,auth-int""#.parse().unwrap();
    assert_eq!(challenge.qop, [Qop::Auth, Qop::AuthInt]);
}

#[test]
fn server_verifies_every_nonce_count() {
    let challenge: Challenge = r#"Digest realm="h", nonce="n", qop="auth""#.parse().unwrap();
    for nc in [0x1, 0xa, 0x10, 0x100, u32::MAX] {
        let attempt = Attempt {
            method: "REGISTER",
            uri: "sip:h",
            user: "u",
            password: "p",
            body: b"",
            cnonce: "c",
            nc,
        };
        let credentials: Credentials = challenge.answer(&attempt).to_string().parse().unwrap();
        assert!(credentials.verify("REGISTER", Secret::Password("p"), b""), "{nc:08x}");
    }
}
