//! From messages to bytes.

use bytes::Bytes;

use super::headers::Headers;
use super::request::Request;
use super::response::Response;
use super::text;

impl Request {
    /// The wire form, with the right Content-Length whatever the headers say.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(512 + self.body.len());
        word(&mut out, self.method.as_str());
        out.push(b' ');
        word(&mut out, &self.uri.to_string());
        out.extend_from_slice(b" SIP/2.0\r\n");
        finish(out, &self.headers, &self.body)
    }
}

impl Response {
    /// The wire form, with the right Content-Length whatever the headers say.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(512 + self.body.len());
        out.extend_from_slice(format!("SIP/2.0 {:03} ", self.code).as_bytes());
        line(&mut out, &self.reason);
        finish(out, &self.headers, &self.body)
    }
}

fn finish(mut out: Vec<u8>, headers: &Headers, body: &Bytes) -> Bytes {
    let length = body.len().to_string();
    let mut length_written = false;
    for (name, value) in headers.iter() {
        let value = if name.eq_ignore_ascii_case("Content-Length") {
            if std::mem::replace(&mut length_written, true) {
                continue;
            }
            &length
        } else {
            value
        };
        word(&mut out, name);
        out.extend_from_slice(b": ");
        line(&mut out, value);
    }
    if !length_written {
        out.extend_from_slice(b"Content-Length: ");
        line(&mut out, &length);
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body);
    Bytes::from(out)
}

/// A line end inside of a value would let whoever chose the value write headers of their own.
fn line(out: &mut Vec<u8>, value: &str) {
    if value.bytes().any(|b| matches!(b, b'\r' | b'\n')) {
        text::encode_into(out, &value.replace(['\r', '\n'], " "));
    } else {
        text::encode_into(out, value);
    }
    out.extend_from_slice(b"\r\n");
}

/// A part that may hold no white space at all: a method, a URI, a header name.
fn word(out: &mut Vec<u8>, value: &str) {
    let unfit = |c: char| c.is_ascii_whitespace() || c.is_ascii_control();
    if value.bytes().any(|b| b.is_ascii_whitespace() || b.is_ascii_control()) {
        let escaped: String = value
            .chars()
            .map(|c| if unfit(c) { format!("%{:02X}", u32::from(c)) } else { c.to_string() })
            .collect();
        text::encode_into(out, &escaped);
    } else {
        text::encode_into(out, value);
    }
}
