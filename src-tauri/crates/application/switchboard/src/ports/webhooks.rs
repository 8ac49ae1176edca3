//! Webhooks: the part of storage that keeps them, and the format in which a contract tells things.

use std::time::Duration;

use async_trait::async_trait;
use tandem_foundation::{CallId, EndpointId, OrgId};

use super::store::{Page, PageKey, StoreError};
use crate::records::{
    Contract, Delivery, DeliveryAttempt, DeliveryState, Event, EventBody, NewEvent, UnixMs, WebhookEndpoint,
};

/// A row of the outbox: what happened, under the topic by which it is announced.
#[derive(Debug, Clone, PartialEq)]
pub struct Announcement {
    /// Unique on the server; the ids of its deliveries begin with it.
    pub id: String,
    pub org: OrgId,
    /// `call.created`, `call.ringing`, `call.in_progress` (of calls with an origin), `call.completed`, `call.failed`,
    /// `payment.promised` …
    pub topic: String,
    pub event: EventBody,
    pub at: UnixMs,
}

/// A message as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendering {
    /// The contract's own name of what happened; what endpoints choose by.
    pub topic: String,
    pub call: Option<CallId>,
    pub body: String,
}

/// How a message is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    Standard,
    /// Lower-case hexadecimal HMAC-SHA256 of the body in this header, by the newest secret.
    Hex {
        header: &'static str,
    },
    None,
}

/// On what terms messages are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    pub signature: Signature,
    /// For the whole exchange with the receiver.
    pub timeout: Duration,
    /// After which times a message that was not taken is tried again; empty: it is not.
    pub schedule: &'static [Duration],
    /// An address that takes nothing for the whole schedule is switched off.
    pub disable_failing: bool,
}

/// How one contract, or our own API, tells what happened.
///
/// The relay asks each format of every announcement: what it would say (once, so that every try says the same), and
/// which addresses beside the registered ones want to hear it.
#[async_trait]
pub trait WebhookFormat: Send + Sync {
    /// Whose endpoints it serves; `None`: our own.
    fn contract(&self) -> Option<Contract>;

    fn terms(&self) -> Terms;

    /// What is said, if this is one of the format's topics.
    ///
    /// # Errors
    /// When storage cannot be read; the announcement is tried again.
    async fn render(&self, announcement: &Announcement) -> Result<Option<Rendering>, StoreError>;

    /// Addresses that the call itself brought along and that want to hear this.
    fn addresses(&self, announcement: &Announcement, rendering: &Rendering) -> Vec<String> {
        let _ = (announcement, rendering);
        Vec::new()
    }
}

/// What becomes of a delivery after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterAttempt {
    Delivered,
    RetryAt(UnixMs),
    Failed,
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    pub endpoint: Option<EndpointId>,
    pub state: Option<DeliveryState>,
    pub after: Option<PageKey>,
    /// At most 200.
    pub limit: u32,
}

/// Deliveries that wait in one queue: those to one endpoint at one address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeliveryQueue {
    pub org: OrgId,
    pub endpoint: EndpointId,
    pub url: String,
}

/// The part of storage that keeps webhooks. Secrets are sealed before they are written.
#[async_trait]
pub trait WebhookStore: Send + Sync {
    async fn endpoints(&self, org: &OrgId) -> Result<Vec<WebhookEndpoint>, StoreError>;
    async fn endpoint(&self, org: &OrgId, id: &EndpointId) -> Result<WebhookEndpoint, StoreError>;
    /// Inserts or replaces by id.
    async fn put_endpoint(
        &self,
        row: WebhookEndpoint,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
    /// Deletes it and what was to go there.
    async fn delete_endpoint(
        &self,
        org: &OrgId,
        id: &EndpointId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
    /// Since when it has taken nothing; `None`: it takes messages.
    async fn note_failing(
        &self,
        org: &OrgId,
        id: &EndpointId,
        since: Option<UnixMs>,
    ) -> Result<(), StoreError>;

    /// The oldest announcements of all organisations that nobody has spread yet (the relay's own question).
    async fn announcements(&self, limit: u32) -> Result<Vec<Announcement>, StoreError>;
    /// Writes an announcement's deliveries and marks it as spread, in one transaction; `false`: somebody else did.
    async fn spread(
        &self,
        announcement: &Announcement,
        deliveries: Vec<Delivery>,
        now: UnixMs,
    ) -> Result<bool, StoreError>;
    /// A message of its own, beside the outbox (a test event).
    async fn put_delivery(&self, row: Delivery) -> Result<(), StoreError>;

    /// Queues of all organisations in which something is due (the relay's own question).
    async fn due_queues(&self, now: UnixMs, limit: u32) -> Result<Vec<DeliveryQueue>, StoreError>;
    /// When the next delivery of all organisations is due, if one waits.
    async fn next_due(&self) -> Result<Option<UnixMs>, StoreError>;
    /// Takes up to `limit` due deliveries of a queue, the oldest first, for nobody else until `until`.
    async fn lease(
        &self,
        queue: &DeliveryQueue,
        now: UnixMs,
        until: UnixMs,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError>;
    /// Writes a try down and what becomes of the delivery.
    async fn settle(
        &self,
        org: &OrgId,
        id: &str,
        attempt: DeliveryAttempt,
        after: AfterAttempt,
    ) -> Result<(), StoreError>;

    async fn deliveries(&self, org: &OrgId, filter: DeliveryFilter) -> Result<Page<Delivery>, StoreError>;
    async fn delivery(&self, org: &OrgId, id: &str) -> Result<Delivery, StoreError>;
    /// Every try of a delivery, the first first.
    async fn attempts(&self, org: &OrgId, id: &str) -> Result<Vec<DeliveryAttempt>, StoreError>;
    /// Sends one again, with the same id.
    async fn redeliver(&self, org: &OrgId, id: &str, now: UnixMs) -> Result<(), StoreError>;
    /// Sends again what was created for an endpoint in a span of time; `failed_only`: of that, what was never taken.
    /// Answers how many.
    async fn redeliver_range(
        &self,
        org: &OrgId,
        endpoint: &EndpointId,
        span: (UnixMs, UnixMs),
        failed_only: bool,
        now: UnixMs,
    ) -> Result<u64, StoreError>;
}
