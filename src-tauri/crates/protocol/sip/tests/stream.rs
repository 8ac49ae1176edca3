//! Framing on TCP.

use tandem_sip::message::{Message, ParseErrorKind, StreamItem, StreamLimits, StreamParser};

fn message(call_id: &str, body: &str) -> String {
    format!(
        "MESSAGE sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n\
         Call-ID: {call_id}\r\nCSeq: 1 MESSAGE\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Names what comes out: call id and body, ping, pong or refusal.
fn drain(parser: &mut StreamParser) -> Vec<String> {
    let mut seen = Vec::new();
    while let Some(item) = parser.next_item().expect("a readable stream") {
        seen.push(match item {
            StreamItem::Message(Message::Request(r)) => {
                format!("{}:{}", r.headers.call_id().unwrap(), String::from_utf8_lossy(&r.body))
            }
            StreamItem::Message(Message::Response(r)) => r.code.to_string(),
            StreamItem::Ping => "ping".to_owned(),
            StreamItem::Pong => "pong".to_owned(),
            StreamItem::Rejected(e) => format!("rejected {:?}", e.reply.map(|r| r.code)),
        });
    }
    seen
}

#[test]
fn messages_are_found_however_the_bytes_are_cut() {
    let wire = message("one", "body\r\n\r\n") + &message("two", "") + "\r\n\r\n" + &message("three", "x");
    let expected = ["one:body\r\n\r\n", "two:", "ping", "three:x"];
    let mut whole = StreamParser::default();
    whole.push(wire.as_bytes());
    assert_eq!(drain(&mut whole), expected);
    for size in 1..wire.len() {
        let mut parser = StreamParser::default();
        let mut seen = Vec::new();
        for piece in wire.as_bytes().chunks(size) {
            parser.push(piece);
            seen.extend(drain(&mut parser));
        }
        // A ping in two pieces is first taken for a pong, which nobody answers.
        seen.retain(|s| s != "pong");
        assert_eq!(seen, expected, "pieces of {size}");
    }
}

#[test]
fn a_single_line_end_is_a_pong() {
    let mut parser = StreamParser::default();
    parser.push(b"\r\n");
    assert_eq!(drain(&mut parser), ["pong"]);
    parser.push(message("one", "").as_bytes());
    parser.push(b"\r\n");
    assert_eq!(drain(&mut parser), ["one:", "pong"]);
}

#[test]
fn pings_are_counted_alike_however_they_are_cut() {
    let pings = |pieces: &[&str]| {
        let mut parser = StreamParser::default();
        let mut seen = Vec::new();
        for piece in pieces {
            parser.push(piece.as_bytes());
            seen.extend(drain(&mut parser));
        }
        seen.iter().filter(|item| *item == "ping").count()
    };
    let two = "\r\n\r\n\r\n\r\n";
    for cut in 0..two.len() {
        for second in cut..two.len() {
            assert_eq!(pings(&[&two[..cut], &two[cut..second], &two[second..]]), 2, "{cut} {second}");
        }
    }
}

#[test]
fn a_malformed_message_with_a_known_end_costs_only_itself() {
    let mut parser = StreamParser::default();
    let bad = message("bad", "xx").replace("sip:b@h SIP", "<sip:b@h> SIP");
    let other_version = message("bad", "").replace("h SIP/2.0", "h SIP/7.0");
    parser.push((bad + &other_version + &message("good", "")).as_bytes());
    assert_eq!(drain(&mut parser), ["rejected Some(400)", "rejected Some(505)", "good:"]);
}

#[test]
fn a_message_without_a_known_end_ends_the_connection() {
    for broken in [
        message("one", "").replace("Content-Length: 0\r\n", ""),
        message("one", "").replace("Length: 0", "Length: -1"),
        message("one", "").replace("Length: 0", "Length: 0\r\nContent-Length: 5"),
    ] {
        let mut parser = StreamParser::default();
        parser.push((broken + &message("two", "")).as_bytes());
        let error = parser.next_item().unwrap_err();
        assert_eq!(error.kind, ParseErrorKind::Header("Content-Length".to_owned()));
        assert_eq!(error.reply.map(|r| r.code), Some(400));
        assert_eq!(parser.next_item(), Ok(None), "nothing comes after the end");
    }
}

#[test]
fn the_bytes_of_a_message_are_those_that_came() {
    let odd = message("one", "body").replace("Call-ID:", "i :").replace("h;branch", "h ;\r\n branch");
    let rejected = message("two", "x").replace("CSeq: 1 MESSAGE", "CSeq: nonsense");
    let mut parser = StreamParser::default();
    parser.push(format!("\r\n\r\n{odd}{rejected}").as_bytes());
    let mut seen = Vec::new();
    while let Some(item) = parser.next_item().expect("a readable stream") {
        if !matches!(item, StreamItem::Ping) {
            seen.push(String::from_utf8(parser.bytes_of_item().concat()).expect("text"));
        }
    }
    assert_eq!(seen, [odd, rejected]);
}

#[test]
fn strangers_and_the_oversized_end_the_connection() {
    let limits = StreamLimits { max_head: 1000, max_body: 10 };
    for (wire, kind) in [
        ("GET / HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(), ParseErrorKind::NotSip),
        ("X".repeat(1001), ParseErrorKind::TooLarge),
        (message(&"c".repeat(1000), ""), ParseErrorKind::TooLarge),
        (message("one", &"b".repeat(11)), ParseErrorKind::TooLarge),
        (message("one", "").replace("Length: 0", "Length: 99999999999999999999"), ParseErrorKind::TooLarge),
    ] {
        let mut parser = StreamParser::new(limits);
        parser.push(wire.as_bytes());
        let error = parser.next_item().unwrap_err();
        assert_eq!(error.kind, kind);
        let code = error.reply.map(|r| r.code);
        assert!(matches!(code, None | Some(513)), "{code:?}");
    }
}
