//! The published contracts: five APIs as their own texts have them, over the one exchange.
//!
//! Each contract is a module that speaks its text's language and knows none of the others; what they share is in
//! [`ground`]: keys, limits, idempotency, paging, ids, recordings.
//!
//! Invariant: a contract decides nothing about a call. It reads the request, asks the exchange or storage, and writes
//! the answer as its text has it.

mod audatec;
pub mod ground;
mod sauti;
mod va;
mod voice;

use std::sync::Arc;

use axum::Router;
use tandem_switchboard::ports::webhooks::WebhookFormat;
use tokio::task::JoinHandle;

pub use ground::{Ground, GroundParts};

/// The routers of all contracts, each with the path that it is mounted below.
pub fn mounts(ground: &Arc<Ground>) -> Vec<(&'static str, Router)> {
    vec![
        ("/sauti", sauti::router(ground)),
        ("/va", va::router(ground)),
        ("/voice", voice::router(ground)),
        ("/audatec/integration", audatec::router(ground)),
        // Where the addresses lead that its answers give without a host.
        ("/integration", audatec::router(ground)),
    ]
}

/// How the contracts tell what happened, for the relay of webhooks.
pub fn formats(ground: &Arc<Ground>) -> Vec<Arc<dyn WebhookFormat>> {
    vec![
        Arc::new(sauti::SautiWebhooks(ground.clone())),
        Arc::new(va::TaskWebhooks(ground.clone())),
        Arc::new(audatec::AudatecCallbacks(ground.clone())),
    ]
}

/// Executes tasks that are due and keeps up with those under way, until the handle is aborted.
pub fn run_tasks(ground: &Arc<Ground>) -> JoinHandle<()> {
    va::run_tasks(ground.clone())
}
