//! Who waits, who takes calls, and what an agent has before them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tandem_switchboard::exchange;
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::calls::{Call, LiveCallView};
use crate::check::{self, Check, Findings};
use crate::queues::{AgentState, MemberRef};
use crate::time::Time;
use crate::transcript::TranscriptItem;

/// Everybody who waits and everybody who takes calls.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FloorView {
    pub queues: Vec<QueueView>,
    pub agents: Vec<AgentView>,
}

/// Who waits in a queue, the next one first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QueueView {
    /// Id of the queue.
    pub queue: String,
    pub name: String,
    pub waiting: Vec<WaitingView>,
}

/// A caller who waits.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WaitingView {
    /// Id of the call.
    pub call: String,
    /// 1 is next; who is being offered to somebody is not counted by those behind.
    pub position: u32,
    pub since: Time,
    pub priority: i32,
    /// Who is asked at this moment.
    pub offered_to: Vec<MemberRef>,
    /// Seconds until it is their turn, as it looks now.
    pub estimate_s: Option<u32>,
}

/// A person and what they are at.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AgentView {
    /// Id of the person.
    pub user: String,
    pub name: String,
    pub state: AgentState,
    /// Of a break: what was given, or `no_answer` (they let an offer ring), `no_phone` (their telephone is
    /// gone) or `phone_gone` (so is the line that is kept open to it).
    pub reason: Option<String>,
    pub since: Time,
    /// Of wrap-up.
    pub until: Option<Time>,
    /// Ids of the calls they are on or are asked to take.
    pub calls: Vec<String>,
    /// Id of the call they were on last.
    pub last_call: Option<String>,
    /// Levels 1 to 10.
    pub skills: BTreeMap<String, u8>,
    /// Calls at once.
    pub capacity: u32,
    /// Their phone is called once when they come to work, and calls are put through to it without ringing.
    pub pinned: bool,
    /// Ids of their queues.
    pub queues: Vec<String>,
    pub calls_taken: u64,
    /// A telephone of theirs is connected.
    pub phone: bool,
}

/// What an agent has before them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Desk {
    pub agent: AgentView,
    /// Calls they are on or are asked to take.
    pub calls: Vec<DeskCall>,
    /// The call they are wrapping up.
    pub wrapping_up: Option<Call>,
    /// What may be said of it, where its queue says so.
    pub dispositions: Vec<String>,
    pub disposition_required: bool,
}

/// A call, with what its agent has to know.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DeskCall {
    pub live: LiveCallView,
    /// Name of the queue.
    pub queue: Option<String>,
    /// With the call's variables in it.
    pub script: Option<String>,
    /// What was said so far.
    pub transcript: Vec<TranscriptItem>,
    /// The last five calls with this customer, newest first.
    pub contacts: Vec<Call>,
}

/// Whether a person takes calls.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "presence", rename_all = "snake_case", deny_unknown_fields)]
pub enum PresenceWrite {
    Offline,
    Ready,
    /// On a break, and why.
    Paused {
        #[schema(min_length = 1, max_length = 50)]
        reason: String,
    },
}

/// Done with wrap-up, or so many seconds more from now.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WrapUpWrite {
    /// `null`: done.
    #[schema(minimum = 1, maximum = 3600)]
    pub extend_s: Option<u32>,
}

/// What an agent says came of a call.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DispositionWrite {
    #[schema(min_length = 1, max_length = 60)]
    pub disposition: String,
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub notes: String,
}

/// Another place for a caller who waits; one of the three.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReorderWrite {
    /// Id of another queue; the wait goes along.
    pub queue: Option<String>,
    #[schema(minimum = -1000, maximum = 1000)]
    pub priority: Option<i32>,
    /// Before all others of the queue.
    #[serde(default)]
    pub to_front: bool,
}

/// What a person can do.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentWrite {
    /// Levels 1 to 10.
    pub skills: BTreeMap<String, u8>,
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 10)]
    pub capacity: u32,
    /// Call their phone once when they come to work, and put calls through to it without ringing.
    #[serde(default)]
    pub pinned: bool,
}

fn one() -> u32 {
    1
}

impl From<exchange::FloorView> for FloorView {
    fn from(view: exchange::FloorView) -> Self {
        Self {
            queues: view.queues.into_iter().map(Into::into).collect(),
            agents: view.agents.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<exchange::QueueView> for QueueView {
    fn from(view: exchange::QueueView) -> Self {
        let row = |row: exchange::WaitingView| WaitingView {
            call: row.call.to_string(),
            position: row.position,
            since: row.since.into(),
            priority: row.priority,
            offered_to: row.offered_to.iter().map(Into::into).collect(),
            estimate_s: row.estimate_s,
        };
        Self {
            queue: view.queue.to_string(),
            name: view.name,
            waiting: view.waiting.into_iter().map(row).collect(),
        }
    }
}

impl From<exchange::AgentView> for AgentView {
    fn from(view: exchange::AgentView) -> Self {
        Self {
            user: view.user.to_string(),
            name: view.name,
            state: view.state.into(),
            reason: view.reason,
            since: view.since.into(),
            until: view.until.map(Into::into),
            calls: view.calls.iter().map(ToString::to_string).collect(),
            last_call: view.last_call.map(|call| call.to_string()),
            skills: view.skills,
            capacity: view.capacity,
            pinned: view.pinned,
            queues: view.queues.iter().map(ToString::to_string).collect(),
            calls_taken: view.calls_taken,
            phone: view.phone,
        }
    }
}

impl From<PresenceWrite> for records::Presence {
    fn from(wanted: PresenceWrite) -> Self {
        match wanted {
            PresenceWrite::Offline => Self::Offline,
            PresenceWrite::Ready => Self::Ready,
            PresenceWrite::Paused { reason } => Self::Paused { reason: reason.trim().to_owned() },
        }
    }
}

impl Check for PresenceWrite {
    fn check(&self, found: &mut Findings) {
        if let Self::Paused { reason } = self {
            check::length(found, "reason", reason.trim(), 1, 50);
        }
    }
}

impl Check for WrapUpWrite {
    fn check(&self, found: &mut Findings) {
        if self.extend_s.is_some_and(|seconds| !(1..=3_600).contains(&seconds)) {
            found.add("extend_s", "1 to 3600");
        }
    }
}

impl Check for DispositionWrite {
    fn check(&self, found: &mut Findings) {
        check::length(found, "disposition", self.disposition.trim(), 1, 60);
        check::length(found, "notes", &self.notes, 0, 5_000);
    }
}

impl Check for ReorderWrite {
    fn check(&self, found: &mut Findings) {
        let given = [self.queue.is_some(), self.priority.is_some(), self.to_front];
        if given.iter().filter(|given| **given).count() != 1 {
            found.add("queue", "one of queue, priority and to_front");
        }
        if self.priority.is_some_and(|priority| !(-1_000..=1_000).contains(&priority)) {
            found.add("priority", "-1000 to 1000");
        }
    }
}

impl Check for AgentWrite {
    fn check(&self, found: &mut Findings) {
        for (skill, level) in &self.skills {
            if !(1..=10).contains(level) || skill.trim().is_empty() || skill.len() > 50 {
                found.add(
                    &format!("skills.{skill}"),
                    "a name of at most 50 characters and a level from 1 to 10",
                );
            }
        }
        if self.skills.len() > 50 {
            found.add("skills", "at most 50");
        }
        if !(1..=10).contains(&self.capacity) {
            found.add("capacity", "1 to 10");
        }
    }
}
