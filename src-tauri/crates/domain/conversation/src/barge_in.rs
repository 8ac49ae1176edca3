//! The customer speaks while we do: fall silent first, decide then.
//!
//! Stage one pauses our voice after a short voiced overlap. Stage two stops it for good: on a longer one, on two
//! words that are no acknowledgement, or on a stop word. While the words of a longer one are not known yet we stay
//! paused, which sounds the same and can be taken back. What turns out to be nothing is followed by our going on.

use std::time::{Duration, Instant};

use crate::conversation::{Conversation, Floor};
use crate::speech::Class;
use crate::text::{Weight, weigh};

/// A voice over ours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Overlap {
    /// From when on it counts: not before the grace of our own speech is over.
    pub since: Instant,
    /// The customer goes on with the turn we are answering.
    pub same_turn: bool,
    /// Set once the voice has ended.
    pub ended: Option<Instant>,
    /// It lasted long enough to be an interruption, whatever single word it was.
    pub long: bool,
}

/// What of a dropped reply was not heard, to be said after all if the interruption was none.
#[derive(Debug, Clone)]
pub(crate) struct Unheard {
    pub text: String,
    pub class: Class,
}

impl Conversation {
    pub(crate) fn overlap_began(&mut self, now: Instant, at: Instant) {
        if !matches!(self.floor, Floor::Assistant) || self.is_closing() {
            return;
        }
        let same_turn = self.is_same_turn(at);
        if !same_turn && !self.voice.is_active() {
            return;
        }
        let since = if same_turn { at } else { self.grace_end().map_or(at, |end| at.max(end)) };
        self.overlap = Some(Overlap { since, same_turn, ended: None, long: false });
        if same_turn && self.is_unheard() && self.voice.class() != Some(Class::Protected) {
            // Nothing was heard yet, so waiting costs nothing.
            self.pause_speech();
        }
        self.weigh_overlap(now);
    }

    pub(crate) fn overlap_ended(&mut self, now: Instant, started: Instant, at: Instant) {
        let Some(overlap) = &mut self.overlap else { return };
        overlap.ended = Some(at);
        let voiced = at.saturating_duration_since(overlap.since.max(started));
        overlap.long = voiced >= self.settings.barge_in_commit;
        // We are silent already, and the recogniser is about to say what it was: it costs nothing to wait for that.
        if self.overlap.is_some_and(|overlap| overlap.long)
            && !self.says_nothing()
            && self.barge_in_deadline_applies()
        {
            return self.interrupt(now);
        }
        if !self.voice.held {
            self.overlap = None;
        } else {
            self.weigh_overlap(now);
        }
    }

    /// Our speech became audible while a voice was there already: its grace counts from now.
    pub(crate) fn delay_overlap(&mut self, at: Instant, class: Class) {
        let grace = self.grace(class);
        if let Some(overlap) = self.overlap.as_mut().filter(|overlap| !overlap.same_turn) {
            overlap.since = overlap.since.max(at + grace);
        }
    }

    /// Judges what was said over our voice so far.
    pub(crate) fn weigh_overlap(&mut self, now: Instant) {
        if !self.voice.is_active() || self.is_closing() || !self.turn.has_text() {
            return;
        }
        let weight = weigh(&self.turn.text(), &self.settings);
        match weight {
            Weight::Stop if self.may_interrupt(now, weight) => self.interrupt(now),
            // A lone question word may be the first of many; it counts when the turn is over.
            Weight::Turn if self.word_count() >= 2 && self.may_interrupt(now, weight) => self.interrupt(now),
            Weight::Acknowledgement
                if self.turn.voice.is_none() && self.voice.held && !self.turn.awaiting_final =>
            {
                self.end_of_turn(now);
            }
            _ => {}
        }
    }

    fn word_count(&self) -> usize {
        self.turn.text().split_whitespace().count()
    }

    /// Whether words of this weight may stop what is being said now.
    pub(crate) fn may_interrupt(&self, now: Instant, weight: Weight) -> bool {
        let stop = weight == Weight::Stop;
        match self.voice.class() {
            None | Some(Class::Protected) => false,
            Some(Class::Forced) => stop,
            Some(_) if stop || self.overlap.is_some_and(|overlap| overlap.same_turn) => true,
            Some(_) => self.grace_end().is_none_or(|end| now >= end),
        }
    }

    /// The interruption is real: our voice stops and the record is cut to what was heard.
    pub(crate) fn interrupt(&mut self, now: Instant) {
        let same_turn = self.overlap.is_some_and(|overlap| overlap.same_turn) && self.turn.voice_or_text();
        if same_turn && self.answered.as_ref().is_some_and(|answered| !answered.closed) {
            return self.take_back(now);
        }
        let streaming = self.reply.is_some();
        self.cancel_reply();
        let unheard = self.cut_speech(now);
        self.forget_tools();
        if let Some(answered) = &mut self.answered {
            answered.closed = true;
        }
        self.reply_cut = streaming;
        self.unheard = unheard.into_iter().map(|(text, class)| Unheard { text, class }).collect();
    }

    /// The interruption had no words after all: what was dropped is said.
    pub(crate) fn take_up_again(&mut self, now: Instant) {
        let unheard = std::mem::take(&mut self.unheard);
        if !matches!(self.floor, Floor::Assistant) || self.is_closing() {
            return;
        }
        if std::mem::take(&mut self.reply_cut) {
            return self.ask(now);
        }
        let line = self.transcript.new_line(now, None, true);
        for Unheard { text, class } in unheard.into_iter().filter(|unheard| unheard.class != Class::Filler) {
            self.say_on(now, line, &text, class);
        }
    }

    // ---- deadlines -----------------------------------------------------------------------------------------

    pub(crate) fn barge_in_pause_deadline(&self) -> Option<Instant> {
        let overlap = self.overlap.filter(|overlap| overlap.ended.is_none())?;
        let applies = !self.voice.held && self.voice.is_audible() && self.barge_in_deadline_applies();
        applies.then(|| overlap.since + self.settings.barge_in_pause)
    }

    pub(crate) fn barge_in_commit_deadline(&self) -> Option<Instant> {
        let overlap = self.overlap.filter(|overlap| overlap.ended.is_none())?;
        self.turn.voice?;
        if !self.barge_in_deadline_applies() {
            return None;
        }
        // The detector tells of an end only some time after it.
        let voiced = self.settings.barge_in_commit + self.settings.voice_stop_delay;
        Some(overlap.since + voiced * self.patience())
    }

    /// Our voice is paused meanwhile, so a sound whose words are not known yet, or are acknowledgements only, can be
    /// given more time: a drawn-out "mm-hm" lasts most of a second.
    fn patience(&self) -> u32 {
        if self.says_nothing() { 3 } else { 1 }
    }

    fn says_nothing(&self) -> bool {
        matches!(weigh(&self.turn.text(), &self.settings), Weight::Nothing | Weight::Acknowledgement)
    }

    pub(crate) fn false_interruption_deadline(&self) -> Option<Instant> {
        if !self.voice.held || self.turn.voice.is_some() {
            return None;
        }
        let Some(overlap) = self.overlap else { return self.voice.last_event.or(self.idle.since) };
        let ended = overlap.ended.unwrap_or(overlap.since);
        let patience = self.settings.false_interruption_resume;
        // An answer that is ready and unheard waits for the recogniser's word only.
        let patience = if overlap.same_turn { patience.min(self.learned.recogniser_p99()) } else { patience };
        Some(ended + patience)
    }

    /// Nothing came of the pause: go on.
    pub(crate) fn false_interruption(&mut self, now: Instant) {
        if self.turn.has_text() && !self.turn.waits {
            // There were words; the turn's own end decides what they were.
            self.end_of_turn(now);
        } else if !self.turn.waits {
            self.take_turn();
        }
        if self.voice.held {
            self.resume_speech(now);
        }
    }

    /// Voice alone may pause and stop what is being said now.
    fn barge_in_deadline_applies(&self) -> bool {
        matches!(self.floor, Floor::Assistant)
            && !self.is_closing()
            && self.voice.is_active()
            && !matches!(self.voice.class(), Some(Class::Protected | Class::Forced))
    }

    fn grace_end(&self) -> Option<Instant> {
        let class = self.voice.class()?;
        self.voice.run_began.map(|began| began + self.grace(class))
    }

    fn grace(&self, class: Class) -> Duration {
        match class {
            Class::Opening => self.settings.first_message_grace,
            _ => self.settings.speech_start_grace,
        }
    }
}
