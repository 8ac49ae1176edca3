//! Why bytes are no message, and how to answer them.

use super::response::Response;

/// The bytes were no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parsing a SIP message: {kind}")]
pub struct ParseError {
    pub kind: ParseErrorKind,
    /// Where the bytes were a request that may be answered, and whose Via could be found: the answer, with Via, From,
    /// To, Call-ID and CSeq as the request had them. Never set for ACK and for responses.
    pub reply: Option<Box<Response>>,
}

/// What was wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseErrorKind {
    /// Nothing but line ends: a keep-alive (RFC 5626 section 3.5.1), not worth a log line.
    #[error("a keep-alive")]
    KeepAlive,
    #[error("not SIP")]
    NotSip,
    #[error("the start line is malformed: {0}")]
    StartLine(&'static str),
    #[error("the version is not SIP/2.0")]
    Version,
    /// A header line, or one that frames the message; names the header where its name could be read.
    #[error("header {0} is malformed")]
    Header(String),
    /// Content-Length is larger than the datagram's body.
    #[error("the body is shorter than Content-Length")]
    BodyTruncated,
    /// Datagram ended within a header line.
    #[error("the header is cut off")]
    HeaderTruncated,
    #[error("larger than allowed")]
    TooLarge,
}

impl ParseErrorKind {
    /// Status and reason phrase that tell a peer what was wrong with its request.
    pub(crate) fn answer(&self) -> (u16, String) {
        match self {
            ParseErrorKind::Version => (505, "Version Not Supported".to_owned()),
            ParseErrorKind::TooLarge => (513, "Message Too Large".to_owned()),
            ParseErrorKind::StartLine(problem) => (400, format!("Bad Request-Line: {problem}")),
            ParseErrorKind::Header(name) => (400, format!("Bad {name} Header")),
            ParseErrorKind::BodyTruncated => (400, "Content-Length Exceeds Body".to_owned()),
            ParseErrorKind::HeaderTruncated => (400, "Header Cut Off".to_owned()),
            ParseErrorKind::KeepAlive | ParseErrorKind::NotSip => (400, "Bad Request".to_owned()),
        }
    }
}
