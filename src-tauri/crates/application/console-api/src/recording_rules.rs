//! Which calls are recorded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::check::{Check, Findings};

/// Rules of one kind.
const MOST_RULES: usize = 500;

/// Which calls are recorded. Of several rules that speak of a call, the assistant's goes before the number's and that
/// before `default`; a queue's is followed from when the caller joins it. An assistant or a route whose settings want no
/// recording has none whatever is said here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordingRules {
    pub default: RecordingPolicy,
    /// By id.
    #[serde(default)]
    pub numbers: BTreeMap<String, RecordingPolicy>,
    /// By id.
    #[serde(default)]
    pub queues: BTreeMap<String, RecordingPolicy>,
    /// By id.
    #[serde(default)]
    pub assistants: BTreeMap<String, RecordingPolicy>,
    /// After a card number was said or keyed, nothing is recorded nor written down for so long.
    #[serde(default = "card_pause_s")]
    #[schema(minimum = 5, maximum = 180)]
    pub card_pause_s: u32,
}

/// Whether calls are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingPolicy {
    All,
    /// From when a supervisor or the agent who holds the floor asks for it.
    OnDemand,
    Never,
}

const fn card_pause_s() -> u32 {
    15
}

impl From<records::RecordingPolicy> for RecordingPolicy {
    fn from(row: records::RecordingPolicy) -> Self {
        match row {
            records::RecordingPolicy::All => Self::All,
            records::RecordingPolicy::OnDemand => Self::OnDemand,
            records::RecordingPolicy::Never => Self::Never,
        }
    }
}

impl From<RecordingPolicy> for records::RecordingPolicy {
    fn from(wanted: RecordingPolicy) -> Self {
        match wanted {
            RecordingPolicy::All => Self::All,
            RecordingPolicy::OnDemand => Self::OnDemand,
            RecordingPolicy::Never => Self::Never,
        }
    }
}

fn shown<I: ToString>(rows: BTreeMap<I, records::RecordingPolicy>) -> BTreeMap<String, RecordingPolicy> {
    rows.into_iter().map(|(id, policy)| (id.to_string(), policy.into())).collect()
}

fn stored<I: From<String> + Ord>(
    rows: BTreeMap<String, RecordingPolicy>,
) -> BTreeMap<I, records::RecordingPolicy> {
    rows.into_iter().map(|(id, policy)| (id.into(), policy.into())).collect()
}

impl From<records::RecordingRules> for RecordingRules {
    fn from(row: records::RecordingRules) -> Self {
        Self {
            default: row.default.into(),
            numbers: shown(row.numbers),
            queues: shown(row.queues),
            assistants: shown(row.assistants),
            card_pause_s: row.card_pause_s,
        }
    }
}

impl From<RecordingRules> for records::RecordingRules {
    fn from(wanted: RecordingRules) -> Self {
        Self {
            default: wanted.default.into(),
            numbers: stored(wanted.numbers),
            queues: stored(wanted.queues),
            assistants: stored(wanted.assistants),
            card_pause_s: wanted.card_pause_s,
        }
    }
}

impl Check for RecordingRules {
    fn check(&self, found: &mut Findings) {
        if !(5..=180).contains(&self.card_pause_s) {
            found.add("card_pause_s", "5 to 180 seconds");
        }
        for (field, rules) in
            [("numbers", &self.numbers), ("queues", &self.queues), ("assistants", &self.assistants)]
        {
            if rules.len() > MOST_RULES {
                found.add(field, &format!("at most {MOST_RULES} rules"));
            }
        }
    }
}
