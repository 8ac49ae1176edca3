//! whisper.cpp in this process: utterances cut by the voice detector, transcribed one after the other.
//!
//! Behind the feature `whisper`, for its library is built from source and its models are files that are not ours to
//! ship. Without the feature a provider of this kind says so when it is asked for.

#[cfg(feature = "whisper")]
mod engine;

use std::path::PathBuf;

use serde::Deserialize;

#[cfg(feature = "whisper")]
pub use engine::Whisper;

/// Which model is loaded, and how it is run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// A model's file (`ggml-base.en.bin`).
    pub model: PathBuf,
    /// Threads for one utterance.
    #[serde(default = "usual_threads")]
    pub threads: u16,
}

fn usual_threads() -> u16 {
    2
}
