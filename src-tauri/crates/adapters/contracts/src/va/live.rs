//! What is said in a call, told while it is said, over a WebSocket.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts as _;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use tandem_foundation::{CallId, OrgId};
use tandem_switchboard::exchange::LiveMessage;
use tandem_switchboard::records::{Call, CallStatus, Contract, EventBody, Speaker, TranscriptItem, UnixMs};
use tokio::sync::broadcast::error::RecvError;

use super::{calls, view};
use crate::ground::{
    Answer, Ask, Ground, Kind, Refusal, Reply, ok, rfc3339_ms, sign, text_id, transcript_of, uuid_of,
};

/// How long a session token opens the socket.
const TOKEN_LIVES_MS: i64 = 5 * 60 * 1_000;
/// A reader that takes nothing for this long is left.
const TAKEN_WITHIN: Duration = Duration::from_secs(10);
/// Beyond the text, so that proxies do not take the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(25);
const TYPES: [&str; 4] = ["connected", "transcript_update", "call_status_update", "error"];

pub(super) async fn connection(ask: Ask) -> Reply {
    let call = calls::stored(&ask).await?;
    let id = uuid_of(call.id.as_str());
    let url = format!("{}/va/ws/calls/{id}", ask.base_url().replacen("http", "ws", 1));
    ok(&json!({
        "websocket_url": url,
        "call_id": id,
        "temp_token": token(&ask.ground, &call.org, &call.id, UnixMs(ask.ground.now().0 + TOKEN_LIVES_MS)),
        "connection_info": {
            "url": url,
            "auth_method": "query_param",
            "auth_param": "api_key",
            "temp_auth_param": "session_token",
            "example": format!("{url}?api_key=YOUR_API_KEY"),
            "example_session": format!("{url}?session_token=TEMP_TOKEN"),
            "message_format": "json",
            "message_types": TYPES,
        },
    }))
}

#[derive(Debug, Deserialize)]
struct Query {
    api_key: Option<String>,
    session_token: Option<String>,
}

pub(super) async fn socket(mut ask: Ask) -> Reply {
    let query: Query = ask.query()?;
    let id: CallId = text_id("call", ask.id()).into();
    let org = match (&query.session_token, &query.api_key) {
        (Some(given), _) => opened(&ask.ground, given, &id).ok_or_else(Refusal::unauthenticated)?,
        (None, key) => {
            let key = key.as_deref().or(ask.bearer()).unwrap_or_default();
            ask.ground.open(Contract::Va, key).await?.org
        }
    };
    let found = ask.ground.store.call(&org, &id).await;
    let call = found.map_err(|error| Refusal::of_row(error, "call"))?;
    let upgrade = WebSocketUpgrade::from_request_parts(&mut ask.parts, &()).await;
    let upgrade =
        upgrade.map_err(|_| Refusal::new(Kind::Invalid, "This address is for WebSocket connections"))?;
    let ground = ask.ground.clone();
    Ok(Answer::Raw(upgrade.max_message_size(64 << 10).on_upgrade(move |socket| serve(ground, call, socket))))
}

/// `org`, call and end of life, signed; nothing is kept of it, so that it outlives a restart.
fn token(ground: &Ground, org: &OrgId, call: &CallId, until: UnixMs) -> String {
    let told = format!("{org}\n{call}\n{}", until.0);
    let signature = sign(ground, &format!("va live\n{told}"));
    URL_SAFE_NO_PAD.encode(format!("{told}\n{signature}"))
}

/// Whose organisation's token this is, where it opens this call now.
fn opened(ground: &Ground, token: &str, id: &CallId) -> Option<OrgId> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token.trim_end_matches('=')).ok()?).ok()?;
    let (told, signature) = text.rsplit_once('\n')?;
    let good = sign(ground, &format!("va live\n{told}"));
    let mut parts = told.split('\n');
    let (org, call, until) = (parts.next()?, parts.next()?, parts.next()?.parse::<i64>().ok()?);
    let holds = bool::from(good.as_bytes().ct_eq(signature.as_bytes()))
        && call == id.as_str()
        && UnixMs(until) > ground.now();
    holds.then(|| org.into())
}

/// What a reader was told last, so that nothing is told twice.
struct Told {
    items: BTreeMap<i64, TranscriptItem>,
    interim: Option<Value>,
    status: CallStatus,
}

async fn serve(ground: Arc<Ground>, call: Call, mut socket: WebSocket) {
    // Before the snapshot, so that nothing falls between them.
    let mut news = ground.exchange.subscribe();
    let id = uuid_of(call.id.as_str());
    let say = |kind: &str, data: Value, now: UnixMs| json!({ "type": kind, "call_id": id, "data": data, "timestamp": rfc3339_ms(now) });
    let mut told = Told { items: BTreeMap::new(), interim: None, status: call.status };
    let status = json!({ "call_id": id, "status": view::call_status(call.status) });
    if !send(&mut socket, say("connected", status.clone(), ground.now())).await {
        return;
    }
    if !snapshot(&ground, &call, &mut told).await {
        let error = json!({ "type": "error", "error": "The transcript cannot be read now" });
        send(&mut socket, error).await;
    }
    if !told.items.is_empty()
        && !send(&mut socket, say("transcript_update", transcript(&id, &told), ground.now())).await
    {
        return;
    }
    if told.status.is_final() {
        send(&mut socket, say("call_status_update", status, ground.now())).await;
        return close(socket).await;
    }
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    loop {
        let message = tokio::select! {
            message = news.recv() => message,
            _ = heartbeat.tick() => {
                if socket.send(Message::Ping(Vec::new().into())).await.is_err() {
                    return;
                }
                continue;
            }
            asked = socket.recv() => {
                let reply = match asked {
                    Some(Ok(Message::Text(text))) => answer(&text),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => continue,
                };
                if !send(&mut socket, reply).await {
                    return;
                }
                continue;
            }
        };
        let changed = match message {
            Ok(message) => take(&call, &mut told, message),
            Err(RecvError::Lagged(_)) => {
                if let Ok(now) = ground.store.call(&call.org, &call.id).await {
                    told.status = now.status;
                }
                snapshot(&ground, &call, &mut told).await;
                Changed { transcript: true, status: true }
            }
            Err(RecvError::Closed) => return close(socket).await,
        };
        if changed.transcript
            && !send(&mut socket, say("transcript_update", transcript(&id, &told), ground.now())).await
        {
            return;
        }
        if changed.status {
            let status = json!({ "call_id": id, "status": view::call_status(told.status) });
            if !send(&mut socket, say("call_status_update", status, ground.now())).await {
                return;
            }
        }
        if told.status.is_final() {
            return close(socket).await;
        }
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Changed {
    transcript: bool,
    status: bool,
}

fn take(call: &Call, told: &mut Told, message: LiveMessage) -> Changed {
    let mut changed = Changed::default();
    match message {
        LiveMessage::Event(event) if event.call.as_ref() == Some(&call.id) => match event.body {
            EventBody::TranscriptItem(item) => {
                told.interim = None;
                changed.transcript = view::line(&item).is_some();
                told.items.insert(item.position, *item);
            }
            EventBody::CallUpdated(now) | EventBody::CallEnded(now) => {
                changed.status = view::call_status(now.status) != view::call_status(told.status);
                told.status = now.status;
            }
            _ => {}
        },
        LiveMessage::Interim { call: of, speaker, text, .. } if of == call.id => {
            let role = if speaker == Speaker::Customer { "user" } else { "agent" };
            let interim = (!text.as_str().is_empty())
                .then(|| json!({ "role": role, "message": text.as_str(), "interim": true }));
            changed.transcript = interim != told.interim;
            told.interim = interim;
        }
        _ => {}
    }
    changed
}

async fn snapshot(ground: &Ground, call: &Call, told: &mut Told) -> bool {
    match transcript_of(ground, call).await {
        Ok(items) => {
            told.items = items.into_iter().map(|item| (item.position, item)).collect();
            true
        }
        Err(_) => false,
    }
}

fn transcript(id: &str, told: &Told) -> Value {
    let lines = told.items.values().filter_map(view::line).chain(told.interim.clone());
    json!({ "call_id": id, "transcript": lines.collect::<Vec<_>>() })
}

fn answer(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(message) if message["type"] == "ping" => json!({ "type": "pong" }),
        Ok(_) => json!({ "type": "error", "error": "Unknown message type" }),
        Err(_) => json!({ "type": "error", "error": "The message is not JSON" }),
    }
}

async fn send(socket: &mut WebSocket, message: Value) -> bool {
    let sent = socket.send(Message::Text(message.to_string().into()));
    matches!(tokio::time::timeout(TAKEN_WITHIN, sent).await, Ok(Ok(())))
}

async fn close(mut socket: WebSocket) {
    let _ = tokio::time::timeout(TAKEN_WITHIN, socket.send(Message::Close(None))).await;
}
