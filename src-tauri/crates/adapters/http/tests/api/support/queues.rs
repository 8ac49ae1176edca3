//! Queues in memory.

use async_trait::async_trait;
use tandem_foundation::*;
use tandem_switchboard::ports::queues::QueueStore;
use tandem_switchboard::ports::store::StoreError;
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
