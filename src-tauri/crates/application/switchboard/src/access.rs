//! Who may ask, and asking twice: keys, sessions and idempotency keys, the same at every edge.

mod idempotency;
mod keys;
mod sessions;

pub use idempotency::{Done, Once, OnceError, once};
pub use keys::{KEY_RANDOM, KeyWish, hex, is_key, mint, opened, sha256};
pub use sessions::{ABSOLUTE_MS, cookie_name, session};

use crate::records::UnixMs;

/// Uses within this time of the last noted one are not noted, which spares storage.
const NOTE_EVERY_MS: i64 = 60 * 1_000;

fn older(last: Option<UnixMs>, now: UnixMs, than_ms: i64) -> bool {
    last.is_none_or(|last| now.0.saturating_sub(last.0) > than_ms)
}
