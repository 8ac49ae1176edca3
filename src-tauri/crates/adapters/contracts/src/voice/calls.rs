//! Calls by a telephone number and an internal agent's key.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tandem_switchboard::exchange::{ExchangeError, PlaceCall};
use tandem_switchboard::records::{Assistant, Call, CallStatus, Contract, Origin, Speaker, TranscriptItem};

use crate::ground::{self, Ask, Refusal, Reply, ok, rfc3339_s, text_id, transcript_of, uuid_of};

#[derive(Debug, Deserialize)]
struct NewCall {
    phone: String,
    agent: String,
}

pub(super) async fn place(ask: Ask) -> Reply {
    let wanted: NewCall = ask.json()?;
    let agents = usable(&ask).await?;
    let agent = agents
        .iter()
        .find(|agent| agent.code == wanted.agent)
        .ok_or_else(|| Refusal::field("agent", "expected the key of an agent of GET /v1/agents"))?;
    let mut origin = Origin::new(Contract::Voice);
    origin.key = ask.key.as_ref().map(|key| key.id.clone());
    let request = PlaceCall { origin: Some(origin), ..PlaceCall::new(wanted.phone, agent.id.clone()) };
    let call = ask.ground.exchange.place_call(ask.actor()?, request).await.map_err(|error| match error {
        ExchangeError::Invalid { field: "to", expected } => Refusal::field("phone", expected),
        // Trunks are none of this client's business.
        ExchangeError::NotFound { .. } => {
            Refusal::new(ground::Kind::Unavailable, "no call can be placed now")
        }
        ExchangeError::AtCapacity { retry_after_s, .. } => {
            Refusal::new(ground::Kind::AtCapacity, "all lines are busy").after(u64::from(retry_after_s))
        }
        other => other.into(),
    })?;
    ground::json(StatusCode::CREATED, &json!({ "call_id": uuid_of(call.id.as_str()) }))
}

pub(super) async fn get(ask: Ask) -> Reply {
    let id = text_id("call", ask.id()).into();
    let call =
        ask.ground.store.call(ask.org()?, &id).await.map_err(|error| Refusal::of_row(error, "call"))?;
    let items = transcript_of(&ask.ground, &call).await?;
    let agents = ask.ground.store.assistants(&call.org).await?;
    let agent = call.assistant.as_ref().and_then(|id| agents.iter().find(|agent| agent.id == *id));
    ok(&view(&call, &items, agent))
}

pub(super) async fn agents(ask: Ask) -> Reply {
    let told = |agent: &Assistant| {
        json!({
            "agent": agent.code,
            "name": agent.name,
            "description": agent.settings.description,
            "language": agent.settings.language,
            "status": "active",
        })
    };
    let agents: Vec<_> = usable(&ask).await?.iter().map(told).collect();
    ok(&json!({ "agents": agents }))
}

/// Those that are switched on and need nothing to be told: this contract has no way to bring variables.
async fn usable(ask: &Ask) -> Result<Vec<Assistant>, Refusal> {
    let mut rows = ask.ground.store.assistants(ask.org()?).await?;
    rows.retain(|row| row.enabled && row.settings.fields.is_empty());
    rows.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(rows)
}

fn view(call: &Call, items: &[TranscriptItem], agent: Option<&Assistant>) -> Value {
    let lines: Vec<_> = items.iter().filter_map(line).collect();
    let text: Vec<_> = lines.iter().map(|(role, text)| format!("{role}: {text}")).collect();
    let messages: Vec<_> = lines.iter().map(|(role, text)| json!({ "role": role, "text": text })).collect();
    json!({
        "call_id": uuid_of(call.id.as_str()),
        "status": status(call.status),
        "agent": agent.map(|agent| agent.code.as_str()),
        "phone": call.to.as_str(),
        "transcript": text.join("\n"),
        "messages": messages,
        "duration": call.duration_ms.map(|ms| (ms + 500) / 1_000),
        "created_at": rfc3339_s(call.created_at),
        "ended_at": call.ended_at.map(rfc3339_s),
    })
}

fn line(item: &TranscriptItem) -> Option<(&'static str, &str)> {
    let role = match item.speaker {
        Speaker::Assistant | Speaker::Person => "agent",
        Speaker::Customer => "user",
        Speaker::System => return None,
    };
    let text = item.text.as_str();
    (!text.is_empty()).then_some((role, text))
}

/// The same few words whoever carries the call.
fn status(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Queued => "queued",
        CallStatus::Ringing => "ringing",
        CallStatus::InProgress => "in_progress",
        CallStatus::Completed => "completed",
        CallStatus::Busy => "busy",
        CallStatus::NoAnswer => "no_answer",
        CallStatus::Declined => "declined",
        CallStatus::Cancelled => "cancelled",
        CallStatus::Failed | CallStatus::Interrupted => "failed",
    }
}
