//! What a task's webhook is told: `call_started`, `call_completed`, `call_failed`, once each.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::ports::webhooks::{Announcement, Rendering, Signature, Terms, WebhookFormat};
use tandem_switchboard::records::{Call, Contract, EventBody};

use super::view;
use crate::ground::{Ground, uuid_of};

/// The contract's format.
#[derive(Debug, Clone)]
pub(crate) struct TaskWebhooks(pub(crate) Arc<Ground>);

#[async_trait]
impl WebhookFormat for TaskWebhooks {
    fn contract(&self) -> Option<Contract> {
        Some(Contract::Va)
    }

    fn terms(&self) -> Terms {
        Terms {
            signature: Signature::None,
            timeout: Duration::from_secs(10),
            schedule: &[],
            disable_failing: false,
        }
    }

    async fn render(&self, announcement: &Announcement) -> Result<Option<Rendering>, StoreError> {
        let Some((event, call)) = told(announcement) else { return Ok(None) };
        let task = call.origin.as_ref().and_then(|origin| origin.task.as_deref());
        let started = event == "call_started";
        let items = if started { Vec::new() } else { self.0.store.transcript(&call.org, &call.id).await? };
        let lines: Vec<_> = items.iter().filter_map(view::line).collect();
        let report = (!started).then(|| view::report(call, &lines, announcement.at));
        let report = report.as_ref().and_then(|report| report["summary"].as_str()).map(view::cut);
        let body = json!({
            "event_type": event,
            "task_id": task.map(uuid_of),
            "call_id": uuid_of(call.id.as_str()),
            "status": view::call_status(call.status),
            "data": { "transcript_excerpt": view::excerpt(&lines), "report_excerpt": report },
        });
        Ok(Some(Rendering { topic: event.to_owned(), call: Some(call.id.clone()), body: body.to_string() }))
    }

    fn addresses(&self, announcement: &Announcement, rendering: &Rendering) -> Vec<String> {
        let origin = told(announcement).and_then(|(_, call)| call.origin.as_ref());
        let wanted =
            origin.filter(|origin| origin.events.is_empty() || origin.events.contains(&rendering.topic));
        wanted.and_then(|origin| origin.callback_url.clone()).into_iter().collect()
    }
}

/// Which of the contract's events this is, and of which of its calls.
fn told(announcement: &Announcement) -> Option<(&'static str, &Call)> {
    let (event, call) = match (&announcement.event, announcement.topic.as_str()) {
        (EventBody::CallCreated(call), "call.created") => ("call_started", call),
        (EventBody::CallEnded(call), "call.completed") => ("call_completed", call),
        (EventBody::CallEnded(call), "call.failed") => ("call_failed", call),
        _ => return None,
    };
    let ours = call.origin.as_ref().is_some_and(|origin| origin.contract == Contract::Va);
    ours.then_some((event, call))
}
