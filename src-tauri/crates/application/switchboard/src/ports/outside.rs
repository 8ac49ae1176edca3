//! The part of storage that keeps results of calls that somebody else carried.

use async_trait::async_trait;
use serde_json::Value;
use tandem_foundation::{CallId, OrgId, Pii};

use super::store::StoreError;
use crate::records::{Contract, UnixMs};

/// A result as it was told.
#[derive(Debug, Clone, PartialEq)]
pub struct OutsideResult {
    pub org: OrgId,
    pub contract: Contract,
    /// By which whoever carried the call names it.
    pub reference: String,
    /// `None`: of no call that is known here.
    pub call: Option<CallId>,
    pub payload: Pii<Value>,
    pub received_at: UnixMs,
}

/// Results by their references.
#[async_trait]
pub trait OutsideResults: Send + Sync {
    /// Keeps a result unless there is one of this reference that names a call; answers whether it was kept. One of an
    /// unknown call gives way to what comes later.
    async fn keep_result(&self, row: OutsideResult) -> Result<bool, StoreError>;
    /// The result of a reference.
    async fn result(
        &self,
        org: &OrgId,
        contract: Contract,
        reference: &str,
    ) -> Result<Option<OutsideResult>, StoreError>;
}
