//! The console's API, declared once: every operation as data, every body as a type.
//!
//! From this declaration come the OpenAPI document, the HTTP adapter's router, the TypeScript types of the console and
//! the tests that try every operation with wrong credentials. Views are made from records by `From`; nothing here
//! does I/O.
//!
//! Invariant: an operation that is not in [`operations::all`] is not served.

pub mod alerts;
pub mod assistant_settings;
pub mod assistants;
pub mod call_requests;
pub mod callbacks;
pub mod calls;
pub mod check;
pub mod conferences;
pub mod cursor;
pub mod desk_calls;
mod document;
pub mod events;
pub mod floor;
pub mod lines;
pub mod live;
mod operation;
pub mod operations;
pub mod people;
pub mod phone;
pub mod problem;
mod provider_settings;
pub mod providers;
pub mod queues;
pub mod recording_rules;
pub mod recordings;
pub mod report_csv;
pub mod reports;
pub mod retention;
pub mod routing;
pub mod sandbox;
pub mod session;
pub mod sip;
pub mod time;
pub mod transcript;
pub mod transfers;
pub mod webhooks;
pub mod words;

pub use document::openapi;
pub use provider_settings::ProviderSettings;

pub use operation::{Access, Answer, Body, Method, Operation};
