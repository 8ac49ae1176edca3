//! What can be set of an outside provider, and which vendor knows what.

use serde::{Deserialize, Serialize};
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::check::{self, Findings};
use crate::words::{ProviderKind, ProviderVendor};

/// What else is set; `null` keeps the vendor's usual value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderSettings {
    /// Used where an assistant names none.
    #[schema(max_length = 200)]
    pub model: Option<String>,
    /// Voices: used where an assistant names none, and by the check.
    #[schema(max_length = 200)]
    pub voice: Option<String>,
    /// Voices: samples a second that the server sends.
    #[schema(minimum = 8000, maximum = 48000)]
    pub sample_rate: Option<u32>,
    /// Voices: longest wait for audio, ms.
    #[schema(minimum = 100, maximum = 30000)]
    pub stall_timeout_ms: Option<u32>,
    /// Recognisers: longest wait for a connection, ms.
    #[schema(minimum = 100, maximum = 30000)]
    pub connect_timeout_ms: Option<u32>,
    /// Recognisers: silence that ends an utterance, ms.
    #[schema(minimum = 10, maximum = 5000)]
    pub endpointing_ms: Option<u32>,
    /// Recognisers (Flux models): confidence at which a turn is over.
    #[schema(minimum = 0.5, maximum = 0.9)]
    pub eot_threshold: Option<f32>,
    /// Models: the server knows `max_tokens` and not `max_completion_tokens`.
    pub legacy_max_tokens: Option<bool>,
}

impl ProviderVendor {
    /// As programs see it (`deepgram`).
    pub const fn as_text(self) -> &'static str {
        match self {
            Self::Deepgram => "deepgram",
            Self::Elevenlabs => "elevenlabs",
            Self::Openai => "openai",
        }
    }

    /// Whether it offers this.
    pub const fn does(self, kind: ProviderKind) -> bool {
        matches!(
            (self, kind),
            (Self::Deepgram, ProviderKind::Recogniser)
                | (Self::Elevenlabs, ProviderKind::Voice)
                | (Self::Openai, _)
        )
    }

    /// The vendor's own server.
    pub const fn usual_base_url(self) -> &'static str {
        match self {
            Self::Deepgram => "wss://api.deepgram.com",
            Self::Elevenlabs => "https://api.elevenlabs.io",
            Self::Openai => "https://api.openai.com/v1",
        }
    }
}

impl ProviderKind {
    /// As programs see it (`recogniser`).
    pub const fn as_text(self) -> &'static str {
        match self {
            Self::Recogniser => "recogniser",
            Self::Voice => "voice",
            Self::Model => "model",
        }
    }
}

impl ProviderSettings {
    /// Its findings, for a provider of this kind and vendor.
    pub(crate) fn check_for(&self, found: &mut Findings, kind: ProviderKind, vendor: ProviderVendor) {
        use ProviderKind::{Model, Recogniser, Voice};
        for (field, given, of) in [
            ("voice", self.voice.is_some(), Voice),
            ("sample_rate", self.sample_rate.is_some(), Voice),
            ("stall_timeout_ms", self.stall_timeout_ms.is_some(), Voice),
            ("connect_timeout_ms", self.connect_timeout_ms.is_some(), Recogniser),
            ("endpointing_ms", self.endpointing_ms.is_some(), Recogniser),
            ("eot_threshold", self.eot_threshold.is_some(), Recogniser),
            ("legacy_max_tokens", self.legacy_max_tokens.is_some(), Model),
        ] {
            if given && kind != of {
                let (kind, vendor) = (kind.as_text(), vendor.as_text());
                found.add(
                    &format!("settings.{field}"),
                    &format!("nothing: a {kind} of {vendor} has no such setting"),
                );
            }
        }
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        check::length(found, "settings.model", &text(&self.model), 0, 200);
        check::length(found, "settings.voice", &text(&self.voice), 0, 200);
        for (field, value, least, most) in [
            ("sample_rate", self.sample_rate, 8_000, 48_000),
            ("stall_timeout_ms", self.stall_timeout_ms, 100, 30_000),
            ("connect_timeout_ms", self.connect_timeout_ms, 100, 30_000),
            ("endpointing_ms", self.endpointing_ms, 10, 5_000),
        ] {
            if value.is_some_and(|value| !(least..=most).contains(&value)) {
                found.add(&format!("settings.{field}"), &format!("{least} to {most}"));
            }
        }
        if self.eot_threshold.is_some_and(|at| !(0.5..=0.9).contains(&at)) {
            found.add("settings.eot_threshold", "0.5 to 0.9");
        }
    }
}

/// An address without a name, password, query or fragment: those end up in logs.
pub(crate) fn base_url(found: &mut Findings, vendor: ProviderVendor, url: &str) {
    let schemes: &[&str] = match vendor {
        ProviderVendor::Deepgram => &["wss://", "ws://"],
        ProviderVendor::Elevenlabs | ProviderVendor::Openai => &["https://", "http://"],
    };
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
    let odd = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '@' | '?' | '#' | '"' | '<' | '>' | '\\')
    };
    let fits =
        rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':']) && !rest.contains(odd));
    if !fits || url.len() > 500 {
        let schemes = schemes.join(" or ");
        found.add(
            "base_url",
            &format!("an address that begins with {schemes}, without name, password or query"),
        );
    }
}

/// A key travels in a header, which carries visible ASCII.
pub(crate) fn key(found: &mut Findings, key: Option<&str>) {
    let Some(key) = key else { return };
    if key.len() > 500 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        found.add("key", "up to 500 letters, digits and signs, without spaces");
    }
}

impl From<records::ProviderSettings> for ProviderSettings {
    fn from(row: records::ProviderSettings) -> Self {
        Self {
            model: row.model,
            voice: row.voice,
            sample_rate: row.sample_rate,
            stall_timeout_ms: row.stall_timeout_ms,
            connect_timeout_ms: row.connect_timeout_ms,
            endpointing_ms: row.endpointing_ms,
            eot_threshold: row.eot_threshold,
            legacy_max_tokens: row.legacy_max_tokens,
        }
    }
}

impl From<ProviderSettings> for records::ProviderSettings {
    fn from(wanted: ProviderSettings) -> Self {
        let text = |text: Option<String>| text.filter(|text| !text.is_empty());
        Self {
            model: text(wanted.model),
            voice: text(wanted.voice),
            sample_rate: wanted.sample_rate,
            stall_timeout_ms: wanted.stall_timeout_ms,
            connect_timeout_ms: wanted.connect_timeout_ms,
            endpointing_ms: wanted.endpointing_ms,
            eot_threshold: wanted.eot_threshold,
            legacy_max_tokens: wanted.legacy_max_tokens,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(found: Findings) -> Vec<String> {
        found.into_errors().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn an_address_has_the_vendors_scheme_and_no_password() {
        let wrong = |vendor, url: &str| {
            let mut found = Findings::default();
            base_url(&mut found, vendor, url);
            !fields(found).is_empty()
        };
        assert!(!wrong(ProviderVendor::Openai, "http://127.0.0.1:11434/v1"));
        assert!(!wrong(ProviderVendor::Openai, ProviderVendor::Openai.usual_base_url()));
        assert!(!wrong(ProviderVendor::Deepgram, ProviderVendor::Deepgram.usual_base_url()));
        assert!(wrong(ProviderVendor::Deepgram, "https://api.deepgram.com"));
        for url in
            ["", "https://", "https:///x", "file:///etc", "https://a:b@c", "https://a?key=b", "https://a b"]
        {
            assert!(wrong(ProviderVendor::Elevenlabs, url), "{url}");
        }
    }

    #[test]
    fn a_setting_of_another_kind_is_named() {
        let settings = ProviderSettings {
            voice: Some("x".into()),
            endpointing_ms: Some(9),
            eot_threshold: Some(f32::NAN),
            ..ProviderSettings::default()
        };
        let mut found = Findings::default();
        settings.check_for(&mut found, ProviderKind::Recogniser, ProviderVendor::Deepgram);
        assert_eq!(fields(found), ["settings.voice", "settings.endpointing_ms", "settings.eot_threshold"]);
    }

    #[test]
    fn a_key_is_one_word() {
        for (text, good) in
            [("sk-abc_1", true), ("", true), ("a b", false), ("a\r\nx: y", false), ("ключ", false)]
        {
            let mut found = Findings::default();
            key(&mut found, Some(text));
            assert_eq!(fields(found).is_empty(), good, "{text}");
        }
    }
}
