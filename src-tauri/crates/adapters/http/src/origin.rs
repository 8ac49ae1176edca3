//! Whether a browser's request comes from our own pages.

use axum::http::{HeaderMap, header};
use tandem_console_api::problem::Code;

use crate::config::HttpConfig;
use crate::refusal::Refusal;

/// Lets requests pass that are from our own origin, an allowed one, or not from a browser's page at all.
///
/// Browsers send `Origin` with every mutation and every WebSocket handshake; where it is missing, `Sec-Fetch-Site`
/// must not speak of another site.
pub(crate) fn check(config: &HttpConfig, headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let ours = match (text(header::ORIGIN.as_str()), text("sec-fetch-site")) {
        (Some(origin), _) => {
            config.allowed_origins.iter().any(|allowed| allowed == origin)
                || text(header::HOST.as_str()).is_some_and(|host| is_origin_of(origin, host, config.tls))
        }
        (None, Some(site)) => matches!(site, "same-origin" | "none"),
        (None, None) => true,
    };
    if ours { Ok(()) } else { Err(Refusal::new(Code::OriginRefused, "this origin is not on the list")) }
}

fn is_origin_of(origin: &str, host: &str, tls: bool) -> bool {
    origin.split_once("://").is_some_and(|(scheme, authority)| {
        scheme == if tls { "https" } else { "http" } && authority.eq_ignore_ascii_case(host)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(pairs: &[(&'static str, &str)]) -> bool {
        let mut config =
            HttpConfig::new(std::net::SocketAddr::from(([127, 0, 0, 1], 0)), std::path::PathBuf::new());
        config.allowed_origins.push("http://localhost:5173".into());
        let headers = pairs
            .iter()
            .map(|(name, value)| {
                (axum::http::HeaderName::from_static(name), value.parse().expect("header value"))
            })
            .collect();
        check(&config, &headers).is_ok()
    }

    #[test]
    fn only_our_own_pages_allowed_ones_and_programs_pass() {
        assert!(passes(&[("host", "127.0.0.1:7700")]));
        assert!(passes(&[("host", "127.0.0.1:7700"), ("origin", "http://127.0.0.1:7700")]));
        assert!(passes(&[("host", "127.0.0.1:7700"), ("origin", "http://localhost:5173")]));
        assert!(passes(&[("host", "h"), ("sec-fetch-site", "same-origin")]));
        assert!(!passes(&[("host", "127.0.0.1:7700"), ("origin", "http://127.0.0.1:7701")]));
        assert!(!passes(&[("host", "127.0.0.1:7700"), ("origin", "https://127.0.0.1:7700")]));
        assert!(!passes(&[("host", "h"), ("origin", "null")]));
        assert!(!passes(&[("host", "h"), ("sec-fetch-site", "cross-site")]));
        assert!(!passes(&[("host", "h"), ("sec-fetch-site", "same-site")]));
    }
}
