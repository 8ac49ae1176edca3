//! The customer's turn as it grows, and the one that was answered last.

use std::time::{Duration, Instant};

use tandem_foundation::card;

use crate::io::{ItemKey, Latency};
use crate::learned::Learned;
use crate::settings::Settings;
use crate::text::{Ending, ending, join};

/// Recognisers that say "over" with less than this are not sure.
const SURE: f32 = 0.5;

/// What the customer is saying.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turn {
    pub key: Option<ItemKey>,
    /// First voice or first text.
    pub started: Option<Instant>,
    /// Set while there is voice.
    pub voice: Option<Instant>,
    pub last_voice: Option<Instant>,
    pub finals: String,
    pub interim: String,
    pub confidence: Option<f32>,
    /// When the text changed last.
    pub text_at: Option<Instant>,
    /// The recogniser has not yet said its last word on what was spoken.
    pub awaiting_final: bool,
    pub utterance_end: bool,
    pub score: Option<f32>,
    pub recognised: Option<Instant>,
    /// When the text will have been stable for long enough to ask the model on it.
    pub stable_at: Option<Instant>,
    pub tries: u32,
    /// Complete, and waiting until our uninterruptible words are over.
    pub waits: bool,
    /// It held a card number: no long piece of digits is kept of it.
    pub card: bool,
}

impl Turn {
    /// What was said, as it may be kept.
    pub fn text(&self) -> String {
        let text = crate::cards::hidden(&join(&self.finals, &self.interim));
        if !self.card {
            return text;
        }
        card::mask_pieces(&text).unwrap_or(text)
    }

    pub fn has_text(&self) -> bool {
        !self.finals.is_empty() || !self.interim.is_empty()
    }

    pub fn voice_or_text(&self) -> bool {
        self.voice.is_some() || self.has_text()
    }

    pub fn is_idle(&self) -> bool {
        self.started.is_none() && self.voice.is_none()
    }

    /// The end of the last voice, or of the text where the detector heard none.
    pub fn speech_end(&self) -> Option<Instant> {
        self.last_voice.or(self.text_at)
    }

    /// When this turn is to be taken as over; `None` while it cannot be.
    pub fn deadline(&self, settings: &Settings, learned: &Learned, number_asked: bool) -> Option<Instant> {
        self.started?;
        let over = self.utterance_end || self.score.is_some_and(|score| score >= SURE);
        if self.voice.is_some() {
            // Noise can keep the detector up for ever; the recogniser's word is taken when nothing more comes.
            return (over && self.has_text())
                .then(|| self.text_at.map(|at| at + settings.end_of_turn_max))
                .flatten();
        }
        let end = self.speech_end().or(self.started)?;
        let longest = settings.end_of_turn_max;
        if !self.has_text() {
            return Some(end + learned.recogniser_p99().max(settings.end_of_turn_voice_only).min(longest));
        }
        let delay = self.delay(settings, learned, number_asked, over);
        let final_by = if self.awaiting_final { learned.recogniser_p99() } else { Duration::ZERO };
        Some(end + delay.max(final_by).min(longest.max(settings.end_of_turn_min)))
    }

    fn delay(&self, settings: &Settings, learned: &Learned, number_asked: bool, over: bool) -> Duration {
        let least = learned.end_of_turn_min(settings);
        let voice_only = settings.end_of_turn_voice_only.max(least);
        match ending(&self.text(), settings) {
            Ending::Trailing => settings.end_of_turn_max,
            Ending::Digits if number_asked => voice_only + Duration::from_millis(1_500),
            Ending::Digits => voice_only + Duration::from_millis(500),
            Ending::Open if number_asked && !over => voice_only + Duration::from_millis(500),
            Ending::Complete => least,
            Ending::Open if over => least,
            Ending::Open => voice_only,
        }
    }
}

/// The turn that was answered last, kept so that the answer can be taken back.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub key: ItemKey,
    pub turn: Turn,
    pub speech_end: Instant,
    /// When the first sound of the answer left.
    pub audible: Option<Instant>,
    pub latency: Latency,
    /// Nothing that answered it can be taken back any more.
    pub closed: bool,
}
