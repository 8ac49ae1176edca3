//! Calls we place, until somebody answers or nobody does (RFC 3261 section 13.2).

use std::time::Instant;

use super::destinations::Target;
use super::early::{Early, settled};
use super::hops::Hop;
use super::requests::Owner;
use super::session::Session;
use super::{Command, Endpoint, Event, Flow, Invite, Leg, Transport};
use crate::dialog::Dialog;
use crate::message::{Method, NameAddr, Request, Response, Uri};

/// What we accept inside a dialog and outside.
pub(super) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER, NOTIFY, SUBSCRIBE, REGISTER";

/// A leg that has no answer yet.
#[derive(Debug)]
pub(super) struct Calling {
    /// The INVITEs without a final response: one, or one for each phone of a user.
    clients: Vec<u64>,
    pub ring_deadline: Instant,
    /// The best final response so far, where one phone refused and others ring.
    best: Option<(u16, String)>,
    /// The trunk whose credentials answer challenges.
    pub account: Option<String>,
    pub contact_user: String,
    /// The dialogs made by provisional responses.
    pub early: Vec<Early>,
    /// The one of them that was last spoken in.
    pub at: Option<usize>,
}

impl Endpoint {
    pub(super) fn invite(&mut self, now: Instant, invite: Invite) {
        let leg = invite.leg;
        let failed = |code, reason: &str| Event::Failed { leg, code, reason: reason.to_owned() };
        let (targets, account) = match self.targets(&invite) {
            Ok(found) => found,
            Err((code, reason)) => return self.event(failed(code, reason)),
        };
        let contact_user = invite.from.as_str().to_owned();
        let calling = Calling {
            clients: Vec::new(),
            ring_deadline: now + invite.ring_timeout,
            best: None,
            account: account.clone(),
            contact_user: contact_user.clone(),
            early: Vec::new(),
            at: None,
        };
        self.legs.insert(leg, Leg::Calling(Box::new(calling)));
        for (at, target) in targets.into_iter().enumerate() {
            let call_id = match (&invite.call_id, at) {
                (Some(given), 0) => given.clone(),
                // Each phone of a user gets a call of its own: copies with one Call-ID might meet in one phone (482).
                (Some(given), at) => format!("{given}.{at}"),
                (None, _) => format!("{}@{}", self.random.token(), self.config.realm),
            };
            let request = self.invite_request(&invite, &target, &call_id);
            let owner = Owner::Invite(leg);
            let id = self.send_request(
                now,
                request,
                target.hop,
                owner,
                account.clone(),
                Some(contact_user.clone()),
            );
            if let Some(Leg::Calling(calling)) = self.legs.get_mut(&leg) {
                calling.clients.push(id);
            }
        }
        self.set_leg_timer(leg);
    }

    /// A response to one of a leg's INVITEs.
    pub(super) fn invite_response(&mut self, now: Instant, leg: u64, client: u64, response: Response) {
        match response.code {
            100 => {}
            101..200 => {
                self.invite_progress(now, leg, client, &response);
                self.set_leg_timer(leg);
            }
            422 if self.ask_longer(now, leg, client, &response) => {}
            200..300 => self.invite_accepted(now, leg, client, &response),
            code => self.invite_refused(now, leg, client, code, &response.reason),
        }
    }

    /// An INVITE was sent again with credentials, under another number.
    pub(super) fn invite_sent_again(&mut self, leg: u64, before: u64, now: u64) {
        if let Some(Leg::Calling(calling)) = self.legs.get_mut(&leg) {
            calling.clients.iter_mut().filter(|id| **id == before).for_each(|id| *id = now);
        }
    }

    /// Nobody answered in time.
    pub(super) fn calling_due(&mut self, now: Instant, leg: u64) {
        if matches!(self.legs.get(&leg), Some(Leg::Calling(calling)) if calling.ring_deadline <= now) {
            return self.abandon_call(now, leg, 408, "No Answer");
        }
        self.reoffer_due(now, leg);
    }

    /// Gives a call up. What still comes for it is cleared away by `invite_accepted`.
    pub(super) fn abandon_call(&mut self, now: Instant, leg: u64, code: u16, reason: &str) {
        let Some(Leg::Calling(calling)) = self.forget_leg(leg) else { return };
        for early in &calling.early {
            self.close_terms(now, &early.terms);
        }
        for client in calling.clients {
            self.cancel_client(now, client);
        }
        self.event(Event::Failed { leg, code, reason: reason.to_owned() });
    }

    fn invite_accepted(&mut self, now: Instant, leg: u64, client: u64, response: &Response) {
        let tag = response.headers.to_tag().unwrap_or_default().to_owned();
        let Some(record) = self.clients.get(&client) else { return };
        // A repeated 2xx: the ACK was lost.
        if let Some((_, flow, bytes)) = record.acks.iter().find(|(acked, _, _)| *acked == tag) {
            let (flow, bytes) = (*flow, bytes.clone());
            return self.outputs.push_back(super::Output::Send { flow, bytes, token: None, server: None });
        }
        let (request, account) = (record.request.clone(), record.account.clone());
        let Ok(mut dialog) = Dialog::from_response(&request, response) else {
            return self.invite_refused(now, leg, client, 502, "Unreadable Answer");
        };
        let flow = record.flow;
        let route = flow.filter(|flow| self.keeps_to_flow(&request, flow, &dialog));
        let hop = route.map_or_else(|| Hop::of(dialog.next_hop()), Hop::Flow);
        let ack = dialog.ack(&request);
        self.send_ack(ack, &hop, client);
        if !self.is_calling(leg, client) {
            // We gave up, or another phone was first (RFC 3261 section 13.2.2.4).
            return self.send_bye(now, &mut dialog, route, account, None);
        }
        let Some(Leg::Calling(mut calling)) = self.forget_leg(leg) else { return };
        let terms = calling.take_early(client, &tag).map(|early| early.confirm(&mut dialog));
        for other in calling.early.iter().map(|early| &early.terms) {
            self.close_terms(now, other);
        }
        for other in calling.clients.into_iter().filter(|id| *id != client) {
            self.cancel_completed_elsewhere(now, other);
        }
        let answer = settled(&response.body, terms.as_ref());
        self.dialogs.insert((dialog.call_id().to_owned(), dialog.local_tag().to_owned()), leg);
        let mut session = Session::new(dialog, route, calling.account, calling.contact_user, true);
        session.terms = terms.unwrap_or_default();
        session.terms.learn(&response.headers);
        session.terms.local.get_or_insert_with(|| request.body.clone());
        session.terms.remote = Some(answer.clone());
        self.legs.insert(leg, Leg::Up(Box::new(session)));
        self.refreshed(now, leg, response);
        self.event(Event::Answered { leg, answer });
        self.send_queued_offer(now, leg);
        self.set_leg_timer(leg);
    }

    fn invite_refused(&mut self, now: Instant, leg: u64, client: u64, code: u16, reason: &str) {
        let Some(Leg::Calling(calling)) = self.legs.get_mut(&leg) else { return };
        let before = calling.clients.len();
        calling.clients.retain(|id| *id != client);
        if calling.clients.len() == before {
            return;
        }
        if calling.best.as_ref().is_none_or(|(best, _)| better(code, *best)) {
            calling.best = Some((code, reason.to_owned()));
        }
        if calling.clients.is_empty() {
            let (code, reason) = calling.best.take().unwrap_or((code, reason.to_owned()));
            if let Some(Leg::Calling(calling)) = self.forget_leg(leg) {
                calling.early.iter().for_each(|early| self.close_terms(now, &early.terms));
            }
            self.event(Event::Failed { leg, code, reason });
        }
    }

    pub(super) fn is_calling(&self, leg: u64, client: u64) -> bool {
        matches!(self.legs.get(&leg), Some(Leg::Calling(calling)) if calling.clients.contains(&client))
    }

    /// Whether a dialog's requests go where the INVITE went, whatever its Contact says: phones behind NAT name
    /// addresses that nobody reaches, and an open connection to the same host need not be opened again.
    pub(super) fn keeps_to_flow(&self, request: &Request, flow: &Flow, dialog: &Dialog) -> bool {
        let to_phone = self.registrar.user_at(flow).is_some() && !request.headers.contains("Route");
        to_phone || self.is_connection_to(flow, dialog.next_hop())
    }

    /// Whether the flow is a connection that serves for the host the URI names.
    pub(super) fn is_connection_to(&self, flow: &Flow, uri: &Uri) -> bool {
        match flow.transport {
            Transport::Udp => false,
            Transport::Tcp => uri.host.ip().is_some_and(|ip| ip == flow.remote.ip()),
            // No certificate speaks for a bare address, while the one of this connection was found good.
            Transport::Tls => uri.host.ip().is_some(),
            // A Contact there ends in `.invalid` as a rule, and nobody can connect to a browser.
            Transport::Ws | Transport::Wss => true,
        }
    }

    fn invite_request(&mut self, invite: &Invite, target: &Target, call_id: &str) -> Request {
        let mut uri = target.uri.clone();
        uri.headers = None;
        let mut request = Request::new(Method::Invite, uri);
        let tag = self.random.token();
        let mut from = NameAddr::new(target.from.clone()).with_tag(&tag);
        from.display_name = invite.display_name.as_ref().map(|name| name.as_str().to_owned());
        let mut to = target.to.clone();
        (to.headers, to.params) = (None, Default::default());
        let headers = &mut request.headers;
        headers.push("Max-Forwards", "70");
        headers.push("From", from.to_string());
        headers.push("To", NameAddr::new(to).to_string());
        headers.push("Call-ID", call_id);
        headers.push("CSeq", "1 INVITE");
        headers.push("Allow", ALLOW);
        headers.push("Supported", self.supported());
        for (name, value) in &invite.headers {
            headers.push(name, value.clone());
        }
        let web = matches!(&target.hop, Hop::Flow(flow) if flow.transport.is_web());
        let other = match (web, target.secure) {
            (true, _) => invite.web_offer.as_ref(),
            (false, true) => invite.secure_offer.as_ref(),
            (false, false) => None,
        };
        let offer = other.unwrap_or(&invite.offer);
        if !offer.is_empty() {
            headers.push("Content-Type", "application/sdp");
            request.body = offer.clone();
        }
        self.ask_for_timer(&mut request);
        request
    }
}

/// The body, where it is a session description.
pub(super) fn sdp(headers: &crate::message::Headers, body: &bytes::Bytes) -> Option<bytes::Bytes> {
    let described = headers.content_type().is_some_and(|kind| kind == "application/sdp");
    (described && !body.is_empty()).then(|| body.clone())
}

/// Whether `new` tells more than `old` about why a call failed (RFC 3261 section 16.7 step 6).
fn better(new: u16, old: u16) -> bool {
    let rank = |code: u16| match code {
        600.. => 0,
        // That a phone is busy or its owner declined says more than that another did not answer.
        486 | 480 => 1,
        408 | 503 => 9,
        code => u16::from(code / 100 == 5) + 2,
    };
    rank(new) < rank(old)
}

impl Endpoint {
    /// Ends a leg in whatever state it is.
    pub(super) fn hangup(&mut self, now: Instant, leg: u64, cause: Option<u16>) {
        match self.legs.get(&leg) {
            Some(Leg::Calling(_)) => self.abandon_call(now, leg, 487, "Cancelled"),
            Some(Leg::Ringing(_)) => {
                let code = match cause {
                    Some(17) => 486,
                    Some(21) => 603,
                    _ => 480,
                };
                self.command(now, Command::Reject { leg, code, retry_after: None });
            }
            Some(Leg::Up(_)) => self.end_session(now, leg, cause),
            None => {}
        }
    }
}
