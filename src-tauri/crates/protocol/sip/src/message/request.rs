//! Requests.

use bytes::Bytes;

use super::headers::Headers;
use super::method::Method;
use super::uri::Uri;

/// A SIP request. The version is always 2.0: another one is refused while parsing.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    pub uri: Uri,
    pub headers: Headers,
    pub body: Bytes,
}

impl Request {
    /// A request without headers or body.
    pub fn new(method: Method, uri: Uri) -> Request {
        Request { method, uri, headers: Headers::new(), body: Bytes::new() }
    }
}
