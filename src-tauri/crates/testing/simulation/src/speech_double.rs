//! Text to speech over HTTP, as ElevenLabs and OpenAI-compatible servers stream it: a tone of 60 ms a character.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use parking_lot::Mutex;
use serde_json::{Value, json};

/// Samples a second of what is sent.
const RATE: usize = 24_000;
/// Odd, so that samples are cut in two.
const PIECE: usize = 4_801;

/// How one request is answered.
#[derive(Debug, Clone)]
pub enum Speak {
    Properly,
    /// A status with these headers and this body.
    Refuse(u16, Vec<(&'static str, &'static str)>, &'static str),
    /// Headers, so many pieces, and nothing more.
    StallAfter(usize),
    /// So many pieces, and then the connection breaks.
    BreakAfter(usize),
    /// Success without audio.
    Nothing,
}

/// A request's path and query, headers and body.
pub type Asked = (String, HeaderMap, Value);

#[derive(Debug, Default)]
struct Shared {
    scripts: Mutex<VecDeque<Speak>>,
    requests: Mutex<Vec<Asked>>,
}

/// The running double.
#[derive(Debug)]
pub struct SpeechDouble {
    base_url: String,
    shared: Arc<Shared>,
}

impl SpeechDouble {
    /// Listens on a free port of loopback until the process ends.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let app = Router::new().fallback(answer).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base_url: format!("http://{address}"), shared }
    }

    /// What a client sets as base URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Answers the next unanswered request like this.
    pub fn push(&self, script: Speak) {
        self.shared.scripts.lock().push_back(script);
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Asked> {
        self.shared.requests.lock().clone()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = body["text"].as_str().or_else(|| body["input"].as_str()).unwrap_or_default().to_owned();
    shared.requests.lock().push((head.uri.to_string(), head.headers, body));
    let script = shared.scripts.lock().pop_front().unwrap_or(Speak::Properly);
    let samples = text.chars().count() * RATE * 60 / 1_000;
    let tone = |n: usize| (((n % 50) as i16) - 25) * 300;
    let bytes: Vec<u8> = (0..samples).flat_map(|n| tone(n).to_le_bytes()).collect();
    let pieces: Vec<Vec<u8>> = bytes.chunks(PIECE).map(<[u8]>::to_vec).collect();
    match script {
        Speak::Properly => {
            Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, Infallible>))).into_response()
        }
        Speak::Nothing => Body::empty().into_response(),
        Speak::StallAfter(most) => {
            let first = stream::iter(pieces.into_iter().take(most).map(Ok::<_, Infallible>));
            Body::from_stream(first.chain(stream::pending())).into_response()
        }
        Speak::BreakAfter(most) => {
            let first = stream::iter(pieces.into_iter().take(most).map(Ok));
            let end = stream::iter([Err(std::io::Error::other("broken by the double"))]);
            Body::from_stream(first.chain(end)).into_response()
        }
        Speak::Refuse(status, headers, message) => {
            let status = StatusCode::from_u16(status).expect("a status");
            let body = json!({ "error": { "message": message }, "detail": { "status": "test", "message": message } });
            let mut response = (status, axum::Json(body)).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
            response
        }
    }
}
