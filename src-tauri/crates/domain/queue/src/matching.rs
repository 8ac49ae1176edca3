//! Who is held out to whom.

use std::cmp::Reverse;
use std::time::{Duration, Instant};

use tandem_foundation::CallId;

use crate::agent::{Agent, AgentRef};
use crate::io::{OfferId, Output, Withdrawn};
use crate::machine::{Matcher, Offer};
use crate::settings::Strategy;
use crate::timers::Timer;
use crate::waiting::{Kind, Waiting};

/// Agents in the order in which they are asked: the smallest first.
type Turn = (u32, u128, u32, Instant);

impl Matcher {
    /// Offers the agent whoever they may take, for as long as they are free.
    pub(crate) fn match_agent(&mut self, now: Instant, agent: &AgentRef) {
        while let Some(caller) = self.best_caller(now, agent) {
            self.offer(now, &caller, agent);
        }
    }

    /// Offers the caller to whom the strategy chooses.
    pub(crate) fn match_caller(&mut self, now: Instant, caller: &CallId) {
        let Some(waiting) = self.waiting.get(caller) else { return };
        let Some(queue) = self.queues.get(&waiting.ticket.queue) else { return };
        let strategy = queue.settings.strategy;
        if strategy == Strategy::RingAll {
            let all = self.agents.iter().filter(|(agent, known)| self.may_take(now, waiting, agent, known));
            for agent in all.map(|(agent, _)| agent.clone()).collect::<Vec<_>>() {
                self.offer(now, caller, &agent);
            }
            return;
        }
        if !waiting.offers.is_empty() {
            return;
        }
        let mut random = self.random;
        let all = self.agents.iter().enumerate();
        let able = all.filter(|(_, (agent, known))| self.may_take(now, waiting, agent, known));
        let best = able.min_by_key(|(place, (_, known))| {
            random = next_random(random);
            (turn(known, waiting, strategy, random, *place, waiting.waited(now)), *place)
        });
        let best = best.map(|(_, (agent, _))| agent.clone());
        self.random = random;
        if let Some(agent) = best {
            self.offer(now, caller, &agent);
        }
    }

    fn best_caller(&self, now: Instant, agent: &AgentRef) -> Option<CallId> {
        let known = self.agents.get(agent).filter(|known| known.is_free(agent))?;
        let mut best = None;
        for waiting in self.waiting.values() {
            let Some(queue) = self.queues.get(&waiting.ticket.queue) else { continue };
            if !waiting.offers.is_empty() && queue.settings.strategy != Strategy::RingAll {
                continue;
            }
            let place = waiting.place(now, &queue.settings);
            // Ordering is cheap and asking whether they may is not.
            let better = best.as_ref().is_none_or(|first| place < *first);
            if better && self.may_take(now, waiting, agent, known) {
                best = Some(place);
            }
        }
        best.map(|(_, _, caller)| caller.clone())
    }

    /// Who was kept for an agent who left is free for others.
    pub(crate) fn match_those_who_prefer(&mut self, now: Instant, agent: &AgentRef) {
        let kept = self.waiting.iter().filter(|(_, waiting)| waiting.kept_for(now) == Some(agent));
        let kept = kept.map(|(caller, _)| caller.clone()).collect();
        for caller in self.in_turn(now, kept) {
            self.match_caller(now, &caller);
        }
    }

    /// Who goes first comes first, for where several are looked at for one reason.
    pub(crate) fn in_turn(&self, now: Instant, mut callers: Vec<CallId>) -> Vec<CallId> {
        let place = |caller: &CallId| {
            let waiting = self.waiting.get(caller)?;
            let queue = self.queues.get(&waiting.ticket.queue)?;
            Some((Reverse(waiting.rank(now, &queue.settings)), waiting.since))
        };
        callers.sort_by_cached_key(place);
        callers
    }

    /// Whether this caller may be offered to this agent now.
    pub(crate) fn may_take(&self, now: Instant, waiting: &Waiting, agent: &AgentRef, known: &Agent) -> bool {
        let ticket = &waiting.ticket;
        known.is_free(agent)
            && known.profile.memberships.contains_key(&ticket.queue)
            && !(ticket.kind == Kind::CallBack && matches!(agent, AgentRef::Assistant(_)))
            && waiting.spared.get(agent).is_none_or(|until| *until <= now)
            && self.is_not_kept_for_another(now, waiting, agent)
            && !waiting.offers.iter().any(|offer| self.offers.get(offer).is_some_and(|o| o.agent == *agent))
            && known.fit(&ticket.needs, waiting.waited(now)).is_some()
    }

    /// Nobody is kept for an agent who is not there or not of the queue.
    fn is_not_kept_for_another(&self, now: Instant, waiting: &Waiting, agent: &AgentRef) -> bool {
        let Some(kept_for) = waiting.kept_for(now) else { return true };
        let there = self.agents.get(kept_for).is_some_and(|known| {
            known.is_signed_in() && known.profile.memberships.contains_key(&waiting.ticket.queue)
        });
        kept_for == agent || !there
    }

    fn offer(&mut self, now: Instant, caller: &CallId, agent: &AgentRef) {
        let (Some(waiting), Some(known)) = (self.waiting.get_mut(caller), self.agents.get_mut(agent)) else {
            return;
        };
        let queue = waiting.ticket.queue.clone();
        let Some(settings) = self.queues.get(&queue).map(|queue| &queue.settings) else { return };
        self.last_offer += 1;
        let (offer, until) = (OfferId(self.last_offer), now + settings.offer_timeout);
        waiting.offers.insert(offer);
        known.offers.insert(offer);
        known.last_offer.insert(queue.clone(), offer.0);
        self.timers.set(until, Timer::Offer(offer));
        self.outputs.push_back(Output::Offer {
            offer,
            caller: caller.clone(),
            agent: agent.clone(),
            queue: queue.clone(),
            until,
        });
        self.offers.insert(offer, Offer { caller: caller.clone(), agent: agent.clone(), queue, until });
        self.arm(now, caller);
    }

    /// Ends an offer without an answer. Both sides are then to be matched anew.
    pub(crate) fn withdraw(&mut self, offer: OfferId, why: Withdrawn) -> Option<Offer> {
        let ended = self.offers.remove(&offer)?;
        self.timers.clear(ended.until, Timer::Offer(offer));
        if let Some(known) = self.agents.get_mut(&ended.agent) {
            known.offers.remove(&offer);
        }
        if let Some(waiting) = self.waiting.get_mut(&ended.caller) {
            waiting.offers.remove(&offer);
        }
        let (caller, agent) = (ended.caller.clone(), ended.agent.clone());
        self.outputs.push_back(Output::Withdraw { offer, caller, agent, why });
        Some(ended)
    }

    /// Takes offers from an agent who cannot take them any more; their callers go to somebody else.
    pub(crate) fn take_back(&mut self, now: Instant, offers: Vec<OfferId>) {
        let ended: Vec<_> = offers
            .into_iter()
            .filter_map(|offer| self.withdraw(offer, Withdrawn::AgentUnavailable))
            .collect();
        // Who was kept for the agent may be free for others by the same change, and have to go first.
        let gone = |agent: &AgentRef| ended.iter().any(|offer| offer.agent == *agent);
        let kept = self.waiting.iter().filter(|(_, waiting)| waiting.kept_for(now).is_some_and(gone));
        let callers = kept.map(|(caller, _)| caller).chain(ended.iter().map(|offer| &offer.caller));
        for caller in self.in_turn(now, callers.cloned().collect()) {
            self.match_caller(now, &caller);
            self.arm(now, &caller);
        }
        for offer in ended {
            self.match_agent(now, &offer.agent);
        }
    }
}

fn turn(
    agent: &Agent,
    waiting: &Waiting,
    strategy: Strategy,
    random: u64,
    place: usize,
    waited: Duration,
) -> Turn {
    let queue = &waiting.ticket.queue;
    let by_strategy = match strategy {
        Strategy::LongestIdle | Strategy::RingAll => 0,
        Strategy::RoundRobin => agent.last_offer.get(queue).copied().unwrap_or(0).into(),
        Strategy::FewestCalls => agent.calls_taken.into(),
        Strategy::LeastTalkTime => agent.talked.as_millis(),
        Strategy::Random => random.into(),
        Strategy::Ranked => place as u128,
    };
    let rank = agent.profile.memberships.get(queue).copied().unwrap_or(u32::MAX);
    let spare = agent.fit(&waiting.ticket.needs, waited).unwrap_or(u32::MAX);
    match strategy {
        // Who can do least beyond what is needed leaves the others for those who need them; but only among equals,
        // for idleness is what people call fair.
        Strategy::LongestIdle | Strategy::RingAll => (rank, 0, 0, agent.idle_since),
        _ => (rank, by_strategy, spare, agent.idle_since),
    }
}

/// Marsaglia's xorshift.
fn next_random(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^ (state << 17)
}
