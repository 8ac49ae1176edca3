//! The registry: which provider a name in an assistant's settings means.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tandem_foundation::Pii;
use tandem_switchboard::ports::speech::{
    Model, ProviderError, ProviderErrorKind, Recogniser, SpeechProviders, Voice,
};
use tandem_switchboard::records::SpeechSettings;

use crate::chains::{Chains, Fallback, NextModel, NextVoice, WithVoice};
use crate::deepgram::{self, Deepgram};
use crate::elevenlabs::ElevenLabs;
use crate::espeak::Espeak;
use crate::flite::Flite;
use crate::http_voice::{self, HttpVoice, Transport};
use crate::openai_chat::{Endpoint, OpenAiChat};
use crate::pocketsphinx::PocketSphinx;
use crate::scripted::Scripted;
use crate::transcriptions::{self, Transcriptions};
use crate::whisper;

/// Whose protocol has a socket.
const SOCKET: (http_voice::Kind, Transport) = (http_voice::Kind::ElevenLabs, Transport::Socket);

/// The voice that needs nobody.
const EMBEDDED: &str = "embedded";

/// What is configured beside the embedded providers.
#[derive(Debug, Clone, Default)]
pub struct ProvidersConfig {
    /// A folder for files that can be made anew.
    pub cache_dir: PathBuf,
    /// OpenAI-compatible models by name.
    pub models: BTreeMap<String, Endpoint>,
    /// Outside recognisers by name.
    pub recognisers: BTreeMap<String, RecogniserEndpoint>,
    /// Outside voices by name.
    pub voices: BTreeMap<String, http_voice::Endpoint>,
    /// What is tried when an outside voice or model fails or stalls.
    pub fallback: Fallback,
}

/// An outside recogniser, by whose protocol it speaks.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum RecogniserEndpoint {
    Deepgram(deepgram::Endpoint),
    /// `POST /audio/transcriptions`, one request an utterance.
    OpenAi(transcriptions::Endpoint),
    /// In this process, where it was built with the feature `whisper`.
    Whisper(whisper::Endpoint),
}

/// Every provider of this server.
#[derive(Debug)]
pub struct Providers {
    recogniser: Arc<PocketSphinx>,
    models: BTreeMap<String, Endpoint>,
    recognisers: BTreeMap<String, RecogniserEndpoint>,
    voices: BTreeMap<String, http_voice::Endpoint>,
    fallback: Fallback,
    chains: Chains,
    client: reqwest::Client,
}

pub(crate) type Configured<'a> = (
    &'a BTreeMap<String, RecogniserEndpoint>,
    &'a BTreeMap<String, http_voice::Endpoint>,
    &'a BTreeMap<String, Endpoint>,
);

/// What an organisation has beside everyone's providers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Own {
    pub models: BTreeMap<String, Endpoint>,
    pub recognisers: BTreeMap<String, RecogniserEndpoint>,
    pub voices: BTreeMap<String, http_voice::Endpoint>,
    /// `None`: everyone's order.
    pub fallback: Option<Fallback>,
}

impl Providers {
    /// These and an organisation's own; chains are made anew, and with them what their breakers remember.
    pub(crate) fn with(&self, own: Own) -> Self {
        fn joined<T: Clone>(all: &BTreeMap<String, T>, own: BTreeMap<String, T>) -> BTreeMap<String, T> {
            all.clone().into_iter().chain(own).collect()
        }
        Self {
            recogniser: self.recogniser.clone(),
            models: joined(&self.models, own.models),
            recognisers: joined(&self.recognisers, own.recognisers),
            voices: joined(&self.voices, own.voices),
            fallback: own.fallback.unwrap_or_else(|| self.fallback.clone()),
            chains: Chains::default(),
            client: self.client.clone(),
        }
    }

    pub(crate) fn configured(&self) -> Configured<'_> {
        (&self.recognisers, &self.voices, &self.models)
    }

    pub(crate) fn order(&self) -> &Fallback {
        &self.fallback
    }

    pub fn new(config: ProvidersConfig) -> Self {
        Self {
            recogniser: Arc::new(PocketSphinx::new(config.cache_dir)),
            models: config.models,
            recognisers: config.recognisers,
            voices: config.voices,
            fallback: config.fallback,
            chains: Chains::default(),
            client: reqwest::Client::new(),
        }
    }

    /// Loads what the first call would otherwise wait for.
    ///
    /// # Errors
    /// When an embedded provider is not installed.
    pub fn warm_up(&self) -> Result<(), ProviderError> {
        self.recogniser.warm_up()
    }

    pub(crate) async fn embedded_recogniser_loads(&self) -> Result<Duration, ProviderError> {
        let (recogniser, began) = (self.recogniser.clone(), Instant::now());
        let loaded = tokio::task::spawn_blocking(move || recogniser.warm_up()).await;
        loaded.expect("loading does not panic").map(|()| began.elapsed())
    }

    pub(crate) fn one_recogniser(&self, name: &str) -> Result<Arc<dyn Recogniser>, ProviderError> {
        match name {
            "" | "embedded" => Ok(self.recogniser.clone()),
            name => match self.recognisers.get(name) {
                Some(RecogniserEndpoint::Deepgram(endpoint)) => {
                    Ok(Arc::new(Deepgram::new(name, endpoint.clone())))
                }
                Some(RecogniserEndpoint::OpenAi(endpoint)) => {
                    Ok(Arc::new(Transcriptions::new(name, endpoint.clone(), self.client.clone())))
                }
                Some(RecogniserEndpoint::Whisper(endpoint)) => whisper_cpp(name, endpoint),
                None => {
                    Err(unknown("speech.recogniser", name, &names(&["embedded"], self.recognisers.keys())))
                }
            },
        }
    }

    pub(crate) fn one_voice(&self, name: &str) -> Result<Arc<dyn Voice>, ProviderError> {
        match name {
            "" | "embedded" => Ok(Arc::new(Flite)),
            "espeak" => Ok(Arc::new(Espeak::default())),
            name => match self.voices.get(name) {
                Some(endpoint) if (endpoint.kind, endpoint.transport) == SOCKET => {
                    Ok(Arc::new(ElevenLabs::new(name, endpoint.clone())))
                }
                Some(endpoint) => Ok(Arc::new(HttpVoice::new(name, endpoint.clone(), self.client.clone()))),
                None => {
                    let known = names(&["embedded", "espeak"], self.voices.keys());
                    Err(unknown("speech.voice_provider", name, &known))
                }
            },
        }
    }

    pub(crate) fn one_model(&self, name: &str, model: &str) -> Result<Arc<dyn Model>, ProviderError> {
        let endpoint = self.models.get(name).cloned().ok_or_else(|| {
            unknown("speech.model_provider", name, &names(&["scripted"], self.models.keys()))
        })?;
        Ok(Arc::new(OpenAiChat::new(name, endpoint, model, self.client.clone())))
    }
}

/// Reads a providers' file: `[models.NAME]`, `[recognisers.NAME]` and `[voices.NAME]` tables; keys are taken from the
/// environment variables they name. `cache_dir` is left empty.
///
/// # Errors
/// One sentence that names the field or the variable.
pub fn read_providers(
    toml: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<ProvidersConfig, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        models: BTreeMap<String, Endpoint>,
        #[serde(default)]
        recognisers: BTreeMap<String, RecogniserEndpoint>,
        #[serde(default)]
        voices: BTreeMap<String, http_voice::Endpoint>,
        #[serde(default)]
        fallback: Fallback,
    }
    let mut file: File = toml::from_str(toml).map_err(|error| error.to_string())?;
    let key = |field: String, variable: &Option<String>| -> Result<Option<Pii<String>>, String> {
        let Some(variable) = variable else { return Ok(None) };
        let key = environment(variable);
        key.map(|key| Some(Pii::new(key)))
            .ok_or_else(|| format!("{field}: {variable} is not set in the environment"))
    };
    for (name, endpoint) in &mut file.models {
        endpoint.api_key = key(format!("models.{name}.api_key_env"), &endpoint.api_key_env)?;
    }
    for (name, endpoint) in &mut file.recognisers {
        let field = format!("recognisers.{name}.key_env");
        match endpoint {
            RecogniserEndpoint::Deepgram(endpoint) => endpoint.key = key(field, &endpoint.key_env)?,
            RecogniserEndpoint::OpenAi(endpoint) => endpoint.key = key(field, &endpoint.key_env)?,
            // It runs here and asks nobody.
            RecogniserEndpoint::Whisper(_) => {}
        }
    }
    for (name, endpoint) in &mut file.voices {
        endpoint.key = key(format!("voices.{name}.key_env"), &endpoint.key_env)?;
    }
    let File { models, recognisers, voices, fallback } = file;
    for NextVoice { provider, .. } in &fallback.voices {
        if !["embedded", "espeak"].contains(&provider.as_str()) && !voices.contains_key(provider) {
            return Err(format!("fallback.voices: {provider} is no voice of this file"));
        }
    }
    let known = |name: &&String| name.as_str() == "embedded" || recognisers.contains_key(*name);
    if let Some(next) = fallback.recognisers.iter().find(|name| !known(name)) {
        return Err(format!("fallback.recognisers: {next} is no recogniser of this file"));
    }
    if let Some(next) = fallback.models.iter().find(|next| !models.contains_key(&next.provider)) {
        return Err(format!("fallback.models: {} is no model of this file", next.provider));
    }
    Ok(ProvidersConfig { cache_dir: PathBuf::new(), models, recognisers, voices, fallback })
}

/// The models of a providers' file.
///
/// # Errors
/// As [`read_providers`].
pub fn read_models(
    toml: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, Endpoint>, String> {
    Ok(read_providers(toml, environment)?.models)
}

impl SpeechProviders for Providers {
    fn recogniser(&self, settings: &SpeechSettings) -> Result<Arc<dyn Recogniser>, ProviderError> {
        let name = settings.recogniser.as_str();
        let first = self.one_recogniser(name)?;
        if !self.recognisers.contains_key(name) {
            return Ok(first);
        }
        // Also where no other follows: the chain is who notices that a recogniser has stalled.
        self.chains.recogniser(name, || {
            let others = self.fallback.recognisers.iter().filter(|next| *next != name);
            let next: Result<Vec<_>, _> = others.map(|next| self.one_recogniser(next)).collect();
            Ok(std::iter::once(first).chain(next?).collect())
        })
    }

    fn voice(&self, settings: &SpeechSettings) -> Result<Arc<dyn Voice>, ProviderError> {
        let name = settings.voice_provider.as_str();
        let first = self.one_voice(name)?;
        if matches!(name, "" | EMBEDDED) {
            return Ok(first);
        }
        self.chains.voice(name, || {
            let mut all = vec![first];
            for NextVoice { provider, voice } in &self.fallback.voices {
                let next = WithVoice { provider: self.one_voice(provider)?, voice: voice.clone() };
                all.push(Arc::new(next));
            }
            // A line that is to be spoken is spoken, whatever fails.
            if !self.fallback.voices.iter().any(|next| next.provider == EMBEDDED) {
                all.push(Arc::new(WithVoice { provider: self.one_voice(EMBEDDED)?, voice: String::new() }));
            }
            Ok(all)
        })
    }

    fn model(&self, settings: &SpeechSettings) -> Result<Arc<dyn Model>, ProviderError> {
        match settings.model_provider.as_str() {
            "" | "scripted" => {
                let script = Scripted::new(&settings.script).map_err(|error| {
                    let kind = ProviderErrorKind::Invalid;
                    ProviderError::new("scripted", "reading the dialogue", kind, error.to_string())
                })?;
                Ok(Arc::new(script))
            }
            name => {
                let first = self.one_model(name, &settings.model)?;
                if self.fallback.models.is_empty() {
                    return Ok(first);
                }
                self.chains.model((name, &settings.model), || {
                    let mut all = vec![first];
                    for NextModel { provider, model } in &self.fallback.models {
                        all.push(self.one_model(provider, model)?);
                    }
                    Ok(all)
                })
            }
        }
    }
}

fn names<'a>(own: &[&'a str], configured: impl Iterator<Item = &'a String>) -> String {
    own.iter().copied().chain(configured.map(String::as_str)).collect::<Vec<_>>().join(", ")
}

#[cfg(feature = "whisper")]
#[expect(clippy::unnecessary_wraps, reason = "a build without it refuses")]
fn whisper_cpp(name: &str, endpoint: &whisper::Endpoint) -> Result<Arc<dyn Recogniser>, ProviderError> {
    Ok(Arc::new(whisper::Whisper::new(name, endpoint.clone())))
}

#[cfg(not(feature = "whisper"))]
fn whisper_cpp(name: &str, endpoint: &whisper::Endpoint) -> Result<Arc<dyn Recogniser>, ProviderError> {
    let message = format!(
        "this program was built without whisper.cpp, so {} cannot be used; build it with --features whisper",
        endpoint.model.display()
    );
    Err(ProviderError::new(name, "speech.recogniser", ProviderErrorKind::Invalid, message))
}

fn unknown(field: &'static str, name: &str, known: &str) -> ProviderError {
    let message = format!("not configured; expected one of: {known}");
    ProviderError::new(name, field, ProviderErrorKind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use tandem_switchboard::ports::speech::{VoiceEvent, VoiceSettings};

    use super::*;

    const WITH_FALLBACK: &str = "[voices.eleven]\nkind = 'elevenlabs'\nbase_url = 'http://127.0.0.1:9'\n\
        [fallback]\nvoices = [{ provider = 'embedded', voice = 'slt' }]\n";

    #[cfg(not(feature = "whisper"))]
    #[test]
    fn a_build_without_whisper_says_so() {
        let file = "[recognisers.local]\nkind = 'whisper'\nmodel = 'models/ggml-base.en.bin'\n";
        let providers = Providers::new(read_providers(file, |_| None).expect("read"));
        let settings = SpeechSettings { recogniser: "local".into(), ..SpeechSettings::default() };
        let error = providers.recogniser(&settings).err().expect("not built in");
        assert_eq!(error.kind, ProviderErrorKind::Invalid);
        assert!(error.message.contains("--features whisper"), "{error}");
        assert!(
            read_providers("[recognisers.local]\nkind = 'whisper'\n", |_| None).is_err(),
            "a model is needed"
        );
    }

    #[tokio::test]
    async fn a_voice_that_cannot_be_reached_is_replaced_by_the_next() {
        let config = read_providers(WITH_FALLBACK, |_| None).expect("read");
        let providers = Providers::new(config);
        let settings = SpeechSettings { voice_provider: "eleven".into(), ..SpeechSettings::default() };
        let voice = providers.voice(&settings).expect("a chain");
        let kept = providers.voice(&settings).expect("the same chain");
        assert!(Arc::ptr_eq(&voice, &kept), "its breakers remember");
        let wanted =
            VoiceSettings { voice: "x".into(), language: "en".into(), speed: 1.0, sample_rate: 8_000 };
        let mut session = voice.open(wanted).await.expect("opened");
        let mut events = session.speak("Good morning.").await;
        let mut samples = 0;
        while let Some(event) = events.recv().await {
            match event {
                VoiceEvent::Audio { samples: more, .. } => samples += more.len(),
                VoiceEvent::Done => break,
                VoiceEvent::Failed(error) => panic!("{error}"),
            }
        }
        assert!(samples > 4_000, "{samples}");
    }

    #[test]
    fn a_fallback_that_is_not_there_is_named() {
        let toml = "[fallback]\nmodels = [{ provider = 'groq' }]\n";
        let error = read_providers(toml, |_| None).expect_err("unknown");
        assert_eq!(error, "fallback.models: groq is no model of this file");
    }

    #[test]
    fn keys_come_from_the_environment_and_what_is_missing_is_named() {
        let toml = "[models.groq]\nbase_url = 'http://127.0.0.1:1'\napi_key_env = 'GROQ'\nmodel = 'm'\n";
        let models = read_models(toml, |name| (name == "GROQ").then(|| "hush".into())).expect("read");
        assert_eq!(models["groq"].api_key, Some(Pii::new("hush".to_owned())));
        assert!(!format!("{models:?}").contains("hush"));
        let error = read_models(toml, |_| None).expect_err("not set");
        assert_eq!(error, "models.groq.api_key_env: GROQ is not set in the environment");
        assert!(read_models("[models.x]\nurl = 'a'\n", |_| None).expect_err("misspelt").contains("url"));
    }

    #[test]
    fn outside_recognisers_and_voices_are_found_by_name_with_their_keys() {
        let toml = "[recognisers.nova]\nkind = 'deepgram'\nkey_env = 'DG'\n\
            [voices.eleven]\nkind = 'elevenlabs'\nbase_url = 'http://127.0.0.1:1'\nkey_env = 'EL'\n";
        let config = read_providers(toml, |name| Some(format!("hush-{name}"))).expect("read");
        assert!(!format!("{config:?}").contains("hush"));
        assert_eq!(config.voices["eleven"].key, Some(Pii::new("hush-EL".to_owned())));
        let providers = Providers::new(config);
        let named = |recogniser: &str, voice: &str| SpeechSettings {
            recogniser: recogniser.into(),
            voice_provider: voice.into(),
            ..SpeechSettings::default()
        };
        assert!(
            providers.recogniser(&named("nova", "")).is_ok() && providers.voice(&named("", "eleven")).is_ok()
        );
        let error = providers.recogniser(&named("other", "")).err().expect("unknown");
        assert!(error.message.contains("embedded, nova"), "{error}");
        let error = read_providers(toml, |_| None).expect_err("no keys");
        assert_eq!(error, "recognisers.nova.key_env: DG is not set in the environment");
        assert!(read_providers("[recognisers.x]\nkind = 'deepgram'\nmodle = 'a'\n", |_| None).is_err());
    }

    #[test]
    fn a_name_that_is_not_configured_is_refused_with_those_that_are() {
        let providers = Providers::new(ProvidersConfig::default());
        let settings = SpeechSettings { model_provider: "gpt".into(), ..SpeechSettings::default() };
        let error = providers.model(&settings).err().expect("refused");
        assert!(
            error.to_string().contains("speech.model_provider") && error.message.contains("scripted"),
            "{error}"
        );
    }
}
