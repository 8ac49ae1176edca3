//! People's sessions: the cookie, and whose it is.

use super::{NOTE_EVERY_MS, older};
use crate::ports::store::{Store, StoreError};
use crate::records::{Session, UnixMs, User};

/// A session nobody used for this long is over.
const IDLE_MS: i64 = 30 * 60 * 1_000;
/// A session is over after this long, used or not.
pub const ABSOLUTE_MS: i64 = 12 * 60 * 60 * 1_000;

/// The name of the session's cookie.
pub const fn cookie_name(tls: bool) -> &'static str {
    if tls { "__Host-tandem_session" } else { "tandem_session" }
}

/// The session whose token has this hash, and its person; `used` notes that it is in use.
///
/// # Errors
/// When storage fails; a session that is not there or over, or a person who may not sign in, is `None`.
pub async fn session(
    store: &dyn Store,
    hash: &str,
    now: UnixMs,
    used: bool,
) -> Result<Option<(Session, User)>, StoreError> {
    let (session, user) = match store.session_by_hash(hash, now).await {
        Ok(found) => found,
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    if older(Some(session.seen_at), now, IDLE_MS) || session.expires_at <= now {
        store.delete_session(&session.org, &session.id).await?;
        return Ok(None);
    }
    if !user.enabled {
        return Ok(None);
    }
    if used && older(Some(session.seen_at), now, NOTE_EVERY_MS) {
        store.touch_session(&session.org, &session.id, now).await?;
    }
    Ok(Some((session, user)))
}
