//! A recogniser (Flux), a model and a voice in one server that take no time of their own and keep the time of each step.
//!
//! Every connection of the recogniser is a caller who asks so many questions, one each `gap`. The reply and the request
//! for its voice carry the question's name, so that what passed between two providers can be told for each turn.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Json, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use parking_lot::Mutex;
use serde_json::{Value, json};

/// When each step of one turn was, by the provider's clock.
#[derive(Debug, Clone, Copy)]
pub struct Steps {
    /// The recogniser said that the turn is over.
    pub ended: Instant,
    /// The model was asked.
    pub asked: Option<Instant>,
    /// The model gave its first and only sentence.
    pub answered: Option<Instant>,
    /// The voice was asked for that sentence.
    pub voiced: Option<Instant>,
}

#[derive(Debug)]
struct Shared {
    turns: u32,
    gap: Duration,
    callers: AtomicU32,
    steps: Mutex<HashMap<String, Steps>>,
}

/// The running double.
#[derive(Debug)]
pub struct PacedDouble {
    address: String,
    shared: Arc<Shared>,
}

impl PacedDouble {
    /// Listens on a free port of loopback until the process ends.
    pub async fn start(turns: u32, gap: Duration) -> Self {
        let shared = Arc::new(Shared { turns, gap, callers: AtomicU32::default(), steps: Mutex::default() });
        let app = Router::new()
            .route("/v2/listen", get(listen))
            .route("/v1/chat/completions", post(reply))
            .route("/v1/audio/speech", post(speak))
            .with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        // As providers do: without it, an event waits until the one before it is acknowledged.
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true)));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, shared }
    }

    /// A providers' file with all three under the name `paced`.
    pub fn providers_file(&self) -> String {
        let address = &self.address;
        format!(
            "[recognisers.paced]\nkind = 'deepgram'\nbase_url = 'ws://{address}'\nmodel = 'flux-general-en'\n\
             [models.paced]\nbase_url = 'http://{address}/v1'\nmodel = 'none'\n\
             [voices.paced]\nkind = 'openai'\nbase_url = 'http://{address}/v1'\nmodel = 'none'\n"
        )
    }

    /// Where its model is asked.
    pub fn model_url(&self) -> String {
        format!("http://{}/v1/chat/completions", self.address)
    }

    /// Every turn so far.
    pub fn steps(&self) -> Vec<Steps> {
        self.shared.steps.lock().values().copied().collect()
    }

    /// Forgets every turn so far.
    pub fn forget(&self) {
        self.shared.steps.lock().clear();
    }
}

/// A name of letters only: digits at the end of a turn would be waited for.
fn name(mut number: u32) -> String {
    let mut letters = String::new();
    loop {
        letters.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or_default()));
        number /= 26;
        if number == 0 {
            return letters;
        }
    }
}

/// What stands between the two words in a text.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &text[text.rfind(before)? + before.len()..];
    Some(&rest[..rest.find(after)?])
}

async fn listen(State(shared): State<Arc<Shared>>, socket: WebSocketUpgrade) -> Response {
    socket.on_upgrade(move |socket| async move {
        // A caller who hangs up in the middle is nothing special.
        let _ = converse(socket, &shared).await;
    })
}

async fn converse(mut socket: WebSocket, shared: &Shared) -> Result<(), axum::Error> {
    let caller = name(shared.callers.fetch_add(1, Ordering::Relaxed));
    socket.send(text(&json!({ "type": "Connected", "request_id": "r", "sequence_id": 0 }))).await?;
    let mut pace = tokio::time::interval(shared.gap);
    pace.tick().await;
    let mut turn = 0;
    loop {
        tokio::select! {
            _ = pace.tick(), if turn < shared.turns => {
                let question = format!("{caller} {}", name(turn));
                let words = format!("Question {question} please.");
                for (event, sure) in [("StartOfTurn", 0.1), ("Update", 0.2), ("EndOfTurn", 0.95)] {
                    if event == "EndOfTurn" {
                        let now = Steps { ended: Instant::now(), asked: None, answered: None, voiced: None };
                        shared.steps.lock().insert(question.clone(), now);
                    }
                    socket.send(text(&json!({ "type": "TurnInfo", "event": event, "turn_index": turn,
                        "audio_window_start": 0.0, "audio_window_end": 0.1, "transcript": words, "words": [],
                        "end_of_turn_confidence": sure, "sequence_id": turn }))).await?;
                }
                turn += 1;
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_))) | None => return Ok(()),
                Some(message) => drop(message?),
            }
        }
    }
}

async fn reply(State(shared): State<Arc<Shared>>, Json(body): Json<Value>) -> Response {
    let now = Instant::now();
    let last = body["messages"].as_array().and_then(|messages| messages.last());
    let asked = last.and_then(|message| message["content"].as_str()).unwrap_or_default();
    let question = between(asked, "Question ", " please").unwrap_or_default();
    // Asked once more it is for the outcome of the whole call, which is no turn.
    if let Some(steps) = shared.steps.lock().get_mut(question).filter(|steps| steps.asked.is_none()) {
        (steps.asked, steps.answered) = (Some(now), Some(Instant::now()));
    }
    let chunk = |delta: Value, finish: Value| {
        format!(
            "data: {}\n\n",
            json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] })
        )
    };
    let content = format!("Answer {question} thanks.");
    let body = chunk(json!({ "content": content }), Value::Null)
        + &chunk(json!({}), json!("stop"))
        + "data: [DONE]\n\n";
    ([("content-type", "text/event-stream")], body).into_response()
}

async fn speak(State(shared): State<Arc<Shared>>, Json(body): Json<Value>) -> Response {
    let now = Instant::now();
    let question =
        between(body["input"].as_str().unwrap_or_default(), "Answer ", " thanks").unwrap_or_default();
    if let Some(steps) = shared.steps.lock().get_mut(question) {
        steps.voiced = Some(now);
    }
    // A tenth of a second at 24 kHz.
    let tone = |n: u16| i16::try_from(n % 50).unwrap_or_default() * 100;
    (0..2_400).flat_map(|n| tone(n).to_le_bytes()).collect::<Vec<u8>>().into_response()
}

fn text(value: &Value) -> Message {
    Message::text(value.to_string())
}
