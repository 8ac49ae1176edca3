//! Who takes calls.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tandem_foundation::{AssistantId, CallId, QueueId, UserId};

use crate::io::OfferId;
use crate::waiting::Need;

/// A person or an assistant who is a member of queues.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AgentRef {
    Person(UserId),
    Assistant(AssistantId),
}

/// What an agent can do and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Queues and the agent's rank in each: a lower one is asked first.
    pub memberships: BTreeMap<QueueId, u32>,
    /// Skills at levels 1–10.
    pub skills: BTreeMap<String, u8>,
    /// Calls at once; 1 for a person as a rule.
    pub capacity: usize,
}

/// Whether an agent takes calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Presence {
    #[default]
    Offline,
    Ready,
    /// On a break, and why.
    Paused(String),
}

/// The break of somebody who let an offer ring.
pub(crate) const NO_ANSWER: &str = "no_answer";

/// An agent as the machine knows them.
#[derive(Debug)]
pub(crate) struct Agent {
    pub profile: Profile,
    pub presence: Presence,
    pub offers: BTreeSet<OfferId>,
    /// Calls, the queue each came from, and since when.
    pub calls: BTreeMap<CallId, (Option<QueueId>, Instant)>,
    /// Calls they placed themselves, and the wrap-up that each needs.
    pub placed: BTreeMap<CallId, Duration>,
    pub wrap_up: Option<Instant>,
    pub idle_since: Instant,
    pub calls_taken: u64,
    pub talked: Duration,
    /// By queue, when in the order of all offers the last one was.
    pub last_offer: BTreeMap<QueueId, u64>,
}

impl Agent {
    pub fn new(profile: Profile, now: Instant) -> Self {
        Self {
            profile,
            presence: Presence::Offline,
            offers: BTreeSet::new(),
            calls: BTreeMap::new(),
            placed: BTreeMap::new(),
            wrap_up: None,
            idle_since: now,
            calls_taken: 0,
            talked: Duration::ZERO,
            last_offer: BTreeMap::new(),
        }
    }

    /// Whether one more offer may be made. A person is never asked twice at a time.
    pub fn is_free(&self, agent: &AgentRef) -> bool {
        let asked = match agent {
            AgentRef::Person(_) => !self.offers.is_empty(),
            AgentRef::Assistant(_) => false,
        };
        self.presence == Presence::Ready
            && self.wrap_up.is_none()
            && !asked
            && self.calls.len() + self.offers.len() < self.profile.capacity
    }

    pub fn is_signed_in(&self) -> bool {
        self.presence != Presence::Offline
    }

    /// Levels above what is needed, in all; `None`: something is missing.
    pub fn fit(&self, needs: &[Need], waited: Duration) -> Option<u32> {
        needs.iter().try_fold(0, |spare, need| {
            let wanted = need.level_after(waited);
            let level = self.profile.skills.get(&need.skill).copied().unwrap_or(0);
            (level >= wanted).then(|| spare + u32::from(level - wanted))
        })
    }
}
