//! Framing on streams: TCP and TLS (RFC 3261 section 18.3, keep-alives of RFC 5626 section 4.4.1).

use bytes::{Buf, Bytes, BytesMut};

use super::Message;
use super::error::{ParseError, ParseErrorKind};
use super::parse::Head;
use super::response::Response;

/// How much a peer may send before it is cut off, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamLimits {
    pub max_head: usize,
    pub max_body: usize,
}

impl Default for StreamLimits {
    fn default() -> StreamLimits {
        StreamLimits { max_head: 64 * 1024, max_body: 1024 * 1024 }
    }
}

/// Cuts one connection's bytes into messages: `push` what was read, then drain `next_item`.
#[derive(Debug, Default)]
pub struct StreamParser {
    limits: StreamLimits,
    buffer: BytesMut,
    /// Up to where the buffer holds no end of a header.
    scanned: usize,
    /// A whole header that waits for its body of this many bytes.
    pending: Option<(Head, usize)>,
    /// Header and body of the newest message.
    bytes: [Bytes; 2],
    /// A lone CRLF was told as a pong; a second one makes it a ping.
    half_ping: bool,
    ended: bool,
}

/// What a stream brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamItem {
    Message(Message),
    /// Two line ends: answer with one ("\r\n").
    Ping,
    /// One line end: the answer to our ping.
    Pong,
    /// A message that is malformed but whose end is known: answer if there is a reply, and read on.
    Rejected(ParseError),
}

/// The stream cannot be read on; send the reply, if any, and close the connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("framing a SIP stream: {kind}")]
pub struct StreamError {
    pub kind: ParseErrorKind,
    pub reply: Option<Box<Response>>,
}

impl StreamParser {
    pub fn new(limits: StreamLimits) -> StreamParser {
        StreamParser { limits, ..StreamParser::default() }
    }

    /// Takes what was read from the connection.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.ended {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next item, or `None` until more bytes come. After an error there is never anything more.
    pub fn next_item(&mut self) -> Result<Option<StreamItem>, StreamError> {
        if self.ended {
            return Ok(None);
        }
        let result = self.advance();
        if result.is_err() {
            self.ended = true;
            self.buffer = BytesMut::new();
        }
        result
    }

    /// What the message that `next_item` has just given, or rejected, was on the wire: its header and its body.
    pub fn bytes_of_item(&self) -> [Bytes; 2] {
        self.bytes.clone()
    }

    fn advance(&mut self) -> Result<Option<StreamItem>, StreamError> {
        if self.pending.is_none() {
            if let Some(item) = self.keep_alive() {
                return Ok(Some(item));
            }
            if !self.read_head()? {
                return Ok(None);
            }
        }
        match self.pending.take() {
            Some((head, length)) if self.buffer.len() >= length => {
                let body = self.buffer.split_to(length).freeze();
                self.bytes[1] = body.clone();
                Ok(Some(match head.finish(body) {
                    Ok(message) => StreamItem::Message(message),
                    Err(error) => StreamItem::Rejected(error),
                }))
            }
            waiting => {
                self.pending = waiting;
                Ok(None)
            }
        }
    }

    fn keep_alive(&mut self) -> Option<StreamItem> {
        // While half a ping is open, the next line end closes it, or else a run of pings would be counted by how it was
        // cut into segments.
        if !self.half_ping && self.buffer.starts_with(b"\r\n\r\n") {
            self.buffer.advance(4);
            return Some(StreamItem::Ping);
        }
        if self.buffer.starts_with(b"\r\n") {
            self.buffer.advance(2);
            let second = std::mem::replace(&mut self.half_ping, true);
            self.half_ping &= !second;
            return Some(if second { StreamItem::Ping } else { StreamItem::Pong });
        }
        // A message began, so that line end was no half of a ping.
        self.half_ping &= matches!(&self.buffer[..], [] | [b'\r']);
        None
    }

    /// Whether a header is complete; leaves it in `pending`.
    fn read_head(&mut self) -> Result<bool, StreamError> {
        let Some(end) = self.end_of_head() else {
            if self.buffer.len() > self.limits.max_head {
                return Err(StreamError { kind: ParseErrorKind::TooLarge, reply: None });
            }
            return Ok(false);
        };
        let head = Head::read(&self.buffer[..end]);
        let fatal = |kind| {
            let ParseError { kind, reply } = head.refuse(kind);
            Err(StreamError { kind, reply })
        };
        if end > self.limits.max_head {
            return fatal(ParseErrorKind::TooLarge);
        }
        if !head.is_sip() {
            return fatal(ParseErrorKind::NotSip);
        }
        // Without a length nobody knows where the next message starts, hence the end of the connection.
        let length = match head.headers.content_length() {
            Ok(Some(length)) => length,
            Ok(None) | Err(_) => return fatal(ParseErrorKind::Header("Content-Length".to_owned())),
        };
        if length > self.limits.max_body {
            return fatal(ParseErrorKind::TooLarge);
        }
        self.bytes = [self.buffer.split_to(end).freeze(), Bytes::new()];
        self.scanned = 0;
        self.pending = Some((head, length));
        Ok(true)
    }

    /// Bytes up to and with the first empty line.
    fn end_of_head(&mut self) -> Option<usize> {
        let from = self.scanned;
        let found =
            self.buffer[from..].iter().enumerate().filter(|(_, b)| **b == b'\n').find_map(|(at, _)| {
                let rest = &self.buffer[from + at + 1..];
                let line_end =
                    if rest.starts_with(b"\n") { 1 } else { 2 * usize::from(rest.starts_with(b"\r\n")) };
                (line_end > 0).then_some(from + at + 1 + line_end)
            });
        // The last three bytes may be the first part of the end.
        self.scanned = self.buffer.len().saturating_sub(3);
        found
    }
}
