//! ElevenLabs over its multi-context socket: one socket a call, one context for the sentences of a turn.
//!
//! A sentence is flushed at its end, and is whole when the alignment of its audio has reached its last character; a
//! server that aligns nothing has the context closed after each sentence instead, which it confirms.

mod connection;
mod message;
mod sentence;

use std::time::Duration;

use async_trait::async_trait;
use tandem_foundation::Pii;
use tandem_switchboard::ports::speech::{
    ProviderError, ProviderErrorKind, Voice, VoiceEvent, VoiceSession, VoiceSettings,
};
use tokio::sync::mpsc;

use crate::http_voice::Endpoint;
use crate::socket::{self, Socket, escaped};

/// The server closes a context of which it hears nothing for this long, s.
const INACTIVITY: u32 = 60;

/// A voice behind ElevenLabs' socket.
#[derive(Debug, Clone)]
pub struct ElevenLabs {
    name: String,
    endpoint: Endpoint,
}

/// What a call's connection is asked to say.
#[derive(Debug)]
struct Wanted {
    text: String,
    events: mpsc::Sender<VoiceEvent>,
}

struct Session(mpsc::UnboundedSender<Wanted>);

impl ElevenLabs {
    /// `name`: what the provider is called in settings and errors. Of the endpoint, the sample rate is not used: it is
    /// the call's.
    pub fn new(name: &str, endpoint: Endpoint) -> Self {
        Self { name: name.to_owned(), endpoint }
    }

    fn url(&self, settings: &VoiceSettings) -> String {
        let base = self.endpoint.base_url.trim_end_matches('/');
        let base = match base.split_once("://") {
            Some(("https", rest)) => format!("wss://{rest}"),
            Some(("http", rest)) => format!("ws://{rest}"),
            _ => base.to_owned(),
        };
        let voice = if settings.voice.is_empty() { &self.endpoint.voice } else { &settings.voice };
        let (voice, model) = (escaped(voice), escaped(&self.endpoint.model));
        let format = if settings.sample_rate == 8_000 { "ulaw_8000" } else { "pcm_16000" };
        format!(
            "{base}/v1/text-to-speech/{voice}/multi-stream-input?model_id={model}&output_format={format}\
             &auto_mode=true&sync_alignment=true&inactivity_timeout={INACTIVITY}"
        )
    }

    async fn connect(&self, settings: &VoiceSettings) -> Result<Socket, ProviderError> {
        let header = self.endpoint.key.as_ref().map(|key| ("xi-api-key", Pii::new(key.expose().clone())));
        socket::connect(&self.name, &self.url(settings), header, self.patience()).await
    }

    /// Longest wait for an answer.
    fn patience(&self) -> Duration {
        Duration::from_millis(self.endpoint.stall_timeout_ms)
    }

    fn error(&self, kind: ProviderErrorKind, message: &str) -> ProviderError {
        ProviderError::new(&self.name, "speaking", kind, message)
    }
}

#[async_trait]
impl Voice for ElevenLabs {
    async fn open(&self, settings: VoiceSettings) -> Result<Box<dyn VoiceSession>, ProviderError> {
        let socket = self.connect(&settings).await?;
        let (wanted, queue) = mpsc::unbounded_channel();
        tokio::spawn(connection::run(self.clone(), settings, socket, queue));
        Ok(Box::new(Session(wanted)))
    }
}

#[async_trait]
impl VoiceSession for Session {
    async fn speak(&mut self, text: &str) -> mpsc::Receiver<VoiceEvent> {
        let (events, heard) = mpsc::channel(64);
        // A connection that is gone drops the sender, and the receiver sees the end.
        let _ = self.0.send(Wanted { text: text.trim().to_owned(), events });
        heard
    }
}
