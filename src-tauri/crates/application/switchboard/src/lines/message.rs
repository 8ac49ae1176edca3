//! A message line: what a caller leaves after the tone, as a file and as text.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tandem_audio::wav;
use tandem_foundation::LegId;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::HearingLine;
use crate::call_task::{CallMessage, Inbox};
use crate::ports::media::{SAMPLE_RATE, TappedFrame};
use crate::ports::speech::{Recogniser, RecogniserEvent, RecogniserSession};

/// How long the last words may take to be recognised, where there were none before, and where there were.
const LAST_WORDS: (Duration, Duration) = (Duration::from_secs(6), Duration::from_millis(1_500));
/// Longer than any message may be, samples.
const LONGEST: usize = SAMPLE_RATE as usize * 660;

/// Takes a message until it is stopped or the caller is gone, then sends [`CallMessage::MessageTaken`].
#[derive(Debug)]
pub(crate) struct MessageLine {
    hearing: Option<HearingLine>,
    stop: Option<oneshot::Sender<Duration>>,
    task: JoinHandle<()>,
}

/// What was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub duration_ms: i64,
    pub transcript: String,
    /// The file is whole on disk.
    pub written: bool,
}

struct Taking {
    samples: Vec<i16>,
    words: mpsc::UnboundedReceiver<CallMessage>,
    transcript: Vec<String>,
}

impl MessageLine {
    /// `taps`: the caller's audio for the file, and again for the recogniser, if there is one.
    pub fn open(
        leg: LegId,
        tap: mpsc::Receiver<TappedFrame>,
        recogniser: Option<(Arc<dyn Recogniser>, RecogniserSession, mpsc::Receiver<TappedFrame>)>,
        path: PathBuf,
        inbox: Inbox,
    ) -> Self {
        let (words_to, words) = mpsc::unbounded_channel();
        let hearing = recogniser
            .map(|(recogniser, session, tap)| HearingLine::open(recogniser, session, leg, tap, words_to));
        let heard = hearing.is_some();
        let (stop, stopped) = oneshot::channel();
        let work = async move {
            let mut taking = Taking { samples: Vec::new(), words, transcript: Vec::new() };
            let trailing = taking.take(tap, stopped).await;
            if heard {
                taking.last_words().await;
            }
            let taken = taking.write(path, trailing).await;
            let _ = inbox.send(CallMessage::MessageTaken(taken));
        };
        let task = tokio::spawn(work.instrument(tracing::info_span!("message")));
        Self { hearing, stop: Some(stop), task }
    }

    /// The caller's voice began or ended.
    pub fn voice(&self, active: bool) {
        if let Some(hearing) = &self.hearing {
            hearing.voice(active);
        }
    }

    /// The message is over; the last `trailing` of it is silence.
    pub fn stop(&mut self, trailing: Duration) {
        if let Some(hearing) = &self.hearing {
            hearing.voice(false);
            hearing.finalise();
        }
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(trailing);
        }
    }
}

impl Drop for MessageLine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Taking {
    /// Takes audio until it is stopped or there is no more; how much of its end is silence.
    async fn take(
        &mut self,
        mut tap: mpsc::Receiver<TappedFrame>,
        mut stopped: oneshot::Receiver<Duration>,
    ) -> Duration {
        loop {
            tokio::select! {
                trailing = &mut stopped => {
                    while let Ok(frame) = tap.try_recv() {
                        self.add(&frame);
                    }
                    return trailing.unwrap_or_default();
                }
                frame = tap.recv() => match frame {
                    Some(frame) => self.add(&frame),
                    // The caller is gone; whoever stops the line then knows how the message ended.
                    None => return stopped.await.unwrap_or_default(),
                },
                Some(event) = self.words.recv() => self.heard(event),
            }
        }
    }

    /// Frames that the tap lost are silence.
    fn add(&mut self, frame: &TappedFrame) {
        let at = usize::try_from(frame.position).unwrap_or(usize::MAX);
        if at < LONGEST && at > self.samples.len() {
            self.samples.resize(at, 0);
        }
        if self.samples.len() < LONGEST {
            self.samples.extend_from_slice(&frame.samples);
        }
    }

    fn heard(&mut self, message: CallMessage) {
        if let CallMessage::Heard { event: RecogniserEvent::Final { text, .. }, .. } = message
            && !text.trim().is_empty()
        {
            self.transcript.push(text.trim().to_owned());
        }
    }

    async fn last_words(&mut self) {
        let patience = if self.transcript.is_empty() { LAST_WORDS.0 } else { LAST_WORDS.1 };
        let deadline = tokio::time::Instant::now() + patience;
        let known = self.transcript.len();
        while self.transcript.len() == known {
            match tokio::time::timeout_at(deadline, self.words.recv()).await {
                Ok(Some(CallMessage::Heard { event: RecogniserEvent::Failed(_), .. }) | None) | Err(_) => {
                    return;
                }
                Ok(Some(message)) => self.heard(message),
            }
        }
    }

    async fn write(mut self, path: PathBuf, trailing: Duration) -> Taken {
        let silent = u64::try_from(trailing.as_millis()).unwrap_or_default() * u64::from(SAMPLE_RATE) / 1_000;
        let kept = self.samples.len().saturating_sub(usize::try_from(silent).unwrap_or_default());
        self.samples.truncate(kept);
        let format = wav::Format { channels: 1, sample_rate: SAMPLE_RATE };
        let mut bytes = wav::header(format, self.samples.len() as u64).to_vec();
        bytes.extend(self.samples.iter().flat_map(|sample| sample.to_le_bytes()));
        let folder = path.parent().map(std::path::Path::to_owned).unwrap_or_default();
        let written = async {
            tokio::fs::create_dir_all(folder).await?;
            tokio::fs::write(&path, bytes).await
        };
        let written = written.await;
        if let Err(error) = &written {
            tracing::error!(%error, "a caller's message could not be written");
        }
        Taken {
            duration_ms: i64::try_from(kept as u64 * 1_000 / u64::from(SAMPLE_RATE)).unwrap_or(i64::MAX),
            transcript: self.transcript.join(" "),
            written: written.is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use async_trait::async_trait;
    use tokio::sync::Mutex;

    use super::*;
    use crate::ports::speech::{ProviderError, Recognition};

    struct Ear(Mutex<Option<Recognition>>);

    #[async_trait]
    impl Recogniser for Ear {
        async fn open(&self, _: RecogniserSession) -> Result<Recognition, ProviderError> {
            Ok(self.0.lock().await.take().expect("opened once"))
        }
    }

    fn frame(position: u64, loud: i16) -> TappedFrame {
        TappedFrame { position, at: Instant::now(), samples: vec![loud; 160].into_boxed_slice() }
    }

    #[tokio::test]
    async fn a_message_is_a_file_without_its_trailing_silence_and_its_words() {
        let folder = std::env::temp_dir().join(format!("tandem-message-{}", std::process::id()));
        let path = folder.join("recordings/vm.wav");
        let (input, mut asked) = mpsc::channel(64);
        let (events, events_out) = mpsc::channel(8);
        let ear = Arc::new(Ear(Mutex::new(Some(Recognition { input, events: events_out }))));
        let (tap, tapped) = mpsc::channel(64);
        let (_tap_2, tapped_2) = mpsc::channel(1);
        let (inbox, mut messages) = mpsc::unbounded_channel();
        let session =
            RecogniserSession { language: "en".into(), sample_rate: SAMPLE_RATE, key_terms: vec![] };
        let mut line =
            MessageLine::open(LegId(1), tapped, Some((ear, session, tapped_2)), path.clone(), inbox);
        for (position, loud) in [(0, 7), (160, 7), (480, 7), (640, 0)] {
            tap.send(frame(position, loud)).await.expect("taken");
        }
        drop(tap);
        line.stop(Duration::from_millis(20));
        // Only asked to finish does the recogniser tell what it heard.
        while !matches!(asked.recv().await, Some(crate::ports::speech::RecogniserInput::Finalize)) {}
        let text = "call me back".to_owned();
        let said = RecogniserEvent::Final { text, words: vec![], confidence: 1.0, utterance_end: true };
        events.send(said).await.expect("heard");
        let Some(CallMessage::MessageTaken(taken)) = messages.recv().await else { panic!("taken") };
        assert_eq!(taken, Taken { duration_ms: 80, transcript: "call me back".into(), written: true });
        let (format, channels) = wav::read(&std::fs::read(&path).expect("a file")).expect("WAV");
        assert_eq!((format.channels, format.sample_rate), (1, 8_000));
        assert_eq!(channels[0].len(), 640);
        assert_eq!(channels[0][330], 0, "a frame that the tap lost is silence");
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
