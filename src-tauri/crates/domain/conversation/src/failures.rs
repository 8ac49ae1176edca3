//! When a provider of ours fails for good: the customer is told, and not left with an assistant who is deaf or mute.

use std::time::Instant;

use crate::conversation::{Conversation, Floor, Phase};
use crate::io::{EndReason, Output};
use crate::settings::WhenFailed;
use crate::speech::Class;

impl Conversation {
    /// No recogniser hears the customer any more. While a person holds the floor, they do.
    pub(crate) fn cannot_hear(&mut self, now: Instant) {
        self.deaf = true;
        self.leave_if_deaf(now);
    }

    pub(crate) fn leave_if_deaf(&mut self, now: Instant) {
        let ours = matches!(self.floor, Floor::Assistant) && self.phase == Phase::Running;
        let leaving = self.is_closing() || self.transfer_announced() || self.transferring.is_some();
        if !self.deaf || !ours || leaving {
            return;
        }
        self.cancel_reply();
        self.forget_tools();
        self.pending_bridge = None;
        let line = self.settings.unheard_line.clone();
        self.give_up(now, &line);
    }

    /// Tells the customer why, and does what the settings say for this case.
    pub(crate) fn give_up(&mut self, now: Instant, line: &str) {
        self.waiting_since = None;
        self.given_up = true;
        match self.settings.when_failed.clone() {
            WhenFailed::Goodbye => {
                let goodbye = format!("{line} {}", self.settings.goodbye);
                self.close(now, &goodbye, EndReason::Broken);
            }
            WhenFailed::Callback => self.call_back(now, line),
            WhenFailed::Transfer(to) => {
                self.say(now, line, Class::Protected);
                self.announce_transfer(now, to);
            }
        }
    }

    /// Says that the customer will be called back, notes it, and hangs up.
    pub(crate) fn call_back(&mut self, now: Instant, line: &str) {
        self.outputs.push_back(Output::ScheduleCallback { when: "as soon as possible".into() });
        let goodbye = format!("{line} {}", self.settings.callback_line);
        self.close(now, goodbye.trim(), EndReason::Broken);
    }
}
