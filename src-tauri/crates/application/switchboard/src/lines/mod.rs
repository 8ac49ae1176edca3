//! Lines: the running streams of one call to its recognisers, its voice and its model.
//!
//! Each line is a task that turns a port's stream into messages for the call's task; dropping a line ends it.

mod hearing;
mod message;
mod model;
mod voice;

pub(crate) use hearing::HearingLine;
pub(crate) use message::{MessageLine, Taken};
pub(crate) use model::ModelLine;
pub(crate) use voice::VoiceLine;
