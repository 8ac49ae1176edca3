//! How long an organisation keeps what was said, and what was deleted since.

use serde::{Deserialize, Serialize};

use super::UnixMs;

/// How many days to keep what; `None` keeps it for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    pub recordings_days: Option<u32>,
    /// What was said, in transcripts and in the events that report it.
    pub transcripts_days: Option<u32>,
    /// Events of ended calls and of the configuration.
    pub events_days: Option<u32>,
    /// SIP messages kept for fault finding; a week where nothing was chosen.
    pub sip_traces_days: Option<u32>,
}

/// Faults are looked for soon after they were noticed.
const SIP_TRACES_DAYS: u32 = 7;

impl Default for Retention {
    fn default() -> Self {
        Self {
            recordings_days: None,
            transcripts_days: None,
            events_days: None,
            sip_traces_days: Some(SIP_TRACES_DAYS),
        }
    }
}

/// What a sweep deleted, or would delete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    pub recordings: u64,
    pub transcript_items: u64,
    pub events: u64,
    #[serde(default)]
    pub sip_messages: u64,
}

/// A sweep that was finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sweep {
    pub at: UnixMs,
    pub swept: Swept,
}
