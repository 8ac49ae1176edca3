//! The webhook port: an assistant's tool that asks somebody's server.

use async_trait::async_trait;
use serde_json::Value;

use super::speech::ProviderError;

/// Posts JSON and answers with what came back as text (at most 64 KiB).
#[async_trait]
pub trait Webhook: Send + Sync {
    /// POSTs `body` to `url`; a status other than 2xx is an error.
    async fn post(&self, url: &str, body: Value) -> Result<String, ProviderError>;
}
