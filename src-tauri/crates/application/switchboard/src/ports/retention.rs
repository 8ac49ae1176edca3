//! The part of storage that knows how long an organisation keeps what.

use std::path::Path;

use async_trait::async_trait;
use tandem_foundation::OrgId;

use super::store::StoreError;
use crate::records::{Event, NewEvent, Retention, Sweep, Swept, UnixMs};

/// Retention settings and what came of them.
#[async_trait]
pub trait RetentionStore: Send + Sync {
    /// An organisation's settings; everything is kept where it has none.
    async fn retention(&self, org: &OrgId) -> Result<Retention, StoreError>;
    /// Replaces them.
    async fn put_retention(
        &self,
        org: &OrgId,
        row: Retention,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
    /// What a sweep at `now` would delete under these settings.
    async fn due(&self, org: &OrgId, kept: Retention, now: UnixMs) -> Result<Swept, StoreError>;
    /// Deletes what the organisation no longer keeps at `now`, recordings below `data_dir` too; what was deleted is told
    /// by an event.
    async fn sweep_organisation(
        &self,
        org: &OrgId,
        now: UnixMs,
        data_dir: &Path,
    ) -> Result<Swept, StoreError>;
    /// The last sweep that went over this organisation.
    async fn last_sweep(&self, org: &OrgId) -> Result<Option<Sweep>, StoreError>;
}
