//! The final result of a call that an outside provider carried.
//!
//! A reference is the call's own id, or the provider's that the call was placed with. Nothing that comes is lost: what
//! names no call of ours is kept as it came and told so.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tandem_foundation::{CallId, ItemId, OrgId};
use tandem_switchboard::ports::outside::OutsideResult;
use tandem_switchboard::ports::store::{CallFilter, Commit, StoreError};
use tandem_switchboard::records::{
    Call, CallStatus, Contract, EventBody, NewEvent, Speaker, TranscriptItem, UnixMs,
};

use crate::ground::{Ask, Ground, Kind, Refusal, Reply, ok, text_id, uuid_of};

#[derive(Debug, Serialize, Deserialize)]
struct Completion {
    event_type: String,
    provider_call_id: String,
    status: String,
    #[serde(default)]
    transcript: String,
    /// Seconds.
    duration: Option<f64>,
}

pub(super) async fn save(ask: Ask) -> Reply {
    let told: Completion = ask.json()?;
    if told.event_type != "call.completed" {
        return Err(Refusal::field("event_type", "expected call.completed"));
    }
    if told.provider_call_id.is_empty() || told.provider_call_id.len() > 200 {
        return Err(Refusal::field("provider_call_id", "expected 1 to 200 characters"));
    }
    if told.duration.is_some_and(|seconds| !(0.0..=86_400.0).contains(&seconds)) {
        return Err(Refusal::field("duration", "expected seconds, 0 to 86400"));
    }
    let status = read_status(&told.status).ok_or_else(|| {
        Refusal::field("status", "expected completed, failed, busy, no_answer or cancelled")
    })?;
    let org = ask.org()?;
    let call = find(&ask.ground, org, &told.provider_call_id).await?;
    if call.as_ref().is_some_and(|call| !call.status.is_final() && ours(call)) {
        return Err(Refusal::new(Kind::Conflict, "the call is still in progress here"));
    }
    let row = OutsideResult {
        org: org.clone(),
        contract: Contract::Voice,
        reference: told.provider_call_id.clone(),
        call: call.as_ref().map(|call| call.id.clone()),
        payload: serde_json::to_value(&told).unwrap_or_default().into(),
        received_at: ask.ground.now(),
    };
    ask.ground.outside.keep_result(row).await?;
    let Some(call) = call else {
        let message = "there is no call with this provider_call_id; the result is kept";
        return Err(Refusal {
            faults: vec![crate::ground::Fault { field: "provider_call_id".into(), expected: message.into() }],
            ..Refusal::new(Kind::NotFound, message)
        });
    };
    let id = call.id.clone();
    let said = ask.ground.store.transcript(org, &id).await?;
    // What was heard here is known better than what is told of it.
    if said.is_empty() {
        // The first result of a reference stands, also where a crash came between it and the call's row.
        let kept = ask.ground.outside.result(org, Contract::Voice, &told.provider_call_id).await?;
        let kept = kept.and_then(|row| serde_json::from_value::<Completion>(row.payload.into_inner()).ok());
        let told = kept.unwrap_or(told);
        let status = read_status(&told.status).unwrap_or(status);
        write(&ask.ground, call, status, &told).await?;
    }
    ok(&json!({ "call_id": uuid_of(id.as_str()), "status": "saved" }))
}

async fn find(ground: &Ground, org: &OrgId, reference: &str) -> Result<Option<Call>, Refusal> {
    match ground.store.call(org, &text_id(CallId::PREFIX, reference).into()).await {
        Ok(call) => return Ok(Some(call)),
        Err(StoreError::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let filter = CallFilter {
        contract: Some(Contract::Voice),
        task: Some(reference.to_owned()),
        limit: 1,
        ..CallFilter::default()
    };
    Ok(ground.store.calls(org, filter).await?.items.pop())
}

/// Carried by this exchange, not placed for a provider's reference.
fn ours(call: &Call) -> bool {
    call.origin.as_ref().is_none_or(|origin| origin.task.is_none())
}

async fn write(
    ground: &Ground,
    mut call: Call,
    status: CallStatus,
    told: &Completion,
) -> Result<(), Refusal> {
    let now = ground.now();
    let duration_ms = told.duration.map(|seconds| (seconds * 1_000.0) as i64);
    call.status = status;
    call.ended_at = call.ended_at.or(Some(now));
    call.duration_ms = duration_ms.or(call.duration_ms);
    call.answered_at = call.answered_at.or_else(|| Some(UnixMs(call.ended_at?.0 - duration_ms?)));
    let items = items(ground, &call, &told.transcript);
    let body = EventBody::CallUpdated(Box::new(call.clone()));
    let event = NewEvent { call: Some(call.id.clone()), at: now, body };
    let org = call.org.clone();
    let commit = Commit { call: Some(call), items, events: vec![event], ..Commit::default() };
    let events = ground.store.commit(&org, commit).await?;
    ground.exchange.announce(events);
    Ok(())
}

fn read_status(text: &str) -> Option<CallStatus> {
    Some(match text {
        "completed" | "done" => CallStatus::Completed,
        "failed" | "error" => CallStatus::Failed,
        "busy" => CallStatus::Busy,
        "no_answer" | "no-answer" => CallStatus::NoAnswer,
        "cancelled" | "canceled" => CallStatus::Cancelled,
        _ => return None,
    })
}

fn items(ground: &Ground, call: &Call, transcript: &str) -> Vec<TranscriptItem> {
    let unix_ms = u64::try_from(ground.now().0).unwrap_or_default();
    let item = |(position, (speaker, text)): (usize, (Speaker, String))| TranscriptItem {
        id: ItemId::generate(unix_ms, ground.clock.random()),
        call: call.id.clone(),
        position: i64::try_from(position).unwrap_or_default() + 1,
        speaker,
        speaker_name: None,
        text: text.into(),
        intended_text: None,
        interrupted: false,
        acknowledgement: false,
        start_ms: 0,
        end_ms: 0,
        confidence: None,
        latency: None,
    };
    lines(transcript).into_iter().enumerate().map(item).collect()
}

/// Who said what: each line begins with `agent:` or `user:`; a line that does not goes on with the one before.
fn lines(transcript: &str) -> Vec<(Speaker, String)> {
    let mut lines: Vec<(Speaker, String)> = Vec::new();
    for line in transcript.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (who, text) = line.split_once(':').unwrap_or(("", line));
        let speaker = match who.trim().to_ascii_lowercase().as_str() {
            "agent" | "assistant" => Some(Speaker::Assistant),
            "user" | "customer" => Some(Speaker::Customer),
            _ => None,
        };
        match (speaker, lines.last_mut()) {
            (Some(speaker), _) => lines.push((speaker, text.trim().to_owned())),
            (None, Some((_, before))) => {
                before.push(' ');
                before.push_str(line);
            }
            (None, None) => lines.push((Speaker::System, line.to_owned())),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_told_transcript_is_read_line_by_line() {
        let read = lines("agent: Hello: it is me\nwho calls\nuser: Hi\n\n");
        let read: Vec<_> = read.iter().map(|(who, text)| (*who, text.as_str())).collect();
        assert_eq!(read, [(Speaker::Assistant, "Hello: it is me who calls"), (Speaker::Customer, "Hi")]);
    }
}
