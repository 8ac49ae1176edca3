//! Wall-clock time and randomness, for timestamps and ids. Timers use the monotonic clock and are not here.

use crate::records::UnixMs;

/// What time it is, and what to name new things.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> UnixMs;
    /// 128 random bits for a new id.
    fn random(&self) -> u128;
    /// Today's date (year, month, day) in an IANA time zone; UTC where the zone is unknown.
    fn today(&self, time_zone: &str) -> (i16, u8, u8);
}
