//! Transfers by people: what they ask for at a screen or by REFER from their phone, and what everyone hears meanwhile.

use std::time::{Duration, Instant};

use tandem_call::{
    EndedBy, Floor, Heard, Input, Mode, Output, PersonRef, TransferKind, TransferOutcome, TransferStep,
    Unreached,
};
use tandem_foundation::{LegId, Pii, UserId};

use super::machine_outputs::user_of;
use super::talk_outputs::looks_like_number;
use super::{CallTask, LegKind};
use crate::exchange::{Act, Actor, ExchangeError, TransferTo};
use crate::ports::media::Sound;
use crate::ports::signalling::{Replaced, SignallingCommand, SignallingEvent};
use crate::records::{EventBody, SupervisionMode, Transfer, TransferState};

/// A customer nobody speaks to any more hears music for so long, in which somebody may take the call.
const ALONE: Duration = Duration::from_secs(20);

/// What a call has to remember of people's transfers.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    /// The phone that asked for one by REFER and is told what becomes of it; it may have hung up since.
    referrer: Option<(PersonRef, LegId)>,
    /// The one under way.
    pub current: Option<Transfer>,
    /// The customer hears a sound in place of people.
    pub sounding: bool,
    /// Nobody speaks to the customer; then the call ends.
    alone: Option<(Instant, String)>,
}

impl Transfers {
    /// Whether a transfer of this person's is under way.
    pub fn is_by(&self, user: &UserId) -> bool {
        self.current.as_ref().is_some_and(|transfer| transfer.by.as_ref() == Some(user))
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.alone.as_ref().map(|(at, _)| *at)
    }
}

impl CallTask {
    pub(super) fn transfer_act(&mut self, actor: &Actor, act: Act) -> Result<(), ExchangeError> {
        let by = PersonRef::User(actor.user.clone().ok_or(ExchangeError::Forbidden)?);
        let input = match act {
            Act::Transfer { to, kind } => {
                if let Some(done) = self.leave_to(&by, &to) {
                    return done;
                }
                let (to, name) = self.target(to)?;
                Input::TransferBy { by, to, name, kind }
            }
            Act::CompleteTransfer => Input::CompleteTransfer { by },
            Act::AbandonTransfer => Input::AbandonTransfer { by },
            Act::SwapTransfer => Input::Swap { by },
            _ => Input::ThreeWay { by },
        };
        self.asked(input)
    }

    /// What signalling reports of people's legs beside their coming and going.
    pub(super) fn person_signalling(&mut self, event: SignallingEvent) {
        match event {
            SignallingEvent::Progress { leg, code: 180 | 183, .. } => {
                if let Some(who) = self.person_on(leg) {
                    self.input(Input::PersonRinging { who });
                }
            }
            SignallingEvent::Failed { leg, code, .. } => self.person_unreached(leg, code),
            SignallingEvent::ReferRequested { leg, user, replaces, .. } => {
                self.refer_requested(leg, &user, replaces);
            }
            _ => {}
        }
    }

    pub(super) fn transfer_output(&mut self, output: Output) {
        match output {
            Output::TransferRinging { by, .. } => self.tell_referrer(&by, 180),
            Output::TransferChanged(report) => {
                let transfer = Transfer {
                    by: user_of(report.by),
                    to: user_of(report.to),
                    name: report.name,
                    state: state(report.step),
                    held: report.held,
                };
                self.transfers.current = Some(transfer.clone());
                self.transfer_is(transfer);
            }
            Output::TransferEnded { by, to, name, outcome } => {
                let state = end_state(outcome);
                self.transfers.current = None;
                self.transfer_is(Transfer {
                    by: user_of(by.clone()),
                    to: user_of(to),
                    name,
                    state,
                    held: false,
                });
                self.tell_referrer(&by, status(outcome));
                self.transfers.referrer = None;
            }
            Output::CustomerHears(sound) => {
                self.transfers.sounding = sound.is_some();
                self.context.ports.media.set_sound(&self.call.id, self.customer, sound.map(endless));
            }
            Output::PersonHears { who, sound } => {
                let leg =
                    self.machine.people().find(|(other, ..)| **other == who).and_then(|person| person.3);
                if let Some(leg) = leg {
                    self.context.ports.media.set_sound(&self.call.id, leg, sound.map(endless));
                }
            }
            _ => {}
        }
    }

    /// Nobody is left, and no queue to go back to: the customer hears music, and somebody may take the call.
    pub(super) fn wait_alone(&mut self, lost: String) {
        tracing::warn!("the customer is left with nobody");
        self.transfers.alone = Some((Instant::now() + ALONE, lost));
    }

    /// Nobody came for a customer whom a transfer left alone.
    pub(super) fn end_if_alone(&mut self, now: Instant) {
        let Some((_, lost)) = self.transfers.alone.take_if(|(until, _)| *until <= now) else { return };
        if *self.machine.floor().0 == Floor::Nobody {
            self.end_reason = Some("nobody_left".into());
            self.input(Input::End { by: EndedBy::Person(lost) });
        }
    }

    /// A person's phone asks us to give the customer to somebody: the same as at the screen.
    fn refer_requested(&mut self, leg: LegId, user: &Pii<String>, replaces: Option<Replaced>) {
        let refused = |code| SignallingCommand::RefuseRefer { leg, code };
        let Some(by) = self.person_on(leg) else {
            // Customers are not moved by what they say themselves.
            return self.context.ports.signalling.send(refused(603));
        };
        let consulting = self.machine.people().any(|(_, _, mode, _)| mode == Mode::Consulted);
        let input = match replaces {
            Some(_) if consulting => Input::CompleteTransfer { by: by.clone() },
            Some(Replaced::Unknown) => return self.context.ports.signalling.send(refused(481)),
            Some(Replaced::Leg(_)) | None => match self.target_named(user.as_str()) {
                Some((to, name)) => Input::TransferBy { by: by.clone(), to, name, kind: TransferKind::Blind },
                None => return self.context.ports.signalling.send(refused(404)),
            },
        };
        if self.machine.handle(Instant::now(), input).is_err() {
            return self.context.ports.signalling.send(refused(603));
        }
        self.context.ports.signalling.send(SignallingCommand::AcceptRefer { leg });
        self.transfers.referrer = Some((by, leg));
    }

    pub(super) fn transfer_is(&self, transfer: Transfer) {
        let at_ms = self.offset_ms(Instant::now());
        self.commit_event(EventBody::TransferChanged { transfer, at_ms });
    }

    fn tell_referrer(&self, by: &PersonRef, code: u16) {
        if let Some((who, leg)) = &self.transfers.referrer
            && who == by
        {
            let leg = *leg;
            self.context.ports.signalling.send(SignallingCommand::ReferProgress { leg, code });
        }
    }

    fn person_unreached(&mut self, leg: LegId, code: u16) {
        let Some(LegKind::Person { who, .. }) = self.legs.remove(&leg) else { return };
        self.forget_leg(leg);
        let why = match code {
            486 | 600 => Unreached::Busy,
            408 | 480 | 487 => Unreached::NoAnswer,
            403 | 603 => Unreached::Declined,
            _ => Unreached::Lost,
        };
        self.last_failure = Some(code);
        self.input(Input::PersonUnreached { who, why });
    }

    fn person_on(&self, leg: LegId) -> Option<PersonRef> {
        match self.legs.get(&leg) {
            Some(LegKind::Person { who, .. }) => Some(who.clone()),
            Some(LegKind::Customer) | None => None,
        }
    }

    fn target(&self, to: TransferTo) -> Result<(PersonRef, String), ExchangeError> {
        match to {
            TransferTo::User(id) => {
                let plan = self.context.plan.read();
                let user = plan.user(&id).filter(|user| user.org == self.call.org);
                let user = user.ok_or(ExchangeError::NotFound { what: "user" })?;
                if !self.context.phones.reachable(&id) {
                    let expected = "somebody whose phone is connected".to_owned();
                    return Err(ExchangeError::Invalid { field: "to", expected });
                }
                Ok((PersonRef::User(id), user.name.clone()))
            }
            TransferTo::Number(number) => Ok((PersonRef::Number(number), "outside".to_owned())),
            TransferTo::Queue { .. } | TransferTo::Assistant { .. } => {
                let expected = "somebody who can be talked to".to_owned();
                Err(ExchangeError::Invalid { field: "to", expected })
            }
        }
    }

    /// Whom a phone dials: a colleague's phone, or a number.
    fn target_named(&self, user: &str) -> Option<(PersonRef, String)> {
        let plan = self.context.plan.read();
        match plan.find_person(&self.call.org, user) {
            Some(found) => Some((PersonRef::User(found.id.clone()), found.name.clone())),
            None => looks_like_number(user).then(|| (PersonRef::Number(user.into()), "outside".to_owned())),
        }
    }
}

/// How one who is consulted shows on the floor: our side hears them, the customer does not.
pub(super) fn shown(mode: Mode) -> SupervisionMode {
    match mode {
        Mode::Listen | Mode::Offered => SupervisionMode::Listen,
        Mode::Whisper | Mode::Consulted => SupervisionMode::Whisper,
        Mode::Barge => SupervisionMode::Barge,
        Mode::Floor => SupervisionMode::Floor,
    }
}

fn endless(sound: Heard) -> Sound {
    match sound {
        Heard::HoldMusic => Sound::HoldMusic,
        Heard::Ringback => Sound::Ringback,
    }
}

fn state(step: TransferStep) -> TransferState {
    match step {
        TransferStep::Ringing => TransferState::Ringing,
        TransferStep::Calling => TransferState::Calling,
        TransferStep::Consulting => TransferState::Consulting,
        TransferStep::Swapped => TransferState::Swapped,
        TransferStep::ThreeWay => TransferState::ThreeWay,
    }
}

fn end_state(outcome: TransferOutcome) -> TransferState {
    match outcome {
        TransferOutcome::Completed => TransferState::Completed,
        TransferOutcome::Failed(Unreached::Busy) => TransferState::Busy,
        TransferOutcome::Failed(Unreached::NoAnswer) => TransferState::NoAnswer,
        TransferOutcome::Failed(Unreached::Declined) => TransferState::Declined,
        TransferOutcome::Failed(Unreached::Lost) => TransferState::Lost,
        TransferOutcome::Abandoned => TransferState::Abandoned,
        TransferOutcome::CallOver => TransferState::CallOver,
    }
}

/// As a phone that asked by REFER is told it (RFC 3515 section 2.4.5).
fn status(outcome: TransferOutcome) -> u16 {
    match outcome {
        TransferOutcome::Completed => 200,
        TransferOutcome::Failed(Unreached::Busy) => 486,
        TransferOutcome::Failed(Unreached::NoAnswer) => 480,
        TransferOutcome::Failed(Unreached::Declined) => 603,
        TransferOutcome::Failed(Unreached::Lost) => 503,
        TransferOutcome::Abandoned | TransferOutcome::CallOver => 487,
    }
}
