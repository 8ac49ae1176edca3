//! Provisional responses the caller must acknowledge: 100rel as the one who is called (RFC 3262 section 3).

use std::collections::VecDeque;
use std::time::Instant;

use bytes::Bytes;

use super::outbound::{ALLOW, sdp};
use super::refusals::Refusal;
use super::responding::response_flow;
use super::{Endpoint, Event, Flow, Leg, Output};
use crate::dialog::{Rack, ReliableDue, ReliableRetransmission};
use crate::message::{Method, Request};

/// When provisional responses are sent reliably. A caller that requires it always gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReliableProvisionals {
    WhenRequired,
    /// To every caller that supports it.
    WhenSupported,
}

/// The reliable responses of a ringing leg. One is under way at a time; the others wait for its PRACK.
#[derive(Debug)]
pub(super) struct Reliable {
    next_rseq: u32,
    pending: Option<Pending>,
    waiting: VecDeque<(u16, Option<Bytes>)>,
    /// A description went out in one of them.
    described: bool,
}

#[derive(Debug)]
struct Pending {
    response: ReliableRetransmission,
    flow: Flow,
    described: bool,
}

impl Reliable {
    /// `first` is the first RSeq: 1 to 2^31 - 1.
    pub fn new(first: u32) -> Reliable {
        Reliable { next_rseq: first, pending: None, waiting: VecDeque::new(), described: false }
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.pending.as_ref().map(|pending| pending.response.next_deadline())
    }

    pub fn is_described(&self) -> bool {
        self.described
    }

    /// Whether a description waits for its PRACK: no 2xx may be sent before (RFC 3262 section 3).
    pub fn holds_answer(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.described)
    }

    pub fn is_idle(&self) -> bool {
        self.pending.is_none() && self.waiting.is_empty()
    }

    /// What a PRACK that comes after the 2xx would acknowledge.
    pub fn open_rack(&self) -> Option<Rack> {
        self.pending.as_ref().map(|pending| pending.response.rack().clone())
    }
}

impl Endpoint {
    /// Whether an INVITE's provisional responses are to be reliable, as it allows and we like.
    pub(super) fn reliable_for(&mut self, invite: &Request) -> Option<Reliable> {
        let named = |list: Vec<&str>| list.iter().any(|tag| tag.eq_ignore_ascii_case("100rel"));
        let supported = named(invite.headers.supported())
            && self.config.reliable_provisionals == ReliableProvisionals::WhenSupported;
        let wanted = named(invite.headers.require()) || supported;
        wanted.then(|| Reliable::new(1 + self.random.below(1 << 30) as u32))
    }

    pub(super) fn queue_reliable(&mut self, now: Instant, leg: u64, code: u16, body: Option<Bytes>) {
        if let Some(reliable) = self.reliable(leg) {
            reliable.waiting.push_back((code, body));
            self.send_reliable(now, leg);
        }
    }

    /// Sends the next reliable response, unless one is under way.
    fn send_reliable(&mut self, now: Instant, leg: u64) {
        let Some(Leg::Ringing(ringing)) = self.legs.get_mut(&leg) else { return };
        let (server, flow) = (ringing.server, ringing.flow);
        let Some(reliable) = &mut ringing.reliable else { return };
        if reliable.pending.is_some() {
            return;
        }
        let Some((code, body)) = reliable.waiting.pop_front() else { return };
        // The exchange is over with the first description; what changes after that is for UPDATE (RFC 6337).
        let body = body.filter(|_| !reliable.described);
        let described = body.is_some();
        let rseq = reliable.next_rseq;
        reliable.next_rseq += 1;
        reliable.described |= described;
        if described {
            ringing.terms.local.clone_from(&body);
        }
        let contact = self.contact(&self.called_user(server), flow.transport);
        let response = self.respond(now, server, code, |response| {
            response.headers.push("Contact", contact);
            response.headers.push("Allow", ALLOW);
            response.headers.push("Require", "100rel");
            response.headers.push("RSeq", rseq.to_string());
            if let Some(body) = body {
                response.headers.push("Content-Type", "application/sdp");
                response.body = body;
            }
        });
        let Some(response) = response else { return };
        let seq = response.headers.cseq().map_or(0, |cseq| cseq.seq);
        let rack = Rack { rseq, seq, method: Method::Invite };
        let flow = response_flow(flow, response.headers.top_via().ok().as_ref());
        let response = ReliableRetransmission::new(now, response.to_bytes(), rack, self.config.timers);
        if let Some(reliable) = self.reliable(leg) {
            reliable.pending = Some(Pending { response, flow, described });
        }
    }

    /// Repeats the response under way, or gives the call up where its PRACK never came.
    pub(super) fn reliable_due(&mut self, now: Instant, leg: u64) {
        let Some(pending) = self.reliable(leg).and_then(|reliable| reliable.pending.as_mut()) else { return };
        let flow = pending.flow;
        match pending.response.due(now) {
            ReliableDue::Nothing => {}
            ReliableDue::Send(bytes) => {
                self.outputs.push_back(Output::Send { flow, bytes, token: None, server: None })
            }
            ReliableDue::GiveUp => {
                self.refuse_call(now, leg, 504, None, "A provisional response was never acknowledged");
            }
        }
    }

    /// A PRACK of the caller's.
    pub(super) fn prack(&mut self, now: Instant, leg: u64, id: u64) {
        let Some(server) = self.servers.get(&id) else { return };
        let Some(rack) = server.request.headers.get("RAck").and_then(|text| text.parse::<Rack>().ok()) else {
            return self.refuse(now, id, Refusal::new(400));
        };
        let body = sdp(&server.request.headers, &server.request.body);
        match self.legs.get_mut(&leg) {
            Some(Leg::Up(session)) if session.late_rack.as_ref() == Some(&rack) => {
                session.late_rack = None;
                return self.respond_plain(now, id, 200);
            }
            Some(Leg::Ringing(_)) => {}
            _ => return self.respond_plain(now, id, 481),
        }
        let Some(reliable) = self.reliable(leg) else { return self.respond_plain(now, id, 481) };
        match reliable.pending.take_if(|pending| *pending.response.rack() == rack) {
            Some(pending) => self.acknowledged(now, leg, id, pending.described, body),
            None => self.respond_plain(now, id, 481),
        }
    }

    /// The response under way got its PRACK, perhaps with a description in it.
    fn acknowledged(&mut self, now: Instant, leg: u64, id: u64, described: bool, body: Option<Bytes>) {
        let Some(Leg::Ringing(ringing)) = self.legs.get_mut(&leg) else { return };
        let our_offer = described && !ringing.offered;
        match body {
            Some(answer) if our_offer => {
                ringing.terms.remote = Some(answer.clone());
                self.respond_plain(now, id, 200);
                self.event(Event::ReofferAccepted { leg, answer });
            }
            Some(offer) if ringing.is_agreed() && ringing.terms.is_free() => {
                self.open_offer(leg, id, Method::Prack, Some(offer));
            }
            Some(_) => self.respond_plain(now, id, 488),
            None => self.respond_plain(now, id, 200),
        }
        self.send_reliable(now, leg);
        self.exchange_over(now, leg);
    }

    fn reliable(&mut self, leg: u64) -> Option<&mut Reliable> {
        match self.legs.get_mut(&leg) {
            Some(Leg::Ringing(ringing)) => ringing.reliable.as_mut(),
            _ => None,
        }
    }
}
