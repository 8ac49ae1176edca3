//! Outside providers of speech and text that an organisation has set up.

use serde::{Deserialize, Serialize};
use tandem_foundation::{OrgId, Pii, ProviderId};

use super::UnixMs;

/// An outside provider. Assistants name it by its kind and name.
#[derive(Debug, Clone, PartialEq)]
pub struct Provider {
    pub id: ProviderId,
    pub org: OrgId,
    /// Unique among the organisation's providers of the same kind; does not change.
    pub name: String,
    pub kind: ProviderKind,
    pub vendor: ProviderVendor,
    /// `https://…`, for Deepgram `wss://…`.
    pub base_url: String,
    pub settings: ProviderSettings,
    /// Stored sealed; `None`: the server asks for no key.
    pub key: Option<Pii<String>>,
    pub last_check: Option<ProviderCheck>,
    pub created_at: UnixMs,
    pub updated_at: UnixMs,
}

/// What a provider does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    Recogniser,
    Voice,
    Model,
}

/// Whose protocol an outside provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderVendor {
    /// Recogniser.
    Deepgram,
    /// Voice.
    Elevenlabs,
    /// Recogniser, voice or model: any server that is compatible with OpenAI's.
    Openai,
}

/// What else is set; `None` keeps the vendor's usual value. Each vendor knows some of these.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderSettings {
    /// Used where an assistant names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Used where an assistant names none, and by the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// Samples a second that a voice sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// Longest wait for a voice's audio, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stall_timeout_ms: Option<u32>,
    /// Longest wait for a recogniser's connection, or for the text of an utterance where each is a request, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_timeout_ms: Option<u32>,
    /// Silence that ends an utterance, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpointing_ms: Option<u32>,
    /// Confidence at which a turn is over, 0–1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eot_threshold: Option<f32>,
    /// The model's server knows `max_tokens` and not `max_completion_tokens`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legacy_max_tokens: Option<bool>,
}

/// What came of asking a provider for something small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderCheck {
    pub at: UnixMs,
    pub ok: bool,
    pub latency_ms: u32,
    /// The provider's error; empty where all is well.
    pub message: String,
}

/// What is tried after an assistant's own voice or model failed, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderFallback {
    pub voices: Vec<NextProvider>,
    pub models: Vec<NextProvider>,
}

/// A provider that is tried next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextProvider {
    pub provider: String,
    /// The provider's own name of the voice or model; its usual one where empty.
    pub option: String,
}

impl Provider {
    /// The end of the key, for people who have several: nothing of a key that is too short to hide the rest.
    pub fn key_ends(&self) -> Option<String> {
        const SHOWN: usize = 4;
        const LEAST: usize = 12;
        let key = self.key.as_ref()?.expose();
        let count = key.chars().count();
        let hidden = if count < LEAST { count } else { count - SHOWN };
        Some(key.chars().skip(hidden).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_four_characters_are_shown_of_a_key_that_has_enough_others() {
        let provider = |key: &str| Provider {
            id: "prov_1".into(),
            org: "org_1".into(),
            name: "nova".into(),
            kind: ProviderKind::Recogniser,
            vendor: ProviderVendor::Deepgram,
            base_url: "wss://api.deepgram.com".into(),
            settings: ProviderSettings::default(),
            key: (!key.is_empty()).then(|| Pii::new(key.to_owned())),
            last_check: None,
            created_at: UnixMs(0),
            updated_at: UnixMs(0),
        };
        assert_eq!(provider("0123456789abcdef").key_ends().as_deref(), Some("cdef"));
        assert_eq!(provider("short").key_ends().as_deref(), Some(""));
        assert_eq!(provider("").key_ends(), None);
        assert!(!format!("{:?}", provider("0123456789abcdef")).contains("89ab"));
    }
}
