//! The trace port: SIP messages on their way from signalling's tap to storage.
//!
//! A tap never slows signalling: it drops, counts, and tells with the next message how many are missing.

use async_trait::async_trait;
use tandem_foundation::{CallId, OrgId};

use super::store::StoreError;
use crate::records::{SipMessage, TracedMessage};

/// How many messages of one call are kept; those after them are not.
pub const MOST_MESSAGES: i64 = 500;
/// Bytes of one message's text; what is longer is cut.
pub const LONGEST_TEXT: usize = 64 * 1024;

/// What a tap hands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    pub message: TracedMessage,
    /// Messages between the one before and this one that were dropped.
    pub missed: u64,
}

/// Storage of traces, outside the commits of calls.
#[async_trait]
pub trait SipTraces: Send + Sync {
    /// Inserts messages of calls that exist; a position that is taken already stays as it is, so that a batch may be
    /// written again.
    async fn put_sip_messages(&self, org: &OrgId, messages: Vec<SipMessage>) -> Result<(), StoreError>;
    /// The messages of a call by position.
    async fn sip_messages(&self, org: &OrgId, call: &CallId) -> Result<Vec<SipMessage>, StoreError>;
    /// For how many days the organisation keeps them; `None`: for ever.
    async fn sip_trace_days(&self, org: &OrgId) -> Result<Option<u32>, StoreError>;
}
