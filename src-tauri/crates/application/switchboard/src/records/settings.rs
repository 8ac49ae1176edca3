//! Settings that an organisation has one of each: stored under their name, with defaults where nothing was chosen.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tandem_foundation::{AssistantId, NumberId, QueueId};

/// Settings that are stored as one value.
pub trait OrganisationSettings: Serialize + DeserializeOwned + Default {
    /// What they are stored under.
    const NAME: &'static str;
}

/// Whether calls are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingPolicy {
    #[default]
    All,
    /// From when somebody asks for it.
    OnDemand,
    Never,
}

/// Which calls of an organisation are recorded. Of several that speak of a call, the assistant's rule goes before the
/// number's and that before the organisation's; a queue's is followed from when the caller joins it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordingRules {
    pub default: RecordingPolicy,
    pub numbers: BTreeMap<NumberId, RecordingPolicy>,
    pub queues: BTreeMap<QueueId, RecordingPolicy>,
    pub assistants: BTreeMap<AssistantId, RecordingPolicy>,
    /// After a card number was heard or keyed, nothing is recorded nor written down for so long.
    pub card_pause_s: u32,
}

impl Default for RecordingRules {
    fn default() -> Self {
        Self {
            default: RecordingPolicy::All,
            numbers: BTreeMap::new(),
            queues: BTreeMap::new(),
            assistants: BTreeMap::new(),
            card_pause_s: 15,
        }
    }
}

impl OrganisationSettings for RecordingRules {
    const NAME: &'static str = "recording";
}
