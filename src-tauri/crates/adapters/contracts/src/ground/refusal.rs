//! Why a request was not carried out, before a contract puts it in its own words.

use axum::http::StatusCode;
use tandem_switchboard::exchange::ExchangeError;
use tandem_switchboard::ports::store::StoreError;

/// The kind of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request itself is wrong.
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    /// Something is in a state that does not allow it.
    Conflict,
    TooLarge,
    /// An idempotency key that came with another request before.
    Mismatch,
    /// Too many requests.
    RateLimited,
    /// A trunk has no room.
    AtCapacity,
    Internal,
    /// What we ask in turn did not answer.
    BadGateway,
    Unavailable,
}

impl Kind {
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Invalid => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Mismatch => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RateLimited | Self::AtCapacity => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::BadGateway => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// In snake_case, for contracts whose text has no words of its own.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid_request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Conflict => "conflict",
            Self::TooLarge => "body_too_large",
            Self::Mismatch => "idempotency_mismatch",
            Self::RateLimited => "rate_limited",
            Self::AtCapacity => "at_capacity",
            Self::Internal => "internal",
            Self::BadGateway => "bad_gateway",
            Self::Unavailable => "unavailable",
        }
    }
}

/// A field that was not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its path (`customer.number`).
    pub field: String,
    pub expected: String,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub kind: Kind,
    pub message: String,
    pub faults: Vec<Fault>,
    pub retry_after_s: Option<u32>,
    /// `max_channels` or `max_cps`, where a trunk has no room.
    pub limit: Option<&'static str>,
    /// Methods that the path has.
    pub allow: Option<Box<str>>,
    /// Whatever else the contract's own shape of this refusal needs.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl Refusal {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            faults: Vec::new(),
            retry_after_s: None,
            limit: None,
            allow: None,
            extra: serde_json::Map::new(),
        }
    }

    /// One field was not as expected.
    pub fn field(field: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::faults(vec![Fault { field: field.into(), expected: expected.into() }])
    }

    pub fn faults(faults: Vec<Fault>) -> Self {
        let told: Vec<_> =
            faults.iter().map(|fault| format!("{}: {}", fault.field, fault.expected)).collect();
        Self { faults, ..Self::new(Kind::Invalid, told.join("; ")) }
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("there is no such {what}"))
    }

    pub fn unauthenticated() -> Self {
        Self::new(Kind::Unauthenticated, "invalid or missing API key")
    }

    pub fn after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(u32::try_from(seconds).unwrap_or(u32::MAX));
        self
    }

    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    /// What storage says of one row.
    pub fn of_row(error: StoreError, what: &str) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::not_found(what),
            other => other.into(),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::not_found("row"),
            StoreError::Conflict { field, .. } => {
                Self::new(Kind::Conflict, format!("another row has the same {field} already"))
            }
            StoreError::Unavailable { operation, source } => {
                tracing::warn!(operation, error = %source, "storage is not available");
                Self::new(Kind::Unavailable, "try again in a few seconds").after(5)
            }
            StoreError::Broken { operation, source } => {
                tracing::error!(operation, error = %source, "storage failed");
                Self::new(Kind::Internal, "the request could not be carried out")
            }
        }
    }
}

impl From<ExchangeError> for Refusal {
    fn from(error: ExchangeError) -> Self {
        let message = error.to_string();
        match error {
            ExchangeError::NotFound { what } => Self::not_found(what),
            ExchangeError::Invalid { field, expected } => Self::field(field, expected),
            ExchangeError::FloorTaken { .. }
            | ExchangeError::WrongState { .. }
            | ExchangeError::NoPhone
            | ExchangeError::AgentBusy
            | ExchangeError::ColleagueUnreachable
            | ExchangeError::NotOffered => Self::new(Kind::Conflict, message),
            ExchangeError::DoNotCall | ExchangeError::Forbidden => Self::new(Kind::Forbidden, message),
            ExchangeError::AtCapacity { limit, retry_after_s, .. } => Self {
                limit: Some(limit),
                ..Self::new(Kind::AtCapacity, message).after(u64::from(retry_after_s))
            },
            ExchangeError::Draining => Self::new(Kind::Unavailable, message).after(30),
            ExchangeError::Storage | ExchangeError::StorageFull => {
                Self::new(Kind::Unavailable, message).after(5)
            }
        }
    }
}
