//! Calls that a contract's client wants to have made, now or later.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tandem_foundation::{AssistantId, CallId, OrgId, Pii, TaskId};

use super::UnixMs;

/// A call to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    pub id: TaskId,
    pub org: OrgId,
    pub assistant: AssistantId,
    pub status: TaskStatus,
    /// Larger goes first among those that are due.
    pub priority: i64,
    /// When it is executed by itself; `None`: when somebody asks for it.
    pub due_at: Option<UnixMs>,
    /// Of its latest execution.
    pub call: Option<CallId>,
    /// When it was last claimed for an execution.
    pub claimed_at: Option<UnixMs>,
    pub details: Pii<TaskDetails>,
    pub created_at: UnixMs,
    pub updated_at: UnixMs,
}

/// What its client said of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskDetails {
    pub name: String,
    pub description: Option<String>,
    /// E.164 with `+`.
    pub to_number: String,
    /// In place of the assistant's.
    pub starting_message: Option<String>,
    pub context_data: Option<Map<String, Value>>,
    pub scheduled_at: Option<UnixMs>,
    pub webhook_url: Option<String>,
    /// `None`: all.
    pub webhook_events: Option<Vec<String>>,
    /// Why it failed, where it did before there was a call.
    pub error: Option<String>,
}

/// How far a task has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    Pending,
    InProgress,
    Completed,
    Failed,
}

impl TaskStatus {
    pub const ALL: [Self; 4] = [Self::Pending, Self::InProgress, Self::Completed, Self::Failed];

    /// As it is written everywhere (`in_progress`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for TaskStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| "expected pending, in_progress, completed or failed".to_owned())
    }
}
