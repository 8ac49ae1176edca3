//! The ports: what the switchboard asks of the world, each named after the question.
//!
//! Invariant: no method of a port blocks the caller. Commands are sent; answers come back as events.

pub mod browser_phone;
pub mod callbacks;
pub mod clock;
pub mod conferences;
pub mod event_log;
pub mod media;
pub mod outside;
mod provider_error;
pub mod providers;
pub mod queues;
pub mod recorded_audio;
pub mod retention;
pub mod routing;
pub mod settings;
pub mod signalling;
pub mod speech;
pub mod store;
pub mod tasks;
pub mod trace;
pub mod webhook;
pub mod webhooks;
