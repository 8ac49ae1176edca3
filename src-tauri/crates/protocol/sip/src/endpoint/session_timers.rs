//! Session timers of the endpoint's legs: asked for, agreed on, kept alive, run out (RFC 4028).

use std::time::{Duration, Instant};

use super::refusals::Refusal;
use super::session::Session;
use super::terms::Sent;
use super::{Endpoint, Event, Leg};
use crate::dialog::{Refresher, SessionDue, SessionExpires, SessionTimer};
use crate::message::{Headers, Request, Response};

/// What an interval may be raised to by a peer's Min-SE: a day.
const LONGEST: u32 = 86_400;

/// Cause of the BYE when no refresh came: recovery on timer expiry (Q.850).
const EXPIRED_CAUSE: u16 = 102;

/// What our 2xx says of the session timer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Agreed {
    pub expires: SessionExpires,
    /// The peer knows session timers, so `Require: timer` may be written.
    required: bool,
}

impl Agreed {
    pub fn fill(&self, response: &mut Response) {
        response.headers.push("Session-Expires", self.expires.to_string());
        if self.required {
            response.headers.push("Require", "timer");
        }
    }
}

impl Session {
    /// Starts, restarts or stops the timer as our 2xx to the peer's request says. `refreshes`: the request is one that
    /// may refresh a session (INVITE and UPDATE).
    pub fn apply_timer(&mut self, now: Instant, agreed: Option<&Agreed>, refreshes: bool) {
        if refreshes {
            self.timer = agreed.map(|agreed| {
                let ours = agreed.expires.refresher == Some(Refresher::Uas);
                SessionTimer::start(now, agreed.expires.seconds, ours)
            });
        }
    }
}

impl Endpoint {
    /// The option tags we know.
    pub(super) fn supported(&self) -> &'static str {
        if self.config.session_timers.is_some() {
            "100rel, timer, replaces, norefersub"
        } else {
            "100rel, replaces, norefersub"
        }
    }

    /// Writes into a first INVITE what we ask for.
    pub(super) fn ask_for_timer(&self, request: &mut Request) {
        if let Some(settings) = self.config.session_timers {
            request.headers.push("Session-Expires", settings.expires.max(settings.min).to_string());
            request.headers.push("Min-SE", settings.min.to_string());
        }
    }

    /// Writes into a request inside the dialog that the timer goes on as it is, with the same refresher.
    pub(super) fn name_timer(&self, leg: u64, request: &mut Request) {
        request.headers.push("Supported", self.supported());
        let (Some(Leg::Up(session)), Some(settings)) = (self.legs.get(&leg), self.config.session_timers)
        else {
            return;
        };
        if let Some(timer) = &session.timer {
            let refresher = if timer.is_ours() { Refresher::Uac } else { Refresher::Uas };
            let expires = SessionExpires { seconds: timer.seconds(), refresher: Some(refresher) };
            request.headers.push("Session-Expires", expires.to_string());
            request.headers.push("Min-SE", settings.min.max(session.min_se).to_string());
        }
    }

    /// 422 where the request asks for less than we allow (RFC 4028 section 9). A peer that does not know timers cannot
    /// be told: a proxy wrote the header.
    pub(super) fn too_short(&self, server: u64) -> Option<Refusal> {
        let settings = self.config.session_timers?;
        let headers = &self.servers.get(&server)?.request.headers;
        let asked = read(headers)?;
        let refused = asked.seconds < settings.min && knows_timers(headers);
        refused.then(|| Refusal::with(422, "Min-SE", settings.min.to_string()))
    }

    /// What our 2xx to the request says (RFC 4028 section 9, table 2).
    pub(super) fn agree_timer(&self, server: u64) -> Option<Agreed> {
        let settings = self.config.session_timers?;
        let headers = &self.servers.get(&server)?.request.headers;
        let (asked, known) = (read(headers), knows_timers(headers));
        let least = min_se(headers).unwrap_or(0).max(settings.min);
        let seconds = match asked {
            Some(asked) => asked.seconds.min(settings.expires.max(least)),
            None if known => settings.expires.max(least),
            None => return None,
        };
        let refresher = match asked.and_then(|asked| asked.refresher) {
            _ if !known => Refresher::Uas,
            Some(wish) => wish,
            None => settings.preferred,
        };
        Some(Agreed { expires: SessionExpires { seconds, refresher: Some(refresher) }, required: known })
    }

    /// The peer's 2xx to a request of ours that starts or refreshes the session.
    pub(super) fn refreshed(&mut self, now: Instant, leg: u64, response: &Response) {
        let enabled = self.config.session_timers.is_some();
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        session.timer = read(&response.headers).filter(|_| enabled).map(|agreed| {
            let ours = agreed.refresher != Some(Refresher::Uas);
            SessionTimer::start(now, agreed.seconds.max(1), ours)
        });
    }

    /// Asks a first INVITE again for the longer interval a 422 demands; whether it did.
    pub(super) fn ask_longer(&mut self, now: Instant, leg: u64, id: u64, response: &Response) -> bool {
        let Some(client) = self.clients.get(&id) else { return false };
        let asked = read(&client.request.headers).map_or(0, |asked| asked.seconds);
        let Some(least) = min_se(&response.headers).filter(|least| *least > asked && *least <= LONGEST)
        else {
            return false;
        };
        if client.intervals >= 3 {
            return false;
        }
        let mut request = client.request.clone();
        request.headers.set("Session-Expires", least.to_string());
        request.headers.set("Min-SE", least.to_string());
        let (again, _) = self.send_again(now, id, request);
        if let Some(client) = self.clients.get_mut(&again) {
            client.intervals += 1;
        }
        self.invite_sent_again(leg, id, again);
        true
    }

    /// Takes the longer interval that a 422 to a refresh demands; whether there is one.
    pub(super) fn raise_interval(&mut self, leg: u64, response: &Response) -> bool {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return false };
        let (Some(timer), Some(least)) = (&mut session.timer, min_se(&response.headers)) else {
            return false;
        };
        if least <= timer.seconds() || least > LONGEST {
            return false;
        }
        session.min_se = least;
        timer.raise(least);
        true
    }

    /// Looks after the leg's timer at its deadline.
    pub(super) fn timer_due(&mut self, now: Instant, leg: u64) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        if session.is_closing() {
            return;
        }
        match session.timer.as_mut().map_or(SessionDue::Nothing, |timer| timer.due(now)) {
            SessionDue::Nothing => {}
            SessionDue::Refresh => self.refresh(now, leg),
            SessionDue::Expired => {
                let reason = "the session timer ran out".to_owned();
                session.answer = None;
                self.event(Event::Ended { leg, by_peer: false, reason });
                self.finish_session(now, leg, Some(EXPIRED_CAUSE));
            }
        }
    }

    /// Sends a refresh: by UPDATE where the peer takes it, else by re-INVITE with the description as it stands.
    pub(super) fn refresh(&mut self, now: Instant, leg: u64) {
        let Some(Leg::Up(session)) = self.legs.get_mut(&leg) else { return };
        if session.terms.update {
            return self.send_refresh(now, leg);
        }
        let free = session.answer.is_none() && session.terms.is_free();
        match session.terms.local.clone() {
            Some(offer) if free => {
                self.send_offer(now, leg, Sent { client: 0, offer, refresh: true, tries: 0 });
            }
            // What is under way refreshes the session as well, if it succeeds.
            _ => self.refresh_later(now, leg),
        }
    }

    /// A refresh failed, or could not be sent: again, while there is time.
    pub(super) fn refresh_later(&mut self, now: Instant, leg: u64) {
        if let Some(Leg::Up(session)) = self.legs.get_mut(&leg)
            && let Some(timer) = &mut session.timer
            && timer.is_ours()
        {
            let wait = Duration::from_secs(u64::from(timer.seconds() / 10).clamp(1, 32));
            timer.try_again(now, wait);
        }
    }
}

fn read(headers: &Headers) -> Option<SessionExpires> {
    headers.get("Session-Expires")?.parse().ok()
}

fn min_se(headers: &Headers) -> Option<u32> {
    headers.get("Min-SE")?.split(';').next()?.trim().parse().ok()
}

fn knows_timers(headers: &Headers) -> bool {
    let named = |list: Vec<&str>| list.iter().any(|tag| tag.eq_ignore_ascii_case("timer"));
    named(headers.supported()) || named(headers.require())
}
