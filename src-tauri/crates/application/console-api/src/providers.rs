//! Providers of speech and text as the API shows and takes them. Keys go in and never come out.

use serde::{Deserialize, Serialize};
use tandem_switchboard::ports::providers::FixedProvider;
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::check::{self, Check, Findings};
use crate::provider_settings::{ProviderSettings, base_url, key};
use crate::time::Time;
use crate::words::{ProviderKind, ProviderVendor};

/// A provider that assistants can name.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Provider {
    /// Of those that are fixed: the kind, a colon and the name.
    pub id: String,
    pub name: String,
    pub kind: ProviderKind,
    /// `deepgram`, `elevenlabs` or `openai`; of built-in ones what they are (`pocketsphinx`, `flite`, …).
    pub vendor: String,
    pub source: ProviderSource,
    pub base_url: Option<String>,
    pub settings: ProviderSettings,
    pub has_key: bool,
    /// The last four characters, of a key that is long enough.
    pub key_ends: Option<String>,
    pub last_check: Option<ProviderCheck>,
    /// Assistants that name it.
    pub used_by: Vec<ProviderUser>,
    pub created_at: Option<Time>,
    pub updated_at: Option<Time>,
}

/// Where a provider was set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderSource {
    /// Part of the program.
    BuiltIn,
    /// In the providers' file of the server.
    File,
    /// Here; the only ones that can be changed here.
    Console,
}

/// An assistant that names a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProviderUser {
    pub id: String,
    pub name: String,
}

/// All providers: built-in ones, those of the file, then those that were set up here, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Providers {
    pub items: Vec<Provider>,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProviderCheck {
    pub at: Time,
    pub ok: bool,
    /// Until the first of the answer.
    pub latency_ms: u32,
    /// The provider's error; empty where all is well.
    pub message: String,
}

/// A provider to be set up.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderCreate {
    /// What assistants call it; unique among those of its kind.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,39}$")]
    pub name: String,
    pub kind: ProviderKind,
    /// Recognisers: `deepgram` or `openai`. Voices: `elevenlabs` or `openai`. Models: `openai`.
    pub vendor: ProviderVendor,
    /// The vendor's own server where left out.
    pub base_url: Option<String>,
    #[serde(default)]
    pub settings: ProviderSettings,
    /// Written, never read.
    #[schema(format = Password, max_length = 500)]
    pub key: Option<String>,
}

/// What is to be changed; what is left out stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderUpdate {
    pub base_url: Option<String>,
    /// Replaced as a whole.
    pub settings: Option<ProviderSettings>,
    /// Written, never read. Not given, `null` or empty keeps the old one.
    #[schema(format = Password, max_length = 500)]
    pub key: Option<String>,
    /// Takes the key away.
    #[serde(default)]
    pub remove_key: bool,
}

/// The order of what is tried after an assistant's own provider failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderFallback {
    #[serde(default)]
    #[schema(max_items = 8)]
    pub voices: Vec<NextProvider>,
    #[serde(default)]
    #[schema(max_items = 8)]
    pub models: Vec<NextProvider>,
}

/// A provider that is tried next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NextProvider {
    /// Name of a provider of this kind.
    #[schema(max_length = 100)]
    pub provider: String,
    /// The provider's own name of the voice or model; its usual one where empty.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub option: String,
}

impl std::fmt::Debug for ProviderCreate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderCreate").field("name", &self.name).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ProviderUpdate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderUpdate").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Provider {
    /// One that was set up here.
    pub fn new(row: &records::Provider, used_by: Vec<ProviderUser>) -> Self {
        let vendor: ProviderVendor = row.vendor.into();
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            kind: row.kind.into(),
            vendor: vendor.as_text().to_owned(),
            source: ProviderSource::Console,
            base_url: Some(row.base_url.clone()),
            settings: row.settings.clone().into(),
            has_key: row.key.is_some(),
            key_ends: row.key_ends().filter(|ends| !ends.is_empty()),
            last_check: row.last_check.as_ref().map(Into::into),
            used_by,
            created_at: Some(row.created_at.into()),
            updated_at: Some(row.updated_at.into()),
        }
    }

    /// One that is not changed here.
    pub fn fixed(row: &FixedProvider, used_by: Vec<ProviderUser>) -> Self {
        Self {
            id: fixed_id(row),
            name: row.name.clone(),
            kind: row.kind.into(),
            vendor: row.vendor.clone(),
            source: if row.built_in { ProviderSource::BuiltIn } else { ProviderSource::File },
            base_url: row.base_url.clone(),
            settings: ProviderSettings::default(),
            has_key: row.has_key,
            key_ends: None,
            last_check: None,
            used_by,
            created_at: None,
            updated_at: None,
        }
    }
}

/// `voice:embedded`.
pub fn fixed_id(row: &FixedProvider) -> String {
    format!("{}:{}", ProviderKind::from(row.kind).as_text(), row.name)
}

impl From<&records::ProviderCheck> for ProviderCheck {
    fn from(row: &records::ProviderCheck) -> Self {
        Self { at: row.at.into(), ok: row.ok, latency_ms: row.latency_ms, message: row.message.clone() }
    }
}

impl From<&records::ProviderFallback> for ProviderFallback {
    fn from(row: &records::ProviderFallback) -> Self {
        let all = |next: &[records::NextProvider]| {
            let one = |next: &records::NextProvider| NextProvider {
                provider: next.provider.clone(),
                option: next.option.clone(),
            };
            next.iter().map(one).collect()
        };
        Self { voices: all(&row.voices), models: all(&row.models) }
    }
}

impl From<ProviderFallback> for records::ProviderFallback {
    fn from(wanted: ProviderFallback) -> Self {
        let all = |next: Vec<NextProvider>| {
            let one =
                |next: NextProvider| records::NextProvider { provider: next.provider, option: next.option };
            next.into_iter().map(one).collect()
        };
        Self { voices: all(wanted.voices), models: all(wanted.models) }
    }
}

impl Check for ProviderCreate {
    fn check(&self, found: &mut Findings) {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=40).contains(&self.name.len()) || !self.name.chars().all(plain) || self.name.starts_with('-')
        {
            found.add("name", "1 to 40 small letters, digits and hyphens, a hyphen not first");
        }
        if !self.vendor.does(self.kind) {
            found.add("vendor", &format!("a vendor of a {}", self.kind.as_text()));
            return;
        }
        if let Some(url) = &self.base_url {
            base_url(found, self.vendor, url);
        }
        self.settings.check_for(found, self.kind, self.vendor);
        key(found, self.key.as_deref());
    }
}

impl Check for ProviderUpdate {
    fn check(&self, found: &mut Findings) {
        // What depends on the vendor is checked by `check_for`, once it is known.
        key(found, self.key.as_deref());
        if self.remove_key && self.key.as_ref().is_some_and(|key| !key.is_empty()) {
            found.add("key", "nothing, where remove_key is given");
        }
    }
}

impl ProviderUpdate {
    /// The rest of the check, for the provider that is to be changed.
    pub fn check_for(&self, found: &mut Findings, kind: ProviderKind, vendor: ProviderVendor) {
        if let Some(url) = &self.base_url {
            base_url(found, vendor, url);
        }
        if let Some(settings) = &self.settings {
            settings.check_for(found, kind, vendor);
        }
    }
}

impl Check for ProviderFallback {
    fn check(&self, found: &mut Findings) {
        for (field, next) in [("voices", &self.voices), ("models", &self.models)] {
            if next.len() > 8 {
                found.add(field, "at most 8");
            }
            for (index, one) in next.iter().enumerate() {
                check::length(found, &format!("{field}.{index}.provider"), &one.provider, 1, 100);
                check::length(found, &format!("{field}.{index}.option"), &one.option, 0, 200);
            }
        }
    }
}
