//! A day of outbound calling on a virtual clock: the very pacer that live campaigns use, and the rules of others beside it.

mod baseline;
mod day;
mod floor;
mod report;
mod scenario;

pub use baseline::{Baseline, Vicidial};
pub use day::{PacingDay, PacingRule, simulate_pacing};
pub use report::PacingReport;
pub use scenario::{Incident, Scenario};
