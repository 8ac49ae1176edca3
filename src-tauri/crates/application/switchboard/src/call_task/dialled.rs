//! A call that one of ours places: their own phone first, then the number over a trunk, or a colleague's phones.
//!
//! Whoever dialled on a phone is told there what becomes of it, by the responses to its INVITE; whoever asked at a screen
//! is called by us and hears it ring. From the answer on it is a call like any other, whose floor they hold.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tandem_call::{EndedBy, Input, PersonRef};
use tandem_foundation::{LegId, UserId};
use tracing::Instrument;

use super::customer::RING_TIMEOUT;
use super::{CallMessage, CallTask, LegKind};
use crate::exchange::ExchangeError;
use crate::ports::media::RtpTerms;
use crate::ports::signalling::{Destination, SignallingCommand, SignallingEvent};
use crate::queueing::Order;
use crate::records::{CallStatus, EventBody};
use crate::terms::{self, Wishes};

/// Who calls whom.
#[derive(Debug)]
pub(crate) struct Dialled {
    pub by: UserId,
    pub name: String,
    /// A colleague; otherwise the number of the call's row.
    pub to: Option<UserId>,
    pub phone: Option<DiallingPhone>,
}

/// The phone on which somebody dialled; its INVITE is not answered yet.
#[derive(Debug)]
pub(crate) struct DiallingPhone {
    pub leg: LegId,
    /// `None`: it wants our offer.
    pub offer: Option<Bytes>,
    /// Its Call-ID.
    pub call_id: String,
}

/// What a call has to remember of it until the other side is there.
#[derive(Debug, Default)]
pub(super) struct Dialling {
    /// The phone that dialled, and what its 200 is to say.
    unanswered: Option<(LegId, Bytes, Option<RtpTerms>)>,
    /// It was told that the other side rings.
    told: bool,
    /// The colleague, until they answer.
    rings: Option<UserId>,
    /// Who of ours is on the customer's leg.
    colleague: Option<UserId>,
    /// They have so long to answer.
    until: Option<Instant>,
    /// The colleague answered in their browser: what their telephones say does not matter any more.
    linked: bool,
}

impl Dialling {
    pub fn next_deadline(&self) -> Option<Instant> {
        self.until
    }

    /// Whose phone rings.
    pub fn rings_for(&self) -> Option<&UserId> {
        self.rings.as_ref()
    }

    /// The one of ours who was called.
    pub fn is_with(&self, user: &UserId) -> bool {
        self.colleague.as_ref() == Some(user)
    }
}

impl CallTask {
    pub(super) fn begin_dialled(&mut self, dialled: Dialled) {
        self.context.ports.media.open_room(&self.call.id);
        let who = PersonRef::User(dialled.by);
        if dialled.to.is_some() {
            self.wishes = Wishes::of_people().certified(self.context.ports.media.fingerprint());
        }
        self.dialling.colleague = dialled.to;
        let leg = match dialled.phone {
            Some(phone) => {
                let leg = phone.leg;
                if let Err(code) = self.take_phone(who.clone(), phone) {
                    let reject = SignallingCommand::Reject { leg, code, retry_after: None };
                    self.context.ports.signalling.send(reject);
                    self.context.registry.remove_leg(leg);
                    return self.input(Input::End { by: EndedBy::Unreached(code) });
                }
                Some(leg)
            }
            None => None,
        };
        self.input(Input::Dial { who, name: dialled.name, leg });
    }

    /// The phone that dialled gets its leg; what we agree on is said when the other side answers.
    fn take_phone(&mut self, who: PersonRef, phone: DiallingPhone) -> Result<(), u16> {
        let leg = phone.leg;
        self.context.registry.add_leg(leg, self.call.id.clone());
        self.name_leg(&who, leg, &phone.call_id);
        let local = self.open_rtp(leg).ok_or(503_u16)?;
        let (wishes, session) = (self.wishes_for(leg), self.session_number());
        let (answer, negotiated) = match phone.offer {
            Some(offer) => {
                let (answer, negotiated) = terms::answer_under(&wishes, &offer, local, session)?;
                (answer, Some(negotiated))
            }
            None => (terms::offer_under(&wishes, local, session), None),
        };
        let answer = self.following(leg, answer);
        self.legs.insert(leg, LegKind::Person { who, sip: true });
        self.dialling.unanswered = Some((leg, answer, negotiated));
        Ok(())
    }

    /// The caller is there: now the other side is called.
    pub(super) fn call_customer(&mut self) {
        match self.dialling.colleague.clone() {
            None => self.invite_customer(),
            Some(colleague) => self.ring_colleague(colleague),
        }
    }

    fn ring_colleague(&mut self, colleague: UserId) {
        let (registered, browser) = (
            self.context.phones.is_registered(&colleague),
            self.context.phones.browser(&colleague).is_some(),
        );
        if !registered && !browser {
            return self.customer_failed(480);
        }
        self.dialling.rings = Some(colleague.clone());
        self.dialling.until = Some(Instant::now() + RING_TIMEOUT + Duration::from_secs(1));
        self.tell_ringing(&colleague, true);
        if registered {
            let Some(offer) = self.open_leg_and_offer(self.customer) else { return self.customer_failed(503) };
            let caller = match self.machine.floor().0 {
                tandem_call::Floor::Person { name, .. } => Some(name.clone().into()),
                _ => None,
            };
            self.context.ports.signalling.send(SignallingCommand::Invite {
                leg: self.customer,
                to: Destination::User(colleague),
                from: self.call.from.clone(),
                display_name: caller,
                offer,
                web_offer: self.web_offer(self.customer),
                headers: vec![("X-Tandem-Call".into(), self.call.id.as_str().into())],
                call_id: self.call.sip_call_id.clone(),
                ring_timeout: RING_TIMEOUT,
            });
        }
        if browser {
            // The screen shows it: that is ringing enough.
            self.customer_rings(None);
        }
    }

    /// Told to their desk as well as to those who watch.
    fn tell_ringing(&self, colleague: &UserId, rings: bool) {
        let (user, call) = (colleague.clone(), self.call.id.clone());
        self.context.distributor.tell(&self.call.org, Order::Rings { user: user.clone(), call, rings });
        self.commit_event(EventBody::ColleagueRinging { user, rings });
    }

    fn end_ringing(&mut self) {
        self.dialling.until = None;
        if let Some(colleague) = self.dialling.rings.take() {
            self.tell_ringing(&colleague, false);
        }
    }

    /// The other side rings, or is heard before its answer.
    pub(super) fn customer_rings(&mut self, early: Option<RtpTerms>) {
        if self.call.status == CallStatus::Queued {
            self.call.status = CallStatus::Ringing;
            self.commit_call(EventBody::CallUpdated);
        }
        let heard = early.is_some();
        if let Some(negotiated) = early {
            self.connect(self.customer, negotiated);
        }
        if let Some((leg, answer, negotiated)) = self.dialling.unanswered.clone()
            && (heard || !self.dialling.told)
        {
            self.dialling.told = true;
            let answer = heard.then_some(answer).filter(|_| negotiated.is_some());
            let code = if answer.is_some() { 183 } else { 180 };
            if answer.is_some()
                && let Some(negotiated) = negotiated
            {
                self.connect(leg, negotiated);
            }
            self.context.ports.signalling.send(SignallingCommand::Progress { leg, code, answer });
        }
        self.input(if heard { Input::EarlyMedia } else { Input::Ringing });
    }

    /// The other side is there: so is, from now on, the phone that dialled.
    pub(super) fn answer_dialling_phone(&mut self) {
        self.end_ringing();
        if let Some(user) = self.dialling.colleague.clone() {
            let call = self.call.id.clone();
            self.context.distributor.tell(&self.call.org, Order::Engaged { user, call });
        }
        let Some((leg, answer, negotiated)) = self.dialling.unanswered.take() else { return };
        if let Some(negotiated) = negotiated {
            self.connect(leg, negotiated);
        }
        self.context.ports.signalling.send(SignallingCommand::Answer { leg, answer });
        self.hear_person(leg);
    }

    /// The other side cannot be reached: the phone that dialled is told the same.
    pub(super) fn customer_failed(&mut self, code: u16) {
        self.end_ringing();
        self.refuse_dialling_phone(code);
        self.input(Input::Failed { code });
    }

    pub(super) fn refuse_dialling_phone(&mut self, code: u16) {
        if let Some((leg, ..)) = self.dialling.unanswered.take() {
            self.legs.remove(&leg);
            self.context.ports.signalling.send(SignallingCommand::Reject { leg, code, retry_after: None });
            self.forget_leg(leg);
        }
    }

    /// The colleague's leg does not matter any more once they have answered elsewhere.
    pub(super) fn is_stale(&self, event: &SignallingEvent) -> bool {
        self.dialling.linked && crate::router::leg_of(event) == Some(self.customer)
    }

    /// The colleague takes the call at their screen.
    pub(super) fn colleague_answers(&mut self, user: &UserId) -> Result<(), ExchangeError> {
        let browser = self.context.phones.browser(user).ok_or(ExchangeError::NoPhone)?;
        let leg = self.customer;
        self.dialling.linked = true;
        self.context.ports.signalling.send(SignallingCommand::Hangup { leg, cause: None });
        self.context.ports.media.close_leg(&self.call.id, leg);
        self.rtp_addresses.remove(&leg);
        let link = self.context.ports.media.open_audio_link(&self.call.id, leg);
        let inbox = self.inbox.clone();
        let work = async move {
            browser.carry(link).await;
            let _ = inbox.send(CallMessage::BrowserGone { leg });
        };
        tokio::spawn(work.instrument(tracing::info_span!("browser phone", %leg)));
        self.answered();
        Ok(())
    }

    pub(super) fn colleague_declines(&mut self) -> Result<(), ExchangeError> {
        self.context.ports.signalling.send(SignallingCommand::Hangup { leg: self.customer, cause: None });
        self.customer_failed(603);
        Ok(())
    }

    pub(super) fn end_long_ringing(&mut self, now: Instant) {
        if self.dialling.until.is_some_and(|until| until <= now) {
            self.context.ports.signalling.send(SignallingCommand::Hangup { leg: self.customer, cause: None });
            self.customer_failed(408);
        }
    }

    /// The call is over: nobody's phone rings for it, and nobody is on it.
    pub(super) fn close_dialling(&mut self) {
        self.end_ringing();
        // Whoever placed it was held for it before there was a call.
        let placed = self.call.placed_by.clone();
        for user in self.dialling.colleague.take().into_iter().chain(placed) {
            let call = self.call.id.clone();
            self.context.distributor.tell(&self.call.org, Order::Released { user, call });
        }
    }
}
