//! When two URIs mean the same (RFC 3261 section 19.1.4, RFC 3966 section 4).

use super::lex;
use super::uri::{Scheme, Uri};

/// These count even where only one of the URIs has them.
const SIGNIFICANT: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

impl Uri {
    /// Whether both URIs are equal by the rules of their scheme. Not transitive, by the standard's own rules.
    pub fn equivalent(&self, other: &Uri) -> bool {
        match (&self.scheme, &other.scheme) {
            (Scheme::Sip, Scheme::Sip) | (Scheme::Sips, Scheme::Sips) => {
                same_escaped(self.user.as_deref(), other.user.as_deref())
                    && same_escaped(self.password.as_deref(), other.password.as_deref())
                    && self.host.equivalent(&other.host)
                    && self.port == other.port
                    && params_agree(self, other)
                    && params_agree(other, self)
                    && same_headers(self, other)
            }
            (Scheme::Tel, Scheme::Tel) => {
                tel_digits(self) == tel_digits(other)
                    && self.params.iter().count() == other.params.iter().count()
                    && self.params.iter().all(|(name, value)| {
                        other.param(name).is_some_and(|v| v.eq_ignore_ascii_case(value.unwrap_or("")))
                    })
            }
            (Scheme::Other(a), Scheme::Other(b)) => a.eq_ignore_ascii_case(b) && self.user == other.user,
            _ => false,
        }
    }
}

fn params_agree(a: &Uri, b: &Uri) -> bool {
    a.params.iter().all(|(name, value)| match b.param(name) {
        Some(other) => {
            same_escaped(Some(&value.unwrap_or("").to_ascii_lowercase()), Some(&other.to_ascii_lowercase()))
        }
        None => !SIGNIFICANT.iter().any(|s| s.eq_ignore_ascii_case(name)),
    })
}

fn same_headers(a: &Uri, b: &Uri) -> bool {
    let list = |uri: &Uri| {
        let mut list: Vec<(String, String)> = uri
            .headers
            .iter()
            .flat_map(|h| h.split('&'))
            .map(|header| {
                let (name, value) = header.split_once('=').unwrap_or((header, ""));
                (normalised(name).to_ascii_lowercase(), normalised(value))
            })
            .collect();
        list.sort();
        list
    };
    list(a) == list(b)
}

fn same_escaped(a: Option<&str>, b: Option<&str>) -> bool {
    a.map(normalised) == b.map(normalised)
}

/// Undoes the escapes of characters that need none, so that `%61lice` is `alice`, while `%23` stays apart from `#`.
fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let escape = rest.get(at..at + 3).unwrap_or(&rest[at..=at]);
        match lex::percent_decode(escape).as_deref().map(str::as_bytes) {
            Some([byte]) if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(byte) => {
                out.push(char::from(*byte));
            }
            _ => out.push_str(&escape.to_ascii_uppercase()),
        }
        rest = &rest[at + escape.len()..];
    }
    out + rest
}

fn tel_digits(uri: &Uri) -> String {
    let separator = |c: &char| !matches!(c, '-' | '.' | '(' | ')');
    uri.user.iter().flat_map(|u| u.chars()).filter(separator).map(|c| c.to_ascii_lowercase()).collect()
}
