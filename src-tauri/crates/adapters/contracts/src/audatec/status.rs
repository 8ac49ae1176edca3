//! A call's status in the text's words, and what there is to read and hear of it.

use serde_json::{Value, json};
use tandem_switchboard::records::{Call, CallStatus, Contract, Speaker, TranscriptItem, UnixMs};

use crate::ground::{
    self, Ask, Ground, Kind, Refusal, Reply, call_behind, link, ok, rfc3339_ms, text_id, transcript_of,
    uuid_of,
};

/// An answered call that nothing was heard of for longer than this is likely stuck.
const STALLED_AFTER_MS: i64 = 10 * 60 * 1_000;

pub(super) async fn get(ask: Ask) -> Reply {
    let id = text_id("call", ask.id()).into();
    let found = ask.ground.store.call(ask.org()?, &id).await;
    let call = found.map_err(|error| match Refusal::of_row(error, "call") {
        refusal if refusal.kind == Kind::NotFound => Refusal::new(Kind::NotFound, "Call not found"),
        refusal => refusal,
    })?;
    let events = ask.ground.store.call_events(&call.org, &call.id).await?;
    let last_updated = events.last().map_or(call.ended_at.unwrap_or(call.created_at), |event| event.at);
    let base = ask.base_url();
    ok(&json!({
        "id": uuid_of(call.id.as_str()),
        "phone_number": call.to.as_str(),
        "call_status": word(&call),
        "is_terminal": call.status.is_final(),
        "stalled": is_stalled(call.status, last_updated, ask.ground.now()),
        "call_outcome": outcome(&call),
        "duration": duration_s(&call),
        "start_timestamp": call.answered_at.map(rfc3339_ms),
        "end_timestamp": call.ended_at.map(rfc3339_ms),
        "transcript_url": transcript_url(&ask.ground, &base, &call),
        "recording_url": recording_url(&ask.ground, &base, &call),
        "last_updated": rfc3339_ms(last_updated),
    }))
}

/// One of the eight values of `call_status`.
pub(super) fn word(call: &Call) -> &'static str {
    let reason = call.end_reason.as_deref().unwrap_or_default();
    match call.status {
        CallStatus::Queued => "Initiating",
        CallStatus::Ringing => "Ringing",
        CallStatus::InProgress => "Answered",
        CallStatus::Completed => "Completed",
        CallStatus::Busy | CallStatus::Declined => "Decline",
        CallStatus::Failed if matches!(reason, "max_channels" | "max_cps") => "Rejected \u{2014} Capacity",
        CallStatus::Failed if reason.starts_with("sip_") || reason == "rtp_timeout" => "SIP Call Failed",
        CallStatus::Failed => "Trigger Failed",
        CallStatus::Interrupted if call.answered_at.is_none() => "Trigger Failed",
        CallStatus::Interrupted | CallStatus::NoAnswer | CallStatus::Cancelled => "SIP Call Failed",
    }
}

pub(super) fn outcome(call: &Call) -> Value {
    match &call.outcome {
        Some(outcome) => json!({
            "disposition": outcome.disposition, "summary": outcome.summary, "sentiment": outcome.sentiment,
        }),
        None => Value::Null,
    }
}

/// Whole seconds of a call that was answered and is over.
pub(super) fn duration_s(call: &Call) -> Option<i64> {
    call.answered_at.and(call.duration_ms).map(|ms| (ms + 500) / 1_000)
}

pub(super) fn recording_url(ground: &Ground, base: &str, call: &Call) -> Option<String> {
    call.recording.as_ref().filter(|recording| recording.complete)?;
    Some(linked_url(ground, base, call, "recording"))
}

pub(super) fn transcript_url(ground: &Ground, base: &str, call: &Call) -> Option<String> {
    (call.status.is_final() && call.answered_at.is_some())
        .then(|| linked_url(ground, base, call, "transcript"))
}

fn linked_url(ground: &Ground, base: &str, call: &Call, what: &str) -> String {
    let path = path_of(call.id.as_str(), what);
    format!("{base}/audatec/integration{path}?{}", link(ground, &path, call))
}

fn path_of(id: &str, what: &str) -> String {
    format!("/v1/calls/{}/{what}", uuid_of(id))
}

fn is_stalled(status: CallStatus, last_updated: UnixMs, now: UnixMs) -> bool {
    status == CallStatus::InProgress && now.0 - last_updated.0 > STALLED_AFTER_MS
}

pub(super) async fn recording(ask: Ask) -> Reply {
    let call = opened(&ask, "recording").await?;
    ground::recording(&ask.ground, &call, &ask.parts.method, ask.headers()).await
}

pub(super) async fn transcript(ask: Ask) -> Reply {
    let call = opened(&ask, "transcript").await?;
    let items = transcript_of(&ask.ground, &call).await?;
    let lines: Vec<_> = items.iter().filter_map(line).collect();
    ok(&json!({ "call_id": uuid_of(call.id.as_str()), "transcript": lines }))
}

async fn opened(ask: &Ask, what: &str) -> Result<Call, Refusal> {
    let id = text_id("call", ask.id());
    call_behind(ask, Contract::Audatec, &path_of(&id, what), &id).await
}

fn line(item: &TranscriptItem) -> Option<Value> {
    let role = match item.speaker {
        Speaker::Assistant | Speaker::Person => "agent",
        Speaker::Customer => "customer",
        Speaker::System => return None,
    };
    let text = item.text.as_str();
    (!text.is_empty()).then(|| json!({ "role": role, "text": text, "start_ms": item.start_ms }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answered_call_stalls_and_only_after_ten_minutes() {
        let minutes = |n: i64| UnixMs(n * 60_000);
        assert!(!is_stalled(CallStatus::InProgress, minutes(0), minutes(10)));
        assert!(is_stalled(CallStatus::InProgress, minutes(0), UnixMs(600_001)));
        for other in [CallStatus::Ringing, CallStatus::Queued, CallStatus::Completed] {
            assert!(!is_stalled(other, minutes(0), minutes(60)));
        }
    }
}
