//! UPDATE: new terms or a sign of life without touching the INVITE (RFC 3311).

use std::time::Instant;

use super::outbound::sdp;
use super::refusals::Refusal;
use super::requests::Owner;
use super::ringing::with_sdp;
use super::terms::OutgoingReoffer;
use super::{Endpoint, Leg};
use crate::message::{Method, Response};

impl Endpoint {
    /// An UPDATE of the peer's.
    pub(super) fn update(&mut self, now: Instant, leg: u64, id: u64) {
        let Some(server) = self.servers.get(&id) else { return };
        let offer = sdp(&server.request.headers, &server.request.body);
        if matches!(self.legs.get(&leg), Some(Leg::Up(session)) if session.is_closing()) {
            return self.respond_plain(now, id, 481);
        }
        if let Some(refusal) = self.too_short(id) {
            return self.refuse(now, id, refusal);
        }
        match (offer, self.update_refusal(leg)) {
            (None, _) => self.confirm_refresh(now, leg, id),
            (Some(_), Some(refusal)) => self.refuse(now, id, refusal),
            (Some(offer), None) => self.open_offer(leg, id, Method::Update, Some(offer)),
        }
    }

    /// Why the peer may not offer anything now (RFC 3311 section 5.2).
    fn update_refusal(&mut self, leg: u64) -> Option<Refusal> {
        let seconds = self.random.below(11).to_string();
        let later = || Some(Refusal::with(500, "Retry-After", seconds.clone()));
        match self.legs.get(&leg)? {
            // The INVITE's offer is ours and without an answer; or the other way round.
            Leg::Calling(calling) if !calling.is_agreed() => return Some(Refusal::new(491)),
            Leg::Ringing(ringing) if !ringing.is_agreed() => {
                return if ringing.is_offering() { Some(Refusal::new(491)) } else { later() };
            }
            Leg::Up(session) if session.answer.is_some() && session.late_offer => {
                return Some(Refusal::new(491));
            }
            _ => {}
        }
        let terms = self.terms(leg)?;
        match &terms.outgoing {
            _ if terms.incoming.is_some() => later(),
            Some(OutgoingReoffer::Sent(_)) => Some(Refusal::new(491)),
            _ => None,
        }
    }

    /// An UPDATE without an offer: a new Contact, a session timer started again.
    fn confirm_refresh(&mut self, now: Instant, leg: u64, id: u64) {
        let Some(user) = self.contact_user(leg) else { return self.respond_plain(now, id, 481) };
        let Some(server) = self.servers.get(&id) else { return };
        let (flow, headers) = (server.flow, server.request.headers.clone());
        let (contact, supported) = (self.contact(&user, flow.transport), self.supported());
        let up = matches!(self.legs.get(&leg), Some(Leg::Up(_)));
        let timer = up.then(|| self.agree_timer(id)).flatten();
        self.respond(now, id, 200, |response| {
            with_sdp(response, &contact, supported, bytes::Bytes::new());
            timer.iter().for_each(|timer| timer.fill(response));
        });
        if let Some(terms) = self.terms(leg) {
            terms.learn(&headers);
        }
        if let Some(Leg::Up(session)) = self.legs.get_mut(&leg) {
            session.apply_timer(now, timer.as_ref(), true);
        }
        self.set_leg_timer(leg);
    }

    /// Sends an UPDATE without an offer.
    pub(super) fn send_refresh(&mut self, now: Instant, leg: u64) {
        let Some(mut speech) = self.speak(leg, Method::Update) else { return };
        self.name_timer(leg, &mut speech.request);
        let (hop, account, user) = (speech.hop, speech.account, speech.contact_user);
        self.send_request(now, speech.request, hop, Owner::Refresh(leg), account, Some(user));
    }

    /// A response to an UPDATE without an offer.
    pub(super) fn refresh_response(&mut self, now: Instant, leg: u64, response: &Response) {
        if response.is_provisional() {
            return;
        }
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        match response.code {
            200..300 => {
                session.dialog.refresh_target(&response.headers);
                self.refreshed(now, leg, response);
            }
            405 | 501 => {
                session.terms.update = false;
                self.refresh(now, leg);
            }
            422 if self.raise_interval(leg, response) => self.send_refresh(now, leg),
            code if self.end_if_dialog_gone(now, leg, code) => return,
            _ => self.refresh_later(now, leg),
        }
        self.set_leg_timer(leg);
    }

    /// The user part of our Contact in the leg's dialog.
    pub(super) fn contact_user(&self, leg: u64) -> Option<String> {
        match self.legs.get(&leg)? {
            Leg::Up(session) => Some(session.contact_user.clone()),
            Leg::Ringing(ringing) => Some(self.called_user(ringing.server)),
            Leg::Calling(calling) => Some(calling.contact_user.clone()),
        }
    }
}
