//! What is stored: rows as the switchboard knows them, each of one organisation.
//!
//! Wall-clock times are milliseconds since 1970 UTC ([`UnixMs`]); offsets inside a call are milliseconds since it
//! was answered. JSON columns hold exactly the serde form of the types here.

mod alert;
mod assistant;
mod call;
mod callback;
mod conference;
mod directory;
mod event;
mod origin;
mod provider;
mod queue;
mod retention;
mod routing;
mod settings;
mod sip;
mod task;
mod transfer;
mod webhook;

pub use alert::*;
pub use assistant::*;
pub use call::*;
pub use callback::*;
pub use conference::*;
pub use directory::*;
pub use event::*;
pub use origin::*;
pub use provider::*;
pub use queue::*;
pub use retention::*;
pub use routing::*;
pub use settings::*;
pub use sip::*;
pub use task::*;
pub use transfer::*;
pub use webhook::*;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct UnixMs(pub i64);
