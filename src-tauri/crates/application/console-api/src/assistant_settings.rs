//! Everything of an assistant that can be edited: twins of the records, with their checks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::check::{self, Check, Findings};

/// What an assistant says, hears, may do and how it takes turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
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
    pub tools: Vec<Tool>,
    pub keys: Vec<KeyRule>,
    /// Variables that a call must bring.
    pub fields: Vec<String>,
    pub sample_variables: BTreeMap<String, String>,
    pub record: bool,
    /// Said when a person's leg dies and the assistant resumes.
    pub resume_line: String,
    /// Begins the first sentence after a hand-back; `{person}` is who held the floor.
    pub bridge_line: String,
    pub goodbye_line: String,
    /// What is said while the model, a tool or a recogniser is slow; empty: a standard sentence of the language.
    pub filler_line: String,
    /// What is said when the model could not answer; empty: a standard sentence of the language.
    pub apology_line: String,
    /// What becomes of the caller when no model or no recogniser is left.
    pub when_failed: WhenFailed,
}

/// What becomes of a caller when providers fail for good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum WhenFailed {
    /// Apologise and hang up.
    #[default]
    Goodbye,
    /// Hand the caller to a person (user id), `anyone`, or a number.
    Transfer { to: String },
    /// Note that the caller is to be called back.
    Callback,
}

/// Which providers speak, hear and think for an assistant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechSettings {
    /// `embedded` or a configured provider's name.
    pub recogniser: String,
    /// `embedded`, `espeak` or a configured provider's name.
    pub voice_provider: String,
    pub voice: String,
    #[schema(minimum = 0.5, maximum = 2.0)]
    pub speed: Option<f32>,
    /// `scripted` or a configured provider's name.
    pub model_provider: String,
    pub model: String,
    #[schema(minimum = 0.0, maximum = 2.0)]
    pub temperature: Option<f32>,
    #[schema(minimum = 1)]
    pub max_tokens: Option<u32>,
    /// The dialogue of `scripted` (TOML).
    pub script: String,
    pub key_terms: Vec<String>,
}

/// Turn-taking; `null` keeps the default.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Tool {
    /// Hand the caller to a person (user id) or number.
    Transfer {
        to: String,
        #[serde(default)]
        announcement: String,
    },
    EndCall,
    SendDtmf,
    Callback,
    OptOut,
    /// POST the arguments to `url`, speak about the answer.
    Webhook {
        name: String,
        #[serde(default)]
        description: String,
        url: String,
        /// JSON Schema of the arguments.
        #[serde(default)]
        parameters: Value,
    },
}

/// What a pressed key does during a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRule {
    #[schema(pattern = "^[0-9*#]{1,16}$")]
    pub digits: String,
    pub action: KeyAction,
}

/// The action of a key rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
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

impl Default for AssistantSettings {
    /// An English assistant on the embedded providers that records and can be interrupted.
    fn default() -> Self {
        Self {
            language: "en".into(),
            description: String::new(),
            system_prompt: String::new(),
            first_message: String::new(),
            first_message_interruptible: true,
            speech: SpeechSettings::default(),
            turns: TurnSettings::default(),
            tools: Vec::new(),
            keys: Vec::new(),
            fields: Vec::new(),
            sample_variables: BTreeMap::new(),
            record: true,
            resume_line: String::new(),
            bridge_line: String::new(),
            goodbye_line: String::new(),
            filler_line: String::new(),
            apology_line: String::new(),
            when_failed: WhenFailed::Goodbye,
        }
    }
}

impl Default for SpeechSettings {
    fn default() -> Self {
        Self {
            recogniser: "embedded".into(),
            voice_provider: "embedded".into(),
            voice: String::new(),
            speed: None,
            model_provider: "scripted".into(),
            model: String::new(),
            temperature: None,
            max_tokens: None,
            script: String::new(),
            key_terms: Vec::new(),
        }
    }
}

impl Check for AssistantSettings {
    fn check(&self, found: &mut Findings) {
        check::length(found, "settings.language", &self.language, 2, 35);
        check::length(found, "settings.description", &self.description, 0, 2_000);
        check::length(found, "settings.system_prompt", &self.system_prompt, 0, 50_000);
        for (field, text) in [
            ("settings.first_message", &self.first_message),
            ("settings.resume_line", &self.resume_line),
            ("settings.bridge_line", &self.bridge_line),
            ("settings.goodbye_line", &self.goodbye_line),
            ("settings.filler_line", &self.filler_line),
            ("settings.apology_line", &self.apology_line),
        ] {
            check::length(found, field, text, 0, 2_000);
        }
        if let WhenFailed::Transfer { to } = &self.when_failed {
            check::length(found, "settings.when_failed.to", to, 1, 200);
        }
        let speech = &self.speech;
        if speech.speed.is_some_and(|speed| !(0.5..=2.0).contains(&speed)) {
            found.add("settings.speech.speed", "0.5 to 2");
        }
        if speech.temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
            found.add("settings.speech.temperature", "0 to 2");
        }
        check::length(found, "settings.speech.script", &speech.script, 0, 200_000);
        let turns = &self.turns;
        if let (Some(least), Some(most)) = (turns.end_of_turn_min_ms, turns.end_of_turn_max_ms)
            && least > most
        {
            found.add("settings.turns.end_of_turn_min_ms", "not more than end_of_turn_max_ms");
        }
        for (index, rule) in self.keys.iter().enumerate() {
            let key = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'*' | b'#');
            if rule.digits.is_empty() || rule.digits.len() > 16 || !rule.digits.bytes().all(key) {
                found.add(&format!("settings.keys.{index}.digits"), "1 to 16 of 0-9, * and #");
            }
        }
        for (index, tool) in self.tools.iter().enumerate() {
            if let Tool::Webhook { name, url, .. } = tool {
                check::length(found, &format!("settings.tools.{index}.name"), name, 1, 64);
                if !(url.starts_with("https://") || url.starts_with("http://")) || url.len() > 2_000 {
                    found.add(&format!("settings.tools.{index}.url"), "an http or https address");
                }
            }
        }
    }
}

impl From<&records::AssistantSettings> for AssistantSettings {
    fn from(row: &records::AssistantSettings) -> Self {
        let row = row.clone();
        Self {
            language: row.language,
            description: row.description,
            system_prompt: row.system_prompt,
            first_message: row.first_message,
            first_message_interruptible: row.first_message_interruptible,
            speech: row.speech.into(),
            turns: row.turns.into(),
            tools: row.tools.into_iter().map(Into::into).collect(),
            keys: row
                .keys
                .into_iter()
                .map(|rule| KeyRule { digits: rule.digits, action: rule.action.into() })
                .collect(),
            fields: row.fields,
            sample_variables: row.sample_variables,
            record: row.record,
            resume_line: row.resume_line,
            bridge_line: row.bridge_line,
            goodbye_line: row.goodbye_line,
            filler_line: row.filler_line,
            apology_line: row.apology_line,
            when_failed: row.when_failed.into(),
        }
    }
}

impl From<AssistantSettings> for records::AssistantSettings {
    fn from(settings: AssistantSettings) -> Self {
        Self {
            language: settings.language,
            description: settings.description,
            system_prompt: settings.system_prompt,
            first_message: settings.first_message,
            first_message_interruptible: settings.first_message_interruptible,
            speech: settings.speech.into(),
            turns: settings.turns.into(),
            tools: settings.tools.into_iter().map(Into::into).collect(),
            keys: settings
                .keys
                .into_iter()
                .map(|rule| records::KeyRule { digits: rule.digits, action: rule.action.into() })
                .collect(),
            fields: settings.fields,
            sample_variables: settings.sample_variables,
            record: settings.record,
            resume_line: settings.resume_line,
            bridge_line: settings.bridge_line,
            goodbye_line: settings.goodbye_line,
            filler_line: settings.filler_line,
            apology_line: settings.apology_line,
            when_failed: settings.when_failed.into(),
            external: Default::default(),
        }
    }
}

impl From<records::WhenFailed> for WhenFailed {
    fn from(row: records::WhenFailed) -> Self {
        match row {
            records::WhenFailed::Goodbye => Self::Goodbye,
            records::WhenFailed::Transfer { to } => Self::Transfer { to },
            records::WhenFailed::Callback => Self::Callback,
        }
    }
}

impl From<WhenFailed> for records::WhenFailed {
    fn from(settings: WhenFailed) -> Self {
        match settings {
            WhenFailed::Goodbye => Self::Goodbye,
            WhenFailed::Transfer { to } => Self::Transfer { to },
            WhenFailed::Callback => Self::Callback,
        }
    }
}

macro_rules! same_fields {
    ($name:ident = $record:path { $($field:ident),* $(,)? }) => {
        impl From<$record> for $name {
            fn from(row: $record) -> Self {
                Self { $($field: row.$field),* }
            }
        }

        impl From<$name> for $record {
            fn from(settings: $name) -> Self {
                Self { $($field: settings.$field),* }
            }
        }
    };
}

same_fields!(
    SpeechSettings = records::SpeechSettings {
        recogniser,
        voice_provider,
        voice,
        speed,
        model_provider,
        model,
        temperature,
        max_tokens,
        script,
        key_terms,
    }
);
same_fields!(
    TurnSettings = records::TurnSettings {
        end_of_turn_min_ms,
        end_of_turn_max_ms,
        barge_in_pause_ms,
        barge_in_commit_ms,
        false_interruption_resume_ms,
        idle_prompt_s,
        idle_prompts,
        longest_call_s,
    }
);

macro_rules! same_variants {
    ($name:ident = $record:ident { $($variant:ident $({ $($field:ident),* })?),* $(,)? }) => {
        impl From<records::$record> for $name {
            fn from(row: records::$record) -> Self {
                match row { $(records::$record::$variant $({ $($field),* })? => Self::$variant $({ $($field),* })?),* }
            }
        }

        impl From<$name> for records::$record {
            fn from(word: $name) -> Self {
                match word { $($name::$variant $({ $($field),* })? => Self::$variant $({ $($field),* })?),* }
            }
        }
    };
}

same_variants!(Tool = ToolSettings {
    Transfer { to, announcement }, EndCall, SendDtmf, Callback, OptOut,
    Webhook { name, description, url, parameters },
});
same_variants!(KeyAction = KeyAction {
    Say { text }, Transfer { to }, HangUp, Store { variable }, OptOut,
});
