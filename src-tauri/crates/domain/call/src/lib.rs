//! The call: a pure machine that owns who is in a call, who holds the floor and who hears whom.
//!
//! Contract: one mutation, then drain. Call [`CallMachine::handle`] with one input (or [`CallMachine::tick`] when
//! [`CallMachine::next_deadline`] has come) and then [`CallMachine::poll_output`] until it answers `None`.
//!
//! Because every call is a room, taking over is not a transfer: the customer's leg never moves, the floor changes
//! hands.
//!
//! Invariant: the floor has one owner; every change of owner has a new version, and a change that names an old
//! version is refused.
//! Invariant: after `Output::Over` nothing more comes out.

mod dialling;
mod floor;
mod hearing;
mod hold;
mod io;
mod machine;
mod offers;
mod people;
mod transfer;

pub use io::{EndedBy, Floor, Input, Mode, Output, PersonRef, Refusal, Timer};
pub use machine::CallMachine;
pub use transfer::{Heard, TransferKind, TransferOutcome, TransferReport, TransferStep, Unreached};
