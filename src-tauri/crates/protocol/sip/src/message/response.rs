//! Responses.

use bytes::Bytes;

use super::headers::Headers;
use super::reason::default_reason;
use super::request::Request;

/// A SIP response.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// 100 to 699.
    pub code: u16,
    /// May be empty.
    pub reason: String,
    pub headers: Headers,
    pub body: Bytes,
}

impl Response {
    /// A response with what RFC 3261 section 8.2.6.2 copies from the request: every Via, From, To, Call-ID and CSeq, as
    /// they were written; Timestamp for 100; Record-Route for a 1xx or 2xx that may form a dialog (section 12.1.1).
    /// The To tag is the caller's to add.
    pub fn for_request(request: &Request, code: u16, reason: Option<&str>) -> Response {
        let mut response = Response::echoing(&request.headers, code, reason.unwrap_or(default_reason(code)));
        if code == 100 {
            response.copy(&request.headers, "Timestamp");
        }
        if (101..300).contains(&code) && request.method.forms_dialog() {
            response.copy(&request.headers, "Record-Route");
        }
        response
    }

    /// Whether this is a 1xx.
    pub fn is_provisional(&self) -> bool {
        self.code < 200
    }

    /// Whether this is a 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.code)
    }

    pub(crate) fn echoing(request: &Headers, code: u16, reason: &str) -> Response {
        let mut response =
            Response { code, reason: reason.to_owned(), headers: Headers::with_room(), body: Bytes::new() };
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            response.copy(request, name);
        }
        response
    }

    fn copy(&mut self, from: &Headers, name: &str) {
        for value in from.get_all(name) {
            self.headers.push(name, value);
        }
    }
}
