//! `tandem serve`: runs the exchange until it is told to stop.

use std::time::Duration;

use super::{Failure, ServeArguments, output};
use crate::compose::{self, ServeOptions};

pub(super) async fn run(arguments: ServeArguments) -> Result<(), Failure> {
    compose::log_to_stderr();
    let drain = Duration::from_secs(arguments.drain_s);
    let options = ServeOptions::from_arguments(arguments).map_err(Failure::invalid)?;
    let running = compose::start(options).await.map_err(|error| Failure::failed(describe(&error)))?;
    output::line(&running.ready().to_string());
    stop_signal().await;
    tracing::info!("draining: no new calls, running ones finish");
    tokio::select! {
        () = running.drain(drain) => {}
        // A second signal means: now.
        () = stop_signal() => running.drain(Duration::ZERO).await,
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

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        result = tokio::signal::ctrl_c() => {
            if result.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
