//! Digest authentication, both sides (RFC 7616, RFC 8760, RFC 3261 section 22).
//!
//! A server writes [`Challenge`]s (the algorithm it likes best first), and checks [`Credentials`] with
//! [`Challenge::covers`] and [`Credentials::verify`]. A client reads the challenges of a 401 or 407 with
//! [`best_challenge`] and answers with [`Challenge::answer`]. Nonces and client nonces come from the caller, as does
//! the memory of the nonce counts seen.

mod algorithm;
mod challenge;
mod credentials;
mod fields;

pub use algorithm::{Algorithm, ha1};
pub use challenge::{Attempt, Challenge, best_challenge};
pub use credentials::{Credentials, Secret};

/// Quality of protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qop {
    Auth,
    /// The body is covered as well.
    AuthInt,
}

impl Qop {
    pub fn as_str(self) -> &'static str {
        match self {
            Qop::Auth => "auth",
            Qop::AuthInt => "auth-int",
        }
    }

    fn parse(text: &str) -> Option<Qop> {
        match text {
            t if t.eq_ignore_ascii_case("auth") => Some(Qop::Auth),
            t if t.eq_ignore_ascii_case("auth-int") => Some(Qop::AuthInt),
            _ => None,
        }
    }
}

/// A header value that is no usable Digest challenge or credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    #[error("reading digest: another scheme")]
    Scheme,
    #[error("reading digest: malformed parameter list")]
    Parameters,
    #[error("reading digest: {0} is missing")]
    Missing(&'static str),
    #[error("reading digest: unknown algorithm")]
    Algorithm,
    #[error("reading digest: unknown qop")]
    Qop,
    #[error("reading digest: nc is not eight hex digits")]
    NonceCount,
}
