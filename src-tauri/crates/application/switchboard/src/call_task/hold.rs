//! What whoever holds the floor does to the customer's line: hold, and keys.

use std::time::Instant;

use tandem_call::{Floor, PersonRef};
use tandem_foundation::Pii;

use super::CallTask;
use super::machine_outputs::user_of;
use crate::exchange::{Actor, ExchangeError};
use crate::ports::store::Commit;
use crate::records::EventBody;

impl CallTask {
    /// The time on hold is part of the call's row. What the customer hears meanwhile is told apart from this.
    pub(super) fn hold_changed(&mut self, held: bool, by: Option<PersonRef>) {
        let now = Instant::now();
        if let Some(since) = self.held_since.take() {
            let held_ms = now.saturating_duration_since(since).as_millis();
            self.call.held_ms += i64::try_from(held_ms).unwrap_or_default();
        }
        self.held_since = held.then_some(now);
        let at_ms = self.offset_ms(now);
        let changed = EventBody::HoldChanged { held, by: by.and_then(user_of), at_ms };
        let updated = EventBody::CallUpdated(Box::new(self.call.clone()));
        let events = vec![self.event(changed), self.event(updated)];
        self.journal.commit(Commit { call: Some(self.call.clone()), events, ..Commit::default() });
    }

    /// Digits may be of a card or a code: only how many there were is written down.
    pub(super) fn send_keys(&self, actor: &Actor, digits: &Pii<String>) -> Result<(), ExchangeError> {
        if self.answered.is_none() || self.machine.is_over() {
            return Err(ExchangeError::WrongState { status: "not in progress" });
        }
        let holds = matches!(
            self.machine.floor().0,
            Floor::Person { who: PersonRef::User(holder), .. } if Some(holder) == actor.user.as_ref()
        );
        if !holds {
            return Err(self.floor_taken());
        }
        self.context.ports.media.send_dtmf(&self.call.id, self.customer, digits.as_str());
        let count = u32::try_from(digits.as_str().len()).unwrap_or(u32::MAX);
        let at_ms = self.offset_ms(Instant::now());
        self.commit_event(EventBody::KeysSent { count, by: actor.user.clone(), at_ms });
        Ok(())
    }

    /// Whether the call rings for whoever asks, who is a colleague.
    pub(super) fn rings_for(&self, actor: &Actor) -> bool {
        self.dialling.rings_for().is_some_and(|user| Some(user) == actor.user.as_ref())
    }
}
