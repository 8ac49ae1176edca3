//! Queues, and the people and assistants who are members of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tandem_foundation::{AssistantId, OrgId, QueueId, UserId};

use super::UnixMs;

/// A queue of an organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    pub id: QueueId,
    pub org: OrgId,
    pub name: String,
    pub settings: QueueSettings,
    pub members: Vec<Member>,
    pub created_at: UnixMs,
}

/// How a queue behaves; durations in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueSettings {
    pub strategy: QueueStrategy,
    /// Added to every caller's own; a higher one goes first.
    pub priority: i32,
    /// After each so long a wait a caller counts one priority more; `None`: never.
    pub ageing_s: Option<u32>,
    /// What a caller needs of who takes them.
    pub needs: Vec<SkillNeed>,
    /// How long an agent may let an offer ring.
    pub offer_timeout_s: u32,
    /// Whether who misses an offer is put on a break.
    pub auto_pause: bool,
    /// How long an agent who missed or declined a caller is not offered the same one again.
    pub retry_after_s: u32,
    pub wrap_up_s: u32,
    /// After which wait a caller is sent elsewhere; `None`: never.
    pub longest_wait_s: Option<u32>,
    /// With so many waiting nobody more may join; `None`: any number.
    pub most_waiting: Option<u32>,
    /// With a longer estimate than this nobody more may join; `None`: any.
    pub longest_estimate_s: Option<u32>,
    /// Needed to join.
    pub join_with: QueueStaffing,
    /// Needed to go on waiting.
    pub stay_with: QueueStaffing,
    /// How often a caller is told where they stand; `None`: never.
    pub announce_every_s: Option<u32>,
    /// What is said before the place in the queue, to begin with.
    pub greeting: Option<String>,
    /// Who keeps callers company until somebody is free.
    pub bridge: Option<AssistantId>,
    /// Where callers go who may not wait here, or not for longer.
    pub overflow: Overflow,
    /// A call answered within this time counts as served in time.
    pub service_level_s: u32,
    /// How long a call with its wrap-up takes before any was seen.
    pub usual_handling_s: u32,
    /// What agents see while they talk; `{name}` stands for a variable of the call.
    pub script: String,
    /// What an agent may say came of a call.
    pub dispositions: Vec<String>,
    /// Wrap-up is not over before a disposition is chosen, unless its time is.
    pub disposition_required: bool,
}

/// Whom a caller is offered to first. Among equals it is always whoever has been idle for longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueStrategy {
    #[default]
    LongestIdle,
    RoundRobin,
    FewestCalls,
    LeastTalkTime,
    RingAll,
    Random,
    Ranked,
}

/// Who has to be there so that callers may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueStaffing {
    #[default]
    Nobody,
    SignedIn,
    Ready,
}

/// A skill at a level (1–10), asked for less and less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillNeed {
    pub skill: String,
    pub level: u8,
    /// In the order of their times.
    #[serde(default)]
    pub relaxed: Vec<SkillStep>,
}

/// After this wait a lower level will do; 0: the skill is not needed any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillStep {
    pub after_s: u32,
    pub level: u8,
}

/// Where callers go who do not wait.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Overflow {
    /// They are told that nobody is there.
    #[default]
    HangUp,
    Queue {
        queue: QueueId,
    },
    Assistant {
        assistant: AssistantId,
    },
    Person {
        user: UserId,
    },
}

/// A member of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    #[serde(flatten)]
    pub who: MemberRef,
    /// A lower one is asked first, where the strategy ranks.
    #[serde(default)]
    pub rank: u32,
}

/// A person or an assistant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MemberRef {
    Person { user: UserId },
    Assistant { assistant: AssistantId },
}

/// What a person can do, and whether they take calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentProfile {
    pub org: OrgId,
    pub user: UserId,
    /// Levels 1–10.
    pub skills: BTreeMap<String, u8>,
    /// Calls at once.
    pub capacity: u32,
    /// Their phone is called once when they come to work, and kept on the line.
    pub pinned: bool,
    pub presence: Presence,
    pub since: UnixMs,
}

/// Whether a person takes calls.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "presence", rename_all = "snake_case")]
pub enum Presence {
    #[default]
    Offline,
    Ready,
    /// On a break, and why.
    Paused {
        reason: String,
    },
}

/// What an agent is at, as it is shown and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    Offline,
    Paused,
    Ready,
    /// Somebody rings for them.
    Offered,
    Busy,
    WrapUp,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            strategy: QueueStrategy::default(),
            priority: 0,
            ageing_s: Some(60),
            needs: Vec::new(),
            offer_timeout_s: 15,
            auto_pause: true,
            retry_after_s: 30,
            wrap_up_s: 15,
            longest_wait_s: None,
            most_waiting: None,
            longest_estimate_s: None,
            join_with: QueueStaffing::Nobody,
            stay_with: QueueStaffing::Nobody,
            announce_every_s: Some(45),
            greeting: None,
            bridge: None,
            overflow: Overflow::HangUp,
            service_level_s: 20,
            usual_handling_s: 180,
            script: String::new(),
            dispositions: Vec::new(),
            disposition_required: false,
        }
    }
}

impl AgentProfile {
    /// Somebody who has said nothing of themselves yet.
    pub fn new(org: OrgId, user: UserId, since: UnixMs) -> Self {
        Self { org, user, skills: BTreeMap::new(), capacity: 1, pinned: false, presence: Presence::Offline, since }
    }
}
