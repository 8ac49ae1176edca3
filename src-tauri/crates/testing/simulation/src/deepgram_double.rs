//! Deepgram's live recognition, versions 1 and 2, for audio whose loudness is its words.
//!
//! Steady samples of about [`LOUD`] are heard as "bravo", quieter ones above silence as "alpha".

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use parking_lot::Mutex;
use serde_json::{Value, json};

/// Samples above this are the second word.
pub const LOUD: u16 = 6_000;
const SILENT: u16 = 500;
const RATE: f64 = 8_000.0;

/// How one connection behaves.
#[derive(Debug, Clone)]
pub enum Listen {
    /// As published.
    Properly,
    /// Refuses the upgrade, with these headers.
    Refuse(u16, Vec<(&'static str, &'static str)>),
    /// Takes audio and says nothing.
    Stall,
    /// Closes with this code once so many audio frames have come.
    CloseAfter(usize, u16),
    /// Flux only: says early that the turn may be over, then that it is; or, with `resumes`, first that it was not, and
    /// one word more.
    Eager { resumes: bool },
    /// Sends this text at once, and then behaves.
    Say(&'static str),
}

#[derive(Debug, Default)]
struct Shared {
    scripts: Mutex<VecDeque<Listen>>,
    requests: Mutex<Vec<(String, HeaderMap)>>,
    texts: Mutex<Vec<Value>>,
    turns: Mutex<Vec<(Instant, &'static str)>>,
}

/// The running double.
#[derive(Debug)]
pub struct DeepgramDouble {
    base_url: String,
    shared: Arc<Shared>,
}

impl DeepgramDouble {
    /// Listens on a free port of loopback until the process ends.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let app = Router::new().route("/{version}/listen", get(upgrade)).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base_url: format!("ws://{address}"), shared }
    }

    /// What a client sets as base URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The next connection without a script behaves like this.
    pub fn push(&self, script: Listen) {
        self.shared.scripts.lock().push_back(script);
    }

    /// Version, query and headers of every connection so far.
    pub fn requests(&self) -> Vec<(String, HeaderMap)> {
        self.shared.requests.lock().clone()
    }

    /// What was said of turns to connections that are `Eager`: when, and which event.
    pub fn turns(&self) -> Vec<(Instant, &'static str)> {
        self.shared.turns.lock().clone()
    }

    /// Every text frame that came.
    pub fn texts(&self) -> Vec<Value> {
        self.shared.texts.lock().clone()
    }
}

async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Path(version): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    socket: WebSocketUpgrade,
) -> Response {
    shared.requests.lock().push((format!("{version}?{}", query.unwrap_or_default()), headers));
    let script = shared.scripts.lock().pop_front().unwrap_or(Listen::Properly);
    if let Listen::Refuse(status, headers) = script {
        let mut response = StatusCode::from_u16(status).expect("a status").into_response();
        for (name, value) in headers {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        return response;
    }
    socket.on_upgrade(move |socket| async move {
        // A client that leaves in the middle is part of the test.
        let _ = serve(socket, shared, script, version == "v2").await;
    })
}

/// What was heard of the audio, in samples of this connection.
#[derive(Default)]
struct Ear {
    heard: u64,
    began: Option<u64>,
    ended: u64,
    loudest: u16,
    told: bool,
}

impl Ear {
    fn listen(&mut self, bytes: &[u8]) {
        for pair in bytes.chunks_exact(2) {
            let level = i16::from_le_bytes([pair[0], pair[1]]).unsigned_abs();
            self.heard += 1;
            if level > SILENT {
                self.began.get_or_insert(self.heard);
                self.ended = self.heard;
                self.loudest = self.loudest.max(level);
            }
        }
    }

    fn word(&self) -> &'static str {
        match self.began {
            None => "",
            Some(_) if self.loudest > LOUD => "bravo",
            Some(_) => "alpha",
        }
    }

    fn message(&self, flux: bool, end: bool, asked: bool) -> Value {
        let seconds = |samples: u64| samples as f64 / RATE;
        let (word, from, to) = (self.word(), seconds(self.began.unwrap_or(self.heard)), seconds(self.ended));
        let word_of = |timed: bool| match (word, timed) {
            ("", _) => json!([]),
            (_, true) => {
                json!([{ "word": word, "start": from, "end": to, "confidence": 0.9, "punctuated_word": word }])
            }
            (_, false) => json!([{ "word": word, "confidence": 0.9 }]),
        };
        if flux {
            return json!({ "type": "TurnInfo", "event": if end { "EndOfTurn" } else { "Update" }, "turn_index": 0,
                "audio_window_start": from, "audio_window_end": to, "transcript": word, "words": word_of(false),
                "end_of_turn_confidence": if end { 0.9 } else { 0.1 } });
        }
        json!({ "type": "Results", "channel_index": [0, 1], "start": 0.0, "duration": seconds(self.heard),
            "is_final": end, "speech_final": end && !asked, "from_finalize": asked,
            "channel": { "alternatives": [{ "transcript": word, "confidence": 0.9, "words": word_of(true) }] } })
    }
}

async fn serve(
    mut socket: WebSocket,
    shared: Arc<Shared>,
    script: Listen,
    flux: bool,
) -> Result<(), axum::Error> {
    let (mut ear, mut frames) = (Ear::default(), 0);
    if flux {
        socket.send(text(&json!({ "type": "Connected", "request_id": "r", "sequence_id": 0 }))).await?;
    }
    if let Listen::Say(first) = script {
        socket.send(Message::text(first)).await?;
    }
    if let Listen::Eager { resumes } = script {
        return serve_early(socket, &shared, resumes).await;
    }
    while let Some(message) = socket.recv().await {
        let mut end = None;
        match message? {
            Message::Binary(bytes) => {
                frames += 1;
                ear.listen(&bytes);
                if matches!(script, Listen::CloseAfter(most, _) if frames >= most) {
                    let Listen::CloseAfter(_, code) = script else { return Ok(()) };
                    let frame = CloseFrame { code, reason: "NET-0001".into() };
                    return socket.send(Message::Close(Some(frame))).await;
                }
                // Half a second of silence ends an utterance by itself.
                if ear.began.is_some() && ear.heard - ear.ended > 4_000 {
                    end = Some(false);
                }
            }
            Message::Text(frame) => {
                let value: Value = serde_json::from_str(&frame).unwrap_or_default();
                shared.texts.lock().push(value.clone());
                match value["type"].as_str() {
                    Some("Finalize") => end = Some(true),
                    Some("CloseStream") => {
                        if !matches!(script, Listen::Stall) {
                            socket.send(text(&json!({ "type": "Metadata", "request_id": "r" }))).await?;
                        }
                        return Ok(());
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        if matches!(script, Listen::Stall) {
            continue;
        }
        if ear.began.is_some() && !ear.told {
            ear.told = true;
            socket.send(text(&ear.message(flux, false, false))).await?;
        }
        if let Some(asked) = end {
            socket.send(text(&ear.message(flux, true, asked))).await?;
            ear = Ear { heard: ear.heard, ..Ear::default() };
        }
    }
    Ok(())
}

/// What Flux says of a turn, so many samples into the silence after it. The second word is part of the turn.
const DONE: &[(u64, &str, bool)] = &[(2_000, "EagerEndOfTurn", false), (6_400, "EndOfTurn", false)];
const RESUMED: &[(u64, &str, bool)] = &[
    (2_000, "EagerEndOfTurn", false),
    (4_000, "TurnResumed", false),
    (4_200, "Update", true),
    (6_400, "EndOfTurn", true),
];

async fn serve_early(mut socket: WebSocket, shared: &Shared, resumes: bool) -> Result<(), axum::Error> {
    let steps = if resumes { RESUMED } else { DONE };
    let (mut ear, mut next) = (Ear::default(), 0);
    while let Some(message) = socket.recv().await {
        let Message::Binary(bytes) = message? else { continue };
        ear.listen(&bytes);
        if ear.began.is_none() {
            continue;
        }
        if !ear.told {
            ear.told = true;
            socket.send(text(&ear.message(true, false, false))).await?;
        }
        let silent = ear.heard - ear.ended;
        while let Some((_, event, more)) = steps.get(next).filter(|(after, ..)| silent > *after) {
            let mut said = ear.message(true, true, false);
            said["event"] = json!(event);
            if *more {
                said["transcript"] = json!(format!("{} charlie", ear.word()));
            }
            shared.turns.lock().push((Instant::now(), event));
            socket.send(text(&said)).await?;
            next += 1;
        }
        if next == steps.len() {
            (ear, next) = (Ear { heard: ear.heard, ..Ear::default() }, 0);
        }
    }
    Ok(())
}

fn text(value: &Value) -> Message {
    Message::text(value.to_string())
}
