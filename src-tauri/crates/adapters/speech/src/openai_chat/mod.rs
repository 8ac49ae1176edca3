//! Any OpenAI-compatible chat completion endpoint, streaming.
//!
//! A call cannot wait: one quick second try before the first token, then the conversation's own fallback. Dropping the
//! receiver closes the connection.

mod reply;
mod request;

use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use reqwest::{Client, Response};
use serde::Deserialize;
use tandem_foundation::Pii;
use tandem_switchboard::ports::speech::{Model, ModelEvent, ModelRequest, ProviderError, ProviderErrorKind};
use tokio::sync::mpsc;

use reply::Reply;

use crate::socket::retry_after;
use crate::sse;

/// Longest wait before the one second try.
const RETRY_WAIT: Duration = Duration::from_millis(300);

/// An endpoint and how it likes to be asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Up to and without `/chat/completions`.
    pub base_url: String,
    /// Name of the environment variable that holds the key.
    #[serde(default, alias = "key_env")]
    pub api_key_env: Option<String>,
    #[serde(skip)]
    pub api_key: Option<Pii<String>>,
    /// Used where an assistant names no model.
    #[serde(default)]
    pub model: String,
    /// The server knows `stream_options`.
    #[serde(default)]
    pub stream_options: bool,
    /// The server knows `max_tokens` and not `max_completion_tokens`.
    #[serde(default)]
    pub legacy_max_tokens: bool,
}

/// A model behind an endpoint.
#[derive(Debug, Clone)]
pub struct OpenAiChat {
    name: String,
    endpoint: Endpoint,
    model: String,
    client: Client,
}

impl OpenAiChat {
    /// `name`: what the provider is called in settings and errors.
    pub fn new(name: &str, endpoint: Endpoint, model: &str, client: Client) -> Self {
        let model = if model.is_empty() { endpoint.model.clone() } else { model.to_owned() };
        Self { name: name.to_owned(), endpoint, model, client }
    }

    async fn ask(&self, request: &ModelRequest) -> Result<Response, ProviderError> {
        let body = request::body(&self.endpoint, &self.model, request);
        let address = format!("{}/chat/completions", self.endpoint.base_url.trim_end_matches('/'));
        let mut tried = false;
        loop {
            let mut post = self.client.post(&address).header("Accept", "text/event-stream").json(&body);
            if let Some(key) = &self.endpoint.api_key {
                post = post.bearer_auth(key.expose());
            }
            let sent = tokio::time::timeout(request.first_token_timeout, post.send()).await;
            let (error, wait) = match sent {
                Err(_) => (self.error(ProviderErrorKind::Timeout, "no answer in time".into()), None),
                Ok(Err(error)) => {
                    let message = error.without_url().to_string();
                    (self.error(ProviderErrorKind::Unavailable, message), Some(Duration::ZERO))
                }
                Ok(Ok(response)) if response.status().is_success() => return Ok(response),
                Ok(Ok(response)) => {
                    let wanted = wants_second_try(&response);
                    let error = self.refused(response).await;
                    // What the server says of itself goes before what its status says.
                    let wait = match wanted {
                        Some(false) => None,
                        Some(true) => error.retry_after.or(Some(RETRY_WAIT)).filter(|w| *w <= RETRY_WAIT),
                        None => error.second_try_after(RETRY_WAIT),
                    };
                    (error, wait)
                }
            };
            match wait.filter(|_| !tried) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(error),
            }
            tried = true;
        }
    }

    /// `{"error":{"message"…}}`, or whatever else the server said.
    async fn refused(&self, response: Response) -> ProviderError {
        let status = response.status();
        let retry_after = retry_after(response.headers());
        let text = response.text().await.unwrap_or_default();
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let mut message =
            parsed["error"]["message"].as_str().map_or_else(|| format!("answered {status}"), str::to_owned);
        // A server may repeat the key that it refuses.
        if let Some(key) = self.endpoint.api_key.as_ref().filter(|key| !key.expose().is_empty()) {
            message = message.replace(key.expose().as_str(), "…");
        }
        let error = self.error(ProviderErrorKind::Protocol, message).with_code(status.as_u16());
        ProviderError { retry_after, ..error }
    }

    fn error(&self, kind: ProviderErrorKind, message: String) -> ProviderError {
        ProviderError::new(&self.name, "asking the model", kind, message)
    }
}

#[async_trait]
impl Model for OpenAiChat {
    async fn reply(&self, request: ModelRequest) -> Result<mpsc::Receiver<ModelEvent>, ProviderError> {
        let response = self.ask(&request).await?;
        let (events, replies) = mpsc::channel(64);
        tokio::spawn(stream(response, events, request.first_token_timeout));
        Ok(replies)
    }
}

/// Reads until the end; a receiver that is gone ends it at once, and with it the connection.
async fn stream(response: Response, events: mpsc::Sender<ModelEvent>, patience: Duration) {
    let mut bytes = response.bytes_stream();
    let (mut parser, mut reply) = (sse::Parser::default(), Reply::default());
    while !reply.is_over() {
        let next = tokio::select! {
            () = events.closed() => return,
            next = tokio::time::timeout(patience, bytes.next()) => next,
        };
        let out = match next {
            Ok(Some(Ok(piece))) => parser.push(&piece).iter().flat_map(|event| reply.take(event)).collect(),
            Ok(None) => reply.end(),
            Ok(Some(Err(_))) => vec![failed("the connection broke")],
            Err(_) => vec![failed("the model stalled")],
        };
        for event in out {
            let last = matches!(event, ModelEvent::Failed { .. } | ModelEvent::Finished { .. });
            if events.send(event).await.is_err() || last {
                return;
            }
        }
    }
}

fn failed(message: &str) -> ModelEvent {
    ModelEvent::Failed { message: message.to_owned(), transient: true }
}

/// `x-should-retry`, where the server sends it.
fn wants_second_try(response: &Response) -> Option<bool> {
    match response.headers().get("x-should-retry")?.to_str().ok()? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
