//! Queues: one pure machine that matches every waiting caller of every queue with the people and assistants who may
//! take them.
//!
//! Contract: one mutation, then drain. Call [`Matcher::handle`] with one input (or [`Matcher::tick`] when
//! [`Matcher::next_deadline`] has come) and then [`Matcher::poll_output`] until it answers `None`.
//!
//! Invariant: after every step no caller waits whom a free agent may take. So only what changed has to be looked at:
//! an agent who became free, or a caller who came or whose wishes were relaxed.
//! Invariant: an agent has one offer at most, and no offer beside as many calls as they can have.
//! Invariant: who waits keeps their place until they are answered, leave, or are sent elsewhere; an offer that comes to
//! nothing costs the caller nothing.
//! Invariant: whatever holds an agent (an offer, wrap-up) has an end that the machine keeps itself, or a live call.

mod agent;
mod answer;
mod estimate;
mod io;
mod joining;
mod machine;
mod matching;
mod settings;
mod standing;
mod timers;
mod waiting;

pub use agent::{AgentRef, Presence, Profile};
pub use estimate::Estimate;
pub use io::{Input, OfferId, Output, Refusal, Why, Withdrawn};
pub use machine::Matcher;
pub use settings::{QueueSettings, Staffing, Strategy};
pub use standing::{AgentStanding, Standing, WaitingStanding};
pub use waiting::{Kind, Need, Preferred, Relaxed, Ticket};
