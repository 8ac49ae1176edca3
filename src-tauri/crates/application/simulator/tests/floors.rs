//! Everything that people, phones, callers and supervisors may do, and not one promise broken.

#![allow(clippy::print_stdout, reason = "what happened is for people")]

use std::time::Instant;

use tandem_simulator::{FloorReport, simulate_floors};

/// In every profile that is not optimised; the million are run by `make soak`.
const CALLS: u64 = 20_000;

fn holds(report: &FloorReport) {
    assert_eq!(report.violations, 0, "{:?} {:#?}", report.by_rule, report.examples);
}

#[test]
fn whatever_happens_on_a_floor_nothing_that_is_promised_is_broken() {
    let report = simulate_floors(CALLS, 1, Instant::now());
    holds(&report);
    assert_eq!(report.calls, CALLS);
    // All of it did happen, so that it was worth looking.
    for (what, count) in [
        ("answered", report.answered),
        ("answered by assistants", report.by_assistants),
        ("abandoned", report.abandoned),
        ("abandoned while it rang", report.abandoned_while_ringing),
        ("sent elsewhere", report.sent_elsewhere),
        ("overflowed", report.overflowed),
        ("asked to be called back", report.call_backs),
        ("called back", report.called_back),
        ("declined", report.declined),
        ("missed", report.missed),
        ("not answered", report.timed_out),
        ("put on a break", report.auto_paused),
        ("answered too late", report.late_answers),
        ("edited", report.edits),
    ] {
        assert!(count > 50, "{what}: {count} times in {report:?}");
    }
    assert!(report.worst_idle_gini > 0.0, "{report:?}");
}

/// `SEED` and `CALLS` may be given in the environment.
#[test]
#[ignore = "minutes where nothing is optimised: make soak"]
fn a_million_calls_break_nothing() {
    let given = |name: &str, usual| match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name}={value}: expected a number")),
        Err(_) => usual,
    };
    let began = Instant::now();
    let report = simulate_floors(given("CALLS", 1_000_000), given("SEED", 1_000), Instant::now());
    println!("{report:#?}\nin {:.0} s", began.elapsed().as_secs_f64());
    holds(&report);
}

#[test]
fn a_seed_says_it_all() {
    let once = simulate_floors(2_000, 7, Instant::now());
    assert_eq!(once, simulate_floors(2_000, 7, Instant::now()));
    assert_ne!(once, simulate_floors(2_000, 9, Instant::now()));
}
