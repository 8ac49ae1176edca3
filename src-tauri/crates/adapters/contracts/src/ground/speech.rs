//! Which of our providers speak, hear and think for an assistant whose client named providers of its own choice.

use tandem_foundation::OrgId;
use tandem_switchboard::records::{ProviderKind, SpeechSettings};

use super::Ground;
use super::refusal::Refusal;

/// What a client named; empty: nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpeechWish {
    pub voice_provider: String,
    pub voice: String,
    pub model_provider: String,
    pub model: String,
}

/// What is said where no model is there to think: enough to take a message and to end kindly.
const PLAIN_SCRIPT: &str = include_str!("plain.toml");

/// The wish where its providers are set up; else the embedded ones, so that calls work all the same.
///
/// # Errors
/// When storage cannot be read.
pub async fn speech_for(ground: &Ground, org: &OrgId, wish: &SpeechWish) -> Result<SpeechSettings, Refusal> {
    let rows = ground.store.providers(org).await?;
    let fixed = ground.providers.as_ref().map(|registry| registry.fixed()).unwrap_or_default();
    let known = |kind: ProviderKind, name: &str| {
        rows.iter().any(|row| row.kind == kind && row.name == name)
            || fixed.iter().any(|one| one.kind == kind && one.name == name)
    };
    let mut speech = SpeechSettings {
        recogniser: "embedded".into(),
        voice_provider: "embedded".into(),
        voice: "slt".into(),
        model_provider: "scripted".into(),
        script: PLAIN_SCRIPT.into(),
        ..SpeechSettings::default()
    };
    if known(ProviderKind::Voice, &wish.voice_provider) {
        (speech.voice_provider, speech.voice) = (wish.voice_provider.clone(), wish.voice.clone());
    }
    if known(ProviderKind::Model, &wish.model_provider) && wish.model_provider != "scripted" {
        (speech.model_provider, speech.model) = (wish.model_provider.clone(), wish.model.clone());
        speech.script = String::new();
    }
    Ok(speech)
}
