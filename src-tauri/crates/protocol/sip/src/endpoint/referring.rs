//! We refer the peer: REFER, and what the peer reports of it (RFC 3515).

use std::time::{Duration, Instant};

use super::refer_to::{ReferTo, is_unwatched};
use super::referrals::package;
use super::requests::Owner;
use super::{Endpoint, Event, Leg, TimerKey};
use crate::dialog::Replaces;
use crate::message::{Headers, Method, NameAddr, Params, Response, Uri, status_of_fragment};

/// A peer that reports nothing for so long will not report the end either.
const SILENCE: Duration = Duration::from_secs(180);

/// A REFER of ours.
#[derive(Debug)]
pub(super) struct Referring {
    client: u64,
    /// The Event's `id`: the CSeq of the REFER.
    seq: u32,
    /// By its 2xx, or by a NOTIFY that overtook it.
    accepted: bool,
    /// When to wait no more. `None`: the REFER's own transaction sees to it.
    until: Option<Instant>,
}

impl Endpoint {
    pub(super) fn send_refer(&mut self, now: Instant, leg: u64, to: &str, replaces: Option<u64>) {
        let refused = |code| Event::ReferRefused { leg, code };
        let named = match replaces {
            None => None,
            Some(other) => match self.legs.get(&other) {
                Some(Leg::Up(other)) => Some(Replaces::for_peer_of(&other.dialog)),
                _ => return self.event(refused(481)),
            },
        };
        let Ok(uri) = to.parse::<Uri>() else { return self.event(refused(400)) };
        if self.referring.contains_key(&leg) {
            return self.event(refused(491));
        }
        let client = self.last_id + 1;
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        if session.is_closing() {
            return;
        }
        let mut refer = session.dialog.request(Method::Refer);
        let seq = refer.headers.cseq().map_or(0, |cseq| cseq.seq);
        if let Ok(from) = refer.headers.from() {
            refer.headers.push("Referred-By", NameAddr::new(from.uri).to_string());
        }
        refer.headers.push("Refer-To", ReferTo { uri, replaces: named }.write());
        let (hop, account, user) = (session.hop(), session.account.clone(), session.contact_user.clone());
        // Noted before it is sent: its failure may be reported at once.
        self.referring.insert(leg, Referring { client, seq, accepted: false, until: None });
        self.send_request(now, refer, hop, Owner::Refer(leg), account, Some(user));
    }

    pub(super) fn refer_response(&mut self, now: Instant, leg: u64, client: u64, response: &Response) {
        let Some(referring) = self.referring.get_mut(&leg).filter(|referring| referring.client == client)
        else {
            return;
        };
        if response.is_provisional() {
            return;
        }
        if !response.is_success() {
            self.forget_referring(leg);
            self.event(Event::ReferRefused { leg, code: response.code });
            self.end_if_dialog_gone(now, leg, response.code);
            return;
        }
        let known = std::mem::replace(&mut referring.accepted, true);
        let watched = !is_unwatched(&response.headers);
        referring.until = Some(now + SILENCE);
        if watched {
            self.set_referring_timer(leg);
        } else {
            self.forget_referring(leg);
        }
        if !known {
            self.event(Event::ReferAccepted { leg, watched });
        }
    }

    /// A NOTIFY inside a dialog.
    pub(super) fn notify(&mut self, now: Instant, leg: u64, id: u64) {
        let Some(server) = self.servers.get(&id) else { return };
        let headers = &server.request.headers;
        if package(headers) != Some("refer") {
            return self.refuse_package(now, id);
        }
        let fragment = headers.content_type().is_some_and(|kind| kind == "message/sipfrag");
        let code = fragment.then(|| status_of_fragment(&server.request.body)).flatten();
        let (over, named) = (is_terminated(headers), event_id(headers));
        let Some(referring) = self
            .referring
            .get_mut(&leg)
            .filter(|referring| named.as_ref().is_none_or(|id| *id == referring.seq.to_string()))
        else {
            // A late one: what it is about is over (RFC 6665 section 4.1.3).
            return self.respond_plain(now, id, 481);
        };
        let known = std::mem::replace(&mut referring.accepted, true);
        referring.until = Some(now + SILENCE);
        self.respond_plain(now, id, 200);
        if over {
            self.forget_referring(leg);
        } else {
            self.set_referring_timer(leg);
        }
        if !known {
            self.event(Event::ReferAccepted { leg, watched: true });
        }
        if over || code.is_some() {
            self.event(Event::ReferNotified { leg, code, over });
        }
    }

    /// Nothing was heard for too long.
    pub(super) fn referring_due(&mut self, leg: u64) {
        self.forget_referring(leg);
        self.event(Event::ReferNotified { leg, code: None, over: true });
    }

    /// A REFER was sent again with credentials.
    pub(super) fn refer_sent_again(&mut self, leg: u64, before: u64, again: u64, seq: u32) {
        if let Some(referring) = self.referring.get_mut(&leg).filter(|referring| referring.client == before) {
            (referring.client, referring.seq) = (again, seq);
        }
    }

    pub(super) fn forget_referring(&mut self, leg: u64) {
        self.referring.remove(&leg);
        self.set_referring_timer(leg);
    }

    fn set_referring_timer(&mut self, leg: u64) {
        let at = self.referring.get(&leg).and_then(|referring| referring.until);
        self.timers.set(TimerKey::Referring(leg), at);
    }
}

fn is_terminated(headers: &Headers) -> bool {
    let state = headers.get("Subscription-State").unwrap_or_default();
    state.split(';').next().is_some_and(|state| state.trim().eq_ignore_ascii_case("terminated"))
}

fn event_id(headers: &Headers) -> Option<String> {
    let event = headers.get("Event")?;
    let params = Params::parse(&event[event.find(';')?..])?;
    params.get("id").map(str::to_owned)
}
