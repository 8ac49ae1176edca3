//! Outbound calling as pure machines: how many lines to dial now, and what may be dialled at all.
//!
//! Everything that takes time or is random comes in as a value.

pub mod pacing;
