//! The storage port. Every query names its organisation; the few that cannot (sign-in, start-up) say why.

use async_trait::async_trait;
use tandem_foundation::{AssistantId, CallId, KeyId, NumberId, OrgId, Pii, SessionId, TrunkId, UserId};

use super::callbacks::CallbackStore;
use super::conferences::ConferenceStore;
use super::event_log::EventLog;
use super::providers::ProviderStore;
use super::queues::QueueStore;
use super::retention::RetentionStore;
use super::routing::RoutingStore;
use super::settings::SettingsStore;
use super::trace::SipTraces;
use crate::records::{
    AgentProfile, ApiKey, Assistant, Call, CallStatus, Callback, Conference, Contract, Direction, Event,
    NewEvent, Number, Organisation, Session, TranscriptItem, Trunk, UnixMs, User, Voicemail,
};

/// Why storage could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{operation}: not found")]
    NotFound { operation: &'static str },
    /// A unique name is taken, or a version is not the one that was read.
    #[error("{operation}: conflict on {field}")]
    Conflict { operation: &'static str, field: &'static str },
    /// The disk is full or the database cannot be reached; trying again later may help.
    #[error("{operation}: storage is not available")]
    Unavailable {
        operation: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("{operation}")]
    Broken {
        operation: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The source of [`StoreError::Unavailable`] where the disk has no room.
#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
pub struct DiskFull(#[source] pub Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    /// There is no room on the disk.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Unavailable { source, .. } if source.is::<DiskFull>())
    }
}

/// State and the events that report it: committed in one transaction, or not at all.
#[derive(Debug, Clone, Default)]
pub struct Commit {
    /// Inserted or replaced as a whole.
    pub call: Option<Call>,
    /// Inserted or replaced by id.
    pub items: Vec<TranscriptItem>,
    /// Numbers to put on the organisation's do-not-call list.
    pub do_not_call: Vec<DoNotCall>,
    /// Inserted or replaced.
    pub agents: Vec<AgentProfile>,
    /// Inserted or replaced.
    pub callbacks: Vec<Callback>,
    /// Messages that callers left.
    pub voicemails: Vec<Voicemail>,
    /// Inserted or replaced as a whole.
    pub conference: Option<Conference>,
    pub events: Vec<NewEvent>,
    /// Topics of the outbox under which each event is also queued for delivery (index into `events`, topic).
    pub outbox: Vec<(usize, String)>,
}

/// A do-not-call entry.
#[derive(Debug, Clone, PartialEq)]
pub struct DoNotCall {
    pub number: tandem_foundation::Pii<String>,
    pub reason: String,
    pub call: Option<CallId>,
    pub at: UnixMs,
}

/// A page of a list in (created_at, id) order, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Give this to get the next page.
    pub next: Option<PageKey>,
}

/// Where a page ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageKey {
    pub created_at: UnixMs,
    pub id: String,
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    pub status: Option<CallStatus>,
    pub live_only: bool,
    pub assistant: Option<AssistantId>,
    /// Any of these; empty: any at all.
    pub any_status: Vec<CallStatus>,
    pub direction: Option<Direction>,
    /// Exactly this number.
    pub from: Option<Pii<String>>,
    /// Exactly this number.
    pub to: Option<Pii<String>>,
    /// Placed through this contract.
    pub contract: Option<Contract>,
    /// Placed for this row of a contract.
    pub task: Option<String>,
    /// Created at this time or later.
    pub since: Option<UnixMs>,
    /// Created before this time.
    pub until: Option<UnixMs>,
    /// Matches numbers and customer names.
    pub search: Option<String>,
    /// So many are left out first, for contracts whose lists count so.
    pub offset: u32,
    pub after: Option<PageKey>,
    /// At most 200.
    pub limit: u32,
}

/// Calls, transcripts and events.
#[async_trait]
pub trait CallStore: Send + Sync {
    /// Commits; the events come back with their sequence numbers, in order.
    async fn commit(&self, org: &OrgId, commit: Commit) -> Result<Vec<Event>, StoreError>;
    async fn call(&self, org: &OrgId, id: &CallId) -> Result<Call, StoreError>;
    async fn calls(&self, org: &OrgId, filter: CallFilter) -> Result<Page<Call>, StoreError>;
    async fn transcript(&self, org: &OrgId, call: &CallId) -> Result<Vec<TranscriptItem>, StoreError>;
    /// Events of a call in order.
    async fn call_events(&self, org: &OrgId, call: &CallId) -> Result<Vec<Event>, StoreError>;
    /// Up to `limit` events after `seq`, in order.
    async fn events_after(&self, org: &OrgId, seq: i64, limit: u32) -> Result<Vec<Event>, StoreError>;
    /// The newest sequence number, 0 where there is none.
    async fn last_seq(&self, org: &OrgId) -> Result<i64, StoreError>;
    async fn is_do_not_call(&self, org: &OrgId, number: &str) -> Result<bool, StoreError>;
    /// Start-up, over all organisations: every call that was live when the server died.
    async fn unfinished_calls(&self) -> Result<Vec<Call>, StoreError>;
}

/// Configuration.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Start-up, over all organisations.
    async fn organisations(&self) -> Result<Vec<Organisation>, StoreError>;
    async fn put_organisation(&self, row: Organisation) -> Result<(), StoreError>;

    async fn assistants(&self, org: &OrgId) -> Result<Vec<Assistant>, StoreError>;
    async fn assistant(&self, org: &OrgId, id: &AssistantId) -> Result<Assistant, StoreError>;
    /// Inserts (`expected_version` `None`) or replaces; a different stored version is a `Conflict` on `version`.
    async fn put_assistant(
        &self,
        row: Assistant,
        expected_version: Option<i64>,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
    async fn delete_assistant(
        &self,
        org: &OrgId,
        id: &AssistantId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;

    async fn trunks(&self, org: &OrgId) -> Result<Vec<Trunk>, StoreError>;
    async fn put_trunk(&self, row: Trunk, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError>;
    async fn delete_trunk(
        &self,
        org: &OrgId,
        id: &TrunkId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;

    async fn numbers(&self, org: &OrgId) -> Result<Vec<Number>, StoreError>;
    async fn put_number(&self, row: Number, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError>;
    async fn delete_number(
        &self,
        org: &OrgId,
        id: &NumberId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;

    async fn users(&self, org: &OrgId) -> Result<Vec<User>, StoreError>;
    async fn user(&self, org: &OrgId, id: &UserId) -> Result<User, StoreError>;
    /// Sign-in, before the organisation is known: e-mail addresses are unique on the server (case-folded).
    async fn user_by_email(&self, email: &str) -> Result<User, StoreError>;
    async fn put_user(&self, row: User, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError>;
}

/// Keys and sessions.
#[async_trait]
pub trait Access: Send + Sync {
    async fn keys(&self, org: &OrgId) -> Result<Vec<ApiKey>, StoreError>;
    async fn put_key(&self, row: ApiKey, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError>;
    async fn revoke_key(
        &self,
        org: &OrgId,
        id: &KeyId,
        at: UnixMs,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
    /// Authentication, before the organisation is known. Revoked keys are `NotFound`.
    async fn key_by_hash(&self, hash: &str) -> Result<ApiKey, StoreError>;
    async fn touch_key(&self, org: &OrgId, id: &KeyId, at: UnixMs) -> Result<(), StoreError>;

    async fn put_session(&self, row: Session) -> Result<(), StoreError>;
    /// Authentication, before the organisation is known. Expired sessions are `NotFound`.
    async fn session_by_hash(&self, token_hash: &str, now: UnixMs) -> Result<(Session, User), StoreError>;
    async fn touch_session(&self, org: &OrgId, id: &SessionId, at: UnixMs) -> Result<(), StoreError>;
    async fn delete_session(&self, org: &OrgId, id: &SessionId) -> Result<(), StoreError>;

    /// Remembers the answer to an idempotent request for 24 h; `None` when the key was taken.
    async fn claim_idempotency(
        &self,
        org: &OrgId,
        key: &str,
        request_hash: &str,
        now: UnixMs,
    ) -> Result<IdempotencyClaim, StoreError>;
    async fn finish_idempotency(
        &self,
        org: &OrgId,
        key: &str,
        status: u16,
        body: &str,
    ) -> Result<(), StoreError>;
    /// Gives the key free again (the request failed before it did anything).
    async fn release_idempotency(&self, org: &OrgId, key: &str) -> Result<(), StoreError>;
}

/// What came of claiming an idempotency key.
#[derive(Debug, Clone, PartialEq)]
pub enum IdempotencyClaim {
    /// First time: carry the request out.
    Fresh,
    /// Same request, answered before: answer this again.
    Replay { status: u16, body: String },
    /// Same request, still running.
    Running,
    /// The key was used with another request.
    Mismatch,
}

/// All of storage.
pub trait Store:
    CallStore
    + Directory
    + Access
    + SipTraces
    + ProviderStore
    + RetentionStore
    + RoutingStore
    + SettingsStore
    + QueueStore
    + ConferenceStore
    + CallbackStore
    + EventLog
{
}
impl<T> Store for T where
    T: CallStore
        + Directory
        + Access
        + SipTraces
        + ProviderStore
        + RetentionStore
        + RoutingStore
        + SettingsStore
        + QueueStore
        + ConferenceStore
        + CallbackStore
        + EventLog
{
}
