//! How a conversation ends: goodbye, opt-out, the longest call, and the end that comes from outside.

use std::time::Instant;

use crate::conversation::{Conversation, Floor, Phase};
use crate::io::{EndReason, Output};
use crate::speech::{Class, Then};

impl Conversation {
    /// Nothing is answered any more: the goodbye is being said, or was.
    pub(crate) fn is_closing(&self) -> bool {
        self.phase != Phase::Running || self.voice.is_ending()
    }

    /// Says goodbye, uninterruptible, and hangs up when it was said.
    pub(crate) fn close(&mut self, now: Instant, goodbye: &str, reason: EndReason) {
        self.waiting_since = None;
        self.say(now, goodbye, Class::Protected);
        self.then(now, Then::End(reason));
    }

    /// Drops whatever is being said or asked, says goodbye and hangs up.
    pub(crate) fn close_now(&mut self, now: Instant, goodbye: &str, reason: EndReason) {
        self.drop_everything(now);
        self.close(now, goodbye, reason);
    }

    /// The customer does not want to be called: that is written down first, whoever holds the floor.
    pub(crate) fn opt_out(&mut self, now: Instant) {
        if self.opted_out {
            return;
        }
        self.opted_out = true;
        self.outputs.push_back(Output::OptOut);
        if matches!(self.floor, Floor::Assistant) && self.phase == Phase::Running {
            let confirmation = self.settings.opt_out_confirmation.clone();
            self.close_now(now, &confirmation, EndReason::OptedOut);
        }
    }

    pub(crate) fn end_call(&mut self, reason: EndReason) {
        if self.phase != Phase::Running {
            return;
        }
        self.cancel_reply();
        self.forget_tools();
        self.phase = Phase::Leaving;
        self.outputs.push_back(Output::EndCall { reason });
    }

    /// The call is over: the record is settled and nothing more comes.
    pub(crate) fn ended(&mut self, now: Instant) {
        self.cancel_reply();
        self.voice.then = None;
        self.cut_speech(now);
        if self.turn.has_text() {
            let turn = self.take_turn();
            let key = self.put_turn(now, &turn, false);
            self.transcript.said(key);
        }
        self.finish_entry_silently(now);
        self.phase = Phase::Over;
    }

    /// Silence, and no intention to break it.
    pub(crate) fn drop_everything(&mut self, now: Instant) {
        self.cancel_reply();
        self.forget_tools();
        self.voice.then = None;
        self.cut_speech(now);
        self.unheard.clear();
        self.reply_cut = false;
        self.pending_bridge = None;
        self.opening_line = None;
        self.transferring = None;
        self.turn.waits = false;
        self.turn.stable_at = None;
        if let Some(answered) = &mut self.answered {
            answered.closed = true;
        }
    }

    pub(crate) fn longest_call_reached(&mut self, now: Instant) {
        let goodbye = self.settings.goodbye.clone();
        self.close_now(now, &goodbye, EndReason::LongestCall);
    }

    /// The warning is given between what is being said, not over it.
    pub(crate) fn speak_due_warning(&mut self, now: Instant) {
        let free =
            self.turn.is_idle() && self.reply.is_none() && !self.voice.is_active() && !self.tools_running();
        let ours = matches!(self.floor, Floor::Assistant) && !self.is_closing();
        if self.warning_due && free && ours {
            self.warning_due = false;
            let warning = self.settings.longest_call_warning_text.clone();
            self.say(now, &warning, Class::Normal);
        }
    }
}
