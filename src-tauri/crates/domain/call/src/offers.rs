//! Offers: a customer who waits is held out to people, and one of them is given the customer.

use crate::io::{Floor, Mode, Output, PersonRef, Refusal};
use crate::machine::CallMachine;
use crate::people::Person;

impl CallMachine {
    /// Who asks decides for how long it rings, and takes the offer back.
    pub(crate) fn offer(&mut self, who: PersonRef, name: String) -> Result<(), Refusal> {
        self.require_offers()?;
        if self.people.get(&who).is_some() {
            return Err(Refusal::AlreadyThere);
        }
        self.outputs.push_back(Output::Ring { who: who.clone() });
        self.people.add(Person { who, name, mode: Mode::Offered, leg: None, deadline: None, granted: false });
        Ok(())
    }

    pub(crate) fn granted(&mut self, who: &PersonRef) {
        let Some(person) = self.people.get_mut(who).filter(|person| person.leg.is_some()) else {
            // They hung up at the very moment they were given the customer.
            if self.floor == Floor::Nobody {
                self.outputs.push_back(Output::CustomerAlone { lost: String::new() });
            }
            return;
        };
        (person.mode, person.granted) = (Mode::Floor, true);
        let name = person.name.clone();
        if matches!(self.floor, Floor::Assistant | Floor::Bridging) {
            self.outputs.push_back(Output::AssistantSilent { for_whom: name.clone() });
        }
        self.transfer = None;
        let (who, mode) = (who.clone(), Some(Mode::Floor));
        self.outputs.push_back(Output::Supervision { who: who.clone(), name: name.clone(), mode });
        self.set_floor(Floor::Person { who, name }, None, "offer_answered");
    }

    pub(crate) fn withdraw(&mut self, who: &PersonRef) {
        if self.people.get(who).is_none_or(|person| person.mode != Mode::Offered) {
            return;
        }
        let leg = self.people.remove(who).and_then(|person| person.leg);
        self.outputs.push_back(Output::Release { who: who.clone(), leg });
    }
}
