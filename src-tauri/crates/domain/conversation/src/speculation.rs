//! Replies begun before the turn is surely over.

use std::time::Instant;

use crate::conversation::{Conversation, Floor};
use crate::text::normalise;

impl Conversation {
    pub(crate) fn speculation_deadline(&self) -> Option<Instant> {
        let at = self.turn.stable_at?;
        (self.turn.voice.is_none() && self.may_speculate()).then_some(at)
    }

    /// Asks the model on the text so far, unless it was asked just that.
    pub(crate) fn speculate(&mut self, now: Instant) {
        self.turn.stable_at = None;
        if !self.may_speculate() {
            return;
        }
        let asked = normalise(&self.turn.text());
        if self.reply.as_ref().is_some_and(|reply| reply.asked == asked) {
            return;
        }
        self.drop_speculation();
        self.turn.tries += 1;
        self.ask_speculatively(now, asked);
    }

    /// Drops a reply that nobody is sure to want.
    pub(crate) fn drop_speculation(&mut self) {
        if self.reply.as_ref().is_some_and(|reply| reply.speculative) {
            self.cancel_reply();
        }
    }

    fn may_speculate(&self) -> bool {
        let short = || {
            let end = self.turn.speech_end();
            let length = self.turn.started.zip(end).map(|(from, to)| to.saturating_duration_since(from));
            length.is_none_or(|length| length <= self.settings.speculative_longest)
        };
        self.settings.speculative_replies
            && matches!(self.floor, Floor::Assistant)
            && !self.is_closing()
            && !self.voice.is_active()
            && self.pending_bridge.is_none()
            && self.turn.has_text()
            && self.turn.tries < self.settings.speculative_tries
            && self.reply.as_ref().is_none_or(|reply| reply.speculative)
            && !self.tools_running()
            && short()
    }
}
