//! The user agent: calls both ways, registrar, trunks, over the transactions and dialogs below.
//!
//! One mutation, then drain: `handle(now, input)`, `poll_output()` until `None`, and another `handle` with
//! [`Input::Deadline`] at `next_deadline()`. It holds no socket, reads no clock, and draws what must be random from the
//! seed it is given.

mod authentication;
mod cancels;
mod challenges;
mod config;
mod destinations;
mod early;
mod failover;
mod hops;
mod inbound;
mod io;
mod nonces;
mod outbound;
mod phone_pings;
mod random;
mod refer_to;
mod referrals;
mod referring;
mod refusals;
mod registering;
mod reliable;
mod reoffers;
mod replacing;
mod requests;
mod responding;
mod ringing;
mod session;
mod session_timers;
mod targets;
mod terms;
#[cfg(test)]
mod tests;
mod timers;
mod trunk_requests;
mod trunks;
mod updates;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Instant;

pub use config::{Config, PhoneAccount, SessionTimers, TrunkAccount};
pub use io::{
    Caller, Command, Destination, Event, Flow, Incoming, Input, Invite, Output, Reason, Replaced, Transport,
    TrunkState,
};
pub use reliable::ReliableProvisionals;
pub use targets::{Lookup, Resolution, ServerNames, Target};

use crate::message::{Message, ParseErrorKind, parse_datagram};
use crate::registrar::{Binding, Registrar};
use crate::transaction::{ClientKey, MergeKey, ServerKey};
use hops::Names;
use nonces::Nonces;
use outbound::Calling;
use phone_pings::PhonePings;
use random::Random;
use referrals::Referral;
use referring::Referring;
use requests::Client;
use responding::Server;
use ringing::Ringing;
use session::Session;
use timers::Timers;
use trunks::Trunk;

/// A SIP user agent. See the module's documentation.
pub struct Endpoint {
    config: Config,
    random: Random,
    nonces: Nonces,
    /// The first moment heard of; nonces count seconds from it.
    epoch: Option<Instant>,
    next_leg: Box<dyn FnMut() -> u64 + Send>,
    last_id: u64,
    clients: HashMap<u64, Client>,
    client_ids: HashMap<ClientKey, u64>,
    servers: HashMap<u64, Server>,
    /// Of those, how many have no final response yet.
    answering: usize,
    server_ids: HashMap<ServerKey, u64>,
    merges: HashMap<MergeKey, u64>,
    legs: HashMap<u64, Leg>,
    /// By Call-ID and our tag.
    dialogs: HashMap<(String, String), u64>,
    /// By leg, which may be over: REFERs of the peers'.
    referrals: HashMap<u64, Referral>,
    /// By leg: REFERs of ours.
    referring: HashMap<u64, Referring>,
    trunks: BTreeMap<String, Trunk>,
    phones: Vec<PhoneAccount>,
    registrar: Registrar<Flow>,
    pings: PhonePings,
    /// The last bindings that ended with their connection, and whose they were.
    lost_phones: VecDeque<(String, Binding<Flow>)>,
    names: Names,
    timers: Timers<TimerKey>,
    outputs: VecDeque<Output>,
    draining: bool,
}

/// A leg in one of its three lives.
#[derive(Debug)]
enum Leg {
    /// We call.
    Calling(Box<Calling>),
    /// We are called.
    Ringing(Box<Ringing>),
    Up(Box<Session>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum TimerKey {
    Client(u64),
    Server(u64),
    Leg(u64),
    /// A REFER of this leg's peer.
    Referral(u64),
    /// A REFER to this leg's peer.
    Referring(u64),
    /// The trunk's own number: its id is text.
    Trunk(u64),
    Bindings,
    PhonePings,
}

impl Endpoint {
    /// `seed` must be unguessable; `next_leg` draws the numbers of legs that come in.
    pub fn new(config: Config, seed: [u8; 32], next_leg: impl FnMut() -> u64 + Send + 'static) -> Endpoint {
        let random = Random::new(seed);
        Endpoint {
            nonces: Nonces::new(random.key(b"nonce")),
            random,
            epoch: None,
            next_leg: Box::new(next_leg),
            last_id: 0,
            clients: HashMap::new(),
            client_ids: HashMap::new(),
            servers: HashMap::new(),
            answering: 0,
            server_ids: HashMap::new(),
            merges: HashMap::new(),
            legs: HashMap::new(),
            dialogs: HashMap::new(),
            referrals: HashMap::new(),
            referring: HashMap::new(),
            trunks: BTreeMap::new(),
            phones: Vec::new(),
            registrar: Registrar::new(config.registrar),
            pings: PhonePings::default(),
            lost_phones: VecDeque::new(),
            names: Names::default(),
            timers: Timers::new(),
            outputs: VecDeque::new(),
            draining: false,
            config,
        }
    }

    /// Takes one input. Deadlines that have passed by `now` come first.
    pub fn handle(&mut self, now: Instant, input: Input) {
        self.epoch.get_or_insert(now);
        self.fire(now);
        match input {
            Input::Datagram { flow, bytes } => match parse_datagram(&bytes) {
                Ok(message) => self.message(now, flow, message),
                Err(error) => self.malformed(flow, error),
            },
            Input::Message { flow, message } => self.message(now, flow, message),
            Input::Malformed { flow, error } => self.malformed(flow, error),
            Input::SendFailed { token, reason } => self.send_failed(now, token, &reason),
            Input::ConnectionClosed { connection } => self.connection_closed(now, connection),
            Input::Resolved { query, found } => self.resolved(now, query, found),
            Input::Command(command) => self.command(now, command),
            Input::Deadline => {}
        }
    }

    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub fn next_deadline(&self) -> Option<(Instant, Reason)> {
        self.timers.next().map(|(at, key)| {
            let reason = match key {
                TimerKey::Client(_) => Reason::ClientTransaction,
                TimerKey::Server(_) => Reason::ServerTransaction,
                TimerKey::Leg(_) | TimerKey::Referral(_) | TimerKey::Referring(_) => Reason::Leg,
                TimerKey::Trunk(_) => Reason::Trunk,
                TimerKey::Bindings | TimerKey::PhonePings => Reason::Binding,
            };
            (at, reason)
        })
    }

    /// Legs that have not ended.
    pub fn legs(&self) -> usize {
        self.legs.len()
    }

    /// Dialogs that have not ended, early ones of one INVITE counted as one.
    pub fn dialogs(&self) -> usize {
        self.dialogs.len()
    }

    /// Transactions of both sides that have not terminated.
    pub fn transactions(&self) -> usize {
        self.clients.len() + self.servers.len()
    }

    fn fire(&mut self, now: Instant) {
        while let Some(key) = self.timers.pop(now) {
            match key {
                TimerKey::Client(id) => self.client_due(now, id),
                TimerKey::Server(id) => self.server_due(now, id),
                TimerKey::Leg(leg) => self.leg_due(now, leg),
                TimerKey::Referral(leg) => self.referral_due(now, leg),
                TimerKey::Referring(leg) => self.referring_due(leg),
                TimerKey::Trunk(number) => self.trunk_due(now, number),
                TimerKey::Bindings => self.bindings_due(now),
                TimerKey::PhonePings => self.phone_pings_due(now),
            }
        }
    }

    fn message(&mut self, now: Instant, flow: Flow, message: Message) {
        match message {
            Message::Request(request) => self.request(now, flow, request),
            Message::Response(response) => self.response(now, flow, response),
        }
    }

    fn malformed(&mut self, flow: Flow, error: crate::message::ParseError) {
        if error.kind != ParseErrorKind::KeepAlive
            && let Some(reply) = error.reply
        {
            self.reply_to_malformed(flow, *reply);
        }
    }

    fn command(&mut self, now: Instant, command: Command) {
        match command {
            Command::Invite(invite) => self.invite(now, invite),
            Command::Progress { leg, code, answer } => self.progress(now, leg, code, answer),
            Command::Answer { leg, answer } => self.answer(now, leg, answer),
            Command::Reject { leg, code, retry_after } => self.reject(now, leg, code, retry_after),
            Command::Reoffer { leg, offer } => self.reoffer(now, leg, offer),
            Command::AcceptReoffer { leg, answer } => self.accept_reoffer(now, leg, answer),
            Command::RefuseReoffer { leg, code } => self.refuse_reoffer(now, leg, code),
            Command::Hangup { leg, cause } => self.hangup(now, leg, cause),
            Command::Info { leg, content_type, body } => self.send_info(now, leg, &content_type, body),
            Command::Refer { leg, to, replaces } => self.send_refer(now, leg, to.as_str(), replaces),
            Command::AcceptRefer { leg } => self.accept_refer(now, leg),
            Command::RefuseRefer { leg, code } => self.refuse_refer(now, leg, code),
            Command::ReferProgress { leg, code } => self.refer_progress(now, leg, code),
            Command::SetTrunks(accounts) => self.set_trunks(now, accounts),
            Command::SetPhones(accounts) => self.set_phones(now, accounts),
            Command::Drain => self.draining = true,
        }
    }

    fn leg_due(&mut self, now: Instant, leg: u64) {
        match self.legs.get(&leg) {
            Some(Leg::Calling(_)) => self.calling_due(now, leg),
            Some(Leg::Ringing(_)) => self.ringing_due(now, leg),
            Some(Leg::Up(_)) => self.session_due(now, leg),
            None => {}
        }
        self.set_leg_timer(leg);
    }

    fn set_leg_timer(&mut self, leg: u64) {
        let at = match self.legs.get(&leg) {
            Some(Leg::Calling(calling)) => Some(calling.next_deadline()),
            Some(Leg::Ringing(ringing)) => Some(ringing.next_deadline()),
            Some(Leg::Up(session)) => session.next_deadline(),
            None => None,
        };
        self.timers.set(TimerKey::Leg(leg), at);
    }

    fn forget_leg(&mut self, leg: u64) -> Option<Leg> {
        self.timers.set(TimerKey::Leg(leg), None);
        let gone = self.legs.remove(&leg);
        let dialogs: Vec<_> = match &gone {
            Some(Leg::Ringing(ringing)) => vec![&ringing.dialog],
            Some(Leg::Up(session)) => vec![&session.dialog],
            Some(Leg::Calling(calling)) => calling.early.iter().map(|early| &early.dialog).collect(),
            None => Vec::new(),
        };
        for dialog in dialogs {
            self.dialogs.remove(&(dialog.call_id().to_owned(), dialog.local_tag().to_owned()));
        }
        gone
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Seconds since the first input.
    fn second(&self, now: Instant) -> u64 {
        self.epoch.map_or(0, |epoch| now.saturating_duration_since(epoch).as_secs())
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("legs", &self.legs.len())
            .field("clients", &self.clients.len())
            .field("servers", &self.servers.len())
            .finish_non_exhaustive()
    }
}
