//! Once an hour: what the organisations no longer keep is deleted.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tandem_storage::Storage;
use tandem_switchboard::ports::clock::Clock;
use tokio::task::JoinHandle;

const EVERY: Duration = Duration::from_secs(60 * 60);

/// Starts the job; the first sweep is at once, for a server that never runs for an hour.
pub(super) fn start(store: Storage, clock: Arc<dyn Clock>, data_dir: PathBuf) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut hours = tokio::time::interval(EVERY);
        hours.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            hours.tick().await;
            match store.sweep(clock.now(), &data_dir).await {
                Ok(swept) => tracing::debug!(?swept, "retention: swept"),
                Err(error) => tracing::warn!(%error, "retention: the sweep was not finished"),
            }
        }
    })
}
