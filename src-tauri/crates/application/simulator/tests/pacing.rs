//! The pacer against whole days: occupancy and misses, and what goes wrong on a day.

use std::time::{Duration, Instant};

use tandem_dialer::pacing::{Mode, Settings};
use tandem_simulator::{Baseline, Incident, PacingDay, PacingReport, PacingRule, Scenario, simulate_pacing};

fn run(day: PacingDay) -> PacingReport {
    simulate_pacing(&day, Instant::now())
}

fn mode(mode: Mode) -> PacingRule {
    PacingRule::Pacer(Settings { mode, ..Settings::default() })
}

fn with(agents: u32, incidents: Vec<Incident>) -> PacingReport {
    run(PacingDay { agents, days: 2, incidents, ..PacingDay::default() })
}

fn shares(report: &PacingReport, from: usize, to: usize) -> (f64, f64) {
    let quarters = &report.quarters[from..to];
    let occupancy = quarters.iter().map(|quarter| quarter.occupancy).sum::<f64>();
    let answers: u64 = quarters.iter().map(|quarter| quarter.answers).sum();
    let missed: u64 = quarters.iter().map(|quarter| quarter.missed).sum();
    let count = |value: u64| f64::from(u32::try_from(value).expect("small"));
    (
        occupancy / f64::from(u32::try_from(quarters.len()).expect("few")),
        count(missed) / count(answers.max(1)),
    )
}

/// What nobody who dials one line for each free person can get wrong, and what queueing theory says of it.
#[test]
fn progressive_is_as_busy_as_theory_says_and_misses_nobody() {
    let day = PacingDay {
        scenario: Scenario::Markov,
        rule: mode(Mode::Progressive),
        days: 5,
        ..PacingDay::default()
    };
    let report = run(day);
    // A person is busy 180 s, then idle until one of the attempts is answered: 12 s each, three in ten answer.
    let theory = 180.0 / (180.0 + 12.0 / 0.3);
    assert!((report.occupancy - theory).abs() < 0.006, "{} and {theory}", report.occupancy);
    assert_eq!(report.abandoned, 0);
}

/// The exact optimum of the Markov case at 3 % is .879, .907 and .944.
#[test]
fn predictive_is_within_a_point_of_the_exact_optimum() {
    for (agents, optimum, days) in [(10, 0.879, 12), (20, 0.907, 8), (50, 0.944, 4)] {
        let report = run(PacingDay {
            agents,
            days,
            scenario: Scenario::Markov,
            rule: PacingRule::Pacer(Settings {
                mode: Mode::Predictive,
                connect_within: Duration::ZERO,
                ..Settings::default()
            }),
            ..PacingDay::default()
        });
        assert!(report.occupancy > optimum - 0.01, "{agents}: {} of {optimum}", report.occupancy);
        assert!(report.abandon <= 0.0305, "{agents}: {}", report.abandon);
    }
}

#[test]
fn realistic_days_are_busier_than_by_the_best_published_rule() {
    for (agents, least) in [(10, 0.855), (20, 0.885), (50, 0.925)] {
        let day = PacingDay { agents, days: 4, ..PacingDay::default() };
        let ours = run(day.clone());
        let rule = PacingRule::Baseline(Baseline::vicidial(0.03, 3.0));
        let theirs = run(PacingDay { rule, ..day });
        assert!(ours.occupancy > least && ours.abandon < 0.0315, "{agents}: {ours:?}");
        assert!(
            ours.occupancy > theirs.occupancy + 0.02,
            "{agents}: {} and {}",
            ours.occupancy,
            theirs.occupancy
        );
    }
}

#[test]
fn elastic_hangs_up_on_nobody_and_keeps_people_busy() {
    let report = run(PacingDay { days: 5, rule: mode(Mode::Elastic), ..PacingDay::default() });
    assert!(report.occupancy >= 0.95, "{}", report.occupancy);
    assert_eq!(report.abandoned, 0);
    assert!(report.ai_share <= 0.101, "{}", report.ai_share);
}

#[test]
fn the_same_seed_is_the_same_day() {
    let day = PacingDay { hours: 1.0, ..PacingDay::default() };
    assert_eq!(run(day.clone()), run(day.clone()));
    assert_ne!(run(day.clone()).dials, run(PacingDay { seed: 2, ..day }).dials);
}

/// Trap: failures come back before answers do; who counts them at once takes the answer rate for almost nothing.
#[test]
fn a_shift_of_two_hundred_starts_without_a_burst() {
    let report = run(PacingDay { agents: 200, hours: 1.0, ..PacingDay::default() });
    let (busy, missed) = shares(&report, 0, 4);
    assert!(missed < 0.05, "{missed}");
    assert!(busy > 0.88, "{busy}");
    let second = &report.quarters[1];
    assert!(second.occupancy > 0.90, "{second:?}");
}

/// Trap: a guard that works all the time makes a saw-tooth of the day.
#[test]
fn a_day_is_no_saw_tooth() {
    let report = run(PacingDay { agents: 50, days: 3, ..PacingDay::default() });
    for (number, quarter) in report.quarters.iter().enumerate().skip(2) {
        assert!(quarter.occupancy > 0.89, "quarter {number}: {quarter:?}");
    }
}

#[test]
fn half_the_people_go_to_lunch() {
    let report = with(20, vec![Incident::Away { from_h: 4.0, to_h: 5.0, share: 0.5 }]);
    assert!(report.abandon <= 0.036, "{}", report.abandon);
    let (busy, _) = shares(&report, 20, 32);
    assert!(busy > 0.87, "after lunch {busy}");
}

#[test]
fn a_trunk_that_dies_is_no_reason_to_dial_the_world() {
    let report = with(20, vec![Incident::TrunkDead { from_h: 3.0, to_h: 3.5 }]);
    // What a trunk fails says nothing of people, so that nobody is lost when it is back.
    let (_, missed) = shares(&report, 14, 16);
    assert!(missed < 0.06, "{missed}");
    assert!(report.quarters[12].dials < 800, "{:?}", report.quarters[12]);
    let (busy, _) = shares(&report, 16, 32);
    assert!(busy > 0.86, "{busy}");
    assert!(report.abandon <= 0.036, "{}", report.abandon);
}

#[test]
fn an_answer_rate_that_leaps_is_followed_within_minutes() {
    let leaps = vec![
        Incident::AnswerRate { from_h: 0.0, times: 1.0 / 3.0 },
        Incident::AnswerRate { from_h: 4.0, times: 6.0 },
    ];
    let report = with(20, leaps);
    let (_, hour) = shares(&report, 16, 20);
    assert!(hour < 0.06, "the hour of the leap: {hour}");
    let (busy, _) = shares(&report, 17, 32);
    assert!(busy > 0.88, "{busy}");
    assert!(report.abandon <= 0.036, "{}", report.abandon);
}

#[test]
fn talk_that_takes_twice_as_long_costs_nobody_a_call() {
    let report = with(20, vec![Incident::Talk { from_h: 4.0, times: 2.0 }]);
    let (busy, missed) = shares(&report, 18, 32);
    assert!(busy > 0.90 && missed < 0.05, "{busy} {missed}");
}

#[test]
fn machines_that_answer_are_not_people() {
    let report = with(20, vec![Incident::Machines { share: 0.4 }]);
    assert!(report.occupancy > 0.85 && report.abandon <= 0.034, "{} {}", report.occupancy, report.abandon);
}

#[test]
fn a_window_that_closes_or_a_list_that_ends_ends_the_dialling() {
    let report = with(20, vec![Incident::Closed { from_h: 7.0 }]);
    assert_eq!(report.quarters[28..].iter().map(|quarter| quarter.dials).sum::<u64>(), 0);
    assert!(report.quarters[27].dials > 0);
}
