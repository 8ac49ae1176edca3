//! Assistants: what an AI persona says, hears, may do and how it takes turns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tandem_foundation::{AssistantId, OrgId};

use super::UnixMs;

/// An AI persona.
#[derive(Debug, Clone, PartialEq)]
pub struct Assistant {
    pub id: AssistantId,
    pub org: OrgId,
    pub name: String,
    /// Short internal name (`emi-reminder-v2`); unique in the organisation.
    pub code: String,
    pub enabled: bool,
    /// Grows by one with every change; the console's ETag.
    pub version: i64,
    pub settings: AssistantSettings,
    pub created_at: UnixMs,
    pub updated_at: UnixMs,
}

/// Everything of an assistant that can be edited.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AssistantSettings {
    /// BCP 47.
    pub language: String,
    pub description: String,
    /// `{name}` stands for a variable of the call.
    pub system_prompt: String,
    /// What the assistant opens with; empty: it waits for the caller.
    pub first_message: String,
    pub first_message_interruptible: bool,
    pub speech: SpeechSettings,
    pub turns: TurnSettings,
    pub tools: Vec<ToolSettings>,
    pub keys: Vec<KeyRule>,
    /// Variables that a call must bring.
    pub fields: Vec<String>,
    pub sample_variables: BTreeMap<String, String>,
    pub record: bool,
    /// What is said when a person's leg dies and the assistant resumes.
    pub resume_line: String,
    /// Begins the first sentence after a hand-back; `{person}` is who held the floor.
    pub bridge_line: String,
    pub goodbye_line: String,
    /// What is said while the model, a tool or a recogniser is slow.
    pub filler_line: String,
    /// What is said when the model could not answer.
    pub apology_line: String,
    /// What becomes of the customer when no model or no recogniser is left.
    pub when_failed: WhenFailed,
    /// What contracts' clients set and read back as they wrote it, by contract; nothing of it acts by itself.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub external: BTreeMap<String, serde_json::Value>,
}

/// What becomes of a customer when providers fail for good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WhenFailed {
    #[default]
    Goodbye,
    /// Hand the caller to a person or number, as the tool of that name does.
    Transfer { to: String },
    /// Note that the caller is to be called back.
    Callback,
}

/// Which providers speak, hear and think for an assistant.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SpeechSettings {
    /// `embedded` (pocketsphinx) or a configured provider's name.
    pub recogniser: String,
    /// `embedded` (flite), `espeak` or a configured provider's name.
    pub voice_provider: String,
    pub voice: String,
    pub speed: Option<f32>,
    /// `scripted` or a configured OpenAI-compatible provider's name.
    pub model_provider: String,
    pub model: String,
    pub temperature: Option<f32>,
    pub max_tokens: Option<u32>,
    /// The scripted dialogue (TOML text), for `scripted`.
    pub script: String,
    pub key_terms: Vec<String>,
}

/// Turn-taking overrides, ms; `None` keeps the default of the conversation's settings.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TurnSettings {
    pub end_of_turn_min_ms: Option<u32>,
    pub end_of_turn_max_ms: Option<u32>,
    pub barge_in_pause_ms: Option<u32>,
    pub barge_in_commit_ms: Option<u32>,
    pub false_interruption_resume_ms: Option<u32>,
    pub idle_prompt_s: Option<u32>,
    pub idle_prompts: Option<u32>,
    pub longest_call_s: Option<u32>,
}

/// A tool that the assistant may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ToolSettings {
    /// Hand the caller to a person or number. `to` is a user id or a number.
    Transfer {
        to: String,
        announcement: String,
    },
    EndCall,
    SendDtmf,
    Callback,
    OptOut,
    /// POST the arguments to `url`, speak about the answer.
    Webhook {
        name: String,
        description: String,
        url: String,
        parameters: serde_json::Value,
    },
}

/// What a pressed key does during a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyRule {
    pub digits: String,
    pub action: KeyAction,
}

/// The action of a key rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum KeyAction {
    Say {
        text: String,
    },
    Transfer {
        to: String,
    },
    HangUp,
    /// Keep the digits as a variable of the call.
    Store {
        variable: String,
    },
    OptOut,
}
