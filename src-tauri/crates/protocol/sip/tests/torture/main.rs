//! The torture messages of RFC 4475: what the parser makes of each. The IPv6 messages of RFC 5118 and what an endpoint
//! answers are in the modules below.

use tandem_sip::message::{Contacts, Message, ParseErrorKind, Request, Response, parse_datagram};

mod endpoint;
mod fixtures;
mod ipv6;

use fixtures::rfc4475 as wire;

/// What a message leads to at this layer. Refusals further up (415, 416, 420, 482, 501 ...) are not decided here.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// Parses and passes the check.
    Accept,
    /// A request that is answered with this status, while parsing or by the check.
    Answer(u16),
    /// A response to be dropped.
    Drop,
}

use Verdict::{Accept, Answer, Drop};

/// Where the RFC leaves a choice, the comment says so.
const TABLE: [(&str, Verdict); 49] = [
    // Section 3.1.1: valid messages.
    ("wsinv", Accept),
    ("intmeth", Accept),
    ("esc01", Accept),
    ("escnull", Accept),
    ("esc02", Accept),
    ("lwsdisp", Accept),
    ("longreq", Accept),
    ("dblreq", Accept),
    ("semiuri", Accept),
    ("transports", Accept),
    ("mpart01", Accept),
    ("unreason", Accept),
    ("noreason", Accept),
    // Section 3.1.2: invalid messages.
    ("badinv01", Answer(400)),
    ("clerr", Answer(400)),
    ("ncl", Answer(400)),
    ("scalar02", Answer(400)),
    ("scalarlg", Drop),
    ("quotbal", Answer(400)),
    ("ltgtruri", Answer(400)),
    ("lwsruri", Answer(400)),
    // Extra spaces in the start line may be forgiven.
    ("lwsstart", Accept),
    ("trws", Accept),
    ("escruri", Answer(400)),
    // A Date that is not GMT may be forgiven.
    ("baddate", Accept),
    ("regbadct", Answer(400)),
    // White space around an addr-spec and a comma in a display name may be forgiven.
    ("badaspec", Accept),
    ("baddn", Accept),
    ("badvers", Answer(505)),
    ("mismatch01", Answer(400)),
    // Both 400 and 501 are right.
    ("mismatch02", Answer(400)),
    ("bigcode", Drop),
    // Sections 3.2 to 3.4: for the layers above.
    ("badbranch", Accept),
    ("insuf", Answer(400)),
    ("unkscm", Accept),
    ("novelsc", Accept),
    ("unksm2", Accept),
    ("bext01", Accept),
    ("invut", Accept),
    ("regaut01", Accept),
    ("multi01", Answer(400)),
    ("mcl01", Answer(400)),
    // The second Via is for the transaction layer to see.
    ("bcast", Accept),
    ("zeromf", Accept),
    ("cparam01", Accept),
    ("cparam02", Accept),
    ("regescrt", Accept),
    ("sdp01", Accept),
    ("inv2543", Accept),
];

#[test]
fn every_message_leads_to_what_the_rfc_asks_for() {
    for (name, expected) in &TABLE {
        assert_eq!(verdict(&wire(name)), *expected, "{name}");
    }
}

#[test]
fn every_message_that_parses_is_written_back_with_the_same_meaning() {
    for (name, _) in &TABLE {
        if let Ok(message) = parse_datagram(&wire(name)) {
            assert_eq!(
                parse_datagram(&message.to_bytes()).map(|m| m.to_bytes()),
                Ok(message.to_bytes()),
                "{name}"
            );
        }
    }
}

#[test]
fn wsinv_is_read_through_all_its_white_space() {
    let headers = request("wsinv").headers;
    assert_eq!(headers.to().unwrap().tag(), Some("1918181833n"));
    assert_eq!(headers.from().unwrap().display_name.as_deref(), Some("J Rosenberg \\\""));
    assert_eq!(headers.from().unwrap().tag(), Some("98asjd8"));
    assert_eq!(headers.max_forwards(), Ok(Some(68)));
    assert_eq!(headers.cseq().unwrap().to_string(), "9 INVITE");
    let vias: Vec<String> = headers.vias().unwrap().iter().map(ToString::to_string).collect();
    let expected = [
        "SIP/2.0/UDP 192.0.2.2;branch=390skdjuw",
        "SIP/2.0/TCP spindle.example.com;branch=z9hG4bK9ikj8",
        "SIP/2.0/UDP 192.168.255.111;branch=z9hG4bK30239",
    ];
    assert_eq!(vias, expected);
    let contacts = headers.contacts().unwrap();
    assert_eq!(contacts.list()[0].display_name.as_deref(), Some("Quoted string \"\""));
    assert_eq!(contacts.list()[0].param("q"), Some("0.33"));
    assert_eq!(headers.get("Subject"), Some(""));
    assert_eq!(headers.get("NewFangledHeader"), Some("newfangled value continued newfangled value"));
}

#[test]
fn intmeth_keeps_its_method_user_and_bytes() {
    let request = request("intmeth");
    assert_eq!(request.method.as_str(), "!interesting-Method0123456789_*+`.%indeed'~");
    let user = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*";
    assert_eq!(request.uri.user.as_deref(), Some(user));
    assert_eq!(request.uri.password.as_deref(), Some("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"));
    assert_eq!(request.headers.to().unwrap().display_name.as_deref(), Some("BEL:\u{7} NUL:\0 DEL:\u{7f}"));
    assert_eq!(request.headers.from().unwrap().tag(), Some("_token~1'+`*%!-."));
    assert_eq!(request.headers.get("extensionHeader-!.%*+_`'~"), Some("\u{feff}\u{5927}\u{505c}\u{96fb}"));
}

#[test]
fn escapes_are_kept_and_names_are_not_unescaped() {
    let esc01 = request("esc01");
    assert_eq!(esc01.uri.user_decoded().as_deref(), Some("sips:user@example.com"));
    assert_eq!(esc01.uri.to_string(), "sip:sips%3Auser%40example.com@example.net");
    assert!(esc01.headers.to().unwrap().uri.equivalent(&"sip:user@example.com".parse().unwrap()));
    let esc02 = request("esc02");
    assert_eq!(esc02.method.as_str(), "RE%47IST%45R");
    assert_eq!(esc02.headers.contacts().unwrap().list().len(), 2);
    assert_eq!(request("semiuri").uri.user_decoded().as_deref(), Some("user;par=u@example.net"));
}

#[test]
fn a_second_request_in_a_datagram_is_dropped() {
    let request = request("dblreq");
    assert_eq!((request.method.as_str(), request.body.len()), ("REGISTER", 0));
    assert_eq!(request.headers.call_id(), Ok("dblreq.0ha0isndaksdj99sdfafnl3lk233412"));
}

#[test]
fn a_parameter_belongs_to_the_header_without_brackets_and_to_the_uri_within() {
    let contact = |name: &str| match request(name).headers.contacts().unwrap() {
        Contacts::List(list) => list[0].clone(),
        Contacts::All => panic!("{name} has an address"),
    };
    assert!(contact("cparam01").param("unknownparam").is_some());
    assert!(contact("cparam02").param("unknownparam").is_none());
    assert_eq!(contact("cparam02").uri.param("unknownparam"), Some(""));
    assert_eq!(contact("regescrt").uri.headers.as_deref(), Some("Route=%3Csip:sip.example.com%3E"));
}

#[test]
fn opaque_uris_and_bad_branches_reach_the_layer_above() {
    assert_eq!(request("unksm2").headers.to().unwrap().uri.to_string(), "isbn:2983792873");
    assert!(!request("unkscm").uri.is_sip());
    assert_eq!(request("novelsc").uri.to_string(), "soap.beep://192.0.2.103:3002");
    assert_eq!(request("badbranch").headers.top_via().unwrap().unique_branch(), None);
    let contact_expires = |name: &str| request(name).headers.contacts().unwrap().list()[0].expires();
    assert_eq!(contact_expires("scalar02"), Some(u32::MAX));
}

#[test]
fn the_answer_to_another_version_echoes_what_identifies_the_request() {
    let error = parse_datagram(&wire("badvers")).unwrap_err();
    assert_eq!(error.kind, ParseErrorKind::Version);
    let reply = error.reply.unwrap();
    assert_eq!((reply.code, reply.reason.as_str()), (505, "Version Not Supported"));
    let names: Vec<&str> = reply.headers.iter().map(|(n, _)| n).collect();
    assert_eq!(names, ["Via", "From", "To", "Call-ID", "CSeq"]);
    assert!(reply.to_bytes().starts_with(b"SIP/2.0 505 "));
}

#[test]
fn refusals_name_the_header_at_fault() {
    let reason = |name: &str| match parse_datagram(&wire(name)) {
        Ok(Message::Request(request)) => request.check().unwrap_err().reason,
        Ok(Message::Response(_)) => panic!("{name} is a request"),
        Err(error) => error.reply.unwrap().reason,
    };
    for (name, header) in [
        ("insuf", "From"),
        ("badinv01", "Via"),
        ("ncl", "Content-Length"),
        ("clerr", "Content-Length"),
        ("mcl01", "Content-Length"),
        ("scalar02", "CSeq"),
        ("mismatch01", "CSeq"),
        ("quotbal", "To"),
        ("regbadct", "Contact"),
        ("ltgtruri", "Request-URI"),
    ] {
        assert!(reason(name).contains(header), "{name}: {}", reason(name));
    }
}

fn verdict(bytes: &[u8]) -> Verdict {
    match parse_datagram(bytes) {
        Ok(Message::Request(request)) => request.check().map_or_else(|f| Answer(f.code), |()| Accept),
        Ok(Message::Response(response)) => response.check().map_or(Drop, |()| Accept),
        Err(error) => error.reply.map_or(Drop, |r: Box<Response>| Answer(r.code)),
    }
}

fn request(name: &str) -> Request {
    match parse_datagram(&wire(name)) {
        Ok(Message::Request(request)) => request,
        other => panic!("{name} is a request: {other:?}"),
    }
}
