//! The audio of recordings, as other edges than the console's ask for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tandem_console_api::recordings::AudioFormat;
use tandem_switchboard::ports::recorded_audio::{AudioError, RecordedAudio};
use tandem_switchboard::records::Recording;
use tokio::sync::{Semaphore, mpsc};

use crate::convert;
use crate::handlers::recordings::below;

/// Recordings below a data directory.
#[derive(Debug, Clone)]
pub struct StoredAudio {
    data_dir: PathBuf,
    converting: Arc<Semaphore>,
}

impl StoredAudio {
    /// At most `conversions` at once; more are refused.
    pub fn new(data_dir: PathBuf, conversions: usize) -> Self {
        Self { data_dir, converting: Arc::new(Semaphore::new(conversions)) }
    }
}

#[async_trait]
impl RecordedAudio for StoredAudio {
    async fn file(&self, recording: &Recording) -> Option<PathBuf> {
        below(&self.data_dir, Path::new(&recording.file)).await.filter(|_| recording.complete)
    }

    async fn mp3(
        &self,
        recording: &Recording,
    ) -> Result<mpsc::Receiver<std::io::Result<Vec<u8>>>, AudioError> {
        if !convert::is_offered(AudioFormat::Mp3) {
            return Err(AudioError::NotOffered);
        }
        let path = self.file(recording).await.ok_or(AudioError::NotThere)?;
        let permit = self.converting.clone().try_acquire_owned().map_err(|_| AudioError::Busy)?;
        let (stored, duration_ms) = (recording.format, recording.duration_ms);
        let (pieces, stream) = mpsc::channel(8);
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut give = |piece: Vec<u8>| {
                pieces.blocking_send(Ok(piece)).map_err(|_| std::io::ErrorKind::BrokenPipe.into())
            };
            let done = convert::convert(&path, stored, duration_ms, AudioFormat::Mp3, &mut give);
            if let Err(error) = done {
                tracing::warn!(%error, "a recording was not converted to its end");
                // The length is not told before, so that the reader would take a broken end for a whole file.
                let _ = pieces.blocking_send(Err(error));
            }
        });
        Ok(stream)
    }
}
