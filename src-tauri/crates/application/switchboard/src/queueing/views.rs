//! The floor for screens.

use std::time::Instant;

use tandem_foundation::UserId;
use tandem_queue::{AgentRef, AgentStanding, WaitingStanding};

use super::floor::{Floor, millis};
use super::settings;
use crate::exchange::{AgentView, ExchangeError, FloorView, QueueView, WaitingView};
use crate::records::{AgentState, MemberRef, UnixMs};

impl Floor {
    pub(super) fn view(&self, now: Instant) -> FloorView {
        let queues = self.queues.values().map(|queue| QueueView {
            queue: queue.id.clone(),
            name: queue.name.clone(),
            waiting: self.matcher.waiting(now, &queue.id).into_iter().map(|row| self.waiter(row)).collect(),
        });
        let agents = self.matcher.agents(now).into_iter().filter_map(|standing| self.agent_view(standing));
        FloorView { queues: queues.collect(), agents: agents.collect() }
    }

    pub(super) fn agent(&self, now: Instant, user: &UserId) -> Result<AgentView, ExchangeError> {
        let standing = self.matcher.agent(now, &AgentRef::Person(user.clone()));
        let view = standing.and_then(|standing| self.agent_view(standing));
        view.ok_or(ExchangeError::NotFound { what: "agent" })
    }

    fn waiter(&self, row: WaitingStanding) -> WaitingView {
        WaitingView {
            since: UnixMs(self.now().0 - millis(row.waited)),
            call: row.caller,
            position: u32::try_from(row.position).unwrap_or(u32::MAX),
            priority: row.priority,
            offered_to: row.offered_to.iter().map(settings::member).collect(),
            estimate_s: row
                .estimate
                .map(|estimate| u32::try_from(estimate.mean.as_secs()).unwrap_or(u32::MAX)),
        }
    }

    fn agent_view(&self, standing: AgentStanding) -> Option<AgentView> {
        let AgentRef::Person(user) = standing.agent else { return None };
        let profile = self.profiles.get(&user);
        let told = self.told.get(&user);
        let own = MemberRef::Person { user: user.clone() };
        let of = self.queues.values().filter(|queue| queue.members.iter().any(|member| member.who == own));
        let offered = self.offers.values().filter(|(.., to)| *to == own).map(|(call, ..)| call.clone());
        Some(AgentView {
            name: self.names.get(&user).cloned().unwrap_or_default(),
            state: told.map_or(AgentState::Offline, |told| told.state),
            reason: told.and_then(|told| told.reason.clone()),
            since: told.map_or(UnixMs(0), |told| told.since),
            until: told.and_then(|told| told.until_at),
            calls: self
                .calls
                .get(&user)
                .into_iter()
                .chain(self.rung.get(&user))
                .flatten()
                .cloned()
                .chain(offered)
                .collect(),
            last_call: self.last_calls.get(&user).cloned(),
            skills: profile.map(|profile| profile.skills.clone()).unwrap_or_default(),
            capacity: profile.map_or(1, |profile| profile.capacity),
            pinned: profile.is_some_and(|profile| profile.pinned),
            queues: of.map(|queue| queue.id.clone()).collect(),
            calls_taken: standing.calls_taken,
            phone: self.context.phones.reachable(&user),
            user,
        })
    }
}
