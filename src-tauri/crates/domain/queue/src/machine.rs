//! The matcher: what it knows, and which part of it an input concerns.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use tandem_foundation::{CallId, QueueId};

use crate::agent::{Agent, AgentRef, Presence, Profile};
use crate::estimate::Handling;
use crate::io::{Input, OfferId, Output, Refusal, Why, Withdrawn};
use crate::settings::QueueSettings;
use crate::timers::{Timer, Timers};
use crate::waiting::Waiting;

#[derive(Debug)]
pub(crate) struct Queue {
    pub settings: QueueSettings,
    pub handling: Handling,
}

#[derive(Debug)]
pub(crate) struct Offer {
    pub caller: CallId,
    pub agent: AgentRef,
    pub queue: QueueId,
    pub until: Instant,
}

/// Every queue, every agent, everybody who waits.
#[derive(Debug)]
pub struct Matcher {
    pub(crate) queues: BTreeMap<QueueId, Queue>,
    pub(crate) agents: BTreeMap<AgentRef, Agent>,
    pub(crate) waiting: BTreeMap<CallId, Waiting>,
    pub(crate) offers: BTreeMap<OfferId, Offer>,
    pub(crate) timers: Timers,
    pub(crate) outputs: VecDeque<Output>,
    pub(crate) last_offer: u64,
    pub(crate) random: u64,
}

impl Matcher {
    /// `seed`: what random choices are drawn from.
    pub fn new(seed: u64) -> Self {
        Self {
            queues: BTreeMap::new(),
            agents: BTreeMap::new(),
            waiting: BTreeMap::new(),
            offers: BTreeMap::new(),
            timers: Timers::default(),
            outputs: VecDeque::new(),
            last_offer: 0,
            // Xorshift never leaves zero.
            random: seed | 1,
        }
    }

    /// Takes in what happened.
    ///
    /// # Errors
    /// When it names nobody that is known; nothing has changed then.
    pub fn handle(&mut self, now: Instant, input: Input) -> Result<(), Refusal> {
        match input {
            Input::SetQueue { queue, settings } => self.set_queue(now, queue, settings),
            Input::RemoveQueue { queue } => return self.remove_queue(now, &queue),
            Input::SetAgent { agent, profile } => self.set_agent(now, agent, profile),
            Input::RemoveAgent { agent } => return self.remove_agent(now, &agent),
            Input::Presence { agent, presence } => return self.set_presence(now, &agent, presence),
            Input::Join(ticket) => return self.join(now, ticket),
            Input::Leave { caller } => return self.leave(now, &caller),
            Input::Move { caller, queue } => return self.move_to(now, &caller, queue),
            Input::Reprioritise { caller, priority } => {
                self.waiting.get_mut(&caller).ok_or(Refusal::NoSuchCaller)?.ticket.priority = priority;
            }
            Input::ToFront { caller } => return self.put_first(now, &caller),
            Input::CallBack { caller, by } => return self.call_back(now, &caller, by),
            Input::Answered { offer } => return self.answered(now, offer),
            Input::Declined { offer } => return self.refused(now, offer, Withdrawn::Declined),
            Input::Missed { offer } => return self.refused(now, offer, Withdrawn::Missed),
            Input::Engaged { agent, call } => return self.engaged(now, &agent, call),
            Input::Placed { agent, call, wrap_up } => return self.placed(now, &agent, call, wrap_up),
            Input::Released { agent, call } => return self.released(now, &agent, &call),
            Input::ExtendWrapUp { agent, until } => return self.extend_wrap_up(&agent, until),
            Input::WrappedUp { agent } => return self.wrapped_up(now, &agent),
        }
        Ok(())
    }

    /// Does what is due by now.
    pub fn tick(&mut self, now: Instant) {
        loop {
            // Several may be due at one instant, and an agent who is free then is for the first in turn.
            let callers: Vec<_> = std::iter::from_fn(|| self.timers.due_caller(now)).collect();
            for caller in self.in_turn(now, callers) {
                let _ = self.look_at(now, &caller);
            }
            let Some(timer) = self.timers.due(now) else { return };
            // A timer's owner may be gone since; there is nothing to do then.
            let _ = match timer {
                Timer::Offer(offer) => self.refused(now, offer, Withdrawn::TimedOut),
                Timer::WrapUp(agent) => self.wrapped_up(now, &agent),
                Timer::Caller(caller) => self.look_at(now, &caller),
            };
        }
    }

    /// When [`Matcher::tick`] is to be called at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// The next thing to be done.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn set_queue(&mut self, now: Instant, queue: QueueId, settings: QueueSettings) {
        let handling = self.queues.get(&queue).map(|known| known.handling);
        let handling = handling.unwrap_or_else(|| Handling::new(settings.usual_handling));
        self.queues.insert(queue.clone(), Queue { settings, handling });
        let callers = self.callers_of(&queue);
        for caller in self.in_turn(now, callers) {
            self.match_caller(now, &caller);
            self.arm(now, &caller);
        }
        self.check_staffing(now, &queue);
    }

    fn remove_queue(&mut self, now: Instant, queue: &QueueId) -> Result<(), Refusal> {
        // First, so that whom it rang for is not asked for the next one of those who go.
        self.queues.remove(queue).ok_or(Refusal::NoSuchQueue)?;
        for caller in self.callers_of(queue) {
            self.send_elsewhere(now, &caller, Why::QueueGone);
        }
        Ok(())
    }

    fn set_agent(&mut self, now: Instant, agent: AgentRef, profile: Profile) {
        match self.agents.get_mut(&agent) {
            Some(known) => known.profile = profile,
            None => {
                self.agents.insert(agent.clone(), Agent::new(profile, now));
            }
        }
        let (kept, mut lost): (Vec<_>, Vec<_>) =
            self.offers_of(&agent).into_iter().partition(|offer| self.may_still(&agent, *offer));
        // Who may have fewer calls than before keeps the oldest offers.
        let known = &self.agents[&agent];
        lost.extend(kept.into_iter().skip(known.profile.capacity.saturating_sub(known.calls.len())));
        self.take_back(now, lost);
        self.match_agent(now, &agent);
        self.match_those_who_prefer(now, &agent);
        self.check_all_staffing(now);
    }

    fn remove_agent(&mut self, now: Instant, agent: &AgentRef) -> Result<(), Refusal> {
        let known = self.agents.get_mut(agent).ok_or(Refusal::NoSuchAgent)?;
        known.presence = Presence::Offline;
        if let Some(until) = known.wrap_up.take() {
            self.timers.clear(until, Timer::WrapUp(agent.clone()));
        }
        self.take_back(now, self.offers_of(agent));
        self.agents.remove(agent);
        self.match_those_who_prefer(now, agent);
        self.check_all_staffing(now);
        Ok(())
    }

    fn set_presence(&mut self, now: Instant, agent: &AgentRef, presence: Presence) -> Result<(), Refusal> {
        let known = self.agents.get_mut(agent).ok_or(Refusal::NoSuchAgent)?;
        if known.presence == presence {
            return Ok(());
        }
        known.presence = presence;
        if known.presence == Presence::Ready {
            known.idle_since = now;
            self.match_agent(now, agent);
        } else {
            self.take_back(now, self.offers_of(agent));
            self.match_those_who_prefer(now, agent);
        }
        self.check_all_staffing(now);
        Ok(())
    }

    pub(crate) fn callers_of(&self, queue: &QueueId) -> Vec<CallId> {
        let of_it = self.waiting.iter().filter(|(_, waiting)| waiting.ticket.queue == *queue);
        of_it.map(|(caller, _)| caller.clone()).collect()
    }

    pub(crate) fn offers_of(&self, agent: &AgentRef) -> Vec<OfferId> {
        self.agents.get(agent).map(|agent| agent.offers.iter().copied().collect()).unwrap_or_default()
    }

    fn may_still(&self, agent: &AgentRef, offer: OfferId) -> bool {
        let member = |offer: &Offer| self.agents[agent].profile.memberships.contains_key(&offer.queue);
        self.offers.get(&offer).is_some_and(member)
    }
}
