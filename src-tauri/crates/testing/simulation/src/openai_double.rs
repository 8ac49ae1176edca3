//! An OpenAI-compatible endpoint whose every answer is scripted.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::stream;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::watch;

/// How one request is answered.
#[derive(Debug, Clone)]
pub enum Script {
    /// These pieces of text, then the end.
    Text(Vec<&'static str>),
    /// One tool call, its arguments in these fragments.
    Tool { name: &'static str, arguments: Vec<&'static str> },
    /// These lines of the stream, as they are, and then the end of the connection.
    Raw(Vec<&'static str>),
    /// A status with the provider's error body and these headers.
    Status(u16, Vec<(&'static str, &'static str)>),
    /// The first piece of text, and then nothing for ever.
    Stall(&'static str),
}

/// The running double.
#[derive(Debug)]
pub struct OpenAiDouble {
    base_url: String,
    shared: Arc<Shared>,
    open: watch::Receiver<usize>,
}

#[derive(Debug)]
struct Shared {
    scripts: Mutex<VecDeque<Script>>,
    requests: Mutex<Vec<(HeaderMap, Value)>>,
    open: watch::Sender<usize>,
}

impl OpenAiDouble {
    /// Listens on a free port of loopback until the process ends.
    pub async fn start() -> Self {
        let (sender, open) = watch::channel(0);
        let shared = Arc::new(Shared { scripts: Mutex::default(), requests: Mutex::default(), open: sender });
        let app = Router::new().route("/v1/chat/completions", post(answer)).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base_url: format!("http://{address}/v1"), shared, open }
    }

    /// What a client sets as base URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Answers the next unanswered request like this.
    pub fn push(&self, script: Script) {
        self.shared.scripts.lock().push_back(script);
    }

    /// Headers and bodies of all requests so far.
    pub fn requests(&self) -> Vec<(HeaderMap, Value)> {
        self.shared.requests.lock().clone()
    }

    /// Waits until no stream is open any more.
    pub async fn all_closed(&mut self) {
        self.open.wait_for(|open| *open == 0).await.expect("the double lives");
    }
}

/// Counts an open stream for as long as its body lives.
struct Open(Arc<Shared>);

impl Open {
    fn new(shared: Arc<Shared>) -> Self {
        shared.open.send_modify(|open| *open += 1);
        Self(shared)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let body = serde_json::from_str(&body).unwrap_or_default();
    shared.requests.lock().push((headers, body));
    let script = shared.scripts.lock().pop_front().unwrap_or(Script::Text(vec!["Hello."]));
    let (lines, stall) = match script {
        Script::Status(status, headers) => return refusal(status, &headers),
        Script::Raw(lines) => (lines.into_iter().map(|line| format!("{line}\n\n")).collect(), false),
        Script::Text(pieces) => (text(&pieces, true), false),
        Script::Stall(first) => (text(&[first], false), true),
        Script::Tool { name, arguments } => (tool(name, &arguments), false),
    };
    let open = Open::new(shared);
    let pieces = stream::unfold(
        (VecDeque::from(lines), open),
        move |(mut lines, open): (VecDeque<String>, Open)| async move {
            match lines.pop_front() {
                Some(line) => Some((Ok::<_, Infallible>(line), (lines, open))),
                None if stall => {
                    // An hour is for ever in a test; the client's closing the connection ends it.
                    tokio::time::sleep(Duration::from_secs(3_600)).await;
                    None
                }
                None => None,
            }
        },
    );
    let mut response = Body::from_stream(pieces).into_response();
    response.headers_mut().insert("content-type", axum::http::HeaderValue::from_static("text/event-stream"));
    response
}

fn refusal(status: u16, headers: &[(&'static str, &'static str)]) -> Response {
    let body = json!({ "error": { "message": "refused by the double", "type": "test", "param": null, "code": null } });
    let status = StatusCode::from_u16(status).expect("a status");
    let mut response = (status, axum::Json(body)).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(*name, axum::http::HeaderValue::from_static(value));
    }
    response
}

fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

fn text(pieces: &[&str], end: bool) -> Vec<String> {
    let chunk = |delta: Value, finish: Value| {
        data(&json!({ "object": "chat.completion.chunk",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }], "usage": null }))
    };
    let mut lines =
        vec![": a comment\n\n".to_owned(), chunk(json!({ "role": "assistant", "content": "" }), Value::Null)];
    lines.extend(pieces.iter().map(|piece| chunk(json!({ "content": piece }), Value::Null)));
    if end {
        lines.push(chunk(json!({}), json!("stop")));
        lines.push(data(&json!({ "choices": [], "usage": { "total_tokens": 2 } })));
        lines.push("data: [DONE]\n\n".to_owned());
    }
    lines
}

fn tool(name: &str, arguments: &[&str]) -> Vec<String> {
    let fragment = |fragment: Value| {
        data(&json!({ "choices": [{ "index": 0, "delta": { "tool_calls": [fragment] } }] }))
    };
    let mut lines = vec![fragment(
        json!({ "index": 0, "id": "call_1", "type": "function", "function": { "name": name, "arguments": "" } }),
    )];
    lines.extend(
        arguments.iter().map(|piece| fragment(json!({ "index": 0, "function": { "arguments": piece } }))),
    );
    lines.push(data(&json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "tool_calls" }] })));
    lines.push("data: [DONE]\n\n".to_owned());
    lines
}
