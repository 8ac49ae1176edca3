//! Events in memory, by kind and time.

use async_trait::async_trait;
use tandem_foundation::*;
use tandem_switchboard::ports::event_log::{EventLog, EventsOf};
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::*;

use super::store::MemoryStore;

type Result<T> = std::result::Result<T, StoreError>;

#[async_trait]
impl EventLog for MemoryStore {
    async fn events_of(&self, org: &OrgId, wanted: EventsOf<'_>) -> Result<Vec<Event>> {
        let data = self.data.lock();
        let events = data.events.iter().filter(|event| {
            event.org == *org
                && wanted.kinds.contains(&event.body.kind())
                && event.seq > wanted.after
                && event.seq <= wanted.last
        });
        Ok(events.take(wanted.limit as usize).cloned().collect())
    }

    async fn numbers_of(
        &self,
        org: &OrgId,
        kinds: &[&'static str],
        from: UnixMs,
        to: UnixMs,
    ) -> Result<Option<(i64, i64)>> {
        let data = self.data.lock();
        let seqs = data.events.iter().filter(|event| {
            event.org == *org && kinds.contains(&event.body.kind()) && event.at >= from && event.at < to
        });
        let seqs: Vec<i64> = seqs.map(|event| event.seq).collect();
        Ok(seqs.iter().min().copied().zip(seqs.iter().max().copied()))
    }

    async fn agent_state_before(&self, org: &OrgId, user: &UserId, before: UnixMs) -> Result<Option<Event>> {
        let data = self.data.lock();
        let told = data.events.iter().filter(|event| {
            let theirs = matches!(&event.body, EventBody::AgentStateChanged { user: of, .. } if of == user);
            event.org == *org && event.at < before && theirs
        });
        Ok(told.max_by_key(|event| (event.at, event.seq)).cloned())
    }
}
