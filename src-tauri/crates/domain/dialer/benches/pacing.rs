//! How long one pacing decision takes at 200 agents with their lines up.
//!
//! Baseline: the same decisions at 10 agents in the same run. It prints figures and ends; nothing of it is a test.

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::time::{Duration, Instant};

use tandem_dialer::pacing::{Agents, Budget, Input, LineId, Mode, Now, Pacer, Settings};

const DECISIONS: u64 = 20_000;

fn main() {
    let small = measure(10);
    let large = measure(200);
    for (agents, (median, p99)) in [(10, small), (200, large)] {
        println!("pacing: {agents:>4} agents: {median:7.1} µs median, {p99:7.1} µs p99 a decision");
    }
    println!("pacing: twenty times as many agents: {:.1} times the median", large.0 / small.0);
}

/// Median and p99 in microseconds.
fn measure(agents: u64) -> (f64, f64) {
    let mut pacer = Pacer::new(Settings { mode: Mode::Predictive, ..Settings::default() }, Budget::default());
    let began = Instant::now();
    let mut line = 0;
    let mut took: Vec<f64> = (0..DECISIONS)
        .map(|decision| {
            let at = began + Duration::from_millis(decision * 250);
            let now = Now { at, minute: decision / 240 };
            let busy: Vec<Duration> = (1..agents)
                .map(|agent| Duration::from_millis((agent * 7_919 + decision * 250) % 400_000))
                .collect();
            let start = Instant::now();
            let told = pacer.decide(now, Agents { free: 1, busy: &busy });
            let took = start.elapsed();
            for _ in 0..told.dial {
                pacer.handle(now, Input::Dialled(LineId(line)));
                line += 1;
            }
            // Lines come back after some ten seconds, three in ten answered.
            if line > agents / 3 {
                let old = LineId(line - agents / 3 - 1);
                pacer.handle(
                    now,
                    if old.0.is_multiple_of(3) { Input::Answered(old) } else { Input::Unanswered(old) },
                );
                pacer.handle(now, Input::Taken(old));
            }
            took.as_secs_f64() * 1e6
        })
        .collect();
    took.sort_by(f64::total_cmp);
    let place = |share: usize| took[took.len() * share / 100];
    (place(50), place(99))
}
