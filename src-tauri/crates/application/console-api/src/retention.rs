//! How long things are kept, as the API shows and takes it.

use serde::{Deserialize, Serialize};
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::check::{Check, Findings};
use crate::time::Time;

/// A century; whoever wants longer keeps it for ever.
const MOST_DAYS: u32 = 36_500;

/// How many days what is kept; `null` keeps it for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionSettings {
    #[schema(minimum = 1, maximum = 36500)]
    pub recordings_days: Option<u32>,
    /// What was said, in transcripts and in the events that report it.
    #[schema(minimum = 1, maximum = 36500)]
    pub transcripts_days: Option<u32>,
    /// Events of ended calls and of the configuration.
    #[schema(minimum = 1, maximum = 36500)]
    pub events_days: Option<u32>,
    /// SIP messages kept for fault finding.
    #[schema(minimum = 1, maximum = 36500)]
    pub sip_traces_days: Option<u32>,
}

/// The settings, what the next sweep will delete, and what the last one did.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Retention {
    pub settings: RetentionSettings,
    /// As of now; the sweep is once an hour.
    pub due: Swept,
    pub last_sweep: Option<Sweep>,
}

/// So many were deleted, or are to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Swept {
    pub recordings: u64,
    pub transcript_items: u64,
    pub events: u64,
    pub sip_messages: u64,
}

/// A sweep that was finished.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Sweep {
    pub at: Time,
    pub swept: Swept,
}

impl From<records::Swept> for Swept {
    fn from(row: records::Swept) -> Self {
        Self {
            recordings: row.recordings,
            transcript_items: row.transcript_items,
            events: row.events,
            sip_messages: row.sip_messages,
        }
    }
}

impl From<records::Sweep> for Sweep {
    fn from(row: records::Sweep) -> Self {
        Self { at: row.at.into(), swept: row.swept.into() }
    }
}

impl From<records::Retention> for RetentionSettings {
    fn from(row: records::Retention) -> Self {
        Self {
            recordings_days: row.recordings_days,
            transcripts_days: row.transcripts_days,
            events_days: row.events_days,
            sip_traces_days: row.sip_traces_days,
        }
    }
}

impl From<RetentionSettings> for records::Retention {
    fn from(wanted: RetentionSettings) -> Self {
        Self {
            recordings_days: wanted.recordings_days,
            transcripts_days: wanted.transcripts_days,
            events_days: wanted.events_days,
            sip_traces_days: wanted.sip_traces_days,
        }
    }
}

impl Check for RetentionSettings {
    fn check(&self, found: &mut Findings) {
        for (field, days) in [
            ("recordings_days", self.recordings_days),
            ("transcripts_days", self.transcripts_days),
            ("events_days", self.events_days),
            ("sip_traces_days", self.sip_traces_days),
        ] {
            if days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
                found.add(field, "1 to 36500 days, or null to keep it");
            }
        }
    }
}
