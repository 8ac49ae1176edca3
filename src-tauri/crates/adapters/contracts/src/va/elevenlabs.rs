//! Transcripts of conversations that ElevenLabs carried, fetched from its API.

use std::time::Duration;

use axum::body::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tandem_foundation::Pii;
use tandem_switchboard::ports::outside::OutsideResult;
use tandem_switchboard::records::{Call, Contract, Provider, ProviderVendor};

use super::{calls, view};
use crate::ground::{Ask, Kind, Refusal, Reply, ok, rfc3339_ms, uuid_of};

const WITHIN: Duration = Duration::from_secs(10);
const LARGEST: usize = 4 << 20;

/// A conversation as ElevenLabs has it; what else there is of it is not ours to read.
#[derive(Debug, Deserialize)]
struct Conversation {
    #[serde(default)]
    status: String,
    #[serde(default)]
    transcript: Vec<Line>,
    analysis: Option<Analysis>,
    metadata: Option<Metadata>,
}

#[derive(Debug, Deserialize)]
struct Line {
    role: String,
    message: Option<String>,
    #[serde(default)]
    time_in_call_secs: f64,
}

#[derive(Debug, Deserialize)]
struct Analysis {
    transcript_summary: Option<String>,
    call_successful: Option<String>,
    #[serde(default)]
    data_collection_results: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    call_duration_secs: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
struct Wish {
    conversation_id: Option<String>,
}

pub(super) async fn fetch(ask: Ask) -> Reply {
    let wish: Wish = if ask.body.is_empty() { Wish::default() } else { ask.json()? };
    let call = calls::stored(&ask).await?;
    let unset = || Refusal::new(Kind::Unavailable, "ElevenLabs is not set up");
    let provider = ask
        .ground
        .store
        .providers(&call.org)
        .await?
        .into_iter()
        .find(|row| row.vendor == ProviderVendor::Elevenlabs)
        .ok_or_else(unset)?;
    let sent = call.origin.as_ref().map(|origin| origin.metadata.clone().into_inner()).unwrap_or_default();
    let named = ["conversation_id", "elevenlabs_conversation_id"]
        .into_iter()
        .find_map(|name| sent.get(name)?.as_str().map(str::to_owned));
    let id = wish.conversation_id.or(named).unwrap_or_else(|| uuid_of(call.id.as_str()));
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
        return Err(Refusal::field("conversation_id", "expected the id of a conversation"));
    }
    let conversation = conversation(&provider, &id).await?;
    if matches!(conversation.status.as_str(), "initiated" | "in-progress" | "processing") {
        return Err(Refusal::new(Kind::Unavailable, "ElevenLabs has not finished the transcript").after(10));
    }
    let told = told(&ask, &call, &conversation);
    let row = OutsideResult {
        org: call.org.clone(),
        contract: Contract::Va,
        reference: call.id.as_str().to_owned(),
        call: Some(call.id.clone()),
        payload: Pii::new(told.clone()),
        received_at: ask.ground.now(),
    };
    ask.ground.outside.keep_result(row).await?;
    ok(&told)
}

/// What was fetched of a call, if anything was.
pub(super) async fn kept(ask: &Ask, call: &Call) -> Result<Option<(Vec<Value>, Value)>, Refusal> {
    let found = ask.ground.outside.result(&call.org, Contract::Va, call.id.as_str()).await?;
    let Some(payload) = found.map(|row| row.payload.into_inner()) else { return Ok(None) };
    let lines = payload["transcript"].as_array().cloned().unwrap_or_default();
    Ok(Some((lines, payload["report"].clone())))
}

async fn conversation(provider: &Provider, id: &str) -> Result<Conversation, Refusal> {
    let failed = |what: &str| {
        tracing::warn!(what, "a transcript could not be fetched");
        Refusal::new(Kind::BadGateway, format!("ElevenLabs: {what}"))
    };
    // A provider's address may be a socket's, whose voices come over it.
    let base = provider.base_url.trim_end_matches('/').replacen(
        "ws",
        "http",
        usize::from(provider.base_url.starts_with("ws")),
    );
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(WITHIN).build();
    let client = client.map_err(|_| failed("no connection"))?;
    let mut request = client.get(format!("{base}/v1/convai/conversations/{id}"));
    if let Some(key) = &provider.key {
        request = request.header("xi-api-key", key.expose().as_str());
    }
    let answer = request.send().await.map_err(|_| failed("no answer"))?;
    if !answer.status().is_success() {
        return Err(match answer.status().as_u16() {
            404 => Refusal::new(Kind::NotFound, "ElevenLabs has no such conversation"),
            status => failed(&format!("answered {status}")),
        });
    }
    let body: Bytes = answer.bytes().await.map_err(|_| failed("the answer broke off"))?;
    if body.len() > LARGEST {
        return Err(failed("the answer is too large"));
    }
    serde_json::from_slice(&body).map_err(|_| failed("the answer cannot be read"))
}

fn told(ask: &Ask, call: &Call, conversation: &Conversation) -> Value {
    let role = |role: &str| if role == "agent" { "agent" } else { "user" };
    let line = |line: &Line| {
        let message = line.message.as_deref().filter(|text| !text.is_empty())?;
        let message = tandem_foundation::card::mask(message).unwrap_or_else(|| message.to_owned());
        Some(json!({
            "role": role(&line.role), "message": message, "time_in_call_secs": line.time_in_call_secs,
        }))
    };
    let lines: Vec<_> = conversation.transcript.iter().filter_map(line).collect();
    let analysis = conversation.analysis.as_ref();
    let collected = analysis.map(|analysis| analysis.data_collection_results.clone()).unwrap_or_default();
    let value = |(name, result): (String, Value)| (name, result.get("value").cloned().unwrap_or(result));
    let extracted: Map<String, Value> = collected.into_iter().map(value).collect();
    let mut report = view::report(call, &lines, ask.ground.now());
    if let Some(summary) = analysis.and_then(|analysis| analysis.transcript_summary.as_deref()) {
        report["summary"] = summary.into();
    }
    if let Some(success) = analysis.and_then(|analysis| analysis.call_successful.as_deref()) {
        report["call_successful"] = success.into();
    }
    if let Some(seconds) = conversation.metadata.as_ref().and_then(|metadata| metadata.call_duration_secs) {
        report["duration"] = seconds.into();
    }
    report["extracted_data"] = extracted.clone().into();
    report["generated_at"] = rfc3339_ms(ask.ground.now()).into();
    json!({
        "call_id": uuid_of(call.id.as_str()), "transcript": lines, "extracted_data": extracted, "report": report,
    })
}
