//! The model's reply: asked for, streamed, cut into sentences, retried once, and timed.

use std::time::{Duration, Instant};

use crate::conversation::{Conversation, Floor};
use crate::io::{Message, Output, ReplyId, Role, ToolCall};
use crate::settings::Settings;
use crate::speech::Class;
use crate::text::Splitter;
use crate::transcript::LineId;

/// Rounds of tools in one turn; a model that wants more goes in circles.
const TOOL_ROUNDS: u32 = 6;

/// A request to the model that is alive.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub id: ReplyId,
    /// The customer's words it answers, normalised.
    pub asked: String,
    pub speculative: bool,
    /// What a speculative reply said so far.
    held: String,
    held_tools: Vec<ToolCall>,
    done: bool,
    splitter: Splitter,
    line: Option<LineId>,
    retried: bool,
    first_token: Option<Instant>,
    pub last_event: Instant,
    pub called_tools: bool,
    /// Text after a transfer or a goodbye is not said.
    pub muted: bool,
}

impl Reply {
    /// Whether something of it was handed to the voice.
    pub fn has_spoken(&self) -> bool {
        self.line.is_some()
    }

    /// How long it may say nothing more.
    pub fn patience(&self, settings: &Settings) -> Duration {
        if self.first_token.is_some() { settings.model_gap } else { settings.model_patience }
    }
}

impl Conversation {
    /// Answers the turn that was just taken as over; a guess that guessed right is used.
    pub(crate) fn answer(&mut self, now: Instant, asked: &str) {
        self.fillers_said = 0;
        self.tool_rounds = 0;
        match self.reply.as_mut().filter(|reply| reply.speculative && reply.asked == asked) {
            Some(reply) => {
                reply.speculative = false;
                self.outputs.push_back(Output::Speculated { used: true });
                let (text, tools) = (std::mem::take(&mut reply.held), std::mem::take(&mut reply.held_tools));
                let (id, done) = (reply.id, reply.done);
                self.waiting_since = Some(now);
                self.note_first_token();
                if !text.is_empty() {
                    self.say_reply_text(now, &text);
                }
                for call in tools {
                    self.tool_called(now, call);
                }
                if done {
                    self.reply_done(now, id);
                }
            }
            None => self.ask(now),
        }
    }

    /// Asks the model for a reply to all that was said.
    pub(crate) fn ask(&mut self, now: Instant) {
        self.cancel_reply();
        self.waiting_since = Some(now);
        self.tools_answered = false;
        if let Some(bridge) = self.pending_bridge.take() {
            self.say_bridge(now, bridge);
        }
        let context = self.context();
        self.send_request(now, context, String::new(), false);
    }

    pub(crate) fn ask_speculatively(&mut self, now: Instant, asked: String) {
        let mut context = self.context();
        let text = self.turn.text();
        context.push(Message {
            role: Role::Customer,
            name: None,
            text,
            tool_calls: Vec::new(),
            tool_call_id: None,
        });
        self.send_request(now, context, asked, true);
    }

    fn send_request(&mut self, now: Instant, context: Vec<Message>, asked: String, speculative: bool) {
        self.last_reply += 1;
        let id = ReplyId(self.last_reply);
        self.reply = Some(Reply {
            id,
            asked,
            speculative,
            held: String::new(),
            held_tools: Vec::new(),
            done: false,
            splitter: Splitter::default(),
            line: None,
            retried: false,
            first_token: None,
            last_event: now,
            called_tools: false,
            muted: false,
        });
        self.outputs.push_back(Output::AskModel { reply: id, context, speculative });
    }

    pub(crate) fn cancel_reply(&mut self) {
        self.waiting_since = None;
        let Some(reply) = self.reply.take() else { return };
        if reply.speculative {
            self.outputs.push_back(Output::Speculated { used: false });
        }
        if !reply.done {
            self.outputs.push_back(Output::CancelModel { reply: reply.id });
        }
    }

    pub(crate) fn reply_text(&mut self, now: Instant, id: ReplyId, text: &str) {
        let Some(reply) = self.reply.as_mut().filter(|reply| reply.id == id && !reply.done) else { return };
        reply.last_event = now;
        if text.is_empty() {
            return;
        }
        reply.first_token.get_or_insert(now);
        if reply.speculative {
            reply.held.push_str(text);
        } else {
            self.note_first_token();
            self.say_reply_text(now, text);
        }
    }

    pub(crate) fn reply_tool(&mut self, now: Instant, id: ReplyId, call: ToolCall) {
        let Some(reply) = self.reply.as_mut().filter(|reply| reply.id == id && !reply.done) else { return };
        reply.last_event = now;
        reply.first_token.get_or_insert(now);
        if reply.speculative {
            reply.held_tools.push(call);
        } else {
            self.note_first_token();
            self.flush_reply(now);
            self.tool_called(now, call);
        }
    }

    pub(crate) fn reply_done(&mut self, now: Instant, id: ReplyId) {
        let Some(reply) = self.reply.as_mut().filter(|reply| reply.id == id) else { return };
        reply.done = true;
        reply.last_event = now;
        if reply.speculative {
            return;
        }
        self.flush_reply(now);
        let Some(reply) = self.reply.take() else { return };
        if !reply.has_spoken() && !reply.called_tools && !reply.muted {
            // A reply of nothing is as good as none.
            self.reply = Some(reply);
            return self.reply_broken(now);
        }
        self.broken_turns = 0;
        self.touch(now);
        if reply.called_tools {
            self.go_on_after_tools(now);
        } else {
            self.waiting_since = None;
        }
    }

    pub(crate) fn reply_failed(&mut self, now: Instant, id: ReplyId) {
        let Some(reply) = self.reply.as_mut().filter(|reply| reply.id == id) else { return };
        if reply.speculative {
            self.reply = None;
            self.outputs.push_back(Output::Speculated { used: false });
            return;
        }
        if reply.has_spoken() || reply.called_tools {
            // What was said stands; the customer is not told it twice.
            reply.done = true;
            return self.reply_done(now, id);
        }
        self.reply_broken(now);
    }

    /// The model has said nothing for too long.
    pub(crate) fn model_silent(&mut self, now: Instant) {
        if let Some(id) = self.reply.as_ref().map(|reply| reply.id) {
            self.outputs.push_back(Output::CancelModel { reply: id });
            self.reply_failed(now, id);
        }
    }

    /// Asks again once every tool has answered.
    pub(crate) fn go_on_after_tools(&mut self, now: Instant) {
        if self.reply.is_some() || self.tools_running() || !std::mem::take(&mut self.tools_answered) {
            return;
        }
        if !matches!(self.floor, Floor::Assistant) || self.is_closing() || self.transfer_announced() {
            return;
        }
        self.tool_rounds += 1;
        if self.tool_rounds > TOOL_ROUNDS {
            return self.apologise(now);
        }
        self.ask(now);
    }

    fn reply_broken(&mut self, now: Instant) {
        let Some(reply) = self.reply.take() else { return };
        if reply.retried {
            return self.apologise(now);
        }
        let context = self.context();
        self.send_request(now, context, reply.asked, false);
        if let Some(again) = &mut self.reply {
            again.retried = true;
        }
    }

    fn apologise(&mut self, now: Instant) {
        self.waiting_since = None;
        self.broken_turns += 1;
        // Who is being connected to somebody else is not given up a second time.
        if self.broken_turns >= 2 && self.transferring.is_none() {
            let line = self.settings.failure_line.clone();
            return self.give_up(now, &line);
        }
        let apology = self.settings.apology.clone();
        self.say(now, &apology, Class::Normal);
    }

    fn flush_reply(&mut self, now: Instant) {
        if let Some(rest) = self.reply.as_mut().and_then(|reply| reply.splitter.finish()) {
            self.say_sentence(now, &rest);
        }
    }

    fn say_reply_text(&mut self, now: Instant, text: &str) {
        let Some(reply) = &mut self.reply else { return };
        for sentence in reply.splitter.push(text) {
            self.say_sentence(now, &sentence);
        }
    }

    fn say_sentence(&mut self, now: Instant, sentence: &str) {
        let Some(reply) = self.reply.as_mut().filter(|reply| !reply.muted) else { return };
        self.waiting_since = None;
        let line = match reply.line {
            Some(line) => line,
            None => {
                let line =
                    self.opening_line.take().unwrap_or_else(|| self.transcript.new_line(now, None, true));
                if let Some(reply) = &mut self.reply {
                    reply.line = Some(line);
                }
                line
            }
        };
        if let Some(answered) = self.answered.as_mut().filter(|a| a.latency.first_sentence.is_none()) {
            answered.latency.first_sentence = Some(since(answered.speech_end, now));
        }
        self.say_on(now, line, sentence, Class::Normal);
    }

    fn note_first_token(&mut self) {
        let first = self.reply.as_ref().and_then(|reply| reply.first_token);
        let fresh = self.answered.as_mut().filter(|answered| answered.latency.first_token.is_none());
        if let Some((answered, first)) = fresh.zip(first) {
            answered.latency.first_token = Some(since(answered.speech_end, first));
        }
    }

    pub(crate) fn reply_is_done(&self) -> bool {
        self.reply.as_ref().is_none_or(|reply| reply.done)
    }

    /// Something of ours was heard; where it is the answer to a turn, its timeline is complete.
    pub(crate) fn answer_audible(&mut self, at: Instant, line: LineId) {
        let Some(answered) = self.answered.as_mut().filter(|a| a.audible.is_none() && !a.closed) else {
            return;
        };
        answered.audible = Some(at);
        answered.latency.first_sound = Some(since(answered.speech_end, at));
        let latency = answered.latency;
        if let Some(item) = self.transcript.line_key(line) {
            self.outputs.push_back(Output::Latency { item, latency });
        }
    }
}

fn since(from: Instant, to: Instant) -> u32 {
    u32::try_from(to.saturating_duration_since(from).as_millis()).unwrap_or(u32::MAX)
}
