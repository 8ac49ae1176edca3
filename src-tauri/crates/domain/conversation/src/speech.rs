//! Our voice: sentences that wait, are with the voice, or are being heard.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::conversation::Conversation;
use crate::io::{EndReason, Output, SpeechId};
use crate::text::{heard_bytes, sentences};
use crate::transcript::{Heard, LineId};

/// Sentences with the voice that have not begun, at most: enough to play without a gap, little to throw away.
const AHEAD: usize = 2;
/// Cut sentences whose last word from the voice may still come.
const REMEMBERED: usize = 8;

/// What kind of speech a sentence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// The first message.
    Opening,
    /// Anything the customer may interrupt.
    Normal,
    /// Said while model or tool is slow.
    Filler,
    /// Consent and legal text, transfer announcements, goodbyes: never paused.
    Protected,
    /// A supervisor's words: interrupted by a stop word only.
    Forced,
}

/// What follows once all that is queued has been said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Then {
    Transfer(String),
    End(EndReason),
}

/// One sentence.
#[derive(Debug, Clone)]
pub(crate) struct Sentence {
    pub id: SpeechId,
    pub text: String,
    pub line: LineId,
    pub part: usize,
    pub class: Class,
    pub given: bool,
    pub began: bool,
    pub played_ms: u32,
    pub length_ms: Option<u32>,
    pub words: Vec<(usize, u32)>,
}

/// The sentences of a conversation.
#[derive(Debug, Default)]
pub(crate) struct Voice {
    last_id: u64,
    /// Being heard or waiting, in order.
    pub queue: VecDeque<Sentence>,
    /// Cut, and perhaps still to be corrected by what the voice reports last.
    pub cut: VecDeque<Sentence>,
    /// `PauseSpeech` is in force.
    pub paused: bool,
    /// Nothing more is given to the voice for now.
    pub held: bool,
    /// When the present run of speech was first heard.
    pub run_began: Option<Instant>,
    /// When our last sound left.
    pub silent_since: Option<Instant>,
    pub last_event: Option<Instant>,
    pub then: Option<Then>,
    /// Sentences that failed in a row.
    pub failures: u32,
}

impl Voice {
    pub fn is_active(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Something of what is queued was heard already.
    pub fn is_audible(&self) -> bool {
        self.queue.iter().any(|sentence| sentence.began)
    }

    /// What is being heard now, or will be next.
    pub fn class(&self) -> Option<Class> {
        self.queue.front().map(|sentence| sentence.class)
    }

    pub fn is_ending(&self) -> bool {
        matches!(self.then, Some(Then::End(_)))
    }
}

impl Conversation {
    /// Says a text as a line of its own.
    pub(crate) fn say(&mut self, now: Instant, text: &str, class: Class) {
        let line = self.transcript.new_line(now, None, class != Class::Filler);
        self.say_on(now, line, text, class);
    }

    /// Says a text as the continuation of a line.
    pub(crate) fn say_on(&mut self, now: Instant, line: LineId, text: &str, class: Class) {
        for text in sentences(text) {
            self.queue_sentence(line, text, class);
        }
        self.pump(now);
    }

    fn queue_sentence(&mut self, line: LineId, text: String, class: Class) {
        self.voice.last_id += 1;
        let part = self.transcript.add_part(line, text.clone());
        self.voice.queue.push_back(Sentence {
            id: SpeechId(self.voice.last_id),
            text,
            line,
            part,
            class,
            given: false,
            began: false,
            played_ms: 0,
            length_ms: None,
            words: Vec::new(),
        });
    }

    /// Hands sentences to the voice, a few ahead of what is being heard.
    pub(crate) fn pump(&mut self, now: Instant) {
        if self.voice.paused || self.voice.held {
            return;
        }
        let ahead = self.voice.queue.iter().filter(|s| s.given && !s.began).count();
        for sentence in self.voice.queue.iter_mut().filter(|s| !s.given).take(AHEAD.saturating_sub(ahead)) {
            sentence.given = true;
            self.voice.last_event = Some(now);
            self.outputs.push_back(Output::Speak { speech: sentence.id, text: sentence.text.clone() });
        }
    }

    /// Does `then` once everything queued has been said; at once where nothing is.
    pub(crate) fn then(&mut self, now: Instant, then: Then) {
        self.voice.then = Some(then);
        for sentence in &mut self.voice.queue {
            sentence.class = Class::Protected;
        }
        if self.voice.paused || self.voice.held {
            self.resume_speech(now);
        }
        if !self.voice.is_active() {
            self.fell_silent(now);
        }
    }

    pub(crate) fn pause_speech(&mut self) {
        self.voice.held = true;
        if !self.voice.paused && self.voice.queue.iter().any(|s| s.given) {
            self.voice.paused = true;
            self.outputs.push_back(Output::PauseSpeech);
        }
    }

    pub(crate) fn resume_speech(&mut self, now: Instant) {
        self.voice.held = false;
        self.overlap = None;
        if std::mem::take(&mut self.voice.paused) {
            self.voice.last_event = Some(now);
            let rewind_ms = self.settings.resume_rewind_ms;
            self.outputs.push_back(Output::ResumeSpeech { rewind_ms });
        }
        self.pump(now);
    }

    /// Drops everything queued and cuts the record to what was heard. Answers the sentences that were dropped with
    /// what of each was not heard.
    pub(crate) fn cut_speech(&mut self, now: Instant) -> Vec<(String, Class)> {
        let mut unheard = Vec::new();
        let given = self.voice.queue.iter().any(|s| s.given);
        let dropped: Vec<Sentence> = self.voice.queue.drain(..).collect();
        let mut lines = Vec::new();
        for sentence in dropped {
            let bytes = self.heard_bytes(&sentence);
            let item = self.transcript.heard(now, sentence.line, sentence.part, Heard::Part(bytes));
            self.emit_item(item);
            if !lines.contains(&sentence.line) {
                lines.push(sentence.line);
            }
            unheard.push((sentence.text[bytes..].trim().to_owned(), sentence.class));
            if sentence.given {
                self.voice.cut.push_back(sentence);
            }
        }
        for line in lines {
            let item = self.transcript.interrupt(line);
            self.emit_item(item);
        }
        while self.voice.cut.len() > REMEMBERED {
            self.voice.cut.pop_front();
        }
        if given || self.voice.paused {
            self.outputs.push_back(Output::StopSpeech { fade_ms: self.settings.fade_out_ms });
        }
        self.overlap = None;
        self.turn.waits = false;
        (self.voice.paused, self.voice.held) = (false, false);
        if self.voice.run_began.take().is_some() {
            self.voice.silent_since = Some(now);
        }
        self.touch(now);
        unheard
    }

    pub(crate) fn heard_bytes(&self, sentence: &Sentence) -> usize {
        let length = sentence.length_ms.unwrap_or_else(|| self.learned.length_ms(&sentence.text));
        heard_bytes(&sentence.text, &sentence.words, length.max(1), sentence.played_ms)
    }

    /// How much of what is queued is still to be heard, where that is known.
    pub(crate) fn remaining_speech(&self) -> Option<Duration> {
        if self.reply.is_some() {
            return None;
        }
        let left = |s: &Sentence| s.length_ms.map(|length| length.saturating_sub(s.played_ms));
        let sum: Option<u32> = self.voice.queue.iter().map(left).sum();
        sum.map(|ms| Duration::from_millis(ms.into()))
    }

    /// Everything queued has been said or dropped.
    pub(crate) fn fell_silent(&mut self, now: Instant) {
        self.voice.held = false;
        self.overlap = None;
        if std::mem::take(&mut self.voice.paused) {
            // The last sentence ended with the pause; the next must not find the voice paused.
            self.outputs.push_back(Output::ResumeSpeech { rewind_ms: 0 });
        }
        if self.voice.run_began.take().is_some() {
            self.voice.silent_since = Some(now);
        }
        self.voice.last_event = None;
        self.touch(now);
        match self.voice.then.take() {
            Some(Then::Transfer(to)) => self.begin_transfer(now, to),
            Some(Then::End(reason)) => self.end_call(reason),
            None => {
                self.turn.waits = false;
                if self.reply.as_ref().is_some_and(|reply| !reply.speculative) {
                    // The rest of the reply is on its way, and the customer waits for it.
                    self.waiting_since.get_or_insert(now);
                }
                self.speak_due_warning(now);
            }
        }
    }
}
