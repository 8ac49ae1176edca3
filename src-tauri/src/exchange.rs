//! The exchange that the window shows: one in this process, or one elsewhere.

use std::time::Duration;

use serde_json::json;
use tandem_server::Running;
use tandem_server::compose::{self, ServeOptions, StartError};
use tauri::Url;

use crate::arguments::Arguments;

/// Why there is no exchange to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("{0}")]
    Arguments(String),
    #[error("starting the exchange: {}", causes(.0))]
    Start(#[from] StartError),
    #[error("the exchange's address is not a URL")]
    Address,
}

/// The exchange behind the window.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// Where its pages are.
    pub url: Url,
    own: Option<Running>,
}

impl Exchange {
    /// Starts our own, or notes where the other one is.
    pub async fn open(arguments: &Arguments) -> Result<Self, OpenError> {
        if let Some(url) = &arguments.url {
            return Ok(Self { url: url.clone(), own: None });
        }
        let options = ServeOptions::from_arguments(arguments.serve()).map_err(OpenError::Arguments)?;
        let options = ServeOptions { keychain: true, ..options };
        let running = compose::start(options).await?;
        let url = format!("http://{}/", running.http()).parse().map_err(|_| OpenError::Address)?;
        Ok(Self { url, own: Some(running) })
    }

    /// A script that lets the sign-in page of a sandbox fill itself in.
    pub fn sign_in_script(&self) -> Option<String> {
        let sign_in = self.own.as_ref()?.sign_in()?;
        let value = json!({ "email": sign_in.email, "password": sign_in.password });
        Some(format!("Object.defineProperty(window, '__TANDEM_SIGN_IN__', {{ value: {value} }});"))
    }

    /// Whether this is a sandbox of our own.
    pub fn is_sandbox(&self) -> bool {
        self.own.as_ref().is_some_and(|running| running.sign_in().is_some())
    }

    /// Calls that end when this program ends; another exchange's go on without us.
    pub fn live_calls(&self) -> usize {
        self.own.as_ref().map_or(0, |running| running.exchange().live_count())
    }

    /// No new calls; the running ones may go on for `patience`.
    pub async fn drain(&self, patience: Duration) {
        if let Some(running) = &self.own {
            running.drain(patience).await;
        }
    }
}

/// An error and its causes in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(&format!(": {source}"));
        cause = source.source();
    }
    text
}
