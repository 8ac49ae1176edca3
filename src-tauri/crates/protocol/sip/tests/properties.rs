//! Properties of parser and writer over arbitrary and over mutated input.

use proptest::collection::vec;
use proptest::prelude::*;
use tandem_sip::digest::{Challenge, Credentials};
use tandem_sip::message::{
    Headers, Message, NameAddr, Request, StreamParser, Uri, Via, parse_datagram, text,
};

const SEED: &str = "INVITE sip:*72%23123@[2001:db8::1]:5060;transport=tcp SIP/2.0\r\n\
    Via: SIP/2.0/UDP h:5060;branch=z9hG4bK1;rport, SIP/2.0/TCP p;branch=z9hG4bK2\r\n\
    f: \"Foo <sip:evil@x>\" <sip:real@y> ; tag = 1\r\nTo : <tel:+1-201-555-0123>\r\ni: c@h\r\nCSeq: 7 INVITE\r\n\
    Max-Forwards: 70\r\nm: <sip:a@h>;expires=60,\r\n <sip:b@h>\r\nl: 4\r\n\r\nbody";

/// Pieces that matter to the grammar, put in at random places.
const TOKENS: [&str; 16] =
    ["\r\n", "\n", "\r", " ", "\t", ";", "=", ",", "\"", "\\", "<", ">", "@", ":", "%", "\u{eb}"];

/// The seed with some bytes changed, cut out or put in.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..3u8);
    vec(change, 0..8).prop_map(|changes| {
        let mut bytes = SEED.as_bytes().to_vec();
        for (index, byte, kind) in changes {
            let at = index.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at.max(40)),
                _ => {
                    let token = TOKENS[usize::from(byte) % TOKENS.len()];
                    bytes.splice(at..at, token.bytes());
                }
            }
        }
        bytes
    })
}

/// Reads every typed field there is.
fn read_all(message: &Message) {
    // The tag alone, read by a shorter way, is that of the whole address wherever that can be read.
    if let Ok(to) = message.headers().to() {
        assert_eq!(message.headers().to_tag(), to.tag());
    }
    if let Ok(from) = message.headers().from() {
        assert_eq!(message.headers().from_tag(), from.tag());
    }

    let h: &Headers = message.headers();
    let _ = (h.vias(), h.top_via(), h.from(), h.to(), h.call_id(), h.cseq(), h.contacts(), h.routes());
    let _ = (h.record_routes(), h.max_forwards(), h.expires(), h.content_type(), h.content_length());
    let _ = (h.require(), h.supported(), h.allow(), format!("{message:?}"));
    if let Message::Request(request) = message {
        let _ = (request.check(), request.uri.user_decoded(), request.uri.equivalent(&request.uri));
    }
}

fn check_round_trip(bytes: &[u8]) {
    match parse_datagram(bytes) {
        Ok(message) => {
            read_all(&message);
            let written = message.to_bytes();
            let again = parse_datagram(&written).expect("what we write, we can read");
            assert_eq!(again.to_bytes(), written);
        }
        Err(error) => {
            if let Some(reply) = error.reply {
                parse_datagram(&reply.to_bytes()).expect("an answer can be read");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn mutated_messages_never_panic_and_are_written_stably(bytes in mutated()) {
        check_round_trip(&bytes);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        check_round_trip(&bytes);
        let _ = (text::printable(&text::decode(&bytes)), bytes.len());
    }

    #[test]
    fn arbitrary_text_never_panics_in_the_typed_readers(words in "\\PC{0,60}") {
        let _ = (words.parse::<Uri>(), words.parse::<NameAddr>(), words.parse::<Via>());
        let _ = (words.parse::<Challenge>(), words.parse::<Credentials>());
    }

    #[test]
    fn bytes_survive_the_string_form(bytes in vec(any::<u8>(), 0..60)) {
        let mut out = Vec::new();
        text::encode_into(&mut out, &text::decode(&bytes));
        prop_assert_eq!(out, bytes);
    }

    #[test]
    fn uris_round_trip(user in "[a-z0-9%*#+;?=]{1,12}", host in "[a-z]{1,8}(\\.[a-z]{1,5})?", port: Option<u16>) {
        let uri = Uri::sip(Some(&Uri::escape_user(&user)), host.as_str(), port).with_param("lr", "");
        let read: Uri = uri.to_string().parse().unwrap();
        prop_assert_eq!(read.user_decoded(), Some(user));
        prop_assert!(read.equivalent(&uri));
        prop_assert_eq!(read, uri);
    }

    #[test]
    fn display_names_round_trip(name in "[a-zA-Z\"\\\\<>;,@: \u{e9}]{0,20}") {
        let address = NameAddr::new(Uri::sip(Some("real"), "y", None)).with_display_name(&name).with_tag("t");
        prop_assert_eq!(address.to_string().parse::<NameAddr>(), Ok(address));
    }

    #[test]
    fn a_stream_gives_the_same_message_as_a_datagram(bytes in mutated(), cut in any::<prop::sample::Index>()) {
        let mut parser = StreamParser::default();
        let (first, second) = bytes.split_at(cut.index(bytes.len()));
        parser.push(first);
        let mut items = Vec::new();
        items.extend(parser.next_item().ok().flatten());
        parser.push(second);
        items.extend(parser.next_item().ok().flatten());
        if let (Some(tandem_sip::message::StreamItem::Message(streamed)), Ok(whole)) = (items.first(), parse_datagram(&bytes)) {
            prop_assert_eq!(streamed, &whole);
        }
    }
}

#[test]
fn the_seed_itself_is_a_valid_request() {
    let Ok(Message::Request(request)) = parse_datagram(SEED.as_bytes()) else { panic!("the seed parses") };
    let _: &Request = &request;
    assert_eq!(request.check(), Ok(()));
}
