//! The part of storage that keeps tasks.

use async_trait::async_trait;
use tandem_foundation::{AssistantId, OrgId, TaskId};

use super::store::StoreError;
use crate::records::{Task, TaskStatus, UnixMs};

/// Which tasks.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    pub assistant: Option<AssistantId>,
    pub status: Option<TaskStatus>,
    pub offset: u32,
    /// At most 200.
    pub limit: u32,
}

/// Tasks. A change names the statuses it may be made in, and is made in one of them or not at all, so that of two who
/// want to execute a task one does.
#[async_trait]
pub trait TaskStore: Send + Sync {
    async fn add_task(&self, row: Task) -> Result<(), StoreError>;
    async fn task(&self, org: &OrgId, id: &TaskId) -> Result<Task, StoreError>;
    /// Newest first.
    async fn tasks(&self, org: &OrgId, filter: TaskFilter) -> Result<Vec<Task>, StoreError>;
    /// Replaces the row if its status is one of `from`; answers whether it was.
    async fn change_task(&self, row: Task, from: &[TaskStatus]) -> Result<bool, StoreError>;
    /// Deletes the row if its status is one of `from`; answers whether it was.
    async fn delete_task(&self, org: &OrgId, id: &TaskId, from: &[TaskStatus]) -> Result<bool, StoreError>;
    /// Pending tasks of all organisations that are due (the scheduler's own question), by priority and then by time.
    async fn due_tasks(&self, now: UnixMs, limit: u32) -> Result<Vec<Task>, StoreError>;
    /// When the next pending task of all organisations is due, if one waits.
    async fn next_task_due(&self) -> Result<Option<UnixMs>, StoreError>;
    /// Tasks of all organisations that are in progress (the scheduler's own question).
    async fn tasks_in_progress(&self) -> Result<Vec<Task>, StoreError>;
}
