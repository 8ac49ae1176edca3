//! Repair after a false end of turn: the answer is withdrawn, the text merged, and answered once.

use std::time::Instant;

use crate::conversation::Conversation;
use crate::text::join;
use crate::turn::Answered;

impl Conversation {
    /// Whether an answer is on its way of which the customer has heard nothing.
    pub(crate) fn is_unheard(&self) -> bool {
        if !self.answered.as_ref().is_some_and(|a| !a.closed && a.audible.is_none()) {
            return false;
        }
        // A filler that is heard is our voice: speaking over it is an interruption.
        let answering = self.reply.is_some() || self.voice.is_active() || self.tools_running();
        answering && !self.voice.is_audible() && !self.is_closing()
    }

    /// Whether a voice that began at `at` was still the same turn: before the answer, or with its first sound.
    pub(crate) fn is_same_turn(&self, at: Instant) -> bool {
        if self.is_closing() {
            return false;
        }
        let window = self.settings.repair_window;
        let soon = |a: &&Answered| !a.closed && a.audible.is_some_and(|audible| at <= audible + window);
        self.is_unheard() || (self.voice.is_active() && self.answered.as_ref().filter(soon).is_some())
    }

    /// Withdraws the answer and reopens the turn it answered.
    pub(crate) fn take_back(&mut self, now: Instant) {
        let Some(answered) = self.answered.take() else { return };
        self.cancel_reply();
        let lines: Vec<_> = self.voice.queue.iter().map(|s| s.line).collect();
        self.cut_speech(now);
        for line in lines {
            self.transcript.withdraw(line);
        }
        self.unheard.clear();
        self.reply_cut = false;
        self.forget_tools();
        self.transcript.unsaid(answered.key);
        let earlier = answered.turn;
        if let (Some(end), Some(voice)) = (earlier.last_voice, self.turn.voice) {
            self.learned.paused_within_turn(voice.saturating_duration_since(end));
        }
        let later = std::mem::take(&mut self.turn);
        self.turn = crate::turn::Turn {
            key: Some(answered.key),
            started: earlier.started.or(later.started),
            voice: later.voice,
            last_voice: later.last_voice.or(earlier.last_voice),
            finals: join(&earlier.finals, &later.finals),
            // An interim is replaced by what its recogniser says next; a new one replaces the old.
            interim: if later.interim.is_empty() { earlier.interim } else { later.interim },
            confidence: later.confidence.or(earlier.confidence),
            text_at: later.text_at.or(earlier.text_at),
            awaiting_final: later.awaiting_final || earlier.awaiting_final,
            recognised: later.recognised.or(earlier.recognised),
            tries: earlier.tries,
            card: earlier.card || later.card,
            ..crate::turn::Turn::default()
        };
        // The later words may have an item of their own already; they are told in the merged one.
        if let Some(key) = later.key.filter(|key| *key != answered.key) {
            self.empty_item(now, key);
        }
    }
}
