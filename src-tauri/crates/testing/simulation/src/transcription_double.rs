//! An OpenAI-compatible transcription server for audio whose loudness is its words, as the other recogniser doubles hear
//! it: above [`crate::LOUD`] "bravo", else "alpha", nothing in silence.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Multipart, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::stream;
use parking_lot::Mutex;
use serde_json::json;

/// How one request is answered.
#[derive(Debug, Clone)]
pub enum Transcribe {
    Properly,
    /// A status with these headers.
    Refuse(u16, Vec<(&'static str, &'static str)>),
    /// Takes the audio and says nothing.
    Stall,
    /// This body, whatever was asked for.
    Say(&'static str),
}

/// A request's fields, and the samples of its file (16 kHz).
#[derive(Debug, Clone, Default)]
pub struct Transcribed {
    pub fields: Vec<(String, String)>,
    pub file_name: String,
    pub rate: u32,
    pub samples: Vec<i16>,
}

#[derive(Debug, Default)]
struct Shared {
    scripts: Mutex<VecDeque<Transcribe>>,
    requests: Mutex<Vec<Transcribed>>,
}

/// The running double.
#[derive(Debug)]
pub struct TranscriptionDouble {
    base_url: String,
    shared: Arc<Shared>,
}

impl TranscriptionDouble {
    /// Listens on a free port of loopback until the process ends.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let app = Router::new().route("/v1/audio/transcriptions", post(answer)).with_state(shared.clone());
        let app = app.layer(axum::extract::DefaultBodyLimit::max(32 << 20));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base_url: format!("http://{address}/v1"), shared }
    }

    /// What a client sets as base URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Answers the next unanswered request like this.
    pub fn push(&self, script: Transcribe) {
        self.shared.scripts.lock().push_back(script);
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Transcribed> {
        self.shared.requests.lock().clone()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, mut form: Multipart) -> Response {
    let mut request = Transcribed::default();
    while let Ok(Some(field)) = form.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            request.file_name = field.file_name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.unwrap_or_default();
            let wav = bytes.len() >= 44 && &bytes[..4] == b"RIFF" && &bytes[8..12] == b"WAVE";
            if !wav {
                return StatusCode::BAD_REQUEST.into_response();
            }
            request.rate = u32::from_le_bytes([bytes[24], bytes[25], bytes[26], bytes[27]]);
            let pairs = bytes[44..].chunks_exact(2);
            request.samples = pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        } else {
            request.fields.push((name, field.text().await.unwrap_or_default()));
        }
    }
    shared.requests.lock().push(request.clone());
    let script = shared.scripts.lock().pop_front().unwrap_or(Transcribe::Properly);
    match script {
        Transcribe::Properly => heard(&request),
        Transcribe::Say(body) => body.into_response(),
        Transcribe::Stall => std::future::pending().await,
        Transcribe::Refuse(status, headers) => {
            let status = StatusCode::from_u16(status).expect("a status");
            let mut response =
                (status, axum::Json(json!({ "error": { "message": "refused" } }))).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
            response
        }
    }
}

fn heard(request: &Transcribed) -> Response {
    // Resampling rings: what is loud for a moment only is not a word.
    let above = |level: u16| request.samples.iter().filter(|s| s.unsigned_abs() > level).count();
    let text = match (above(500) > 1_600, above(crate::LOUD) > 1_600) {
        (false, _) => "",
        (true, false) => "alpha",
        (true, true) => "bravo",
    };
    let field = |name: &str| request.fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let seconds = |at: Option<usize>| at.unwrap_or(0) as f64 / f64::from(request.rate.max(1));
    let voiced = |s: &i16| s.unsigned_abs() > 500;
    let (from, to) =
        (seconds(request.samples.iter().position(voiced)), seconds(request.samples.iter().rposition(voiced)));
    if field("stream") == Some("true") {
        let (first, _) = text.split_at(text.len() / 2);
        let events = [
            format!("data: {}\n\n", json!({ "type": "transcript.text.delta", "delta": first })),
            format!("data: {}\n\n", json!({ "type": "transcript.text.done", "text": text, "usage": {} })),
        ];
        let body = Body::from_stream(stream::iter(events.map(Ok::<_, Infallible>)));
        return ([("content-type", "text/event-stream")], body).into_response();
    }
    if field("response_format") == Some("verbose_json") {
        let words =
            if text.is_empty() { json!([]) } else { json!([{ "word": text, "start": from, "end": to }]) };
        let segment = json!({ "id": 0, "text": text, "avg_logprob": -0.1, "no_speech_prob": 0.01 });
        let body = json!({ "language": "english", "duration": to, "text": text, "words": words, "segments": [segment] });
        return axum::Json(body).into_response();
    }
    axum::Json(json!({ "text": text, "usage": { "type": "duration", "seconds": 1 } })).into_response()
}
