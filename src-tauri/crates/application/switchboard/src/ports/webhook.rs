//! The webhook port: an assistant's tool that asks somebody's server.

use async_trait::async_trait;
use serde_json::Value;
use tandem_foundation::Pii;

use super::speech::ProviderError;
use crate::records::UnixMs;

/// What a request is signed with.
#[derive(Debug, Clone)]
pub struct Signing {
    /// Names the message; the same where it is sent again.
    pub id: String,
    pub at: UnixMs,
    pub secret: Pii<String>,
}

/// Posts JSON and answers with what came back as text (at most 64 KiB).
#[async_trait]
pub trait Webhook: Send + Sync {
    /// POSTs `body` to `url`; a status other than 2xx is an error.
    async fn post(&self, url: &str, body: Value) -> Result<String, ProviderError>;

    /// The same, signed as Standard Webhooks has it (`webhook-id`, `webhook-timestamp`, `webhook-signature`), where
    /// there is a secret to sign with. One that cannot sign sends it plain.
    async fn post_signed(
        &self,
        url: &str,
        body: Value,
        signing: Option<Signing>,
    ) -> Result<String, ProviderError> {
        let _ = signing;
        self.post(url, body).await
    }
}
