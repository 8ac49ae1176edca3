//! Agents, tasks, calls and reports as they are told.

use serde_json::{Value, json};
use tandem_switchboard::records::{Assistant, Call, CallStatus, Speaker, Task, TranscriptItem, UnixMs};

use crate::ground::{Offset, rfc3339_ms, uuid_of};

/// Under which name what was sent is kept with the assistant.
pub(super) const KEPT: &str = "va";
/// Characters of an excerpt.
const EXCERPT: usize = 500;

pub(super) fn agent(row: &Assistant) -> Value {
    let kept = row.settings.external.get(KEPT);
    let part = |name: &str| kept.and_then(|kept| kept.get(name)).cloned().unwrap_or_default();
    json!({
        "id": uuid_of(row.id.as_str()),
        "name": row.name,
        "description": row.settings.description,
        "system_prompt": row.settings.system_prompt,
        "starting_message": row.settings.first_message,
        "enabled": row.enabled,
        "voice_settings": part("voice_settings"),
        "dtmf_rules": part("dtmf_rules"),
        "created_at": rfc3339_ms(row.created_at),
        "updated_at": rfc3339_ms(row.updated_at),
    })
}

pub(super) fn task(row: &Task) -> Value {
    let details = row.details.expose();
    json!({
        "id": uuid_of(row.id.as_str()),
        "agent_id": uuid_of(row.assistant.as_str()),
        "name": details.name,
        "description": details.description,
        "to_number": details.to_number,
        "starting_message": details.starting_message,
        "context_data": details.context_data,
        "status": row.status.as_str(),
        "priority": row.priority,
        "scheduled_at": details.scheduled_at.map(rfc3339_ms),
        "webhook_url": details.webhook_url,
        "webhook_events": details.webhook_events,
        "call_id": row.call.as_ref().map(|id| uuid_of(id.as_str())),
        "error": details.error,
        "created_at": rfc3339_ms(row.created_at),
        "updated_at": rfc3339_ms(row.updated_at),
    })
}

pub(super) fn call(row: &Call) -> Value {
    let task = row.origin.as_ref().and_then(|origin| origin.task.as_deref());
    json!({
        "id": uuid_of(row.id.as_str()),
        "task_id": task.map(uuid_of),
        "agent_id": row.assistant.as_ref().map(|id| uuid_of(id.as_str())),
        "status": call_status(row.status),
        "from_number": row.from.as_str(),
        "to_number": row.to.as_str(),
        "duration": row.duration_ms.map(|ms| (ms + 500) / 1_000),
        "started_at": row.answered_at.map(rfc3339_ms),
        "ended_at": row.ended_at.map(rfc3339_ms),
        "end_reason": row.end_reason,
        "created_at": rfc3339_ms(row.created_at),
    })
}

/// One of the text's four words.
pub(super) const fn call_status(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Queued | CallStatus::Ringing => "initiated",
        CallStatus::InProgress => "in_progress",
        CallStatus::Completed => "completed",
        _ => "failed",
    }
}

pub(super) fn line(item: &TranscriptItem) -> Option<Value> {
    let role = match item.speaker {
        Speaker::Assistant | Speaker::Person => "agent",
        Speaker::Customer => "user",
        Speaker::System => return None,
    };
    let text = item.text.as_str();
    (!text.is_empty()).then(|| {
        json!({ "role": role, "message": text, "time_in_call_secs": item.start_ms.max(0) as f64 / 1_000.0 })
    })
}

/// What came of a call; of one that has no outcome, what can be said of it now.
pub(super) fn report(row: &Call, lines: &[Value], now: UnixMs) -> Value {
    let said = |role: &str| lines.iter().filter(|line| line["role"] == role).count();
    let outcome = row.outcome.clone().unwrap_or_default();
    let fields = outcome.fields.iter().map(|field| (field.name.clone(), field.value.clone()));
    let plain = || {
        let turns = (said("agent"), said("user"));
        match row.status {
            status if !status.is_final() => {
                format!("The call is under way: {} turns of the agent, {} of the customer.", turns.0, turns.1)
            }
            _ if row.answered_at.is_none() => {
                format!("The call was not answered ({}).", row.end_reason.as_deref().unwrap_or("unknown"))
            }
            _ => format!("The call had {} turns of the agent and {} of the customer.", turns.0, turns.1),
        }
    };
    json!({
        "summary": if outcome.summary.is_empty() { plain() } else { outcome.summary.clone() },
        "disposition": (!outcome.disposition.is_empty()).then_some(outcome.disposition),
        "sentiment": (!outcome.sentiment.is_empty()).then_some(outcome.sentiment),
        "extracted_data": fields.collect::<serde_json::Map<_, _>>(),
        "needs_review": outcome.needs_review,
        "status": call_status(row.status),
        "duration": row.duration_ms.map(|ms| (ms + 500) / 1_000),
        "generated_at": rfc3339_ms(row.ended_at.unwrap_or(now)),
    })
}

/// The transcript as text, cut to an excerpt's length; `None` where nothing was said.
pub(super) fn excerpt(lines: &[Value]) -> Option<String> {
    let told = |line: &Value| {
        format!(
            "{}: {}",
            line["role"].as_str().unwrap_or_default(),
            line["message"].as_str().unwrap_or_default()
        )
    };
    let text = lines.iter().map(told).collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then(|| cut(&text))
}

pub(super) fn cut(text: &str) -> String {
    if text.chars().count() <= EXCERPT {
        return text.to_owned();
    }
    text.chars().take(EXCERPT).chain(['…']).collect()
}

pub(super) fn list(name: &str, items: Vec<Value>, part: Offset, more: bool) -> Value {
    let mut told = json!({ "pagination": { "limit": part.limit, "offset": part.offset, "has_more": more } });
    told[name] = items.into();
    told
}
