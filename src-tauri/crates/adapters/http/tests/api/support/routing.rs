//! Hours and messages in memory.

use async_trait::async_trait;
use tandem_foundation::*;
use tandem_switchboard::ports::routing::*;
use tandem_switchboard::ports::store::*;
use tandem_switchboard::records::*;

use super::store::MemoryStore;

type Result<T> = std::result::Result<T, StoreError>;

#[async_trait]
impl RoutingStore for MemoryStore {
    async fn hours(&self, org: &OrgId) -> Result<Vec<NamedHours>> {
        Ok(self.data.lock().hours.iter().filter(|row| row.org == *org).cloned().collect())
    }

    async fn put_hours(&self, row: NamedHours, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        let org = row.org.clone();
        data.hours.retain(|old| old.id != row.id);
        data.hours.push(row);
        Ok(data.add(&org, events))
    }

    async fn delete_hours(&self, org: &OrgId, id: &HoursId, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        data.hours.retain(|row| row.org != *org || row.id != *id);
        Ok(data.add(org, events))
    }

    async fn voicemails(&self, org: &OrgId, filter: VoicemailFilter) -> Result<Page<Voicemail>> {
        let data = self.data.lock();
        let wanted = |row: &&Voicemail| {
            row.org == *org
                && filter.mailbox.as_ref().is_none_or(|mailbox| row.mailbox.to_string() == *mailbox)
                && !(filter.unheard_only && row.heard_at.is_some())
        };
        Ok(Page { items: data.voicemails.iter().filter(wanted).cloned().collect(), next: None })
    }

    async fn voicemail(&self, org: &OrgId, id: &VoicemailId) -> Result<Voicemail> {
        let data = self.data.lock();
        let found = data.voicemails.iter().find(|row| row.org == *org && row.id == *id);
        found.cloned().ok_or(StoreError::NotFound { operation: "reading a message" })
    }

    async fn note_heard(
        &self,
        org: &OrgId,
        id: &VoicemailId,
        heard_at: Option<UnixMs>,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        for row in data.voicemails.iter_mut().filter(|row| row.org == *org && row.id == *id) {
            row.heard_at = heard_at;
        }
        Ok(data.add(org, events))
    }

    async fn delete_voicemail(
        &self,
        org: &OrgId,
        id: &VoicemailId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        data.voicemails.retain(|row| row.org != *org || row.id != *id);
        Ok(data.add(org, events))
    }
}
