//! The echo test: hear yourself as others would.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::loudspeaker::Speaking;
use super::microphone::Listening;
use super::{FRAME, PHONE_RATE, Sound, SoundError, keeper};

/// A microphone that has delivered too little by then is taken for missing.
const PATIENCE: Duration = Duration::from_secs(4);
/// What the card still has to play when the last frame was given to it.
const TAIL: Duration = Duration::from_millis(300);

impl Sound {
    /// Records `seconds` from the microphone and plays them back.
    ///
    /// # Errors
    /// When a device cannot be opened or delivers nothing.
    pub async fn echo_test(self: &Arc<Self>, seconds: u32) -> Result<(), SoundError> {
        // A first opening by hand, so that a missing device is an answer and not a silence.
        drop(keeper::open::<Listening>(self.choice()).await?);
        drop(keeper::open::<Speaking>(self.choice()).await?);
        let frames = (seconds as usize * PHONE_RATE as usize / FRAME).max(1);
        let (to_exchange, mut heard) = mpsc::channel(frames);
        let (speak, from_exchange) = mpsc::channel(frames);
        let _flow = self.flow(to_exchange, from_exchange);
        let recording = async {
            let mut recorded = Vec::with_capacity(frames);
            while recorded.len() < frames {
                recorded.push(heard.recv().await.ok_or(SoundError::NoDevice)?);
            }
            Ok::<_, SoundError>(recorded)
        };
        let patience = Duration::from_secs(seconds.into()) + PATIENCE;
        let recorded =
            tokio::time::timeout(patience, recording).await.map_err(|_| SoundError::NoDevice)??;
        heard.close();
        let mut clock = tokio::time::interval(Duration::from_millis(20));
        for frame in recorded {
            clock.tick().await;
            let _ = speak.try_send(frame);
        }
        tokio::time::sleep(TAIL).await;
        Ok(())
    }
}
