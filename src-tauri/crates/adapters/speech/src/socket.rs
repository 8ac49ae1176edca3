//! Opening a provider's WebSocket, and telling why it could not be opened without showing a key.

use std::time::Duration;

use tandem_foundation::Pii;
use tandem_switchboard::ports::speech::{ProviderError, ProviderErrorKind};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Connects within `patience`; `header` is the name and value that carry the key.
///
/// # Errors
/// The status of a refused upgrade, or what the network said. `408`, `429` and `5xx` are transient, as is the network.
pub(crate) async fn connect(
    provider: &str,
    url: &str,
    header: Option<(&'static str, Pii<String>)>,
    patience: Duration,
) -> Result<Socket, ProviderError> {
    let failed = |kind, message: String| ProviderError::new(provider, "connecting", kind, message);
    let mut request = url
        .into_client_request()
        .map_err(|_| failed(ProviderErrorKind::Invalid, "the base URL is not one".into()))?;
    if let Some((name, value)) = header {
        let mut value = HeaderValue::from_str(value.expose()).map_err(|_| {
            failed(ProviderErrorKind::Auth, "the key has characters that a header cannot carry".into())
        })?;
        value.set_sensitive(true);
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
    // Audio goes out every 20 ms and must not wait for what went before to be acknowledged (Nagle).
    let connecting = tokio_tungstenite::connect_async_with_config(request, None, true);
    match tokio::time::timeout(patience, connecting).await {
        Err(_) => Err(failed(ProviderErrorKind::Timeout, "no answer in time".into())),
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(Error::Http(response))) => {
            let status = response.status().as_u16();
            let header =
                |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
            let mut message = format!("refused with {status}");
            if let Some(reason) = header("dg-error") {
                message = format!("{message}: {reason}");
            }
            if let Some(wait) = header("retry-after") {
                message = format!("{message}; asked to wait {wait} s");
            }
            let error = failed(ProviderErrorKind::Protocol, message).with_code(status);
            Err(ProviderError { retry_after: header("retry-after").and_then(seconds), ..error })
        }
        Ok(Err(error)) => Err(failed(ProviderErrorKind::Unavailable, error.to_string())),
    }
}

/// What `Retry-After` asks for where it is a number; a date is too far away for a call (RFC 9110, section 10.2.3).
pub(crate) fn seconds(header: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(header.trim().parse().ok()?).ok()
}

/// What the headers of a refusal ask for; `retry-after-ms` is OpenAI's.
pub(crate) fn retry_after(headers: &reqwest::header::HeaderMap) -> Option<Duration> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let millis = header("retry-after-ms").and_then(seconds).map(|wait| wait / 1_000);
    millis.or_else(|| header("retry-after").and_then(seconds))
}

/// `text` as a query's value (RFC 3986, section 2.3).
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A close frame's code and reason in words.
pub(crate) fn closed(frame: Option<(u16, Utf8Bytes)>) -> (Option<u16>, String) {
    match frame {
        Some((code, reason)) if !reason.is_empty() => {
            (Some(code), format!("closed the connection: {reason}"))
        }
        Some((code, _)) => (Some(code), "closed the connection".into()),
        None => (None, "the connection broke".into()),
    }
}
