//! Speech providers: recognisers, voices and models, one module each, behind the switchboard's speech ports.
pub mod flite;
pub mod pocketsphinx;
mod resample;
pub mod scripted;
use std::sync::Arc;
use tandem_switchboard::ports::speech::*;
use tandem_switchboard::records::SpeechSettings;
#[derive(Debug, Default, Clone)]
pub struct ProvidersConfig {
    pub cache_dir: std::path::PathBuf,
    pub models: std::collections::BTreeMap<String, String>,
}
#[derive(Debug)]
pub struct Providers {
    ps: Arc<pocketsphinx::PocketSphinx>,
}
impl Providers {
    pub fn new(c: ProvidersConfig) -> Self {
        Self { ps: Arc::new(pocketsphinx::PocketSphinx::new(c.cache_dir)) }
    }
}
impl SpeechProviders for Providers {
    fn recogniser(&self, _: &SpeechSettings) -> Result<Arc<dyn Recogniser>, ProviderError> {
        Ok(self.ps.clone())
    }
    fn voice(&self, _: &SpeechSettings) -> Result<Arc<dyn Voice>, ProviderError> {
        Ok(Arc::new(flite::Flite))
    }
    fn model(&self, s: &SpeechSettings) -> Result<Arc<dyn Model>, ProviderError> {
        let m = scripted::Scripted::new(&s.script).map_err(|message| ProviderError {
            provider: "scripted".into(),
            operation: "read",
            message,
            code: None,
            transient: false,
        })?;
        Ok(Arc::new(m))
    }
}
pub fn read_models(
    _: &str,
    _: impl Fn(&str) -> Option<String>,
) -> Result<std::collections::BTreeMap<String, String>, String> {
    Ok(Default::default())
}
