//! `Debug` of messages without what is private: a message may be logged with `{:?}`, never with `{}`.
//!
//! Users of URIs, display names, bodies and all headers but those that route and frame the message show as `***`.

use std::fmt;

use super::{Headers, Host, NameAddr, Request, Response, Uri, parse::Head};

/// Headers whose values tell nothing about people.
const SHOWN: [&str; 12] = [
    "Via",
    "CSeq",
    "Call-ID",
    "Max-Forwards",
    "Content-Length",
    "Content-Type",
    "Expires",
    "Require",
    "Supported",
    "Allow",
    "RSeq",
    "RAck",
];

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.scheme.as_str())?;
        if self.user.is_some() {
            f.write_str("***")?;
        }
        if self.host != Host::None {
            write!(f, "@{}", self.host)?;
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl fmt::Debug for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{:?}>", self.uri)?;
        self.tag().map_or(Ok(()), |tag| write!(f, ";tag={tag}"))
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |name: &str| SHOWN.iter().any(|s| s.eq_ignore_ascii_case(name));
        f.debug_map().entries(self.iter().map(|(n, v)| (n, if shown(n) { v } else { "***" }))).finish()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {:?} [{} bytes]", self.method, self.uri, self.headers, self.body.len())
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} [{} bytes]", self.code, self.headers, self.body.len())
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head").field("headers", &self.headers).finish_non_exhaustive()
    }
}
