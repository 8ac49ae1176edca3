//! Wall-clock moments as the API writes them.

use serde::{Deserialize, Serialize};
use tandem_switchboard::records::UnixMs;
use utoipa::ToSchema;

/// RFC 3339, UTC (`2026-03-01T09:30:00.125Z`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = DateTime, example = "2026-03-01T09:30:00.125Z")]
pub struct Time(pub String);

impl From<UnixMs> for Time {
    /// Moments outside the years −9999 to 9999 are written as the epoch.
    fn from(at: UnixMs) -> Self {
        let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Self(moment.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc_with_its_milliseconds() {
        assert_eq!(Time::from(UnixMs(1_709_280_000_125)).0, "2024-03-01T08:00:00.125Z");
        assert_eq!(Time::from(UnixMs(i64::MAX)).0, "1970-01-01T00:00:00Z");
    }
}
