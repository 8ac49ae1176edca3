//! The conversation: a pure machine that decides who speaks when, what was said, and what is done about it.
//!
//! Contract: one mutation, then drain. Call [`Conversation::handle`] with one input (or [`Conversation::tick`] when the
//! deadline of [`Conversation::next_deadline`] has come), then call [`Conversation::poll_output`] until it
//! answers `None`. The machine has no clock: every call brings the present instant.
//!
//! Invariant: while a person holds the floor nothing is said, asked or run.
//! Invariant: at most one request to the model is alive, and no text of a speculative one is said.
//! Invariant: what the model is told the assistant said is what the customer heard.
//! Invariant: after `Input::Ended` was drained nothing more comes out.

mod barge_in;
mod cards;
mod conversation;
mod endings;
mod failures;
mod floor;
mod idle;
pub mod io;
mod keys;
mod language;
mod learned;
pub mod outcome;
mod quantile;
mod recognition;
mod repair;
mod reply;
pub mod settings;
mod speculation;
mod speech;
mod speech_events;
pub mod text;
mod timer;
mod tool_calls;
pub mod tools;
mod transcript;
mod turn;
mod turns;

pub use conversation::Conversation;
pub use quantile::Quantile;
pub use timer::Timer;
