//! The days themselves: a heap of what will happen, and a decision every half second.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::{Duration, Instant};

use tandem_dialer::pacing::{Agents, Budget, Input, LineId, Mode, Now, Pacer, Settings};

use super::baseline::{Baseline, Seen};
use super::floor::{Floor, QUARTER, index};
use super::report::{PacingReport, Quarter};
use super::scenario::{Fate, Incident, Scenario, World};
use crate::Random;

/// What is simulated.
#[derive(Debug, Clone)]
pub struct PacingDay {
    pub agents: u32,
    pub scenario: Scenario,
    pub rule: PacingRule,
    pub answer_rate: f64,
    /// Mean ring of those who answer, in seconds.
    pub ring_s: f64,
    /// Mean time at a customer with its wrap-up, in seconds.
    pub talk_s: f64,
    /// Hours a day.
    pub hours: f64,
    pub days: u32,
    pub incidents: Vec<Incident>,
    pub seed: u64,
}

/// Who decides.
#[derive(Debug, Clone)]
pub enum PacingRule {
    /// Ours, with these settings.
    Pacer(Settings),
    Baseline(Baseline),
}

impl Default for PacingDay {
    fn default() -> Self {
        Self {
            agents: 10,
            scenario: Scenario::Realistic,
            rule: PacingRule::Pacer(Settings { mode: Mode::Predictive, ..Settings::default() }),
            answer_rate: 0.3,
            ring_s: 12.0,
            talk_s: 180.0,
            hours: 8.0,
            days: 1,
            incidents: Vec::new(),
            seed: 1,
        }
    }
}

/// Seconds between decisions where nothing happens.
const STEP: f64 = 0.5;
/// A trunk that is dead says so after this long, in seconds.
const FAILS: f64 = 0.1;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Event {
    RingEnds { line: u64, person: bool, machine: bool },
    MachineFound { line: u64 },
    Fails { line: u64 },
    GivesUp { line: u64 },
    Done { place: usize, since: f64 },
    Decide,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Due(f64, u64, Event);

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

struct Run<'a> {
    day: &'a PacingDay,
    world: World,
    random: Random,
    rule: Decider,
    began: Instant,
    /// Seconds before this day.
    before: f64,
    due: BinaryHeap<Reverse<Due>>,
    order: u64,
    next_line: u64,
    ringing: u32,
    /// Answered by a person, and when; in the order in which they answered.
    waiting: VecDeque<(u64, f64)>,
    floor: Floor,
    tick: u64,
    totals: Totals,
    quarters: Vec<Quarter>,
}

#[derive(Default)]
struct Totals {
    dials: u64,
    answers: u64,
    abandoned: u64,
    finished_by_ai: u64,
    waited: f64,
    taken: u64,
    hours: Vec<(u64, u64)>,
}

enum Decider {
    Pacer(Box<Pacer>),
    Baseline(Baseline),
}

/// Runs the days one after the other; what the pacer has learned it keeps. `began` is any moment.
pub fn simulate_pacing(day: &PacingDay, began: Instant) -> PacingReport {
    let mut rule = match &day.rule {
        PacingRule::Pacer(settings) => Decider::Pacer(Box::new(Pacer::new(*settings, Budget::default()))),
        PacingRule::Baseline(baseline) => Decider::Baseline(baseline.clone()),
    };
    let quarters = index(day.hours * 3_600.0 - 1.0, usize::MAX) + 1;
    let mut random = Random::new(day.seed);
    let mut totals = Totals::default();
    let mut all = vec![Quarter::default(); quarters];
    let (mut there, mut at_work) = (vec![0.0; quarters], vec![0.0; quarters]);
    let mut days = Vec::new();
    for number in 0..day.days {
        let world = World {
            scenario: day.scenario,
            answer_rate: day.answer_rate,
            ring_s: day.ring_s,
            talk_s: day.talk_s,
            incidents: day.incidents.clone(),
        };
        let mut run = Run {
            day,
            world,
            random: random.clone(),
            rule,
            began,
            before: f64::from(number) * 86_400.0,
            due: BinaryHeap::new(),
            order: 0,
            next_line: u64::from(number) << 32,
            ringing: 0,
            waiting: VecDeque::new(),
            floor: Floor::new(day.agents, quarters),
            tick: 0,
            totals,
            quarters: all,
        };
        run.go();
        days.push(run.floor.at_work.iter().sum::<f64>() / run.floor.there.iter().sum::<f64>());
        for quarter in 0..quarters {
            there[quarter] += run.floor.there[quarter];
            at_work[quarter] += run.floor.at_work[quarter];
        }
        (rule, random, totals, all) = (run.rule, run.random, run.totals, run.quarters);
    }
    for (quarter, (there, at_work)) in all.iter_mut().zip(there.iter().zip(&at_work)) {
        quarter.occupancy = at_work / there.max(f64::MIN_POSITIVE);
    }
    report(day, &totals, days, all, at_work.iter().sum::<f64>() / there.iter().sum::<f64>())
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls")]
fn report(
    day: &PacingDay,
    totals: &Totals,
    days: Vec<f64>,
    quarters: Vec<Quarter>,
    occupancy: f64,
) -> PacingReport {
    let share = |count: u64, of: u64| if of == 0 { 0.0 } else { count as f64 / of as f64 };
    let busy_hours = totals.hours.iter().filter(|(answers, _)| *answers > 200);
    let worst = busy_hours.map(|(answers, missed)| share(*missed, *answers)).max_by(f64::total_cmp);
    PacingReport {
        agents: day.agents,
        occupancy,
        abandon: share(totals.abandoned, totals.answers),
        ai_share: share(totals.finished_by_ai, totals.answers),
        worst_hour: worst,
        dials: totals.dials,
        answers: totals.answers,
        abandoned: totals.abandoned,
        finished_by_ai: totals.finished_by_ai,
        dials_per_answer: if totals.answers == 0 { 0.0 } else { totals.dials as f64 / totals.answers as f64 },
        mean_wait_s: if totals.taken == 0 { 0.0 } else { totals.waited / totals.taken as f64 },
        days,
        quarters,
        seed: day.seed,
    }
}

impl Run<'_> {
    fn go(&mut self) {
        let end = self.day.hours * 3_600.0;
        if let Decider::Baseline(baseline) = &mut self.rule {
            baseline.midnight();
        }
        let hours = index(end - 1.0, usize::MAX) / 4 + 1;
        let first = self.totals.hours.len();
        self.totals.hours.extend(std::iter::repeat_n((0, 0), hours));
        self.put(0.0, Event::Decide);
        while self.due.peek().is_some_and(|Reverse(next)| next.0 <= end) {
            let Some(Reverse(Due(at, _, event))) = self.due.pop() else { break };
            self.floor.settle(at);
            self.happen(at, event, first);
            if matches!(event, Event::RingEnds { .. } | Event::Done { .. })
                && matches!(self.rule, Decider::Pacer(_))
            {
                self.decide(at);
            }
        }
        self.floor.settle(end);
        self.close(end);
    }

    /// The day is over: who still rings or waits is let go and not counted.
    fn close(&mut self, end: f64) {
        let lines: Vec<u64> = std::mem::take(&mut self.due)
            .into_iter()
            .filter_map(|Reverse(Due(_, _, event))| match event {
                Event::RingEnds { line, .. } | Event::MachineFound { line } | Event::Fails { line } => {
                    Some(line)
                }
                _ => None,
            })
            .chain(self.waiting.drain(..).map(|(line, _)| line))
            .collect();
        for line in lines {
            self.tell(end, Input::Unanswered(LineId(line)));
        }
    }

    fn happen(&mut self, at: f64, event: Event, hours: usize) {
        match event {
            Event::RingEnds { line, person: false, machine: false } => {
                self.ringing -= 1;
                self.tell(at, Input::Unanswered(LineId(line)));
            }
            Event::RingEnds { line, machine: true, .. } => self.put(at + 3.0, Event::MachineFound { line }),
            Event::RingEnds { line, .. } => {
                self.ringing -= 1;
                self.totals.answers += 1;
                self.hour(at, hours).0 += 1;
                self.quarter(at).answers += 1;
                self.tell(at, Input::Answered(LineId(line)));
                self.waiting.push_back((line, at));
                self.match_up(at);
                if self.waiting.back().is_some_and(|(last, _)| *last == line) {
                    self.put(at + self.patience(), Event::GivesUp { line });
                }
            }
            Event::Fails { line } => {
                self.ringing -= 1;
                self.tell(at, Input::Failed(LineId(line)));
            }
            Event::MachineFound { line } => {
                self.ringing -= 1;
                self.tell(at, Input::Unanswered(LineId(line)));
            }
            Event::GivesUp { line } => {
                let Some(place) = self.waiting.iter().position(|(waits, _)| *waits == line) else { return };
                self.waiting.remove(place);
                if self.is_elastic() {
                    self.totals.finished_by_ai += 1;
                } else {
                    self.totals.abandoned += 1;
                }
                self.hour(at, hours).1 += 1;
                self.quarter(at).missed += 1;
                self.tell(at, Input::Missed(LineId(line)));
                self.count_for_baseline(true);
            }
            Event::Done { place, since } => {
                self.floor.done(place);
                let lasted = Duration::from_secs_f64(at - since);
                self.tell(at, Input::Handled { lasted });
                self.match_up(at);
            }
            Event::Decide => {
                let present = self.world.present(at, self.day.agents);
                self.floor.set_present(present);
                self.match_up(at);
                self.decide(at);
                self.tick += 1;
                self.put(at + STEP, Event::Decide);
            }
        }
    }

    fn match_up(&mut self, at: f64) {
        while !self.waiting.is_empty() {
            let Some(place) = self.floor.take(at) else { return };
            let Some((line, answered)) = self.waiting.pop_front() else { return };
            self.totals.waited += at - answered;
            self.totals.taken += 1;
            self.tell(at, Input::Taken(LineId(line)));
            self.count_for_baseline(false);
            let done = at + self.world.handling(at, &mut self.random);
            self.put(done, Event::Done { place, since: at });
        }
    }

    fn decide(&mut self, at: f64) {
        let free = self.floor.free();
        let waiting = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        let dial = match &mut self.rule {
            Decider::Pacer(pacer) => {
                let busy = self.floor.busy(at);
                let now = now(self.began, self.before, at);
                pacer.decide(now, Agents { free, busy: &busy }).dial
            }
            Decider::Baseline(baseline) => {
                let people = self.world.present(at, self.day.agents);
                baseline.dial(self.tick, Seen { free, people, lines: self.ringing + waiting, waiting })
            }
        };
        if self.world.is_closed(at) {
            return;
        }
        for _ in 0..dial {
            self.dial(at);
        }
    }

    fn dial(&mut self, at: f64) {
        let line = self.next_line;
        self.next_line += 1;
        self.ringing += 1;
        self.totals.dials += 1;
        self.quarter(at).dials += 1;
        self.tell(at, Input::Dialled(LineId(line)));
        let (rings_s, person, machine) = match self.world.attempt(at, &mut self.random) {
            Fate::Person { rings_s } => (rings_s, true, false),
            Fate::Machine { rings_s } => (rings_s, false, true),
            Fate::Nobody { rings_s } => (rings_s, false, false),
            Fate::Failed => return self.put(at + FAILS, Event::Fails { line }),
        };
        self.put(at + rings_s, Event::RingEnds { line, person, machine });
    }

    /// How long whoever answers stays without a person of ours, in seconds.
    fn patience(&self) -> f64 {
        match &self.day.rule {
            PacingRule::Pacer(settings) if settings.mode == Mode::Elastic => settings.bridge.as_secs_f64(),
            _ => self.world.grace(),
        }
    }

    fn is_elastic(&self) -> bool {
        matches!(&self.day.rule, PacingRule::Pacer(settings) if settings.mode == Mode::Elastic)
    }

    fn tell(&mut self, at: f64, input: Input) {
        if let Decider::Pacer(pacer) = &mut self.rule {
            pacer.handle(now(self.began, self.before, at), input);
        }
    }

    fn count_for_baseline(&mut self, missed: bool) {
        if let Decider::Baseline(baseline) = &mut self.rule {
            baseline.answered(missed);
        }
    }

    fn put(&mut self, at: f64, event: Event) {
        self.order += 1;
        self.due.push(Reverse(Due(at, self.order, event)));
    }

    fn hour(&mut self, at: f64, first: usize) -> &mut (u64, u64) {
        let last = self.totals.hours.len() - 1;
        &mut self.totals.hours[(first + index(at, usize::MAX) / 4).min(last)]
    }

    fn quarter(&mut self, at: f64) -> &mut Quarter {
        let place = index(at, self.quarters.len());
        &mut self.quarters[place]
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of some days")]
fn now(began: Instant, before: f64, at: f64) -> Now {
    let seconds = before + at;
    Now { at: began + Duration::from_secs_f64(seconds), minute: (seconds / 60.0) as u64 }
}

const _: () = assert!(QUARTER > STEP);
