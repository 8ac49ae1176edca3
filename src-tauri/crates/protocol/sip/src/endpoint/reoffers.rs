//! New session terms, either way: by re-INVITE in a call that is up (RFC 3261 section 14), by UPDATE there and before
//! (RFC 3311).

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::hops::Hop;
use super::outbound::{ALLOW, sdp};
use super::refusals::Refusal;
use super::requests::Owner;
use super::ringing::with_sdp;
use super::terms::{IncomingReoffer, OutgoingReoffer, Sent};
use super::{Endpoint, Event, Leg};
use crate::message::{Method, Response};

/// An offer that was refused for the moment is made again this often.
const MOST_TRIES: u8 = 10;

impl Endpoint {
    pub(super) fn reoffer(&mut self, now: Instant, leg: u64, offer: Bytes) {
        let Some(terms) = self.terms(leg) else { return };
        // One exchange at a time; of offers that wait, the latest is what counts.
        terms.queued = Some(offer);
        self.send_queued_offer(now, leg);
        self.set_leg_timer(leg);
    }

    /// Sends the offer that waits, once nothing else is under way.
    pub(super) fn send_queued_offer(&mut self, now: Instant, leg: u64) {
        let free = match self.legs.get(&leg) {
            Some(Leg::Up(session)) => session.answer.is_none() && session.terms.is_free(),
            Some(Leg::Ringing(ringing)) => {
                ringing.is_agreed() && ringing.terms.update && ringing.terms.is_free()
            }
            Some(Leg::Calling(calling)) => calling.may_offer(),
            None => false,
        };
        if free && let Some(offer) = self.terms(leg).and_then(|terms| terms.queued.take()) {
            self.send_offer(now, leg, Sent { client: 0, offer, refresh: false, tries: 0 });
        }
    }

    pub(super) fn reoffer_due(&mut self, now: Instant, leg: u64) {
        let Some(terms) = self.terms(leg) else { return };
        if terms.incoming.is_some() || terms.retry_at().is_none_or(|at| at > now) {
            return;
        }
        let Some(OutgoingReoffer::Again { mut sent, .. }) = terms.outgoing.take() else { return };
        if let Some(offer) = terms.queued.take() {
            (sent.offer, sent.refresh) = (offer, false);
        }
        self.send_offer(now, leg, sent);
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
        if session.terms.incoming.is_some() {
            return self.refuse(now, id, Refusal::with(500, "Retry-After", "3"));
        }
        let offering = matches!(session.terms.outgoing, Some(OutgoingReoffer::Sent(_)));
        if offering || (session.answer.is_some() && session.late_offer) {
            return self.respond_plain(now, id, 491);
        }
        let Some(server) = self.servers.get_mut(&id) else { return };
        server.leg = Some(leg);
        let offer = sdp(&server.request.headers, &server.request.body);
        session.terms.learn(&server.request.headers);
        if let Some(refusal) = self.too_short(id) {
            return self.refuse(now, id, refusal);
        }
        self.respond_plain(now, id, 100);
        self.open_offer(leg, id, Method::Invite, offer);
    }

    /// Tells the application of the peer's offer, which waits for its answer.
    pub(super) fn open_offer(&mut self, leg: u64, server: u64, method: Method, offer: Option<Bytes>) {
        let Some(terms) = self.terms(leg) else { return };
        terms.incoming =
            Some(IncomingReoffer { server, method, late: offer.is_none(), offer: offer.clone() });
        self.event(Event::Reoffered { leg, offer });
    }

    pub(super) fn accept_reoffer(&mut self, now: Instant, leg: u64, answer: Bytes) {
        let Some(terms) = self.terms(leg) else { return };
        let Some(incoming) = terms.incoming.take() else { return };
        terms.local = Some(answer.clone());
        if incoming.offer.is_some() {
            terms.remote = incoming.offer;
        }
        let Some(user) = self.contact_user(leg) else { return };
        let Some(flow) = self.servers.get(&incoming.server).map(|server| server.flow) else { return };
        let (contact, supported) = (self.contact(&user, flow.transport), self.supported());
        let up = matches!(self.legs.get(&leg), Some(Leg::Up(_))) && incoming.method != Method::Prack;
        let timer = up.then(|| self.agree_timer(incoming.server)).flatten();
        let response = self.respond(now, incoming.server, 200, |response| {
            with_sdp(response, &contact, supported, answer);
            timer.iter().for_each(|timer| timer.fill(response));
        });
        let repeated = response.and_then(|r| self.repeat(now, &r, incoming.server));
        if let Some(Leg::Up(session)) = self.legs.get_mut(&leg) {
            session.apply_timer(now, timer.as_ref(), incoming.method != Method::Prack);
            if incoming.method == Method::Invite {
                session.late_offer = incoming.late;
                session.answer = repeated;
            }
        }
        self.exchange_over(now, leg);
    }

    pub(super) fn refuse_reoffer(&mut self, now: Instant, leg: u64, code: u16) {
        // Who asks for our offer, and is to get no new one, gets the terms as they stand (RFC 3261 section 14.2): they
        // stay in force, and a session refreshed that way lives on.
        let Some(terms) = self.terms(leg) else { return };
        if terms.incoming.as_ref().is_some_and(|incoming| incoming.late)
            && code == 488
            && let Some(local) = terms.local.clone().filter(|local| !local.is_empty())
        {
            return self.accept_reoffer(now, leg, local);
        }
        let Some(incoming) = self.terms(leg).and_then(|terms| terms.incoming.take()) else { return };
        let refusal = self.explained(code.clamp(300, 699));
        self.refuse(now, incoming.server, refusal);
        self.exchange_over(now, leg);
    }

    /// The peer took its re-INVITE back; the old terms stand.
    pub(super) fn drop_reinvite(&mut self, now: Instant, leg: u64, invite: u64) {
        self.respond_plain(now, invite, 487);
        if let Some(terms) = self.terms(leg)
            && terms.incoming.as_ref().is_some_and(|incoming| incoming.server == invite)
        {
            terms.incoming = None;
            self.exchange_over(now, leg);
        }
    }

    /// A response to our re-INVITE, or to our UPDATE with an offer.
    pub(super) fn offer_response(&mut self, now: Instant, leg: u64, client: u64, response: Response) {
        if response.is_provisional() {
            return;
        }
        let method = response.headers.cseq().map(|cseq| cseq.method);
        if response.is_success() && method == Ok(Method::Invite) {
            self.acknowledge_reinvite(leg, client, &response);
        }
        let up = matches!(self.legs.get(&leg), Some(Leg::Up(_)));
        let Some(terms) = self.terms(leg).filter(|terms| terms.is_sent_by(client)) else { return };
        let Some(OutgoingReoffer::Sent(sent)) = terms.outgoing.take() else { return };
        match response.code {
            200..300 => self.offer_accepted(now, leg, sent, response),
            491 => {
                let wait = self.glare_wait(leg);
                self.offer_again(now, leg, sent, wait, 491);
            }
            500 if up_to_ten(&response).is_some() => {
                let wait = Duration::from_secs(up_to_ten(&response).unwrap_or(10));
                self.offer_again(now, leg, sent, wait, 500);
            }
            405 | 501 if up && method == Ok(Method::Update) => {
                terms.update = false;
                self.send_offer(now, leg, sent);
            }
            422 if sent.tries < MOST_TRIES && self.raise_interval(leg, &response) => {
                self.send_offer(now, leg, Sent { tries: sent.tries + 1, ..sent });
            }
            code if up && self.end_if_dialog_gone(now, leg, code) => return,
            code => self.offer_refused(now, leg, &sent, code),
        }
        self.exchange_over(now, leg);
    }

    fn offer_accepted(&mut self, now: Instant, leg: u64, sent: Sent, response: Response) {
        match self.legs.get_mut(&leg) {
            Some(Leg::Up(session)) => session.dialog.refresh_target(&response.headers),
            Some(Leg::Ringing(ringing)) => ringing.dialog.refresh_target(&response.headers),
            Some(Leg::Calling(_)) | None => {}
        }
        self.refreshed(now, leg, &response);
        let Some(terms) = self.terms(leg) else { return };
        terms.learn(&response.headers);
        terms.local = Some(sent.offer);
        let changed = terms.remote.as_ref() != Some(&response.body);
        terms.remote = Some(response.body.clone());
        // A refresh is the stack's own affair, unless the peer answers it with something new.
        if !sent.refresh || (changed && !response.body.is_empty()) {
            self.event(Event::ReofferAccepted { leg, answer: response.body });
        }
    }

    fn offer_again(&mut self, now: Instant, leg: u64, sent: Sent, wait: Duration, code: u16) {
        if sent.tries >= MOST_TRIES {
            return self.offer_refused(now, leg, &sent, code);
        }
        if let Some(terms) = self.terms(leg) {
            let sent = Sent { tries: sent.tries + 1, ..sent };
            terms.outgoing = Some(OutgoingReoffer::Again { at: now + wait, sent });
        }
    }

    fn offer_refused(&mut self, now: Instant, leg: u64, sent: &Sent, code: u16) {
        if sent.refresh {
            self.refresh_later(now, leg);
        } else {
            self.event(Event::ReofferRefused { leg, code });
        }
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

    /// Sends an offer: by UPDATE before the call is up, else by re-INVITE or as the settings say.
    pub(super) fn send_offer(&mut self, now: Instant, leg: u64, sent: Sent) {
        let up = matches!(self.legs.get(&leg), Some(Leg::Up(_)));
        let takes_update = self.terms(leg).is_some_and(|terms| terms.update);
        let update = !up || (self.config.reoffer_by_update && takes_update);
        let (method, owner) = match update {
            true => (Method::Update, Owner::Update(leg)),
            false => (Method::Invite, Owner::Reinvite(leg)),
        };
        let Some(mut speech) = self.speak(leg, method) else { return };
        let headers = &mut speech.request.headers;
        headers.push("Allow", ALLOW);
        headers.push("Content-Type", "application/sdp");
        speech.request.body = sent.offer.clone();
        self.name_timer(leg, &mut speech.request);
        // Noted before it is sent: its failure may be reported at once.
        let client = self.last_id + 1;
        if let Some(terms) = self.terms(leg) {
            terms.outgoing = Some(OutgoingReoffer::Sent(Sent { client, ..sent }));
        }
        let (hop, account, user) = (speech.hop, speech.account, speech.contact_user);
        self.send_request(now, speech.request, hop, owner, account, Some(user));
    }

    /// What waited for the exchange's end may go on.
    pub(super) fn exchange_over(&mut self, now: Instant, leg: u64) {
        self.release_answer(now, leg);
        self.send_queued_offer(now, leg);
        self.set_leg_timer(leg);
    }
}

/// The seconds of a Retry-After short enough to wait for.
fn up_to_ten(response: &Response) -> Option<u64> {
    let text = response.headers.get("Retry-After")?;
    let digits: String = text.trim().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|seconds| *seconds <= 10)
}
