//! Hold: whoever holds the floor leaves the customer with music for a while. It ends with the floor they hold.

use crate::io::{Floor, Output, PersonRef, Refusal};
use crate::machine::CallMachine;

impl CallMachine {
    /// The customer is on hold because a person put them there, not because of a transfer.
    pub fn is_on_hold(&self) -> bool {
        self.on_hold
    }

    /// Again while they are changes nothing.
    pub(crate) fn hold(&mut self, by: &PersonRef) -> Result<(), Refusal> {
        self.require_holder(by)?;
        self.change_hold(true, Some(by.clone()));
        Ok(())
    }

    pub(crate) fn resume(&mut self, by: &PersonRef) -> Result<(), Refusal> {
        self.require_holder(by)?;
        self.change_hold(false, Some(by.clone()));
        Ok(())
    }

    pub(crate) fn change_hold(&mut self, held: bool, by: Option<PersonRef>) {
        if self.on_hold != held {
            self.on_hold = held;
            self.outputs.push_back(Output::HoldChanged { held, by });
        }
    }

    fn require_holder(&self, by: &PersonRef) -> Result<(), Refusal> {
        self.require_progress()?;
        if self.handover.is_some() {
            return Err(Refusal::TransferUnderWay);
        }
        match &self.floor {
            Floor::Person { who, .. } if who == by => Ok(()),
            _ => Err(Refusal::NotHolder),
        }
    }
}
