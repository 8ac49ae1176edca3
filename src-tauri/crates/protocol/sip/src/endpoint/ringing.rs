//! Calls that came in and wait for a decision (RFC 3261 section 13.3).

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::outbound::{ALLOW, sdp};
use super::reliable::Reliable;
use super::session::Session;
use super::terms::Terms;
use super::{Caller, Endpoint, Event, Flow, Leg};
use crate::dialog::{AnswerRetransmission, Dialog};
use crate::message::{Request, Response};

/// A provisional response is repeated this often, lest a proxy gives the call up (RFC 3261 section 13.3.1.1).
const REFRESH: Duration = Duration::from_secs(60);

/// A leg we have not answered yet.
#[derive(Debug)]
pub(super) struct Ringing {
    /// The INVITE's server transaction.
    pub server: u64,
    pub dialog: Dialog,
    caller: Caller,
    pub flow: Flow,
    give_up: Instant,
    /// When to send the last provisional response again.
    refresh: Instant,
    last: Option<(u16, Option<Bytes>)>,
    /// The INVITE brought an offer.
    pub offered: bool,
    pub terms: Terms,
    /// Provisional responses are acknowledged by PRACK.
    pub reliable: Option<Reliable>,
    /// The application's answer, which waits for a PRACK or for an exchange under way.
    held: Option<Bytes>,
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
        Ringing {
            server,
            dialog,
            caller,
            flow,
            give_up: now + longest,
            refresh: now + REFRESH,
            last: None,
            offered: false,
            terms: Terms::default(),
            reliable: None,
            held: None,
        }
    }

    /// With what the INVITE says of the caller's abilities and wishes.
    pub fn with_invite(mut self, invite: &Request, reliable: Option<Reliable>) -> Ringing {
        self.terms.learn(&invite.headers);
        self.terms.remote = sdp(&invite.headers, &invite.body);
        self.offered = self.terms.remote.is_some();
        self.reliable = reliable;
        self
    }

    pub fn next_deadline(&self) -> Instant {
        let prack = self.reliable.as_ref().and_then(Reliable::next_deadline);
        let first = self.give_up.min(self.refresh);
        prack.into_iter().chain(self.terms.retry_at()).fold(first, Instant::min)
    }

    /// Whether the INVITE's exchange of descriptions is over already, by reliable responses.
    pub fn is_agreed(&self) -> bool {
        self.reliable.as_ref().is_some_and(|r| r.is_described() && !r.holds_answer())
            && self.terms.remote.is_some()
    }

    /// Whether our offer, in a reliable response, waits for the caller's answer.
    pub fn is_offering(&self) -> bool {
        !self.offered && self.reliable.as_ref().is_some_and(Reliable::is_described)
    }

    /// The trunk the call came from.
    pub fn account(&self) -> Option<String> {
        match &self.caller {
            Caller::Trunk(trunk) => Some(trunk.clone()),
            Caller::Phone(_) => None,
        }
    }
}

impl Endpoint {
    pub(super) fn progress(&mut self, now: Instant, leg: u64, code: u16, answer: Option<Bytes>) {
        let Some(Leg::Ringing(ringing)) = self.legs.get_mut(&leg) else { return };
        if !(101..200).contains(&code) {
            return;
        }
        ringing.last = Some((code, answer.clone()));
        ringing.refresh = now + REFRESH;
        match ringing.reliable {
            Some(_) => self.queue_reliable(now, leg, code, answer),
            None => self.send_provisional(now, leg),
        }
        self.set_leg_timer(leg);
    }

    pub(super) fn answer(&mut self, now: Instant, leg: u64, answer: Bytes) {
        let Some(Leg::Ringing(ringing)) = self.legs.get_mut(&leg) else { return };
        let described = ringing.reliable.as_ref().is_some_and(Reliable::is_described);
        if ringing.reliable.as_ref().is_some_and(Reliable::holds_answer) || !ringing.terms.is_free() {
            ringing.held = Some(answer);
            return;
        }
        let Some(Leg::Ringing(mut ringing)) = self.forget_leg(leg) else { return };
        let user = self.called_user(ringing.server);
        let contact = self.contact(&user, ringing.flow.transport);
        let (timer, supported) = (self.agree_timer(ringing.server), self.supported());
        // A reliable response said it already; what is new goes into an offer of its own (RFC 6337 section 2.2).
        let body = if described { Bytes::new() } else { answer.clone() };
        let response = self.respond(now, ringing.server, 200, |response| {
            with_sdp(response, &contact, supported, body);
            timer.iter().for_each(|timer| timer.fill(response));
        });
        let (route, account) = (self.ringing_route(&ringing), ringing.account());
        let mut session = Session::new(ringing.dialog, route, account, user, false);
        session.terms = std::mem::take(&mut ringing.terms);
        if !described {
            session.terms.local = Some(answer);
        } else if !answer.is_empty() && session.terms.local.as_ref() != Some(&answer) {
            session.terms.queued = Some(answer);
        }
        session.apply_timer(now, timer.as_ref(), true);
        session.late_offer = !ringing.offered && !described;
        session.late_rack = ringing.reliable.as_ref().and_then(Reliable::open_rack);
        session.to_confirm = true;
        session.answer = response.and_then(|r| self.repeat(now, &r, ringing.server));
        let key = (session.dialog.call_id().to_owned(), session.dialog.local_tag().to_owned());
        self.dialogs.insert(key, leg);
        self.legs.insert(leg, Leg::Up(Box::new(session)));
        self.set_leg_timer(leg);
    }

    /// Answers the call, where the application's answer waited for an exchange that is over.
    pub(super) fn release_answer(&mut self, now: Instant, leg: u64) {
        if let Some(Leg::Ringing(ringing)) = self.legs.get_mut(&leg)
            && let Some(answer) = ringing.held.take()
        {
            self.answer(now, leg, answer);
        }
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
            match (&ringing.reliable, &ringing.last) {
                (Some(reliable), Some((code, _))) if reliable.is_idle() => {
                    let code = *code;
                    self.queue_reliable(now, leg, code, None);
                }
                (Some(_), _) => {}
                (None, _) => self.send_provisional(now, leg),
            }
        }
        self.reliable_due(now, leg);
        self.reoffer_due(now, leg);
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
        self.close_terms(now, &ringing.terms);
        let explained = self.explained(code);
        self.respond(now, ringing.server, code, |response| {
            explained.fill(response);
            if let Some(seconds) = retry_after {
                response.headers.push("Retry-After", seconds.to_string());
            }
        });
        self.event(Event::Failed { leg, code, reason: reason.to_owned() });
    }

    /// A 2xx as the core repeats it until its ACK comes, and where to. `server` is the INVITE's transaction.
    pub(super) fn repeat(
        &self,
        now: Instant,
        response: &Response,
        server: u64,
    ) -> Option<(AnswerRetransmission, Flow)> {
        let seq = response.headers.cseq().ok()?.seq;
        let (wire, flow) = self.servers.get(&server)?.last_sent()?;
        Some((AnswerRetransmission::new(now, wire, seq, self.config.timers), flow))
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

    /// A phone is reached where it called from; so is whoever called over a connection that is still there.
    pub(super) fn ringing_route(&self, ringing: &Ringing) -> Option<Flow> {
        let to_phone = matches!(ringing.caller, Caller::Phone(_));
        let connected = self.is_connection_to(&ringing.flow, ringing.dialog.next_hop());
        (to_phone || connected).then_some(ringing.flow)
    }

    /// The user part the caller reached us by; our Contact has it too.
    pub(super) fn called_user(&self, server: u64) -> String {
        self.servers.get(&server).and_then(|s| s.request.uri.user_decoded()).unwrap_or_default()
    }
}

/// Fills a 2xx to an INVITE.
pub(super) fn with_sdp(response: &mut Response, contact: &str, supported: &'static str, body: Bytes) {
    response.headers.push("Supported", supported);
    response.headers.push("Contact", contact);
    response.headers.push("Allow", ALLOW);
    if !body.is_empty() {
        response.headers.push("Content-Type", "application/sdp");
        response.body = body;
    }
}
