//! How a contract says things.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;
use tandem_switchboard::records::{Contract, UnixMs};

use super::allowance::{Allowance, Quota};
use super::ask::json_response;
use super::refusal::Refusal;

/// What every answer may speak of.
#[derive(Debug, Clone)]
pub struct About {
    /// A UUID; also in the header `x-request-id`.
    pub request_id: String,
    pub now: UnixMs,
    /// Of the key, or of the address that showed no good one.
    pub quota: Option<Quota>,
}

impl About {
    /// When the quota is whole again: seconds since 1970, rounded up.
    pub fn resets_at_s(&self) -> Option<i64> {
        let left = self.quota?.resets_in + Duration::from_millis(999);
        Some((self.now.0 + i64::try_from(left.as_millis()).unwrap_or(i64::MAX / 2)).div_euclid(1_000))
    }
}

/// A contract's own way of answering.
pub trait Manner: Send + Sync + 'static {
    /// Whose keys open it.
    const CONTRACT: Contract;

    /// How many requests a key may make.
    fn allowance(&self) -> Allowance {
        Allowance::per_minute(3_000)
    }

    /// The largest body that is read, in bytes.
    fn largest_body(&self) -> usize {
        1 << 20
    }

    /// What a handler made, as it is sent.
    fn answer(&self, status: StatusCode, body: Value, about: &About) -> Response {
        let _ = about;
        json_response(status, &body)
    }

    /// A refusal as it is sent; the headers that go with it (`retry-after`, `www-authenticate`, `allow`) are set already
    /// when it leaves.
    fn refuse(&self, refusal: &Refusal, about: &About) -> Response;

    /// The last touch on every answer, refusals too.
    fn dress(&self, response: &mut Response, about: &About) {
        let _ = (response, about);
    }
}
