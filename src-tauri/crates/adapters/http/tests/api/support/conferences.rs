//! Conferences in memory.

use async_trait::async_trait;
use tandem_foundation::*;
use tandem_switchboard::ports::conferences::*;
use tandem_switchboard::ports::store::*;
use tandem_switchboard::records::*;

use super::store::MemoryStore;

#[async_trait]
impl ConferenceStore for MemoryStore {
    async fn conferences(
        &self,
        org: &OrgId,
        _after: Option<PageKey>,
        _limit: u32,
    ) -> Result<Page<Conference>, StoreError> {
        let items = self.data.lock().conferences.iter().filter(|row| row.org == *org).cloned().collect();
        Ok(Page { items, next: None })
    }

    async fn conference(&self, org: &OrgId, id: &ConferenceId) -> Result<Conference, StoreError> {
        let found = self.data.lock().conferences.iter().find(|row| row.org == *org && row.id == *id).cloned();
        found.ok_or(StoreError::NotFound { operation: "read conference" })
    }

    async fn unfinished_conferences(&self) -> Result<Vec<Conference>, StoreError> {
        Ok(Vec::new())
    }
}
