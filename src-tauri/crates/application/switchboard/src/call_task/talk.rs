//! The conversation of a call and the lines it runs on.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use tandem_call::Mode;
use tandem_conversation::Conversation;
use tandem_conversation::io::{Input as TalkInput, ReplyId, SpeechId};
use tandem_foundation::LegId;

use super::{CallTask, LegKind};
use crate::lines::{HearingLine, ModelLine, VoiceLine};
use crate::ports::media::{SAMPLE_RATE, SpeechId as MediaSpeechId};
use crate::ports::speech::{
    Model, ModelEvent, ProviderError, Recogniser, RecogniserEvent, RecogniserSession, SpeechProviders,
    VoiceSettings,
};
use crate::records::{Assistant, EventBody};
use crate::talk_settings;

/// The far end plays what left us about this much later (its jitter buffer): not heard yet when cut.
const FAR_BUFFER_MS: u32 = 40;

/// An assistant at work in a call.
pub(super) struct Talk {
    pub conversation: Conversation,
    pub assistant: Assistant,
    pub voice: VoiceLine,
    pub model: Arc<dyn Model>,
    pub recogniser: Arc<dyn Recogniser>,
    pub replies: HashMap<ReplyId, ModelLine>,
    pub hearing: HashMap<LegId, HearingLine>,
    /// The sentence whose sound is leaving now.
    pub playing: Option<SpeechId>,
    /// Variables of the call, grown by what was stored during it.
    pub variables: std::collections::BTreeMap<String, String>,
}

impl Talk {
    pub fn next_deadline(&self) -> Option<Instant> {
        self.conversation.next_deadline().map(|(at, _)| at)
    }
}

impl CallTask {
    /// Opens the assistant's providers while the phone still rings, so that it can speak at once.
    pub(super) fn prepare_talk(&mut self) {
        let Some((assistant, speaker)) = self.assistant.clone().zip(self.speaker) else { return };
        match self.open_talk(assistant, speaker) {
            Ok(talk) => self.talk = Some(talk),
            Err(error) => self.provider_failed(&error),
        }
    }

    /// The organisation's providers of speech and text.
    pub(super) fn providers(&self) -> Arc<dyn SpeechProviders> {
        let everyone = &self.context.ports.speech;
        everyone.of(&self.call.org).unwrap_or_else(|| everyone.clone())
    }

    pub(super) fn open_talk(&self, assistant: Assistant, speaker: LegId) -> Result<Talk, ProviderError> {
        let speech = &assistant.settings.speech;
        let providers = self.providers();
        let voice = providers.voice(speech)?;
        let settings = VoiceSettings {
            voice: speech.voice.clone(),
            language: assistant.settings.language.clone(),
            speed: speech.speed.unwrap_or(1.0),
            sample_rate: SAMPLE_RATE,
        };
        let media = self.context.ports.media.clone();
        let voice =
            VoiceLine::open(voice, settings, media, self.call.id.clone(), speaker, self.inbox.clone());
        let variables = self.call.variables.clone();
        let mut settings = talk_settings::settings(&assistant, &variables);
        if let Some(p99) = self.context.recognisers.p99(&assistant.settings) {
            settings.recogniser_p99 = p99;
        }
        Ok(Talk {
            conversation: Conversation::new(settings, Instant::now()),
            voice,
            model: providers.model(speech)?,
            recogniser: providers.recogniser(speech)?,
            replies: HashMap::new(),
            hearing: HashMap::new(),
            playing: None,
            variables,
            assistant,
        })
    }

    pub(super) fn start_hearing_customer(&mut self) {
        self.open_hearing(self.customer);
    }

    /// People are transcribed while the customer or the assistant is meant to hear them.
    pub(super) fn hear_person(&mut self, leg: LegId) {
        self.context.ports.media.watch_voice(&self.call.id, leg, true);
        self.open_hearing(leg);
    }

    fn open_hearing(&mut self, leg: LegId) {
        let Some(talk) = &mut self.talk else { return };
        let tap = self.context.ports.media.tap(&self.call.id, leg);
        let mut key_terms = talk.assistant.settings.speech.key_terms.clone();
        key_terms.extend(self.call.customer_name.iter().map(|name| name.as_str().to_owned()));
        let session = RecogniserSession {
            language: talk.assistant.settings.language.clone(),
            sample_rate: SAMPLE_RATE,
            key_terms,
        };
        let line = HearingLine::open(talk.recogniser.clone(), session, leg, tap, self.inbox.clone());
        line.pause(self.paused_until.is_some());
        talk.hearing.insert(leg, line);
    }

    pub(super) fn stop_hearing(&mut self, leg: LegId) {
        if let Some(talk) = &mut self.talk {
            talk.hearing.remove(&leg);
        }
    }

    /// Feeds the conversation, if there is one.
    pub(super) fn tell(&mut self, input: TalkInput) {
        if let Some(talk) = &mut self.talk {
            talk.conversation.handle(Instant::now(), input);
        }
    }

    pub(super) fn voice_started(&mut self, leg: LegId, at: Instant) {
        self.voiced.insert(leg, (at, at));
        self.hint_voice(leg, true);
        self.alert_voice(leg, true);
        if self.is_customer(leg) {
            self.route_voice(true);
            self.tell(TalkInput::VoiceStarted { at });
        }
    }

    pub(super) fn voice_stopped(&mut self, leg: LegId, at: Instant) {
        self.voiced.entry(leg).or_insert((at, at)).1 = at;
        self.hint_voice(leg, false);
        self.alert_voice(leg, false);
        if self.is_customer(leg) {
            self.route_voice(false);
            self.tell(TalkInput::VoiceStopped { at });
        }
    }

    fn hint_voice(&self, leg: LegId, active: bool) {
        if let Some(line) = self.talk.as_ref().and_then(|talk| talk.hearing.get(&leg)) {
            line.voice(active);
        }
    }

    pub(super) fn heard(&mut self, leg: LegId, event: RecogniserEvent) {
        if let RecogniserEvent::Failed(error) = &event {
            self.provider_failed(error);
            self.stop_hearing(leg);
            if self.is_customer(leg) {
                self.tell(TalkInput::CannotHear);
            }
            return;
        }
        match self.legs.get(&leg).cloned() {
            Some(LegKind::Customer) => self.customer_said(event),
            Some(LegKind::Person { who, .. }) => {
                let RecogniserEvent::Final { text, .. } = event else { return };
                let present = self.machine.people().find(|(other, ..)| **other == who);
                let Some((_, name, mode, _)) = present else { return };
                let (person, (start, end)) = (name.to_owned(), self.last_voice(leg));
                match mode {
                    // What a listener says to the room they sit in, and what colleagues say to each other while
                    // the customer is on hold, is nobody's business.
                    Mode::Consulted => {}
                    Mode::Floor if self.machine.customer_is_held() => {}
                    Mode::Floor | Mode::Barge => {
                        self.tell(TalkInput::PersonSaid { person, text, start, end })
                    }
                    Mode::Whisper => self.tell(TalkInput::Whispered { person, text }),
                    Mode::Listen | Mode::Offered => {}
                }
            }
            None => {}
        }
    }

    fn customer_said(&mut self, event: RecogniserEvent) {
        let input = match event {
            RecogniserEvent::Interim { text, .. } => TalkInput::Interim { text },
            RecogniserEvent::Final { text, confidence, utterance_end, .. } => {
                TalkInput::Final { text, confidence, utterance_end }
            }
            RecogniserEvent::EndOfTurn { confidence, eager } => TalkInput::EndOfTurn { confidence, eager },
            RecogniserEvent::TurnResumed => TalkInput::TurnResumed,
            RecogniserEvent::Failed(_) => return,
        };
        self.tell(input);
    }

    pub(super) fn voice_ready(&mut self, speech: SpeechId, length_ms: u32, words: Vec<(usize, u32)>) {
        self.tell(TalkInput::SpeechReady { speech, length_ms, words });
    }

    pub(super) fn voice_failed(&mut self, speech: SpeechId, error: &ProviderError) {
        self.provider_failed(error);
        self.announced(speech);
        self.tell(TalkInput::SpeechFailed { speech });
    }

    pub(super) fn speech_began(&mut self, speech: MediaSpeechId, at: Instant) {
        let speech = SpeechId(speech.0);
        if let Some(talk) = &mut self.talk {
            talk.playing = Some(speech);
        }
        self.tell(TalkInput::SpeechBegan { speech, at });
    }

    pub(super) fn speech_progress(&mut self, speech: MediaSpeechId, samples: u64) {
        let played_ms = heard_ms(samples);
        self.tell(TalkInput::SpeechProgress { speech: SpeechId(speech.0), played_ms });
    }

    pub(super) fn speech_over(&mut self, speech: MediaSpeechId, samples: u64, complete: bool, at: Instant) {
        let speech = SpeechId(speech.0);
        if let Some(talk) = &mut self.talk
            && talk.playing == Some(speech)
        {
            talk.playing = None;
        }
        let played_ms = if complete { to_ms(samples) } else { heard_ms(samples) };
        self.tell(TalkInput::SpeechOver { speech, played_ms, complete });
        if !complete {
            self.silenced(at);
        }
    }

    pub(super) fn model_event(&mut self, reply: ReplyId, event: ModelEvent) {
        let input = match event {
            ModelEvent::Text(text) => TalkInput::ReplyText { reply, text },
            ModelEvent::ToolCall(call) => TalkInput::ReplyTool {
                reply,
                call: tandem_conversation::io::ToolCall {
                    id: call.id,
                    name: call.name,
                    arguments: call.arguments.to_string(),
                },
            },
            ModelEvent::Finished { .. } => {
                self.drop_reply(reply);
                TalkInput::ReplyDone { reply }
            }
            ModelEvent::Failed { message, .. } => {
                self.drop_reply(reply);
                tracing::warn!(call = %self.call.id, "the model failed in mid-reply");
                tracing::debug!(call = %self.call.id, message, "what the model's failure said");
                TalkInput::ReplyFailed { reply }
            }
        };
        self.tell(input);
    }

    pub(super) fn model_unreachable(&mut self, reply: ReplyId, error: &ProviderError) {
        self.drop_reply(reply);
        self.provider_failed(error);
        self.tell(TalkInput::ReplyFailed { reply });
    }

    pub(super) fn tool_done(&mut self, id: String, name: String, content: String, ok: bool) {
        let at_ms = self.offset_ms(Instant::now());
        self.commit_event(EventBody::ToolUsed { name, ok, at_ms });
        self.tell(TalkInput::ToolResult { id, content, ok });
    }

    fn drop_reply(&mut self, reply: ReplyId) {
        if let Some(talk) = &mut self.talk {
            talk.replies.remove(&reply);
        }
    }

    pub(super) fn provider_failed(&mut self, error: &ProviderError) {
        tracing::warn!(call = %self.call.id, %error, "a provider failed");
        let at_ms = self.offset_ms(Instant::now());
        let (provider, operation) = (error.provider.clone(), error.operation.to_owned());
        crate::measures::provider_failed(error);
        self.commit_event(EventBody::ProviderFailed { provider, operation, at_ms });
    }
}

fn to_ms(samples: u64) -> u32 {
    u32::try_from(samples * 1_000 / u64::from(SAMPLE_RATE)).unwrap_or(u32::MAX)
}

/// What of `samples` sent the far end has played by now.
fn heard_ms(samples: u64) -> u32 {
    to_ms(samples).saturating_sub(FAR_BUFFER_MS)
}
