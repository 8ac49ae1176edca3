//! The ports to recognisers, voices and models, shaped for streaming providers.
//!
//! A session is two channels: what goes in, what comes out. Dropping the input or the output ends the session,
//! and an implementation must then stop its work (and its billing) at once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::mpsc;

pub use super::provider_error::{ProviderError, ProviderErrorKind};

// ---- recogniser -------------------------------------------------------------------------------------------

/// What a recogniser is told when a party begins to be transcribed.
#[derive(Debug, Clone)]
pub struct RecogniserSession {
    /// BCP 47 (`en`, `en-US`, `id`).
    pub language: String,
    pub sample_rate: u32,
    /// Words and names that are likely in this call (names, products).
    pub key_terms: Vec<String>,
}

/// What goes into a recogniser.
#[derive(Debug)]
pub enum RecogniserInput {
    /// 20 ms of audio as a rule; `position` is the index of its first sample since the session began.
    Audio { position: u64, samples: Box<[i16]> },
    /// Our own VAD heard voice begin or end: a hint for providers without one.
    Voice { active: bool },
    /// Finish what was said so far now (Deepgram's Finalize; batch recognisers transcribe here).
    Finalize,
}

/// A recognised word; times in ms since the session began.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    pub text: String,
    pub start_ms: u64,
    pub end_ms: u64,
    pub confidence: f32,
}

/// What comes out of a recogniser.
#[derive(Debug, Clone)]
pub enum RecogniserEvent {
    /// Text that may still change; replaces the previous interim of the same utterance.
    Interim {
        text: String,
        stable_ms: u32,
    },
    /// Text that will not change; `utterance_end` when the provider holds the utterance to be complete.
    Final {
        text: String,
        words: Vec<Word>,
        confidence: f32,
        utterance_end: bool,
    },
    /// The provider's own idea of the end of a turn (Flux and its like), 0–1.
    EndOfTurn {
        confidence: f32,
        eager: bool,
    },
    /// An eager end of turn was wrong.
    TurnResumed,
    Failed(ProviderError),
}

/// The two ends of a running recognition.
#[derive(Debug)]
pub struct Recognition {
    pub input: mpsc::Sender<RecogniserInput>,
    pub events: mpsc::Receiver<RecogniserEvent>,
}

/// Turns a party's audio into text while it is spoken.
#[async_trait]
pub trait Recogniser: Send + Sync {
    /// Opens a session; audio may be sent at once.
    async fn open(&self, session: RecogniserSession) -> Result<Recognition, ProviderError>;
}

// ---- voice ------------------------------------------------------------------------------------------------

/// How a voice should sound.
#[derive(Debug, Clone, PartialEq)]
pub struct VoiceSettings {
    /// The provider's own id (`slt`, `rms`, `21m00Tcm4TlvDq8ikWAM`).
    pub voice: String,
    pub language: String,
    /// 1.0 is the voice's normal speed.
    pub speed: f32,
    /// Samples a second wanted; the adapter resamples where the provider cannot.
    pub sample_rate: u32,
}

/// Where a character of the text is in the audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alignment {
    /// Byte offset into the text.
    pub offset: usize,
    /// Sample at which it begins, counted from the start of this text's audio.
    pub sample: u64,
}

/// What comes out of a voice.
#[derive(Debug)]
pub enum VoiceEvent {
    Audio { samples: Vec<i16>, alignment: Vec<Alignment> },
    Done,
    Failed(ProviderError),
}

/// One conversation's voice: sockets are kept, contexts follow each other.
#[async_trait]
pub trait VoiceSession: Send {
    /// Speaks one sentence; audio arrives as it is made. Dropping the receiver cancels.
    async fn speak(&mut self, text: &str) -> mpsc::Receiver<VoiceEvent>;
}

/// Turns text into speech.
#[async_trait]
pub trait Voice: Send + Sync {
    /// Opens a session for a call.
    async fn open(&self, settings: VoiceSettings) -> Result<Box<dyn VoiceSession>, ProviderError>;
}

// ---- model ------------------------------------------------------------------------------------------------

/// Who said a message in the model's context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    System,
    /// The customer.
    User,
    Assistant,
    /// A person of ours who held the floor; sent to models as an assistant's message that names the speaker.
    Human,
    Tool,
}

/// A tool call that the model made.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    /// Parsed arguments; `Value::String` of the raw text where it was not JSON.
    pub arguments: Value,
}

/// One message of the context.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub role: Role,
    pub content: String,
    pub tool_calls: Vec<ToolCall>,
    pub tool_call_id: Option<String>,
}

/// A function that the model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    pub name: String,
    pub description: String,
    /// JSON Schema of the arguments.
    pub parameters: Value,
}

/// What a model is asked.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    pub messages: Vec<Message>,
    pub tools: Vec<ToolSpec>,
    pub temperature: f32,
    pub max_tokens: u32,
    /// Variables of the call (customer_name, amount_due …), for models that work on a script.
    pub variables: std::collections::BTreeMap<String, String>,
    /// Today in the organisation's time zone, `YYYY-MM-DD`, for dates said in words.
    pub today: String,
    /// Give up when no token arrived for this long.
    pub first_token_timeout: Duration,
}

/// What comes out of a model.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelEvent {
    Text(String),
    ToolCall(ToolCall),
    Finished { reason: FinishReason },
    Failed { message: String, transient: bool },
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    Stop,
    Length,
    ToolCalls,
    ContentFilter,
}

/// Writes the assistant's next message, token by token.
#[async_trait]
pub trait Model: Send + Sync {
    /// Asks for one reply. Dropping the receiver cancels the request.
    async fn reply(&self, request: ModelRequest) -> Result<mpsc::Receiver<ModelEvent>, ProviderError>;

    /// Whether it can read a finished call and tell its outcome; where not, rules do.
    fn writes_outcomes(&self) -> bool {
        true
    }
}

/// Finds the provider that an assistant's settings name.
#[async_trait]
pub trait SpeechProviders: Send + Sync {
    /// The organisation's own providers beside everyone's, as they are now; `None`: it has none of its own.
    fn of(&self, _org: &tandem_foundation::OrgId) -> Option<Arc<dyn SpeechProviders>> {
        None
    }
    /// The recogniser for these settings.
    fn recogniser(
        &self,
        settings: &crate::records::SpeechSettings,
    ) -> Result<Arc<dyn Recogniser>, ProviderError>;
    /// The voice for these settings.
    fn voice(&self, settings: &crate::records::SpeechSettings) -> Result<Arc<dyn Voice>, ProviderError>;
    /// The model for these settings.
    fn model(&self, settings: &crate::records::SpeechSettings) -> Result<Arc<dyn Model>, ProviderError>;
}
