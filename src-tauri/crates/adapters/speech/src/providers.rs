//! The registry: which provider a name in an assistant's settings means.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use tandem_foundation::Pii;
use tandem_switchboard::ports::speech::{Model, ProviderError, Recogniser, SpeechProviders, Voice};
use tandem_switchboard::records::SpeechSettings;

use crate::espeak::Espeak;
use crate::flite::Flite;
use crate::openai_chat::{Endpoint, OpenAiChat};
use crate::pocketsphinx::PocketSphinx;
use crate::scripted::Scripted;

/// What is configured beside the embedded providers.
#[derive(Debug, Clone, Default)]
pub struct ProvidersConfig {
    /// A folder for files that can be made anew.
    pub cache_dir: PathBuf,
    /// OpenAI-compatible models by name.
    pub models: BTreeMap<String, Endpoint>,
}

/// Every provider of this server.
#[derive(Debug)]
pub struct Providers {
    recogniser: Arc<PocketSphinx>,
    models: BTreeMap<String, Endpoint>,
    client: reqwest::Client,
}

impl Providers {
    pub fn new(config: ProvidersConfig) -> Self {
        Self {
            recogniser: Arc::new(PocketSphinx::new(config.cache_dir)),
            models: config.models,
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
}

/// Reads a providers' file: `[models.NAME]` tables; keys are taken from the environment variables they name.
///
/// # Errors
/// One sentence that names the field or the variable.
pub fn read_models(
    toml: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, Endpoint>, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        models: BTreeMap<String, Endpoint>,
    }
    let mut file: File = toml::from_str(toml).map_err(|error| error.to_string())?;
    for (name, endpoint) in &mut file.models {
        if let Some(variable) = &endpoint.api_key_env {
            let key = environment(variable).ok_or_else(|| {
                format!("models.{name}.api_key_env: {variable} is not set in the environment")
            })?;
            endpoint.api_key = Some(Pii::new(key));
        }
    }
    Ok(file.models)
}

impl SpeechProviders for Providers {
    fn recogniser(&self, settings: &SpeechSettings) -> Result<Arc<dyn Recogniser>, ProviderError> {
        match settings.recogniser.as_str() {
            "" | "embedded" => Ok(self.recogniser.clone()),
            other => Err(unknown("speech.recogniser", other, "embedded")),
        }
    }

    fn voice(&self, settings: &SpeechSettings) -> Result<Arc<dyn Voice>, ProviderError> {
        match settings.voice_provider.as_str() {
            "" | "embedded" => Ok(Arc::new(Flite)),
            "espeak" => Ok(Arc::new(Espeak::default())),
            other => Err(unknown("speech.voice_provider", other, "embedded, espeak")),
        }
    }

    fn model(&self, settings: &SpeechSettings) -> Result<Arc<dyn Model>, ProviderError> {
        match settings.model_provider.as_str() {
            "" | "scripted" => {
                let script = Scripted::new(&settings.script).map_err(|error| ProviderError {
                    provider: "scripted".into(),
                    operation: "reading the dialogue",
                    message: error.to_string(),
                    code: None,
                    transient: false,
                })?;
                Ok(Arc::new(script))
            }
            name => {
                let endpoint = self.models.get(name).cloned().ok_or_else(|| {
                    let names: Vec<&str> =
                        ["scripted"].into_iter().chain(self.models.keys().map(String::as_str)).collect();
                    unknown("speech.model_provider", name, &names.join(", "))
                })?;
                Ok(Arc::new(OpenAiChat::new(name, endpoint, &settings.model, self.client.clone())))
            }
        }
    }
}

fn unknown(field: &'static str, name: &str, known: &str) -> ProviderError {
    ProviderError {
        provider: name.to_owned(),
        operation: field,
        message: format!("not configured; expected one of: {known}"),
        code: None,
        transient: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
