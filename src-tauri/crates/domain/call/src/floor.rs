//! The floor: take over, hand back, transfer, and what happens when its holder is lost.

use std::time::Instant;

use tandem_foundation::LegId;

use crate::io::{EndedBy, Floor, Mode, Output, PersonRef, Refusal};
use crate::machine::CallMachine;
use crate::people::Person;
use crate::transfer::Unreached;

impl CallMachine {
    pub(crate) fn set_floor(&mut self, floor: Floor, by: Option<PersonRef>, reason: &'static str) {
        self.change_hold(false, by.clone());
        self.version += 1;
        self.floor = floor.clone();
        self.alone = false;
        self.outputs.push_back(Output::FloorChanged { floor, version: self.version, by, reason });
    }

    pub(crate) fn take_over(
        &mut self,
        now: Instant,
        who: PersonRef,
        name: String,
        version: u64,
    ) -> Result<(), Refusal> {
        self.require_progress()?;
        self.require_version(version)?;
        if matches!(&self.floor, Floor::Person { who: holder, .. } if *holder == who) {
            return Ok(());
        }
        // Silence first: the person's phone may take a moment, the assistant must not.
        self.outputs.push_back(Output::AssistantSilent { for_whom: name.clone() });
        self.abandon_transfer(&who);
        self.drop_transfer(Some(&who));
        if let Floor::Person { who: former, .. } = self.floor.clone() {
            self.demote(&former);
        }
        self.set_floor(
            Floor::Person { who: who.clone(), name: name.clone() },
            Some(who.clone()),
            "taken_over",
        );
        self.bring_in(now, who, name, Mode::Floor);
        Ok(())
    }

    /// The floor is somebody's from now on, whose phone is rung.
    pub(crate) fn route_to(&mut self, now: Instant, who: PersonRef, name: String) -> Result<(), Refusal> {
        self.require_progress()?;
        self.require_nobody()?;
        self.routed = self.people.get(&who).is_none_or(|person| person.leg.is_none()).then(|| who.clone());
        self.set_floor(Floor::Person { who: who.clone(), name: name.clone() }, None, "routed");
        self.bring_in(now, who, name, Mode::Floor);
        Ok(())
    }

    pub(crate) fn assistant_joins(&mut self, leg: LegId) -> Result<(), Refusal> {
        self.require_progress()?;
        if self.assistant.is_some() {
            return Err(Refusal::AlreadyThere);
        }
        self.require_nobody()?;
        self.assistant = Some(leg);
        self.set_floor(Floor::Assistant, None, "routed");
        self.outputs.push_back(Output::AssistantStarts);
        Ok(())
    }

    pub(crate) fn hand_back(
        &mut self,
        who: &PersonRef,
        version: u64,
        note: Option<String>,
    ) -> Result<(), Refusal> {
        self.require_progress()?;
        self.require_version(version)?;
        if self.assistant.is_none() {
            return Err(Refusal::NoAssistant);
        }
        let Floor::Person { who: holder, name } = self.floor.clone() else { return Err(Refusal::NotHolder) };
        if holder != *who {
            return Err(Refusal::NotHolder);
        }
        self.drop_transfer(None);
        // The person stays as a listener, so that the next takeover needs no ringing.
        self.demote(who);
        self.set_floor(Floor::Assistant, Some(who.clone()), "handed_back");
        self.outputs.push_back(Output::AssistantGoesOn { after: name, note });
        Ok(())
    }

    pub(crate) fn begin_transfer(
        &mut self,
        now: Instant,
        who: PersonRef,
        name: String,
    ) -> Result<(), Refusal> {
        self.require_progress()?;
        if self.floor != Floor::Assistant {
            return Err(Refusal::FloorTaken { floor: self.floor.clone(), version: self.version });
        }
        self.transfer = Some(who.clone());
        self.set_floor(Floor::Bridging, None, "transferring");
        match self.people.get(&who).and_then(|p| p.leg) {
            Some(_) => self.finish_transfer(&who),
            None => self.bring_in(now, who, name, Mode::Floor),
        }
        Ok(())
    }

    pub(crate) fn finish_transfer(&mut self, who: &PersonRef) {
        self.transfer = None;
        let Some(person) = self.people.get_mut(who) else { return };
        person.mode = Mode::Floor;
        let name = person.name.clone();
        self.outputs.push_back(Output::AssistantSilent { for_whom: name.clone() });
        self.set_floor(Floor::Person { who: who.clone(), name }, None, "transferred");
    }

    /// A person is gone, for whatever reason: the customer must never be left with nobody. `lost`: they did not mean to go.
    pub(crate) fn after_departure(&mut self, person: Person, why: Unreached, lost: bool) {
        if person.mode == Mode::Offered {
            return self.outputs.push_back(Output::OfferFailed { who: person.who });
        }
        if self.dialler_left(&person) {
            return;
        }
        let Some(person) = self.left_a_transfer(person, why) else { return };
        let held = matches!(&self.floor, Floor::Person { who, .. } if *who == person.who);
        let fetched = self.transfer.as_ref() == Some(&person.who);
        let (who, name) = (person.who.clone(), person.name.clone());
        let meant = person.granted && !lost;
        self.announce_left(person);
        if held && self.routed.as_ref() == Some(&who) {
            self.routed = None;
            self.set_floor(Floor::Nobody, None, "unreachable");
            self.outputs.push_back(Output::Unreachable);
        } else if fetched {
            self.transfer = None;
            self.set_floor(Floor::Assistant, None, "transfer_failed");
            self.outputs.push_back(Output::TransferFailed);
        } else if held && self.assistant.is_some() && !meant {
            self.set_floor(Floor::Assistant, Some(who), "person_lost");
            self.outputs.push_back(Output::AssistantRescues { lost: name });
        } else if held && lost {
            self.set_floor(Floor::Nobody, Some(who), "person_lost");
            self.alone = true;
            self.outputs.push_back(Output::CustomerAlone { lost: name });
        } else if held {
            self.end(EndedBy::Person(name), true);
        }
    }

    fn require_version(&self, version: u64) -> Result<(), Refusal> {
        if version == self.version {
            Ok(())
        } else {
            Err(Refusal::FloorTaken { floor: self.floor.clone(), version: self.version })
        }
    }

    /// A route leads on only while nobody took the caller from it.
    fn require_nobody(&self) -> Result<(), Refusal> {
        if self.floor == Floor::Nobody {
            Ok(())
        } else {
            Err(Refusal::FloorTaken { floor: self.floor.clone(), version: self.version })
        }
    }

    pub(crate) fn demote(&mut self, who: &PersonRef) {
        if let Some(person) = self.people.get_mut(who) {
            person.mode = Mode::Listen;
            let (name, mode) = (person.name.clone(), Some(Mode::Listen));
            self.outputs.push_back(Output::Supervision { who: who.clone(), name, mode });
        }
    }

    fn abandon_transfer(&mut self, taker: &PersonRef) {
        let Some(who) = self.transfer.take().filter(|who| who != taker) else { return };
        if let Some(person) = self.people.remove(&who) {
            self.outputs.push_back(Output::Release { who, leg: person.leg });
            self.announce_left(person);
        }
    }
}
