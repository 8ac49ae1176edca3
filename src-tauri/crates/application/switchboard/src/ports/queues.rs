//! The part of storage that holds queues and what is known of their agents.

use async_trait::async_trait;
use tandem_foundation::{OrgId, QueueId, UserId};

use crate::ports::store::StoreError;
use crate::records::{AgentProfile, Event, Membership, NewEvent, Queue};

/// Queues and agents.
#[async_trait]
pub trait QueueStore: Send + Sync {
    /// Oldest first.
    async fn queues(&self, org: &OrgId) -> Result<Vec<Queue>, StoreError>;
    async fn put_queue(&self, row: Queue, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError>;
    async fn delete_queue(
        &self,
        org: &OrgId,
        id: &QueueId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
    /// Makes a person a member of these queues, at these ranks, and of no others: all at once, or not at all.
    async fn put_memberships(
        &self,
        org: &OrgId,
        user: &UserId,
        queues: Vec<Membership>,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
    /// Everybody of whom something is known.
    async fn agent_profiles(&self, org: &OrgId) -> Result<Vec<AgentProfile>, StoreError>;
    async fn put_agent_profile(
        &self,
        row: AgentProfile,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
}
