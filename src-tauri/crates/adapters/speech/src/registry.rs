//! Everyone's providers and each organisation's own, which change while the server runs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::RwLock;
use tandem_foundation::OrgId;
use tandem_switchboard::ports::providers::{FixedProvider, ProviderRegistry};
use tandem_switchboard::ports::speech::{Model, ProviderError, Recogniser, SpeechProviders, Voice};
use tandem_switchboard::records::{
    NextProvider, Provider, ProviderFallback, ProviderKind, ProviderVendor, SpeechSettings,
};

use crate::chains::{Fallback, NextModel, NextVoice};
use crate::providers::{Own, Providers, RecogniserEndpoint};
use crate::{check, deepgram, http_voice, openai_chat, transcriptions};

/// Part of the program: kind, name in an assistant's settings, what it is.
const BUILT_IN: [(ProviderKind, &str, &str); 4] = [
    (ProviderKind::Recogniser, "embedded", "pocketsphinx"),
    (ProviderKind::Voice, "embedded", "flite"),
    (ProviderKind::Voice, "espeak", "espeak"),
    (ProviderKind::Model, "scripted", "scripted"),
];

/// The providers of this server. Organisations do not see each other's.
#[derive(Debug)]
pub struct Registry {
    everyone: Arc<Providers>,
    own: RwLock<HashMap<OrgId, Arc<Providers>>>,
}

impl Registry {
    pub fn new(everyone: Providers) -> Self {
        Self { everyone: Arc::new(everyone), own: RwLock::default() }
    }

    /// As [`Providers::warm_up`].
    ///
    /// # Errors
    /// When an embedded provider is not installed.
    pub fn warm_up(&self) -> Result<(), ProviderError> {
        self.everyone.warm_up()
    }

    fn all_of(&self, org: &OrgId) -> Arc<Providers> {
        self.own.read().get(org).unwrap_or(&self.everyone).clone()
    }
}

impl SpeechProviders for Registry {
    fn of(&self, org: &OrgId) -> Option<Arc<dyn SpeechProviders>> {
        Some(self.all_of(org))
    }

    fn recogniser(&self, settings: &SpeechSettings) -> Result<Arc<dyn Recogniser>, ProviderError> {
        self.everyone.recogniser(settings)
    }

    fn voice(&self, settings: &SpeechSettings) -> Result<Arc<dyn Voice>, ProviderError> {
        self.everyone.voice(settings)
    }

    fn model(&self, settings: &SpeechSettings) -> Result<Arc<dyn Model>, ProviderError> {
        self.everyone.model(settings)
    }
}

#[async_trait]
impl ProviderRegistry for Registry {
    fn fixed(&self) -> Vec<FixedProvider> {
        let built_in = BUILT_IN.iter().map(|(kind, name, vendor)| FixedProvider {
            name: (*name).to_owned(),
            kind: *kind,
            vendor: (*vendor).to_owned(),
            built_in: true,
            base_url: None,
            has_key: false,
        });
        let of_file = |kind, name: &String, vendor: &str, url: &str, has_key| FixedProvider {
            name: name.clone(),
            kind,
            vendor: vendor.to_owned(),
            built_in: false,
            base_url: Some(url.to_owned()),
            has_key,
        };
        let (recognisers, voices, models) = self.everyone.configured();
        let recognisers = recognisers.iter().map(|(name, endpoint)| {
            let (vendor, base_url, has_key) = match endpoint {
                RecogniserEndpoint::Deepgram(at) => ("deepgram", at.base_url.as_str(), at.key.is_some()),
                RecogniserEndpoint::OpenAi(at) => ("openai", at.base_url.as_str(), at.key.is_some()),
                RecogniserEndpoint::Whisper(_) => ("whisper.cpp", "", false),
            };
            of_file(ProviderKind::Recogniser, name, vendor, base_url, has_key)
        });
        let voices = voices.iter().map(|(name, at)| {
            let vendor = match at.kind {
                http_voice::Kind::ElevenLabs => "elevenlabs",
                http_voice::Kind::OpenAi => "openai",
            };
            of_file(ProviderKind::Voice, name, vendor, &at.base_url, at.key.is_some())
        });
        let models = models.iter().map(|(name, at)| {
            of_file(ProviderKind::Model, name, "openai", &at.base_url, at.api_key.is_some())
        });
        built_in.chain(recognisers).chain(voices).chain(models).collect()
    }

    fn fixed_fallback(&self) -> ProviderFallback {
        let Fallback { voices, models, .. } = self.everyone.order();
        let next = |provider: &String, option: &String| NextProvider {
            provider: provider.clone(),
            option: option.clone(),
        };
        ProviderFallback {
            voices: voices.iter().map(|one| next(&one.provider, &one.voice)).collect(),
            models: models.iter().map(|one| next(&one.provider, &one.model)).collect(),
        }
    }

    fn replace(&self, org: &OrgId, rows: &[Provider], fallback: Option<&ProviderFallback>) {
        let recognisers = &self.everyone.order().recognisers;
        let mut own = Own { fallback: fallback.map(|chosen| order(chosen, recognisers)), ..Own::default() };
        for row in rows {
            let name = row.name.clone();
            match (row.kind, row.vendor) {
                (ProviderKind::Recogniser, ProviderVendor::Deepgram) => {
                    own.recognisers.insert(name, RecogniserEndpoint::Deepgram(recogniser(row)));
                }
                (ProviderKind::Recogniser, ProviderVendor::Openai) => {
                    own.recognisers.insert(name, RecogniserEndpoint::OpenAi(transcriptions(row)));
                }
                (ProviderKind::Voice, ProviderVendor::Elevenlabs) => {
                    own.voices.insert(name, voice(row, http_voice::Kind::ElevenLabs));
                }
                (ProviderKind::Voice, ProviderVendor::Openai) => {
                    own.voices.insert(name, voice(row, http_voice::Kind::OpenAi));
                }
                (ProviderKind::Model, ProviderVendor::Openai) => {
                    own.models.insert(name, model(row));
                }
                (kind, vendor) => {
                    tracing::warn!(provider = %row.id, ?kind, ?vendor, "a vendor that does not do this");
                }
            }
        }
        let all = Arc::new(self.everyone.with(own));
        self.own.write().insert(org.clone(), all);
    }

    async fn check(&self, org: &OrgId, kind: ProviderKind, name: &str) -> Result<Duration, ProviderError> {
        check::check(&self.all_of(org), kind, name).await
    }
}

fn recogniser(row: &Provider) -> deepgram::Endpoint {
    let (usual, set) = (deepgram::Endpoint::default(), &row.settings);
    deepgram::Endpoint {
        base_url: row.base_url.clone(),
        key: row.key.clone(),
        model: set.model.clone().unwrap_or(usual.model),
        endpointing_ms: set.endpointing_ms.unwrap_or(usual.endpointing_ms),
        eot_threshold: set.eot_threshold.unwrap_or(usual.eot_threshold),
        connect_timeout_ms: set.connect_timeout_ms.map_or(usual.connect_timeout_ms, u64::from),
        ..usual
    }
}

fn transcriptions(row: &Provider) -> transcriptions::Endpoint {
    let (usual, set) = (transcriptions::Endpoint::usual(), &row.settings);
    transcriptions::Endpoint {
        base_url: row.base_url.clone(),
        key: row.key.clone(),
        model: set.model.clone().unwrap_or(usual.model),
        timeout_ms: set.connect_timeout_ms.map_or(usual.timeout_ms, u64::from),
        ..usual
    }
}

fn voice(row: &Provider, kind: http_voice::Kind) -> http_voice::Endpoint {
    let (usual, set) = (http_voice::Endpoint::usual(kind), &row.settings);
    http_voice::Endpoint {
        base_url: row.base_url.clone(),
        key: row.key.clone(),
        model: set.model.clone().unwrap_or_default(),
        voice: set.voice.clone().unwrap_or_default(),
        sample_rate: set.sample_rate.unwrap_or(usual.sample_rate),
        stall_timeout_ms: set.stall_timeout_ms.map_or(usual.stall_timeout_ms, u64::from),
        ..usual
    }
}

fn model(row: &Provider) -> openai_chat::Endpoint {
    openai_chat::Endpoint {
        base_url: row.base_url.clone(),
        api_key_env: None,
        api_key: row.key.clone(),
        model: row.settings.model.clone().unwrap_or_default(),
        stream_options: false,
        legacy_max_tokens: row.settings.legacy_max_tokens.unwrap_or_default(),
    }
}

/// The order of recognisers is the providers' file's.
fn order(fallback: &ProviderFallback, recognisers: &[String]) -> Fallback {
    let voices = fallback.voices.iter();
    let models = fallback.models.iter();
    Fallback {
        recognisers: recognisers.to_vec(),
        voices: voices
            .map(|next| NextVoice { provider: next.provider.clone(), voice: next.option.clone() })
            .collect(),
        models: models
            .map(|next| NextModel { provider: next.provider.clone(), model: next.option.clone() })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use tandem_foundation::Pii;
    use tandem_switchboard::records::{ProviderSettings, UnixMs};

    use super::*;
    use crate::ProvidersConfig;

    fn row(org: &str, kind: ProviderKind, vendor: ProviderVendor, name: &str) -> Provider {
        Provider {
            id: format!("prov_{name}").into(),
            org: org.into(),
            name: name.into(),
            kind,
            vendor,
            base_url: "http://127.0.0.1:9".into(),
            settings: ProviderSettings::default(),
            key: Some(Pii::new("hush-hush-hush".into())),
            last_check: None,
            created_at: UnixMs(0),
            updated_at: UnixMs(0),
        }
    }

    #[test]
    fn an_organisation_has_its_own_beside_everyones_from_the_moment_they_are_set_and_no_other_has_them() {
        let registry = Registry::new(Providers::new(ProvidersConfig::default()));
        let (one, other) = (OrgId::from("org_1"), OrgId::from("org_2"));
        let named = SpeechSettings { model_provider: "groq".into(), ..SpeechSettings::default() };
        let found = |org: &OrgId| registry.of(org).expect("some").model(&named).is_ok();
        assert!(!found(&one));
        let rows = [row("org_1", ProviderKind::Model, ProviderVendor::Openai, "groq")];
        registry.replace(&one, &rows, None);
        assert!(found(&one) && !found(&other));
        assert!(registry.of(&one).expect("some").voice(&SpeechSettings::default()).is_ok());
        assert!(!format!("{registry:?}").contains("hush"));
        registry.replace(&one, &[], None);
        assert!(!found(&one));
    }

    #[test]
    fn an_organisations_own_order_goes_before_the_files() {
        let file = "[models.a]\nbase_url = 'http://127.0.0.1:1'\n[fallback]\nmodels = [{ provider = 'a' }]\n";
        let config = crate::read_providers(file, |_| None).expect("read");
        let registry = Registry::new(Providers::new(config));
        assert_eq!(registry.fixed_fallback().models[0].provider, "a");
        let org = OrgId::from("org_1");
        registry.replace(&org, &[], None);
        assert_eq!(registry.all_of(&org).order().models.len(), 1);
        registry.replace(&org, &[], Some(&ProviderFallback::default()));
        assert!(registry.all_of(&org).order().models.is_empty());
        let fixed = registry.fixed();
        assert_eq!(fixed.iter().filter(|one| one.built_in).count(), BUILT_IN.len());
        assert!(fixed.iter().any(|one| one.name == "a" && !one.built_in && !one.has_key));
    }
}
