//! A voice line: sentences into a voice, audio straight into the room.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tandem_conversation::io::SpeechId;
use tandem_foundation::{CallId, LegId};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::call_task::{CallMessage, Inbox};
use crate::ports::media::{Media, SAMPLE_RATE, SpeechId as MediaSpeechId};
use crate::ports::speech::{ProviderError, Voice, VoiceEvent, VoiceSession, VoiceSettings};

/// Speaks sentences one after the other until it is dropped.
#[derive(Debug)]
pub(crate) struct VoiceLine {
    sentences: mpsc::UnboundedSender<Sentence>,
    /// Sentences of an older generation were cancelled.
    generation: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Sentence {
    generation: u64,
    speech: SpeechId,
    text: String,
}

struct Runner {
    media: Arc<dyn Media>,
    room: CallId,
    leg: LegId,
    generation: Arc<AtomicU64>,
    inbox: Inbox,
}

impl VoiceLine {
    pub fn open(
        voice: Arc<dyn Voice>,
        settings: VoiceSettings,
        media: Arc<dyn Media>,
        room: CallId,
        leg: LegId,
        inbox: Inbox,
    ) -> Self {
        let (sentences, mut queue) = mpsc::unbounded_channel::<Sentence>();
        let generation = Arc::new(AtomicU64::new(0));
        let runner = Runner { media, room, leg, generation: generation.clone(), inbox };
        let span = tracing::info_span!("voice");
        let work = async move {
            let mut session = None;
            while let Some(sentence) = queue.recv().await {
                if let Err(error) = runner.speak(&voice, &settings, &mut session, &sentence).await {
                    session = None;
                    runner.fail(&sentence, error);
                }
            }
        };
        let task = tokio::spawn(work.instrument(span));
        Self { sentences, generation, task }
    }

    /// Says this after what is queued already.
    pub fn speak(&self, speech: SpeechId, text: String) {
        let generation = self.generation.load(Ordering::Acquire);
        let _ = self.sentences.send(Sentence { generation, speech, text });
    }

    /// Drops everything queued or being made. What is in the room already is the media engine's to flush.
    pub fn cancel(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}

impl Drop for VoiceLine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Runner {
    async fn speak(
        &self,
        voice: &Arc<dyn Voice>,
        settings: &VoiceSettings,
        session: &mut Option<Box<dyn VoiceSession>>,
        sentence: &Sentence,
    ) -> Result<(), ProviderError> {
        if self.cancelled(sentence) {
            return Ok(());
        }
        if session.is_none() {
            *session = Some(voice.open(settings.clone()).await?);
        }
        let Some(open) = session.as_mut() else { return Ok(()) };
        let began = std::time::Instant::now();
        let mut events = open.speak(&sentence.text).await;
        let (mut samples_so_far, mut words) = (0_u64, Vec::new());
        while let Some(event) = events.recv().await {
            if self.cancelled(sentence) {
                return Ok(());
            }
            match event {
                VoiceEvent::Audio { samples, alignment } => {
                    words.extend(alignment.iter().map(|a| (a.offset, to_ms(a.sample))));
                    samples_so_far += samples.len() as u64;
                    self.to_room(sentence.speech, samples, false);
                }
                VoiceEvent::Done => break,
                VoiceEvent::Failed(error) => return Err(error),
            }
        }
        let (took_ms, length_ms) = (began.elapsed().as_millis(), to_ms(samples_so_far));
        tracing::debug!(
            speech = sentence.speech.0,
            characters = sentence.text.len(),
            length_ms,
            took_ms,
            "made"
        );
        self.to_room(sentence.speech, Vec::new(), true);
        let _ = self.inbox.send(CallMessage::VoiceReady {
            speech: sentence.speech,
            length_ms: to_ms(samples_so_far),
            words,
        });
        Ok(())
    }

    fn fail(&self, sentence: &Sentence, error: ProviderError) {
        if self.cancelled(sentence) {
            return;
        }
        // Whatever part of it is in the room may still be heard; close it so that the next sentence follows.
        self.to_room(sentence.speech, Vec::new(), true);
        let _ = self.inbox.send(CallMessage::VoiceFailed { speech: sentence.speech, error });
    }

    fn to_room(&self, speech: SpeechId, samples: Vec<i16>, last: bool) {
        self.media.speak(&self.room, self.leg, MediaSpeechId(speech.0), samples, last);
    }

    fn cancelled(&self, sentence: &Sentence) -> bool {
        self.generation.load(Ordering::Acquire) != sentence.generation
    }
}

fn to_ms(samples: u64) -> u32 {
    u32::try_from(samples * 1_000 / u64::from(SAMPLE_RATE)).unwrap_or(u32::MAX)
}
