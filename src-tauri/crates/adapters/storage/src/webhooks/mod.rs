//! Webhooks: endpoints with sealed secrets, and their deliveries.

mod deliveries;
mod endpoints;

use async_trait::async_trait;
use tandem_foundation::{EndpointId, OrgId};
use tandem_switchboard::ports::store::{Page, StoreError};
use tandem_switchboard::ports::webhooks::{
    AfterAttempt, Announcement, DeliveryFilter, DeliveryQueue, WebhookStore,
};
use tandem_switchboard::records::{Delivery, DeliveryAttempt, Event, NewEvent, UnixMs, WebhookEndpoint};

use crate::Storage;

#[async_trait]
impl WebhookStore for Storage {
    async fn endpoints(&self, org: &OrgId) -> Result<Vec<WebhookEndpoint>, StoreError> {
        self.webhook_endpoints(org).await
    }

    async fn endpoint(&self, org: &OrgId, id: &EndpointId) -> Result<WebhookEndpoint, StoreError> {
        self.webhook_endpoint(org, id).await
    }

    async fn put_endpoint(
        &self,
        row: WebhookEndpoint,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        self.put_webhook_endpoint(row, events).await
    }

    async fn delete_endpoint(
        &self,
        org: &OrgId,
        id: &EndpointId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        self.delete_webhook_endpoint(org, id, events).await
    }

    async fn note_failing(
        &self,
        org: &OrgId,
        id: &EndpointId,
        since: Option<UnixMs>,
    ) -> Result<(), StoreError> {
        self.note_webhook_failing(org, id, since).await
    }

    async fn announcements(&self, limit: u32) -> Result<Vec<Announcement>, StoreError> {
        self.waiting_announcements(limit).await
    }

    async fn spread(
        &self,
        announcement: &Announcement,
        deliveries: Vec<Delivery>,
        now: UnixMs,
    ) -> Result<bool, StoreError> {
        self.spread_announcement(announcement, deliveries, now).await
    }

    async fn put_delivery(&self, row: Delivery) -> Result<(), StoreError> {
        self.put_webhook_delivery(row).await
    }

    async fn due_queues(&self, now: UnixMs, limit: u32) -> Result<Vec<DeliveryQueue>, StoreError> {
        self.due_delivery_queues(now, limit).await
    }

    async fn next_due(&self) -> Result<Option<UnixMs>, StoreError> {
        self.next_delivery_due().await
    }

    async fn lease(
        &self,
        queue: &DeliveryQueue,
        now: UnixMs,
        until: UnixMs,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.lease_deliveries(queue, now, until, limit).await
    }

    async fn settle(
        &self,
        org: &OrgId,
        id: &str,
        attempt: DeliveryAttempt,
        after: AfterAttempt,
    ) -> Result<(), StoreError> {
        self.settle_delivery(org, id, attempt, after).await
    }

    async fn deliveries(&self, org: &OrgId, filter: DeliveryFilter) -> Result<Page<Delivery>, StoreError> {
        self.list_deliveries(org, filter).await
    }

    async fn delivery(&self, org: &OrgId, id: &str) -> Result<Delivery, StoreError> {
        self.read_delivery(org, id).await
    }

    async fn attempts(&self, org: &OrgId, id: &str) -> Result<Vec<DeliveryAttempt>, StoreError> {
        self.delivery_attempts(org, id).await
    }

    async fn redeliver(&self, org: &OrgId, id: &str, now: UnixMs) -> Result<(), StoreError> {
        self.redeliver_one(org, id, now).await
    }

    async fn redeliver_range(
        &self,
        org: &OrgId,
        endpoint: &EndpointId,
        span: (UnixMs, UnixMs),
        failed_only: bool,
        now: UnixMs,
    ) -> Result<u64, StoreError> {
        self.redeliver_span(org, endpoint, span, failed_only, now).await
    }
}
