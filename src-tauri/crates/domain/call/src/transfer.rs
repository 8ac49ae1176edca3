//! A person gives the customer to somebody else: blind, or after talking to them while the customer is on hold.
//!
//! A transfer begins with whoever holds the floor and ends in one of three ways: the target holds the floor; it is as it
//! was before; or, where who began it is gone and the target does not come, the assistant takes the customer back.
//!
//! Invariant: while the customer hears nobody of ours because of a transfer, they hear ringing or music. Where nobody at
//! all is left to speak to them, `Output::CustomerAlone` says so, and they hear music until that is mended.

use std::time::{Duration, Instant};

use crate::io::{Floor, Mode, Output, PersonRef, Refusal};
use crate::machine::CallMachine;
use crate::people::Person;

/// Ring a target for this long: they have not asked to be called, so they may need a moment.
const PATIENCE: Duration = Duration::from_secs(25);

/// How a person gives the customer to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferKind {
    /// The target is rung and has the customer as soon as they answer.
    Blind,
    /// Whoever holds the floor talks to the target first.
    Consult,
}

/// Why a person's phone did not come up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreached {
    Busy,
    NoAnswer,
    Declined,
    /// The leg died, or there was no way to it.
    Lost,
}

/// How far a transfer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferStep {
    /// A blind one: the target's phone rings, and the customer hears it ring.
    Ringing,
    /// The target's phone rings for whoever wants to talk to them first.
    Calling,
    /// They talk, and the customer hears music.
    Consulting,
    /// The customer is talked to, and the target hears music.
    Swapped,
    /// All three talk.
    ThreeWay,
}

/// What became of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferOutcome {
    /// The target holds the floor.
    Completed,
    Failed(Unreached),
    /// Who began it, or somebody who took the floor, called it off.
    Abandoned,
    /// The call is over.
    CallOver,
}

/// A sound in place of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    HoldMusic,
    Ringback,
}

/// A transfer under way, for those who watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferReport {
    pub by: PersonRef,
    pub to: PersonRef,
    /// The target's.
    pub name: String,
    pub step: TransferStep,
    /// The customer is on hold.
    pub held: bool,
}

/// A transfer under way.
#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    by: PersonRef,
    by_name: String,
    to: PersonRef,
    to_name: String,
    /// How the target was in the call before: there they go back to when it comes to nothing.
    before: Option<Mode>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The target's phone rings, and the customer hears it ring.
    Blind,
    /// The target is rung, or talked to. `private`: the customer is on hold; otherwise the target is.
    Consult { private: bool },
    /// All three talk.
    ThreeWay,
}

impl Transfer {
    /// The customer neither hears nor is heard.
    pub fn is_private(&self) -> bool {
        self.stage == (Stage::Consult { private: true })
    }
}

impl CallMachine {
    pub(crate) fn transfer_by(
        &mut self,
        now: Instant,
        by: PersonRef,
        to: PersonRef,
        name: String,
        kind: TransferKind,
    ) -> Result<(), Refusal> {
        self.require_progress()?;
        if self.handover.is_some() {
            return Err(Refusal::TransferUnderWay);
        }
        let Floor::Person { who, name: by_name } = self.floor.clone() else { return Err(Refusal::NotHolder) };
        if who != by || to == by {
            return Err(Refusal::NotHolder);
        }
        let before = self.people.get(&to).map(|person| person.mode);
        self.change_hold(false, None);
        let stage = match kind {
            TransferKind::Blind => Stage::Blind,
            TransferKind::Consult => Stage::Consult { private: true },
        };
        let to_name = name.clone();
        self.handover = Some(Transfer { by: by.clone(), by_name, to: to.clone(), to_name, before, stage });
        if kind == TransferKind::Blind {
            self.step_back(&by);
        }
        // Until they hold the floor, a target is in the call as somebody our side talks to.
        self.ring(now, &to, name);
        if kind == TransferKind::Blind && self.is_up(&to) {
            self.complete();
        }
        Ok(())
    }

    pub(crate) fn complete_transfer(&mut self, by: &PersonRef) -> Result<(), Refusal> {
        let transfer = self.transfer_of(by)?.clone();
        if self.is_up(&transfer.to) {
            self.complete();
        } else if transfer.stage != Stage::Blind {
            // Nobody waits for the answer any more: from now on it is a blind one.
            self.set_stage(Stage::Blind);
            self.step_back(by);
        }
        Ok(())
    }

    pub(crate) fn abandon_transfer_by(&mut self, by: &PersonRef) -> Result<(), Refusal> {
        self.transfer_of(by)?;
        self.call_off(TransferOutcome::Abandoned);
        Ok(())
    }

    /// The person turns from the target to the customer, or back.
    pub(crate) fn swap(&mut self, by: &PersonRef) -> Result<(), Refusal> {
        let private = match self.transfer_of(by)?.stage {
            Stage::Blind => return Err(Refusal::NoTransfer),
            Stage::Consult { private } => !private,
            Stage::ThreeWay => true,
        };
        self.set_stage(Stage::Consult { private });
        self.set_target_mode(Mode::Consulted);
        Ok(())
    }

    pub(crate) fn three_way(&mut self, by: &PersonRef) -> Result<(), Refusal> {
        let transfer = self.transfer_of(by)?.clone();
        if transfer.stage == Stage::Blind || !self.is_up(&transfer.to) {
            return Err(Refusal::NoTransfer);
        }
        self.set_stage(Stage::ThreeWay);
        self.set_target_mode(Mode::Barge);
        Ok(())
    }

    /// The target's phone rings.
    pub(crate) fn target_rings(&mut self, who: &PersonRef) {
        if let Some(transfer) = self.handover.as_ref().filter(|transfer| transfer.to == *who) {
            let (by, to) = (transfer.by.clone(), transfer.to.clone());
            self.outputs.push_back(Output::TransferRinging { by, to });
        }
    }

    /// A person's phone is up; where a blind transfer was waiting for it, they have the customer.
    pub(crate) fn target_up(&mut self, who: &PersonRef) {
        if matches!(&self.handover, Some(transfer) if transfer.to == *who && transfer.stage == Stage::Blind) {
            self.complete();
        }
    }

    /// Somebody who is gone already had a part in a transfer, or not: then they are handed back.
    pub(crate) fn left_a_transfer(&mut self, person: Person, why: Unreached) -> Option<Person> {
        let Some(transfer) = self.handover.clone() else { return Some(person) };
        if person.who == transfer.to {
            self.announce_left(person);
            self.call_off(TransferOutcome::Failed(why));
        } else if person.who == transfer.by {
            self.announce_left(person);
            match transfer.stage {
                Stage::Blind => {}
                _ if self.is_up(&transfer.to) => self.complete(),
                // They were not heard to answer yet: the customer waits for them in their place.
                _ => {
                    self.set_stage(Stage::Blind);
                    self.set_floor(Floor::Bridging, Some(transfer.by), "transferring");
                }
            }
        } else {
            return Some(person);
        }
        None
    }

    /// Somebody else decides about the floor: the transfer is off, and its target goes unless it is them.
    pub(crate) fn drop_transfer(&mut self, taker: Option<&PersonRef>) {
        let Some(transfer) = self.handover.take() else { return };
        if taker != Some(&transfer.to) {
            self.dismiss(&transfer);
        }
        self.report(transfer, TransferOutcome::Abandoned);
    }

    /// The call is over.
    pub(crate) fn end_transfer(&mut self) {
        if let Some(transfer) = self.handover.take() {
            self.report(transfer, TransferOutcome::CallOver);
        }
    }

    /// Whether the person is being given the customer.
    pub(crate) fn is_target(&self, who: &PersonRef) -> bool {
        self.handover.as_ref().is_some_and(|transfer| transfer.to == *who)
    }

    /// What the customer hears in place of people.
    pub(crate) fn customer_sound(&self) -> Option<Heard> {
        match self.handover.as_ref().map(|transfer| transfer.stage) {
            Some(Stage::Blind) => Some(Heard::Ringback),
            Some(Stage::Consult { private: true }) => Some(Heard::HoldMusic),
            _ => (self.alone || self.on_hold).then_some(Heard::HoldMusic),
        }
    }

    /// The transfer as whoever watches it should see it. Also whether the customer is on hold.
    pub(crate) fn transfer_step(&self) -> Option<TransferReport> {
        let transfer = self.handover.as_ref()?;
        let step = match (transfer.stage, self.is_up(&transfer.to)) {
            (Stage::Blind, _) => TransferStep::Ringing,
            (Stage::Consult { .. }, false) => TransferStep::Calling,
            (Stage::Consult { private: true }, true) => TransferStep::Consulting,
            (Stage::Consult { private: false }, true) => TransferStep::Swapped,
            (Stage::ThreeWay, _) => TransferStep::ThreeWay,
        };
        let (by, to, name) = (transfer.by.clone(), transfer.to.clone(), transfer.to_name.clone());
        Some(TransferReport { by, to, name, step, held: transfer.is_private() })
    }

    /// What those between whom the customer is given hear in place of people.
    pub(crate) fn transfer_sound(&self) -> Option<(PersonRef, Heard)> {
        let transfer = self.handover.as_ref()?;
        match (transfer.stage, self.is_up(&transfer.to)) {
            (Stage::Consult { private: true }, false) => Some((transfer.by.clone(), Heard::Ringback)),
            (Stage::Consult { private: false }, true) => Some((transfer.to.clone(), Heard::HoldMusic)),
            _ => None,
        }
    }

    /// The target has the customer, and who gave them is out of the call.
    fn complete(&mut self) {
        let Some(transfer) = self.handover.take() else { return };
        let Some(target) = self.people.get_mut(&transfer.to) else { return };
        target.mode = Mode::Floor;
        let name = target.name.clone();
        let mode = Some(Mode::Floor);
        self.outputs.push_back(Output::Supervision { who: transfer.to.clone(), name: name.clone(), mode });
        let floor = Floor::Person { who: transfer.to.clone(), name };
        self.set_floor(floor, Some(transfer.by.clone()), "transferred");
        let by = self.people.remove(&transfer.by);
        // Told before they are cleared: their phone may want to know why.
        self.report(transfer, TransferOutcome::Completed);
        if let Some(person) = by {
            self.outputs.push_back(Output::Release { who: person.who.clone(), leg: person.leg });
            self.announce_left(person);
        }
    }

    /// The way back: to who began it, else to the assistant, else somebody is to be found.
    fn call_off(&mut self, outcome: TransferOutcome) {
        let Some(transfer) = self.handover.take() else { return };
        self.dismiss(&transfer);
        let (by, by_name) = (transfer.by.clone(), transfer.by_name.clone());
        let blind = transfer.stage == Stage::Blind;
        self.report(transfer, outcome);
        if !blind {
            return;
        }
        let there = self.people.get_mut(&by).filter(|person| person.leg.is_some());
        if let Some(person) = there {
            person.mode = Mode::Floor;
            let (name, mode) = (person.name.clone(), Some(Mode::Floor));
            self.outputs.push_back(Output::Supervision { who: by.clone(), name: name.clone(), mode });
            self.set_floor(Floor::Person { who: by.clone(), name }, Some(by), "transfer_failed");
        } else if self.assistant.is_some() {
            self.set_floor(Floor::Assistant, Some(by), "transfer_failed");
            self.outputs.push_back(Output::AssistantRescues { lost: by_name });
        } else {
            self.set_floor(Floor::Nobody, Some(by), "transfer_failed");
            self.alone = true;
            self.outputs.push_back(Output::CustomerAlone { lost: by_name });
        }
    }

    /// The person leaves the customer to the ringing, but stays within reach.
    fn step_back(&mut self, by: &PersonRef) {
        self.demote(by);
        self.set_floor(Floor::Bridging, Some(by.clone()), "transferring");
    }

    /// The target is cleared, or goes back to what they did in the call before.
    fn dismiss(&mut self, transfer: &Transfer) {
        let Some(person) = self.people.get_mut(&transfer.to) else { return };
        if let Some(mode) = transfer.before {
            person.mode = mode;
            let (who, name) = (person.who.clone(), person.name.clone());
            self.outputs.push_back(Output::Supervision { who, name, mode: Some(mode) });
        } else if let Some(person) = self.people.remove(&transfer.to) {
            self.outputs.push_back(Output::Release { who: person.who.clone(), leg: person.leg });
            self.announce_left(person);
        }
    }

    fn ring(&mut self, now: Instant, who: &PersonRef, name: String) {
        let mode = Mode::Consulted;
        let known = self.people.get_mut(who).map(|person| person.mode = mode).is_some();
        self.outputs.push_back(Output::Supervision {
            who: who.clone(),
            name: name.clone(),
            mode: Some(mode),
        });
        if !known {
            self.outputs.push_back(Output::Ring { who: who.clone() });
            let deadline = Some(now + PATIENCE);
            self.people.add(Person { who: who.clone(), name, mode, leg: None, deadline, granted: false });
        }
    }

    fn report(&mut self, transfer: Transfer, outcome: TransferOutcome) {
        let Transfer { by, to, to_name, .. } = transfer;
        self.outputs.push_back(Output::TransferEnded { by, to, name: to_name, outcome });
    }

    fn transfer_of(&self, by: &PersonRef) -> Result<&Transfer, Refusal> {
        self.require_progress()?;
        match &self.handover {
            None => Err(Refusal::NoTransfer),
            Some(transfer) if transfer.by != *by => Err(Refusal::NotHolder),
            Some(transfer) => Ok(transfer),
        }
    }

    fn is_up(&self, who: &PersonRef) -> bool {
        self.people.get(who).is_some_and(|person| person.leg.is_some())
    }

    fn set_stage(&mut self, stage: Stage) {
        if let Some(transfer) = &mut self.handover {
            transfer.stage = stage;
        }
    }

    fn set_target_mode(&mut self, mode: Mode) {
        let to = self.handover.as_ref().map(|transfer| transfer.to.clone());
        if let Some(person) = to.and_then(|to| self.people.get_mut(&to))
            && person.mode != mode
        {
            person.mode = mode;
            let (who, name) = (person.who.clone(), person.name.clone());
            self.outputs.push_back(Output::Supervision { who, name, mode: Some(mode) });
        }
    }
}
