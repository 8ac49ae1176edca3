//! Asking somebody's server: POSTs that reach only addresses they may reach.
//!
//! Invariant: a name is resolved once, every address it gives is judged, and the connection goes to a judged
//! address; redirects are not followed; an answer is read up to 64 KiB.

mod address;
mod own;
mod relay;
mod signature;

use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use reqwest::Url;
use serde_json::Value;
use tandem_switchboard::ports::speech::{ProviderError, ProviderErrorKind};
use tandem_switchboard::ports::webhook::{Signing, Webhook};

pub use address::Reach;
pub use own::{OwnFormat, STANDARD, STANDARD_SCHEDULE};
pub use relay::{RelayParts, signer, start};
pub use signature::new_secret;

/// Most of an answer that is read.
const LONGEST_ANSWER: usize = 64 * 1024;

/// What a receiver answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    /// In how many seconds it wants to be asked again.
    pub retry_after: Option<Duration>,
}

/// Posts JSON to customers' servers.
#[derive(Debug, Clone)]
pub struct HttpWebhook {
    reach: Reach,
    timeout: Duration,
}

impl HttpWebhook {
    /// `reach` says which addresses beside public ones may be connected to.
    pub fn new(reach: Reach, timeout: Duration) -> Self {
        Self { reach, timeout }
    }

    async fn resolve(&self, url: &Url) -> Result<(String, Vec<SocketAddr>), String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err("only http and https addresses can be called".into());
        }
        let host = url.host_str().ok_or("the address has no host")?.to_owned();
        let port = url.port_or_known_default().ok_or("the address has no port")?;
        let name = host.trim_matches(['[', ']']);
        let found = tokio::net::lookup_host((name, port)).await.map_err(|_| "the name cannot be resolved")?;
        let addresses: Vec<_> = found.collect();
        if addresses.is_empty() || !addresses.iter().all(|address| self.reach.allows(address.ip())) {
            return Err("the address is not one that may be called from here".into());
        }
        Ok((host, addresses))
    }

    /// Sends a body as it is; what is answered beside the status and `retry-after` is read and forgotten.
    ///
    /// # Errors
    /// What went wrong, in words that tell nothing of what was answered.
    pub async fn send(
        &self,
        url: &str,
        body: &str,
        headers: Vec<(&'static str, String)>,
        timeout: Duration,
    ) -> Result<Answered, String> {
        let response = self.request(url, body.to_owned(), headers, timeout).await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        let (mut stream, mut read) = (response.bytes_stream(), 0);
        // So that a receiver that is still writing sees an orderly end, as far as it is a short one.
        while let Some(Ok(chunk)) = stream.next().await {
            read += chunk.len();
            if read > LONGEST_ANSWER {
                break;
            }
        }
        Ok(Answered { status, retry_after })
    }

    async fn request(
        &self,
        url: &str,
        body: String,
        headers: Vec<(&'static str, String)>,
        timeout: Duration,
    ) -> Result<reqwest::Response, String> {
        let url: Url = url.parse().map_err(|_| "not a valid address")?;
        let resolved = tokio::time::timeout(timeout, self.resolve(&url)).await;
        let (host, addresses) = resolved.map_err(|_| "the name was not resolved in time")??;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(timeout)
            .no_proxy()
            .resolve_to_addrs(&host, &addresses)
            .build()
            .map_err(|_| "the client cannot be built")?;
        let mut request = client.post(url).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let sent = request.body(body).send().await;
        sent.map_err(|error| {
            if error.is_timeout() { "no answer in time" } else { "the connection failed" }.to_owned()
        })
    }

    async fn exchange(
        &self,
        url: &str,
        body: &Value,
        signing: Option<&Signing>,
    ) -> Result<String, (String, Option<u16>)> {
        let plain = |message: &str| (message.to_owned(), None);
        // What is signed has to be what is sent, to the byte.
        let body = body.to_string();
        let headers =
            signing.map(|signing| signature::headers(signing, &body)).into_iter().flatten().collect();
        let response = self.request(url, body, headers, self.timeout).await.map_err(|text| (text, None))?;
        let status = response.status();
        if !status.is_success() {
            return Err((format!("answered {status}"), Some(status.as_u16())));
        }
        let mut answer = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            answer.extend_from_slice(&chunk.map_err(|_| plain("the answer broke off"))?);
            if answer.len() > LONGEST_ANSWER {
                return Err(plain("the answer is longer than 64 KiB"));
            }
        }
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

#[async_trait]
impl Webhook for HttpWebhook {
    async fn post(&self, url: &str, body: Value) -> Result<String, ProviderError> {
        self.post_signed(url, body, None).await
    }

    async fn post_signed(
        &self,
        url: &str,
        body: Value,
        signing: Option<Signing>,
    ) -> Result<String, ProviderError> {
        self.exchange(url, &body, signing.as_ref()).await.map_err(|(message, code)| {
            let error = ProviderError::new("webhook", "post", ProviderErrorKind::Unavailable, message);
            code.map_or(error.clone(), |code| error.with_code(code))
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::post;
    use serde_json::json;

    use super::*;

    async fn server() -> SocketAddr {
        let app = Router::new()
            .route("/echo", post(|body: String| async move { body }))
            .route("/away", post(|| async { Redirect::temporary("/echo") }))
            .route("/long", post(|| async { "x".repeat(LONGEST_ANSWER + 1) }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let address = listener.local_addr().expect("address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        address
    }

    fn webhook(reach: Reach) -> HttpWebhook {
        HttpWebhook::new(reach, Duration::from_secs(5))
    }

    #[tokio::test]
    async fn an_answer_comes_back_where_loopback_is_allowed() {
        let url = format!("http://{}/echo", server().await);
        let answer = webhook(Reach::AlsoLoopback).post(&url, json!({ "a": 1 })).await.expect("answered");
        assert_eq!(answer, r#"{"a":1}"#);
    }

    #[tokio::test]
    async fn loopback_is_out_of_reach_unless_allowed() {
        let address = server().await;
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0.0.0.0"] {
            let url = format!("http://{host}:{}/echo", address.port());
            let error = webhook(Reach::Public).post(&url, json!({})).await.expect_err(host);
            assert!(
                error.message.contains("may be called") || error.message.contains("resolved"),
                "{host}: {error}"
            );
        }
    }

    #[tokio::test]
    async fn redirects_and_floods_are_refused() {
        let address = server().await;
        let away = webhook(Reach::AlsoLoopback).post(&format!("http://{address}/away"), json!({})).await;
        assert_eq!(away.expect_err("a redirect").code, Some(307));
        let long = webhook(Reach::AlsoLoopback).post(&format!("http://{address}/long"), json!({})).await;
        assert!(long.expect_err("a flood").message.contains("64 KiB"));
    }
}
