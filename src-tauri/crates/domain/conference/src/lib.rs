//! The conference: a pure machine that owns who meets in a room, who hears whom, and when it ends.
//!
//! Contract: one mutation, then drain. Call [`Conference::handle`] with one input (or [`Conference::tick`] when
//! [`Conference::next_deadline`] has come) and then [`Conference::poll_output`] until it answers `None`.
//!
//! A member is a whole call, known by the leg that joins it to the room. A conference starts when the first member
//! enters whose entering starts it; whoever came before waits, hears nobody and is heard by nobody.
//!
//! Invariant: nobody hears themselves, nobody hears a muted member, and nobody who waits is heard.
//! Invariant: after `Output::Ended` nothing more comes out, and everybody who was there has been told to leave.

mod conference;
mod io;

pub use conference::{Conference, MOST_MEMBERS, WAIT_LIMIT};
pub use io::{Beep, Ended, Entry, Input, Left, Output, Reason, Refusal, Tone};
