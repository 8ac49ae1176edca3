//! The pacer by its decisions: what it may never do, and why it says it does what it does.

use std::time::{Duration, Instant};

use tandem_dialer::pacing::{
    Agents, Budget, Decision, Input, LineId, Mode, Now, Pacer, Reason, Settings, Tally,
};

struct World {
    began: Instant,
    seconds: f64,
    pacer: Pacer,
    next: u64,
}

impl World {
    fn new(settings: Settings) -> Self {
        Self::spent(settings, Budget::default())
    }

    fn spent(settings: Settings, budget: Budget) -> Self {
        Self { began: Instant::now(), seconds: 0.0, pacer: Pacer::new(settings, budget), next: 0 }
    }

    fn now(&self) -> Now {
        let minute = Duration::from_secs_f64(self.seconds).as_secs() / 60;
        Now { at: self.began + Duration::from_secs_f64(self.seconds), minute: 1_000_000 + minute }
    }

    fn decide(&mut self, free: u32, busy: &[Duration]) -> Decision {
        self.pacer.decide(self.now(), Agents { free, busy })
    }

    fn tell(&mut self, input: Input) {
        self.pacer.handle(self.now(), input);
    }

    fn dial(&mut self, lines: u32) -> Vec<LineId> {
        let ids: Vec<LineId> = (0..lines).map(|line| LineId(self.next + u64::from(line))).collect();
        self.next += u64::from(lines);
        ids.iter().for_each(|id| self.tell(Input::Dialled(*id)));
        ids
    }

    /// One attempt that rings for so long and comes to this.
    fn attempt(&mut self, rings: f64, end: Option<Input>) {
        let line = self.dial(1)[0];
        self.seconds += rings;
        match end {
            None => self.tell(Input::Unanswered(line)),
            Some(end) => {
                self.tell(Input::Answered(line));
                self.tell(match end {
                    Input::Missed(_) => Input::Missed(line),
                    _ => Input::Taken(line),
                });
            }
        }
    }
}

fn predictive() -> Settings {
    Settings { mode: Mode::Predictive, ..Settings::default() }
}

const TAKEN: Option<Input> = Some(Input::Taken(LineId(0)));
const MISSED: Option<Input> = Some(Input::Missed(LineId(0)));

#[test]
fn progressive_dials_one_line_for_each_who_is_free() {
    let mut world = World::new(Settings { mode: Mode::Progressive, ..Settings::default() });
    let busy = [Duration::from_secs(60); 5];
    let first = world.decide(4, &busy);
    assert_eq!((first.dial, first.reason), (4, Reason::Free));
    world.dial(4);
    assert_eq!(world.decide(4, &busy).dial, 0, "as many ring already");
}

#[test]
fn nobody_is_dialled_for_nobody() {
    for mode in [Mode::Progressive, Mode::Predictive, Mode::Elastic] {
        let mut world = World::new(Settings { mode, ..Settings::default() });
        let told = world.decide(0, &[]);
        assert_eq!((told.dial, told.reason), (0, Reason::NobodyThere), "{mode:?}");
    }
    let mut preview = World::new(Settings { mode: Mode::Preview, ..Settings::default() });
    assert_eq!(preview.decide(10, &[]).reason, Reason::PeopleDial);
}

#[test]
fn who_will_be_free_soon_is_dialled_for() {
    let mut world = World::new(predictive());
    // A hundred and fifty calls that lasted a minute each, and three in ten answer.
    (0..150).for_each(|_| world.tell(Input::Handled { lasted: Duration::from_secs(60) }));
    (0..300).for_each(|number| world.attempt(10.0, if number % 10 < 3 { TAKEN } else { None }));
    let ending = [Duration::from_secs(58); 20];
    let beginning = [Duration::from_secs(2); 20];
    let (soon, late) = (world.decide(0, &ending), world.decide(0, &beginning));
    assert!(soon.dial > 10, "{soon:?}");
    assert_eq!((late.dial, late.reason), (0, Reason::Enough), "{late:?}");
    assert_eq!(soon.reason, Reason::Ahead);
    assert!(soon.miss > soon.threshold, "it goes on until one more would be too many");
}

#[test]
fn lines_never_pass_what_there_is() {
    let mut world = World::new(Settings { most_lines: 25, ..predictive() });
    let busy = [Duration::from_secs(10); 10];
    let told = world.decide(40, &busy);
    assert_eq!((told.dial, told.reason), (15, Reason::LinesFull));
    world.dial(15);
    assert_eq!(world.decide(40, &busy).dial, 0);
}

#[test]
fn a_customer_who_waits_is_a_person_less() {
    let mut world = World::new(predictive());
    let lines = world.dial(30);
    world.seconds += 10.0;
    let before = world.decide(10, &[]);
    lines.iter().take(9).for_each(|line| world.tell(Input::Answered(*line)));
    assert_eq!(world.pacer.lines(), (21, 9));
    let after = world.decide(10, &[]);
    assert!(after.miss > before.miss, "{} and {}", after.miss, before.miss);
    assert_eq!(after.dial, 0);
}

#[test]
fn a_spent_budget_leaves_one_line_for_each_who_is_free() {
    let spent = Budget::restored([Tally { minute: 999_000, answers: 1_000, missed: 45 }]);
    let mut world = World::spent(predictive(), spent);
    let told = world.decide(6, &[Duration::from_secs(100); 20]);
    assert_eq!((told.dial, told.reason), (6, Reason::BudgetSpent));
    assert_eq!(world.pacer.spent(1_000_000), [(1_000, 45), (0, 0)]);
    // Thirty days later it is forgotten.
    world.seconds = 30.0 * 86_400.0;
    assert_ne!(world.decide(6, &[Duration::from_secs(100); 20]).reason, Reason::BudgetSpent);
}

#[test]
fn a_bad_hour_ends_by_itself() {
    let good = Budget::restored([Tally { minute: 990_000, answers: 20_000, missed: 200 }]);
    let mut world = World::spent(predictive(), good);
    (0..200).for_each(|number| world.attempt(0.5, if number % 8 == 0 { MISSED } else { TAKEN }));
    let told = world.decide(3, &[Duration::from_secs(100); 5]);
    assert_eq!((told.dial, told.reason), (3, Reason::HourSpent));
    world.seconds += 3_700.0;
    assert_ne!(world.decide(3, &[Duration::from_secs(100); 5]).reason, Reason::HourSpent);
}

/// Trap: while a guard holds the lines down, answers without misses must not wind the threshold up.
#[test]
fn a_guard_does_not_wind_the_threshold_up() {
    let spent = Budget::restored([Tally { minute: 999_990, answers: 1_000, missed: 100 }]);
    let mut world = World::spent(predictive(), spent);
    world.decide(5, &[]);
    (0..1_000).for_each(|_| world.attempt(0.1, TAKEN));
    world.seconds = 31.0 * 86_400.0;
    let after = world.decide(5, &[]).threshold;
    assert!(after < 0.031, "{after}");
}

#[test]
fn lines_that_nobody_knows_change_nothing() {
    let mut world = World::new(predictive());
    for input in [
        Input::Answered(LineId(7)),
        Input::Unanswered(LineId(7)),
        Input::Taken(LineId(7)),
        Input::Missed(LineId(7)),
    ] {
        world.tell(input);
    }
    let line = world.dial(1)[0];
    world.tell(Input::Taken(line));
    assert_eq!(world.pacer.spent(world.now().minute), [(0, 0), (0, 0)], "taken before it was answered");
    assert_eq!(world.pacer.lines(), (0, 0));
}

#[test]
fn a_dead_trunk_is_tried_once_in_five_seconds() {
    let mut world = World::new(predictive());
    for line in world.dial(5) {
        world.tell(Input::Failed(line));
    }
    world.seconds += 1.0;
    assert_eq!((world.decide(5, &[]).dial, world.decide(5, &[]).reason), (0, Reason::TrunkDown));
    world.seconds += 5.0;
    let told = world.decide(5, &[]);
    assert_eq!(told.dial, 1);
    assert!((told.answer_rate - 0.3).abs() < 0.01, "what a trunk fails says nothing of people: {told:?}");
    let line = world.dial(1)[0];
    world.tell(Input::Unanswered(line));
    assert!(world.decide(5, &[]).dial > 1, "it is back");
}

#[test]
fn settings_name_what_is_wrong() {
    let wrong = Settings { abandon_limit: 0.5, ..Settings::default() };
    assert_eq!(wrong.check().expect_err("too high").to_string(), "abandon_limit: expected 0 to 0.2");
    assert_eq!(
        Settings { most_lines: 0, ..Settings::default() }.check().expect_err("none").field,
        "most_lines"
    );
    assert_eq!(Settings::default().check(), Ok(()));
}
