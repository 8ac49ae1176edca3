//! Carrying out what the conversation puts out.

use std::time::{Duration, Instant};

use serde_json::Value;
use tandem_call::{Input, PersonRef};
use tandem_conversation::io::{EndReason, Input as TalkInput, Latency, Message, Output, ReplyId, ToolCall};
use tandem_foundation::Pii;
use tracing::Instrument;

use super::{CallMessage, CallTask};
use crate::exchange::LiveMessage;
use crate::lines::ModelLine;
use crate::measures;
use crate::ports::speech::ModelRequest;
use crate::ports::store::{Commit, DoNotCall};
use crate::records::{EventBody, Speaker, ToolSettings};
use crate::talk_settings;

/// Give up on a model that says nothing for this long.
const FIRST_TOKEN_TIMEOUT: Duration = Duration::from_secs(8);

impl CallTask {
    pub(super) fn talk_output(&mut self, output: Output) {
        match output {
            Output::AskModel { reply, context, .. } => self.ask_model(reply, context),
            Output::CancelModel { reply } => drop(self.talk.as_mut().and_then(|t| t.replies.remove(&reply))),
            Output::Speak { speech, text } => {
                if let Some(talk) = &self.talk {
                    talk.voice.speak(speech, text);
                }
            }
            Output::PauseSpeech => self.with_speaker(|media, room, leg| media.pause_speech(room, leg)),
            Output::ResumeSpeech { rewind_ms } => {
                self.with_speaker(|media, room, leg| media.resume_speech(room, leg, rewind_ms));
            }
            Output::StopSpeech { fade_ms } => {
                if let Some(talk) = &self.talk {
                    talk.voice.cancel();
                }
                self.with_speaker(|media, room, leg| media.flush_speech(room, leg, fade_ms));
            }
            Output::FinaliseRecogniser => {
                if let Some(line) = self.talk.as_ref().and_then(|t| t.hearing.get(&self.customer)) {
                    line.finalise();
                }
            }
            Output::RunTool { call } => self.run_tool(call),
            Output::Item(item) => self.item(item),
            Output::CustomerInterim { .. } if self.is_paused() => {}
            Output::CustomerInterim { text, since } => self.context.publish(LiveMessage::Interim {
                org: self.call.org.clone(),
                call: self.call.id.clone(),
                speaker: Speaker::Customer,
                text: Pii::new(text),
                start_ms: self.offset_ms(since),
            }),
            Output::Transfer { to } => self.transfer(&to),
            Output::SendDtmf { digits } => {
                self.context.ports.media.send_dtmf(&self.call.id, self.customer, &digits)
            }
            Output::ScheduleCallback { when } => self.store_variable("callback_time".into(), when),
            Output::OptOut => self.opt_out(),
            Output::StoreVariable { name, value } => self.store_variable(name, value),
            Output::EndCall { reason } => self.assistant_ends(reason),
            Output::Latency { item, latency } => self.latency(item, latency),
            Output::RecognisedAfter { delay } => {
                if let Some(talk) = &self.talk {
                    self.context.recognisers.answered(&talk.assistant.settings, delay);
                }
            }
            Output::Speculated { used } => measures::speculated(used),
        }
    }

    fn with_speaker(
        &self,
        act: impl FnOnce(&dyn crate::ports::media::Media, &tandem_foundation::CallId, tandem_foundation::LegId),
    ) {
        if let Some(speaker) = self.speaker {
            act(self.context.ports.media.as_ref(), &self.call.id, speaker);
        }
    }

    fn ask_model(&mut self, reply: ReplyId, context: Vec<Message>) {
        let today = self.context.today(&self.call.org);
        let Some(talk) = &mut self.talk else { return };
        let speech = &talk.assistant.settings.speech;
        let request = ModelRequest {
            messages: context.into_iter().map(talk_settings::message).collect(),
            tools: talk_settings::tools(&talk.assistant),
            temperature: speech.temperature.unwrap_or(0.3),
            max_tokens: speech.max_tokens.unwrap_or(300),
            variables: talk.variables.clone(),
            today: format!("{:04}-{:02}-{:02}", today.0, today.1, today.2),
            first_token_timeout: FIRST_TOKEN_TIMEOUT,
        };
        let line = ModelLine::ask(talk.model.clone(), request, reply, self.inbox.clone());
        talk.replies.insert(reply, line);
    }

    fn run_tool(&mut self, call: ToolCall) {
        let Some(talk) = &self.talk else { return };
        let url = talk.assistant.settings.tools.iter().find_map(|tool| match tool {
            ToolSettings::Webhook { name, url, .. } if *name == call.name => Some(url.clone()),
            _ => None,
        });
        let inbox = self.inbox.clone();
        let Some(url) = url else {
            let content = format!("there is no tool named {}", call.name);
            let _ = inbox.send(CallMessage::ToolDone { id: call.id, name: call.name, content, ok: false });
            return;
        };
        let webhook = self.context.ports.webhook.clone();
        let body = serde_json::json!({
            "call_id": self.call.id,
            "tool": call.name,
            "arguments": serde_json::from_str::<Value>(&call.arguments).unwrap_or(Value::String(call.arguments)),
        });
        let span = tracing::info_span!("tool", name = %call.name);
        let work = async move {
            let (content, ok) = match webhook.post(&url, body).await {
                Ok(content) => (content, true),
                Err(error) => (error.message, false),
            };
            let _ = inbox.send(CallMessage::ToolDone { id: call.id, name: call.name, content, ok });
        };
        tokio::spawn(work.instrument(span));
    }

    /// `to` is a person (id, e-mail, phone name), `anyone`, or a number.
    fn transfer(&mut self, to: &str) {
        self.transferred = true;
        let queue = self.context.plan.read().find_queue(&self.call.org, to).map(|queue| queue.id.clone());
        if let Some(queue) = queue {
            // The assistant keeps them company until somebody is free.
            return self.join_queue(queue, std::time::Duration::ZERO, false);
        }
        let target = {
            let plan = self.context.plan.read();
            match plan.find_person(&self.call.org, to) {
                Some(user) => Some((PersonRef::User(user.id.clone()), user.name.clone())),
                None if looks_like_number(to) => {
                    Some((PersonRef::Number(Pii::from(to)), "outside".to_owned()))
                }
                None => plan
                    .people(&self.call.org)
                    .into_iter()
                    .find(|user| self.context.phones.reachable(&user.id))
                    .map(|user| (PersonRef::User(user.id.clone()), user.name.clone())),
            }
        };
        let reachable = target.as_ref().is_some_and(|(who, _)| match who {
            PersonRef::User(user) => self.context.phones.reachable(user),
            PersonRef::Number(_) => true,
        });
        match target {
            Some((who, name)) if reachable => self.input(Input::Transfer { who, name }),
            _ => self.tell(TalkInput::TransferFailed),
        }
    }

    fn store_variable(&mut self, name: String, value: String) {
        if let Some(talk) = &mut self.talk {
            talk.variables.insert(name.clone(), value.clone());
        }
        self.call.variables.insert(name, value);
        self.commit_call(EventBody::CallUpdated);
    }

    /// The row is on its way to disk before the assistant has finished its apology.
    fn opt_out(&mut self) {
        self.opted_out = true;
        let number = match self.call.direction {
            crate::records::Direction::Inbound => self.call.from.clone(),
            crate::records::Direction::Outbound | crate::records::Direction::Internal => self.call.to.clone(),
        };
        let at_ms = self.offset_ms(Instant::now());
        let row = DoNotCall {
            number,
            reason: "asked during a call".into(),
            call: Some(self.call.id.clone()),
            at: self.now(),
        };
        self.journal.commit(Commit {
            do_not_call: vec![row],
            events: vec![self.event(EventBody::OptOutRecorded { at_ms })],
            ..Commit::default()
        });
    }

    fn assistant_ends(&mut self, reason: EndReason) {
        self.end_reason = Some(
            match reason {
                EndReason::AssistantEnded => "assistant",
                EndReason::Idle => "idle",
                EndReason::LongestCall => "longest_call",
                EndReason::OptedOut => "opted_out",
                EndReason::Key => "key",
                EndReason::Broken => "assistant_failed",
            }
            .to_owned(),
        );
        self.input(Input::AssistantEnds);
    }

    fn latency(&mut self, item: tandem_conversation::io::ItemKey, latency: Latency) {
        let latency = crate::records::TurnLatency {
            final_ms: latency.recognised,
            committed_ms: latency.committed,
            first_token_ms: latency.first_token,
            first_sentence_ms: latency.first_sentence,
            first_audio_ms: latency.first_sound,
            first_packet_ms: latency.first_sound,
        };
        if let Some(talk) = &self.talk {
            measures::turn(&latency, &talk.assistant.settings.speech);
        }
        self.latencies.insert(item, latency);
        self.rewrite_item(item);
    }
}

pub(super) fn looks_like_number(to: &str) -> bool {
    let digits = to.chars().filter(char::is_ascii_digit).count();
    digits >= 5 && to.chars().all(|c| c.is_ascii_digit() || "+ -()".contains(c))
}
