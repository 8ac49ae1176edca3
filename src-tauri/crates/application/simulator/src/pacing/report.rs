//! What came of the days.

use serde::Serialize;

/// Shares are between 0 and 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PacingReport {
    pub agents: u32,
    /// Of the time in which people were there, the share they were at a customer, wrap-up included.
    pub occupancy: f64,
    /// Of the calls that people answered, those that nobody took in time and that were hung up on.
    pub abandon: f64,
    /// Of the calls that people answered, those that an assistant finished.
    pub ai_share: f64,
    /// The worst hour's share of misses, of hours with more than 200 answers.
    pub worst_hour: Option<f64>,
    pub dials: u64,
    pub answers: u64,
    pub abandoned: u64,
    pub finished_by_ai: u64,
    /// Lines dialled for each call that was answered by a person.
    pub dials_per_answer: f64,
    /// Mean wait of those whom a person of ours took, in seconds.
    pub mean_wait_s: f64,
    /// Occupancy of each day, to see how far they spread.
    pub days: Vec<f64>,
    /// Occupancy and misses of each quarter of an hour, over all days.
    pub quarters: Vec<Quarter>,
    pub seed: u64,
}

/// A quarter of an hour of the day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Quarter {
    pub occupancy: f64,
    pub answers: u64,
    pub missed: u64,
    pub dials: u64,
}
