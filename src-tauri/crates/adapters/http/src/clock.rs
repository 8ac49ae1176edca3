//! The wall clock, for timestamps and expiry.

use std::time::{SystemTime, UNIX_EPOCH};

use tandem_switchboard::records::UnixMs;

/// Now.
pub(crate) fn now() -> UnixMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
