//! Moments as contracts write and read them.

use jiff::Timestamp;
use tandem_switchboard::records::UnixMs;

/// RFC 3339 in UTC, whole seconds (`2026-04-02T10:30:00Z`).
pub fn rfc3339_s(at: UnixMs) -> String {
    moment(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// RFC 3339 in UTC with milliseconds (`2026-06-14T10:32:05.000Z`).
pub fn rfc3339_ms(at: UnixMs) -> String {
    moment(at).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Reads RFC 3339 with any offset.
pub fn read_moment(text: &str) -> Option<UnixMs> {
    text.parse::<Timestamp>().ok().map(|at| UnixMs(at.as_millisecond()))
}

fn moment(at: UnixMs) -> Timestamp {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_the_texts_have_them_and_read_back() {
        let at = UnixMs(1_775_125_800_125);
        assert_eq!(rfc3339_s(at), "2026-04-02T10:30:00Z");
        assert_eq!(rfc3339_ms(at), "2026-04-02T10:30:00.125Z");
        assert_eq!(rfc3339_ms(UnixMs(1_775_125_800_000)), "2026-04-02T10:30:00.000Z");
        assert_eq!(read_moment("2026-04-02T17:30:00.125+07:00"), Some(at));
        assert_eq!(read_moment("tomorrow"), None);
    }
}
