//! The switchboard: joins the pure machines to the world and owns the ports.
//!
//! One task owns one call. It feeds the call machine and the conversation with what the ports report, carries out
//! what they put out, and commits state and events together.

pub mod exchange;
pub mod ports;
pub mod records;
pub mod terms;
