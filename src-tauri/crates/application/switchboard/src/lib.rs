//! The switchboard: joins the pure machines to the world and owns the ports.
//!
//! One task owns one call. It feeds the call machine and the conversation with what the ports report, carries out
//! what they put out, and commits state and events together.

pub mod access;
mod call_task;
mod capacity;
mod conference_view;
mod conferencing;
mod context;
mod dialling;
mod disposition;
pub mod exchange;
mod floor_view;
mod gate;
mod journal;
mod lines;
mod measures;
pub mod opening;
mod outcome;
mod phones;
mod pinned;
mod plan;
pub mod ports;
mod queueing;
mod recognisers;
pub mod records;
mod recovery;
mod registry;
pub mod reports;
mod router;
mod spoken_text;
mod switchboard;
mod talk_settings;
pub mod terms;
mod traces;

pub use context::{Ports, RecordingSettings};
pub use gate::is_e164;
pub use measures::provider_failed;
pub use switchboard::Switchboard;
