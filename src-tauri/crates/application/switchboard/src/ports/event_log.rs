//! The part of storage that reads events again by kind and time.

use async_trait::async_trait;
use tandem_foundation::{OrgId, UserId};

use crate::ports::store::StoreError;
use crate::records::{Event, UnixMs};

/// Some of the events, in the order of their numbers.
#[derive(Debug, Clone, Copy)]
pub struct EventsOf<'a> {
    /// Stored kinds (`queue.joined`).
    pub kinds: &'a [&'static str],
    /// Only those with a higher number than this …
    pub after: i64,
    /// … and at most this one.
    pub last: i64,
    /// How many; the next page is after the last of these.
    pub limit: u32,
}

/// Events that were written, by kind and time.
#[async_trait]
pub trait EventLog: Send + Sync {
    async fn events_of(&self, org: &OrgId, wanted: EventsOf<'_>) -> Result<Vec<Event>, StoreError>;
    /// The lowest and the highest number of events of these kinds that happened from `from` to before `to`; `None`
    /// where there are none. Between them there may be events of another time, for some are written late.
    async fn numbers_of(
        &self,
        org: &OrgId,
        kinds: &[&'static str],
        from: UnixMs,
        to: UnixMs,
    ) -> Result<Option<(i64, i64)>, StoreError>;
    /// What was last told of an agent before this moment (an `agent.state` event).
    async fn agent_state_before(
        &self,
        org: &OrgId,
        user: &UserId,
        before: UnixMs,
    ) -> Result<Option<Event>, StoreError>;
}
