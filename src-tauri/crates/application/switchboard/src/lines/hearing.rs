//! A hearing line: one party's tapped audio into a recogniser, its text back to the call.

use std::sync::Arc;

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
        let work = run(recogniser, session, leg, tap, hints_in, inbox);
        let task = tokio::spawn(work.instrument(span));
        Self { hints, task }
    }

    /// Our detector heard voice begin or end.
    pub fn voice(&self, active: bool) {
        let _ = self.hints.send(RecogniserInput::Voice { active });
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
                Some(TappedFrame { position, samples, .. }) => {
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
