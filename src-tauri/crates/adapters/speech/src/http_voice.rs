//! Voices over HTTP: one request a sentence, raw PCM streamed back (ElevenLabs and OpenAI-compatible servers).

use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use reqwest::{Client, RequestBuilder, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use tandem_foundation::Pii;
use tandem_switchboard::ports::speech::{
    ProviderError, ProviderErrorKind, Voice, VoiceEvent, VoiceSession, VoiceSettings,
};
use tokio::sync::mpsc;

use crate::resample::Resampler;
use crate::socket::{escaped, retry_after};

/// Longest wait before the one second try.
const SECOND_TRY: Duration = Duration::from_millis(300);

/// Whose protocol a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `POST /v1/text-to-speech/{voice}/stream`.
    ElevenLabs,
    /// `POST /audio/speech`.
    OpenAi,
}

/// What carries text and audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// One socket a call (`multi-stream-input`).
    #[default]
    Socket,
    /// One request a sentence.
    Http,
}

/// How a server is asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    pub kind: Kind,
    /// `https://api.elevenlabs.io`, or an OpenAI-compatible base with its version.
    pub base_url: String,
    /// Name of the environment variable that holds the key.
    #[serde(default)]
    pub key_env: Option<String>,
    #[serde(skip)]
    pub key: Option<Pii<String>>,
    #[serde(default)]
    pub model: String,
    /// Used where an assistant names none.
    #[serde(default)]
    pub voice: String,
    /// Samples a second that the server sends.
    #[serde(default = "usual_rate")]
    pub sample_rate: u32,
    /// How ElevenLabs is spoken to; other servers know HTTP only.
    #[serde(default)]
    pub transport: Transport,
    /// Longest wait for the first audio and between two pieces of it.
    #[serde(default = "usual_patience")]
    pub stall_timeout_ms: u64,
}

fn usual_rate() -> u32 {
    24_000
}

fn usual_patience() -> u64 {
    2_000
}

impl Endpoint {
    /// What is usual for a kind of server, without its address.
    pub fn usual(kind: Kind) -> Self {
        Self {
            kind,
            base_url: String::new(),
            key_env: None,
            key: None,
            model: String::new(),
            voice: String::new(),
            sample_rate: usual_rate(),
            transport: Transport::default(),
            stall_timeout_ms: usual_patience(),
        }
    }
}

/// A voice behind an endpoint.
#[derive(Debug, Clone)]
pub struct HttpVoice {
    name: String,
    endpoint: Endpoint,
    client: Client,
}

#[derive(Debug)]
struct Session {
    voice: HttpVoice,
    settings: VoiceSettings,
}

impl HttpVoice {
    /// `name`: what the provider is called in settings and errors.
    pub fn new(name: &str, endpoint: Endpoint, client: Client) -> Self {
        Self { name: name.to_owned(), endpoint, client }
    }

    fn request(&self, settings: &VoiceSettings, text: &str) -> RequestBuilder {
        let Endpoint { kind, base_url, model, sample_rate, key, .. } = &self.endpoint;
        let base = base_url.trim_end_matches('/');
        let voice = if settings.voice.is_empty() { &self.endpoint.voice } else { &settings.voice };
        match kind {
            Kind::ElevenLabs => {
                let voice = escaped(voice);
                let url = format!("{base}/v1/text-to-speech/{voice}/stream?output_format=pcm_{sample_rate}");
                let body =
                    json!({ "text": text, "model_id": model, "voice_settings": { "speed": settings.speed } });
                let post = self.client.post(url).json(&body);
                match key {
                    Some(key) => post.header("xi-api-key", key.expose()),
                    None => post,
                }
            }
            Kind::OpenAi => {
                let body = json!({ "model": model, "input": text, "voice": voice,
                    "response_format": "pcm", "speed": settings.speed });
                let post = self.client.post(format!("{base}/audio/speech")).json(&body);
                match key {
                    Some(key) => post.bearer_auth(key.expose()),
                    None => post,
                }
            }
        }
    }

    async fn speak(
        &self,
        settings: &VoiceSettings,
        text: &str,
        events: &mpsc::Sender<VoiceEvent>,
    ) -> Result<(), ProviderError> {
        if !text.chars().any(char::is_alphanumeric) {
            return Ok(());
        }
        let patience = Duration::from_millis(self.endpoint.stall_timeout_ms);
        let stalled = |_| self.error(ProviderErrorKind::Timeout, "no audio in time".into());
        let asked = tokio::time::timeout(patience, self.ask(settings, text)).await.map_err(stalled)?;
        let response = match asked {
            Ok(response) => response,
            Err(error) => match error.second_try_after(SECOND_TRY).filter(|_| error.code.is_some()) {
                Some(wait) => {
                    tokio::time::sleep(wait).await;
                    tokio::time::timeout(patience, self.ask(settings, text)).await.map_err(stalled)??
                }
                None => return Err(error),
            },
        };
        let mut bytes = response.bytes_stream();
        let mut resampler = Resampler::new(self.endpoint.sample_rate, settings.sample_rate);
        // A piece may end in the middle of a sample.
        let (mut odd, mut any) = (Vec::new(), false);
        while let Some(piece) = tokio::time::timeout(patience, bytes.next()).await.map_err(stalled)? {
            let piece = piece
                .map_err(|_| self.error(ProviderErrorKind::Unavailable, "the connection broke".into()))?;
            odd.extend_from_slice(&piece);
            let whole: Vec<i16> =
                odd.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
            odd.drain(..whole.len() * 2);
            any |= !whole.is_empty();
            let samples = resampler.process(&whole);
            if !samples.is_empty()
                && events.send(VoiceEvent::Audio { samples, alignment: Vec::new() }).await.is_err()
            {
                return Ok(());
            }
        }
        if !any {
            return Err(self.error(ProviderErrorKind::Protocol, "sent no audio".into()));
        }
        let samples = resampler.finish();
        if !samples.is_empty() {
            let _ = events.send(VoiceEvent::Audio { samples, alignment: Vec::new() }).await;
        }
        Ok(())
    }

    async fn ask(&self, settings: &VoiceSettings, text: &str) -> Result<Response, ProviderError> {
        let sent = self.request(settings, text).send().await;
        let response = sent
            .map_err(|error| self.error(ProviderErrorKind::Unavailable, error.without_url().to_string()))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refused(response).await) }
    }

    async fn refused(&self, response: Response) -> ProviderError {
        let status = response.status().as_u16();
        let wait = retry_after(response.headers());
        let body: Value =
            serde_json::from_str(&response.text().await.unwrap_or_default()).unwrap_or_default();
        let said = body["error"]["message"].as_str().or_else(|| body["detail"]["message"].as_str());
        let mut message = said.map_or_else(|| format!("refused with {status}"), str::to_owned);
        // A server may repeat the key that it refuses.
        if let Some(key) = self.endpoint.key.as_ref().filter(|key| !key.expose().is_empty()) {
            message = message.replace(key.expose().as_str(), "…");
        }
        if let Some(wait) = wait {
            message = format!("{message}; asked to wait {} s", wait.as_secs_f32());
        }
        let mut error = self.error(ProviderErrorKind::Protocol, message).with_code(status);
        // ElevenLabs says both "wrong key" and "no credit" with 401.
        if body["detail"]["status"] == "quota_exceeded" {
            error.kind = ProviderErrorKind::Quota;
        }
        ProviderError { retry_after: wait, ..error }
    }

    fn error(&self, kind: ProviderErrorKind, message: String) -> ProviderError {
        ProviderError::new(&self.name, "speaking", kind, message)
    }
}

#[async_trait]
impl Voice for HttpVoice {
    async fn open(&self, settings: VoiceSettings) -> Result<Box<dyn VoiceSession>, ProviderError> {
        Ok(Box::new(Session { voice: self.clone(), settings }))
    }
}

#[async_trait]
impl VoiceSession for Session {
    async fn speak(&mut self, text: &str) -> mpsc::Receiver<VoiceEvent> {
        let (events, heard) = mpsc::channel(16);
        let (voice, settings, text) = (self.voice.clone(), self.settings.clone(), text.to_owned());
        tokio::spawn(async move {
            let end = tokio::select! {
                // Dropping the request closes its connection, and with it the billing.
                () = events.closed() => return,
                end = voice.speak(&settings, &text, &events) => end,
            };
            let _ = events.send(end.map_or_else(VoiceEvent::Failed, |()| VoiceEvent::Done)).await;
        });
        heard
    }
}
