//! The part of storage that knows opening hours and what callers left.

use async_trait::async_trait;
use tandem_foundation::{HoursId, OrgId, VoicemailId};

use super::store::{Page, PageKey, StoreError};
use crate::records::{Event, NamedHours, NewEvent, UnixMs, Voicemail};

/// Which messages to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VoicemailFilter {
    /// Of one box, as [`Mailbox`] is written.
    pub mailbox: Option<String>,
    pub unheard_only: bool,
    pub after: Option<PageKey>,
    /// At most 200.
    pub limit: u32,
}

/// Hours and messages; messages are put by a call's commit.
#[async_trait]
pub trait RoutingStore: Send + Sync {
    /// In the order in which they were made.
    async fn hours(&self, org: &OrgId) -> Result<Vec<NamedHours>, StoreError>;
    /// Inserts or replaces; a name that another row has is a `Conflict` on `name`.
    async fn put_hours(&self, row: NamedHours, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError>;
    async fn delete_hours(
        &self,
        org: &OrgId,
        id: &HoursId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;

    /// Newest first.
    async fn voicemails(&self, org: &OrgId, filter: VoicemailFilter) -> Result<Page<Voicemail>, StoreError>;
    async fn voicemail(&self, org: &OrgId, id: &VoicemailId) -> Result<Voicemail, StoreError>;
    /// Notes that it was heard, or that it was not.
    async fn note_heard(
        &self,
        org: &OrgId,
        id: &VoicemailId,
        heard_at: Option<UnixMs>,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
    /// Deletes the row; its file is the caller's to delete before.
    async fn delete_voicemail(
        &self,
        org: &OrgId,
        id: &VoicemailId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
}
