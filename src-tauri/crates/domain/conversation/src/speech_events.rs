//! What the voice reports of the sentences it was given.

use std::time::Instant;

use crate::conversation::Conversation;
use crate::io::{EndReason, SpeechId};
use crate::speech::Class;
use crate::transcript::Heard;

/// With so many sentences failing in a row there is no voice.
const NO_VOICE: u32 = 4;

impl Conversation {
    pub(crate) fn speech_ready(
        &mut self,
        now: Instant,
        id: SpeechId,
        length_ms: u32,
        words: Vec<(usize, u32)>,
    ) {
        self.voice.last_event = Some(now);
        let all = self.voice.queue.iter_mut().chain(&mut self.voice.cut);
        if let Some(sentence) = all.into_iter().find(|s| s.id == id) {
            sentence.length_ms = Some(length_ms);
            sentence.words = words;
        }
    }

    pub(crate) fn speech_began(&mut self, now: Instant, id: SpeechId, at: Instant) {
        let Some(place) = self.voice.queue.iter().position(|s| s.id == id && s.given) else { return };
        self.voice.last_event = Some(now);
        // Sentences are heard in order: what stands before this one is over, even if its report was lost.
        for _ in 0..place {
            let lost = self.voice.queue[0].id;
            let whole = self.voice.queue[0].length_ms.unwrap_or(u32::MAX);
            self.speech_over(now, lost, whole, true);
        }
        let Some(sentence) = self.voice.queue.front_mut().filter(|s| s.id == id) else { return };
        if sentence.began {
            return;
        }
        sentence.began = true;
        let (line, part, class) = (sentence.line, sentence.part, sentence.class);
        self.voice.failures = 0;
        let item = self.transcript.heard(at, line, part, Heard::Playing);
        self.emit_item(item);
        if self.voice.run_began.is_none() {
            self.voice.run_began = Some(at);
            self.delay_overlap(at, class);
        }
        if class != Class::Filler {
            self.answer_audible(at, line);
        }
        self.pump(now);
    }

    pub(crate) fn speech_progress(&mut self, now: Instant, id: SpeechId, played_ms: u32) {
        let Some(sentence) = self.voice.queue.iter_mut().find(|s| s.id == id) else { return };
        self.voice.last_event = Some(now);
        sentence.played_ms = sentence.played_ms.max(played_ms);
    }

    pub(crate) fn speech_over(&mut self, now: Instant, id: SpeechId, played_ms: u32, complete: bool) {
        if self.correct_cut(now, id, played_ms, complete) {
            return;
        }
        let Some(place) = self.voice.queue.iter().position(|s| s.id == id && s.given) else { return };
        let Some(mut sentence) = self.voice.queue.remove(place) else { return };
        self.voice.last_event = Some(now);
        sentence.played_ms = sentence.played_ms.max(played_ms);
        // A voice that made no sound at all has said nothing, however complete.
        let heard = if complete && sentence.played_ms > 0 {
            self.learned.spoken(sentence.text.chars().count(), sentence.length_ms.unwrap_or_default());
            Heard::All
        } else {
            Heard::Part(self.heard_bytes(&sentence))
        };
        let item = self.transcript.heard(now, sentence.line, sentence.part, heard);
        self.emit_item(item);
        self.after_sentence(now);
    }

    /// Nothing more of this sentence will be heard: it is left out, and the next follows.
    pub(crate) fn speech_failed(&mut self, now: Instant, id: SpeechId) {
        let Some(place) = self.voice.queue.iter().position(|s| s.id == id && s.given) else { return };
        let Some(sentence) = self.voice.queue.remove(place) else { return };
        let bytes = if sentence.began { self.heard_bytes(&sentence) } else { 0 };
        let item = self.transcript.heard(now, sentence.line, sentence.part, Heard::Part(bytes));
        self.emit_item(item);
        // Its beginning may still be in the air, and the last report tells how much of it.
        self.voice.cut.push_back(sentence);
        self.voice.last_event = Some(now);
        self.voice.failures += 1;
        if self.voice.failures >= NO_VOICE && !self.voice.is_ending() {
            self.cancel_reply();
            self.cut_speech(now);
            return self.end_call(EndReason::Broken);
        }
        self.after_sentence(now);
    }

    /// The voice reports nothing of a sentence it was given: go on without it.
    pub(crate) fn speech_stalled(&mut self, now: Instant) {
        match self.voice.queue.front().map(|s| (s.id, s.given)) {
            Some((id, true)) => self.speech_failed(now, id),
            _ => self.voice.last_event = None,
        }
    }

    fn after_sentence(&mut self, now: Instant) {
        self.pump(now);
        if !self.voice.is_active() {
            self.fell_silent(now);
        }
    }

    /// The last report of a sentence that was cut: what was heard is known exactly now.
    fn correct_cut(&mut self, now: Instant, id: SpeechId, played_ms: u32, complete: bool) -> bool {
        let Some(place) = self.voice.cut.iter().position(|s| s.id == id) else { return false };
        let Some(mut sentence) = self.voice.cut.remove(place) else { return false };
        sentence.played_ms = played_ms;
        let whole = complete && sentence.length_ms.is_some_and(|length| played_ms >= length);
        let heard = if whole { Heard::All } else { Heard::Part(self.heard_bytes(&sentence)) };
        let item = self.transcript.heard(now, sentence.line, sentence.part, heard);
        self.emit_item(item);
        true
    }
}
