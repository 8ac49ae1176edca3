//! Carrying out what the matcher puts out: calls are told, and it is written down.

use std::time::Instant;

use tandem_foundation::CallId;
use tandem_queue::{AgentRef, Input, Output, Why, Withdrawn};

use super::floor::{Floor, millis};
use super::order::QueueNews;
use super::settings;
use crate::call_task::CallMessage;
use crate::journal::event;
use crate::ports::store::Commit;
use crate::records::{EventBody, MemberRef, Presence};

/// The break of somebody who let an offer ring.
const NO_ANSWER: &str = "no_answer";

impl Floor {
    /// Until the matcher is silent; then what changed of the agents is told.
    pub(super) fn drain(&mut self, now: Instant) {
        while let Some(output) = self.matcher.poll_output() {
            self.output(now, output);
        }
        self.tell_states(now);
        self.by = None;
    }

    fn output(&mut self, now: Instant, output: Output) {
        match output {
            Output::Offer { offer, caller, agent, queue, .. } => {
                let to = settings::member(&agent);
                self.offers.insert(offer, (caller.clone(), queue.clone(), to.clone()));
                self.note(&caller, EventBody::QueueOffered { queue, to: to.clone() });
                let name = self.name(&to);
                self.begin_callback(&caller);
                let told = self.tell(&caller, QueueNews::Offer { offer, to, name });
                match agent {
                    _ if !told => self.gone(now, &caller),
                    // An assistant is there at once.
                    AgentRef::Assistant(_) => {
                        let _ = self.matcher.handle(now, Input::Answered { offer });
                    }
                    AgentRef::Person(_) => {}
                }
            }
            Output::Withdraw { offer, caller, why, .. } => {
                let Some((_, queue, to)) = self.offers.remove(&offer) else { return };
                let why = withdrawn(why).to_owned();
                self.note(&caller, EventBody::QueueOfferEnded { queue, to: to.clone(), why });
                self.tell(&caller, QueueNews::Withdrawn { offer, to });
            }
            Output::Connect { offer, caller, agent, queue, waited, .. } => {
                let to = settings::member(&agent);
                self.offers.remove(&offer);
                self.waiting.remove(&caller);
                if let MemberRef::Person { user } = &to {
                    self.calls.entry(user.clone()).or_default().push(caller.clone());
                } else {
                    self.assisted.push((agent.clone(), caller.clone()));
                }
                let waited_ms = millis(waited);
                self.note(&caller, EventBody::QueueAnswered { queue, by: to.clone(), waited_ms });
                if !self.tell(&caller, QueueNews::Yours { offer, to }) {
                    self.forget_call(now, &agent, &caller);
                }
            }
            Output::AutoPaused { agent: AgentRef::Person(user) } => {
                self.put_presence(now, &user, Presence::Paused { reason: NO_ANSWER.into() });
            }
            Output::Elsewhere { caller, .. } if self.callback_has_no_queue(&caller) => {
                self.waiting.remove(&caller);
            }
            Output::Elsewhere { caller, queue, why } => {
                let since = self.waiting.remove(&caller).map_or(now, |(_, since)| since);
                let (why, waited) = (elsewhere(why), now.saturating_duration_since(since));
                let left =
                    EventBody::QueueLeft { queue: queue.clone(), why: why.into(), waited_ms: millis(waited) };
                self.note(&caller, left);
                self.tell(&caller, QueueNews::Elsewhere { queue, why, waited });
            }
            Output::Announce { caller, position, estimate, .. } => {
                self.tell(&caller, QueueNews::Announce { position, estimate });
            }
            // Seen in what the agents are at.
            Output::WrapUp { .. } | Output::WrappedUp { .. } | Output::AutoPaused { .. } => {}
        }
    }

    /// The call ended while this was on its way.
    fn gone(&mut self, now: Instant, caller: &CallId) {
        self.waiting.remove(caller);
        let _ = self.matcher.handle(now, Input::Leave { caller: caller.clone() });
    }

    pub(super) fn forget_call(&mut self, now: Instant, agent: &AgentRef, call: &CallId) {
        if let AgentRef::Person(user) = agent
            && let Some(on) = self.calls.get_mut(user)
        {
            on.retain(|other| other != call);
        }
        let _ = self.matcher.handle(now, Input::Released { agent: agent.clone(), call: call.clone() });
    }

    /// `false`: the call is over.
    fn tell(&self, caller: &CallId, news: QueueNews) -> bool {
        self.context.registry.to_call(caller, CallMessage::Queue(news))
    }

    pub(super) fn note(&self, call: &CallId, body: EventBody) {
        let events = vec![event(&self.context, call, body)];
        self.journal.commit(Commit { events, ..Commit::default() });
    }

    fn name(&self, to: &MemberRef) -> String {
        match to {
            MemberRef::Person { user } => self.names.get(user).cloned().unwrap_or_default(),
            MemberRef::Assistant { assistant } => assistant.to_string(),
        }
    }
}

fn withdrawn(why: Withdrawn) -> &'static str {
    match why {
        Withdrawn::CallerLeft => "caller_left",
        Withdrawn::AnsweredElsewhere => "answered_elsewhere",
        Withdrawn::TimedOut => "timed_out",
        Withdrawn::Declined => "declined",
        Withdrawn::Missed => "missed",
        Withdrawn::AgentUnavailable => "agent_unavailable",
        Withdrawn::Moved => "moved",
    }
}

fn elsewhere(why: Why) -> &'static str {
    match why {
        Why::Unstaffed => "unstaffed",
        Why::Full => "full",
        Why::EstimateTooLong => "estimate_too_long",
        Why::WaitedTooLong => "waited_too_long",
        Why::QueueGone => "queue_gone",
    }
}
