//! Our own format: Standard Webhooks 1.0.0, a thin payload that leaves what was said to the API.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::ports::webhooks::{Announcement, Rendering, Signature, Terms, WebhookFormat};
use tandem_switchboard::records::{Contract, EventBody};

/// The standard's own example: ten tries over three days and some hours.
pub const STANDARD_SCHEDULE: [Duration; 9] = [
    Duration::from_secs(5),
    minutes(5),
    minutes(30),
    minutes(2 * 60),
    minutes(5 * 60),
    minutes(10 * 60),
    minutes(14 * 60),
    minutes(20 * 60),
    minutes(24 * 60),
];

/// The terms of Standard Webhooks.
pub const STANDARD: Terms = Terms {
    signature: Signature::Standard,
    timeout: Duration::from_secs(15),
    schedule: &STANDARD_SCHEDULE,
    disable_failing: true,
};

/// `{type, timestamp, data}` of calls that have ended.
#[derive(Debug, Clone, Copy)]
pub struct OwnFormat;

#[async_trait]
impl WebhookFormat for OwnFormat {
    fn contract(&self) -> Option<Contract> {
        None
    }

    fn terms(&self) -> Terms {
        STANDARD
    }

    async fn render(&self, announcement: &Announcement) -> Result<Option<Rendering>, StoreError> {
        let (EventBody::CallEnded(call) | EventBody::CallAnalyzed(call)) = &announcement.event else {
            return Ok(None);
        };
        let timestamp = jiff::Timestamp::from_millisecond(announcement.at.0).unwrap_or_default();
        let body = json!({
            "type": announcement.topic,
            "timestamp": timestamp.to_string(),
            "data": {
                "call": call.id.as_str(),
                "status": call.status.as_str(),
                "duration_ms": call.duration_ms,
                "end_reason": call.end_reason,
                "disposition": call.outcome.as_ref().map(|outcome| outcome.disposition.as_str()),
            },
        });
        let call = Some(call.id.clone());
        Ok(Some(Rendering { topic: announcement.topic.clone(), call, body: body.to_string() }))
    }
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}
