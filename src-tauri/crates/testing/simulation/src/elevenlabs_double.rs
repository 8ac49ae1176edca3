//! ElevenLabs' multi-context socket: a tone of 60 ms a character, aligned, for every sentence that is flushed.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use parking_lot::Mutex;
use serde_json::{Value, json};

/// Milliseconds of a character, and characters of a frame.
const CHARACTER_MS: usize = 60;
const FRAME: usize = 5;
/// Bytes that are sent one by one.
const DRIPS: usize = 400;

/// How one flushed sentence is answered; [`Stream::Refuse`] answers a connection instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// As published.
    Properly,
    /// A status instead of a connection.
    Refuse(u16),
    /// So many frames, and nothing more.
    StallAfter(usize),
    /// So many frames, and then this close code.
    CloseAfter(usize, u16),
    /// The beginning byte by byte, one frame each.
    Drip,
    /// Audio without alignment.
    Unaligned,
    /// The whole answer under another context's name.
    WrongContext,
    /// A frame whose audio is no base64.
    BadBase64,
    /// One frame, and then the end of the context.
    FinalEarly,
}

#[derive(Debug, Default)]
struct Shared {
    scripts: Mutex<VecDeque<Stream>>,
    requests: Mutex<Vec<(String, HeaderMap)>>,
    frames: Mutex<Vec<Value>>,
}

/// The running double.
#[derive(Debug)]
pub struct ElevenLabsDouble {
    base_url: String,
    shared: Arc<Shared>,
}

impl ElevenLabsDouble {
    /// Listens on a free port of loopback until the process ends.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let path = "/v1/text-to-speech/{voice}/multi-stream-input";
        let app = Router::new().route(path, get(upgrade)).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base_url: format!("http://{address}"), shared }
    }

    /// What a client sets as base URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Answers the next unanswered sentence (or connection) like this.
    pub fn push(&self, script: Stream) {
        self.shared.scripts.lock().push_back(script);
    }

    /// Voice, query and headers of every connection so far.
    pub fn requests(&self) -> Vec<(String, HeaderMap)> {
        self.shared.requests.lock().clone()
    }

    /// Every frame that came.
    pub fn frames(&self) -> Vec<Value> {
        self.shared.frames.lock().clone()
    }
}

async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Path(voice): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    socket: WebSocketUpgrade,
) -> Response {
    let query = query.unwrap_or_default();
    let rate = if query.contains("output_format=ulaw_8000") { 8_000 } else { 16_000 };
    shared.requests.lock().push((format!("{voice}?{query}"), headers));
    let refusal = {
        let mut scripts = shared.scripts.lock();
        let refused = matches!(scripts.front(), Some(Stream::Refuse(_)));
        if refused { scripts.pop_front() } else { None }
    };
    if let Some(Stream::Refuse(status)) = refusal {
        return StatusCode::from_u16(status).expect("a status").into_response();
    }
    socket.on_upgrade(move |socket| async move {
        // A client that leaves in the middle is part of the test.
        let _ = serve(socket, shared, rate).await;
    })
}

async fn serve(mut socket: WebSocket, shared: Arc<Shared>, rate: usize) -> Result<(), axum::Error> {
    let mut texts: HashMap<String, String> = HashMap::new();
    while let Some(message) = socket.recv().await {
        let Message::Text(frame) = message? else { continue };
        let value: Value = serde_json::from_str(&frame).unwrap_or_default();
        shared.frames.lock().push(value.clone());
        if value["close_socket"] == true {
            return Ok(());
        }
        let context = value["context_id"].as_str().unwrap_or_default().to_owned();
        if let Some(text) = value["text"].as_str() {
            texts.entry(context.clone()).or_default().push_str(text);
        }
        if value["flush"] == true {
            let text = texts.insert(context.clone(), String::new()).unwrap_or_default();
            let script = shared.scripts.lock().pop_front().unwrap_or(Stream::Properly);
            if !answer(&mut socket, script, &context, text.trim_start(), rate).await? {
                return Ok(());
            }
        }
        if value["close_context"] == true && texts.remove(&context).is_some() {
            let last = json!({ "audio": null, "isFinal": true, "contextId": context });
            socket.send(Message::text(last.to_string())).await?;
        }
    }
    Ok(())
}

/// Speaks a sentence; false where the connection is to end.
async fn answer(
    socket: &mut WebSocket,
    script: Stream,
    context: &str,
    text: &str,
    rate: usize,
) -> Result<bool, axum::Error> {
    let characters: Vec<char> = text.chars().collect();
    let name = if script == Stream::WrongContext { "another" } else { context };
    let mut sent = 0;
    for (n, part) in characters.chunks(FRAME).enumerate() {
        match script {
            Stream::StallAfter(most) if n >= most => return Ok(true),
            Stream::CloseAfter(most, code) if n >= most => {
                let frame = CloseFrame { code, reason: "system_busy".into() };
                socket.send(Message::Close(Some(frame))).await?;
                return Ok(false);
            }
            Stream::FinalEarly if n == 1 => {
                let last = json!({ "audio": null, "isFinal": true, "contextId": name });
                socket.send(Message::text(last.to_string())).await?;
                return Ok(true);
            }
            _ => {}
        }
        let bytes = tone(part.len() * CHARACTER_MS * rate / 1_000, rate);
        let starts: Vec<usize> = (0..part.len()).map(|k| k * CHARACTER_MS).collect();
        let letters: Vec<String> = part.iter().map(char::to_string).collect();
        let durations = vec![CHARACTER_MS; part.len()];
        let mut alignment =
            json!({ "chars": letters, "charStartTimesMs": starts, "charsDurationsMs": durations });
        if script == Stream::Unaligned {
            alignment = Value::Null;
        }
        let drips = if script == Stream::Drip && sent < DRIPS { DRIPS.min(bytes.len()) } else { 0 };
        sent += drips;
        let pieces = bytes[..drips].chunks(1).chain([&bytes[drips..]]);
        for (k, piece) in pieces.enumerate() {
            let mut audio = base64::engine::general_purpose::STANDARD.encode(piece);
            if script == Stream::BadBase64 && n == 1 {
                audio = "@@@".into();
            }
            let alignment = if k == 0 { &alignment } else { &Value::Null };
            let frame = json!({ "audio": audio, "contextId": name, "isFinal": null,
                "alignment": alignment, "normalizedAlignment": alignment });
            socket.send(Message::text(frame.to_string())).await?;
        }
    }
    Ok(true)
}

/// A square wave of 320 Hz: μ-law at 8 kHz, 16 bits little-endian above.
fn tone(samples: usize, rate: usize) -> Vec<u8> {
    let high = |n: usize| (n / (rate / 640)).is_multiple_of(2);
    match rate {
        // ±7 900 or so (G.711, table 2a).
        8_000 => (0..samples).map(|n| if high(n) { 0x90 } else { 0x10 }).collect(),
        _ => (0..samples).flat_map(|n| if high(n) { 7_900_i16 } else { -7_900 }.to_le_bytes()).collect(),
    }
}
