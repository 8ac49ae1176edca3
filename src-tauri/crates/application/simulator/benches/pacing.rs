//! Occupancy and misses of every rule over the same days: ours beside fixed ratios and VICIdial's published rule.
//!
//! DAYS and SEEDS change how long it runs, AGENTS (10,20,50,200) for how many people. It prints a table and ends.

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tandem_dialer::pacing::{Mode, Settings};
use tandem_simulator::{Baseline, PacingDay, PacingReport, PacingRule, Scenario, simulate_pacing};

fn main() {
    let number = |name: &str, otherwise: u32| {
        std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
    };
    let (days, seeds) = (number("DAYS", 10), number("SEEDS", 5));
    let agents = std::env::var("AGENTS").unwrap_or_else(|_| "10,20,50,200".into());
    let agents: Vec<u32> = agents.split(',').filter_map(|value| value.parse().ok()).collect();
    println!("{days} days of 8 h, {seeds} seeds: occupancy (least–most) / missed (most) [/ finished by AI]");
    for (name, scenario) in
        [("markov", Scenario::Markov), ("realistic", Scenario::Realistic), ("drift", Scenario::Drift)]
    {
        for agents in &agents {
            for (rule_name, rule) in rules(scenario) {
                let reports = over(seeds, |seed| PacingDay {
                    agents: *agents,
                    scenario,
                    days,
                    seed,
                    rule: rule.clone(),
                    ..PacingDay::default()
                });
                println!("{name:>9} {agents:>4} {rule_name:<12} {}", line(&reports));
            }
        }
    }
}

fn rules(scenario: Scenario) -> Vec<(&'static str, PacingRule)> {
    let connect_within = if scenario == Scenario::Markov { Duration::ZERO } else { Duration::from_secs(2) };
    let ours = |mode| PacingRule::Pacer(Settings { mode, connect_within, ..Settings::default() });
    vec![
        ("progressive", ours(Mode::Progressive)),
        ("ratio 2", PacingRule::Baseline(Baseline::Ratio(2.0))),
        ("ratio 3", PacingRule::Baseline(Baseline::Ratio(3.0))),
        ("VICIdial", PacingRule::Baseline(Baseline::vicidial(0.03, 3.0))),
        ("predictive", ours(Mode::Predictive)),
        ("elastic", ours(Mode::Elastic)),
    ]
}

/// Every seed's days, two at a time.
fn over(seeds: u32, day: impl Fn(u64) -> PacingDay + Sync) -> Vec<PacingReport> {
    let left = Mutex::new((1..=u64::from(seeds)).collect::<Vec<_>>());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(seed) = left.lock().ok().and_then(|mut left| left.pop()) else { return };
                    let report = simulate_pacing(&day(seed), Instant::now());
                    if let Ok(mut done) = done.lock() {
                        done.push(report);
                    }
                }
            });
        }
    });
    done.into_inner().unwrap_or_default()
}

fn line(reports: &[PacingReport]) -> String {
    let of = |value: fn(&PacingReport) -> f64| {
        let values: Vec<f64> = reports.iter().map(value).collect();
        let count = f64::from(u32::try_from(values.len().max(1)).unwrap_or(1));
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(0.0, f64::max);
        (values.iter().sum::<f64>() / count, least, most)
    };
    let (occupancy, least, most) = of(|report| report.occupancy);
    let (missed, _, worst) = of(|report| report.abandon);
    let (assistants, ..) = of(|report| report.ai_share);
    let ai = if assistants > 0.0 { format!(" / {:.1} %", assistants * 100.0) } else { String::new() };
    format!("{occupancy:.3} ({least:.3}–{most:.3}) / {:.2} % ({:.2} %){ai}", missed * 100.0, worst * 100.0)
}
