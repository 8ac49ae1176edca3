//! The dialogs of a call of ours before its answer, one for each phone that was heard of (RFC 3261 section 12.1.1), and
//! PRACK (RFC 3262 section 4).

use std::time::Instant;

use bytes::Bytes;

use super::hops::Hop;
use super::outbound::{Calling, sdp};
use super::requests::Owner;
use super::terms::{Terms, hop_of};
use super::{Endpoint, Event, Flow, Leg};
use crate::dialog::{Dialog, Rack};
use crate::message::{Method, Request, Response};

/// Early dialogs of one call; whoever makes more is not followed.
const MOST: usize = 16;

/// A dialog made by a provisional response.
#[derive(Debug)]
pub(super) struct Early {
    /// The INVITE.
    client: u64,
    pub dialog: Dialog,
    route: Option<Flow>,
    /// RSeq of the last reliable response that was taken.
    rseq: Option<u32>,
    /// The PRACK under way.
    prack: Option<u64>,
    /// Our offer was answered by a reliable response.
    agreed: bool,
    pub terms: Terms,
}

impl Early {
    pub fn hop(&self) -> Hop {
        hop_of(self.route, &self.dialog)
    }
}

impl Calling {
    /// The dialog in which something is open or, failing that, the last one with an answer.
    pub fn speaking(&mut self) -> Option<&mut Early> {
        let at = self.speaking_at()?;
        self.early.get_mut(at)
    }

    /// Whether the dialog we would speak in has an answer to the INVITE's offer.
    pub fn is_agreed(&self) -> bool {
        self.speaking_at().is_some_and(|at| self.early[at].agreed)
    }

    /// Whether an UPDATE with an offer may go out now. A PRACK goes first: were it overtaken, its CSeq would be too low.
    pub fn may_offer(&self) -> bool {
        self.speaking_at().map(|at| &self.early[at]).is_some_and(|early| {
            early.agreed && early.prack.is_none() && early.terms.update && early.terms.is_free()
        })
    }

    /// The dialog a request of the peer's is in.
    pub fn early_for(&mut self, request: &Request) -> Option<&mut Early> {
        let at = self.early.iter().position(|early| early.dialog.matches(request))?;
        // What is asked there is answered there.
        self.at = Some(at);
        self.early.get_mut(at)
    }

    /// The dialog the 2xx confirms.
    pub fn take_early(&mut self, client: u64, tag: &str) -> Option<Early> {
        let at = self.early.iter().position(|e| e.client == client && e.dialog.remote_tag() == tag)?;
        Some(self.early.swap_remove(at))
    }

    /// The early dialog's request was sent again with credentials.
    pub fn sent_again(&mut self, before: u64, again: u64, seq: u32) {
        for early in &mut self.early {
            if early.prack == Some(before) || early.terms.is_sent_by(before) {
                early.dialog.note_local_seq(seq);
            }
            if early.prack == Some(before) {
                early.prack = Some(again);
            }
            early.terms.sent_again(before, again);
        }
    }

    pub fn next_deadline(&self) -> Instant {
        let again = self.early.iter().filter_map(|early| early.terms.retry_at()).min();
        again.map_or(self.ring_deadline, |at| at.min(self.ring_deadline))
    }

    fn speaking_at(&self) -> Option<usize> {
        let open = |early: &Early| !early.terms.is_free();
        let open = self.early.iter().position(open);
        let chosen = self.at.filter(|at| *at < self.early.len());
        open.or(chosen).or_else(|| self.early.iter().rposition(|early| early.agreed))
    }
}

impl Early {
    /// What is carried over into the confirmed dialog: terms, and the answer where the 2xx has none.
    pub fn confirm(self, dialog: &mut Dialog) -> Terms {
        dialog.follow(&self.dialog);
        self.terms
    }
}

impl Endpoint {
    /// A 101 to 199 to one of a leg's INVITEs.
    pub(super) fn invite_progress(&mut self, now: Instant, leg: u64, client: u64, response: &Response) {
        if !self.is_calling(leg, client) {
            return;
        }
        let answer = sdp(&response.headers, &response.body);
        let at = self.early_at(leg, client, response);
        let reliable = response.headers.require().iter().any(|tag| tag.eq_ignore_ascii_case("100rel"));
        if !reliable {
            return self.event(Event::Progress { leg, code: response.code, answer });
        }
        let rseq = response.headers.get("RSeq").and_then(|text| text.trim().parse::<u32>().ok());
        let (Some(at), Some(rseq)) = (at, rseq) else { return };
        let Some(Leg::Calling(calling)) = self.legs.get_mut(&leg) else { return };
        let early = &mut calling.early[at];
        // A copy, or one whose forerunner is still to come (RFC 3262 section 4).
        if early.rseq.is_some_and(|last| last.checked_add(1) != Some(rseq)) {
            return;
        }
        early.rseq = Some(rseq);
        if let Some(answer) = &answer
            && !early.agreed
        {
            early.agreed = true;
            early.terms.remote = Some(answer.clone());
            calling.at = Some(at);
        }
        self.event(Event::Progress { leg, code: response.code, answer });
        self.send_prack(now, leg, at, rseq, response);
    }

    pub(super) fn prack_response(&mut self, now: Instant, leg: u64, client: u64, response: &Response) {
        let Some(Leg::Calling(calling)) = self.legs.get_mut(&leg) else { return };
        let Some(early) = calling.early.iter_mut().find(|early| early.prack == Some(client)) else { return };
        if response.is_provisional() {
            return;
        }
        early.prack = None;
        if response.code >= 500 {
            // Not taken: the next copy of the response is acknowledged anew.
            early.rseq = early.rseq.map(|last| last.saturating_sub(1));
        }
        self.exchange_over(now, leg);
    }

    fn send_prack(&mut self, now: Instant, leg: u64, at: usize, rseq: u32, response: &Response) {
        let Ok(cseq) = response.headers.cseq() else { return };
        let Some(Leg::Calling(calling)) = self.legs.get_mut(&leg) else { return };
        let account = calling.account.clone();
        let early = &mut calling.early[at];
        let mut prack = early.dialog.request(Method::Prack);
        let rack = Rack { rseq, seq: cseq.seq, method: cseq.method };
        prack.headers.push("RAck", rack.to_string());
        // Noted before it is sent: its failure may be reported at once.
        early.prack = Some(self.last_id + 1);
        let hop = early.hop();
        self.send_request(now, prack, hop, Owner::Prack(leg), account, None);
    }

    /// The place of the early dialog that a response belongs to or makes.
    fn early_at(&mut self, leg: u64, client: u64, response: &Response) -> Option<usize> {
        let tag = response.headers.to_tag()?.to_owned();
        let Some(Leg::Calling(calling)) = self.legs.get_mut(&leg) else { return None };
        let same = |early: &Early| early.client == client && early.dialog.remote_tag() == tag;
        if let Some(at) = calling.early.iter().position(same) {
            calling.early[at].terms.learn(&response.headers);
            return Some(at);
        }
        if calling.early.len() >= MOST {
            return None;
        }
        let record = self.clients.get(&client)?;
        let (request, flow) = (&record.request, record.flow);
        let dialog = Dialog::from_response(request, response).ok()?;
        let route = flow.filter(|flow| self.keeps_to_flow(request, flow, &dialog));
        let mut terms = Terms { local: Some(request.body.clone()), ..Terms::default() };
        terms.learn(&response.headers);
        let key = (dialog.call_id().to_owned(), dialog.local_tag().to_owned());
        let early = Early { client, dialog, route, rseq: None, prack: None, agreed: false, terms };
        self.dialogs.insert(key, leg);
        let Some(Leg::Calling(calling)) = self.legs.get_mut(&leg) else { return None };
        calling.early.push(early);
        Some(calling.early.len() - 1)
    }
}

/// The body of a 2xx, or what a reliable response said before where it has none (RFC 6337 section 3.1).
pub(super) fn settled(body: &Bytes, terms: Option<&Terms>) -> Bytes {
    let before = terms.and_then(|terms| terms.remote.clone());
    if body.is_empty() { before.unwrap_or_default() } else { body.clone() }
}
