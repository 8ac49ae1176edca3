//! `Idempotency-Key`: the same key and request get the same answer for a day.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tandem_console_api::Operation;
use tandem_console_api::problem::Code;
use tandem_foundation::OrgId;
use tandem_switchboard::ports::store::IdempotencyClaim;

use crate::ask::Reply;
use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret;
use crate::shared::Shared;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Answers longer than this are not kept, and none of ours is.
const LONGEST_ANSWER: usize = 1 << 20;

/// Carries `work` out, unless the request's key says that it was done before.
///
/// A refusal did nothing, so the key is free again after it.
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
    let key = key.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    let key = key.ok_or_else(|| Refusal::field("Idempotency-Key", "1 to 255 visible ASCII characters"))?;
    let key = format!("{}:{key}", operation.id);
    let hash = secret::sha256(&format!("{}\n{}", operation.id, secret::hex(body)));
    match shared.store.claim_idempotency(org, &key, &hash, now()).await? {
        IdempotencyClaim::Fresh => {}
        IdempotencyClaim::Replay { status, body } => return Ok(replay(status, body)),
        IdempotencyClaim::Running => {
            return Err(Refusal::new(Code::IdempotencyRunning, "try again shortly").after(1));
        }
        IdempotencyClaim::Mismatch => {
            return Err(Refusal::new(Code::IdempotencyMismatch, "use a new key for a new request"));
        }
    }
    match work.await {
        Ok(response) => {
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, LONGEST_ANSWER).await.unwrap_or_default();
            let text = String::from_utf8_lossy(&body);
            shared.store.finish_idempotency(org, &key, parts.status.as_u16(), &text).await?;
            Ok(Response::from_parts(parts, Body::from(body)))
        }
        Err(refusal) => {
            if let Err(error) = shared.store.release_idempotency(org, &key).await {
                tracing::error!(%error, "an idempotency key was not given free");
            }
            Err(refusal)
        }
    }
}

fn replay(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
