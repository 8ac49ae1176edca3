//! A day of one queue.

mod day;
mod report;

use std::time::{Duration, Instant};

use day::Day;
pub use report::QueueReport;

/// What the day is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueueDay {
    pub calls_per_hour: f64,
    pub agents: u32,
    /// Mean of an exponential time, s.
    pub handling_s: f64,
    /// Mean of an exponential time after which a caller gives up, s; `None`: nobody does.
    pub patience_s: Option<f64>,
    pub hours: f64,
    /// Hours at the start that are not counted: the queue begins empty.
    pub warm_up_hours: f64,
    /// Within so many seconds an answer is in time.
    pub in_time_s: f64,
    pub seed: u64,
}

impl Default for QueueDay {
    fn default() -> Self {
        Self {
            calls_per_hour: 100.0,
            agents: 8,
            handling_s: 180.0,
            patience_s: None,
            hours: 100.0,
            warm_up_hours: 2.0,
            in_time_s: 20.0,
            seed: 1,
        }
    }
}

/// Runs the day on the matcher. `start` is where its virtual clock begins.
pub fn simulate_queue(day: &QueueDay, start: Instant) -> QueueReport {
    let mut running = Day::new(*day, start);
    running.run();
    running.report()
}

pub(crate) fn seconds(value: f64) -> Duration {
    Duration::from_secs_f64(value.clamp(0.0, 1e9))
}
