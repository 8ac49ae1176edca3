//! What the recogniser says: interim and final text, and its own idea of the end of a turn.

use std::time::{Duration, Instant};

use crate::conversation::{Conversation, Floor};
use crate::io::Output;
use crate::text::{join, normalise};

/// Words that come later than this after a voice are not taken for that voice's.
const LATEST_WORDS: Duration = Duration::from_secs(6);

impl Conversation {
    pub(crate) fn interim(&mut self, now: Instant, text: &str) {
        let text = text.trim();
        if text == self.turn.interim || self.is_echo_of_answered(text) {
            return;
        }
        if text.is_empty() && self.turn.is_idle() {
            return;
        }
        self.goes_on(now, text);
        self.turn.interim = text.to_owned();
        self.turn.awaiting_final = true;
        self.watch_cards(now);
        self.turn.stable_at = Some(now + self.settings.speculative_after);
        (self.turn.utterance_end, self.turn.score) = (false, None);
        self.text_changed(now);
    }

    pub(crate) fn final_text(&mut self, now: Instant, text: &str, confidence: f32, utterance_end: bool) {
        let text = text.trim();
        if self.is_late_final(now, text, confidence) {
            return;
        }
        self.recall_wordless(now);
        if let Some(end) =
            self.turn.last_voice.filter(|_| self.turn.voice.is_none() && self.turn.awaiting_final)
        {
            self.recognised_after(now.saturating_duration_since(end));
        }
        // An empty final withdraws the interim: it was noise.
        if text.is_empty() {
            self.turn.interim.clear();
            self.turn.awaiting_final = false;
            return;
        }
        self.goes_on(now, text);
        self.turn.interim.clear();
        self.turn.finals = join(&self.turn.finals, text);
        self.watch_cards(now);
        let known = self.turn.confidence.unwrap_or(1.0);
        self.turn.confidence = Some(known.min(confidence));
        self.turn.awaiting_final = false;
        self.turn.utterance_end = utterance_end;
        self.turn.recognised = Some(now);
        self.turn.stable_at = Some(now);
        if self.turn.key.is_none() {
            self.turn.key = Some(self.transcript.new_key());
        }
        self.text_changed(now);
        let turn = self.turn.clone();
        if turn.has_text() {
            self.put_turn(now, &turn, false);
            if self.check_opt_out(now, &turn.text()) {
                let turn = self.take_turn();
                let key = self.put_turn(now, &turn, false);
                self.transcript.said(key);
                self.outputs
                    .extend(turn.started.map(|since| Output::CustomerInterim { text: String::new(), since }));
            }
        }
    }

    pub(crate) fn recogniser_end_of_turn(&mut self, now: Instant, confidence: f32, eager: bool) {
        if !self.turn.has_text() {
            return;
        }
        if eager {
            self.turn.stable_at = Some(now);
            self.speculate(now);
        } else {
            self.turn.score = Some(confidence);
            self.turn.awaiting_final = false;
        }
    }

    pub(crate) fn turn_resumed(&mut self, now: Instant) {
        self.turn.score = None;
        self.turn.utterance_end = false;
        self.drop_speculation();
        if self.is_unheard() {
            self.take_back(now);
        }
    }

    /// One more figure of how long this recogniser takes.
    fn recognised_after(&mut self, delay: Duration) {
        self.learned.final_after(delay);
        self.outputs.push_back(Output::RecognisedAfter { delay });
    }

    /// Words that come after their voice was given up are its words, and the recogniser is that slow.
    fn recall_wordless(&mut self, now: Instant) {
        let Some(turn) = self.wordless.take().filter(|_| self.turn.is_idle()) else { return };
        if turn.last_voice.is_some_and(|end| now.saturating_duration_since(end) < LATEST_WORDS) {
            self.turn = turn;
        }
    }

    fn text_changed(&mut self, now: Instant) {
        self.turn.started.get_or_insert(now);
        self.turn.text_at = Some(now);
        self.turn.waits = false;
        let (text, since) = (self.turn.text(), self.turn.started.unwrap_or(now));
        self.touch(now);
        let asked = normalise(&text);
        self.outputs.push_back(Output::CustomerInterim { text, since });
        if self.reply.as_ref().is_some_and(|reply| reply.asked != asked) {
            self.drop_speculation();
        }
        if matches!(self.floor, Floor::Assistant) {
            self.weigh_overlap(now);
        }
    }

    /// Words after a turn that is being answered and of whose answer nothing was heard belong to that turn.
    fn goes_on(&mut self, now: Instant, text: &str) {
        let new = !text.is_empty() && !self.turn.has_text();
        if new && self.is_unheard() {
            self.take_back(now);
        }
    }

    /// The interim of an utterance whose turn is over already, once more.
    fn is_echo_of_answered(&self, text: &str) -> bool {
        let Some(answered) = self.answered.as_ref().filter(|a| a.turn.awaiting_final) else { return false };
        !self.turn.has_text() && normalise(&answered.turn.interim).starts_with(&normalise(text))
    }

    /// The final of an utterance that was answered on its interim: the record is corrected, and where the words
    /// differ and nothing was heard yet, the answer too.
    fn is_late_final(&mut self, now: Instant, text: &str, confidence: f32) -> bool {
        if self.turn.has_text() {
            return false;
        }
        let Some(answered) = self.answered.as_mut().filter(|a| a.turn.awaiting_final) else { return false };
        let same = normalise(text) == normalise(&answered.turn.interim);
        // Voice since then may have put more words into this final; it belongs to both then.
        if !same && self.turn.voice.is_some() {
            return false;
        }
        answered.turn.awaiting_final = false;
        if !text.is_empty() {
            answered.turn.finals = join(&answered.turn.finals, text);
            answered.turn.interim.clear();
        }
        answered.turn.confidence = Some(confidence);
        answered.turn.recognised = Some(now);
        let end = answered.turn.speech_end().unwrap_or(now);
        self.hide_in_answered(now);
        let Some(turn) = self.answered.as_ref().map(|answered| answered.turn.clone()) else { return false };
        self.recognised_after(now.saturating_duration_since(end));
        self.put_turn(now, &turn, false);
        if !same && self.is_unheard() {
            self.take_back(now);
            self.turn.text_at = Some(now);
        }
        self.check_opt_out(now, &turn.text());
        true
    }
}
