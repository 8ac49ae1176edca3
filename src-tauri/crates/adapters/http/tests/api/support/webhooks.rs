//! Webhooks in memory: one address and one delivery of each organisation; the relay's part is not played.

use async_trait::async_trait;
use parking_lot::Mutex;
use tandem_foundation::{EndpointId, OrgId, Pii};
use tandem_switchboard::ports::store::{Page, StoreError};
use tandem_switchboard::ports::webhooks::*;
use tandem_switchboard::records::*;

type Result<T> = std::result::Result<T, StoreError>;

#[derive(Debug)]
pub struct MemoryWebhooks {
    endpoints: Mutex<Vec<WebhookEndpoint>>,
    deliveries: Mutex<Vec<Delivery>>,
}

impl Default for MemoryWebhooks {
    fn default() -> Self {
        let orgs = ["org_1", "org_2"];
        Self {
            endpoints: Mutex::new(orgs.into_iter().map(endpoint).collect()),
            deliveries: Mutex::new(orgs.into_iter().map(delivery).collect()),
        }
    }
}

fn endpoint(org: &str) -> WebhookEndpoint {
    WebhookEndpoint {
        id: format!("whep_{org}").into(),
        org: org.into(),
        contract: None,
        url: Some("https://example.org/hook".into()),
        description: String::new(),
        topics: Vec::new(),
        enabled: true,
        disabled_reason: None,
        secrets: vec![WebhookSecret { secret: "whsec_aHVzaA==".into(), until: None }],
        failing_since: None,
        created_at: UnixMs(0),
    }
}

fn delivery(org: &str) -> Delivery {
    Delivery {
        id: format!("whd_{org}"),
        org: org.into(),
        endpoint: format!("whep_{org}").into(),
        contract: None,
        url: "https://example.org/hook".into(),
        topic: "call.completed".into(),
        call: None,
        body: Pii::new("{}".into()),
        state: DeliveryState::Failed,
        attempts: 10,
        next_attempt_at: UnixMs(0),
        created_at: UnixMs(0),
        finished_at: Some(UnixMs(1)),
    }
}

const NOT_FOUND: StoreError = StoreError::NotFound { operation: "reading a webhook" };

#[async_trait]
impl WebhookStore for MemoryWebhooks {
    async fn endpoints(&self, org: &OrgId) -> Result<Vec<WebhookEndpoint>> {
        Ok(self.endpoints.lock().iter().filter(|row| row.org == *org).cloned().collect())
    }

    async fn endpoint(&self, org: &OrgId, id: &EndpointId) -> Result<WebhookEndpoint> {
        let rows = self.endpoints.lock();
        rows.iter().find(|row| row.org == *org && row.id == *id).cloned().ok_or(NOT_FOUND)
    }

    async fn put_endpoint(&self, row: WebhookEndpoint, _: Vec<NewEvent>) -> Result<Vec<Event>> {
        let mut rows = self.endpoints.lock();
        rows.retain(|old| old.id != row.id);
        rows.push(row);
        Ok(Vec::new())
    }

    async fn delete_endpoint(&self, org: &OrgId, id: &EndpointId, _: Vec<NewEvent>) -> Result<Vec<Event>> {
        self.endpoints.lock().retain(|row| row.org != *org || row.id != *id);
        Ok(Vec::new())
    }

    async fn note_failing(&self, _: &OrgId, _: &EndpointId, _: Option<UnixMs>) -> Result<()> {
        Ok(())
    }

    async fn announcements(&self, _: u32) -> Result<Vec<Announcement>> {
        Ok(Vec::new())
    }

    async fn spread(&self, _: &Announcement, _: Vec<Delivery>, _: UnixMs) -> Result<bool> {
        Ok(false)
    }

    async fn put_delivery(&self, row: Delivery) -> Result<()> {
        self.deliveries.lock().push(row);
        Ok(())
    }

    async fn due_queues(&self, _: UnixMs, _: u32) -> Result<Vec<DeliveryQueue>> {
        Ok(Vec::new())
    }

    async fn next_due(&self) -> Result<Option<UnixMs>> {
        Ok(None)
    }

    async fn lease(&self, _: &DeliveryQueue, _: UnixMs, _: UnixMs, _: u32) -> Result<Vec<Delivery>> {
        Ok(Vec::new())
    }

    async fn settle(&self, _: &OrgId, _: &str, _: DeliveryAttempt, _: AfterAttempt) -> Result<()> {
        Ok(())
    }

    async fn deliveries(&self, org: &OrgId, _: DeliveryFilter) -> Result<Page<Delivery>> {
        let items = self.deliveries.lock().iter().filter(|row| row.org == *org).cloned().collect();
        Ok(Page { items, next: None })
    }

    async fn delivery(&self, org: &OrgId, id: &str) -> Result<Delivery> {
        let rows = self.deliveries.lock();
        rows.iter().find(|row| row.org == *org && row.id == id).cloned().ok_or(NOT_FOUND)
    }

    async fn attempts(&self, _: &OrgId, _: &str) -> Result<Vec<DeliveryAttempt>> {
        Ok(Vec::new())
    }

    async fn redeliver(&self, org: &OrgId, id: &str, now: UnixMs) -> Result<()> {
        let mut rows = self.deliveries.lock();
        let row = rows.iter_mut().find(|row| row.org == *org && row.id == id).ok_or(NOT_FOUND)?;
        (row.state, row.attempts, row.next_attempt_at) = (DeliveryState::Pending, 0, now);
        Ok(())
    }

    async fn redeliver_range(
        &self,
        _: &OrgId,
        _: &EndpointId,
        _: (UnixMs, UnixMs),
        _: bool,
        _: UnixMs,
    ) -> Result<u64> {
        Ok(1)
    }
}
