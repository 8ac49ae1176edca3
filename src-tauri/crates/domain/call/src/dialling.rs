//! Calls that a person of ours places: their phone first, then the customer's, whom they hear ring meanwhile.

use std::time::Instant;

use tandem_foundation::LegId;

use crate::io::{EndedBy, Floor, Mode, Output, PersonRef, Refusal};
use crate::machine::CallMachine;
use crate::people::Person;
use crate::transfer::Heard;

/// A call of somebody's own, until the customer is there.
#[derive(Debug)]
pub(crate) struct Dialling {
    by: PersonRef,
    /// The customer's phone rings.
    rings: bool,
    /// The customer's side can be heard before it answers, so that no ringing of ours is needed.
    early: bool,
}

impl CallMachine {
    /// `leg`: the person dialled on their phone, which is on it; otherwise it is called.
    pub(crate) fn dial(
        &mut self,
        now: Instant,
        who: PersonRef,
        name: String,
        leg: Option<LegId>,
    ) -> Result<(), Refusal> {
        if !self.is_setting_up() || self.dialling.is_some() || self.assistant.is_some() {
            return Err(Refusal::AlreadyThere);
        }
        self.dialling = Some(Dialling { by: who.clone(), rings: false, early: false });
        self.set_floor(
            Floor::Person { who: who.clone(), name: name.clone() },
            Some(who.clone()),
            "dialled",
        );
        if leg.is_none() {
            self.bring_in(now, who, name, Mode::Floor);
            return Ok(());
        }
        let mode = Mode::Floor;
        self.outputs.push_back(Output::Supervision {
            who: who.clone(),
            name: name.clone(),
            mode: Some(mode),
        });
        self.people.add(Person { who, name, mode, leg, deadline: None, granted: false });
        self.outputs.push_back(Output::CallCustomer);
        Ok(())
    }

    /// The person's own phone is up: it is the customer's turn.
    pub(crate) fn dialler_up(&mut self, who: &PersonRef, before: Option<LegId>) {
        if before.is_none() && self.dialling.as_ref().is_some_and(|dialling| dialling.by == *who) {
            self.outputs.push_back(Output::CallCustomer);
        }
    }

    pub(crate) fn customer_rings(&mut self, early: bool) {
        if let Some(dialling) = &mut self.dialling {
            dialling.rings = true;
            dialling.early |= early;
        }
    }

    /// Without the person there is no call. Whether that is what happened.
    pub(crate) fn dialler_left(&mut self, person: &Person) -> bool {
        if self.dialling.take_if(|dialling| dialling.by == person.who).is_none() {
            return false;
        }
        let name = person.name.clone();
        self.announce_left(person.clone());
        self.end(EndedBy::Person(name), true);
        true
    }

    /// Who hears whom before the customer answers.
    pub(crate) fn dialling_matrix(&self) -> Vec<(LegId, LegId)> {
        let heard = self.dialling.as_ref().filter(|dialling| dialling.early);
        let leg = heard.and_then(|dialling| self.people.get(&dialling.by)).and_then(|person| person.leg);
        leg.map(|leg| (leg, self.customer)).into_iter().collect()
    }

    /// What the person hears in place of the customer.
    pub(crate) fn dialling_sound(&self) -> Option<(PersonRef, Heard)> {
        let dialling = self.dialling.as_ref().filter(|dialling| dialling.rings && !dialling.early)?;
        self.people.get(&dialling.by)?.leg?;
        Some((dialling.by.clone(), Heard::Ringback))
    }
}
