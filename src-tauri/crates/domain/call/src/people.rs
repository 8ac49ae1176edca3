//! The people of ours in a call, and how each of them is there.

use std::time::Instant;

use tandem_foundation::LegId;

use crate::io::{Mode, PersonRef};

/// One person in (or on the way into) a call.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub who: PersonRef,
    pub name: String,
    pub mode: Mode,
    /// `None` while the phone rings.
    pub leg: Option<LegId>,
    /// Give up on the phone then.
    pub deadline: Option<Instant>,
    /// The customer was theirs from a queue: when they hang up, the call is over.
    pub granted: bool,
}

/// Everyone of ours in a call, in the order they came.
#[derive(Debug, Default)]
pub(crate) struct People(Vec<Person>);

impl People {
    pub fn get(&self, who: &PersonRef) -> Option<&Person> {
        self.0.iter().find(|p| p.who == *who)
    }

    pub fn get_mut(&mut self, who: &PersonRef) -> Option<&mut Person> {
        self.0.iter_mut().find(|p| p.who == *who)
    }

    pub fn add(&mut self, person: Person) {
        self.0.push(person);
    }

    pub fn remove(&mut self, who: &PersonRef) -> Option<Person> {
        let index = self.0.iter().position(|p| p.who == *who)?;
        Some(self.0.remove(index))
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Person> {
        self.0.iter()
    }

    pub fn drain(&mut self) -> Vec<Person> {
        std::mem::take(&mut self.0)
    }
}
