//! Calls: listed, read, heard, ended.

use serde::Deserialize;
use serde_json::{Value, json};
use tandem_switchboard::exchange::{Act, ExchangeError};
use tandem_switchboard::ports::store::CallFilter;
use tandem_switchboard::records::{Call, CallStatus, Contract};

use super::{elevenlabs, view};
use crate::ground::{
    self, Ask, Kind, OffsetQuery, Refusal, Reply, call_behind, found_under, link, ok, text_id, transcript_of,
    uuid_of,
};

#[derive(Debug, Deserialize)]
struct Query {
    task_id: Option<String>,
    agent_id: Option<String>,
    status: Option<String>,
    limit: Option<u32>,
    offset: Option<u32>,
}

pub(super) async fn list(ask: Ask) -> Reply {
    let query: Query = ask.query()?;
    let part = OffsetQuery { limit: query.limit, offset: query.offset }.part(50, 100)?;
    let any_status = match query.status.as_deref() {
        None => Vec::new(),
        Some("initiated") => vec![CallStatus::Queued, CallStatus::Ringing],
        Some("in_progress") => vec![CallStatus::InProgress],
        Some("completed") => vec![CallStatus::Completed],
        Some("failed") => vec![
            CallStatus::Busy,
            CallStatus::NoAnswer,
            CallStatus::Declined,
            CallStatus::Failed,
            CallStatus::Cancelled,
            CallStatus::Interrupted,
        ],
        Some(_) => {
            return Err(Refusal::field("status", "expected initiated, in_progress, completed or failed"));
        }
    };
    let mut items = Vec::new();
    let mut more = false;
    let under = query.agent_id.as_deref().map(|id| found_under("asst", id));
    for assistant in under.map_or(vec![None], |ids| ids.into_iter().map(|id| Some(id.into())).collect()) {
        let filter = CallFilter {
            assistant,
            any_status: any_status.clone(),
            task: query.task_id.as_deref().map(|id| text_id("task", id)),
            limit: part.limit,
            offset: part.offset,
            ..CallFilter::default()
        };
        let page = ask.ground.store.calls(ask.org()?, filter).await?;
        more |= page.next.is_some();
        items.extend(page.items.iter().map(view::call));
    }
    ok(&view::list("calls", items, part, more))
}

pub(super) async fn get(ask: Ask) -> Reply {
    let call = stored(&ask).await?;
    let (lines, report) = said(&ask, &call).await?;
    let mut told = view::call(&call);
    told["transcript"] = lines.into();
    told["report"] = report;
    told["recording_url"] = recording_url(&ask, &call).unwrap_or_default().into();
    if told["recording_url"] == "" {
        told["recording_url"] = Value::Null;
    }
    ok(&told)
}

pub(super) async fn transcript(ask: Ask) -> Reply {
    let call = stored(&ask).await?;
    let (lines, _) = said(&ask, &call).await?;
    ok(&json!({
        "call_id": uuid_of(call.id.as_str()), "status": view::call_status(call.status), "transcript": lines,
    }))
}

pub(super) async fn report(ask: Ask) -> Reply {
    let call = stored(&ask).await?;
    let (_, report) = said(&ask, &call).await?;
    ok(&json!({ "call_id": uuid_of(call.id.as_str()), "report": report }))
}

/// The transcript's lines and the report: what was fetched from outside where something was, else our own.
async fn said(ask: &Ask, call: &Call) -> Result<(Vec<Value>, Value), Refusal> {
    if let Some((lines, report)) = elevenlabs::kept(ask, call).await? {
        return Ok((lines, report));
    }
    let items = transcript_of(&ask.ground, call).await?;
    let lines: Vec<_> = items.iter().filter_map(view::line).collect();
    let report = view::report(call, &lines, ask.ground.now());
    Ok((lines, report))
}

pub(super) async fn recording(ask: Ask) -> Reply {
    let call = stored(&ask).await?;
    if !call.status.is_final() {
        let message = "The recording is not available yet: the call is not completed or failed";
        return Err(Refusal::new(Kind::Invalid, message));
    }
    let url =
        recording_url(&ask, &call).ok_or_else(|| Refusal::new(Kind::NotFound, "Recording not found"))?;
    ok(&json!({
        "call_id": uuid_of(call.id.as_str()), "recording_url": url, "url": url, "content_type": "audio/mpeg",
    }))
}

/// An address that opens by itself, once there is something to hear.
fn recording_url(ask: &Ask, call: &Call) -> Option<String> {
    call.recording.as_ref().filter(|recording| recording.complete && call.status.is_final())?;
    let path = stream_path(call.id.as_str());
    Some(format!("{}/va{path}?{}", ask.base_url(), link(&ask.ground, &path, call)))
}

fn stream_path(id: &str) -> String {
    format!("/api/v1/calls/{}/recording/stream", uuid_of(id))
}

pub(super) async fn stream(ask: Ask) -> Reply {
    let id = text_id("call", ask.id());
    let call = call_behind(&ask, Contract::Va, &stream_path(&id), &id).await?;
    ground::recording(&ask.ground, &call, &ask.parts.method, ask.headers()).await
}

pub(super) async fn end(ask: Ask) -> Reply {
    over(ask, Act::End, "Call ended").await
}

pub(super) async fn cancel(ask: Ask) -> Reply {
    over(ask, Act::Cancel, "Call cancelled").await
}

async fn over(ask: Ask, act: Act, message: &str) -> Reply {
    let call = stored(&ask).await?;
    let mut news = ask.ground.exchange.subscribe();
    ask.ground.exchange.act(ask.actor()?, &call.id, act).await.map_err(|error| match error {
        ExchangeError::WrongState { .. } => Refusal::new(Kind::Invalid, "The call is not active"),
        other => other.into(),
    })?;
    // What is answered is on disk: the end of the call is, or it is on its way for longer than anybody waits.
    let ended = async {
        while let Ok(message) = news.recv().await {
            if let tandem_switchboard::exchange::LiveMessage::Event(event) = message
                && event.call.as_ref() == Some(&call.id)
                && matches!(event.body, tandem_switchboard::records::EventBody::CallEnded(_))
            {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(std::time::Duration::from_secs(5), ended).await;
    let call = stored(&ask).await?;
    ok(&json!({
        "call_id": uuid_of(call.id.as_str()), "status": view::call_status(call.status), "message": message,
    }))
}

pub(super) async fn stored(ask: &Ask) -> Result<Call, Refusal> {
    let id = text_id("call", ask.id()).into();
    let found = ask.ground.store.call(ask.org()?, &id).await;
    found.map_err(|error| match Refusal::of_row(error, "call") {
        refusal if refusal.kind == Kind::NotFound => Refusal::new(Kind::NotFound, "Call not found"),
        refusal => refusal,
    })
}
