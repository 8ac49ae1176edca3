//! Refusals on their way to the client, and what becomes of the ports' errors.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tandem_console_api::calls::Floor;
use tandem_console_api::check::Findings;
use tandem_console_api::problem::{Code, FieldError, Problem};
use tandem_switchboard::exchange::ExchangeError;
use tandem_switchboard::ports::store::StoreError;

/// A problem and what its headers say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) problem: Box<Problem>,
    retry_after_s: Option<u64>,
    allow: Option<String>,
}

impl Refusal {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { problem: Box::new(Problem::new(code, detail)), retry_after_s: None, allow: None }
    }

    /// One field was not as expected.
    pub(crate) fn field(field: &str, expected: &str) -> Self {
        Self::fields(vec![FieldError { field: field.to_owned(), expected: expected.to_owned() }])
    }

    pub(crate) fn fields(errors: Vec<FieldError>) -> Self {
        Self { problem: Box::new(Problem::invalid(errors)), retry_after_s: None, allow: None }
    }

    /// Refuses when there is a finding.
    pub(crate) fn unless_clean(found: Findings) -> Result<(), Self> {
        let errors = found.into_errors();
        if errors.is_empty() { Ok(()) } else { Err(Self::fields(errors)) }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {what}"))
    }

    /// What storage says when a row was to be deleted.
    pub(crate) fn deleting(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { field, .. } => Self::new(Code::InUse, format!("{field} still uses it")),
            other => other.into(),
        }
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(Code::Unauthenticated, "no valid session or key came with the request")
    }

    pub(crate) fn after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    pub(crate) fn allowing(mut self, methods: String) -> Self {
        self.allow = Some(methods);
        self
    }

    pub(crate) fn code(&self) -> Code {
        self.problem.code
    }

    /// The answer to the request at `instance`.
    pub(crate) fn respond(mut self, instance: &str, request_id: &str) -> Response {
        self.problem.instance = instance.to_owned();
        self.problem.request_id = request_id.to_owned();
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.problem).expect("a problem's fields are all JSON values");
        let mut response = (status, Body::from(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(Ok(methods)) = self.allow.map(HeaderValue::try_from) {
            headers.insert(header::ALLOW, methods);
        }
        response
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::new(Code::NotFound, "there is no such row"),
            StoreError::Conflict { field, .. } => {
                let mut refusal =
                    Self::new(Code::Conflict, format!("another row has the same {field} already"));
                refusal.problem.errors =
                    vec![FieldError { field: field.to_owned(), expected: "a value not in use".into() }];
                refusal
            }
            StoreError::Unavailable { operation, source } => {
                tracing::warn!(operation, error = %source, "storage is not available");
                Self::new(Code::StorageUnavailable, "try again in a few seconds").after(5)
            }
            StoreError::Broken { operation, source } => {
                tracing::error!(operation, error = %source, "storage failed");
                Self::new(Code::Internal, "the request could not be carried out")
            }
        }
    }
}

impl From<ExchangeError> for Refusal {
    fn from(error: ExchangeError) -> Self {
        let detail = error.to_string();
        match error {
            ExchangeError::NotFound { what } => Self::not_found(what),
            ExchangeError::Invalid { field, expected } => Self::field(field, &expected),
            ExchangeError::FloorTaken { floor, version, .. } => {
                let mut refusal = Self::new(Code::FloorTaken, detail);
                refusal.problem.floor = serde_json::to_value(Floor::new(&floor, version)).ok();
                refusal
            }
            ExchangeError::WrongState { .. } => Self::new(Code::WrongState, detail),
            ExchangeError::NoPhone => Self::new(Code::NoPhone, detail),
            ExchangeError::NotOffered => Self::new(Code::NotOffered, detail),
            ExchangeError::AgentBusy => Self::new(Code::AgentBusy, detail),
            ExchangeError::ColleagueUnreachable => Self::new(Code::ColleagueUnreachable, detail),
            ExchangeError::DoNotCall => Self::new(Code::DoNotCall, detail),
            ExchangeError::Forbidden => Self::new(Code::Forbidden, detail),
            ExchangeError::AtCapacity { retry_after_s, .. } => {
                Self::new(Code::AtCapacity, detail).after(u64::from(retry_after_s))
            }
            ExchangeError::Draining => Self::new(Code::Draining, detail).after(30),
            ExchangeError::Storage => Self::new(Code::StorageUnavailable, detail).after(5),
        }
    }
}
