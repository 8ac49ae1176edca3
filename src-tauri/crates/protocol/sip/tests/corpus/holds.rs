//! What must hold for any bytes that claim to be SIP, from a datagram or from a stream.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use tandem_sip::digest::{Challenge, Credentials};
use tandem_sip::message::{
    Contacts, Headers, Message, StreamItem, StreamLimits, StreamParser, parse_datagram, text,
};

/// Fails by a panic.
pub fn check(bytes: &[u8]) {
    datagram(bytes);
    stream(bytes, StreamLimits::default());
    stream(bytes, StreamLimits { max_head: 600, max_body: 300 });
    let mut written = Vec::new();
    text::encode_into(&mut written, &text::decode(bytes));
    assert_eq!(written, bytes, "text is a lossless bridge");
}

fn datagram(bytes: &[u8]) {
    match parse_datagram(bytes) {
        Ok(message) => {
            let written = message.to_bytes();
            let again = parse_datagram(&written).expect("what we write, we can read");
            assert_same(&message, &again);
            assert_eq!(again.to_bytes(), written, "writing is stable");
            typed(message.headers());
            if let Message::Request(request) = &message {
                round_trip(&request.uri);
                let _ = (request.check(), request.uri.user_decoded());
                let _ = format!("{request:?}");
            }
        }
        Err(error) => {
            let Some(reply) = &error.reply else { return };
            let Ok(Message::Response(read)) = parse_datagram(&reply.to_bytes()) else {
                panic!("an answer can be read: {error:?}");
            };
            assert_eq!(read.code, reply.code);
        }
    }
}

/// Equal but for Content-Length, which writing puts right.
fn assert_same(a: &Message, b: &Message) {
    match (a, b) {
        (Message::Request(a), Message::Request(b)) => assert_eq!((&a.method, &a.uri), (&b.method, &b.uri)),
        (Message::Response(a), Message::Response(b)) => assert_eq!((a.code, &a.reason), (b.code, &b.reason)),
        _ => panic!("a request stays a request"),
    }
    let others = |m: &Message| {
        let pairs = m.headers().iter().map(|(n, v)| (n.to_owned(), v.to_owned()));
        pairs.filter(|(n, _)| !n.eq_ignore_ascii_case("Content-Length")).collect::<Vec<_>>()
    };
    assert_eq!(others(a), others(b));
    assert_eq!(a.body(), b.body());
    assert_eq!(b.headers().content_length(), Ok(Some(b.body().len())));
}

/// Every typed field that can be read is written so that it reads the same.
fn typed(headers: &Headers) {
    headers.vias().iter().flatten().for_each(round_trip);
    headers.from().iter().chain(&headers.to()).for_each(round_trip);
    if let Ok(Contacts::List(list)) = headers.contacts() {
        list.iter().for_each(round_trip);
        for address in list.iter() {
            let _ = (address.expires(), address.uri.equivalent(&address.uri));
        }
    }
    for name in ["Route", "Record-Route", "Refer-To", "P-Asserted-Identity"] {
        headers.addresses(name).iter().flatten().for_each(round_trip);
    }
    for value in headers.get_all("WWW-Authenticate") {
        value.parse::<Challenge>().iter().for_each(|c| drop(c.to_string()));
    }
    for value in headers.get_all("Authorization") {
        value.parse::<Credentials>().iter().for_each(|c| drop(c.to_string()));
    }
    if let Ok(cseq) = headers.cseq() {
        let mut again = Headers::new();
        again.push("CSeq", cseq.to_string());
        assert_eq!(again.cseq(), Ok(cseq));
    }
    let _ = (headers.call_id().is_ok(), headers.max_forwards(), headers.expires(), headers.content_type());
    let _ = (headers.require(), headers.supported(), headers.allow());
    let mut popped = headers.clone();
    let count = headers.vias().map_or(0, |vias| vias.len());
    assert_eq!((0..count).filter(|_| popped.pop_top_via().is_ok()).count(), count, "each Via comes off");
}

fn round_trip<T: Display + Debug + FromStr<Err: Debug> + PartialEq>(value: &T) {
    let written = value.to_string();
    assert_eq!(&written.parse::<T>().expect("what we write, we can read"), value, "{written}");
}

/// Messages, refusals and pings in order, and whether the stream ended in an error.
type Framed = (Vec<StreamItem>, bool);

fn stream(bytes: &[u8], limits: StreamLimits) {
    let whole = framed([bytes].into_iter(), limits);
    let uneven = bytes.first().map_or(1, |first| usize::from(*first) % 31 + 1);
    for size in [1, uneven] {
        assert_eq!(framed(bytes.chunks(size), limits), whole, "pieces of {size}");
    }
    for item in &whole.0 {
        if let StreamItem::Message(message) = item {
            let again = parse_datagram(&message.to_bytes()).expect("what we write, we can read");
            assert_same(message, &again);
        }
    }
}

fn framed<'a>(pieces: impl Iterator<Item = &'a [u8]>, limits: StreamLimits) -> Framed {
    let mut parser = StreamParser::new(limits);
    let (mut items, mut failed) = (Vec::new(), false);
    for piece in pieces {
        parser.push(piece);
        loop {
            match parser.next_item() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(error) => {
                    error.reply.iter().for_each(|reply| drop(reply.to_bytes()));
                    failed = true;
                }
            }
        }
    }
    // The first half of a ping is told as a pong until the other half has come.
    items.retain(|item| *item != StreamItem::Pong);
    (items, failed)
}
