//! Calls that came in and wait for a decision (RFC 3261 section 13.3).

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::outbound::ALLOW;
use super::responding::response_flow;
use super::session::Session;
use super::{Caller, Endpoint, Event, Flow, Leg};
use crate::dialog::{AnswerRetransmission, Dialog};
use crate::message::Response;

/// A provisional response is repeated this often, lest a proxy gives the call up (RFC 3261 section 13.3.1.1).
const REFRESH: Duration = Duration::from_secs(60);

/// A leg we have not answered yet.
#[derive(Debug)]
pub(super) struct Ringing {
    /// The INVITE's server transaction.
    pub server: u64,
    pub dialog: Dialog,
    caller: Caller,
    flow: Flow,
    give_up: Instant,
    /// When to send the last provisional response again.
    refresh: Instant,
    last: Option<(u16, Option<Bytes>)>,
}

impl Ringing {
    pub fn new(
        now: Instant,
        server: u64,
        dialog: Dialog,
        caller: Caller,
        flow: Flow,
        longest: Duration,
    ) -> Ringing {
        Ringing { server, dialog, caller, flow, give_up: now + longest, refresh: now + REFRESH, last: None }
    }

    pub fn next_deadline(&self) -> Instant {
        self.give_up.min(self.refresh)
    }
}

impl Endpoint {
    pub(super) fn progress(&mut self, now: Instant, leg: u64, code: u16, answer: Option<Bytes>) {
        let Some(Leg::Ringing(ringing)) = self.legs.get_mut(&leg) else { return };
        if !(101..200).contains(&code) {
            return;
        }
        ringing.last = Some((code, answer));
        ringing.refresh = now + REFRESH;
        self.send_provisional(now, leg);
        self.set_leg_timer(leg);
    }

    pub(super) fn answer(&mut self, now: Instant, leg: u64, answer: Bytes) {
        if !matches!(self.legs.get(&leg), Some(Leg::Ringing(_))) {
            return;
        }
        let Some(Leg::Ringing(ringing)) = self.forget_leg(leg) else { return };
        let user = self.called_user(ringing.server);
        let late_offer = self.servers.get(&ringing.server).is_some_and(|s| s.request.body.is_empty());
        let contact = self.contact(&user, ringing.flow.transport);
        let response =
            self.respond(now, ringing.server, 200, |response| with_sdp(response, &contact, answer));
        // A phone is reached where it called from; so is whoever called over a connection that is still there.
        let to_phone = matches!(ringing.caller, Caller::Phone(_));
        let connected = self.is_connection_to(&ringing.flow, ringing.dialog.next_hop());
        let route = (to_phone || connected).then_some(ringing.flow);
        let account = match ringing.caller {
            Caller::Trunk(trunk) => Some(trunk),
            Caller::Phone(_) => None,
        };
        let mut session = Session::new(ringing.dialog, route, account, user, false);
        session.late_offer = late_offer;
        session.to_confirm = true;
        session.answer = response.and_then(|r| self.repeat(now, &r, ringing.flow));
        let key = (session.dialog.call_id().to_owned(), session.dialog.local_tag().to_owned());
        self.dialogs.insert(key, leg);
        self.legs.insert(leg, Leg::Up(Box::new(session)));
        self.set_leg_timer(leg);
    }

    pub(super) fn reject(&mut self, now: Instant, leg: u64, code: u16, retry_after: Option<u32>) {
        self.refuse_call(now, leg, code.clamp(300, 699), retry_after, "Rejected");
    }

    /// The caller took its INVITE back.
    pub(super) fn cancelled(&mut self, now: Instant, invite: u64) {
        let Some(leg) = self.servers.get(&invite).and_then(|server| server.leg) else {
            return self.respond_plain(now, invite, 487);
        };
        match self.legs.get(&leg) {
            Some(Leg::Ringing(_)) => self.refuse_call(now, leg, 487, None, "Cancelled by the caller"),
            _ => self.drop_reinvite(now, leg, invite),
        }
    }

    pub(super) fn ringing_due(&mut self, now: Instant, leg: u64) {
        let Some(Leg::Ringing(ringing)) = self.legs.get_mut(&leg) else { return };
        if ringing.give_up <= now {
            return self.refuse_call(now, leg, 480, None, "Nobody decided");
        }
        if ringing.refresh <= now {
            ringing.refresh = now + REFRESH;
            self.send_provisional(now, leg);
        }
    }

    /// Ends a call that was not answered, with a final response.
    pub(super) fn refuse_call(
        &mut self,
        now: Instant,
        leg: u64,
        code: u16,
        retry_after: Option<u32>,
        reason: &str,
    ) {
        if !matches!(self.legs.get(&leg), Some(Leg::Ringing(_))) {
            return;
        }
        let Some(Leg::Ringing(ringing)) = self.forget_leg(leg) else { return };
        self.respond(now, ringing.server, code, |response| {
            if let Some(seconds) = retry_after {
                response.headers.push("Retry-After", seconds.to_string());
            }
        });
        self.event(Event::Failed { leg, code, reason: reason.to_owned() });
    }

    /// A 2xx as the core repeats it until its ACK comes, and where to. `flow` is the INVITE's.
    pub(super) fn repeat(
        &self,
        now: Instant,
        response: &Response,
        flow: Flow,
    ) -> Option<(AnswerRetransmission, Flow)> {
        let seq = response.headers.cseq().ok()?.seq;
        let answer = AnswerRetransmission::new(now, response.to_bytes(), seq, self.config.timers);
        Some((answer, response_flow(flow, response.headers.top_via().ok().as_ref())))
    }

    fn send_provisional(&mut self, now: Instant, leg: u64) {
        let Some(Leg::Ringing(ringing)) = self.legs.get(&leg) else { return };
        let Some((code, answer)) = ringing.last.clone() else { return };
        let (server, transport) = (ringing.server, ringing.flow.transport);
        let contact = self.contact(&self.called_user(server), transport);
        self.respond(now, server, code, |response| {
            response.headers.push("Contact", contact);
            if let Some(answer) = answer {
                response.headers.push("Content-Type", "application/sdp");
                response.body = answer;
            }
        });
    }

    /// The user part the caller reached us by; our Contact has it too.
    fn called_user(&self, server: u64) -> String {
        self.servers.get(&server).and_then(|s| s.request.uri.user_decoded()).unwrap_or_default()
    }
}

/// Fills a 2xx to an INVITE.
pub(super) fn with_sdp(response: &mut Response, contact: &str, body: Bytes) {
    response.headers.push("Contact", contact);
    response.headers.push("Allow", ALLOW);
    if !body.is_empty() {
        response.headers.push("Content-Type", "application/sdp");
        response.body = body;
    }
}
