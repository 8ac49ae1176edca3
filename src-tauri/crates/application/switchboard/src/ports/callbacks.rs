//! The part of storage that holds who is to be called back. Rows are written by commits.

use async_trait::async_trait;
use tandem_foundation::{CallbackId, OrgId};

use crate::ports::store::{Page, PageKey, StoreError};
use crate::records::Callback;

/// Which callbacks.
#[derive(Debug, Clone, Default)]
pub struct CallbackFilter {
    /// Only those that are not over.
    pub open_only: bool,
    pub after: Option<PageKey>,
    /// At most 200.
    pub limit: u32,
}

/// Callbacks.
#[async_trait]
pub trait CallbackStore: Send + Sync {
    /// Newest first.
    async fn callbacks(&self, org: &OrgId, filter: CallbackFilter) -> Result<Page<Callback>, StoreError>;
    async fn callback(&self, org: &OrgId, id: &CallbackId) -> Result<Callback, StoreError>;
    /// Start-up, over all organisations: every callback that is not over, oldest first.
    async fn open_callbacks(&self) -> Result<Vec<Callback>, StoreError>;
}
