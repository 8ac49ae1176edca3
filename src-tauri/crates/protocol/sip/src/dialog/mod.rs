//! Dialogs: what two user agents agree on between a call's first 2xx and its BYE (RFC 3261 section 12).

mod answer;
mod reliable;
mod replaces;
#[cfg(test)]
mod tests;
mod timer;

pub use answer::{AnswerDue, AnswerRetransmission};
pub use reliable::{NotRack, Rack, ReliableDue, ReliableRetransmission};
pub use replaces::{NotReplaces, Replaces};
pub use timer::{NotSessionExpires, Refresher, SessionDue, SessionExpires, SessionTimer};

use crate::message::{HeaderError, Headers, Method, NameAddr, Request, Response, Uri};

/// One side's view of a dialog.
#[derive(Clone)]
pub struct Dialog {
    call_id: String,
    /// Ours, with our tag.
    local: NameAddr,
    /// The peer's, with its tag where it has one (RFC 2543 peers may not).
    remote: NameAddr,
    /// In the order requests of ours travel it.
    route_set: Vec<NameAddr>,
    remote_target: Uri,
    local_seq: u32,
    remote_seq: Option<u32>,
}

/// The request is older than one already seen: 500 (RFC 3261 section 12.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("taking a request into a dialog: its CSeq is not above the last one")]
pub struct OutOfOrder;

impl Dialog {
    /// The dialog that a response to our INVITE makes.
    ///
    /// # Errors
    /// When From, To, Call-ID, CSeq, Contact or Record-Route cannot be read.
    pub fn from_response(request: &Request, response: &Response) -> Result<Dialog, HeaderError> {
        let mut route_set = response.headers.record_routes()?;
        route_set.reverse();
        Ok(Dialog {
            call_id: request.headers.call_id()?.to_owned(),
            local: request.headers.from()?,
            remote: response.headers.to()?,
            route_set,
            remote_target: target(&response.headers)?.unwrap_or_else(|| request.uri.clone()),
            local_seq: request.headers.cseq()?.seq,
            remote_seq: None,
        })
    }

    /// The dialog that our response to an INVITE makes, with `tag` in its To.
    ///
    /// # Errors
    /// When From, To, Call-ID, CSeq, Contact or Record-Route cannot be read, or Contact is missing.
    pub fn from_request(request: &Request, tag: &str) -> Result<Dialog, HeaderError> {
        Ok(Dialog {
            call_id: request.headers.call_id()?.to_owned(),
            local: request.headers.to()?.with_tag(tag),
            remote: request.headers.from()?,
            route_set: request.headers.record_routes()?,
            remote_target: target(&request.headers)?
                .ok_or(HeaderError { header: "Contact", problem: "missing" })?,
            // Any start below 2^31 will do; a fixed one keeps traces readable.
            local_seq: 0,
            remote_seq: Some(request.headers.cseq()?.seq),
        })
    }

    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    pub fn local_tag(&self) -> &str {
        self.local.tag().unwrap_or_default()
    }

    pub fn remote_tag(&self) -> &str {
        self.remote.tag().unwrap_or_default()
    }

    pub fn remote_target(&self) -> &Uri {
        &self.remote_target
    }

    /// Whether a request from the peer belongs here.
    pub fn matches(&self, request: &Request) -> bool {
        request.headers.call_id().is_ok_and(|id| id == self.call_id)
            && request.headers.to_tag().unwrap_or_default() == self.local_tag()
            && request.headers.from_tag().unwrap_or_default() == self.remote_tag()
    }

    /// A new request inside the dialog, without Via and Contact.
    pub fn request(&mut self, method: Method) -> Request {
        self.local_seq += 1;
        self.request_with_seq(method, self.local_seq)
    }

    /// The ACK to a 2xx for the INVITE with this CSeq; carries the INVITE's credentials (RFC 3261 section 13.2.2.4).
    pub fn ack(&self, invite: &Request) -> Request {
        let seq = invite.headers.cseq().map_or(self.local_seq, |cseq| cseq.seq);
        let mut ack = self.request_with_seq(Method::Ack, seq);
        for name in ["Authorization", "Proxy-Authorization"] {
            for value in invite.headers.get_all(name) {
                ack.headers.push(name, value);
            }
        }
        ack
    }

    /// Where requests go first: the topmost route, or the remote target.
    pub fn next_hop(&self) -> &Uri {
        self.route_set.first().map_or(&self.remote_target, |route| &route.uri)
    }

    /// Notes that a request was sent again with a higher CSeq (after a challenge).
    pub fn note_local_seq(&mut self, seq: u32) {
        self.local_seq = self.local_seq.max(seq);
    }

    /// Takes note of a request from the peer (not ACK nor CANCEL).
    ///
    /// # Errors
    /// When its CSeq is not above all that came before.
    pub fn receive(&mut self, request: &Request) -> Result<(), OutOfOrder> {
        let seq = request.headers.cseq().map_err(|_| OutOfOrder)?.seq;
        if self.remote_seq.is_some_and(|last| seq <= last) {
            return Err(OutOfOrder);
        }
        self.remote_seq = Some(seq);
        if matches!(request.method, Method::Invite | Method::Update) {
            self.refresh_target(&request.headers);
        }
        Ok(())
    }

    /// Goes on with the numbers of the early dialog that this one was before its 2xx (RFC 3261 section 13.2.2.4).
    pub fn follow(&mut self, early: &Dialog) {
        self.local_seq = self.local_seq.max(early.local_seq);
        self.remote_seq = self.remote_seq.max(early.remote_seq);
    }

    /// Takes the Contact of a re-INVITE or an UPDATE, or of its 2xx, as the new remote target (RFC 3261 section 12.2).
    pub fn refresh_target(&mut self, headers: &Headers) {
        if let Ok(Some(uri)) = target(headers) {
            self.remote_target = uri;
        }
    }

    fn request_with_seq(&self, method: Method, seq: u32) -> Request {
        let loose = self.route_set.first().is_none_or(|first| first.uri.param("lr").is_some());
        // A strict router wants itself in the Request-URI and the target at the end of the route (section 12.2.1.1).
        let (uri, routes): (Uri, Vec<String>) = if loose {
            (self.remote_target.clone(), self.route_set.iter().map(ToString::to_string).collect())
        } else {
            let rest = self.route_set.iter().skip(1).map(ToString::to_string);
            let target = NameAddr::new(self.remote_target.clone()).to_string();
            (self.next_hop().clone(), rest.chain([target]).collect())
        };
        let mut request = Request::new(method, uri);
        let headers = &mut request.headers;
        for route in routes {
            headers.push("Route", route);
        }
        headers.push("Max-Forwards", "70");
        headers.push("From", self.local.to_string());
        headers.push("To", self.remote.to_string());
        headers.push("Call-ID", self.call_id.clone());
        headers.push("CSeq", format!("{seq} {}", request.method));
        request
    }
}

impl std::fmt::Debug for Dialog {
    /// Addresses are left out: they hold numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialog")
            .field("local_seq", &self.local_seq)
            .field("remote_seq", &self.remote_seq)
            .finish_non_exhaustive()
    }
}

fn target(headers: &Headers) -> Result<Option<Uri>, HeaderError> {
    Ok(headers.contacts()?.list().first().map(|contact| contact.uri.clone()))
}
