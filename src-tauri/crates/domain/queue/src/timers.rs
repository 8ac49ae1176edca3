//! Deadlines in the order in which they come.

use std::collections::BTreeSet;
use std::time::Instant;

use tandem_foundation::CallId;

use crate::agent::AgentRef;
use crate::io::OfferId;

/// Whose deadline it is. Of one instant, callers are looked at first: what time changes for one of them counts before
/// an agent who is free at the same instant is given to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    Caller(CallId),
    Offer(OfferId),
    WrapUp(AgentRef),
}

#[derive(Debug, Default)]
pub(crate) struct Timers(BTreeSet<(Instant, Timer)>);

impl Timers {
    pub fn set(&mut self, at: Instant, timer: Timer) {
        self.0.insert((at, timer));
    }

    pub fn clear(&mut self, at: Instant, timer: Timer) {
        self.0.remove(&(at, timer));
    }

    pub fn next(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes the first that is due.
    pub fn due(&mut self, now: Instant) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, timer)| timer)
    }

    /// Takes the first that is due if it is a caller's.
    pub fn due_caller(&mut self, now: Instant) -> Option<CallId> {
        match self.0.first()? {
            (at, Timer::Caller(_)) if *at <= now => {}
            _ => return None,
        }
        match self.0.pop_first()? {
            (_, Timer::Caller(caller)) => Some(caller),
            _ => None,
        }
    }
}
