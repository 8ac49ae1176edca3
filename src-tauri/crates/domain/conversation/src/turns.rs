//! The customer's turn: voice begins and ends, the turn is over, and what follows.

use std::time::Instant;

use crate::conversation::{Conversation, Floor};
use crate::io::{Item, Latency, Output, Speaker};
use crate::text::{Weight, asks_for_number, contains_phrase, normalise, weigh};
use crate::turn::{Answered, Turn};

impl Conversation {
    pub(crate) fn voice_started(&mut self, now: Instant, at: Instant) {
        let at = at.min(now);
        self.wordless = None;
        if let Some(end) = self.turn.last_voice.filter(|_| self.turn.voice.is_none()) {
            self.learned.paused_within_turn(at.saturating_duration_since(end));
        }
        self.turn.voice = Some(at);
        self.turn.stable_at = None;
        self.turn.started.get_or_insert(at);
        self.touch(now);
        self.overlap_began(now, at);
    }

    pub(crate) fn voice_stopped(&mut self, now: Instant, at: Instant) {
        let Some(started) = self.turn.voice.take() else { return };
        let at = at.min(now).max(started);
        self.turn.last_voice = Some(at);
        self.turn.awaiting_final = true;
        self.touch(now);
        self.outputs.push_back(Output::FinaliseRecogniser);
        if self.turn.has_text() {
            self.turn.stable_at = Some(now + self.settings.speculative_after);
        }
        self.overlap_ended(now, started, at);
    }

    /// When the present turn is to be taken as over.
    pub(crate) fn turn_deadline(&self) -> Option<Instant> {
        if self.turn.waits || self.turn.is_idle() {
            return None;
        }
        let asked = self.transcript.last_line().is_some_and(|said| asks_for_number(&said, &self.settings));
        self.turn.deadline(&self.settings, &self.learned, asked)
    }

    pub(crate) fn end_of_turn(&mut self, now: Instant) {
        if !self.turn.has_text() {
            return self.dissolve_turn(now);
        }
        if self.voice.is_active() && matches!(self.floor, Floor::Assistant) && !self.is_unheard() {
            return self.judge_overlapping_turn(now);
        }
        let acknowledges = weigh(&self.turn.text(), &self.settings) == Weight::Acknowledgement;
        if acknowledges && !self.unheard.is_empty() {
            // It was long enough to stop us, and then it was only a long "mm-hm".
            self.ignore_turn(now);
            return self.take_up_again(now);
        }
        if acknowledges && self.is_stale() {
            return self.ignore_turn(now);
        }
        self.commit_turn(now);
    }

    /// A turn is complete while we still speak: an interruption, an acknowledgement, or something to answer later.
    fn judge_overlapping_turn(&mut self, now: Instant) {
        let text = self.turn.text();
        let nearly_done = self.remaining_speech().is_some_and(|left| left.as_millis() <= 600);
        let mut weight = weigh(&text, &self.settings);
        // A word that the recogniser itself doubts is a noise made into a word.
        let sure = self.turn.confidence.is_none_or(|confidence| confidence >= 0.5);
        if weight == Weight::OneWord && sure && self.overlap.is_some_and(|overlap| overlap.long) {
            weight = Weight::Turn;
        }
        match weight {
            Weight::Turn | Weight::Stop if self.may_interrupt(now, weight) => {
                self.interrupt(now);
                self.commit_turn(now);
            }
            // Uninterruptible words, or an answer given over our last syllables: it is answered when they are over.
            Weight::Turn | Weight::Stop => self.wait_for_silence(now),
            Weight::Acknowledgement | Weight::OneWord if nearly_done => self.wait_for_silence(now),
            _ => {
                self.ignore_turn(now);
                self.resume_speech(now);
            }
        }
    }

    fn wait_for_silence(&mut self, now: Instant) {
        self.turn.waits = true;
        self.resume_speech(now);
    }

    /// Said in the middle of what we said, its text come late.
    fn is_stale(&self) -> bool {
        let Some((end, silent)) = self.turn.last_voice.zip(self.voice.silent_since) else { return false };
        silent.saturating_duration_since(end).as_millis() > 1_000
    }

    /// Takes the turn into the record, and not for an answer.
    pub(crate) fn ignore_turn(&mut self, now: Instant) {
        let turn = self.take_turn();
        self.put_turn(now, &turn, true);
        self.clear_interim(&turn);
    }

    /// Voice without words: nothing was said.
    fn dissolve_turn(&mut self, now: Instant) {
        self.wordless = Some(self.take_turn());
        if self.voice.held || self.voice.paused {
            // The pause has its own patience; the voice may yet go on.
            return;
        }
        match self.pending_bridge.take() {
            Some(bridge) => self.bridge(now, bridge),
            None => self.take_up_again(now),
        }
    }

    /// The turn is over and is to be answered.
    pub(crate) fn commit_turn(&mut self, now: Instant) {
        let mut turn = self.take_turn();
        self.clear_interim(&turn);
        let key = self.put_turn(now, &turn, false);
        turn.key = Some(key);
        self.transcript.said(key);
        self.unheard.clear();
        self.reply_cut = false;
        self.idle.prompts = 0;
        self.touch(now);
        let ours = matches!(self.floor, Floor::Assistant);
        if self.check_opt_out(now, &turn.text()) || !ours || self.is_closing() || self.transfer_announced() {
            return;
        }
        let speech_end = turn.speech_end().unwrap_or(now);
        let after = |at: Instant| u32::try_from(at.saturating_duration_since(speech_end).as_millis()).ok();
        let latency = Latency {
            recognised: turn.recognised.and_then(after),
            committed: after(now),
            ..Latency::default()
        };
        let answered = Answered { key, turn, speech_end, audible: None, latency, closed: false };
        let asked = normalise(&answered.turn.text());
        self.answered = Some(answered);
        self.answer(now, &asked);
    }

    /// The present turn, with whatever voice goes on left to the next one.
    pub(crate) fn take_turn(&mut self) -> Turn {
        let next = Turn { voice: self.turn.voice, started: self.turn.voice, ..Turn::default() };
        std::mem::replace(&mut self.turn, next)
    }

    /// Writes the turn's item as far as it is known.
    pub(crate) fn put_turn(
        &mut self,
        now: Instant,
        turn: &Turn,
        acknowledgement: bool,
    ) -> crate::io::ItemKey {
        let key = turn.key.unwrap_or_else(|| self.transcript.new_key());
        let start = turn.started.unwrap_or(now);
        let item = self.transcript.put(Item {
            key,
            speaker: Speaker::Customer,
            name: None,
            text: turn.text(),
            intended: None,
            interrupted: false,
            acknowledgement,
            start,
            end: turn.speech_end().unwrap_or(now).max(start),
            confidence: turn.confidence,
        });
        self.emit_item(item);
        key
    }

    fn clear_interim(&mut self, turn: &Turn) {
        if turn.has_text() {
            let since = turn.started.or(turn.text_at);
            self.outputs.extend(since.map(|since| Output::CustomerInterim { text: String::new(), since }));
        }
    }

    /// Whether the customer asked not to be called; the wish is carried out at once.
    pub(crate) fn check_opt_out(&mut self, now: Instant, text: &str) -> bool {
        let asked = self.settings.opt_out_phrases.iter().any(|phrase| contains_phrase(text, phrase));
        let taken_back = self.settings.opt_out_exceptions.iter().any(|not| contains_phrase(text, not));
        if asked && !taken_back {
            self.opt_out(now);
        }
        asked && !taken_back
    }
}
