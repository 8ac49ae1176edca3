//! What may be asked of calls, with the checks that need no database.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::check::{self, Check, Findings};
use crate::words::{CallStatus, SupervisionMode};

/// Which calls to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct CallsQuery {
    /// Only calls in progress.
    pub live: Option<bool>,
    #[param(inline)]
    pub status: Option<CallStatus>,
    /// Id of an assistant.
    pub assistant: Option<String>,
    /// Part of a number or of a customer's name.
    #[param(max_length = 100)]
    pub search: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many; 50 where it is not given.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// A call to be placed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceCall {
    /// E.164 with `+`.
    #[schema(pattern = r"^\+[1-9][0-9]{1,14}$", example = "+62812345678")]
    pub to: String,
    /// Id of the assistant.
    pub assistant: String,
    /// Id of the trunk; the organisation's first enabled one where it is not given.
    pub trunk: Option<String>,
    /// Caller id, E.164 with `+`; the trunk's where it is not given.
    #[schema(pattern = r"^\+[1-9][0-9]{1,14}$")]
    pub from: Option<String>,
    #[schema(max_length = 200)]
    pub customer_name: Option<String>,
    /// At most 100, each name up to 64 and each value up to 2,000 characters.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

/// Listen, whisper (as audio), barge or leave; the floor is reached by takeover only.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Supervise {
    pub mode: SupervisionMode,
}

/// Take the floor; refused unless the floor still has this version.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOver {
    pub floor_version: i64,
}

/// Give the floor back to the assistant.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandBack {
    pub floor_version: i64,
    /// Only the assistant reads it.
    #[schema(max_length = 2000)]
    pub note: Option<String>,
}

/// Text for the assistant.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssistantText {
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}

/// How many slices a waveform has.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct WaveformQuery {
    /// Slices a channel; 800 where it is not given.
    #[param(minimum = 1, maximum = 4000)]
    pub slices: Option<u32>,
}

/// The floor after an act.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ActResult {
    pub floor: crate::calls::Floor,
}

impl Check for CallsQuery {
    fn check(&self, found: &mut Findings) {
        if self.limit.is_some_and(|limit| !(1..=200).contains(&limit)) {
            found.add("limit", "1 to 200");
        }
        check::length(found, "search", self.search.as_deref().unwrap_or_default(), 0, 100);
    }
}

impl Check for PlaceCall {
    fn check(&self, found: &mut Findings) {
        check::e164(found, "to", &self.to);
        check::length(found, "assistant", &self.assistant, 1, 100);
        if let Some(from) = &self.from {
            check::e164(found, "from", from);
        }
        check::length(found, "customer_name", self.customer_name.as_deref().unwrap_or_default(), 0, 200);
        if self.variables.len() > 100 {
            found.add("variables", "at most 100 entries");
        }
        for (name, value) in &self.variables {
            if name.is_empty() || name.chars().count() > 64 {
                found.add("variables", "names of 1 to 64 characters");
            }
            check::length(found, &format!("variables.{name}"), value, 0, 2000);
        }
    }
}

impl Check for Supervise {
    fn check(&self, found: &mut Findings) {
        if self.mode == SupervisionMode::Floor {
            found.add("mode", "listen, whisper, barge or left (the floor is reached by takeover)");
        }
    }
}

impl Check for TakeOver {
    fn check(&self, _found: &mut Findings) {}
}

impl Check for HandBack {
    fn check(&self, found: &mut Findings) {
        check::length(found, "note", self.note.as_deref().unwrap_or_default(), 0, 2000);
    }
}

impl Check for AssistantText {
    fn check(&self, found: &mut Findings) {
        check::length(found, "text", self.text.trim(), 1, 2000);
    }
}

impl Check for WaveformQuery {
    fn check(&self, found: &mut Findings) {
        if self.slices.is_some_and(|slices| !(1..=4000).contains(&slices)) {
            found.add("slices", "1 to 4000");
        }
    }
}
