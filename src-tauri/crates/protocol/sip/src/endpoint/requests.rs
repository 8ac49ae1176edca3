//! Requests of ours: sending them, answering challenges, and handing responses to whoever asked.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use tandem_foundation::Pii;

use super::failover::PATIENCE;
use super::hops::Hop;
use super::{Endpoint, Flow, Output, ServerNames, TimerKey, Transport};
use crate::message::{BRANCH_COOKIE, Request, Response};
use crate::transaction::{ClientInput, ClientKey, ClientOutput, ClientTransaction};

/// A request on its way, or waiting for its next hop's address.
#[derive(Debug)]
pub(super) struct Client {
    /// As last sent; without Via while it waits.
    pub request: Request,
    pub transaction: Option<ClientTransaction>,
    pub key: Option<ClientKey>,
    pub hop: Hop,
    pub flow: Option<Flow>,
    /// Other servers of the hop, to be tried if this one fails.
    pub others: VecDeque<(Transport, SocketAddr)>,
    /// When the next of them is tried, if nothing is heard.
    pub patience: Option<Instant>,
    /// Whom the server's certificate has to name.
    pub server: Option<ServerNames>,
    pub owner: Owner,
    /// The trunk whose credentials answer a challenge.
    pub account: Option<String>,
    /// Those credentials, kept in case the trunk is taken out meanwhile.
    pub credentials: Option<(String, Pii<String>)>,
    /// How often credentials were asked for.
    pub challenges: u8,
    /// How often a longer session interval was asked for.
    pub intervals: u8,
    /// User part of the Contact to add.
    pub contact_user: Option<String>,
    /// An INVITE got a provisional response, so that it may be cancelled.
    pub provisional: bool,
    pub cancel: Cancel,
    /// Why, where that is told (RFC 3326).
    pub cancel_reason: Option<&'static str>,
    /// The ACKs sent for each 2xx, by the responder's tag.
    pub acks: Vec<(String, Flow, Bytes)>,
}

/// Whether an INVITE is to be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cancel {
    No,
    /// As soon as a provisional response allows it.
    Wanted,
    Sent,
}

/// Who asked for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    /// One of the INVITEs of a calling leg.
    Invite(u64),
    /// A re-INVITE of a leg that is up.
    Reinvite(u64),
    /// An UPDATE of a leg, with an offer.
    Update(u64),
    /// An UPDATE of a leg that is up, without one.
    Refresh(u64),
    /// A PRACK of a calling leg.
    Prack(u64),
    /// An INFO of a leg that is up.
    Info(u64),
    /// A NOTIFY of what became of the peer's REFER; the leg may be over.
    Notify(u64),
    /// A REFER of a leg that is up.
    Refer(u64),
    Register(String),
    Ping(String),
    /// An OPTIONS to the phone of this binding.
    PhonePing(u64),
    /// Nobody waits: BYE and CANCEL.
    Nobody,
}

impl Client {
    /// A request that waits to be sent, on nobody's account.
    pub fn new(request: Request, hop: Hop, owner: Owner) -> Client {
        Client {
            request,
            transaction: None,
            key: None,
            server: hop.server_names(),
            hop,
            flow: None,
            others: VecDeque::new(),
            patience: None,
            owner,
            account: None,
            credentials: None,
            challenges: 0,
            intervals: 0,
            contact_user: None,
            provisional: false,
            cancel: Cancel::No,
            cancel_reason: None,
            acks: Vec::new(),
        }
    }
}

impl Endpoint {
    /// Sends a request (without Via) to the next hop; a Contact is added where a user is given. Its number.
    pub(super) fn send_request(
        &mut self,
        now: Instant,
        request: Request,
        hop: Hop,
        owner: Owner,
        account: Option<String>,
        contact_user: Option<String>,
    ) -> u64 {
        let id = self.next_id();
        let trunk = account.as_ref().and_then(|id| self.trunks.get(id));
        let credentials = trunk.and_then(|t| t.account.credentials.clone());
        let client =
            Client { account, credentials, contact_user, ..Client::new(request, hop.clone(), owner) };
        self.clients.insert(id, client);
        if let Some((flow, others)) = self.flows_or_lookup(now, &hop, id) {
            self.launch_first(now, id, flow, others);
        }
        id
    }

    /// Sends a request of ours again, changed, to the same place, with a CSeq one higher. Its number and CSeq.
    pub(super) fn send_again(&mut self, now: Instant, id: u64, mut request: Request) -> (u64, u32) {
        let seq = request.headers.cseq().map_or(1, |cseq| cseq.seq) + 1;
        let Some(client) = self.clients.get(&id) else { return (id, seq) };
        let hop = client.flow.map_or(client.hop.clone(), Hop::Flow);
        let (owner, account, contact_user) =
            (client.owner.clone(), client.account.clone(), client.contact_user.clone());
        let (credentials, challenges, intervals) =
            (client.credentials.clone(), client.challenges, client.intervals);
        let server = client.server.clone();
        request.headers.remove("Via");
        request.headers.set("CSeq", format!("{seq} {}", request.method));
        let again = self.send_request(now, request, hop, owner, account, contact_user);
        if let Some(client) = self.clients.get_mut(&again) {
            (client.credentials, client.challenges, client.intervals) = (credentials, challenges, intervals);
            client.server = server;
        }
        (again, seq)
    }

    /// Starts a request whose next hop was looked up.
    pub(super) fn launch_after_lookup(&mut self, now: Instant, id: u64) {
        let Some(client) = self.clients.get(&id) else { return };
        if client.cancel != Cancel::No {
            self.clients.remove(&id);
            return;
        }
        let hop = client.hop.clone();
        match self.flows_of(now, &hop) {
            Some((flow, others)) => self.launch_first(now, id, flow, others),
            None => self.client_failed(now, id, 503, "the name has no address"),
        }
    }

    fn launch_first(&mut self, now: Instant, id: u64, flow: Flow, others: VecDeque<(Transport, SocketAddr)>) {
        if let Some(client) = self.clients.get_mut(&id) {
            client.others = others;
        }
        self.launch(now, id, flow);
    }

    pub(super) fn launch(&mut self, now: Instant, id: u64, flow: Flow) {
        let branch = format!("{BRANCH_COOKIE}{}", self.random.token());
        let via = self.via(flow.transport, &branch);
        let Some(client) = self.clients.get(&id) else { return };
        let contact = client.contact_user.as_ref().map(|user| self.contact(user, flow.transport));
        let user_agent = self.config.user_agent.clone();
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.request.headers.push_front("Via", via);
        if let Some(contact) = contact {
            client.request.headers.set("Contact", contact);
        }
        client.request.headers.set("User-Agent", user_agent);
        let key = ClientKey::new(&branch, client.request.method.clone());
        client.flow = Some(flow);
        client.patience = (!client.others.is_empty()).then(|| now + PATIENCE);
        client.key = Some(key.clone());
        let reliable = flow.transport.is_reliable();
        let request = client.request.clone();
        client.transaction = Some(ClientTransaction::start(now, request, reliable, self.config.timers));
        self.client_ids.insert(key, id);
        self.drain_client(now, id);
    }

    pub(super) fn response(&mut self, now: Instant, flow: Flow, response: Response) {
        let Ok(key) = ClientKey::of_response(&response.headers) else { return };
        let Some(id) = self.client_ids.get(&key).copied() else { return };
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.patience = None;
        if flow.connection.is_some() {
            client.flow = Some(flow);
        }
        self.feed_client(now, id, ClientInput::Response(response));
    }

    pub(super) fn client_due(&mut self, now: Instant, id: u64) {
        if self.clients.get(&id).and_then(|c| c.patience).is_some_and(|at| at <= now) {
            self.out_of_patience(now, id);
        }
        self.feed_client(now, id, ClientInput::Deadline);
    }

    pub(super) fn send_failed(&mut self, now: Instant, token: u64, reason: &str) {
        let finished = |c: &Client| c.transaction.as_ref().is_none_or(ClientTransaction::is_finished);
        if self.clients.get(&token).is_some_and(|c| !finished(c)) {
            self.client_failed(now, token, 503, reason);
        }
    }

    /// Sends a request that has no transaction: ACK to a 2xx.
    pub(super) fn send_ack(&mut self, mut ack: Request, hop: &Hop, client: u64) {
        let fallback = self.clients.get(&client).and_then(|c| c.flow);
        let Some(flow) = self.flow_of(hop).or(fallback) else { return };
        let server = hop.server_names();
        let branch = format!("{BRANCH_COOKIE}{}", self.random.token());
        ack.headers.push_front("Via", self.via(flow.transport, &branch));
        ack.headers.set("User-Agent", self.config.user_agent.clone());
        let bytes = ack.to_bytes();
        if let Some(client) = self.clients.get_mut(&client) {
            let tag = ack.headers.to().ok().and_then(|to| to.tag().map(str::to_owned)).unwrap_or_default();
            client.acks.push((tag, flow, bytes.clone()));
        }
        self.outputs.push_back(Output::Send { flow, bytes, token: None, server });
    }

    pub(super) fn feed_client(&mut self, now: Instant, id: u64, input: ClientInput) {
        if let Some(transaction) = self.clients.get_mut(&id).and_then(|c| c.transaction.as_mut()) {
            transaction.handle(now, input);
            self.drain_client(now, id);
        }
    }

    pub(super) fn drain_client(&mut self, now: Instant, id: u64) {
        while let Some(client) = self.clients.get_mut(&id)
            && let Some(output) = client.transaction.as_mut().and_then(ClientTransaction::poll_output)
        {
            match output {
                ClientOutput::Send(bytes) => {
                    if let Some(flow) = client.flow {
                        let server = client.server.clone();
                        self.outputs.push_back(Output::Send { flow, bytes, token: Some(id), server });
                    }
                }
                ClientOutput::Response(response) => self.client_response(now, id, response),
                ClientOutput::TimedOut => return self.client_failed(now, id, 408, "Request Timeout"),
                ClientOutput::Terminated => return self.forget_client(id),
            }
        }
        let client = self.clients.get(&id);
        let transaction = client.and_then(|c| c.transaction.as_ref());
        let at = transaction.and_then(ClientTransaction::next_deadline).map(|(at, _)| at);
        let at = at.into_iter().chain(client.and_then(|c| c.patience)).min();
        self.timers.set(TimerKey::Client(id), at);
    }

    pub(super) fn forget_client(&mut self, id: u64) {
        self.timers.set(TimerKey::Client(id), None);
        if let Some(key) = self.clients.remove(&id).and_then(|client| client.key) {
            self.client_ids.remove(&key);
        }
    }

    /// No response will come: as if `code` had (RFC 3261 section 8.1.3.1).
    pub(super) fn client_failed(&mut self, now: Instant, id: u64, code: u16, reason: &str) {
        if self.fail_over(now, id) {
            return self.forget_client(id);
        }
        let Some(client) = self.clients.get(&id) else { return };
        let mut response = Response::for_request(&client.request, code, Some(reason));
        // Nobody sent it, so nobody is to be asked for credentials or acknowledged.
        response.headers.remove("Via");
        self.dispatch(now, id, response);
        self.forget_client(id);
    }

    fn client_response(&mut self, now: Instant, id: u64, response: Response) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        if response.is_provisional() {
            client.provisional = true;
            if client.cancel == Cancel::Wanted {
                return self.cancel_client(now, id);
            }
        }
        if matches!(response.code, 401 | 407) && self.answer_challenge(now, id, &response) {
            return;
        }
        if response.code == 503 && self.fail_over(now, id) {
            return;
        }
        self.dispatch(now, id, response);
    }

    fn dispatch(&mut self, now: Instant, id: u64, response: Response) {
        let Some(client) = self.clients.get(&id) else { return };
        match client.owner.clone() {
            Owner::Invite(leg) => self.invite_response(now, leg, id, response),
            Owner::Reinvite(leg) | Owner::Update(leg) => self.offer_response(now, leg, id, response),
            Owner::Refresh(leg) => self.refresh_response(now, leg, &response),
            Owner::Prack(leg) => self.prack_response(now, leg, id, &response),
            Owner::Info(leg) => self.info_response(now, leg, &response),
            Owner::Notify(leg) => self.notify_response(now, leg, id, &response),
            Owner::Refer(leg) => self.refer_response(now, leg, id, &response),
            Owner::Register(trunk) => self.register_response(now, &trunk, id, &response),
            Owner::Ping(trunk) => self.ping_response(now, &trunk, id, &response),
            Owner::PhonePing(binding) => self.phone_ping_response(now, binding, &response),
            Owner::Nobody => {}
        }
    }
}
