//! The floor as supervisors and agents see it, and what they do to it beside single calls.

use std::collections::BTreeMap;

use tandem_foundation::{CallId, QueueId, UserId};

use crate::records::{AgentState, MemberRef, UnixMs};

/// Everybody who waits and everybody who takes calls.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FloorView {
    pub queues: Vec<QueueView>,
    pub agents: Vec<AgentView>,
}

/// Who waits in a queue, the next one first.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueView {
    pub queue: QueueId,
    pub name: String,
    pub waiting: Vec<WaitingView>,
}

/// A caller who waits.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingView {
    pub call: CallId,
    /// 1 is next; who is being offered to somebody is not counted by those behind.
    pub position: u32,
    pub since: UnixMs,
    pub priority: i32,
    /// Who is asked at this moment.
    pub offered_to: Vec<MemberRef>,
    /// Seconds until it is their turn, as it looks now.
    pub estimate_s: Option<u32>,
}

/// A person and what they are at.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentView {
    pub user: UserId,
    pub name: String,
    pub state: AgentState,
    /// Of a break.
    pub reason: Option<String>,
    pub since: UnixMs,
    /// Of wrap-up.
    pub until: Option<UnixMs>,
    /// Calls they are on or are asked to take.
    pub calls: Vec<CallId>,
    /// The one they were on last.
    pub last_call: Option<CallId>,
    pub skills: BTreeMap<String, u8>,
    pub capacity: u32,
    pub pinned: bool,
    pub queues: Vec<QueueId>,
    pub calls_taken: u64,
    pub phone: bool,
}

/// A supervisor's change of who waits where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reorder {
    Move { queue: QueueId },
    Priority { priority: i32 },
    ToFront,
}

/// What an agent does about their wrap-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrapUp {
    Done,
    /// More time, from now.
    Extend {
        seconds: u32,
    },
}
