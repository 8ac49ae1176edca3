//! The floor changes hands: takeover, hand-back, a person lost, whispers, and words put into our mouth.

use std::time::Instant;

use crate::conversation::{Conversation, Floor, Phase};
use crate::io::{Item, Output, Speaker};
use crate::speech::{Class, Then};
use crate::text::sentences;

/// How the assistant takes the line up again: said first, then told to the model.
#[derive(Debug, Clone)]
pub(crate) struct Bridge {
    said: String,
    note: String,
}

impl Conversation {
    pub(crate) fn taken_over(&mut self, now: Instant, person: String) {
        if self.phase == Phase::Waiting {
            self.begin(now);
        }
        if self.phase != Phase::Running {
            return;
        }
        let given = self.voice.queue.iter().any(|sentence| sentence.given);
        self.drop_everything(now);
        if !given {
            // Silence is owed even where we believe that there is nothing to silence.
            self.outputs.push_back(Output::StopSpeech { fade_ms: self.settings.fade_out_ms });
        }
        (self.given_up, self.broken_turns) = (false, 0);
        self.finish_entry_silently(now);
        self.held_since.get_or_insert(now);
        let marker = self.transcript.marker(now, format!("{person} took over"));
        self.emit_item(marker);
        self.transcript.note(format!(
            "{person}, a colleague, has taken over the call. Stay silent until it is yours again."
        ));
        self.floor = Floor::Person;
    }

    pub(crate) fn person_said(&mut self, person: String, text: &str, start: Instant, end: Instant) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let key = self.transcript.new_key();
        let item = self.transcript.put(Item {
            key,
            speaker: Speaker::Person,
            name: Some(person),
            text: text.to_owned(),
            intended: None,
            interrupted: false,
            acknowledgement: false,
            start,
            end: end.max(start),
            confidence: None,
        });
        self.emit_item(item);
        self.transcript.said(key);
    }

    pub(crate) fn handed_back(&mut self, now: Instant, person: &str, note: Option<String>) {
        let note = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
        if let Some(note) = &note {
            self.transcript.note(format!("{person} leaves you this note, for your eyes only: {note}"));
        }
        if matches!(self.floor, Floor::Assistant) {
            return;
        }
        let marker = self.transcript.marker(now, format!("{person} handed back"));
        self.emit_item(marker);
        let said = self.settings.bridge_line.replace("{person}", person);
        let begin = if said.is_empty() {
            "Begin with one short sentence that takes up the line again".to_owned()
        } else {
            format!("You have just said: \"{said}\"")
        };
        let note = format!(
            "{person} has handed the call back to you. {begin}, then go on from what was said last. Do not greet \
             again and do not ask for what is known already."
        );
        self.take_floor(now, Bridge { said, note });
    }

    pub(crate) fn person_lost(&mut self, now: Instant, person: &str) {
        if matches!(self.floor, Floor::Assistant) {
            if self.transferring.is_some() {
                self.transfer_failed(now);
            }
            return;
        }
        let marker = self.transcript.marker(now, format!("{person} was lost"));
        self.emit_item(marker);
        let said = self.settings.resume_line.replace("{person}", person);
        let note = format!(
            "{person}'s connection was lost. The customer was told: \"{said}\" Go on from what was said last."
        );
        self.take_floor(now, Bridge { said, note });
    }

    pub(crate) fn whispered(&mut self, person: &str, text: &str) {
        self.transcript.note(format!("{person} whispers to you, unheard by the customer: {text}"));
        self.drop_speculation();
    }

    /// A supervisor's words, said now and exactly.
    pub(crate) fn force_say(&mut self, now: Instant, person: String, text: &str) {
        if !matches!(self.floor, Floor::Assistant) || self.phase != Phase::Running || text.trim().is_empty() {
            return;
        }
        // Who puts in a word wants the call to go on; a customer who asked for its end is not kept.
        let then = self.voice.then.take().filter(|then| self.opted_out || matches!(then, Then::Transfer(_)));
        let transferring = self.transferring;
        self.drop_everything(now);
        self.transferring = transferring;
        let line = self.transcript.new_line(now, Some(person), true);
        for sentence in sentences(text) {
            self.say_on(now, line, &sentence, Class::Forced);
        }
        self.voice.then = then;
        if !self.voice.is_active() {
            self.fell_silent(now);
        }
    }

    pub(crate) fn transfer_failed(&mut self, now: Instant) {
        if !matches!(self.floor, Floor::Assistant) || self.is_closing() {
            return;
        }
        self.transferring = None;
        if self.given_up {
            return self.call_back(now, "");
        }
        self.transcript
            .note("Nobody could take the call; the customer was told so. Go on helping them.".to_owned());
        let line = self.settings.transfer_failed_line.clone();
        self.say(now, &line, Class::Normal);
    }

    /// Begins a line of ours with what bridges the gap, and lets the model go on from there.
    pub(crate) fn bridge(&mut self, now: Instant, bridge: Bridge) {
        (self.fillers_said, self.tool_rounds) = (0, 0);
        self.pending_bridge = Some(bridge);
        self.ask(now);
    }

    pub(crate) fn say_bridge(&mut self, now: Instant, bridge: Bridge) {
        let line = self.transcript.new_line(now, None, true);
        self.say_on(now, line, &bridge.said, Class::Normal);
        self.opening_line = Some(line);
        self.transcript.note(bridge.note);
    }

    fn take_floor(&mut self, now: Instant, bridge: Bridge) {
        if self.phase != Phase::Running {
            return;
        }
        if self.turn.voice.is_none() && self.turn.has_text() {
            // Said to the person, so the person's answer is not repeated; the model knows it.
            self.commit_turn(now);
        }
        self.floor = Floor::Assistant;
        if let Some(held) = self.held_since.take() {
            self.held_for += now.saturating_duration_since(held);
        }
        self.touch(now);
        if self.opted_out {
            let confirmation = self.settings.opt_out_confirmation.clone();
            return self.close_now(now, &confirmation, crate::io::EndReason::OptedOut);
        }
        if self.deaf {
            return self.leave_if_deaf(now);
        }
        if self.turn.voice.is_some() {
            self.pending_bridge = Some(bridge);
        } else {
            self.bridge(now, bridge);
        }
    }
}
