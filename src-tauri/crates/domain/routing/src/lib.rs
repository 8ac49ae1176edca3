//! Where calls to a number go: opening hours, routes as data, and the machine that carries a route out for one caller.
//!
//! Contract of the machine: one mutation, then drain. Call [`RouteMachine::handle`] with one input (or
//! [`RouteMachine::tick`] when [`RouteMachine::next_deadline`] has come) and then [`RouteMachine::poll_output`] until it
//! answers `None`.
//!
//! Invariant: a caller is never stuck: while the machine is neither connected nor over, there is a deadline.
//! Invariant: a caller is never led about for ever: a route is left after a bounded number of steps.

mod conference_route;
mod fields;
mod hours;
mod hours_read;
mod io;
mod machine;
mod menu;
mod phrases;
mod pin;
mod read;
mod route;

pub use fields::Finding;
pub use hours::{Day, ExceptionDate, ExceptionDay, Hours, Interval, Opening, TimeOfDay};
pub use io::{Input, Output, Reason, SayId, Saying, Target};
pub use machine::RouteMachine;
pub use route::{ConferenceRoute, HoursRef, Mailbox, Menu, Prompt, Route, Spoken, VoicemailRoute};
