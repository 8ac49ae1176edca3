//! What is tried after an outside provider: `[fallback]` of the providers' file, for every assistant that uses one.
//!
//! A chain lives as long as the server, so that its breakers remember.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde::Deserialize;
use tandem_switchboard::ports::speech::{
    Model, ProviderError, Recogniser, Voice, VoiceSession, VoiceSettings,
};

use crate::fallback::{FallbackModel, FallbackRecogniser, FallbackVoice, Patience};

/// What to try next, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fallback {
    pub voices: Vec<NextVoice>,
    pub models: Vec<NextModel>,
    /// `embedded` or names of `[recognisers]`.
    pub recognisers: Vec<String>,
}

/// A voice that is tried after the assistant's own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextVoice {
    /// `embedded`, `espeak` or a name of `[voices]`.
    pub provider: String,
    /// That provider's id of the voice; its usual one where left out.
    #[serde(default)]
    pub voice: String,
}

/// A model that is tried after the assistant's own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextModel {
    /// A name of `[models]`.
    pub provider: String,
    /// The endpoint's usual model where left out.
    #[serde(default)]
    pub model: String,
}

/// The chains made so far, by the provider (and model) that comes first.
#[derive(Default)]
pub(crate) struct Chains {
    voices: Mutex<HashMap<String, Arc<dyn Voice>>>,
    models: Mutex<HashMap<(String, String), Arc<dyn Model>>>,
    recognisers: Mutex<HashMap<String, Arc<dyn Recogniser>>>,
}

impl Chains {
    /// The chain that begins with this provider; made the first time it is asked for.
    pub fn voice(
        &self,
        first: &str,
        make: impl FnOnce() -> Result<Vec<Arc<dyn Voice>>, ProviderError>,
    ) -> Result<Arc<dyn Voice>, ProviderError> {
        let mut known = self.voices.lock();
        if let Some(chain) = known.get(first) {
            return Ok(chain.clone());
        }
        let chain: Arc<dyn Voice> = Arc::new(FallbackVoice::new(make()?, Patience::default()));
        known.insert(first.to_owned(), chain.clone());
        Ok(chain)
    }

    /// As [`Chains::voice`], for a recogniser.
    pub fn recogniser(
        &self,
        first: &str,
        make: impl FnOnce() -> Result<Vec<Arc<dyn Recogniser>>, ProviderError>,
    ) -> Result<Arc<dyn Recogniser>, ProviderError> {
        let mut known = self.recognisers.lock();
        if let Some(chain) = known.get(first) {
            return Ok(chain.clone());
        }
        let chain: Arc<dyn Recogniser> = Arc::new(FallbackRecogniser::new(make()?, Patience::default()));
        known.insert(first.to_owned(), chain.clone());
        Ok(chain)
    }

    /// As [`Chains::voice`], for a provider's model.
    pub fn model(
        &self,
        first: (&str, &str),
        make: impl FnOnce() -> Result<Vec<Arc<dyn Model>>, ProviderError>,
    ) -> Result<Arc<dyn Model>, ProviderError> {
        let key = (first.0.to_owned(), first.1.to_owned());
        let mut known = self.models.lock();
        if let Some(chain) = known.get(&key) {
            return Ok(chain.clone());
        }
        let chain: Arc<dyn Model> = Arc::new(FallbackModel::new(make()?, Patience::default()));
        known.insert(key, chain.clone());
        Ok(chain)
    }
}

impl std::fmt::Debug for Chains {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chains").field("voices", &self.voices.lock().len()).finish_non_exhaustive()
    }
}

/// A provider that speaks with a voice of its own choice, whatever the assistant's is called elsewhere.
pub(crate) struct WithVoice {
    pub provider: Arc<dyn Voice>,
    pub voice: String,
}

#[async_trait]
impl Voice for WithVoice {
    async fn open(&self, settings: VoiceSettings) -> Result<Box<dyn VoiceSession>, ProviderError> {
        self.provider.open(VoiceSettings { voice: self.voice.clone(), ..settings }).await
    }
}
