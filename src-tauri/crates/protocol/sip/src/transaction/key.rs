//! Which transaction a message belongs to (RFC 3261 sections 17.1.3, 17.2.3 and 8.2.2.2).

use crate::message::{HeaderError, Headers, Method, Request, Via};

/// Names a client transaction: the branch we gave and the method in CSeq.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientKey {
    branch: String,
    method: Method,
}

impl ClientKey {
    pub fn new(branch: &str, method: Method) -> ClientKey {
        ClientKey { branch: branch.to_ascii_lowercase(), method }
    }

    /// The key a response answers to.
    ///
    /// # Errors
    /// When the top Via or CSeq cannot be read.
    pub fn of_response(headers: &Headers) -> Result<ClientKey, HeaderError> {
        let via = headers.top_via()?;
        Ok(ClientKey::new(via.branch().unwrap_or_default(), headers.cseq()?.method))
    }
}

/// Names a server transaction. ACK has the key of the INVITE it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServerKey {
    /// Branch and sent-by; for senders of RFC 2543, what that RFC compares.
    identity: String,
    method: Method,
}

impl ServerKey {
    /// The key of a request.
    ///
    /// # Errors
    /// When Via, From, Call-ID or CSeq cannot be read.
    pub fn of(request: &Request) -> Result<ServerKey, HeaderError> {
        ServerKey::under(&request.headers.top_via()?, request)
    }

    /// The key of a request whose topmost Via was read before.
    ///
    /// # Errors
    /// As of [`ServerKey::of`].
    pub fn under(via: &Via, request: &Request) -> Result<ServerKey, HeaderError> {
        let identity = match via.unique_branch() {
            Some(branch) => format!(
                "{} {} {}",
                branch.to_ascii_lowercase(),
                via.host.to_string().to_ascii_lowercase(),
                via.port.unwrap_or(5060)
            ),
            // The To tag is left out: an ACK carries the one of our response, the INVITE had none.
            None => format!(
                "2543 {} {} {} {} {via}",
                request.uri,
                request.headers.from_tag().unwrap_or_default(),
                request.headers.call_id()?,
                request.headers.cseq()?.seq
            ),
        };
        let method = match &request.method {
            Method::Ack => Method::Invite,
            other => other.clone(),
        };
        Ok(ServerKey { identity, method })
    }

    /// The INVITE that a CANCEL with this key is for.
    #[must_use]
    pub fn cancelled(&self) -> ServerKey {
        ServerKey { identity: self.identity.clone(), method: Method::Invite }
    }
}

/// What two copies of one request have in common when they came over different paths (482, RFC 3261 section 8.2.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MergeKey {
    from_tag: String,
    call_id: String,
    seq: u32,
    method: Method,
}

impl MergeKey {
    /// `None` where the request has a To tag (it is inside a dialog) or lacks what is compared.
    pub fn of(request: &Request) -> Option<MergeKey> {
        let headers = &request.headers;
        if headers.to_tag().is_some() {
            return None;
        }
        Some(MergeKey {
            from_tag: headers.from_tag()?.to_owned(),
            call_id: headers.call_id().ok()?.to_owned(),
            seq: headers.cseq().ok()?.seq,
            method: request.method.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Message, parse_datagram};

    fn request(text: &str) -> Request {
        match parse_datagram(text.replace('\n', "\r\n").as_bytes()) {
            Ok(Message::Request(request)) => request,
            other => panic!("not a request: {other:?}"),
        }
    }

    fn with(method: &str, via: &str, to_tag: &str) -> Request {
        request(&format!(
            "{method} sip:b@h SIP/2.0\nVia: {via}\nFrom: <sip:a@h>;tag=1\nTo: <sip:b@h>{to_tag}\nCall-ID: c\nCSeq: 7 {method}\n\n"
        ))
    }

    #[test]
    fn an_ack_and_a_cancel_find_their_invite_by_branch_and_sent_by() {
        let via = "SIP/2.0/UDP h:5062;branch=z9hG4bKx";
        let invite = ServerKey::of(&with("INVITE", via, "")).expect("key");
        assert_eq!(ServerKey::of(&with("ACK", via, ";tag=9")).expect("key"), invite);
        let cancel = ServerKey::of(&with("CANCEL", via, "")).expect("key");
        assert_ne!(cancel, invite);
        assert_eq!(cancel.cancelled(), invite);
        let elsewhere = with("INVITE", "SIP/2.0/UDP h:5063;branch=z9hG4bKx", "");
        assert_ne!(ServerKey::of(&elsewhere).expect("key"), invite, "sent-by differs");
    }

    #[test]
    fn a_sender_of_rfc_2543_is_matched_by_the_headers_it_repeats() {
        let via = "SIP/2.0/UDP old:5060;branch=1";
        let invite = ServerKey::of(&with("INVITE", via, "")).expect("key");
        assert_eq!(ServerKey::of(&with("ACK", via, ";tag=ours")).expect("key"), invite);
        assert_ne!(ServerKey::of(&with("INVITE", "SIP/2.0/UDP other:5060", "")).expect("key"), invite);
    }

    #[test]
    fn copies_over_two_paths_merge_and_requests_inside_a_dialog_do_not() {
        let one = MergeKey::of(&with("INVITE", "SIP/2.0/UDP p1;branch=z9hG4bK1", ""));
        assert!(one.is_some());
        assert_eq!(one, MergeKey::of(&with("INVITE", "SIP/2.0/UDP p2;branch=z9hG4bK2", "")));
        assert_eq!(MergeKey::of(&with("INVITE", "SIP/2.0/UDP p1;branch=z9hG4bK1", ";tag=x")), None);
    }
}
