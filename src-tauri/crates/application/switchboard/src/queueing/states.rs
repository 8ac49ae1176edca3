//! What agents are at, told whenever it changes.

use std::time::Instant;

use tandem_foundation::UserId;
use tandem_queue::{AgentRef, AgentStanding, Standing};

use super::floor::Floor;
use crate::ports::store::Commit;
use crate::records::{AgentState, EventBody, NewEvent, UnixMs};

/// What was last said of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub state: AgentState,
    pub reason: Option<String>,
    /// End of wrap-up.
    until: Option<Instant>,
    pub until_at: Option<UnixMs>,
    pub since: UnixMs,
}

impl Floor {
    /// Writes down every agent who is at something else than was last said.
    pub(super) fn tell_states(&mut self, now: Instant) {
        let at = self.now();
        for standing in self.matcher.agents(now) {
            let AgentRef::Person(user) = &standing.agent else { continue };
            let (state, reason, until) = split(&standing);
            let known = self.told.get(user);
            if known.is_some_and(|told| (told.state, &told.reason, told.until) == (state, &reason, until)) {
                continue;
            }
            let first = known.is_none();
            let since = known.filter(|told| told.state == state).map_or(at, |told| told.since);
            let until_at =
                until.map(|until| UnixMs(at.0 + super::floor::millis(until.saturating_duration_since(now))));
            let told = Told { state, reason: reason.clone(), until, until_at, since };
            self.told.insert(user.clone(), told);
            // Nobody has to be told of those who were not there and are not.
            if !(first && state == AgentState::Offline) {
                self.write_state(user, state, reason, until_at, at);
            }
        }
    }

    /// Whoever takes no calls any more is offline from now on, for those who count what agents are at.
    pub(super) fn tell_gone(&mut self, user: &UserId) {
        if self.told.remove(user).is_some_and(|told| told.state != AgentState::Offline) {
            self.write_state(user, AgentState::Offline, None, None, self.now());
        }
    }

    fn write_state(
        &self,
        user: &UserId,
        state: AgentState,
        reason: Option<String>,
        until: Option<UnixMs>,
        at: UnixMs,
    ) {
        let body =
            EventBody::AgentStateChanged { user: user.clone(), state, reason, until, by: self.by.clone() };
        self.journal.commit(Commit {
            agents: self.profiles.get(user).cloned().into_iter().collect(),
            events: vec![NewEvent { call: None, at, body }],
            ..Commit::default()
        });
    }
}

fn split(standing: &AgentStanding) -> (AgentState, Option<String>, Option<Instant>) {
    match &standing.standing {
        Standing::Offline => (AgentState::Offline, None, None),
        Standing::Paused(reason) => (AgentState::Paused, Some(reason.clone()), None),
        Standing::Offered => (AgentState::Offered, None, None),
        Standing::Busy(_) => (AgentState::Busy, None, None),
        Standing::WrapUp { until } => (AgentState::WrapUp, None, Some(*until)),
        Standing::Ready { .. } => (AgentState::Ready, None, None),
    }
}
