//! What `sauti` tells of calls: `call.completed`, `call.failed`, `payment.promised`, as Standard Webhooks.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::ports::webhooks::{Announcement, Rendering, Signature, Terms, WebhookFormat};
use tandem_switchboard::records::{Call, Contract, EventBody};

use super::calls::{line, reason, recording_url};
use crate::ground::{Ground, STANDARD_SCHEDULE, rfc3339_s};

/// The contract's format.
#[derive(Debug, Clone)]
pub(crate) struct SautiWebhooks(pub(crate) Arc<Ground>);

#[async_trait]
impl WebhookFormat for SautiWebhooks {
    fn contract(&self) -> Option<Contract> {
        Some(Contract::Sauti)
    }

    fn terms(&self) -> Terms {
        Terms {
            signature: Signature::Standard,
            timeout: Duration::from_secs(15),
            schedule: &STANDARD_SCHEDULE,
            disable_failing: true,
        }
    }

    async fn render(&self, announcement: &Announcement) -> Result<Option<Rendering>, StoreError> {
        let (EventBody::CallEnded(call) | EventBody::CallAnalyzed(call)) = &announcement.event else {
            return Ok(None);
        };
        let data = match announcement.topic.as_str() {
            "call.completed" => self.completed(call).await?,
            "call.failed" => json!({
                "id": call.id.as_str(), "status": "failed", "from": call.from.as_str(), "to": call.to.as_str(),
                "reason": reason(call), "created_at": rfc3339_s(call.created_at),
                "ended_at": call.ended_at.map(rfc3339_s),
            }),
            "payment.promised" => promise(call),
            _ => return Ok(None),
        };
        let body =
            json!({ "type": announcement.topic, "timestamp": rfc3339_s(announcement.at), "data": data });
        let call = Some(call.id.clone());
        Ok(Some(Rendering { topic: announcement.topic.clone(), call, body: body.to_string() }))
    }
}

impl SautiWebhooks {
    async fn completed(&self, call: &Call) -> Result<Value, StoreError> {
        let items = self.0.store.transcript(&call.org, &call.id).await?;
        let url = self.0.public_url().and_then(|base| recording_url(&self.0, &base, call));
        Ok(json!({
            "id": call.id.as_str(),
            "status": "completed",
            "assistant": call.assistant.as_ref().map(|id| id.as_str()),
            "from": call.from.as_str(),
            "to": call.to.as_str(),
            "duration": call.duration_ms.map(|ms| (ms + 500) / 1_000),
            "outcome": call.outcome.as_ref().map(|outcome| outcome.disposition.as_str()),
            "transcript": items.iter().filter_map(line).collect::<Vec<_>>(),
            "recording_url": url,
            "created_at": rfc3339_s(call.created_at),
            "ended_at": call.ended_at.map(rfc3339_s),
        }))
    }
}

/// What was promised: the amount and the date where they were said.
fn promise(call: &Call) -> Value {
    let fields = call.outcome.as_ref().map(|outcome| outcome.fields.as_slice()).unwrap_or_default();
    let value = fields.iter().find(|field| field.name == "promise_to_pay").map(|field| &field.value);
    let part = |name: &str| value.and_then(|value| value.get(name)).cloned().unwrap_or_default();
    json!({
        "call_id": call.id.as_str(),
        "assistant": call.assistant.as_ref().map(|id| id.as_str()),
        "customer": { "number": call.to.as_str(), "name": call.customer_name.as_ref().map(|name| name.as_str()) },
        "amount": part("amount"),
        "date": part("date"),
    })
}
