//! A message as each parser reads it, field by field.

use std::collections::BTreeMap;
use std::panic::catch_unwind;

use rsip::prelude::{HasHeaders, HeadersExt, ToTypedHeader, UntypedHeader};
use tandem_sip::message::{Contacts, Message, parse_datagram};

/// By field; `None` for a field that is absent or cannot be read. No reading at all: the message was rejected.
pub type Reading = Option<BTreeMap<&'static str, Option<String>>>;

pub fn ours(bytes: &[u8]) -> Reading {
    let message = parse_datagram(bytes).ok()?;
    let headers = message.headers();
    let (method, uri) = match &message {
        Message::Request(request) => (request.method.to_string(), request.uri.to_string()),
        Message::Response(response) => (response.code.to_string(), String::new()),
    };
    let contact = headers.contacts().ok().and_then(|contacts| match contacts {
        Contacts::All => Some("*".to_owned()),
        Contacts::List(list) => list.first().map(|address| address.uri.to_string()),
    });
    Some(BTreeMap::from([
        ("method", Some(method)),
        ("uri", Some(uri)),
        ("call-id", headers.call_id().ok().map(str::to_owned)),
        ("cseq", headers.cseq().ok().map(|cseq| cseq.to_string())),
        ("from", headers.from().ok().map(|from| from.uri.to_string())),
        ("from-tag", headers.from().ok().and_then(|from| from.tag().map(str::to_owned))),
        ("to", headers.to().ok().map(|to| to.uri.to_string())),
        ("to-tag", headers.to().ok().and_then(|to| to.tag().map(str::to_owned))),
        ("branch", headers.top_via().ok().and_then(|via| via.branch().map(str::to_owned))),
        ("contact", contact),
        ("content-length", headers.content_length().ok().flatten().map(|length| length.to_string())),
        ("body", Some(String::from_utf8_lossy(message.body()).into_owned())),
    ]))
}

/// A panic would count as a rejection; there is none today.
pub fn theirs(bytes: &[u8]) -> Reading {
    catch_unwind(|| read_theirs(bytes)).ok().flatten()
}

fn read_theirs(bytes: &[u8]) -> Reading {
    let message = rsip::SipMessage::try_from(bytes).ok()?;
    let (method, uri) = match &message {
        rsip::SipMessage::Request(request) => (request.method.to_string(), request.uri.to_string()),
        rsip::SipMessage::Response(response) => {
            (u16::from(response.status_code.clone()).to_string(), String::new())
        }
    };
    let from = message.from_header().ok().and_then(|header| header.typed().ok());
    let to = message.to_header().ok().and_then(|header| header.typed().ok());
    let cseq = message.cseq_header().ok().and_then(|header| header.typed().ok());
    let via = message.via_header().ok().and_then(|header| header.typed().ok());
    let contact = message.contact_header().ok().and_then(|header| header.typed().ok());
    let length = message.headers().iter().find_map(|header| match header {
        rsip::Header::ContentLength(length) => Some(length.value().to_owned()),
        _ => None,
    });
    Some(BTreeMap::from([
        ("method", Some(method)),
        ("uri", Some(uri)),
        ("call-id", message.call_id_header().ok().map(|header| header.value().to_owned())),
        ("cseq", cseq.map(|cseq| format!("{} {}", cseq.seq, cseq.method))),
        ("from", from.as_ref().map(|from| from.uri.to_string())),
        ("from-tag", from.as_ref().and_then(|from| from.tag().map(ToString::to_string))),
        ("to", to.as_ref().map(|to| to.uri.to_string())),
        ("to-tag", to.as_ref().and_then(|to| to.tag().map(ToString::to_string))),
        ("branch", via.and_then(|via| via.branch().map(ToString::to_string))),
        ("contact", contact.map(|contact| contact.uri.to_string())),
        ("content-length", length),
        ("body", Some(String::from_utf8_lossy(message.body()).into_owned())),
    ]))
}
