//! Why a provider could not do what it was asked, and whether asking again may help.

use std::time::Duration;

/// What sort of failure it was; decides whether it is worth another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProviderErrorKind {
    /// The key is missing, wrong, or may not do this.
    Auth,
    /// Too many requests, or the account is used up.
    Quota,
    /// The request itself was refused: the next one like it will be, too.
    Invalid,
    /// It cannot be reached, or says that it cannot answer now.
    Unavailable,
    /// It took the request and then nothing came.
    Timeout,
    /// It answered with something that its protocol does not know.
    Protocol,
}

impl ProviderErrorKind {
    /// The kind of an HTTP status (RFC 9110, section 15), or of a WebSocket's close code (RFC 6455, section 7.4).
    pub fn of(code: u16) -> Self {
        match code {
            401 | 403 => Self::Auth,
            402 | 429 => Self::Quota,
            408 | 504 => Self::Timeout,
            409 | 425 | 500..=599 => Self::Unavailable,
            400..=499 | 1003 | 1007 | 1008 | 1009 => Self::Invalid,
            1002 => Self::Protocol,
            1000.. => Self::Unavailable,
            _ => Self::Protocol,
        }
    }

    /// As metrics and events name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Quota => "quota",
            Self::Invalid => "invalid",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
        }
    }
}

/// Why a provider could not do it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{provider}: {operation}: {message}")]
pub struct ProviderError {
    pub provider: String,
    pub operation: &'static str,
    pub kind: ProviderErrorKind,
    pub message: String,
    /// HTTP status or socket close code, where there was one.
    pub code: Option<u16>,
    /// How long the provider asked to be left alone.
    pub retry_after: Option<Duration>,
}

impl ProviderError {
    /// A failure without a code.
    pub fn new(
        provider: impl Into<String>,
        operation: &'static str,
        kind: ProviderErrorKind,
        message: impl Into<String>,
    ) -> Self {
        let (provider, message) = (provider.into(), message.into());
        Self { provider, operation, kind, message, code: None, retry_after: None }
    }

    /// The same with a status or close code, which tells its kind.
    pub fn with_code(self, code: u16) -> Self {
        Self { kind: ProviderErrorKind::of(code), code: Some(code), ..self }
    }

    /// Whether another try may end better: never with a wrong key or a wrong request, nor on an empty account.
    pub fn is_transient(&self) -> bool {
        match self.kind {
            ProviderErrorKind::Auth | ProviderErrorKind::Invalid => false,
            ProviderErrorKind::Quota => self.code == Some(429),
            ProviderErrorKind::Unavailable | ProviderErrorKind::Timeout | ProviderErrorKind::Protocol => true,
        }
    }

    /// How long to wait before the one second try that a call has time for; `None`: there is to be none, the next
    /// provider is asked instead. Waits for what the provider asks if that is at most `longest`.
    pub fn second_try_after(&self, longest: Duration) -> Option<Duration> {
        let wait = self.retry_after.unwrap_or(Duration::from_millis(50));
        (self.is_transient() && wait <= longest).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u16, retry_after_ms: Option<u64>) -> ProviderError {
        let error = ProviderError::new("p", "speaking", ProviderErrorKind::Protocol, "no").with_code(code);
        ProviderError { retry_after: retry_after_ms.map(Duration::from_millis), ..error }
    }

    #[test]
    fn wrong_keys_and_wrong_requests_are_never_tried_again() {
        let longest = Duration::from_millis(300);
        for code in [400, 401, 402, 403, 404, 422, 1008] {
            assert_eq!(refused(code, Some(1)).second_try_after(longest), None, "{code}");
        }
        for code in [408, 409, 429, 500, 503, 1011] {
            assert!(refused(code, None).second_try_after(longest).is_some(), "{code}");
        }
    }

    #[test]
    fn a_provider_that_asks_for_patience_gets_what_a_call_has() {
        let longest = Duration::from_millis(300);
        assert_eq!(refused(429, Some(200)).second_try_after(longest), Some(Duration::from_millis(200)));
        assert_eq!(refused(429, Some(301)).second_try_after(longest), None);
    }
}
