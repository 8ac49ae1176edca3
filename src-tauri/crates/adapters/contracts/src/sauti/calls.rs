//! Calls: placed, listed and read; and their recordings.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tandem_switchboard::exchange::{ExchangeError, PlaceCall};
use tandem_switchboard::ports::store::CallFilter;
use tandem_switchboard::records::{Call, CallStatus, Contract, Origin, Speaker, TranscriptItem};

use crate::ground::{
    self, Ask, Kind, OffsetQuery, Refusal, Reply, as_variables, call_behind, link, ok, rfc3339_s, text_id,
    transcript_of,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewCall {
    assistant_id: String,
    phone_number_id: Option<String>,
    customer: Customer,
    /// Beyond the text: variables of the assistant's prompt.
    #[serde(default)]
    metadata: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Customer {
    number: String,
    name: Option<String>,
}

pub(super) async fn place(ask: Ask) -> Reply {
    let wanted: NewCall = ask.json()?;
    let mut origin = Origin::new(Contract::Sauti);
    origin.key = ask.key.as_ref().map(|key| key.id.clone());
    origin.metadata = Value::Object(wanted.metadata.clone()).into();
    let customer_name = wanted.customer.name.filter(|name| !name.trim().is_empty());
    let mut variables = as_variables(&wanted.metadata);
    if let Some(name) = &customer_name {
        variables.entry("customer_name".to_owned()).or_insert_with(|| name.clone());
    }
    let request = PlaceCall {
        number: wanted.phone_number_id.map(Into::into),
        customer_name: customer_name.map(Into::into),
        variables,
        origin: Some(origin),
        ..PlaceCall::new(wanted.customer.number, wanted.assistant_id.as_str())
    };
    let placed = ask.ground.exchange.place_call(ask.actor()?, request).await;
    let call = placed.map_err(|error| match error {
        ExchangeError::Invalid { field: "to", expected } => Refusal::field("customer.number", expected),
        ExchangeError::Invalid { field: "assistant", expected } => Refusal::field("assistantId", expected),
        ExchangeError::Invalid { field: "variables", expected } => Refusal::field("metadata", expected),
        ExchangeError::NotFound { what: "assistant" } => unknown("assistantId", "assistant"),
        ExchangeError::NotFound { what: "number" } => unknown("phoneNumberId", "phone number"),
        other => other.into(),
    })?;
    let placed = json!({
        "id": call.id.as_str(),
        "status": "ringing",
        "assistant": call.assistant.as_ref().map(|id| id.as_str()),
        "from": call.from.as_str(),
        "to": call.to.as_str(),
        "created_at": rfc3339_s(call.created_at),
    });
    ground::json(StatusCode::CREATED, &placed)
}

fn unknown(field: &str, what: &str) -> Refusal {
    let fault = ground::Fault { field: field.to_owned(), expected: format!("there is no such {what}") };
    Refusal {
        faults: vec![fault],
        ..Refusal::new(Kind::NotFound, format!("{field}: there is no such {what}"))
    }
}

pub(super) async fn list(ask: Ask) -> Reply {
    let part = ask.query::<OffsetQuery>()?.part(50, 100)?;
    let filter = CallFilter { limit: part.limit, offset: part.offset, ..CallFilter::default() };
    let page = ask.ground.store.calls(ask.org()?, filter).await?;
    let items: Vec<_> = page.items.iter().map(|call| view(&ask, call, None)).collect();
    ok(&json!({ "data": items, "has_more": page.next.is_some() }))
}

pub(super) async fn get(ask: Ask) -> Reply {
    let id = text_id("call", ask.id()).into();
    let found = ask.ground.store.call(ask.org()?, &id).await;
    let call = found.map_err(|error| Refusal::of_row(error, "call"))?;
    let items = transcript_of(&ask.ground, &call).await?;
    ok(&view(&ask, &call, Some(&items)))
}

/// A call as it is told; its transcript where there is one to tell.
fn view(ask: &Ask, call: &Call, items: Option<&[TranscriptItem]>) -> Value {
    let url = recording_url(&ask.ground, &ask.base_url(), call);
    let mut told = json!({
        "id": call.id.as_str(),
        "status": status(call.status),
        "assistant": call.assistant.as_ref().map(|id| id.as_str()),
        "from": call.from.as_str(),
        "to": call.to.as_str(),
        "duration": call.duration_ms.map(|ms| (ms + 500) / 1_000),
        "outcome": call.outcome.as_ref().map(|outcome| outcome.disposition.as_str()),
        "recording_url": url,
        "created_at": rfc3339_s(call.created_at),
        "ended_at": call.ended_at.map(rfc3339_s),
    });
    if let Some(items) = items {
        told["transcript"] = items.iter().filter_map(line).collect();
    }
    if call.status.is_final() && call.status != CallStatus::Completed {
        told["reason"] = reason(call).into();
    }
    told
}

/// A link that opens the recording, once there is one to play.
pub(super) fn recording_url(ground: &ground::Ground, base: &str, call: &Call) -> Option<String> {
    call.recording.as_ref().filter(|recording| recording.complete)?;
    let path = format!("/recordings/{}.mp3", call.id);
    Some(format!("{base}/sauti{path}?{}", link(ground, &path, call)))
}

pub(super) fn line(item: &TranscriptItem) -> Option<Value> {
    let role = match item.speaker {
        Speaker::Assistant | Speaker::Person => "agent",
        Speaker::Customer => "customer",
        Speaker::System => return None,
    };
    let text = item.text.as_str();
    (!text.is_empty()).then(|| json!({ "role": role, "text": text }))
}

fn status(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Queued | CallStatus::Ringing => "ringing",
        CallStatus::InProgress => "in_progress",
        CallStatus::Completed => "completed",
        _ => "failed",
    }
}

/// Why a call came to nothing: in a word where there is one, else as it ended.
pub(super) fn reason(call: &Call) -> String {
    match call.status {
        CallStatus::Failed => call.end_reason.clone().unwrap_or_else(|| "failed".to_owned()),
        other => other.as_str().to_owned(),
    }
}

/// Behind a key, or by the link that the call's answer gave.
pub(super) async fn recording(ask: Ask) -> Reply {
    let none = || Refusal::not_found("recording");
    let id = ask.part("file").strip_suffix(".mp3").ok_or_else(none)?;
    let path = format!("/recordings/{id}.mp3");
    let call = call_behind(&ask, Contract::Sauti, &path, id).await?;
    ground::recording(&ask.ground, &call, &ask.parts.method, ask.headers()).await
}
