//! The audio of recordings, for the edges that hand it out.

use std::io;
use std::path::PathBuf;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::records::Recording;

/// Why there is no audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AudioError {
    #[error("the recording has no closed file")]
    NotThere,
    #[error("this build does not convert to MP3")]
    NotOffered,
    /// Enough conversions are under way; try again in a moment.
    #[error("enough recordings are being converted")]
    Busy,
}

/// Finds and converts the files of recordings.
#[async_trait]
pub trait RecordedAudio: Send + Sync {
    /// The closed file as it lies on disk, below the data directory.
    async fn file(&self, recording: &Recording) -> Option<PathBuf>;

    /// The whole recording as MP3, two channels, in pieces as they are made. Dropping the receiver ends the work.
    ///
    /// # Errors
    /// See [`AudioError`].
    async fn mp3(&self, recording: &Recording) -> Result<mpsc::Receiver<io::Result<Vec<u8>>>, AudioError>;
}
