//! The one notification of a call's end, at the address that the call brought along.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::ports::webhooks::{Announcement, Rendering, Signature, Terms, WebhookFormat};
use tandem_switchboard::records::{Call, Contract, EventBody};

use super::status::{duration_s, outcome, recording_url, transcript_url, word};
use crate::ground::{Ground, STANDARD_SCHEDULE, rfc3339_ms, uuid_of};

/// The contract's format.
#[derive(Debug, Clone)]
pub(crate) struct AudatecCallbacks(pub(crate) Arc<Ground>);

#[async_trait]
impl WebhookFormat for AudatecCallbacks {
    fn contract(&self) -> Option<Contract> {
        Some(Contract::Audatec)
    }

    fn terms(&self) -> Terms {
        Terms {
            signature: Signature::Hex { header: "X-Audatec-Signature" },
            timeout: Duration::from_secs(30),
            schedule: &STANDARD_SCHEDULE,
            disable_failing: false,
        }
    }

    async fn render(&self, announcement: &Announcement) -> Result<Option<Rendering>, StoreError> {
        let Some(call) = ended(announcement) else { return Ok(None) };
        let base = self.0.public_url().unwrap_or_default();
        let word = word(call);
        let event = match word {
            "Completed" => "call.completed",
            "Decline" => "call.declined",
            "Trigger Failed" | "SIP Call Failed" => "call.failed",
            _ => "call.rejected",
        };
        let metadata = call.origin.as_ref().map(|origin| origin.metadata.clone().into_inner());
        let body = json!({
            "event": event,
            "call_id": uuid_of(call.id.as_str()),
            "call_status": word,
            "call_outcome": outcome(call),
            "duration": duration_s(call),
            "transcript_url": transcript_url(&self.0, &base, call),
            "recording_url": recording_url(&self.0, &base, call),
            "metadata": metadata,
            "occurred_at": rfc3339_ms(call.ended_at.unwrap_or(announcement.at)),
        });
        let call = Some(call.id.clone());
        Ok(Some(Rendering { topic: event.to_owned(), call, body: body.to_string() }))
    }

    fn addresses(&self, announcement: &Announcement, _rendering: &Rendering) -> Vec<String> {
        let origin = ended(announcement).and_then(|call| call.origin.as_ref());
        origin.and_then(|origin| origin.callback_url.clone()).into_iter().collect()
    }
}

/// The call of this contract whose end is announced: once a call, whatever is found out about it later.
fn ended(announcement: &Announcement) -> Option<&Call> {
    let EventBody::CallEnded(call) = &announcement.event else { return None };
    let ours = call.origin.as_ref().is_some_and(|origin| origin.contract == Contract::Audatec);
    (ours && matches!(announcement.topic.as_str(), "call.completed" | "call.failed")).then_some(call)
}
