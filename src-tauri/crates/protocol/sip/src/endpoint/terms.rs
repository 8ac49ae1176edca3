//! The exchange of offers and answers in one dialog, early or confirmed (RFC 3264, RFC 3311, RFC 6337), and who speaks
//! for a leg there.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::hops::Hop;
use super::{Endpoint, Flow, Leg};
use crate::message::{Headers, Method, Request};

/// What of the session's terms is under way and what stands.
#[derive(Debug, Default)]
pub(super) struct Terms {
    pub incoming: Option<IncomingReoffer>,
    pub outgoing: Option<OutgoingReoffer>,
    /// An offer that waits until the exchange under way is over.
    pub queued: Option<Bytes>,
    /// Our description as it stands; a refresh by re-INVITE repeats it.
    pub local: Option<Bytes>,
    /// The peer's.
    pub remote: Option<Bytes>,
    /// The peer takes UPDATE: its Allow says so.
    pub update: bool,
}

/// An offer of the peer's that waits for the answer.
#[derive(Debug)]
pub(super) struct IncomingReoffer {
    pub server: u64,
    /// INVITE, UPDATE or PRACK.
    pub method: Method,
    /// It is a re-INVITE without an offer: ours goes into the 2xx.
    pub late: bool,
    pub offer: Option<Bytes>,
}

/// Our offer.
#[derive(Debug)]
pub(super) enum OutgoingReoffer {
    Sent(Sent),
    /// Both sides offered at once (491), or the peer was busy (500): again at this time.
    Again {
        at: Instant,
        sent: Sent,
    },
}

/// A re-INVITE or UPDATE with an offer.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub client: u64,
    pub offer: Bytes,
    /// Nothing new is offered: it only keeps the session timer from running out.
    pub refresh: bool,
    /// How often it was sent before.
    pub tries: u8,
}

/// A request in the making, and what it is sent with.
pub(super) struct Speech {
    pub request: Request,
    pub hop: Hop,
    pub account: Option<String>,
    pub contact_user: String,
}

impl Terms {
    pub fn retry_at(&self) -> Option<Instant> {
        match &self.outgoing {
            Some(OutgoingReoffer::Again { at, .. }) => Some(*at),
            _ => None,
        }
    }

    /// Whether this request of ours carries the offer under way.
    pub fn is_sent_by(&self, client: u64) -> bool {
        matches!(&self.outgoing, Some(OutgoingReoffer::Sent(sent)) if sent.client == client)
    }

    pub fn sent_again(&mut self, before: u64, again: u64) {
        if let Some(OutgoingReoffer::Sent(sent)) = &mut self.outgoing
            && sent.client == before
        {
            sent.client = again;
        }
    }

    /// Whether nothing is under way.
    pub fn is_free(&self) -> bool {
        self.incoming.is_none() && self.outgoing.is_none()
    }

    /// Takes note of what the peer can do; a message without Allow says nothing.
    pub fn learn(&mut self, headers: &Headers) {
        if headers.contains("Allow") {
            self.update = headers.allow().contains(&Method::Update);
        }
    }
}

impl Endpoint {
    /// The terms of a leg that is not ending; in a call of ours that rings, those of the dialog where something is open
    /// or, failing that, of the last one with an answer.
    pub(super) fn terms(&mut self, leg: u64) -> Option<&mut Terms> {
        match self.legs.get_mut(&leg)? {
            Leg::Up(session) => (!session.is_closing()).then_some(&mut session.terms),
            Leg::Ringing(ringing) => Some(&mut ringing.terms),
            Leg::Calling(calling) => calling.speaking().map(|early| &mut early.terms),
        }
    }

    /// Begins a request in the leg's dialog.
    pub(super) fn speak(&mut self, leg: u64, method: Method) -> Option<Speech> {
        let called = match self.legs.get(&leg)? {
            Leg::Ringing(ringing) => self.called_user(ringing.server),
            _ => String::new(),
        };
        let route = match self.legs.get(&leg)? {
            Leg::Ringing(ringing) => self.ringing_route(ringing),
            _ => None,
        };
        let (request, hop, account, contact_user) = match self.legs.get_mut(&leg)? {
            Leg::Up(s) => (s.dialog.request(method), s.hop(), s.account.clone(), s.contact_user.clone()),
            Leg::Ringing(ringing) => {
                let hop = hop_of(route, &ringing.dialog);
                (ringing.dialog.request(method), hop, ringing.account(), called)
            }
            Leg::Calling(calling) => {
                let (account, user) = (calling.account.clone(), calling.contact_user.clone());
                let early = calling.speaking()?;
                (early.dialog.request(method), early.hop(), account, user)
            }
        };
        Some(Speech { request, hop, account, contact_user })
    }

    /// How long to wait after 491: 2.1 to 4 s for the one who owns the Call-ID, up to 2 s for the other (RFC 3261
    /// section 14.1).
    pub(super) fn glare_wait(&mut self, leg: u64) -> Duration {
        let ours = match self.legs.get(&leg) {
            Some(Leg::Up(session)) => session.ours,
            Some(Leg::Calling(_)) => true,
            Some(Leg::Ringing(_)) | None => false,
        };
        let tens = if ours { 210 + self.random.below(191) } else { self.random.below(201) };
        Duration::from_millis(tens * 10)
    }
}

pub(super) fn hop_of(route: Option<Flow>, dialog: &crate::dialog::Dialog) -> Hop {
    route.map_or_else(|| Hop::of(dialog.next_hop()), Hop::Flow)
}
