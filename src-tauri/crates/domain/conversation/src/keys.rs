//! Keys the customer presses: rules, entries of several digits, the opt-out key.

use std::time::Instant;

use tandem_foundation::card;

use crate::conversation::{Conversation, Floor};
use crate::io::{EndReason, Output};
use crate::settings::KeyAction;
use crate::speech::Class;
use crate::text::asks_for_number;
use crate::turn::Turn;

/// The entry being keyed in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    entry: String,
    last: Option<Instant>,
}

impl Keys {
    pub fn is_empty(&self) -> bool {
        self.entry.is_empty()
    }
}

impl Conversation {
    pub(crate) fn digit(&mut self, now: Instant, digit: char) {
        self.touch(now);
        if self.is_closing() {
            return;
        }
        if self.is_opt_out_key(digit) {
            self.put_pressed(now, &digit.to_string());
            return self.opt_out(now);
        }
        if matches!(self.floor, Floor::Assistant) && self.may_interrupt_by_key() {
            self.overlap = None;
            self.interrupt(now);
            self.unheard.clear();
            self.reply_cut = false;
        }
        if digit == '#' && !self.keys.is_empty() {
            return self.finish_entry(now);
        }
        self.keys.entry.push(digit);
        self.keys.last = Some(now);
        let entry = &self.keys.entry;
        let exact = self.settings.key_rules.iter().any(|rule| rule.digits == *entry);
        let longer = |rule: &str| rule.len() > entry.len() && rule.starts_with(entry.as_str());
        if exact && !self.settings.key_rules.iter().any(|rule| longer(&rule.digits)) {
            self.finish_entry(now);
        }
    }

    pub(crate) fn digit_gap_deadline(&self) -> Option<Instant> {
        self.keys.last.filter(|_| !self.keys.is_empty()).map(|last| last + self.settings.digit_gap)
    }

    /// The entry is complete: a rule's, or the model's to read.
    pub(crate) fn finish_entry(&mut self, now: Instant) {
        let entry = self.take_entry();
        self.put_pressed(now, &entry);
        self.idle.prompts = 0;
        self.touch(now);
        if !matches!(self.floor, Floor::Assistant) || self.is_closing() || self.transfer_announced() {
            return;
        }
        // A rule without digits takes any entry.
        let rules = &self.settings.key_rules;
        let rule = rules
            .iter()
            .find(|rule| rule.digits == entry)
            .or(rules.iter().find(|rule| rule.digits.is_empty()));
        match rule.map(|rule| rule.action.clone()) {
            None => self.ask_about_entry(now),
            Some(KeyAction::Store { variable }) => {
                self.store(variable, entry);
                self.ask_about_entry(now);
            }
            Some(KeyAction::Say(text)) => {
                self.cancel_reply();
                self.say(now, &text, Class::Normal);
            }
            Some(KeyAction::Transfer(to)) => {
                self.cancel_reply();
                self.announce_transfer(now, to);
            }
            Some(KeyAction::HangUp) => {
                let goodbye = self.settings.goodbye.clone();
                self.close_now(now, &goodbye, EndReason::Key);
            }
            Some(KeyAction::OptOut) => self.opt_out(now),
        }
    }

    /// What was keyed; a card number is not for anybody to keep.
    pub(crate) fn take_entry(&mut self) -> String {
        let entry = std::mem::take(&mut self.keys).entry;
        if card::is_card_number(&entry) { card::CARD_NUMBER.to_owned() } else { entry }
    }

    /// The call is over in the middle of an entry: it is kept, and nothing is done about it.
    pub(crate) fn finish_entry_silently(&mut self, now: Instant) {
        let entry = self.take_entry();
        if !entry.is_empty() {
            self.put_pressed(now, &entry);
        }
    }

    pub(crate) fn store(&mut self, name: String, value: String) {
        self.variables.insert(name.clone(), value.clone());
        self.outputs.push_back(Output::StoreVariable { name, value });
    }

    fn ask_about_entry(&mut self, now: Instant) {
        if let Some(answered) = &mut self.answered {
            answered.closed = true;
        }
        (self.fillers_said, self.tool_rounds) = (0, 0);
        self.forget_tools();
        self.ask(now);
    }

    fn put_pressed(&mut self, now: Instant, digits: &str) {
        let pressed = Turn {
            started: Some(now),
            last_voice: Some(now),
            finals: format!("[pressed {digits}]"),
            ..Turn::default()
        };
        let key = self.put_turn(now, &pressed, false);
        self.transcript.said(key);
    }

    /// The key that means "never again", unless it may be the first digit of a number or of a rule.
    fn is_opt_out_key(&self, digit: char) -> bool {
        let number_asked =
            || self.transcript.last_line().is_some_and(|said| asks_for_number(&said, &self.settings));
        let begins_rule = || self.settings.key_rules.iter().any(|rule| rule.digits.starts_with(digit));
        self.settings.opt_out_key == Some(digit) && self.keys.is_empty() && !begins_rule() && !number_asked()
    }

    fn may_interrupt_by_key(&self) -> bool {
        self.voice.is_active() && !matches!(self.voice.class(), Some(Class::Protected | Class::Forced))
    }
}
