//! The fold.

use std::collections::BTreeMap;

use tandem_foundation::{QueueId, UserId};

use crate::agents::Agents;
use crate::boundaries::Boundaries;
use crate::calls::{Calls, Talked};
use crate::fact::{Fact, Leaving, OfferEnd, Taker, What};
use crate::figures::{AgentFigures, QueueFigures, SHORT_ABANDON_MS};

/// Within which wait a call counts as answered in time, ms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    pub of_queues: BTreeMap<QueueId, i64>,
    /// Of queues that are not named.
    pub other_ms: i64,
}

/// Figures per interval, growing with every fact.
#[derive(Debug, Clone)]
pub struct Statistics {
    boundaries: Boundaries,
    thresholds: Thresholds,
    queues: BTreeMap<(usize, QueueId), QueueFigures>,
    agents: BTreeMap<(usize, UserId), AgentFigures>,
    calls: Calls,
    occupations: Agents,
}

impl Statistics {
    /// Nothing has happened yet.
    pub fn new(boundaries: Boundaries, thresholds: Thresholds) -> Self {
        Self {
            boundaries,
            thresholds,
            queues: BTreeMap::new(),
            agents: BTreeMap::new(),
            calls: Calls::default(),
            occupations: Agents::default(),
        }
    }

    pub fn boundaries(&self) -> &Boundaries {
        &self.boundaries
    }

    pub fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    /// Takes the next fact; facts are given in the order in which they were written down.
    pub fn fold(&mut self, fact: &Fact) {
        let at = fact.at_ms;
        match &fact.what {
            What::Joined { call, queue } => {
                let talked = self.calls.joined(call, queue, at);
                self.talked(talked, at);
                self.queue(at, queue, |figures| figures.offered += 1);
            }
            What::Offered { to, .. } => self.agent(at, to, |figures| figures.offers += 1),
            What::OfferEnded { queue, to, how } => self.offer_ended(at, queue, to, *how),
            What::Answered { call, queue, by, waited_ms } => {
                let waited = self.calls.answered(call, queue, by, at, *waited_ms);
                let in_time = waited <= self.threshold(queue);
                self.queue(at, queue, |figures| {
                    figures.answered += 1;
                    figures.answered_in_time += u64::from(in_time);
                    figures.answer_wait_ms += waited;
                    figures.longest_wait_ms = figures.longest_wait_ms.max(waited);
                });
                self.agent(at, by, |figures| figures.taken += 1);
                if let Taker::Person(user) = by {
                    self.occupations.took(user, queue);
                }
            }
            What::Left { call, queue, how, waited_ms } => {
                let waited = self.calls.left(call, at, *waited_ms);
                self.queue(at, queue, |figures| left(figures, how, waited));
            }
            What::FloorChanged { call, floor } => {
                let talked = self.calls.floor_changed(call, floor, at);
                self.talked(talked, at);
            }
            What::CallEnded { call } => {
                let talked = self.calls.ended(call, at);
                self.talked(talked, at);
            }
            What::Agent { user, occupation } => {
                let Some(spent) = self.occupations.change(user, at, occupation.clone()) else { return };
                for (index, time) in self.boundaries.split(spent.from, spent.to) {
                    let figures = self.agents.entry((index, user.clone())).or_default();
                    figures.spend(&spent.occupation, time);
                }
                if let Some((Some(queue), time)) = spent.wrapped_up {
                    self.queue(spent.to, &queue, |figures| figures.wrap_up_ms += time);
                    let agent = Taker::Person(user.clone());
                    self.agent(spent.to, &agent, |figures| figures.wrapped_ms += time);
                }
            }
        }
    }

    /// Figures of each queue in each interval (by its index) in which something happened.
    pub fn queues(&self) -> &BTreeMap<(usize, QueueId), QueueFigures> {
        &self.queues
    }

    /// Figures of each agent in each interval in which they were signed in or something happened; what they are at
    /// counts until `now_ms`.
    pub fn agents(&self, now_ms: i64) -> BTreeMap<(usize, UserId), AgentFigures> {
        let mut rows = self.agents.clone();
        for (user, occupation, since) in self.occupations.all() {
            for (index, time) in self.boundaries.split(since, now_ms) {
                rows.entry((index, user.clone())).or_default().spend(occupation, time);
            }
        }
        rows.retain(|_, figures| *figures != AgentFigures::default());
        rows
    }

    /// How many wait in each queue, and since when the first of them does (ms since 1970).
    pub fn waiting(&self) -> BTreeMap<QueueId, (u64, i64)> {
        let mut waiting = BTreeMap::new();
        for (queue, since) in self.calls.waiting() {
            let (count, first) = waiting.entry(queue.clone()).or_insert((0, since));
            *count += 1;
            *first = since.min(*first);
        }
        waiting
    }

    fn threshold(&self, queue: &QueueId) -> i64 {
        self.thresholds.of_queues.get(queue).copied().unwrap_or(self.thresholds.other_ms)
    }

    fn queue(&mut self, at: i64, queue: &QueueId, change: impl FnOnce(&mut QueueFigures)) {
        if let Some(index) = self.boundaries.index(at) {
            change(self.queues.entry((index, queue.clone())).or_default());
        }
    }

    /// Assistants have no row of their own.
    fn agent(&mut self, at: i64, who: &Taker, change: impl FnOnce(&mut AgentFigures)) {
        if let (Some(index), Taker::Person(user)) = (self.boundaries.index(at), who) {
            change(self.agents.entry((index, user.clone())).or_default());
        }
    }

    fn offer_ended(&mut self, at: i64, queue: &QueueId, to: &Taker, how: OfferEnd) {
        let (missed, declined) = (u64::from(how == OfferEnd::Missed), u64::from(how == OfferEnd::Declined));
        if missed + declined == 0 {
            return;
        }
        self.queue(at, queue, |figures| {
            figures.missed += missed;
            figures.declined += declined;
        });
        self.agent(at, to, |figures| {
            figures.missed += missed;
            figures.declined += declined;
        });
    }

    fn talked(&mut self, talked: Option<Talked>, at: i64) {
        let Some(Talked { queue, by, time_ms, handed_on }) = talked else { return };
        self.queue(at, &queue, |figures| {
            figures.handled += 1;
            figures.talk_ms += time_ms;
        });
        self.agent(at, &by, |figures| {
            figures.handled += 1;
            figures.talk_ms += time_ms;
            figures.transferred += u64::from(handed_on);
        });
    }
}

fn left(figures: &mut QueueFigures, how: &Leaving, waited_ms: i64) {
    match how {
        Leaving::Abandoned => {
            figures.abandoned += 1;
            figures.abandoned_short += u64::from(waited_ms < SHORT_ABANDON_MS);
            figures.abandon_wait_ms += waited_ms;
        }
        Leaving::Moved => figures.moved += 1,
        Leaving::TakenOver => figures.taken_over += 1,
        Leaving::Overflowed(reason) => *figures.overflowed.entry(reason.clone()).or_default() += 1,
    }
    figures.longest_wait_ms = figures.longest_wait_ms.max(waited_ms);
}
