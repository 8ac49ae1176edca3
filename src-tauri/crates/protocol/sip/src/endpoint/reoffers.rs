//! New session terms in a call that is up, either way (RFC 3261 section 14).

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::hops::Hop;
use super::outbound::{ALLOW, sdp};
use super::refusals::Refusal;
use super::requests::Owner;
use super::ringing::with_sdp;
use super::{Endpoint, Event, Leg};
use crate::message::{Method, Response};

/// A re-INVITE of the peer's that waits for the answer.
#[derive(Debug)]
pub(super) struct IncomingReoffer {
    pub server: u64,
    /// It brought no offer: ours goes into the 2xx.
    late: bool,
}

/// Our re-INVITE.
#[derive(Debug)]
pub(super) enum OutgoingReoffer {
    Sent {
        client: u64,
        offer: Bytes,
    },
    /// Both sides offered at once (491): again at this time.
    Glare {
        at: Instant,
        offer: Bytes,
    },
}

impl OutgoingReoffer {
    pub fn retry_at(&self) -> Option<Instant> {
        match self {
            OutgoingReoffer::Sent { .. } => None,
            OutgoingReoffer::Glare { at, .. } => Some(*at),
        }
    }

    pub fn sent_again(&mut self, before: u64, again: u64) {
        if let OutgoingReoffer::Sent { client, .. } = self
            && *client == before
        {
            *client = again;
        }
    }
}

impl Endpoint {
    pub(super) fn reoffer(&mut self, now: Instant, leg: u64, offer: Bytes) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        if session.is_closing() {
            return;
        }
        // One exchange at a time; of offers that wait, the latest is what counts.
        session.queued = Some(offer);
        self.send_queued_offer(now, leg);
        self.set_leg_timer(leg);
    }

    /// Sends the offer that waits, once nothing else is under way.
    pub(super) fn send_queued_offer(&mut self, now: Instant, leg: u64) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        let free = session.incoming.is_none() && session.outgoing.is_none() && session.answer.is_none();
        if free && let Some(offer) = session.queued.take() {
            self.send_reinvite(now, leg, offer);
        }
    }

    pub(super) fn reoffer_due(&mut self, now: Instant, leg: u64) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        if session.incoming.is_some()
            || session.outgoing.as_ref().and_then(OutgoingReoffer::retry_at).is_none_or(|at| at > now)
        {
            return;
        }
        if let Some(OutgoingReoffer::Glare { offer, .. }) = session.outgoing.take() {
            let offer = session.queued.take().unwrap_or(offer);
            self.send_reinvite(now, leg, offer);
        }
    }

    /// A re-INVITE of the peer's.
    pub(super) fn reinvite(&mut self, now: Instant, leg: u64, id: u64) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else {
            // The first INVITE is not answered yet (RFC 3261 section 14.2).
            return self.refuse(now, id, Refusal::with(500, "Retry-After", "3"));
        };
        if session.is_closing() {
            return self.respond_plain(now, id, 481);
        }
        if session.incoming.is_some() {
            return self.refuse(now, id, Refusal::with(500, "Retry-After", "3"));
        }
        let offering = matches!(session.outgoing, Some(OutgoingReoffer::Sent { .. }));
        if offering || (session.answer.is_some() && session.late_offer) {
            return self.respond_plain(now, id, 491);
        }
        let Some(server) = self.servers.get_mut(&id) else { return };
        server.leg = Some(leg);
        let offer = sdp(&server.request.headers, &server.request.body);
        session.incoming = Some(IncomingReoffer { server: id, late: offer.is_none() });
        self.respond_plain(now, id, 100);
        self.event(Event::Reoffered { leg, offer });
    }

    pub(super) fn accept_reoffer(&mut self, now: Instant, leg: u64, answer: Bytes) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        let Some(incoming) = session.incoming.take() else { return };
        let user = session.contact_user.clone();
        let Some(flow) = self.servers.get(&incoming.server).map(|server| server.flow) else { return };
        let contact = self.contact(&user, flow.transport);
        let response =
            self.respond(now, incoming.server, 200, |response| with_sdp(response, &contact, answer));
        let repeated = response.and_then(|r| self.repeat(now, &r, flow));
        if let Some(Leg::Up(session)) = self.legs.get_mut(&leg) {
            session.late_offer = incoming.late;
            session.answer = repeated;
        }
        self.set_leg_timer(leg);
    }

    pub(super) fn refuse_reoffer(&mut self, now: Instant, leg: u64, code: u16) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        let Some(incoming) = session.incoming.take() else { return };
        self.respond_plain(now, incoming.server, code.clamp(300, 699));
        self.send_queued_offer(now, leg);
    }

    /// The peer took its re-INVITE back; the old terms stand.
    pub(super) fn drop_reinvite(&mut self, now: Instant, leg: u64, invite: u64) {
        self.respond_plain(now, invite, 487);
        if let Some(Leg::Up(session)) = self.legs.get_mut(&leg)
            && session.incoming.as_ref().is_some_and(|incoming| incoming.server == invite)
        {
            session.incoming = None;
            self.send_queued_offer(now, leg);
        }
    }

    pub(super) fn reinvite_response(&mut self, now: Instant, leg: u64, client: u64, response: Response) {
        if response.is_provisional() {
            return;
        }
        if response.is_success() {
            self.acknowledge_reinvite(leg, client, &response);
        }
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        let Some(OutgoingReoffer::Sent { client: current, .. }) = &session.outgoing else { return };
        if *current != client {
            return;
        }
        let Some(OutgoingReoffer::Sent { offer, .. }) = session.outgoing.take() else { return };
        match response.code {
            200..300 => {
                session.dialog.refresh_target(&response.headers);
                self.event(Event::ReofferAccepted { leg, answer: response.body });
            }
            491 => {
                let ours = session.ours;
                let wait = self.glare_wait(ours);
                if let Some(Leg::Up(session)) = self.legs.get_mut(&leg) {
                    session.outgoing = Some(OutgoingReoffer::Glare { at: now + wait, offer });
                }
            }
            code if self.end_if_dialog_gone(now, leg, code) => return,
            code => self.event(Event::ReofferRefused { leg, code }),
        }
        self.send_queued_offer(now, leg);
        self.set_leg_timer(leg);
    }

    /// ACK to the 2xx of a re-INVITE, again for every copy of it.
    fn acknowledge_reinvite(&mut self, leg: u64, client: u64, response: &Response) {
        let Some(record) = self.clients.get(&client) else { return };
        if let Some((_, flow, bytes)) = record.acks.first() {
            let (flow, bytes) = (*flow, bytes.clone());
            return self.outputs.push_back(super::Output::Send { flow, bytes, token: None, server: None });
        }
        let request = record.request.clone();
        let (ack, hop) = match self.legs.get_mut(&leg) {
            Some(Leg::Up(session)) => {
                session.dialog.refresh_target(&response.headers);
                (session.dialog.ack(&request), session.hop())
            }
            // Hung up in between: the dialog as the response shows it is good enough for the ACK.
            _ => match crate::dialog::Dialog::from_response(&request, response) {
                Ok(dialog) => (dialog.ack(&request), Hop::of(dialog.next_hop())),
                Err(_) => return,
            },
        };
        self.send_ack(ack, &hop, client);
    }

    fn send_reinvite(&mut self, now: Instant, leg: u64, offer: Bytes) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        let mut request = session.dialog.request(Method::Invite);
        request.headers.push("Allow", ALLOW);
        request.headers.push("Content-Type", "application/sdp");
        request.body = offer.clone();
        let (hop, account, user) = (session.hop(), session.account.clone(), session.contact_user.clone());
        // Noted before it is sent: its failure may be reported at once.
        let client = self.last_id + 1;
        session.outgoing = Some(OutgoingReoffer::Sent { client, offer });
        let sent = self.send_request(now, request, hop, Owner::Reinvite(leg), account, Some(user));
        debug_assert_eq!(sent, client);
    }

    /// How long to wait after 491: 2.1 to 4 s for the one who owns the Call-ID, up to 2 s for the other (section 14.1).
    fn glare_wait(&mut self, ours: bool) -> Duration {
        let tens = if ours { 210 + self.random.below(191) } else { self.random.below(201) };
        Duration::from_millis(tens * 10)
    }
}
