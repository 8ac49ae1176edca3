//! Requests of the peer's: their transactions, and responses to them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::{Endpoint, Flow, Output, TimerKey, Transport};
use crate::message::{Message, Method, Request, Response, Via};
use crate::transaction::{MergeKey, ServerInput, ServerKey, ServerOutput, ServerTransaction};

/// A request that came, and what became of it.
#[derive(Debug)]
pub(super) struct Server {
    transaction: ServerTransaction,
    key: ServerKey,
    merge: Option<MergeKey>,
    /// Where it came from.
    pub flow: Flow,
    /// Where its responses go.
    replies: Flow,
    /// With `received` and `rport` filled in. Its headers and body are gone once it has a final response: only copies of
    /// the request come then, and a response lingers for 32 s.
    pub request: Arc<Request>,
    /// Our tag for all responses; the request's own To tag where it has one.
    pub tag: String,
    /// The leg whose INVITE it is.
    pub leg: Option<u64>,
}

impl Server {
    /// The latest response, and where it went.
    pub fn last_sent(&self) -> Option<(Bytes, Flow)> {
        Some((self.transaction.last()?, self.replies))
    }
}

impl Endpoint {
    /// `replies`: where its responses go, as [`response_flow`] finds it.
    pub(super) fn open_server(&mut self, flow: Flow, replies: Flow, key: ServerKey, request: Request) -> u64 {
        let id = self.next_id();
        let invite = request.method == Method::Invite;
        let reliable = flow.transport.is_reliable();
        let merge = MergeKey::of(&request);
        let known = request.headers.to_tag().map(str::to_owned);
        let tag = known.unwrap_or_else(|| self.random.token());
        if let Some(merge) = &merge {
            self.merges.insert(merge.clone(), id);
        }
        self.server_ids.insert(key.clone(), id);
        let transaction = ServerTransaction::new(invite, reliable, self.config.timers);
        self.answering += 1;
        let request = Arc::new(request);
        self.servers.insert(id, Server { transaction, key, merge, flow, replies, request, tag, leg: None });
        id
    }

    /// Responds to a request; `fill` adds headers and body. The response as sent, for retransmission of a 2xx.
    pub(super) fn respond(
        &mut self,
        now: Instant,
        id: u64,
        code: u16,
        fill: impl FnOnce(&mut Response),
    ) -> Option<Response> {
        let server = self.servers.get_mut(&id)?;
        let mut response = Response::for_request(&server.request, code, None);
        if code > 100 {
            tag_to(&mut response, &server.tag);
        }
        response.headers.push("Server", self.config.user_agent.clone());
        fill(&mut response);
        let before = server.transaction.is_answered();
        server.transaction.handle(now, ServerInput::Respond(&response));
        if server.transaction.is_answered() && !before {
            self.answering -= 1;
            let (method, uri) = (server.request.method.clone(), server.request.uri.clone());
            server.request = Arc::new(Request::new(method, uri));
        }
        self.drain_server(id);
        Some(response)
    }

    /// Responds without any header of its own.
    pub(super) fn respond_plain(&mut self, now: Instant, id: u64, code: u16) {
        self.respond(now, id, code, |_| {});
    }

    /// Whether the request is still without a final response.
    pub(super) fn is_unanswered(&self, id: u64) -> bool {
        self.servers.get(&id).is_some_and(|server| !server.transaction.is_answered())
    }

    pub(super) fn feed_server(&mut self, now: Instant, id: u64, input: ServerInput<'_>) {
        if let Some(server) = self.servers.get_mut(&id) {
            server.transaction.handle(now, input);
            self.drain_server(id);
        }
    }

    pub(super) fn server_due(&mut self, now: Instant, id: u64) {
        self.feed_server(now, id, ServerInput::Deadline);
    }

    /// Responds without a transaction: for what is refused before one is made.
    pub(super) fn reply(
        &mut self,
        flow: Flow,
        request: &Request,
        code: u16,
        fill: impl FnOnce(&mut Response),
    ) {
        let mut response = Response::for_request(request, code, None);
        tag_to(&mut response, &self.random.token());
        fill(&mut response);
        let flow = response_flow(flow, request.headers.top_via().ok().as_ref());
        self.outputs.push_back(Output::Send { flow, bytes: response.to_bytes(), token: None, server: None });
    }

    /// Sends the answer the parser made for something it could not read.
    pub(super) fn reply_to_malformed(&mut self, flow: Flow, mut response: Response) {
        let via = note_source(&mut response.headers, flow.remote);
        tag_to(&mut response, &self.random.token());
        let flow = response_flow(flow, via.as_ref());
        let bytes = Message::from(response).to_bytes();
        self.outputs.push_back(Output::Send { flow, bytes, token: None, server: None });
    }

    fn drain_server(&mut self, id: u64) {
        while let Some(server) = self.servers.get_mut(&id)
            && let Some(output) = server.transaction.poll_output()
        {
            match output {
                ServerOutput::Send(bytes) => {
                    let flow = server.replies;
                    self.outputs.push_back(Output::Send { flow, bytes, token: None, server: None });
                }
                // The leg is over already: only refusals are acknowledged to the transaction.
                ServerOutput::AckMissing => {}
                ServerOutput::Terminated => return self.forget_server(id),
            }
        }
        let at = self.servers.get(&id).and_then(|s| s.transaction.next_deadline()).map(|(at, _)| at);
        self.timers.set(TimerKey::Server(id), at);
    }

    fn forget_server(&mut self, id: u64) {
        self.timers.set(TimerKey::Server(id), None);
        let Some(server) = self.servers.remove(&id) else { return };
        if !server.transaction.is_answered() {
            self.answering -= 1;
        }
        self.server_ids.remove(&server.key);
        if let Some(merge) = server.merge
            && self.merges.get(&merge) == Some(&id)
        {
            self.merges.remove(&merge);
        }
    }
}

/// Writes `received` and `rport` into the top Via (RFC 3261 section 18.2.1, RFC 3581 section 4), which is the result.
pub(super) fn note_source(headers: &mut crate::message::Headers, source: SocketAddr) -> Option<Via> {
    let mut via = headers.top_via().ok()?;
    let wants_rport = via.wants_rport();
    if wants_rport {
        via.set_rport(source.port());
    }
    let is_elsewhere = wants_rport || via.host.ip() != Some(source.ip());
    if is_elsewhere {
        via.set_received(source.ip());
        // The Via was just read, so it can be replaced.
        let _ = headers.set_top_via(&via);
    }
    Some(via)
}

/// Where a response goes: back over the connection, or to the source address and the port the Via asks for
/// (RFC 3261 section 18.2.2, RFC 3581 section 4).
pub(super) fn response_flow(flow: Flow, via: Option<&Via>) -> Flow {
    match (flow.transport, via) {
        (Transport::Udp, Some(via)) if !via.wants_rport() => {
            Flow::udp(SocketAddr::new(flow.remote.ip(), via.port.unwrap_or(5060)))
        }
        _ => flow,
    }
}

fn tag_to(response: &mut Response, tag: &str) {
    if response.headers.to_tag().is_none()
        && let Ok(to) = response.headers.to()
    {
        response.headers.set("To", to.with_tag(tag).to_string());
    }
}
