//! Who waits for whom: one task feeds the matcher of every organisation and carries out what it puts out.
//!
//! The task never waits for anybody: calls are told by their inboxes, history goes to the journal, and what calls and
//! people do comes in as orders.

mod distributor;
mod floor;
mod order;
mod outputs;
mod placing;
mod settings;
mod states;
mod views;

pub(crate) use distributor::Distributor;
pub(crate) use order::{Order, QueueNews};
