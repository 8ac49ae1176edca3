//! The day as it runs: callers come, agents answer at once, calls end, callers give up.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::{Duration, Instant};

use tandem_foundation::{CallId, QueueId, UserId};
use tandem_queue::{
    AgentRef, Estimate, Input, Kind, Matcher, Output, Presence, Profile, QueueSettings, Ticket,
};

use super::report::Theory;
use super::{QueueDay, QueueReport, seconds};
use crate::random::Random;

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrival,
    Ends { agent: AgentRef, call: CallId },
    GivesUp { call: CallId },
}

#[derive(Debug)]
struct Caller {
    since: Instant,
    /// Told at joining to who had to wait.
    estimate: Option<Estimate>,
    ahead: usize,
}

#[derive(Debug)]
pub(super) struct Day {
    settings: QueueDay,
    matcher: Matcher,
    random: Random,
    queue: QueueId,
    start: Instant,
    now: Instant,
    events: BinaryHeap<Reverse<(Instant, u64, Event)>>,
    next: u64,
    waiting: BTreeMap<CallId, Caller>,
    talking: usize,
    counts: Counts,
    /// Of every answered call in the order of their answers, for who wants to look closer.
    waits: Vec<f64>,
}

#[derive(Debug, Default)]
struct Counts {
    answered: u64,
    abandoned: u64,
    in_time: u64,
    answered_wait: f64,
    abandoned_wait: f64,
    longest: f64,
    talked: f64,
    estimates: u64,
    covered: u64,
    error: f64,
    least_error: f64,
}

impl Day {
    pub fn new(settings: QueueDay, start: Instant) -> Self {
        let mut day = Self {
            settings,
            matcher: Matcher::new(settings.seed),
            random: Random::new(settings.seed),
            queue: QueueId::new("queue"),
            start,
            now: start,
            events: BinaryHeap::new(),
            next: 0,
            waiting: BTreeMap::new(),
            talking: 0,
            counts: Counts::default(),
            waits: Vec::new(),
        };
        let queue = QueueSettings {
            wrap_up: Duration::ZERO,
            ageing: None,
            usual_handling: seconds(settings.handling_s),
            ..QueueSettings::default()
        };
        day.put(Input::SetQueue { queue: day.queue.clone(), settings: queue });
        for number in 0..settings.agents {
            let agent = AgentRef::Person(UserId::new(format!("agent{number:05}")));
            let memberships = BTreeMap::from([(day.queue.clone(), 1)]);
            let profile = Profile { memberships, skills: BTreeMap::new(), capacity: 1 };
            day.put(Input::SetAgent { agent: agent.clone(), profile });
            day.put(Input::Presence { agent, presence: Presence::Ready });
        }
        day.later(0.0, Event::Arrival);
        day
    }

    pub fn run(&mut self) {
        let end = self.start + seconds(self.settings.hours * 3_600.0);
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            if at > end {
                break;
            }
            self.pass_to(at);
            match event {
                Event::Arrival => self.arrives(),
                Event::Ends { agent, call } => {
                    self.talking -= 1;
                    self.put(Input::Released { agent, call });
                }
                Event::GivesUp { call } => self.gives_up(call),
            }
        }
        self.pass_to(end);
    }

    fn pass_to(&mut self, at: Instant) {
        if self.counts_now() {
            let step = at.saturating_duration_since(self.now).as_secs_f64();
            #[expect(clippy::cast_precision_loss, reason = "some hundred agents")]
            let talking = self.talking as f64;
            self.counts.talked += step * talking;
        }
        while let Some(due) = self.matcher.next_deadline().filter(|due| *due <= at) {
            self.now = due;
            self.matcher.tick(due);
            self.drain();
        }
        self.now = at;
    }

    fn counts_now(&self) -> bool {
        self.now >= self.start + seconds(self.settings.warm_up_hours * 3_600.0)
    }

    fn later(&mut self, after: f64, event: Event) {
        self.next += 1;
        self.events.push(Reverse((self.now + seconds(after), self.next, event)));
    }

    fn arrives(&mut self) {
        let gap = self.random.exponential(3_600.0 / self.settings.calls_per_hour);
        self.later(gap, Event::Arrival);
        let call = CallId::new(format!("call{:09}", self.next));
        if let Some(patience) = self.settings.patience_s {
            let patience = self.random.exponential(patience);
            self.later(patience, Event::GivesUp { call: call.clone() });
        }
        let ahead = self.waiting.len();
        self.waiting.insert(call.clone(), Caller { since: self.now, estimate: None, ahead });
        self.put(Input::Join(Ticket {
            caller: call.clone(),
            queue: self.queue.clone(),
            priority: 0,
            needs: Vec::new(),
            preferred: None,
            waited: Duration::ZERO,
            kind: Kind::Live,
        }));
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.estimate = self.matcher.estimate(&self.queue, ahead);
        }
    }

    fn gives_up(&mut self, call: CallId) {
        let Some(caller) = self.waiting.remove(&call) else { return };
        self.put(Input::Leave { caller: call });
        if self.counts_now() {
            self.counts.abandoned += 1;
            self.counts.abandoned_wait += (self.now - caller.since).as_secs_f64();
        }
    }

    /// The simulated world only says what can be said.
    fn put(&mut self, input: Input) {
        let taken = self.matcher.handle(self.now, input);
        debug_assert_eq!(taken, Ok(()));
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.matcher.poll_output() {
            match output {
                Output::Offer { offer, .. } => {
                    let taken = self.matcher.handle(self.now, Input::Answered { offer });
                    debug_assert_eq!(taken, Ok(()));
                }
                Output::Connect { caller, agent, .. } => self.connects(caller, agent),
                _ => {}
            }
        }
    }

    fn connects(&mut self, call: CallId, agent: AgentRef) {
        let Some(caller) = self.waiting.remove(&call) else { return };
        self.talking += 1;
        let handling = self.random.exponential(self.settings.handling_s);
        self.later(handling, Event::Ends { agent, call });
        if !self.counts_now() {
            return;
        }
        let waited = (self.now - caller.since).as_secs_f64();
        let counts = &mut self.counts;
        counts.answered += 1;
        counts.in_time += u64::from(waited <= self.settings.in_time_s);
        counts.answered_wait += waited;
        self.waits.push(waited);
        counts.longest = counts.longest.max(waited);
        if let Some(estimate) = caller.estimate {
            let range = estimate.low.as_secs_f64()..=estimate.high.as_secs_f64();
            counts.estimates += 1;
            counts.covered += u64::from(range.contains(&waited));
            counts.error += (waited - estimate.mean.as_secs_f64()).powi(2);
            // The variance of a sum of so many exponential times with the true mean.
            #[expect(clippy::cast_precision_loss, reason = "some hundred callers")]
            let times = (caller.ahead + 1) as f64;
            counts.least_error +=
                times * (self.settings.handling_s / f64::from(self.settings.agents)).powi(2);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "some million calls")]
    pub fn report(self) -> QueueReport {
        let Self { settings, counts, waits, .. } = self;
        let calls = counts.answered + counts.abandoned;
        let share = |part: f64, of: u64| if of == 0 { 0.0 } else { part / of as f64 };
        let counted_s = (settings.hours - settings.warm_up_hours) * 3_600.0;
        let ratio = (counts.estimates > 0).then(|| (counts.error / counts.least_error).sqrt());
        let covers = (counts.estimates > 0).then(|| share(counts.covered as f64, counts.estimates));
        QueueReport {
            seed: settings.seed,
            calls,
            answered: counts.answered,
            abandoned: counts.abandoned,
            service_level: share(counts.in_time as f64, calls),
            asa_s: share(counts.answered_wait, counts.answered),
            asa_error_s: standard_error(&waits),
            mean_wait_s: share(counts.answered_wait + counts.abandoned_wait, calls),
            longest_wait_s: counts.longest,
            occupancy: counts.talked / (counted_s * f64::from(settings.agents)),
            abandon: share(counts.abandoned as f64, calls),
            estimate_rmse_ratio: ratio,
            estimate_covers: covers,
            theory: Theory::of(&settings),
            waits,
        }
    }
}

/// Of a mean of values that depend on their neighbours: by the means of thirty batches, which hardly do.
#[expect(clippy::cast_precision_loss, reason = "some million calls")]
fn standard_error(values: &[f64]) -> Option<f64> {
    const BATCHES: usize = 30;
    let length = values.len() / BATCHES;
    if length == 0 {
        return None;
    }
    let means: Vec<f64> =
        values.chunks_exact(length).map(|batch| batch.iter().sum::<f64>() / length as f64).collect();
    let count = means.len() as f64;
    let mean = means.iter().sum::<f64>() / count;
    let variance = means.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    Some((variance / count).sqrt())
}
