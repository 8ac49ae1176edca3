//! Tool calls of the model: the built-in ones are done here, the others are run outside.

use std::time::Instant;

use crate::conversation::{Conversation, Floor};
use crate::io::{EndReason, Output, ToolCall};
use crate::speech::{Class, Then};
use crate::tools::{END_CALL, OPT_OUT, SCHEDULE_CALLBACK, SEND_DTMF, TRANSFER};

/// A tool that runs outside.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    pub id: String,
    pub since: Instant,
}

impl Conversation {
    pub(crate) fn tool_called(&mut self, now: Instant, call: ToolCall) {
        let Some(reply) = &mut self.reply else { return };
        let (same_reply, spoken, muted) = (reply.called_tools, reply.has_spoken(), reply.muted);
        reply.called_tools = true;
        self.transcript.tool_call(call.clone(), same_reply);
        if muted {
            return self
                .transcript
                .tool_result(&call.id, "not done: the call is being handed over or ended".into());
        }
        match call.name.as_str() {
            TRANSFER => match argument(&call, "to") {
                Some(_) if self.transferring.is_some() => {
                    self.done(&call, "a transfer is under way already", true)
                }
                Some(to) => {
                    self.done(&call, "the customer is being connected", false);
                    self.announce_transfer(now, to);
                }
                None => self.done(&call, "not done: say whom to connect in `to`", true),
            },
            END_CALL => {
                self.done(&call, "the call ends", false);
                self.mute_reply();
                // The model's own goodbye, said in the same reply, is goodbye enough.
                let goodbye = if spoken { String::new() } else { self.settings.goodbye.clone() };
                self.close(now, &goodbye, EndReason::AssistantEnded);
            }
            OPT_OUT => {
                self.done(&call, "the number will not be called again", false);
                self.opt_out(now);
            }
            SEND_DTMF => match argument(&call, "digits").filter(|digits| are_keys(digits)) {
                Some(digits) => {
                    self.outputs.push_back(Output::SendDtmf { digits });
                    self.done(&call, "sent", !spoken);
                }
                None => self.done(&call, "not done: `digits` takes 0-9, *, # and A-D", true),
            },
            SCHEDULE_CALLBACK => match argument(&call, "when") {
                Some(when) => {
                    self.outputs.push_back(Output::ScheduleCallback { when });
                    self.done(&call, "noted", !spoken);
                }
                None => self.done(&call, "not done: say when in `when`", true),
            },
            _ => {
                self.running.push(Running { id: call.id.clone(), since: now });
                self.waiting_since.get_or_insert(now);
                self.outputs.push_back(Output::RunTool { call });
            }
        }
    }

    pub(crate) fn tool_result(&mut self, now: Instant, id: &str, content: String, ok: bool) {
        let content = if ok { content } else { format!("failed: {content}") };
        self.transcript.tool_result(id, content);
        let Some(place) = self.running.iter().position(|running| running.id == id) else { return };
        self.running.remove(place);
        self.tools_answered = true;
        self.touch(now);
        self.go_on_after_tools(now);
    }

    pub(crate) fn tools_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// Nobody waits for what still runs; late answers go into the context and that is all.
    pub(crate) fn forget_tools(&mut self) {
        self.running.clear();
        self.tools_answered = false;
    }

    /// The oldest tool has had its time.
    pub(crate) fn tool_silent(&mut self, now: Instant) {
        if let Some(id) = self.running.first().map(|running| running.id.clone()) {
            self.tool_result(now, &id, "no answer in time".to_owned(), false);
        }
    }

    /// Says that somebody else takes over, and then lets it happen.
    pub(crate) fn announce_transfer(&mut self, now: Instant, to: String) {
        self.mute_reply();
        self.waiting_since = None;
        let announcement = self.settings.transfer_announcement.replace("{to}", &to);
        self.say(now, &announcement, Class::Protected);
        self.then(now, Then::Transfer(to));
    }

    pub(crate) fn begin_transfer(&mut self, now: Instant, to: String) {
        self.transferring = Some(now);
        self.outputs.push_back(Output::Transfer { to });
    }

    pub(crate) fn transfer_announced(&self) -> bool {
        matches!(self.voice.then, Some(Then::Transfer(_)))
    }

    /// A customer who waits for somebody is not left in dead air.
    pub(crate) fn transfer_waiting(&mut self, now: Instant) {
        self.transferring = Some(now);
        let line = self.settings.transfer_waiting_line.clone();
        if matches!(self.floor, Floor::Assistant) && !self.voice.is_active() && self.turn.voice.is_none() {
            self.say(now, &line, Class::Filler);
        }
    }

    pub(crate) fn mute_reply(&mut self) {
        if let Some(reply) = &mut self.reply {
            reply.muted = true;
        }
    }

    /// A call is answered here and now; `ask_again` where the model has more to say after it.
    fn done(&mut self, call: &ToolCall, result: &str, ask_again: bool) {
        self.transcript.tool_result(&call.id, result.to_owned());
        self.tools_answered |= ask_again;
    }
}

/// A text argument; numbers are taken as they are written.
fn argument(call: &ToolCall, name: &str) -> Option<String> {
    let arguments: serde_json::Value = serde_json::from_str(&call.arguments).ok()?;
    let text = match arguments.get(name)? {
        serde_json::Value::String(text) => text.trim().to_owned(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn are_keys(digits: &str) -> bool {
    digits.chars().all(|c| matches!(c, '0'..='9' | '*' | '#' | 'A'..='D'))
}
