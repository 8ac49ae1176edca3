//! From bytes to messages.

use std::borrow::Cow;

use bytes::Bytes;

use super::error::{ParseError, ParseErrorKind};
use super::headers::Headers;
use super::method::Method;
use super::request::Request;
use super::response::Response;
use super::uri::Uri;
use super::{Message, lex, text};

/// Longest datagram worth reading, in bytes.
pub const MAX_DATAGRAM: usize = 65_535;

/// More header lines than any real message has.
const MAX_FIELDS: usize = 512;

/// Reads one datagram, or one WebSocket message. Bytes beyond Content-Length are dropped; without Content-Length the
/// body is all that follows the header (RFC 3261 section 18.3).
pub fn parse_datagram(bytes: &[u8]) -> Result<Message, ParseError> {
    let start = bytes.iter().position(|b| !matches!(b, b'\r' | b'\n')).unwrap_or(bytes.len());
    let bytes = &bytes[start..];
    if bytes.is_empty() {
        return Err(ParseError { kind: ParseErrorKind::KeepAlive, reply: None });
    }
    if bytes.len() > MAX_DATAGRAM {
        return Err(ParseError { kind: ParseErrorKind::TooLarge, reply: None });
    }
    let head = Head::read(bytes);
    let available = &bytes[head.length..];
    let body = match head.headers.content_length() {
        Err(_) => return Err(head.refuse(ParseErrorKind::Header("Content-Length".to_owned()))),
        Ok(None) => available,
        Ok(Some(length)) => match available.get(..length) {
            Some(body) => body,
            None => return Err(head.refuse(ParseErrorKind::BodyTruncated)),
        },
    };
    head.finish(Bytes::copy_from_slice(body))
}

/// A message's start line and headers, read as far as they could be.
#[derive(Clone)]
pub(super) struct Head {
    start_line: String,
    pub(super) headers: Headers,
    /// The first thing that was wrong with the header lines.
    fault: Option<ParseErrorKind>,
    /// Bytes up to and with the empty line.
    pub(super) length: usize,
}

impl Head {
    /// Reads up to the empty line or the end of `bytes`.
    pub(super) fn read(bytes: &[u8]) -> Head {
        let mut lines = Lines { bytes, at: 0 };
        let start_line = lines.next().map(|line| text::decode(line.content)).unwrap_or_default();
        let mut head = Head { start_line, headers: Headers::with_room(), fault: None, length: 0 };
        // The open header line, to which folded lines are still added.
        let mut open: Option<Cow<'_, [u8]>> = None;
        for line in lines.by_ref() {
            if !line.terminated {
                head.fault.get_or_insert(ParseErrorKind::HeaderTruncated);
            }
            if line.content.is_empty() {
                break;
            }
            if line.content.starts_with(b" ") || line.content.starts_with(b"\t") {
                match &mut open {
                    Some(field) => {
                        let field = field.to_mut();
                        field.push(b' ');
                        field.extend_from_slice(line.content.trim_ascii());
                    }
                    None => drop(head.fault.get_or_insert(ParseErrorKind::Header("Unnamed".to_owned()))),
                }
                continue;
            }
            if let Some(field) = open.replace(Cow::Borrowed(line.content)) {
                head.field(&field);
            }
        }
        head.length = lines.at;
        if let Some(field) = open {
            head.field(&field);
        }
        head
    }

    /// The message, once its body is known.
    pub(super) fn finish(mut self, body: Bytes) -> Result<Message, ParseError> {
        if self.is_response() {
            return self.response(body);
        }
        let (method, uri) = match self.request_line() {
            Ok(parts) => parts,
            Err(kind) => return Err(self.refuse(kind)),
        };
        match self.fault.take() {
            Some(kind) => Err(self.refuse(kind)),
            None => Ok(Message::Request(Request { method, uri, headers: self.headers, body })),
        }
    }

    /// The error for `kind`, with the answer where there may be one.
    pub(super) fn refuse(&self, kind: ParseErrorKind) -> ParseError {
        let kind = if self.is_sip() { kind } else { ParseErrorKind::NotSip };
        let answerable = self.is_sip()
            && !self.is_response()
            && !self.start_line.starts_with("ACK ")
            && self.headers.contains("Via");
        let reply = answerable.then(|| {
            let (code, reason) = kind.answer();
            Box::new(Response::echoing(&self.headers, code, &reason))
        });
        ParseError { kind, reply }
    }

    /// Whether the start line speaks SIP of any version.
    pub(super) fn is_sip(&self) -> bool {
        self.is_response() || self.split_request_line().is_some_and(|(_, _, version)| is_sip_version(version))
    }

    fn is_response(&self) -> bool {
        self.start_line.get(..4).is_some_and(is_sip_version)
    }

    fn field(&mut self, line: &[u8]) {
        if self.headers.len() >= MAX_FIELDS {
            self.fault.get_or_insert(ParseErrorKind::TooLarge);
            return;
        }
        let colon = line.iter().position(|b| *b == b':').unwrap_or(line.len());
        let name =
            std::str::from_utf8(line[..colon].trim_ascii_end()).ok().filter(|name| lex::is_token(name));
        let Some(name) = name.filter(|_| colon < line.len()) else {
            let name = name.unwrap_or("Unnamed").to_owned();
            self.fault.get_or_insert(ParseErrorKind::Header(name));
            return;
        };
        let mut value = text::decode(lex::trim_bytes(&line[colon + 1..]));
        // A carriage return inside a line ends none here, but might for the next reader.
        if value.as_bytes().contains(&b'\r') {
            value = value.replace('\r', " ");
        }
        self.headers.push(name, value);
    }

    /// Method, Request-URI and version. Spaces beyond the single ones the grammar has are forgiven.
    fn split_request_line(&self) -> Option<(&str, &str, &str)> {
        let (method, rest) = lex::trim(&self.start_line).split_once(' ')?;
        let (uri, version) = rest.rsplit_once(' ')?;
        Some((method, lex::trim(uri), version))
    }

    fn request_line(&self) -> Result<(Method, Uri), ParseErrorKind> {
        let (method, uri, version) = self.split_request_line().ok_or(ParseErrorKind::NotSip)?;
        if !is_sip_version(version) {
            return Err(ParseErrorKind::NotSip);
        }
        if !version.eq_ignore_ascii_case("SIP/2.0") {
            return Err(ParseErrorKind::Version);
        }
        let method = method.parse().map_err(|_| ParseErrorKind::StartLine("Method"))?;
        let uri = uri.parse().map_err(|_| ParseErrorKind::StartLine("Request-URI"))?;
        Ok((method, uri))
    }

    fn response(self, body: Bytes) -> Result<Message, ParseError> {
        let error = |kind| Err(ParseError { kind, reply: None });
        if let Some(kind) = self.fault {
            return error(kind);
        }
        let (version, rest) = self.start_line.split_once(' ').unwrap_or((&self.start_line, ""));
        if !version.eq_ignore_ascii_case("SIP/2.0") {
            return error(ParseErrorKind::Version);
        }
        let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let code = match lex::decimal(code).and_then(|c| u16::try_from(c).ok()) {
            Some(number @ 100..700) if code.len() == 3 => number,
            _ => return error(ParseErrorKind::StartLine("Status-Code")),
        };
        let reason = lex::trim(&reason.replace('\r', " ")).to_owned();
        Ok(Message::Response(Response { code, reason, headers: self.headers, body }))
    }
}

struct Line<'a> {
    content: &'a [u8],
    /// Whether a line end followed.
    terminated: bool,
}

/// Lines ended by CRLF, or by LF alone as careless senders do.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = rest.iter().position(|b| *b == b'\n');
        let content = &rest[..end.unwrap_or(rest.len())];
        self.at += end.map_or(rest.len(), |end| end + 1);
        Some(Line { content: content.strip_suffix(b"\r").unwrap_or(content), terminated: end.is_some() })
    }
}

fn is_sip_version(text: &str) -> bool {
    text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("SIP/"))
}
