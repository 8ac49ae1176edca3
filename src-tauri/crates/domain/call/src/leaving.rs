//! A person leaves the customer to whoever of a queue is free, or to an assistant.
//!
//! Whoever is to have the customer has agreed before: until then the person holds the floor, so that there is nothing to
//! come back from.

use tandem_foundation::LegId;

use crate::io::{Floor, Output, PersonRef, Refusal};
use crate::machine::CallMachine;

impl CallMachine {
    /// Whether this person may give the customer away now.
    ///
    /// # Errors
    /// When they do not hold the floor, or are giving the customer to somebody already.
    pub fn may_leave(&self, by: &PersonRef) -> Result<(), Refusal> {
        self.require_progress()?;
        if self.handover.is_some() {
            return Err(Refusal::TransferUnderWay);
        }
        let holds = matches!(&self.floor, Floor::Person { who, .. } if who == by);
        if holds { Ok(()) } else { Err(Refusal::NotHolder) }
    }

    pub(crate) fn leave_to_queue(&mut self, by: &PersonRef) -> Result<(), Refusal> {
        self.may_leave(by)?;
        self.set_floor(Floor::Nobody, Some(by.clone()), "transferred");
        self.out(by);
        Ok(())
    }

    pub(crate) fn leave_to_assistant(&mut self, by: &PersonRef, leg: LegId) -> Result<(), Refusal> {
        self.may_leave(by)?;
        self.assistant = Some(leg);
        self.set_floor(Floor::Assistant, Some(by.clone()), "transferred");
        self.out(by);
        self.outputs.push_back(Output::AssistantStarts);
        Ok(())
    }

    fn out(&mut self, who: &PersonRef) {
        if let Some(person) = self.people.remove(who) {
            self.outputs.push_back(Output::Release { who: who.clone(), leg: person.leg });
            self.announce_left(person);
        }
    }
}
