//! `tandem serve`: runs the exchange until it is told to stop.

use std::time::Duration;

use super::{Failure, ServeArguments, output};
use crate::StopSignals;
use crate::compose::{self, ServeOptions};

pub(super) async fn run(arguments: ServeArguments) -> Result<(), Failure> {
    compose::log_to_stderr();
    let mut signals = StopSignals::install().map_err(|error| Failure::failed(describe(&error)))?;
    let drain = Duration::from_secs(arguments.drain_s);
    let options = ServeOptions::from_arguments(arguments).map_err(Failure::invalid)?;
    let running = compose::start(options).await.map_err(|error| Failure::failed(describe(&error)))?;
    output::line(&running.ready().to_string());
    signals.next().await;
    tracing::info!("draining: no new calls, running ones finish");
    tokio::select! {
        () = running.drain(drain) => {}
        // A second signal means: now.
        () = signals.next() => running.drain(Duration::ZERO).await,
    }
    Ok(())
}

/// The error and its causes in one line.
pub(super) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(&format!(": {source}"));
        cause = source.source();
    }
    text
}
