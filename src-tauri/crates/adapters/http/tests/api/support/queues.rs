//! Queues in memory.

use async_trait::async_trait;
use tandem_foundation::*;
use tandem_switchboard::ports::callbacks::{CallbackFilter, CallbackStore};
use tandem_switchboard::ports::queues::QueueStore;
use tandem_switchboard::ports::store::{Page, StoreError};
use tandem_switchboard::records::*;

use super::store::MemoryStore;

type Result<T> = std::result::Result<T, StoreError>;

#[async_trait]
impl QueueStore for MemoryStore {
    async fn queues(&self, org: &OrgId) -> Result<Vec<Queue>> {
        Ok(self.data.lock().queues.iter().filter(|row| row.org == *org).cloned().collect())
    }

    async fn put_queue(&self, row: Queue, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        let same = |old: &Queue| old.org == row.org && old.name == row.name && old.id != row.id;
        if data.queues.iter().any(same) {
            return Err(StoreError::Conflict { operation: "putting a queue", field: "name" });
        }
        let org = row.org.clone();
        data.queues.retain(|old| old.id != row.id);
        data.queues.push(row);
        Ok(data.add(&org, events))
    }

    async fn delete_queue(&self, org: &OrgId, id: &QueueId, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        data.queues.retain(|row| row.org != *org || row.id != *id);
        Ok(data.add(org, events))
    }

    async fn put_memberships(
        &self,
        org: &OrgId,
        user: &UserId,
        queues: Vec<Membership>,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        for row in data.queues.iter_mut().filter(|row| row.org == *org) {
            let rank = queues.iter().find(|of| of.queue == row.id).map(|of| of.rank);
            row.set_member(user, rank);
        }
        Ok(data.add(org, events))
    }

    async fn agent_profiles(&self, org: &OrgId) -> Result<Vec<AgentProfile>> {
        Ok(self.data.lock().agents.iter().filter(|row| row.org == *org).cloned().collect())
    }

    async fn put_agent_profile(&self, row: AgentProfile, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        let org = row.org.clone();
        data.agents.retain(|old| old.user != row.user);
        data.agents.push(row);
        Ok(data.add(&org, events))
    }
}

#[async_trait]
impl CallbackStore for MemoryStore {
    async fn callbacks(&self, org: &OrgId, filter: CallbackFilter) -> Result<Page<Callback>> {
        let all = self.data.lock().callbacks.clone();
        let wanted = |row: &Callback| row.org == *org && !(filter.open_only && row.state.is_final());
        Ok(Page { items: all.into_iter().filter(wanted).collect(), next: None })
    }

    async fn callback(&self, org: &OrgId, id: &CallbackId) -> Result<Callback> {
        let data = self.data.lock();
        let found = data.callbacks.iter().find(|row| row.org == *org && row.id == *id);
        found.cloned().ok_or(StoreError::NotFound { operation: "reading a callback" })
    }

    async fn open_callbacks(&self) -> Result<Vec<Callback>> {
        Ok(self.data.lock().callbacks.iter().filter(|row| !row.state.is_final()).cloned().collect())
    }
}
