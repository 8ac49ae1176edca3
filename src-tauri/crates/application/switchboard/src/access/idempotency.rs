//! `Idempotency-Key`: the same key and request get the same answer for a day.

use tandem_foundation::OrgId;

use super::{hex, sha256};
use crate::ports::store::{IdempotencyClaim, Store, StoreError};
use crate::records::UnixMs;

/// A request that is to be carried out once.
#[derive(Debug, Clone, Copy)]
pub struct Once<'a> {
    pub org: &'a OrgId,
    /// Names the operation, over all edges.
    pub operation: &'a str,
    /// As the client sent it.
    pub key: &'a str,
    pub body: &'a [u8],
    pub now: UnixMs,
}

/// What became of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done<T> {
    /// It was carried out now.
    Now(T),
    /// It was carried out before, and this was the answer.
    Before { status: u16, body: String },
}

/// Why the request was not carried out.
#[derive(Debug)]
pub enum OnceError<E> {
    /// The key is not 1 to 255 visible ASCII characters.
    BadKey,
    /// The same request is under way.
    Running,
    /// The key came with another request before.
    Mismatch,
    Store(StoreError),
    /// The work was refused; the key is free again, since a refusal did nothing.
    Work(E),
}

/// Carries `work` out, unless the request's key says that it was done before. `work` gives what it made, and the status
/// and body that are to be answered again.
///
/// # Errors
/// See [`OnceError`].
pub async fn once<T, E>(
    store: &dyn Store,
    request: Once<'_>,
    work: impl Future<Output = Result<(T, u16, String), E>>,
) -> Result<Done<T>, OnceError<E>> {
    let Once { org, operation, key, body, now } = request;
    if !(1..=255).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Err(OnceError::BadKey);
    }
    let key = format!("{operation}:{key}");
    let hash = sha256(&format!("{operation}\n{}", hex(body)));
    match store.claim_idempotency(org, &key, &hash, now).await.map_err(OnceError::Store)? {
        IdempotencyClaim::Fresh => {}
        IdempotencyClaim::Replay { status, body } => return Ok(Done::Before { status, body }),
        IdempotencyClaim::Running => return Err(OnceError::Running),
        IdempotencyClaim::Mismatch => return Err(OnceError::Mismatch),
    }
    match work.await {
        Ok((made, status, text)) => {
            store.finish_idempotency(org, &key, status, &text).await.map_err(OnceError::Store)?;
            Ok(Done::Now(made))
        }
        Err(refusal) => {
            if let Err(error) = store.release_idempotency(org, &key).await {
                tracing::error!(%error, "an idempotency key was not given free");
            }
            Err(OnceError::Work(refusal))
        }
    }
}
