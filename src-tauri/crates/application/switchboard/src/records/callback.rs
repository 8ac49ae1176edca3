//! Customers who are to be called back by an agent of a queue.

use serde::{Deserialize, Serialize};
use tandem_foundation::{CallId, CallbackId, OrgId, Pii, QueueId, UserId};

use super::UnixMs;

/// One customer who is to be called back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    pub id: CallbackId,
    pub org: OrgId,
    pub queue: QueueId,
    /// The number to dial.
    pub number: Pii<String>,
    pub name: Option<Pii<String>>,
    pub origin: CallbackOrigin,
    pub state: CallbackState,
    /// Why it is in this state, where that is worth a word: `busy`, `no_answer`, `do_not_call`, `restart` …
    pub reason: Option<String>,
    /// Whom they wait for at first.
    pub agent: Option<UserId>,
    /// The wait counts from here: when the caller joined the queue, or when it came due.
    pub since: UnixMs,
    /// Not before this time.
    pub due_at: UnixMs,
    /// How often the customer's phone was dialled.
    pub attempts: u32,
    /// The call they asked in, or came out of.
    pub asked_in: Option<CallId>,
    /// The call that calls them back: the last one made, or the next one while they wait.
    pub call: CallId,
    pub note: Pii<String>,
    pub created_at: UnixMs,
    pub updated_at: UnixMs,
}

/// Who asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackOrigin {
    /// A caller, in the queue.
    Caller,
    Assistant,
    Agent,
}

/// Where it is. The last three are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackState {
    /// Comes into the queue when it is due.
    Scheduled,
    /// Has its place in the queue.
    Waiting,
    /// An agent is there, and the customer's phone is dialled, or is about to be.
    Dialling,
    /// The server died in `dialling`: the customer may have been called or not. A person says which.
    Unknown,
    /// The customer answered.
    Reached,
    /// Every attempt came to nothing, or they may not be called.
    Failed,
    Cancelled,
}

impl CallbackState {
    /// As it is written everywhere (`waiting`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Waiting => "waiting",
            Self::Dialling => "dialling",
            Self::Unknown => "unknown",
            Self::Reached => "reached",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// No further change follows.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Reached | Self::Failed | Self::Cancelled)
    }
}
