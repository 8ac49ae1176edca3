//! The peer refers us: REFER, and the subscription it implies, by which the peer hears what became of it (RFC 3515).
//!
//! The subscription outlives the call it was made in: a phone that transfers somebody hangs up as soon as its REFER is
//! accepted, and may still be told the end (RFC 5057 section 5).

use std::time::{Duration, Instant};

use tandem_foundation::Pii;

use super::refer_to::{ReferTo, is_unwatched, referred_by};
use super::refusals::Refusal;
use super::requests::Owner;
use super::session::Session;
use super::{Endpoint, Event, Leg, Replaced, TimerKey};
use crate::message::status_fragment;
use crate::message::{Method, Response};

/// A REFER nobody decides about is refused after this; its sender waits for 32 s (RFC 3261's timer F).
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the subscription lives where nobody ends or renews it.
const SUBSCRIPTION: Duration = Duration::from_secs(300);

/// A REFER of the peer's.
#[derive(Debug)]
pub(super) struct Referral {
    /// The Event's `id`: the CSeq of the REFER, for all but the first in a dialog (RFC 3515 section 2.4.6).
    id: Option<u32>,
    state: State,
    /// When the decision is overdue, or the subscription runs out.
    until: Instant,
    /// What NOTIFY is sent by where the call is over. Its dialog alone counts.
    outlived: Option<Box<Session>>,
}

#[derive(Debug)]
enum State {
    /// Waits for our decision; `watched`: the peer wants to be told more.
    Asked { server: u64, watched: bool },
    Watched {
        /// How far it has come.
        code: u16,
        /// What the last NOTIFY has to say when the subscription ends other than by a final code.
        timed_out: bool,
        /// `code` was not sent yet.
        news: bool,
        /// The NOTIFY under way, and whether it is the last. The next one waits for its response.
        notify: Option<(u64, bool)>,
    },
}

impl Referral {
    fn is_open(&self) -> bool {
        match self.state {
            State::Asked { .. } => true,
            State::Watched { code, timed_out, .. } => code < 200 && !timed_out,
        }
    }
}

impl Endpoint {
    /// A REFER inside a dialog.
    pub(super) fn refer(&mut self, now: Instant, leg: u64, id: u64) {
        let Some(server) = self.servers.get(&id) else { return };
        let headers = &server.request.headers;
        let found = ReferTo::read(headers);
        let (referred_by, watched) = (referred_by(headers), !is_unwatched(headers));
        let seq = headers.cseq().map_or(0, |cseq| cseq.seq);
        let to = match found {
            Ok(to) => to,
            Err(code) => return self.respond_plain(now, id, code),
        };
        if self.referrals.get(&leg).is_some_and(Referral::is_open) {
            return self.respond_plain(now, id, 491);
        }
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else {
            return self.respond_plain(now, id, 603);
        };
        if session.is_closing() {
            return self.respond_plain(now, id, 603);
        }
        let first = !std::mem::replace(&mut session.was_referred, true);
        let replaces = to.replaces.as_ref().map(|replaces| match self.leg_named(replaces) {
            Some(leg) => Replaced::Leg(leg),
            None => Replaced::Unknown,
        });
        let referral = Referral {
            id: (!first).then_some(seq),
            state: State::Asked { server: id, watched },
            until: now + PATIENCE,
            outlived: None,
        };
        self.referrals.insert(leg, referral);
        self.set_referral_timer(leg);
        let user = Pii::new(to.uri.user_decoded().unwrap_or_default());
        self.event(Event::ReferRequested {
            leg,
            to: Pii::new(to.uri.to_string()),
            user,
            replaces,
            referred_by,
        });
    }

    /// A REFER that belongs to no call: nobody here is to be sent anywhere.
    pub(super) fn stray_refer(&mut self, now: Instant, id: u64) {
        let Some(server) = self.servers.get(&id) else { return };
        let code = ReferTo::read(&server.request.headers).err().unwrap_or(603);
        self.respond_plain(now, id, code);
    }

    pub(super) fn accept_refer(&mut self, now: Instant, leg: u64) {
        let Some(Leg::Up(session)) = self.legs.get(&leg) else { return };
        let Some(Referral { state: State::Asked { server, watched }, .. }) = self.referrals.get(&leg) else {
            return;
        };
        let (server, watched, user) = (*server, *watched, session.contact_user.clone());
        let transport = self.servers.get(&server).map_or(super::Transport::Udp, |s| s.flow.transport);
        let contact = self.contact(&user, transport);
        self.respond(now, server, 202, |response| {
            response.headers.push("Contact", contact);
            if !watched {
                response.headers.push("Refer-Sub", "false");
            }
        });
        if !watched {
            return self.forget_referral(leg);
        }
        if let Some(referral) = self.referrals.get_mut(&leg) {
            referral.state = State::Watched { code: 100, timed_out: false, news: true, notify: None };
            referral.until = now + SUBSCRIPTION;
        }
        self.tell_referrer(now, leg);
    }

    pub(super) fn refuse_refer(&mut self, now: Instant, leg: u64, code: u16) {
        if let Some(Referral { state: State::Asked { server, .. }, .. }) = self.referrals.get(&leg) {
            let server = *server;
            self.forget_referral(leg);
            self.respond_plain(now, server, code.clamp(400, 699));
        }
    }

    /// How far the peer's wish has come: a status code; a final one ends the subscription.
    pub(super) fn refer_progress(&mut self, now: Instant, leg: u64, progress: u16) {
        let Some(referral) = self.referrals.get_mut(&leg).filter(|referral| referral.is_open()) else {
            return;
        };
        if let State::Watched { code, news, .. } = &mut referral.state
            && (100..700).contains(&progress)
            && *code != progress
        {
            (*code, *news) = (progress, true);
            self.tell_referrer(now, leg);
        }
    }

    /// SUBSCRIBE inside a dialog: it renews or ends the subscription that a REFER made, and nothing else.
    pub(super) fn subscribe(&mut self, now: Instant, leg: u64, id: u64) {
        let Some(server) = self.servers.get(&id) else { return };
        if package(&server.request.headers) != Some("refer") {
            return self.refuse_package(now, id);
        }
        let asked = server.request.headers.expires().ok().flatten();
        let longest = SUBSCRIPTION.as_secs();
        let seconds = asked.map_or(longest, |asked| u64::from(asked).min(longest));
        match self.referrals.get_mut(&leg).filter(|referral| referral.is_open()) {
            Some(Referral { state: State::Watched { timed_out, news, .. }, until, .. }) => {
                (*timed_out, *news) = (seconds == 0, true);
                *until = now + Duration::from_secs(seconds);
            }
            _ => return self.respond_plain(now, id, 481),
        }
        self.respond(now, id, 200, |response| response.headers.push("Expires", seconds.to_string()));
        self.tell_referrer(now, leg);
    }

    /// A SUBSCRIBE or NOTIFY about something we know nothing of (RFC 6665 section 4.2.1.3).
    pub(super) fn refuse_package(&mut self, now: Instant, id: u64) {
        self.refuse(now, id, Refusal::with(489, "Allow-Events", "refer"));
    }

    pub(super) fn referral_due(&mut self, now: Instant, leg: u64) {
        let Some(referral) = self.referrals.get_mut(&leg).filter(|r| r.is_open() && r.until <= now) else {
            return;
        };
        match &mut referral.state {
            State::Asked { .. } => self.refuse_refer(now, leg, 603),
            State::Watched { timed_out, news, .. } => {
                (*timed_out, *news) = (true, true);
                self.tell_referrer(now, leg);
            }
        }
    }

    /// The call is over; what is still to be told goes on in its dialog.
    pub(super) fn outlive(&mut self, now: Instant, leg: u64, session: Session) {
        let Some(referral) = self.referrals.get_mut(&leg) else { return };
        match referral.state {
            State::Asked { .. } => self.refuse_refer(now, leg, 603),
            State::Watched { .. } => referral.outlived = Some(Box::new(session)),
        }
    }

    /// The peer knows nothing of the dialog any more.
    pub(super) fn forget_referral(&mut self, leg: u64) {
        self.referrals.remove(&leg);
        self.set_referral_timer(leg);
    }

    pub(super) fn notify_response(&mut self, now: Instant, leg: u64, client: u64, response: &Response) {
        let Some(Referral { state: State::Watched { notify, .. }, .. }) = self.referrals.get_mut(&leg) else {
            return;
        };
        let Some((_, last)) = notify.filter(|(id, _)| *id == client && !response.is_provisional()) else {
            return;
        };
        *notify = None;
        // Whoever refuses to be told is told no more (RFC 6665 section 4.2.2). The call, if it is there, goes on: only
        // this use of its dialog is over (RFC 5057 section 5.1).
        if last || !response.is_success() {
            return self.forget_referral(leg);
        }
        self.tell_referrer(now, leg);
    }

    /// A NOTIFY was sent again with credentials.
    pub(super) fn notify_sent_again(&mut self, leg: u64, before: u64, again: u64, seq: u32) {
        let Some(referral) = self.referrals.get_mut(&leg) else { return };
        if let Some(session) = &mut referral.outlived {
            session.dialog.note_local_seq(seq);
        }
        if let State::Watched { notify: Some((id, _)), .. } = &mut referral.state
            && *id == before
        {
            *id = again;
        }
    }

    /// We hang up: what the peer still has to hear goes out before BYE, for many forget the call with it.
    pub(super) fn tell_before_bye(&mut self, now: Instant, leg: u64) {
        if let Some(Referral { state: State::Watched { notify, .. }, .. }) = self.referrals.get_mut(&leg) {
            *notify = None;
            self.tell_referrer(now, leg);
        }
    }

    /// Sends what is new, unless a NOTIFY is under way: were it overtaken, its CSeq would be too low.
    fn tell_referrer(&mut self, now: Instant, leg: u64) {
        let client = self.last_id + 1;
        let Some(referral) = self.referrals.get_mut(&leg) else { return };
        let State::Watched { code, timed_out, news, notify } = &mut referral.state else { return };
        if !*news || notify.is_some() {
            return self.set_referral_timer(leg);
        }
        let session = match (&mut referral.outlived, self.legs.get_mut(&leg)) {
            (Some(session), _) | (None, Some(Leg::Up(session))) => session,
            _ => return self.forget_referral(leg),
        };
        let last = *code >= 200 || *timed_out;
        let mut request = session.dialog.request(Method::Notify);
        let id = referral.id.map(|id| format!(";id={id}")).unwrap_or_default();
        request.headers.push("Event", format!("refer{id}"));
        let left = referral.until.saturating_duration_since(now).as_secs();
        let state = match (*code >= 200, *timed_out) {
            (true, _) => "terminated;reason=noresource".to_owned(),
            (false, true) => "terminated;reason=timeout".to_owned(),
            (false, false) => format!("active;expires={left}"),
        };
        request.headers.push("Subscription-State", state);
        request.headers.push("Content-Type", "message/sipfrag;version=2.0");
        request.body = status_fragment(*code);
        *news = false;
        // Noted before it is sent: its failure may be reported at once.
        *notify = Some((client, last));
        let (hop, account, user) = (session.hop(), session.account.clone(), session.contact_user.clone());
        self.set_referral_timer(leg);
        self.send_request(now, request, hop, Owner::Notify(leg), account, Some(user));
    }

    fn set_referral_timer(&mut self, leg: u64) {
        let open = self.referrals.get(&leg).filter(|referral| referral.is_open());
        self.timers.set(TimerKey::Referral(leg), open.map(|referral| referral.until));
    }
}

/// The event package a SUBSCRIBE or NOTIFY is about.
pub(super) fn package(headers: &crate::message::Headers) -> Option<&str> {
    headers.get("Event").map(|event| event.split(';').next().unwrap_or(event).trim())
}
