//! What somebody outside the matcher knows of it: kept from inputs and outputs alone, in words of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tandem_foundation::{CallId, QueueId};
use tandem_queue::{
    AgentRef, Input, Kind, OfferId, Output, Presence, Profile, QueueSettings, Strategy, Ticket, Withdrawn,
};

/// An agent as seen from outside.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub profile: Profile,
    pub presence: Presence,
    pub offers: BTreeSet<OfferId>,
    pub calls: BTreeMap<CallId, Option<QueueId>>,
    /// The latest end that any queue's wrap-up or the agent asked for.
    pub wrap_up: Option<Instant>,
}

/// A caller who waits.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub ticket: Ticket,
    pub since: Instant,
    /// A supervisor put them first.
    pub boosted: bool,
    pub asked: BTreeSet<OfferId>,
    pub spared: BTreeMap<AgentRef, Instant>,
    /// Their offers were taken back because they go; the rest of it follows in the same step.
    pub leaving: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub caller: CallId,
    pub agent: AgentRef,
    pub until: Instant,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub queues: BTreeMap<QueueId, QueueSettings>,
    pub agents: BTreeMap<AgentRef, Held>,
    pub offers: BTreeMap<OfferId, Asked>,
    pub waiting: BTreeMap<CallId, Caller>,
    /// Who was connected at some time.
    pub answered: BTreeSet<CallId>,
}

impl Held {
    pub fn is_free(&self, agent: &AgentRef) -> bool {
        let asked = matches!(agent, AgentRef::Person(_)) && !self.offers.is_empty();
        self.presence == Presence::Ready
            && self.wrap_up.is_none()
            && !asked
            && self.calls.len() + self.offers.len() < self.profile.capacity
    }
}

impl Ledger {
    /// An input that was taken in.
    pub fn heard(&mut self, now: Instant, input: &Input) {
        match input {
            Input::SetQueue { queue, settings } => {
                self.queues.insert(queue.clone(), settings.clone());
            }
            Input::RemoveQueue { queue } => {
                self.queues.remove(queue);
            }
            Input::SetAgent { agent, profile } => {
                let held = self.agents.entry(agent.clone()).or_insert_with(|| Held {
                    profile: profile.clone(),
                    presence: Presence::Offline,
                    offers: BTreeSet::new(),
                    calls: BTreeMap::new(),
                    wrap_up: None,
                });
                held.profile = profile.clone();
            }
            Input::RemoveAgent { agent } => {
                self.agents.remove(agent);
            }
            Input::Presence { agent, presence } => {
                self.with(agent, |held| held.presence = presence.clone());
            }
            Input::Join(ticket) => self.joined(now, ticket),
            Input::Leave { caller } => {
                self.waiting.remove(caller);
            }
            Input::Move { caller, queue } => {
                if let Some(caller) = self.waiting.get_mut(caller) {
                    caller.ticket.queue = queue.clone();
                    caller.boosted = false;
                    caller.spared.clear();
                }
            }
            Input::Reprioritise { caller, priority } => {
                if let Some(caller) = self.waiting.get_mut(caller) {
                    caller.ticket.priority = *priority;
                }
            }
            Input::ToFront { caller } => {
                if let Some(caller) = self.waiting.get_mut(caller) {
                    caller.boosted = true;
                }
            }
            Input::CallBack { caller, by } => {
                if let Some(mut kept) = self.waiting.remove(caller) {
                    kept.ticket.kind = Kind::CallBack;
                    kept.ticket.caller = by.clone();
                    // Those were for the other call, and are withdrawn in the same step.
                    kept.asked.clear();
                    self.waiting.insert(by.clone(), kept);
                }
            }
            Input::Engaged { agent, call } | Input::Placed { agent, call, .. } => self.with(agent, |held| {
                held.calls.entry(call.clone()).or_insert(None);
            }),
            Input::Released { agent, call } => self.released(now, agent, call),
            Input::ExtendWrapUp { agent, until } => self.with(agent, |held| {
                held.wrap_up = held.wrap_up.map(|end| end.max(*until));
            }),
            Input::WrappedUp { agent } => self.with(agent, |held| held.wrap_up = None),
            Input::Answered { .. } | Input::Declined { .. } | Input::Missed { .. } => {}
        }
    }

    /// An output, except for what it says of agents' times.
    pub fn told(&mut self, now: Instant, output: &Output) {
        match output {
            Output::Offer { offer, caller, agent, until, .. } => {
                let asked = Asked { caller: caller.clone(), agent: agent.clone(), until: *until };
                self.offers.insert(*offer, asked);
                self.with(agent, |held| {
                    held.offers.insert(*offer);
                });
                if let Some(caller) = self.waiting.get_mut(caller) {
                    caller.asked.insert(*offer);
                }
            }
            Output::Withdraw { offer, caller, agent, why } => {
                self.over(*offer);
                let Some(caller) = self.waiting.get_mut(caller) else { return };
                let retry_after = self.queues.get(&caller.ticket.queue).map(|queue| queue.retry_after);
                match why {
                    Withdrawn::TimedOut | Withdrawn::Declined | Withdrawn::Missed => {
                        let until = now + retry_after.unwrap_or(Duration::ZERO);
                        caller.spared.insert(agent.clone(), until);
                    }
                    Withdrawn::CallerLeft | Withdrawn::Moved => caller.leaving = true,
                    Withdrawn::AnsweredElsewhere | Withdrawn::AgentUnavailable => {}
                }
            }
            Output::Connect { offer, caller, agent, queue, .. } => {
                self.over(*offer);
                self.waiting.remove(caller);
                self.answered.insert(caller.clone());
                self.with(agent, |held| {
                    held.calls.insert(caller.clone(), Some(queue.clone()));
                });
            }
            Output::AutoPaused { agent } => {
                self.with(agent, |held| held.presence = Presence::Paused("no_answer".into()));
            }
            Output::Elsewhere { caller, .. } => {
                self.waiting.remove(caller);
            }
            Output::WrappedUp { agent } => self.with(agent, |held| held.wrap_up = None),
            Output::WrapUp { .. } | Output::Announce { .. } => {}
        }
    }

    /// Whether the agent may be asked for this caller, by the rules as they are written down.
    pub fn may_take(&self, now: Instant, caller: &Caller, agent: &AgentRef, held: &Held) -> bool {
        let ticket = &caller.ticket;
        let member = |held: &Held| held.profile.memberships.contains_key(&ticket.queue);
        let waited = now.saturating_duration_since(caller.since);
        let kept_for_another = ticket.preferred.as_ref().is_some_and(|preferred| {
            let there = self.agents.get(&preferred.agent);
            let there = there.is_some_and(|held| held.presence != Presence::Offline && member(held));
            waited < preferred.hold && there && preferred.agent != *agent
        });
        let skilled = ticket.needs.iter().all(|need| {
            let relaxed = need.relaxed.iter().rev().find(|step| step.after <= waited).map(|step| step.level);
            let wanted = relaxed.unwrap_or(need.level).min(need.level);
            held.profile.skills.get(&need.skill).copied().unwrap_or(0) >= wanted
        });
        held.is_free(agent)
            && member(held)
            && skilled
            && !kept_for_another
            && !(ticket.kind == Kind::CallBack && matches!(agent, AgentRef::Assistant(_)))
            && caller.spared.get(agent).is_none_or(|until| *until <= now)
            && !caller.asked.iter().any(|offer| held.offers.contains(offer))
    }

    /// Who is asked for this caller.
    pub fn asked_for(&self, caller: &CallId) -> BTreeSet<AgentRef> {
        let offers = self.waiting.get(caller).into_iter().flat_map(|caller| &caller.asked);
        offers.filter_map(|offer| self.offers.get(offer)).map(|asked| asked.agent.clone()).collect()
    }

    /// Somebody who waits, is not asked for, and has to be taken by this agent before that caller.
    pub fn overtaken(&self, now: Instant, first: &CallId, agent: &AgentRef) -> Option<&CallId> {
        let (own, held) = (self.waiting.get(first)?, self.agents.get(agent)?);
        let others = self.waiting.iter().filter(|(call, other)| {
            *call != first && !other.leaving && other.asked.is_empty() && self.goes_before(other, own)
        });
        let mut able = others.filter(|(_, other)| self.may_take(now, other, agent, held));
        able.next().map(|(call, _)| call)
    }

    /// For certain: priorities count first, and each step of ageing makes up for one of them.
    fn goes_before(&self, one: &Caller, other: &Caller) -> bool {
        let (Some(here), Some(there)) =
            (self.queues.get(&one.ticket.queue), self.queues.get(&other.ticket.queue))
        else {
            return false;
        };
        if one.boosted || other.boosted || here.ageing != there.ageing {
            return false;
        }
        let ahead = i64::from(one.ticket.priority) + i64::from(here.priority)
            - i64::from(other.ticket.priority)
            - i64::from(there.priority);
        let Some(step) = here.ageing.filter(|step| !step.is_zero()) else {
            return ahead > 0 || ahead == 0 && one.since < other.since;
        };
        if ahead == 0 {
            return one.since < other.since;
        }
        // A thousandth of a step is the least that counts.
        let slack = step.as_secs_f64() / 1_000.0 + 0.002;
        let longer = match other.since.checked_duration_since(one.since) {
            Some(longer) => longer.as_secs_f64(),
            None => -one.since.duration_since(other.since).as_secs_f64(),
        };
        #[expect(clippy::cast_precision_loss, reason = "a handful of priorities")]
        let ahead = ahead as f64;
        ahead * step.as_secs_f64() + longer > slack
    }

    /// Whether more than one may be asked for callers of this queue.
    pub fn rings_all(&self, queue: &QueueId) -> bool {
        self.queues.get(queue).is_some_and(|queue| queue.strategy == Strategy::RingAll)
    }

    fn joined(&mut self, now: Instant, ticket: &Ticket) {
        let caller = Caller {
            ticket: ticket.clone(),
            since: now.checked_sub(ticket.waited).unwrap_or(now),
            boosted: false,
            asked: BTreeSet::new(),
            spared: BTreeMap::new(),
            leaving: false,
        };
        self.waiting.insert(ticket.caller.clone(), caller);
    }

    fn released(&mut self, now: Instant, agent: &AgentRef, call: &CallId) {
        let Some(held) = self.agents.get_mut(agent) else { return };
        let Some(queue) = held.calls.remove(call).flatten() else { return };
        let wrap_up = self.queues.get(&queue).map_or(Duration::ZERO, |queue| queue.wrap_up);
        let person = matches!(agent, AgentRef::Person(_)) && held.presence != Presence::Offline;
        if person && !wrap_up.is_zero() {
            let end = now + wrap_up;
            held.wrap_up = Some(held.wrap_up.map_or(end, |already| already.max(end)));
        }
    }

    fn over(&mut self, offer: OfferId) {
        let Some(asked) = self.offers.remove(&offer) else { return };
        self.with(&asked.agent, |held| {
            held.offers.remove(&offer);
        });
        if let Some(caller) = self.waiting.get_mut(&asked.caller) {
            caller.asked.remove(&offer);
        }
    }

    fn with(&mut self, agent: &AgentRef, change: impl FnOnce(&mut Held)) {
        if let Some(held) = self.agents.get_mut(agent) {
            change(held);
        }
    }
}
