//! Calls, their transcripts and recordings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tandem_foundation::{
    AssistantId, CallId, ItemId, NumberId, OrgId, Pii, QueueId, RecordingId, TrunkId, UserId,
};

use super::{Origin, UnixMs};

/// Which way a call was begun, seen from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Inbound,
    Outbound,
    /// Between two people of ours.
    Internal,
}

/// Where a call is. The last seven are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    Queued,
    Ringing,
    InProgress,
    Completed,
    Busy,
    NoAnswer,
    Declined,
    Failed,
    Cancelled,
    /// Live when the server died; its fate after that is not known.
    Interrupted,
}

impl CallStatus {
    /// As it is written everywhere (`no_answer`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Ringing => "ringing",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// No further change follows.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Ringing | Self::InProgress)
    }
}

/// Who owns the floor of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "holder", rename_all = "snake_case")]
pub enum FloorHolder {
    Nobody,
    Assistant,
    Person {
        user: UserId,
        name: String,
    },
    /// The customer was connected to an outside number.
    Outside,
    /// An assistant keeps the caller company until a person is there.
    Bridging,
}

/// One whole interaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub id: CallId,
    pub org: OrgId,
    pub direction: Direction,
    pub status: CallStatus,
    /// E.164 or SIP user part.
    pub from: Pii<String>,
    pub to: Pii<String>,
    /// The customer's name, where known.
    pub customer_name: Option<Pii<String>>,
    pub assistant: Option<AssistantId>,
    pub trunk: Option<TrunkId>,
    pub number: Option<NumberId>,
    /// Who of ours placed it themselves.
    pub placed_by: Option<UserId>,
    /// The queue for which they did.
    pub placed_for: Option<QueueId>,
    /// SIP Call-ID of the customer's leg.
    pub sip_call_id: Option<String>,
    pub floor: FloorHolder,
    /// Grows with every change of the floor; take over and hand back name the version they saw.
    pub floor_version: i64,
    pub variables: BTreeMap<String, String>,
    pub created_at: UnixMs,
    pub answered_at: Option<UnixMs>,
    pub ended_at: Option<UnixMs>,
    /// Talk time, ms.
    pub duration_ms: Option<i64>,
    /// How long the customer was on hold, ms.
    pub held_ms: i64,
    /// Who or what ended it (`customer`, `assistant`, `person`, `rtp_timeout`, `sip_486`, `restart` …).
    pub end_reason: Option<String>,
    pub outcome: Option<Outcome>,
    pub recording: Option<Recording>,
    pub latency: Option<LatencySummary>,
    /// Present where a contract's client placed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Box<Origin>>,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// `promise_to_pay`, `payment_confirmed`, `question_answered`, `transfer_requested`, `opt_out`, `voicemail`,
    /// `hung_up`, `no_speech`, `completed` … (open vocabulary).
    pub disposition: String,
    pub summary: String,
    /// `positive`, `neutral`, `negative`.
    pub sentiment: String,
    pub fields: Vec<OutcomeField>,
    /// A field failed its checks and a person should look.
    pub needs_review: bool,
}

/// An extracted value and the transcript items that show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeField {
    pub name: String,
    pub value: Value,
    pub evidence: Vec<ItemId>,
}

/// Where a call's audio is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    pub id: RecordingId,
    /// Path below the data directory.
    pub file: String,
    pub duration_ms: i64,
    /// The file is closed and plays; `state` says whether all of the call is in it.
    pub complete: bool,
    /// Absent in rows of earlier versions, whose `complete` says all.
    #[serde(default)]
    pub state: Option<RecordingState>,
    #[serde(default)]
    pub format: RecordingFormat,
    /// Length of the closed file.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// SHA-256 of the closed file, in lower-case hexadecimal.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// How far a recording came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    Recording,
    /// Silence is recorded until somebody resumes it.
    Paused,
    /// Everything but pauses is in the file.
    Complete,
    /// The disk was full or the server died: the file plays up to there.
    Incomplete,
    /// There is no file.
    NotRecorded,
}

impl RecordingState {
    /// As it is written everywhere (`not_recorded`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Paused => "paused",
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
            Self::NotRecorded => "not_recorded",
        }
    }
}

/// How recordings lie on disk; both have two channels, customer and others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingFormat {
    /// 16-bit PCM, 8 kHz: 115 MB an hour.
    #[default]
    Wav,
    /// Ogg-Opus: about 18 MB an hour.
    Ogg,
}

impl RecordingFormat {
    /// Its name, and the extension of its files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Ogg => "ogg",
        }
    }
}

impl std::str::FromStr for RecordingFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "wav" => Ok(Self::Wav),
            "ogg" => Ok(Self::Ogg),
            _ => Err("expected wav or ogg".to_owned()),
        }
    }
}

/// Medians and worst of the call's turns, ms.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct LatencySummary {
    pub turns: u32,
    /// End of the customer's speech to our first audible packet.
    pub response_p50_ms: u32,
    pub response_max_ms: u32,
}

/// Who said an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    Customer,
    Assistant,
    /// A person of ours.
    Person,
    /// A marker (floor changed, tool used, whispered instruction), not speech.
    System,
}

/// One entry of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TranscriptItem {
    pub id: ItemId,
    pub call: CallId,
    /// Position in the transcript; 1 is the first.
    pub position: i64,
    pub speaker: Speaker,
    /// The person's or assistant's name.
    pub speaker_name: Option<String>,
    /// What was said and heard.
    pub text: Pii<String>,
    /// What the assistant meant to say, where it was cut short.
    pub intended_text: Option<Pii<String>>,
    pub interrupted: bool,
    /// The customer's noise that did not count as a turn (`mm-hm` while the assistant spoke).
    pub acknowledgement: bool,
    /// Ms since the call was answered.
    pub start_ms: i64,
    pub end_ms: i64,
    pub confidence: Option<f32>,
    /// The turn's timeline, on the assistant's items.
    pub latency: Option<TurnLatency>,
}

/// One turn's timeline: ms from the end of the customer's speech.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TurnLatency {
    pub final_ms: Option<u32>,
    pub committed_ms: Option<u32>,
    pub first_token_ms: Option<u32>,
    pub first_sentence_ms: Option<u32>,
    pub first_audio_ms: Option<u32>,
    pub first_packet_ms: Option<u32>,
}
