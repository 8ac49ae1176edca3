//! Our reading against that of the `rsip` crate, which is not on the wire here: it is unmaintained, and the cases it
//! cannot read are listed below.

use rsip::prelude::{HeadersExt, ToTypedHeader, UntypedHeader};
use tandem_sip::message::{Message, parse_datagram};

/// What both must find in a message.
#[derive(Debug, PartialEq)]
struct Reading {
    start: String,
    call_id: String,
    cseq: (u32, String),
    from_tag: Option<String>,
    to_tag: Option<String>,
    branch: Option<String>,
    body: Vec<u8>,
}

fn ours(bytes: &[u8]) -> Option<Reading> {
    let message = parse_datagram(bytes).ok()?;
    let headers = message.headers();
    let cseq = headers.cseq().ok()?;
    Some(Reading {
        start: match &message {
            Message::Request(r) => format!("{} {}", r.method, r.uri),
            Message::Response(r) => r.code.to_string(),
        },
        call_id: headers.call_id().ok()?.to_owned(),
        cseq: (cseq.seq, cseq.method.to_string()),
        from_tag: headers.from().ok()?.tag().map(str::to_owned),
        to_tag: headers.to().ok()?.tag().map(str::to_owned),
        branch: headers.top_via().ok()?.branch().map(str::to_owned),
        body: message.body().to_vec(),
    })
}

fn theirs(bytes: &[u8]) -> Option<Reading> {
    let message = rsip::SipMessage::try_from(bytes).ok()?;
    let cseq = message.cseq_header().ok()?.typed().ok()?;
    Some(Reading {
        start: match &message {
            rsip::SipMessage::Request(r) => format!("{} {}", r.method, r.uri),
            rsip::SipMessage::Response(r) => u16::from(r.status_code.clone()).to_string(),
        },
        call_id: message.call_id_header().ok()?.value().to_owned(),
        cseq: (cseq.seq, cseq.method.to_string()),
        from_tag: message.from_header().ok()?.tag().ok()?.map(|t| t.to_string()),
        to_tag: message.to_header().ok()?.tag().ok()?.map(|t| t.to_string()),
        branch: message.via_header().ok()?.typed().ok()?.branch().map(|b| b.to_string()),
        body: message.body().clone(),
    })
}

/// Start line, extra header lines and body, around headers that both can read.
fn message(start: &str, from: &str, extra: &str, body: &str) -> String {
    let method =
        if start.starts_with("SIP/") { "INVITE" } else { start.split(' ').next().unwrap_or_default() };
    format!(
        "{start}\r\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds\r\nMax-Forwards: 70\r\nFrom: {from}\r\n\
         To: Bob <sip:bob@biloxi.com>;tag=a6c85cf\r\nCall-ID: a84b4c76e66710@pc33.atlanta.com\r\nCSeq: 314159 {method}\r\n\
         {extra}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

const ALICE: &str = "Alice <sip:alice@atlanta.com>;tag=1928301774";

#[test]
fn both_read_ordinary_messages_alike() {
    for wire in [
        message(
            "INVITE sip:bob@biloxi.com SIP/2.0",
            ALICE,
            "Contact: <sip:alice@pc33.atlanta.com>\r\n",
            "v=0\r\n",
        ),
        message("REGISTER sip:registrar.biloxi.com SIP/2.0", ALICE, "Expires: 7200\r\n", ""),
        message("BYE sip:alice@pc33.atlanta.com:5066;transport=TCP SIP/2.0", ALICE, "", ""),
        message("OPTIONS sip:192.0.2.4 SIP/2.0", "\"A. G. Bell\" <sip:agb@bell.com>;tag=48s", "", ""),
        message("SIP/2.0 180 Ringing", ALICE, "", ""),
        message(
            "SIP/2.0 200 OK",
            ALICE,
            "Contact: <sip:bob@192.0.2.4>\r\n",
            "v=0\r\no=bob 1 1 IN IP4 192.0.2.4\r\n",
        ),
        message("SIP/2.0 486 Busy Here", ALICE, "Retry-After: 5\r\n", ""),
    ] {
        let reading = ours(wire.as_bytes());
        assert!(reading.is_some(), "{wire}");
        assert_eq!(reading, theirs(wire.as_bytes()), "{wire}");
    }
}

/// We read all of these. If one starts to agree, rsip has been repaired and the case moves to the test above.
#[test]
fn known_differences() {
    let ordinary = message("OPTIONS sip:b@h SIP/2.0", ALICE, "", "");
    for (what, wire) in [
        ("IPv6 Request-URI", message("OPTIONS sip:b@[2001:db8::1]:5060 SIP/2.0", ALICE, "", "")),
        ("tel Request-URI", message("OPTIONS tel:+1-201-555-0123 SIP/2.0", ALICE, "", "")),
        ("opaque URI", message("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", ALICE, "", "")),
        ("unknown method", message("BREW sip:b@h SIP/2.0", ALICE, "", "")),
        ("compact names", ordinary.replace("Via:", "v:").replace("From:", "f:").replace("Call-ID:", "i:")),
        ("folding", message("OPTIONS sip:b@h SIP/2.0", "Alice\r\n <sip:alice@atlanta.com>;tag=1", "", "")),
        (
            "URI in a display name",
            message("OPTIONS sip:b@h SIP/2.0", "\"Foo <sip:evil@x>\" <sip:real@y>;tag=1", "", ""),
        ),
        ("spaces around a tag", message("OPTIONS sip:b@h SIP/2.0", "<sip:real@y> ; tag = 1", "", "")),
    ] {
        let reading = ours(wire.as_bytes());
        assert!(reading.is_some(), "{what}");
        assert_ne!(reading, theirs(wire.as_bytes()), "{what}");
    }
}
