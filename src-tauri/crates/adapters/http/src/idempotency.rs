//! `Idempotency-Key` at the console's edge.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tandem_console_api::Operation;
use tandem_console_api::problem::Code;
use tandem_foundation::OrgId;
use tandem_switchboard::access::{Done, Once, OnceError, once as carry_out_once};

use crate::ask::Reply;
use crate::clock::now;
use crate::refusal::Refusal;
use crate::shared::Shared;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Answers longer than this are not kept, and none of ours is.
const LONGEST_ANSWER: usize = 1 << 20;

/// Carries `work` out, unless the request's key says that it was done before.
pub(crate) async fn once<F>(
    shared: &Shared,
    org: &OrgId,
    operation: &Operation,
    headers: &HeaderMap,
    body: &Bytes,
    work: F,
) -> Reply
where
    F: Future<Output = Reply>,
{
    let Some(key) = headers.get(KEY) else { return work.await };
    let key = key.to_str().unwrap_or_default();
    let request = Once { org, operation: operation.id, key, body, now: now() };
    let work = async {
        let (parts, body) = work.await?.into_parts();
        let body = axum::body::to_bytes(body, LONGEST_ANSWER).await.unwrap_or_default();
        let (status, text) = (parts.status.as_u16(), String::from_utf8_lossy(&body).into_owned());
        Ok((Response::from_parts(parts, Body::from(body)), status, text))
    };
    match carry_out_once(shared.store.as_ref(), request, work).await {
        Ok(Done::Now(response)) => Ok(response),
        Ok(Done::Before { status, body }) => Ok(replay(status, body)),
        Err(OnceError::BadKey) => Err(Refusal::field("Idempotency-Key", "1 to 255 visible ASCII characters")),
        Err(OnceError::Running) => Err(Refusal::new(Code::IdempotencyRunning, "try again shortly").after(1)),
        Err(OnceError::Mismatch) => {
            Err(Refusal::new(Code::IdempotencyMismatch, "use a new key for a new request"))
        }
        Err(OnceError::Store(error)) => Err(error.into()),
        Err(OnceError::Work(refusal)) => Err(refusal),
    }
}

fn replay(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
