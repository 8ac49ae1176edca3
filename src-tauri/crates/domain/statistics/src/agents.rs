//! What agents are at, and since when.

use std::collections::BTreeMap;

use tandem_foundation::{QueueId, UserId};

use crate::fact::Occupation;

/// What each agent is at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Agents(BTreeMap<UserId, Agent>);

#[derive(Debug, Clone, Default)]
struct Agent {
    occupation: Occupation,
    since: i64,
    /// Of the call that they took last, whose wrap-up comes next.
    queue: Option<QueueId>,
    /// Since when they wrap up.
    wraps_up: Option<i64>,
}

/// Time that an agent spent.
pub(crate) struct Spent {
    pub occupation: Occupation,
    pub from: i64,
    pub to: i64,
    /// A whole wrap-up that is over: of which queue's call, and how long.
    pub wrapped_up: Option<(Option<QueueId>, i64)>,
}

impl Agents {
    /// They are at something else; what they were at until now.
    pub fn change(&mut self, user: &UserId, at: i64, occupation: Occupation) -> Option<Spent> {
        let known = self.0.contains_key(user);
        let agent = self.0.entry(user.clone()).or_default();
        // A clock that was set back does not take time away that has been counted.
        let at = if known { at.max(agent.since) } else { at };
        let from = std::mem::replace(&mut agent.since, at);
        let before = std::mem::replace(&mut agent.occupation, occupation);
        let wrapped_up = match (&before, &agent.occupation) {
            (Occupation::WrapUp, Occupation::WrapUp) => None,
            (Occupation::WrapUp, _) => agent.wraps_up.take().map(|since| (agent.queue.clone(), at - since)),
            (_, Occupation::WrapUp) => {
                agent.wraps_up = Some(at);
                None
            }
            _ => None,
        };
        known.then_some(Spent { occupation: before, from, to: at, wrapped_up })
    }

    /// They took a call of this queue.
    pub fn took(&mut self, user: &UserId, queue: &QueueId) {
        if let Some(agent) = self.0.get_mut(user) {
            agent.queue = Some(queue.clone());
        }
    }

    /// What each is at, and since when.
    pub fn all(&self) -> impl Iterator<Item = (&UserId, &Occupation, i64)> {
        self.0.iter().map(|(user, agent)| (user, &agent.occupation, agent.since))
    }
}
