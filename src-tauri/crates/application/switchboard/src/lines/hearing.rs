//! A hearing line: one party's tapped audio into a recogniser, its text back to the call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tandem_foundation::LegId;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::call_task::{CallMessage, Inbox};
use crate::ports::media::TappedFrame;
use crate::ports::speech::{
    ProviderError, ProviderErrorKind, Recogniser, RecogniserEvent, RecogniserInput, RecogniserSession,
};

/// Transcribes one leg until it is dropped.
#[derive(Debug)]
pub(crate) struct HearingLine {
    hints: mpsc::UnboundedSender<RecogniserInput>,
    paused: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl HearingLine {
    pub fn open(
        recogniser: Arc<dyn Recogniser>,
        session: RecogniserSession,
        leg: LegId,
        tap: mpsc::Receiver<TappedFrame>,
        inbox: Inbox,
    ) -> Self {
        let (hints, hints_in) = mpsc::unbounded_channel();
        let span = tracing::info_span!("recogniser", %leg);
        let paused = Arc::new(AtomicBool::new(false));
        let work = run(recogniser, session, leg, tap, hints_in, inbox, paused.clone());
        let task = tokio::spawn(work.instrument(span));
        Self { hints, paused, task }
    }

    /// Our detector heard voice begin or end.
    pub fn voice(&self, active: bool) {
        if !active || !self.paused.load(Ordering::Acquire) {
            let _ = self.hints.send(RecogniserInput::Voice { active });
        }
    }

    /// What is said from now on is silence to the recogniser, or is not any more.
    ///
    /// The rest of an utterance that began in a pause has no hint: it belongs to the pause.
    pub fn pause(&self, paused: bool) {
        if self.paused.swap(paused, Ordering::AcqRel) != paused && paused {
            let _ = self.hints.send(RecogniserInput::Voice { active: false });
        }
    }

    /// Have the recogniser finish what it has.
    pub fn finalise(&self) {
        let _ = self.hints.send(RecogniserInput::Finalize);
    }
}

impl Drop for HearingLine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    recogniser: Arc<dyn Recogniser>,
    session: RecogniserSession,
    leg: LegId,
    mut tap: mpsc::Receiver<TappedFrame>,
    mut hints: mpsc::UnboundedReceiver<RecogniserInput>,
    inbox: Inbox,
    paused: Arc<AtomicBool>,
) {
    let mut recognition = match recogniser.open(session).await {
        Ok(recognition) => recognition,
        Err(error) => {
            let _ = inbox.send(CallMessage::Heard { leg, event: RecogniserEvent::Failed(error) });
            return;
        }
    };
    loop {
        tokio::select! {
            // Hints overtake audio on purpose: a recogniser may begin to decode with its pre-roll.
            biased;
            Some(hint) = hints.recv() => {
                if recognition.input.send(hint).await.is_err() {
                    return ended(leg, &inbox);
                }
            }
            event = recognition.events.recv() => match event {
                Some(event) => {
                    if let RecogniserEvent::Final { words, confidence, .. } = &event {
                        tracing::debug!(words = words.len(), confidence, "final");
                    }
                    let over = matches!(event, RecogniserEvent::Failed(_));
                    drop(inbox.send(CallMessage::Heard { leg, event }));
                    if over {
                        return;
                    }
                }
                None => return ended(leg, &inbox),
            },
            frame = tap.recv() => match frame {
                Some(TappedFrame { position, mut samples, .. }) => {
                    if paused.load(Ordering::Acquire) {
                        samples.fill(0);
                    }
                    // A recogniser that cannot keep up loses audio rather than delaying the call's events.
                    let _ = recognition.input.try_send(RecogniserInput::Audio { position, samples });
                }
                None => return,
            },
        }
    }
}

/// The recogniser is gone while the party is not.
fn ended(leg: LegId, inbox: &Inbox) {
    let kind = ProviderErrorKind::Unavailable;
    let error = ProviderError::new("recogniser", "hearing a party", kind, "the session ended early");
    let _ = inbox.send(CallMessage::Heard { leg, event: RecogniserEvent::Failed(error) });
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use async_trait::async_trait;
    use tokio::sync::Mutex;

    use super::*;
    use crate::ports::speech::{ProviderError, Recognition};

    /// Hands on what it is sent.
    struct Ear(Mutex<Option<Recognition>>);

    #[async_trait]
    impl Recogniser for Ear {
        async fn open(&self, _: RecogniserSession) -> Result<Recognition, ProviderError> {
            Ok(self.0.lock().await.take().expect("opened once"))
        }
    }

    #[tokio::test]
    async fn nothing_said_in_a_pause_reaches_the_recogniser() {
        let (input, mut heard) = mpsc::channel(8);
        let (_events, events) = mpsc::channel(8);
        let ear = Ear(Mutex::new(Some(Recognition { input, events })));
        let (tap, tapped) = mpsc::channel(8);
        let (inbox, _messages) = mpsc::unbounded_channel();
        let session = RecogniserSession { language: "en".into(), sample_rate: 16_000, key_terms: vec![] };
        let line = HearingLine::open(Arc::new(ear), session, LegId(1), tapped, inbox);
        let say = |position, loud: i16| {
            let samples = vec![loud; 320].into_boxed_slice();
            tap.try_send(TappedFrame { position, at: Instant::now(), samples }).expect("room in the tap");
        };

        say(0, 1);
        assert!(
            matches!(heard.recv().await, Some(RecogniserInput::Audio { position: 0, samples }) if samples[0] == 1)
        );
        line.pause(true);
        assert!(matches!(heard.recv().await, Some(RecogniserInput::Voice { active: false })));
        line.voice(true);
        say(320, 2);
        assert!(
            matches!(heard.recv().await, Some(RecogniserInput::Audio { position: 320, samples }) if samples.iter().all(|s| *s == 0)),
            "silence of the same length, and no hint of a voice"
        );
        line.pause(false);
        say(640, 3);
        assert!(
            matches!(heard.recv().await, Some(RecogniserInput::Audio { position: 640, samples }) if samples[0] == 3)
        );
    }
}
