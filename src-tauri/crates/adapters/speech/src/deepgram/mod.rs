//! Deepgram's streaming recognition: `/v1/listen` (Nova) and `/v2/listen` (Flux).

mod message;
mod session;

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use tandem_foundation::Pii;
use tandem_switchboard::ports::speech::{ProviderError, Recogniser, RecogniserSession, Recognition};
use tokio::sync::mpsc;

use crate::socket::{self, Socket, escaped};

/// How Deepgram is asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Endpoint {
    /// `wss://api.deepgram.com`, without a path.
    pub base_url: String,
    /// Name of the environment variable that holds the key.
    pub key_env: Option<String>,
    #[serde(skip)]
    pub key: Option<Pii<String>>,
    /// A model whose name begins with `flux` is spoken to by version 2 of the protocol.
    pub model: String,
    /// Silence that ends an utterance, ms (version 1).
    pub endpointing_ms: u32,
    /// Confidence at which a turn is over, 0–1 (Flux).
    pub eot_threshold: f32,
    /// Confidence at which a turn may be over, 0–1 (Flux); `None`: no eager ends.
    pub eager_eot_threshold: Option<f32>,
    pub connect_timeout_ms: u64,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self {
            base_url: "wss://api.deepgram.com".into(),
            key_env: None,
            key: None,
            model: "nova-3".into(),
            endpointing_ms: 300,
            eot_threshold: 0.7,
            eager_eot_threshold: Some(0.5),
            connect_timeout_ms: 2_000,
        }
    }
}

/// The recogniser.
#[derive(Debug, Clone)]
pub struct Deepgram {
    name: String,
    endpoint: Endpoint,
}

impl Deepgram {
    /// `name`: what the provider is called in settings and errors.
    pub fn new(name: &str, endpoint: Endpoint) -> Self {
        Self { name: name.to_owned(), endpoint }
    }

    fn flux(&self) -> bool {
        self.endpoint.model.starts_with("flux")
    }

    fn url(&self, session: &RecogniserSession) -> String {
        let endpoint = &self.endpoint;
        let base = endpoint.base_url.trim_end_matches('/');
        let (model, rate) = (escaped(&endpoint.model), session.sample_rate);
        let mut url = if self.flux() {
            let eager =
                endpoint.eager_eot_threshold.map_or(String::new(), |at| format!("&eager_eot_threshold={at}"));
            let threshold = endpoint.eot_threshold;
            format!(
                "{base}/v2/listen?model={model}&encoding=linear16&sample_rate={rate}&eot_threshold={threshold}{eager}"
            )
        } else {
            let (language, silence) = (escaped(&session.language), endpoint.endpointing_ms);
            format!(
                "{base}/v1/listen?model={model}&encoding=linear16&sample_rate={rate}&channels=1&language={language}\
                 &interim_results=true&punctuate=true&smart_format=true&numerals=true&endpointing={silence}\
                 &utterance_end_ms=1000&vad_events=true"
            )
        };
        for term in &session.key_terms {
            url.push_str(&format!("&keyterm={}", escaped(term)));
        }
        url
    }

    async fn connect(&self, session: &RecogniserSession) -> Result<Socket, ProviderError> {
        let key = self.endpoint.key.as_ref();
        let header = key.map(|key| ("authorization", Pii::new(format!("Token {}", key.expose()))));
        let patience = Duration::from_millis(self.endpoint.connect_timeout_ms);
        socket::connect(&self.name, &self.url(session), header, patience).await
    }
}

#[async_trait]
impl Recogniser for Deepgram {
    async fn open(&self, session: RecogniserSession) -> Result<Recognition, ProviderError> {
        let socket = self.connect(&session).await?;
        let (input, inputs) = mpsc::channel(256);
        let (events, heard) = mpsc::channel(256);
        tokio::spawn(session::run(self.clone(), session, socket, inputs, events));
        Ok(Recognition { input, events: heard })
    }
}
