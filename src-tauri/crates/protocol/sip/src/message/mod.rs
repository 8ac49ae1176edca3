//! SIP messages: parsing, typed header fields, and writing (RFC 3261 sections 7, 19, 20 and 25).
//!
//! The parser is lenient where leniency cannot change a message's meaning (white space, case, folding, compact
//! names, bytes that are not UTF-8) and strict where it could (brackets, quotes, lengths). What it lets through is
//! written back byte-equal in meaning: header values are kept as text and read on demand.
//!
//! Invariant: no input makes anything here panic.

mod address;
mod check;
mod error;
mod fields;
mod headers;
mod host;
pub(crate) mod lex;
mod method;
mod params;
mod parse;
mod reason;
mod redacted;
mod request;
mod response;
mod sipfrag;
mod stream;
pub mod text;
mod uri;
mod uri_equality;
mod via;
mod write;

pub use address::{AddressError, Contacts, NameAddr};
pub use check::RequestFault;
pub use error::{ParseError, ParseErrorKind};
pub use fields::{CSeq, HeaderError};
pub use headers::Headers;
pub use host::Host;
pub use method::{Method, NotAMethod};
pub use params::Params;
pub use parse::{MAX_DATAGRAM, parse_datagram};
pub use reason::default_reason;
pub use request::Request;
pub use response::Response;
pub use sipfrag::{status_fragment, status_of_fragment};
pub use stream::{StreamError, StreamItem, StreamLimits, StreamParser};
pub use uri::{Scheme, Uri, UriError};
pub use via::{BRANCH_COOKIE, Via, ViaError};

use bytes::Bytes;

/// A SIP message as it stands on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    Request(Request),
    Response(Response),
}

impl Message {
    pub fn headers(&self) -> &Headers {
        match self {
            Message::Request(request) => &request.headers,
            Message::Response(response) => &response.headers,
        }
    }

    pub fn headers_mut(&mut self) -> &mut Headers {
        match self {
            Message::Request(request) => &mut request.headers,
            Message::Response(response) => &mut response.headers,
        }
    }

    pub fn body(&self) -> &Bytes {
        match self {
            Message::Request(request) => &request.body,
            Message::Response(response) => &response.body,
        }
    }

    /// The wire form, with the right Content-Length.
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Message::Request(request) => request.to_bytes(),
            Message::Response(response) => response.to_bytes(),
        }
    }
}

impl From<Request> for Message {
    fn from(request: Request) -> Message {
        Message::Request(request)
    }
}

impl From<Response> for Message {
    fn from(response: Response) -> Message {
        Message::Response(response)
    }
}
