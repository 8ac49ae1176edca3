//! One floor from its first caller to its last: whatever people, phones, callers and supervisors do.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::{Duration, Instant};

use tandem_foundation::CallId;
use tandem_queue::{AgentRef, Input, Kind, OfferId, Output, Presence, Standing, Withdrawn};

use super::drawn::Drawn;
use super::report::Counts;
use super::watched::{Rule, Watched};

/// After so many minutes of everybody's presence whoever still waits is stuck.
const MOST_ROUNDS: u32 = 10_000;

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrival,
    GivesUp(CallId),
    Answers(OfferId),
    Declines(OfferId),
    Misses(OfferId),
    Ends(AgentRef, CallId),
    Returns(AgentRef),
    ComesBack(AgentRef),
    Supervises,
}

#[derive(Debug)]
pub(super) struct Day {
    drawn: Drawn,
    pub watched: Watched,
    pub counts: Counts,
    now: Instant,
    events: BinaryHeap<Reverse<(Instant, u64, Event)>>,
    next: u64,
    left: u64,
    gap: f64,
    talk: f64,
    patience: f64,
    /// Calls that are talked on, and with whom.
    live: BTreeMap<CallId, AgentRef>,
    joined: BTreeMap<CallId, Instant>,
    /// Since when each agent is idle, and for how long they were in all.
    idle: BTreeMap<AgentRef, (Option<Instant>, Duration)>,
    moved_on: BTreeSet<CallId>,
}

impl Day {
    pub fn new(seed: u64, calls: u64, start: Instant) -> Self {
        let mut drawn = Drawn::new(seed);
        let people = drawn.agents.len();
        #[expect(clippy::cast_precision_loss, reason = "a few people")]
        let people = people as f64;
        let talk = 30.0 + 120.0 * drawn.random.unit();
        // From half as many calls as they could take to more than they can.
        let load = if drawn.even { 0.75 } else { 0.5 + 0.9 * drawn.random.unit() };
        // Who is to share idle time has to have some after ringing and wrap-up too.
        let handling = if drawn.even { talk + 22.0 } else { talk };
        let gap = handling / (people * load);
        let patience = if drawn.even { 600.0 } else { 20.0 + 200.0 * drawn.random.unit() };
        let mut day = Self {
            watched: Watched::new(seed),
            counts: Counts::default(),
            now: start,
            events: BinaryHeap::new(),
            next: 0,
            left: calls,
            gap,
            talk,
            patience,
            live: BTreeMap::new(),
            joined: BTreeMap::new(),
            idle: BTreeMap::new(),
            moved_on: BTreeSet::new(),
            drawn,
        };
        for queue in day.drawn.queues.clone() {
            let settings = day.drawn.settings();
            day.put(Input::SetQueue { queue, settings });
        }
        for agent in day.drawn.agents.clone() {
            let profile = day.drawn.profile(&agent);
            day.put(Input::SetAgent { agent: agent.clone(), profile });
            day.put(Input::Presence { agent, presence: Presence::Ready });
        }
        day.later(0.0, Event::Arrival);
        if !day.drawn.even {
            day.later(5.0, Event::Supervises);
        }
        day
    }

    pub fn run(&mut self) {
        self.pass();
        self.shares_idle_time();
        self.last_hour();
        self.pass();
        // Whoever is put on a break for not answering comes back from it.
        for _ in 0..MOST_ROUNDS {
            let due = self.watched.next_deadline();
            let waits = self.watched.waiting().next().is_some();
            if !waits && due.is_none() {
                break;
            }
            for agent in self.drawn.agents.clone() {
                self.at(due.unwrap_or(self.now) + Duration::from_secs(60), Event::Returns(agent));
            }
            self.pass();
        }
        self.everything_ended();
    }

    fn pass(&mut self) {
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            self.pass_to(at);
            self.happens(event);
        }
    }

    fn pass_to(&mut self, at: Instant) {
        while let Some(due) = self.watched.next_deadline().filter(|due| *due <= at) {
            self.now = due.max(self.now);
            let outputs = self.watched.tick(self.now);
            self.follow(outputs);
        }
        self.now = at.max(self.now);
    }

    fn later(&mut self, mean: f64, event: Event) {
        let at = self.drawn.after(self.now, mean);
        self.at(at, event);
    }

    fn at(&mut self, at: Instant, event: Event) {
        self.next += 1;
        self.events.push(Reverse((at, self.next, event)));
    }

    fn put(&mut self, input: Input) -> bool {
        let taken = self.watched.put(self.now, input);
        let accepted = taken.is_ok();
        self.follow(taken.unwrap_or_default());
        // Who has waited for too long by new settings is due at once.
        if self.watched.next_deadline().is_some_and(|due| due <= self.now) {
            let outputs = self.watched.tick(self.now);
            self.follow(outputs);
        }
        accepted
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Arrival => self.arrives(),
            Event::GivesUp(caller) => self.gives_up(caller),
            Event::Answers(offer) => {
                let taken = self.put(Input::Answered { offer });
                self.counts.late_answers += u64::from(!taken);
            }
            Event::Declines(offer) => self.counts.declined += u64::from(self.put(Input::Declined { offer })),
            Event::Misses(offer) => self.counts.missed += u64::from(self.put(Input::Missed { offer })),
            Event::Ends(agent, call) => {
                if self.live.get(&call) == Some(&agent) {
                    self.live.remove(&call);
                    self.put(Input::Released { agent, call });
                }
            }
            Event::Returns(agent) => {
                self.put(Input::Presence { agent, presence: Presence::Ready });
            }
            Event::ComesBack(agent) => self.comes_back(agent),
            Event::Supervises => self.supervises(),
        }
    }

    fn arrives(&mut self) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        self.counts.calls += 1;
        let caller = CallId::new(format!("call{:06}", self.counts.calls));
        // By themselves, and now and then in bursts.
        let gap = if !self.drawn.even && self.drawn.random.chance(0.1) { 0.0 } else { self.gap };
        self.later(gap, Event::Arrival);
        let ticket = self.drawn.ticket(caller.clone());
        self.joined.insert(caller.clone(), self.now);
        if ticket.kind == Kind::Live {
            let patience = self.patience;
            self.later(patience, Event::GivesUp(caller.clone()));
        }
        if !self.put(Input::Join(ticket)) {
            // The queue was taken away just now.
            self.counts.elsewhere += 1;
        }
        if self.watched.is_waiting(&caller) && !self.drawn.even && self.drawn.random.chance(0.03) {
            let by = CallId::from(format!("{caller}_back"));
            self.joined.insert(by.clone(), self.now);
            self.counts.call_backs += u64::from(self.put(Input::CallBack { caller, by }));
        }
    }

    fn gives_up(&mut self, caller: CallId) {
        let rings = self.watched.is_asked_for(&caller);
        if self.watched.is_live(&caller) && self.put(Input::Leave { caller }) {
            self.counts.abandoned += 1;
            self.counts.abandoned_while_ringing += u64::from(rings);
        }
    }

    fn follow(&mut self, outputs: Vec<Output>) {
        for output in &outputs {
            match output {
                Output::Offer { offer, agent, until, .. } => self.rings(*offer, agent, *until),
                Output::Connect { caller, agent, call_back, .. } => self.connects(caller, agent, *call_back),
                Output::AutoPaused { agent } => {
                    self.counts.auto_paused += 1;
                    self.later(60.0, Event::Returns(agent.clone()));
                }
                Output::Withdraw { why: Withdrawn::TimedOut, .. } => self.counts.timed_out += 1,
                _ => {}
            }
        }
        for output in outputs {
            if let Output::Elsewhere { caller, .. } = output {
                self.counts.elsewhere += 1;
                self.overflows(caller);
            }
        }
        self.clock_idleness();
    }

    fn rings(&mut self, offer: OfferId, agent: &AgentRef, until: Instant) {
        if self.drawn.even {
            return self.later(2.0, Event::Answers(offer));
        }
        let dice = self.drawn.random.unit();
        match agent {
            AgentRef::Assistant(_) if dice < 0.97 => self.later(0.2, Event::Answers(offer)),
            _ if dice < 0.80 => self.later(3.0, Event::Answers(offer)),
            _ if dice < 0.86 => self.later(3.0, Event::Declines(offer)),
            _ if dice < 0.92 => self.later(1.0, Event::Misses(offer)),
            // Picked up in the very moment at which it is over, or just after it.
            _ if dice < 0.96 => self.at(until, Event::Answers(offer)),
            _ => self.at(until + Duration::from_millis(300), Event::Answers(offer)),
        }
    }

    fn connects(&mut self, caller: &CallId, agent: &AgentRef, call_back: bool) {
        let waited = self.joined.get(caller).map(|since| self.now - *since).unwrap_or_default();
        self.counts.longest_wait = self.counts.longest_wait.max(waited);
        self.counts.answered += 1;
        self.counts.by_assistants += u64::from(matches!(agent, AgentRef::Assistant(_)));
        self.counts.called_back += u64::from(call_back);
        if let Some(other) = self.live.insert(caller.clone(), agent.clone()) {
            let what = format!("{caller} talks to {other:?} and to {agent:?}");
            self.watched.broke(Rule::OneAgentPerAnsweredCall, what);
        }
        let talk = self.talk;
        self.later(talk, Event::Ends(agent.clone(), caller.clone()));
    }

    /// Once, into another queue with the wait they have had.
    fn overflows(&mut self, caller: CallId) {
        let chance = self.drawn.random.chance(0.5);
        if self.left == 0 || !chance || !self.moved_on.insert(caller.clone()) {
            return;
        }
        let mut ticket = self.drawn.ticket(caller.clone());
        ticket.kind = Kind::Live;
        ticket.waited = self.joined.get(&caller).map(|since| self.now - *since).unwrap_or_default();
        self.counts.overflowed += u64::from(self.put(Input::Join(ticket)));
    }

    /// Anything a person with a mouse may do.
    fn supervises(&mut self) {
        if self.left == 0 {
            return;
        }
        let mean = 20.0 * self.gap;
        self.later(mean, Event::Supervises);
        self.counts.edits += 1;
        let (agent, queue) = (self.drawn.agent(), self.drawn.queue());
        let waiting: Vec<CallId> = self.watched.waiting().cloned().collect();
        let caller = (!waiting.is_empty()).then(|| waiting[self.drawn.random.below(waiting.len())].clone());
        let acts = match self.drawn.random.below(16) {
            0 | 1 => vec![Input::SetQueue { queue, settings: self.drawn.settings() }],
            2 | 3 => vec![Input::SetAgent { profile: self.drawn.profile(&agent), agent }],
            4 => {
                self.later(60.0, Event::ComesBack(agent.clone()));
                vec![Input::RemoveAgent { agent }]
            }
            5 => {
                let settings = self.drawn.settings();
                vec![Input::RemoveQueue { queue: queue.clone() }, Input::SetQueue { queue, settings }]
            }
            6 | 7 => {
                self.later(90.0, Event::Returns(agent.clone()));
                vec![Input::Presence { agent, presence: Presence::Paused("lunch".into()) }]
            }
            8 => {
                self.later(120.0, Event::Returns(agent.clone()));
                vec![Input::Presence { agent, presence: Presence::Offline }]
            }
            9 => caller.into_iter().map(|caller| Input::Move { caller, queue: queue.clone() }).collect(),
            10 => caller.into_iter().map(|caller| Input::ToFront { caller }).collect(),
            11 => caller.into_iter().map(|caller| Input::Reprioritise { caller, priority: 3 }).collect(),
            12 => return self.own_call(agent),
            13 => {
                let until = self.now + self.drawn.time(0.0, 120.0);
                vec![Input::ExtendWrapUp { agent, until }]
            }
            14 => vec![Input::WrappedUp { agent }],
            // What comes twice, late, or for nobody.
            _ => {
                let call = CallId::new("call000001");
                let stale = self.watched.offers().next().unwrap_or(OfferId(1));
                self.put(Input::Declined { offer: stale });
                vec![Input::Released { agent, call }, Input::Missed { offer: stale }]
            }
        };
        for act in acts {
            if let Input::Released { agent, call } = &act
                && self.live.get(call) == Some(agent)
            {
                self.live.remove(call);
            }
            self.put(act);
        }
    }

    fn own_call(&mut self, agent: AgentRef) {
        let call = CallId::new(format!("own{:06}", self.next));
        if self.put(Input::Engaged { agent: agent.clone(), call: call.clone() }) {
            self.live.insert(call.clone(), agent.clone());
            let talk = self.talk;
            self.later(talk, Event::Ends(agent, call));
        }
    }

    /// Who was taken off the list and put onto it again may still be on calls.
    fn comes_back(&mut self, agent: AgentRef) {
        let profile = self.drawn.profile(&agent);
        self.put(Input::SetAgent { agent: agent.clone(), profile });
        let calls: Vec<_> =
            self.live.iter().filter(|(_, with)| **with == agent).map(|(c, _)| c.clone()).collect();
        for call in calls {
            self.put(Input::Engaged { agent: agent.clone(), call });
        }
        self.put(Input::Presence { agent, presence: Presence::Ready });
    }

    /// Everybody is there, can do everything, and nobody calls any more.
    fn last_hour(&mut self) {
        for queue in self.drawn.queues.clone() {
            let settings = self.drawn.patient();
            self.put(Input::SetQueue { queue, settings });
        }
        for agent in self.drawn.agents.clone() {
            let profile = self.drawn.able(&agent);
            self.put(Input::SetAgent { agent: agent.clone(), profile });
            self.put(Input::Presence { agent, presence: Presence::Ready });
        }
    }

    fn everything_ended(&mut self) {
        let waiting: Vec<_> = self.watched.waiting().cloned().collect();
        let held: Vec<_> = self.watched.agents(self.now);
        let held: Vec<_> = held
            .into_iter()
            .filter(|(_, standing)| !matches!(standing, Standing::Ready { .. } | Standing::Paused(_)))
            .collect();
        let (offers, next) = (self.watched.offers().count(), self.watched.next_deadline());
        if !(waiting.is_empty() && held.is_empty() && offers == 0 && self.live.is_empty()) {
            let live = self.live.len();
            let what = format!("{waiting:?} wait, {held:?}, {offers} offers, {live} live, next {next:?}");
            self.watched.broke(Rule::EverythingEnds, what);
        }
        let told = self.counts.answered + self.counts.abandoned + self.counts.elsewhere;
        if told != self.counts.calls + self.counts.overflowed {
            self.watched.broke(Rule::NobodyIsDropped, format!("{:?}", self.counts));
        }
    }

    fn clock_idleness(&mut self) {
        if !self.drawn.even {
            return;
        }
        for (agent, standing) in self.watched.agents(self.now) {
            let (since, sum) = self.idle.entry(agent).or_default();
            let idle = matches!(standing, Standing::Ready { .. });
            match (*since, idle) {
                (None, true) => *since = Some(self.now),
                (Some(from), false) => {
                    *sum += self.now - from;
                    *since = None;
                }
                _ => {}
            }
        }
    }

    fn shares_idle_time(&mut self) {
        // Few calls say little about who had how many of them.
        if !self.drawn.even || self.counts.calls < 500 {
            return;
        }
        let times: Vec<f64> = self.idle.values().map(|(_, sum)| sum.as_secs_f64()).collect();
        let gini = gini(times);
        self.counts.worst_gini = self.counts.worst_gini.max(gini);
        if gini > 0.1 {
            self.watched.broke(Rule::IdleTimeIsShared, format!("a Gini coefficient of {gini:.3}"));
        }
    }
}

/// 0: all alike; 1: one has all.
fn gini(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "a few people")]
    let (count, sum) = (values.len() as f64, values.iter().sum::<f64>());
    if sum == 0.0 {
        return 0.0;
    }
    let ranks = (1..=u32::try_from(values.len()).unwrap_or(u32::MAX)).map(f64::from);
    let weighted: f64 = ranks.zip(&values).map(|(rank, value)| rank * value).sum();
    2.0 * weighted / (count * sum) - (count + 1.0) / count
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_gini_coefficient_is_none_for_equals_and_nearly_one_for_one_who_has_all() {
        assert!(super::gini(vec![3.0; 8]).abs() < 1e-9);
        assert!((super::gini(vec![0.0, 0.0, 0.0, 9.0]) - 0.75).abs() < 1e-9);
    }
}
