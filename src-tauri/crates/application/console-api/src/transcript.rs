//! Transcripts as the API shows them.

use serde::Serialize;
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::words::Speaker;

/// A call's transcript, in order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Transcript {
    pub items: Vec<TranscriptItem>,
}

/// One entry of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TranscriptItem {
    pub id: String,
    /// Id of the call.
    pub call: String,
    /// 1 is the first.
    pub position: i64,
    pub speaker: Speaker,
    /// The person's or assistant's name.
    pub speaker_name: Option<String>,
    /// What was said and heard.
    pub text: String,
    /// What the assistant meant to say, where it was cut short.
    pub intended_text: Option<String>,
    pub interrupted: bool,
    /// A noise that did not count as a turn (`mm-hm`).
    pub acknowledgement: bool,
    /// Ms since the call was answered.
    pub start_ms: i64,
    pub end_ms: i64,
    /// 0 to 1.
    pub confidence: Option<f32>,
    /// The turn's timeline, on the assistant's items.
    pub latency: Option<TurnLatency>,
}

/// One turn's timeline: ms from the end of the customer's speech.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct TurnLatency {
    pub final_ms: Option<u32>,
    pub committed_ms: Option<u32>,
    pub first_token_ms: Option<u32>,
    pub first_sentence_ms: Option<u32>,
    pub first_audio_ms: Option<u32>,
    pub first_packet_ms: Option<u32>,
}

impl From<&records::TranscriptItem> for TranscriptItem {
    fn from(row: &records::TranscriptItem) -> Self {
        Self {
            id: row.id.to_string(),
            call: row.call.to_string(),
            position: row.position,
            speaker: row.speaker.into(),
            speaker_name: row.speaker_name.clone(),
            text: row.text.as_str().to_owned(),
            intended_text: row.intended_text.as_ref().map(|text| text.as_str().to_owned()),
            interrupted: row.interrupted,
            acknowledgement: row.acknowledgement,
            start_ms: row.start_ms,
            end_ms: row.end_ms,
            confidence: row.confidence,
            latency: row.latency.map(Into::into),
        }
    }
}

impl From<records::TurnLatency> for TurnLatency {
    fn from(row: records::TurnLatency) -> Self {
        Self {
            final_ms: row.final_ms,
            committed_ms: row.committed_ms,
            first_token_ms: row.first_token_ms,
            first_sentence_ms: row.first_sentence_ms,
            first_audio_ms: row.first_audio_ms,
            first_packet_ms: row.first_packet_ms,
        }
    }
}
