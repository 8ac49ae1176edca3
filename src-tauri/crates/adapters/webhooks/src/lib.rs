//! Asking somebody's server: POSTs that reach only addresses they may reach.
//!
//! Invariant: a name is resolved once, every address it gives is judged, and the connection goes to a judged
//! address; redirects are not followed; an answer is read up to 64 KiB.

mod address;
mod names;
mod own;
mod relay;
mod signature;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use reqwest::Url;
use serde_json::Value;
use tandem_switchboard::ports::speech::{ProviderError, ProviderErrorKind};
use tandem_switchboard::ports::webhook::{Signing, Webhook};

pub use address::Reach;
pub use names::{Names, SystemNames};
pub use own::{OwnFormat, STANDARD, STANDARD_SCHEDULE};
pub use relay::{RelayParts, signer, start};
pub use signature::new_secret;

/// Most of an answer that is read.
const LONGEST_ANSWER: usize = 64 * 1024;
/// Whose status is known and who is slow with the rest does not hold its place for longer.
const REST_OF_ANSWER: Duration = Duration::from_secs(2);
/// Most of an answer that is shown, in characters.
const EXCERPT: usize = 200;

/// What a receiver answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    /// In how many seconds it wants to be asked again.
    pub retry_after: Option<Duration>,
    /// The beginning of what it said, on one line; empty of a redirect.
    pub excerpt: String,
}

/// It may repeat what was sent.
impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answered").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Posts JSON to customers' servers.
#[derive(Debug, Clone)]
pub struct HttpWebhook {
    reach: Reach,
    timeout: Duration,
    /// A connection of its own for each request, so that each is made to an address that was judged for it.
    client: Option<reqwest::Client>,
}

impl HttpWebhook {
    /// `reach` says which addresses beside public ones may be connected to.
    pub fn new(reach: Reach, timeout: Duration) -> Self {
        Self::with_names(reach, timeout, Arc::new(SystemNames))
    }

    /// The same with names resolved by somebody else.
    pub fn with_names(reach: Reach, timeout: Duration, names: Arc<dyn Names>) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::new(names::Judged { names, reach }))
            .build();
        let client = client.inspect_err(|error| tracing::error!(%error, "no webhook can be sent"));
        Self { reach, timeout, client: client.ok() }
    }

    /// What the address itself says; a name is judged by what it resolves to, when it is connected to.
    fn judged(&self, url: &str) -> Result<Url, String> {
        let url: Url = url.parse().map_err(|_| "not a valid address")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("only http and https addresses can be called".into());
        }
        let host = url.host_str().ok_or("the address has no host")?;
        let port = url.port_or_known_default().ok_or("the address has no port")?;
        if !self.reach.allows_port(port) {
            return Err("only the ports 80 and 443 may be called from here".into());
        }
        // The address's reader has written every notation (decimal, octal, hexadecimal) as four decimal numbers by now.
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
        if literal.is_ok_and(|address| !self.reach.allows(address)) {
            return Err(names::OUT_OF_REACH.into());
        }
        Ok(url)
    }

    /// Sends a body as it is; of what is answered beside the status and `retry-after`, the beginning is kept.
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
        let retry_after = retry_after.and_then(|text| put_off(text, std::time::SystemTime::now()));
        let redirect = response.status().is_redirection();
        let mut stream = response.bytes_stream();
        let (mut said, mut read) = (Vec::new(), 0);
        // Read on so that a receiver that is still writing sees an orderly end, as far as it is a short one.
        let rest = async {
            while let Some(Ok(chunk)) = stream.next().await {
                read += chunk.len();
                said.extend_from_slice(&chunk[..chunk.len().min(4 * EXCERPT - said.len().min(4 * EXCERPT))]);
                if read > LONGEST_ANSWER {
                    break;
                }
            }
        };
        // A status that is there counts, whatever becomes of the rest.
        let _ = tokio::time::timeout(REST_OF_ANSWER.min(timeout), rest).await;
        let excerpt = if redirect { String::new() } else { excerpt(&said) };
        Ok(Answered { status, retry_after, excerpt })
    }

    async fn request(
        &self,
        url: &str,
        body: String,
        headers: Vec<(&'static str, String)>,
        timeout: Duration,
    ) -> Result<reqwest::Response, String> {
        let url = self.judged(url)?;
        let client = self.client.as_ref().ok_or("the client cannot be built")?;
        let mut request = client.post(url).timeout(timeout).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(body).send().await.map_err(|error| failure(&error).to_owned())
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

/// What went wrong, without the words of whoever is behind the address.
fn failure(error: &reqwest::Error) -> &'static str {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if let Some(refused) = one.downcast_ref::<names::NotReached>() {
            return refused.0;
        }
        cause = one.source();
    }
    if error.is_timeout() { "no answer in time" } else { "the connection failed" }
}

/// `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
fn put_off(text: &str, now: std::time::SystemTime) -> Option<Duration> {
    let text = text.trim();
    text.parse().ok().map(Duration::from_secs).or_else(|| {
        let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        Some(std::time::SystemTime::from(at).duration_since(now).unwrap_or_default())
    })
}

/// On one line, without what could disturb a screen.
fn excerpt(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(EXCERPT).collect()
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
    use std::net::SocketAddr;
    use std::time::SystemTime;

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

    #[tokio::test]
    async fn of_an_answer_the_beginning_is_kept_and_of_a_redirect_nothing() {
        let address = server().await;
        let web = webhook(Reach::AlsoLoopback);
        let second = Duration::from_secs(5);
        let sent = |path: &str| {
            let (web, url) = (web.clone(), format!("http://{address}{path}"));
            async move { web.send(&url, "a\u{7}\n  b", Vec::new(), second).await.expect("answered") }
        };
        assert_eq!(sent("/echo").await.excerpt, "a b");
        let long = sent("/long").await;
        assert_eq!(
            (long.status, long.excerpt.len()),
            (200, EXCERPT),
            "and no more of it is read than 64 KiB"
        );
        let away = sent("/away").await;
        assert_eq!((away.status, away.excerpt.as_str()), (307, ""));
    }

    #[test]
    fn retry_after_is_a_number_of_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        assert_eq!(put_off(" 120 ", now), Some(Duration::from_secs(120)));
        assert_eq!(put_off("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(7)));
        let later = now + Duration::from_secs(60);
        assert_eq!(put_off("Sun, 06 Nov 1994 08:49:37 GMT", later), Some(Duration::ZERO), "a date gone by");
        assert_eq!(put_off("soon", now), None);
    }
}
