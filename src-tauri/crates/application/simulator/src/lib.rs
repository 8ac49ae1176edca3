//! The machines that calls run on, on a virtual clock and with callers drawn from a seed: what would a day be like with
//! so many calls and so many agents?
//!
//! Invariant: the same seed and settings give the same answer; no clock, no I/O, no other randomness.

mod erlang;
mod floor;
mod pacing;
mod queue;
mod random;

pub use erlang::{ErlangA, ErlangC};
pub use floor::{FloorReport, Rule, Violation, Watched, simulate_floors};
pub use pacing::{
    Baseline, Incident, PacingDay, PacingReport, PacingRule, Scenario, Vicidial, simulate_pacing,
};
pub use queue::{QueueDay, QueueReport, simulate_queue};
pub use random::Random;
