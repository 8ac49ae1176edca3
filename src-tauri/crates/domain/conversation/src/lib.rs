//! The conversation: a pure machine that decides who speaks when, what was said, and what is done about it.
//!
//! Contract: one mutation, then drain. Call [`Conversation::handle`] with one input (or [`Conversation::tick`] when the
//! deadline of [`Conversation::next_deadline`] has come), then call [`Conversation::poll_output`] until it
//! answers `None`. The machine has no clock: every call brings the present instant.

pub mod io;
pub mod settings;
