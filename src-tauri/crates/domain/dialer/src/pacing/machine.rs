//! The pacing of one campaign.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::outlook::{Lines, Outlook};
use super::threshold::Threshold;
use super::{AnswerRate, Budget, Durations, Mode, Settings};

/// A line from its dialling to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub u64);

/// A moment by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub at: Instant,
    /// Minutes since 1970, for what is counted by the calendar.
    pub minute: u64,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    Dialled(LineId),
    /// By a person; a machine that answers is `Unanswered`.
    Answered(LineId),
    /// It is over, and no person had answered; or one had, and hung up before anybody could have come.
    Unanswered(LineId),
    /// The trunk failed it: that says nothing of whom it was for.
    Failed(LineId),
    /// One of our people has the customer.
    Taken(LineId),
    /// Nobody came in time: the customer was lost, or (`Elastic`) an assistant finished the call.
    Missed(LineId),
    /// Somebody is done with a customer, wrap-up included.
    Handled {
        lasted: Duration,
    },
}

/// The people who work on this campaign now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agents<'a> {
    /// Who would take a call at once.
    pub free: u32,
    /// How long each of the others has been at their customer. Who is on a break is not among them.
    pub busy: &'a [Duration],
}

/// Why so many and not more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A person dials.
    PeopleDial,
    NobodyThere,
    /// A line for each who is free.
    Free,
    /// Somebody is expected to be free by the time a line is answered.
    Ahead,
    /// Enough lines are up for those who will be free.
    Enough,
    /// Too many of the last hour's answers were missed: a line for each who is free, no more.
    HourSpent,
    /// The same of the last thirty days.
    BudgetSpent,
    LinesFull,
    /// The trunk fails one attempt after the other: one every few seconds, to see when it is back.
    TrunkDown,
}

/// How many lines to dial now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    pub dial: u32,
    pub reason: Reason,
    /// The share of attempts that people answer, as far as is known.
    pub answer_rate: f64,
    /// Probability that nobody is free for the next line, should it be dialled and answered.
    pub miss: f64,
    /// The next line is dialled while `miss` is not above this.
    pub threshold: f64,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    dialled: Instant,
    /// Somebody has answered and waits for one of our people.
    held: bool,
}

/// Decides from what it has been told; drives nothing by itself.
#[derive(Debug, Clone)]
pub struct Pacer {
    settings: Settings,
    lines: BTreeMap<LineId, Line>,
    answered_rings: Durations,
    failed_rings: Durations,
    talk: Durations,
    rate: AnswerRate,
    threshold: Threshold,
    budget: Budget,
    refreshed: Option<Instant>,
    /// Attempts that the trunk has failed, one after the other.
    failed_in_row: u32,
    last_dialled: Option<Instant>,
}

/// When people answer, in seconds, as far as nothing is known of these ones.
const USUAL_ANSWERS: [u64; 20] = [4, 6, 7, 8, 9, 9, 10, 10, 11, 12, 12, 13, 14, 14, 15, 16, 18, 20, 22, 25];
/// When attempts come back that nobody answers.
const USUAL_FAILURES: [u64; 10] = [2, 3, 4, 25, 25, 25, 25, 26, 28, 30];
/// Guards are judged on no fewer answers.
const ENOUGH_ANSWERS: u64 = 150;
/// So many misses more than there should be may be bad luck.
const LUCK: f64 = 12.0;
/// So many failures in a row, and the trunk is taken for dead.
const DEAD: u32 = 5;
/// How often a dead trunk is tried.
const PROBE: Duration = Duration::from_secs(5);
/// The tables are worked out anew this often.
const REFRESH: Duration = Duration::from_secs(5);

impl Pacer {
    /// `budget` is what was counted of this campaign before.
    pub fn new(settings: Settings, budget: Budget) -> Self {
        let seconds = Duration::from_secs;
        let limit =
            if settings.mode == Mode::Elastic { settings.assistant_share } else { settings.abandon_limit };
        Self {
            settings,
            lines: BTreeMap::new(),
            answered_rings: Durations::new(seconds(12), seconds(90), 180).like(USUAL_ANSWERS.map(seconds)),
            failed_rings: Durations::new(seconds(20), seconds(90), 180).like(USUAL_FAILURES.map(seconds)),
            talk: Durations::new(seconds(180), seconds(3_600), 900),
            rate: AnswerRate::new(0.3, 20.0),
            threshold: Threshold::new(limit),
            budget,
            refreshed: None,
            failed_in_row: 0,
            last_dialled: None,
        }
    }

    /// What has been learned stays.
    pub fn set(&mut self, settings: Settings) {
        let fresh = Self::new(settings, Budget::default());
        let same = self.settings.mode == settings.mode && (self.limit() - fresh.limit()).abs() < f64::EPSILON;
        if !same {
            self.threshold = fresh.threshold;
        }
        self.settings = settings;
    }

    /// Of a line that is not known, or that is past it, nothing is taken.
    pub fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Dialled(id) => {
                self.lines.insert(id, Line { dialled: now.at, held: false });
                self.rate.dialled(now.at);
                self.last_dialled = Some(now.at);
            }
            Input::Answered(id) => {
                if let Some(line) = self.lines.get_mut(&id)
                    && !line.held
                {
                    line.held = true;
                    self.failed_in_row = 0;
                    self.rate.answered(line.dialled);
                    self.answered_rings.ended(now.at.saturating_duration_since(line.dialled));
                }
            }
            Input::Failed(id) => {
                if let Some(line) = self.lines.remove(&id) {
                    self.rate.withdraw(line.dialled);
                    self.failed_in_row += 1;
                }
            }
            Input::Unanswered(id) => {
                self.failed_in_row = 0;
                if let Some(line) = self.lines.remove(&id)
                    && !line.held
                {
                    self.failed_rings.ended(now.at.saturating_duration_since(line.dialled));
                }
            }
            Input::Taken(id) => self.settle(now, id, false),
            Input::Missed(id) => self.settle(now, id, true),
            Input::Handled { lasted } => self.talk.ended(lasted),
        }
    }

    fn settle(&mut self, now: Now, id: LineId, missed: bool) {
        if !self.lines.remove(&id).is_some_and(|line| line.held) {
            return;
        }
        // While a guard holds the lines down, what happens says nothing of the threshold.
        let guarded = self.guard(now.minute).is_some();
        self.budget.count(now.minute, missed);
        if !guarded {
            self.threshold.learn(missed);
        }
    }

    /// How many to dial now.
    pub fn decide(&mut self, now: Now, agents: Agents<'_>) -> Decision {
        let decision = self.wanted(now, agents);
        if decision.dial == 0 || self.failed_in_row < DEAD {
            return decision;
        }
        let tried = self.last_dialled.is_some_and(|at| now.at.saturating_duration_since(at) < PROBE);
        Decision { dial: u32::from(!tried), reason: Reason::TrunkDown, ..decision }
    }

    fn wanted(&mut self, now: Now, agents: Agents<'_>) -> Decision {
        self.refresh(now.at, agents);
        let people = usize::try_from(agents.free).unwrap_or(usize::MAX).saturating_add(agents.busy.len());
        let rate = self.rate.rate(now.at, &self.answered_rings);
        let none = |reason| Decision { dial: 0, reason, answer_rate: rate, miss: 1.0, threshold: 0.0 };
        let ringing = self.lines.values().filter(|line| !line.held).count();
        let held = self.lines.len() - ringing;
        let talking = match self.settings.mode {
            Mode::Assistants => 0,
            _ => agents.busy.len(),
        };
        let in_use = u32::try_from(self.lines.len() + talking).unwrap_or(u32::MAX);
        let room = self.settings.most_lines.saturating_sub(in_use);
        let free = agents.free.saturating_sub(u32::try_from(ringing + held).unwrap_or(u32::MAX));
        match self.settings.mode {
            Mode::Preview => none(Reason::PeopleDial),
            Mode::Assistants => {
                let busy = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
                let dial = self.settings.most_assistants.saturating_sub(busy);
                Decision { dial: dial.min(room), ..none(full(dial, room, Reason::Free)) }
            }
            _ if people == 0 => none(Reason::NobodyThere),
            Mode::Progressive => Decision { dial: free.min(room), ..none(full(free, room, Reason::Free)) },
            Mode::Predictive | Mode::Elastic => match self.guard(now.minute) {
                Some(guard) => Decision { dial: free.min(room), ..none(full(free, room, guard)) },
                None => self.look_ahead(now.at, agents, people.saturating_sub(held), rate, (free, room)),
            },
        }
    }

    fn look_ahead(
        &self,
        now: Instant,
        agents: Agents<'_>,
        people: usize,
        rate: f64,
        (free, room): (u32, u32),
    ) -> Decision {
        let lines = Lines { answered: &self.answered_rings, failed: &self.failed_rings, rate };
        let ringing: Vec<f64> = self
            .lines
            .values()
            .filter(|line| !line.held)
            .map(|line| now.saturating_duration_since(line.dialled).as_secs_f64())
            .collect();
        let busy: Vec<f64> = agents.busy.iter().map(Duration::as_secs_f64).collect();
        let mut outlook =
            Outlook::new(lines, &ringing, &busy, &self.talk, people, self.patience().as_secs_f64());
        let threshold = self.threshold.value();
        let mut dial = 0;
        let mut miss = outlook.miss();
        while dial < room && (dial < free || miss <= threshold) {
            dial += 1;
            outlook.dial();
            miss = outlook.miss();
        }
        let reason = match dial {
            dial if dial == room => Reason::LinesFull,
            0 => Reason::Enough,
            dial if dial <= free => Reason::Free,
            _ => Reason::Ahead,
        };
        Decision { dial, reason, answer_rate: rate, miss, threshold }
    }

    /// What holds the lines down to one for each who is free, if anything.
    fn guard(&mut self, minute: u64) -> Option<Reason> {
        let limit = self.limit();
        let (answers, missed) = self.budget.month(minute);
        // Far from where the threshold keeps the share by itself: a guard that works all the time makes a saw-tooth of it.
        if over(answers, missed, limit) {
            return Some(Reason::BudgetSpent);
        }
        let (answers, missed) = self.budget.hour(minute);
        let hour = if self.settings.mode == Mode::Elastic { 1.0 } else { self.settings.hour_limit * 0.8 };
        over(answers, missed, hour).then_some(Reason::HourSpent)
    }

    fn limit(&self) -> f64 {
        match self.settings.mode {
            Mode::Elastic => self.settings.assistant_share,
            _ => self.settings.abandon_limit,
        }
    }

    fn patience(&self) -> Duration {
        match self.settings.mode {
            Mode::Elastic => self.settings.bridge,
            _ => self.settings.connect_within,
        }
    }

    fn refresh(&mut self, now: Instant, agents: Agents<'_>) {
        if self.refreshed.is_some_and(|at| now.saturating_duration_since(at) < REFRESH) {
            return;
        }
        self.refreshed = Some(now);
        self.talk.refresh(agents.busy.iter().map(|so_far| (so_far.as_secs_f64(), 1.0)));
        let rate = self.rate.rate(now, &self.answered_rings);
        let lines = Lines { answered: &self.answered_rings, failed: &self.failed_rings, rate };
        let ringing: Vec<(f64, f64)> = self
            .lines
            .values()
            .filter(|line| !line.held)
            .map(|line| now.saturating_duration_since(line.dialled).as_secs_f64())
            .map(|so_far| (so_far, lines.answers(so_far)))
            .collect();
        self.answered_rings.refresh(ringing.iter().copied());
        self.failed_rings.refresh(ringing.iter().map(|(so_far, answers)| (*so_far, 1.0 - answers)));
        let people = u32::try_from(agents.busy.len()).unwrap_or(u32::MAX).saturating_add(agents.free);
        let people = f64::from(people);
        self.rate.remember((people * 5.0).clamp(50.0, 800.0), (people * 20.0).clamp(150.0, 8_000.0));
        self.threshold.begin(people);
    }

    /// Answers and misses of the last thirty days and of the last hour.
    pub fn spent(&mut self, minute: u64) -> [(u64, u64); 2] {
        [self.budget.month(minute), self.budget.hour(minute)]
    }

    /// Lines that ring, and customers who wait for one of our people.
    pub fn lines(&self) -> (usize, usize) {
        let held = self.lines.values().filter(|line| line.held).count();
        (self.lines.len() - held, held)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls")]
fn over(answers: u64, missed: u64, limit: f64) -> bool {
    let expected = answers as f64 * limit;
    let luck = (2.0 * (expected * (1.0 - limit)).sqrt()).min(LUCK);
    answers >= ENOUGH_ANSWERS && missed as f64 > expected + luck
}

fn full(wanted: u32, room: u32, else_: Reason) -> Reason {
    if wanted > room { Reason::LinesFull } else { else_ }
}
