//! Statistics: what happened in queues and to agents, folded into figures per interval.
//!
//! Contract: one [`Statistics`] is given facts one after the other ([`Statistics::fold`]) and can be asked for its
//! figures at any moment ([`Statistics::queues`], [`Statistics::agents`]); asking changes nothing. The intervals are
//! given as their boundaries, so whoever knows the calendar decides what a day is.
//!
//! Invariant: everything that is counted is counted in the interval in which it happened, once; times that span a
//! boundary are split there to the millisecond. So the figures of intervals add up to those of the whole.
//! Invariant: facts from before the first boundary are no figures, but they say what was under way when it came.

mod agents;
mod boundaries;
mod calls;
mod fact;
mod figures;
mod statistics;

pub use boundaries::Boundaries;
pub use fact::{Fact, Floor, Leaving, Occupation, OfferEnd, Taker, What};
pub use figures::{AgentFigures, QueueFigures, SHORT_ABANDON_MS};
pub use statistics::{Statistics, Thresholds};
