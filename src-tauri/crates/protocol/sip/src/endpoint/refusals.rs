//! Requests refused on sight, whoever sends them (RFC 3261 section 8.2).

use super::Endpoint;
use super::outbound::ALLOW;
use crate::message::{Method, Request, Response};
use crate::transaction::MergeKey;

/// A final response and the header that explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub code: u16,
    header: Option<(&'static str, String)>,
}

impl Refusal {
    pub fn new(code: u16) -> Refusal {
        Refusal { code, header: None }
    }

    pub fn with(code: u16, name: &'static str, value: impl Into<String>) -> Refusal {
        Refusal { code, header: Some((name, value.into())) }
    }

    pub fn fill(self, response: &mut Response) {
        if let Some((name, value)) = self.header {
            response.headers.push(name, value);
        }
    }
}

impl Endpoint {
    /// Why a request (not ACK, not CANCEL) cannot be served, in the order of RFC 3261 section 8.2.
    pub(super) fn refusal(&self, request: &Request) -> Option<Refusal> {
        let headers = &request.headers;
        let inside = headers.to_tag().is_some();
        if !inside && headers.max_forwards() == Ok(Some(0)) {
            return Some(Refusal::new(483));
        }
        match &request.method {
            Method::Invite
            | Method::Bye
            | Method::Options
            | Method::Register
            | Method::Info
            | Method::Prack
            | Method::Update
            | Method::Refer
            | Method::Notify
            | Method::Subscribe => {}
            known if known.is_known() => return Some(Refusal::with(405, "Allow", ALLOW)),
            _ => return Some(Refusal::with(501, "Allow", ALLOW)),
        }
        if !request.uri.is_sip() && request.uri.scheme != crate::message::Scheme::Tel {
            return Some(Refusal::new(416));
        }
        // Only a call replaces a call (RFC 3891 section 3).
        if request.method != Method::Invite && headers.contains("Replaces") {
            return Some(Refusal::new(400));
        }
        if MergeKey::of(request).is_some_and(|merge| self.merges.contains_key(&merge)) {
            return Some(Refusal::new(482));
        }
        let known = self.supported();
        let is_known = |tag: &str| known.split(", ").any(|k| k.eq_ignore_ascii_case(tag));
        let unknown: Vec<&str> = headers.require().into_iter().filter(|tag| !is_known(tag)).collect();
        if !unknown.is_empty() {
            return Some(Refusal::with(420, "Unsupported", unknown.join(", ")));
        }
        self.body_refusal(request)
    }

    /// A refusal of the application's, with a Warning where the terms do not suit (RFC 3261 section 20.43).
    pub(super) fn explained(&self, code: u16) -> Refusal {
        if code != 488 && code != 606 {
            return Refusal::new(code);
        }
        let (host, port) = self.local_host(super::Transport::Udp);
        Refusal::with(code, "Warning", format!("305 {host}:{port} \"Incompatible media format\""))
    }

    fn body_refusal(&self, request: &Request) -> Option<Refusal> {
        if request.body.is_empty()
            || !matches!(request.method, Method::Invite | Method::Update | Method::Prack)
        {
            return None;
        }
        let coded = |coding: &&str| !coding.eq_ignore_ascii_case("identity");
        if request.headers.tokens("Content-Encoding").iter().any(coded) {
            return Some(Refusal::with(415, "Accept-Encoding", "identity"));
        }
        let readable = request.headers.content_type().is_some_and(|kind| kind == "application/sdp");
        (!readable).then(|| Refusal::with(415, "Accept", "application/sdp"))
    }
}
