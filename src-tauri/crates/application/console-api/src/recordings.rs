//! A call's recording as the API shows it, and how to ask for it.

use serde::{Deserialize, Serialize};
use tandem_foundation::{CallId, ConferenceId};
use tandem_switchboard::records;
use utoipa::{IntoParams, ToSchema};

use crate::check::{Check, Findings};

/// A call's audio in two channels: customer left, our side right.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Recording {
    pub id: String,
    pub duration_ms: i64,
    /// The file is closed and plays; `state` says whether all of the call is in it.
    pub complete: bool,
    pub state: RecordingState,
    /// How it lies on disk.
    pub format: AudioFormat,
    /// Length of the closed file.
    pub bytes: Option<u64>,
    /// SHA-256 of the closed file, in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Path on this server.
    pub url: String,
}

/// How far a recording came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
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

/// A format of sound files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AudioFormat {
    Wav,
    Ogg,
    Mp3,
}

impl AudioFormat {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Ogg => "audio/ogg",
            Self::Mp3 => "audio/mpeg",
        }
    }
}

/// What to send of a recording.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecordingQuery {
    /// The format; where absent the one that `Accept` names, else the one on disk, which alone has ranges.
    #[param(inline)]
    pub format: Option<AudioFormat>,
}

impl Check for RecordingQuery {
    fn check(&self, _found: &mut Findings) {}
}

impl Recording {
    /// The recording of a call.
    pub fn new(row: &records::Recording, call: &CallId) -> Self {
        Self::at(row, format!("/api/v1/calls/{call}/recording"))
    }

    /// A recording of a conference.
    pub fn of_conference(row: &records::Recording, conference: &ConferenceId) -> Self {
        Self::at(row, format!("/api/v1/conferences/{conference}/recording?recording={}", row.id))
    }

    fn at(row: &records::Recording, url: String) -> Self {
        let before = if row.complete { RecordingState::Complete } else { RecordingState::Incomplete };
        Self {
            id: row.id.to_string(),
            duration_ms: row.duration_ms,
            complete: row.complete,
            state: row.state.map_or(before, Into::into),
            format: row.format.into(),
            bytes: row.bytes,
            sha256: row.sha256.clone(),
            url,
        }
    }
}

impl From<records::RecordingState> for RecordingState {
    fn from(state: records::RecordingState) -> Self {
        match state {
            records::RecordingState::Recording => Self::Recording,
            records::RecordingState::Paused => Self::Paused,
            records::RecordingState::Complete => Self::Complete,
            records::RecordingState::Incomplete => Self::Incomplete,
            records::RecordingState::NotRecorded => Self::NotRecorded,
        }
    }
}

impl From<records::RecordingFormat> for AudioFormat {
    fn from(format: records::RecordingFormat) -> Self {
        match format {
            records::RecordingFormat::Wav => Self::Wav,
            records::RecordingFormat::Ogg => Self::Ogg,
        }
    }
}
