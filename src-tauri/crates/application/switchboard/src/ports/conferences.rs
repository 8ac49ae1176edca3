//! The part of storage that keeps conferences; they are put by a commit.

use async_trait::async_trait;
use tandem_foundation::{ConferenceId, OrgId};

use super::store::{Page, PageKey, StoreError};
use crate::records::Conference;

/// Conferences that are and were.
#[async_trait]
pub trait ConferenceStore: Send + Sync {
    /// Newest first; at most 200.
    async fn conferences(
        &self,
        org: &OrgId,
        after: Option<PageKey>,
        limit: u32,
    ) -> Result<Page<Conference>, StoreError>;
    async fn conference(&self, org: &OrgId, id: &ConferenceId) -> Result<Conference, StoreError>;
    /// Start-up, over all organisations: those that were live when the server died, or of which a recording was being
    /// written.
    async fn unfinished_conferences(&self) -> Result<Vec<Conference>, StoreError>;
}
