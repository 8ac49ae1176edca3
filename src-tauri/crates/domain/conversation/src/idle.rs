//! Silence: prompts for a customer who says nothing, fillers while they wait for us.

use std::time::{Duration, Instant};

use crate::conversation::{Conversation, Floor};
use crate::io::EndReason;
use crate::speech::Class;

/// Voice of this length is no cough.
const A_FEW_WORDS: Duration = Duration::from_millis(600);

/// How long nothing has happened, and what was done about it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Idle {
    pub since: Option<Instant>,
    pub prompts: u32,
}

impl Conversation {
    /// Something happened: silence is counted anew.
    pub(crate) fn touch(&mut self, now: Instant) {
        self.idle.since = Some(now);
    }

    /// Nobody speaks, and nobody is about to.
    fn is_quiet(&self) -> bool {
        matches!(self.floor, Floor::Assistant)
            && !self.is_closing()
            && !self.voice.is_active()
            && self.reply.is_none()
            && !self.tools_running()
            && self.transferring.is_none()
            && self.turn.is_idle()
            && self.keys.is_empty()
    }

    pub(crate) fn idle_prompt_deadline(&self) -> Option<Instant> {
        let due = self.is_quiet() && self.idle.prompts < self.prompts();
        self.idle.since.filter(|_| due).map(|since| since + self.settings.idle_prompt_after)
    }

    pub(crate) fn idle_hang_up_deadline(&self) -> Option<Instant> {
        let due = self.is_quiet() && self.idle.prompts >= self.prompts();
        self.idle.since.filter(|_| due).map(|since| since + self.settings.idle_hang_up_after)
    }

    fn prompts(&self) -> u32 {
        if self.settings.idle_prompt_texts.is_empty() { 0 } else { self.settings.idle_prompts }
    }

    pub(crate) fn idle_prompt(&mut self, now: Instant) {
        let texts = &self.settings.idle_prompt_texts;
        let text = texts.get(self.idle.prompts as usize % texts.len().max(1)).cloned().unwrap_or_default();
        self.idle.prompts += 1;
        self.touch(now);
        self.say(now, &text, Class::Normal);
    }

    pub(crate) fn idle_hang_up(&mut self, now: Instant) {
        let goodbye = self.settings.goodbye.clone();
        self.close(now, &goodbye, EndReason::Idle);
    }

    pub(crate) fn filler_deadline(&self) -> Option<Instant> {
        let Some(waiting) = self.waiting_since else { return self.wordless_filler_deadline() };
        let waited_for = self.reply.as_ref().is_some_and(|reply| !reply.speculative) || self.tools_running();
        let silent = !self.voice.is_active() && self.turn.is_idle() && !self.voice.held;
        let ours = matches!(self.floor, Floor::Assistant) && !self.is_closing();
        if !waited_for || !silent || !ours || self.fillers_said >= self.fillers() {
            return None;
        }
        match self.last_filler.filter(|_| self.fillers_said > 0) {
            Some(last) => Some((last + self.settings.filler_every).max(waiting)),
            None => Some(self.first_filler(waiting)),
        }
    }

    /// The customer's silence began with the end of their speech, not when their turn was taken to be over.
    fn first_filler(&self, waiting: Instant) -> Instant {
        let usual = waiting + self.settings.filler_first;
        let unheard =
            self.answered.as_ref().filter(|answered| answered.audible.is_none() && !answered.closed);
        let Some(answered) = unheard else { return usual };
        let latest = answered.speech_end + self.settings.longest_silence;
        usual.min(latest.max(waiting + self.settings.filler_least))
    }

    /// Voice that no words came of yet: the next recogniser may be at work on it.
    fn wordless_filler_deadline(&self) -> Option<Instant> {
        let turn = self.wordless.as_ref().unwrap_or(&self.turn);
        let (from, end) = turn.started.zip(turn.last_voice)?;
        let spoke =
            turn.voice.is_none() && !turn.has_text() && end.saturating_duration_since(from) >= A_FEW_WORDS;
        let listening = self.turn.voice.is_none() && !self.turn.has_text() && self.reply.is_none();
        let silent = !self.voice.is_active() && self.voice.silent_since.is_none_or(|since| since < end);
        let ours =
            matches!(self.floor, Floor::Assistant) && !self.is_closing() && self.transferring.is_none();
        let due = spoke && listening && silent && ours && self.fillers_said < self.fillers();
        due.then_some(end + self.settings.longest_silence)
    }

    fn fillers(&self) -> u32 {
        if self.settings.fillers.is_empty() { 0 } else { self.settings.filler_most }
    }

    pub(crate) fn say_filler(&mut self, now: Instant) {
        let fillers = &self.settings.fillers;
        let text =
            fillers.get(self.fillers_said as usize % fillers.len().max(1)).cloned().unwrap_or_default();
        self.fillers_said += 1;
        self.last_filler = Some(now);
        self.say(now, &text, Class::Filler);
    }
}
