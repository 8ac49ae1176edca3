//! The published contracts: five APIs as their own texts have them, over the one exchange.
//!
//! Each contract is a module that speaks its text's language and knows none of the others; what they share is in
//! [`ground`]: keys, limits, idempotency, paging, ids, recordings.
//!
//! Invariant: a contract decides nothing about a call. It reads the request, asks the exchange or storage, and writes
//! the answer as its text has it.

pub mod ground;
mod sauti;
mod voice;

use std::sync::Arc;

use axum::Router;
use tandem_switchboard::ports::webhooks::WebhookFormat;

pub use ground::{Ground, GroundParts};

/// The routers of all contracts, each with the path that it is mounted below.
pub fn mounts(ground: &Arc<Ground>) -> Vec<(&'static str, Router)> {
    vec![("/sauti", sauti::router(ground)), ("/voice", voice::router(ground))]
}

/// How the contracts tell what happened, for the relay of webhooks.
pub fn formats(ground: &Arc<Ground>) -> Vec<Arc<dyn WebhookFormat>> {
    vec![Arc::new(sauti::SautiWebhooks(ground.clone()))]
}
