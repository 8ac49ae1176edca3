//! Legs that are up: ACK, BYE and INFO (RFC 3261 sections 13 to 15, RFC 6086's older INFO).

use std::time::Instant;

use bytes::Bytes;

use super::hops::Hop;
use super::outbound::sdp;
use super::requests::Owner;
use super::terms::Terms;
use super::{Endpoint, Event, Flow, Leg, Output};
use crate::dialog::{AnswerDue, AnswerRetransmission, Dialog, Rack, SessionTimer};
use crate::message::{Method, Request, Response};

/// An established leg.
#[derive(Debug)]
pub(super) struct Session {
    pub dialog: Dialog,
    /// Where requests go, if not where the dialog says: the peer's last source, for phones behind NAT.
    pub route: Option<Flow>,
    /// The trunk whose credentials answer challenges.
    pub account: Option<String>,
    /// User part of our Contact.
    pub contact_user: String,
    /// Whether we placed the call, and so own its Call-ID; decides who waits longer after glare.
    pub ours: bool,
    /// Our 2xx, until its ACK comes, and where it is repeated to.
    pub answer: Option<(AnswerRetransmission, Flow)>,
    /// The ACK awaited is the call's first.
    pub to_confirm: bool,
    /// Our offer went out in a 2xx; the peer's answer comes in the ACK.
    pub late_offer: bool,
    pub terms: Terms,
    /// A provisional response that was overtaken by our 2xx: its PRACK may still come.
    pub late_rack: Option<Rack>,
    pub timer: Option<SessionTimer>,
    /// What the peer demanded by 422, in seconds.
    pub min_se: u32,
    /// A REFER of the peer's was taken in this dialog before.
    pub was_referred: bool,
    /// Hung up before the ACK came: BYE follows it (RFC 3261 section 15). Holds the Q.850 cause.
    closing: Option<Option<u16>>,
}

impl Session {
    pub fn new(
        dialog: Dialog,
        route: Option<Flow>,
        account: Option<String>,
        contact_user: String,
        ours: bool,
    ) -> Session {
        Session {
            dialog,
            route,
            account,
            contact_user,
            ours,
            answer: None,
            to_confirm: false,
            late_offer: false,
            terms: Terms::default(),
            late_rack: None,
            timer: None,
            min_se: 0,
            was_referred: false,
            closing: None,
        }
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        let answer = self.answer.as_ref().map(|(answer, _)| answer.next_deadline());
        let timer = self.timer.as_ref().filter(|_| !self.is_closing()).map(SessionTimer::next_deadline);
        let again = self.terms.retry_at().filter(|_| !self.is_closing() && self.terms.incoming.is_none());
        answer.into_iter().chain(again).chain(timer).min()
    }

    /// The first hop of a request inside the dialog.
    pub fn hop(&self) -> Hop {
        self.route.map_or_else(|| Hop::of(self.dialog.next_hop()), Hop::Flow)
    }

    /// The peer spoke from here: where we keep to its source, it is the new one.
    pub fn seen_at(&mut self, flow: Flow) {
        if self.route.is_some() {
            self.route = Some(flow);
        }
    }

    pub fn is_closing(&self) -> bool {
        self.closing.is_some()
    }
}

impl Endpoint {
    /// An ACK to a 2xx of ours.
    pub(super) fn ack(&mut self, now: Instant, request: &Request) {
        let headers = &request.headers;
        let tag = headers.to_tag().unwrap_or_default().to_owned();
        let key = (headers.call_id().unwrap_or_default().to_owned(), tag);
        let Some(leg) = self.dialogs.get(&key).copied() else { return };
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        let seq = headers.cseq().map_or(0, |cseq| cseq.seq);
        let awaited = session.answer.as_ref().is_some_and(|(answer, _)| answer.is_acknowledged_by(seq));
        if !awaited || !session.dialog.matches(request) {
            return;
        }
        session.answer = None;
        let first = std::mem::take(&mut session.to_confirm);
        let late = std::mem::take(&mut session.late_offer);
        if let Some(cause) = session.closing {
            return self.finish_session(now, leg, cause);
        }
        if first {
            self.event(Event::Confirmed { leg });
        }
        if late && let Some(answer) = sdp(headers, &request.body) {
            self.event(Event::ReofferAccepted { leg, answer });
        }
        self.send_queued_offer(now, leg);
        self.set_leg_timer(leg);
    }

    /// Ends a leg that is up, at our wish.
    pub(super) fn end_session(&mut self, now: Instant, leg: u64, cause: Option<u16>) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        if session.is_closing() {
            return;
        }
        session.closing = Some(cause);
        let waits_for_ack = session.answer.is_some();
        self.forget_referring(leg);
        self.event(Event::Ended { leg, by_peer: false, reason: "hung up".to_owned() });
        if !waits_for_ack {
            self.finish_session(now, leg, cause);
        }
    }

    /// Sends BYE inside a dialog that need not belong to a leg any more.
    pub(super) fn send_bye(
        &mut self,
        now: Instant,
        dialog: &mut Dialog,
        route: Option<Flow>,
        account: Option<String>,
        cause: Option<u16>,
    ) {
        let mut bye = dialog.request(Method::Bye);
        if let Some(cause) = cause {
            bye.headers.push("Reason", format!("Q.850;cause={cause}"));
        }
        let hop = route.map_or_else(|| Hop::of(dialog.next_hop()), Hop::Flow);
        self.send_request(now, bye, hop, Owner::Nobody, account, None);
    }

    /// The peer hangs up.
    pub(super) fn bye(&mut self, now: Instant, leg: u64, id: u64) {
        let reason = self.servers.get(&id).and_then(|s| s.request.headers.get("Reason"));
        let reason = reason.unwrap_or("the peer hung up").to_owned();
        self.respond_plain(now, id, 200);
        match self.legs.get(&leg) {
            // BYE in an early dialog: the INVITE is still to be answered (RFC 3261 section 15.1.2).
            Some(Leg::Ringing(_)) => self.refuse_call(now, leg, 487, None, "Ended by the caller"),
            Some(Leg::Up(_)) => self.session_gone(now, leg, &reason),
            Some(Leg::Calling(_)) | None => {}
        }
    }

    /// The dialog does not exist any more for the peer, or it said so.
    pub(super) fn session_gone(&mut self, now: Instant, leg: u64, reason: &str) {
        let Some(Leg::Up(session)) = self.forget_leg(leg) else { return };
        self.close_terms(now, &session.terms);
        if !session.is_closing() {
            self.event(Event::Ended { leg, by_peer: true, reason: reason.to_owned() });
        }
        self.forget_referring(leg);
        self.outlive(now, leg, *session);
    }

    pub(super) fn info(&mut self, now: Instant, leg: u64, id: u64) {
        let Some(server) = self.servers.get(&id) else { return };
        let content_type = server.request.headers.get("Content-Type").unwrap_or_default().to_owned();
        let body = server.request.body.clone();
        self.respond_plain(now, id, 200);
        let up = matches!(self.legs.get(&leg), Some(Leg::Up(session)) if !session.is_closing());
        if up && !body.is_empty() {
            self.event(Event::Info { leg, content_type, body });
        }
    }

    pub(super) fn send_info(&mut self, now: Instant, leg: u64, content_type: &str, body: Bytes) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        if session.is_closing() {
            return;
        }
        let mut info = session.dialog.request(Method::Info);
        info.headers.push("Content-Type", content_type);
        info.body = body;
        let (hop, account) = (session.hop(), session.account.clone());
        self.send_request(now, info, hop, Owner::Info(leg), account, None);
    }

    pub(super) fn info_response(&mut self, now: Instant, leg: u64, response: &Response) {
        self.end_if_dialog_gone(now, leg, response.code);
    }

    /// 481 and 408 end the dialog (RFC 3261 section 12.2.1.2); says whether they did.
    pub(super) fn end_if_dialog_gone(&mut self, now: Instant, leg: u64, code: u16) -> bool {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return false };
        if !matches!(code, 408 | 481) {
            return false;
        }
        let (mut dialog, route, account) = (session.dialog.clone(), session.route, session.account.clone());
        self.forget_referral(leg);
        self.session_gone(now, leg, &format!("the peer does not know the call ({code})"));
        self.send_bye(now, &mut dialog, route, account, None);
        true
    }

    /// A request inside the dialog was sent again with credentials and so with a higher CSeq.
    pub(super) fn request_sent_again(&mut self, leg: u64, before: u64, again: u64, seq: u32) {
        match self.legs.get_mut(&leg) {
            Some(Leg::Up(session)) => {
                session.dialog.note_local_seq(seq);
                session.terms.sent_again(before, again);
            }
            Some(Leg::Ringing(ringing)) => {
                ringing.dialog.note_local_seq(seq);
                ringing.terms.sent_again(before, again);
            }
            Some(Leg::Calling(calling)) => calling.sent_again(before, again, seq),
            None => {}
        }
    }

    pub(super) fn session_due(&mut self, now: Instant, leg: u64) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        if let Some((answer, flow)) = &mut session.answer {
            let flow = *flow;
            match answer.due(now) {
                AnswerDue::Nothing => {}
                AnswerDue::Send(bytes) => {
                    self.outputs.push_back(Output::Send { flow, bytes, token: None, server: None })
                }
                AnswerDue::GiveUp => return self.unacknowledged(now, leg),
            }
        }
        self.reoffer_due(now, leg);
        self.timer_due(now, leg);
    }

    /// The leg ends: an offer of the peer's that was not answered is refused.
    pub(super) fn close_terms(&mut self, now: Instant, terms: &Terms) {
        if let Some(incoming) = &terms.incoming {
            self.respond_plain(now, incoming.server, 487);
        }
    }

    /// Our 2xx was never acknowledged: the session ends (RFC 3261 section 13.3.1.4).
    fn unacknowledged(&mut self, now: Instant, leg: u64) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        session.answer = None;
        let reported = session.is_closing();
        let cause = session.closing.flatten();
        if !reported {
            let reason = "our answer was never acknowledged".to_owned();
            self.event(Event::Ended { leg, by_peer: false, reason });
        }
        self.finish_session(now, leg, cause);
    }

    /// Forgets the leg and sends BYE.
    pub(super) fn finish_session(&mut self, now: Instant, leg: u64, cause: Option<u16>) {
        self.tell_before_bye(now, leg);
        let Some(Leg::Up(mut session)) = self.forget_leg(leg) else { return };
        self.close_terms(now, &session.terms);
        let (route, account) = (session.route, session.account.clone());
        self.send_bye(now, &mut session.dialog, route, account, cause);
        self.outlive(now, leg, *session);
    }
}
