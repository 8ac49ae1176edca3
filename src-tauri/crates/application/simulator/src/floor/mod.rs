//! Whole floors at their worst: queues, people, assistants, callers and supervisors who do everything they can, and the
//! promises of the queues' machine looked at after every step.

mod day;
mod drawn;
mod ledger;
mod report;
mod watched;

use std::time::Instant;

use day::Day;
pub use report::FloorReport;
pub use watched::{Rule, Violation, Watched};

/// Calls of one floor; the next ones come to another.
const CALLS_A_DAY: u64 = 1_000;

/// Simulates so many calls on as many floors as that takes, each from a seed of its own beginning with `seed`. `start`
/// is where their virtual clocks begin.
pub fn simulate_floors(calls: u64, seed: u64, start: Instant) -> FloorReport {
    let mut report = FloorReport::new(seed);
    let (mut left, mut seed) = (calls, seed);
    while left > 0 {
        let today = left.min(CALLS_A_DAY);
        let mut day = Day::new(seed, today, start);
        day.run();
        report.add(seed, day.watched.steps, &day.counts, std::mem::take(&mut day.watched.violations));
        left -= today;
        seed += 1;
    }
    report
}
