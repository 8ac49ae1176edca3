//! What came of the day, beside what theory says of one like it.

use serde::Serialize;

use super::QueueDay;
use crate::erlang::{ErlangA, ErlangC};

/// Shares are fractions, times are seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueReport {
    pub seed: u64,
    pub calls: u64,
    pub answered: u64,
    pub abandoned: u64,
    /// Answered in time, of all calls.
    pub service_level: f64,
    /// Mean wait of those who were answered.
    pub asa_s: f64,
    /// Standard error of that mean: a busy queue remembers for long, so it is wide even with many calls.
    pub asa_error_s: Option<f64>,
    /// Mean time in the queue of all.
    pub mean_wait_s: f64,
    pub longest_wait_s: f64,
    pub occupancy: f64,
    pub abandon: f64,
    /// Root of the mean square of what the estimate at joining was wrong by, to the least that is possible.
    pub estimate_rmse_ratio: Option<f64>,
    /// Share of waits that fell into the range that nine of ten should.
    pub estimate_covers: Option<f64>,
    pub theory: Theory,
    /// Of each answered call in the order of their answers; not in what is printed.
    #[serde(skip)]
    pub waits: Vec<f64>,
}

/// What the same day would be by the books.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Theory {
    /// `erlang_c`, `erlang_a`, or `none` where agents cannot keep up and nobody gives up.
    pub model: &'static str,
    pub service_level: Option<f64>,
    pub asa_s: Option<f64>,
    pub mean_wait_s: Option<f64>,
    pub occupancy: Option<f64>,
    pub abandon: Option<f64>,
}

impl Theory {
    pub(super) fn of(day: &QueueDay) -> Self {
        let rate = day.calls_per_hour / 3_600.0;
        let none = Self {
            model: "none",
            service_level: None,
            asa_s: None,
            mean_wait_s: None,
            occupancy: None,
            abandon: None,
        };
        match day.patience_s {
            Some(patience) => {
                ErlangA::new(rate, day.handling_s, patience, day.agents).map_or(none.clone(), |a| Self {
                    model: "erlang_a",
                    mean_wait_s: Some(a.mean_wait),
                    occupancy: Some(a.occupancy),
                    abandon: Some(a.abandoned),
                    ..none
                })
            }
            None => ErlangC::new(rate, day.handling_s, day.agents).map_or(none.clone(), |c| Self {
                model: "erlang_c",
                service_level: Some(c.answered_within(day.in_time_s)),
                asa_s: Some(c.mean_wait),
                mean_wait_s: Some(c.mean_wait),
                occupancy: Some(c.occupancy()),
                abandon: Some(0.0),
            }),
        }
    }
}
