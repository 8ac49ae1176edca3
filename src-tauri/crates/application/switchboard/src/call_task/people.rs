//! Bringing people in: browser audio first, their registered phones otherwise, outside numbers by a trunk.

use std::time::{Duration, Instant};

use tandem_call::{Input, PersonRef};
use tandem_foundation::{LegId, Pii};
use tracing::Instrument;

use super::{CallMessage, CallTask, LegKind};
use crate::ports::signalling::{Destination, SignallingCommand};
use crate::records::SipParty;

/// The queue takes an offer back long before.
const LONGEST_OFFER: Duration = Duration::from_secs(300);
/// A person's phone rings no longer than this; the call machine gives up before.
const RING_TIMEOUT: Duration = Duration::from_secs(30);

/// How a person's phone is to take a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Summons {
    /// At once: they have asked to be connected.
    Answer,
    Ring,
}

impl CallTask {
    pub(super) fn fetch(&mut self, who: PersonRef, summons: Summons) {
        let leg = self.context.ports.leg_ids.next();
        self.context.registry.add_leg(leg, self.call.id.clone());
        let browser = match &who {
            PersonRef::User(user) => self.context.phones.connected(user),
            PersonRef::Number(_) => None,
        };
        if let Some(browser) = browser {
            self.legs.insert(leg, LegKind::Person { who: who.clone(), sip: false });
            let link = self.context.ports.media.open_audio_link(&self.call.id, leg);
            let inbox = self.inbox.clone();
            let work = async move {
                browser.carry(link).await;
                let _ = inbox.send(CallMessage::BrowserGone { leg });
            };
            tokio::spawn(work.instrument(tracing::info_span!("browser phone", %leg)));
            return self.person_up(who, leg);
        }
        self.context.registry.remove_leg(leg);
        self.invite_person(who, summons);
    }

    /// Calls a person's telephones.
    pub(super) fn invite_person(&mut self, who: PersonRef, summons: Summons) {
        let leg = self.context.ports.leg_ids.next();
        self.context.registry.add_leg(leg, self.call.id.clone());
        self.legs.insert(leg, LegKind::Person { who: who.clone(), sip: true });
        let Some((offer, to)) = self.open_leg_and_offer(leg).zip(self.person_destination(&who)) else {
            return self.person_leg_gone(leg, false);
        };
        if let Destination::Trunk { trunk, .. } = &to {
            match self.context.seize_outbound(trunk) {
                Ok(channel) => drop(self.channels.insert(leg, channel)),
                Err(error) => {
                    tracing::warn!(call = %self.call.id, %error, "an outside number was not called");
                    return self.person_leg_gone(leg, true);
                }
            }
        }
        let (web_offer, secure_offer) = (self.web_offer(leg), self.secure_offer(leg));
        let sip_call_id = self.name_person_leg(&who, leg);
        self.context.ports.signalling.send(SignallingCommand::Invite {
            leg,
            to,
            from: self.person_caller_id(),
            display_name: self.call.customer_name.clone(),
            offer,
            web_offer,
            secure_offer,
            headers: self.person_headers(&who, summons),
            call_id: Some(sip_call_id),
            ring_timeout: if summons == Summons::Answer { RING_TIMEOUT } else { LONGEST_OFFER },
        });
    }

    fn person_headers(&self, who: &PersonRef, summons: Summons) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        if let PersonRef::User(_) = who {
            // Who has asked to be connected has a phone that need not ring (RFC 5373's older relatives).
            if summons == Summons::Answer {
                headers.push(("Call-Info".into(), "<sip:tandem>;answer-after=0".into()));
                headers.push(("Alert-Info".into(), "<sip:tandem>;info=alert-autoanswer".into()));
            }
            headers.push(("X-Tandem-Call".into(), self.call.id.as_str().into()));
        }
        headers
    }

    /// The Call-ID of a person's leg, by which its messages are found again.
    fn name_person_leg(&self, who: &PersonRef, leg: LegId) -> String {
        let random = self.context.ports.clock.random();
        let sip_call_id = format!("{random:032x}@tandem");
        self.name_leg(who, leg, &sip_call_id);
        sip_call_id
    }

    /// The messages of this Call-ID are the person's.
    pub(super) fn name_leg(&self, who: &PersonRef, leg: LegId, sip_call_id: &str) {
        let call = &self.call;
        let party = match who {
            PersonRef::User(_) => SipParty::Person,
            PersonRef::Number(_) => SipParty::Outside,
        };
        self.context.traces.name(sip_call_id, &call.org, &call.id, leg, party);
    }

    fn person_destination(&self, who: &PersonRef) -> Option<Destination> {
        Some(match who {
            PersonRef::User(user) => Destination::User(user.clone()),
            PersonRef::Number(number) => {
                let trunk = self.call.trunk.clone().or_else(|| {
                    self.context.plan.read().first_trunk(&self.call.org).map(|trunk| trunk.id.clone())
                })?;
                Destination::Trunk { trunk, number: number.clone() }
            }
        })
    }

    /// People see the customer's number.
    fn person_caller_id(&self) -> Pii<String> {
        match self.call.direction {
            crate::records::Direction::Inbound => self.call.from.clone(),
            crate::records::Direction::Outbound | crate::records::Direction::Internal => self.call.to.clone(),
        }
    }

    pub(super) fn person_answered(&mut self, leg: LegId, sdp: &[u8]) {
        let Some(LegKind::Person { who, .. }) = self.legs.get(&leg).cloned() else { return };
        match self.read_answer(leg, sdp) {
            Ok(negotiated) => {
                self.connect(leg, negotiated);
                self.person_up(who, leg);
            }
            Err(_) => {
                self.context.ports.signalling.send(SignallingCommand::Hangup { leg, cause: None });
                self.person_leg_gone(leg, true);
            }
        }
    }

    fn person_up(&mut self, who: PersonRef, leg: LegId) {
        if !self.transfers.sounding {
            self.ringback(false);
        }
        self.input(Input::PersonUp { who, leg });
        self.hear_person(leg);
    }

    /// Nothing comes from a person's telephone any more.
    pub(super) fn person_leg_dead(&mut self, leg: LegId) {
        if !matches!(self.legs.get(&leg), Some(LegKind::Person { .. })) {
            return;
        }
        tracing::warn!(call = %self.call.id, "a person's telephone has fallen silent");
        self.context.ports.signalling.send(SignallingCommand::Hangup { leg, cause: None });
        self.person_leg_gone(leg, true);
    }

    /// A person's leg ended, failed or never came up. `lost`: they did not mean to go.
    pub(super) fn person_leg_gone(&mut self, leg: LegId, lost: bool) {
        let Some(LegKind::Person { who, .. }) = self.legs.remove(&leg) else { return };
        self.forget_leg(leg);
        self.input(if lost { Input::PersonFailed { who } } else { Input::PersonGone { who } });
    }

    /// Clears a person's leg, or the attempt to reach them.
    pub(super) fn release(&mut self, who: &PersonRef, leg: Option<LegId>) {
        let attempt = |(leg, kind): (&LegId, &LegKind)| match kind {
            LegKind::Person { who: other, .. } if other == who => Some(*leg),
            _ => None,
        };
        let Some(leg) = leg.or_else(|| self.legs.iter().find_map(attempt)) else { return };
        if let Some(LegKind::Person { sip: true, .. }) = self.legs.remove(&leg) {
            self.context.ports.signalling.send(SignallingCommand::Hangup { leg, cause: None });
        }
        self.forget_leg(leg);
    }

    pub(super) fn forget_leg(&mut self, leg: LegId) {
        self.context.ports.media.close_leg(&self.call.id, leg);
        self.context.registry.remove_leg(leg);
        self.stop_hearing(leg);
        self.voiced.remove(&leg);
        self.alert_voice(leg, false);
        self.channels.remove(&leg);
    }

    /// When the person on this leg last began and stopped speaking.
    pub(super) fn last_voice(&self, leg: LegId) -> (Instant, Instant) {
        let now = Instant::now();
        self.voiced.get(&leg).copied().unwrap_or((now, now))
    }
}
