//! The announcer: says a route's prompts, one after the other, on a leg of its own.

use std::collections::VecDeque;
use std::sync::Arc;

use tandem_audio::wav;
use tandem_conversation::io::SpeechId;
use tandem_foundation::{CallId, LegId};
use tandem_routing::{Prompt, SayId, Saying};

use super::{CallMessage, Inbox};
use crate::context::Context;
use crate::lines::VoiceLine;
use crate::ports::media::{Media, SAMPLE_RATE, SpeechId as MediaSpeechId};
use crate::ports::speech::{SpeechProviders, VoiceSettings};
use crate::records::Assistant;

/// What the announcer says has numbers that no assistant's sentence has.
const FIRST: u64 = 1 << 48;
const FADE_MS: u32 = 40;

/// What is said where a route has no words of its own.
const INVALID: &str = "Sorry, that is not one of the choices.";
const UNAVAILABLE: &str = "I am sorry, nobody can take your call at the moment. Goodbye.";
const ASK_PIN: &str = "Please enter the conference's PIN, then press the hash key.";
const WRONG_PIN: &str = "That is not the right PIN.";
const LEAVE_MESSAGE: &str =
    "Please leave a message after the tone. When you have finished, hang up or press the hash key.";

/// Says prompts into a room.
pub(super) struct Announcer {
    pub leg: LegId,
    media: Arc<dyn Media>,
    room: CallId,
    voice: Option<VoiceLine>,
    sounds: std::path::PathBuf,
    inbox: Inbox,
    queue: VecDeque<(SayId, Saying)>,
    current: Option<SayId>,
}

impl Announcer {
    /// Speaks as `like`, as the embedded voice does where there is nobody to speak like.
    pub fn open(
        context: &Context,
        providers: &Arc<dyn SpeechProviders>,
        like: Option<&Assistant>,
        room: &CallId,
        inbox: &Inbox,
    ) -> Self {
        let media = context.ports.media.clone();
        let leg = context.ports.leg_ids.next();
        media.open_speaker(room, leg);
        let speech = like.map(|assistant| assistant.settings.speech.clone()).unwrap_or_default();
        let settings = VoiceSettings {
            voice: speech.voice.clone(),
            language: language(like),
            speed: speech.speed.unwrap_or(1.0),
            sample_rate: SAMPLE_RATE,
        };
        let voice = match providers.voice(&speech) {
            Ok(voice) => {
                Some(VoiceLine::open(voice, settings, media.clone(), room.clone(), leg, inbox.clone()))
            }
            Err(error) => {
                tracing::warn!(%error, "a route has no voice");
                None
            }
        };
        let sounds = context.ports.data_dir.join("sounds");
        let (room, inbox) = (room.clone(), inbox.clone());
        Self { leg, media, room, voice, sounds, inbox, queue: VecDeque::new(), current: None }
    }

    /// Says it after what is queued.
    pub fn say(&mut self, id: SayId, what: Saying) {
        self.queue.push_back((id, what));
        if self.current.is_none() {
            self.next();
        }
    }

    /// Nothing is being said, nor about to be.
    pub fn is_silent(&self) -> bool {
        self.current.is_none()
    }

    /// Falls silent.
    pub fn stop(&mut self) {
        self.queue.clear();
        self.current = None;
        if let Some(voice) = &self.voice {
            voice.cancel();
        }
        self.media.flush_speech(&self.room, self.leg, FADE_MS);
    }

    /// A stretch of speech is over, or could not be made; whose it was, if it is what was being said.
    pub fn over(&mut self, speech: SpeechId) -> Option<SayId> {
        let id = number(speech)?;
        if self.current != Some(id) {
            return None;
        }
        self.current = None;
        self.next();
        Some(id)
    }

    fn next(&mut self) {
        let Some((id, what)) = self.queue.pop_front() else { return };
        self.current = Some(id);
        let speech = SpeechId(FIRST + id.0);
        let text = match what {
            Saying::Prompt(Prompt::Sound { sound }) => return self.play(speech, &sound),
            Saying::Prompt(Prompt::Text(text)) => text,
            Saying::Invalid => INVALID.to_owned(),
            Saying::Unavailable => UNAVAILABLE.to_owned(),
            Saying::AskPin => ASK_PIN.to_owned(),
            Saying::WrongPin => WRONG_PIN.to_owned(),
            Saying::LeaveMessage => LEAVE_MESSAGE.to_owned(),
        };
        match &self.voice {
            Some(voice) => voice.speak(speech, text),
            None => self.failed(speech),
        }
    }

    /// A sound is `sounds/NAME.wav` below the data directory, at the rate of rooms.
    fn play(&self, speech: SpeechId, name: &str) {
        let path = self.sounds.join(format!("{name}.wav"));
        let (media, room, leg, inbox) = (self.media.clone(), self.room.clone(), self.leg, self.inbox.clone());
        tokio::spawn(async move {
            let bytes = tokio::fs::read(&path).await.unwrap_or_default();
            let samples = match wav::read(&bytes) {
                Ok((format, mut channels)) if format.sample_rate == SAMPLE_RATE => channels.swap_remove(0),
                _ => {
                    tracing::warn!(path = %path.display(), "a sound is not a WAV file of 8 kHz, 16 bit");
                    let _ = inbox.send(CallMessage::Announced { speech });
                    return;
                }
            };
            media.speak(&room, leg, MediaSpeechId(speech.0), samples, true);
        });
    }

    fn failed(&self, speech: SpeechId) {
        let _ = self.inbox.send(CallMessage::Announced { speech });
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        self.media.close_leg(&self.room, self.leg);
    }
}

/// The language of an assistant; English where there is none.
pub(super) fn language(like: Option<&Assistant>) -> String {
    let own = like.map(|assistant| assistant.settings.language.clone()).filter(|own| !own.is_empty());
    own.unwrap_or_else(|| "en".to_owned())
}

/// Whether a number is one of an announcer's.
pub(super) fn is_announced(speech: SpeechId) -> bool {
    speech.0 >= FIRST
}

/// What an announcer calls this stretch of speech, where it is one's.
pub(super) fn number(speech: SpeechId) -> Option<SayId> {
    speech.0.checked_sub(FIRST).map(SayId)
}
