//! The system's clock and random bits.

use jiff::tz::TimeZone;
use tandem_switchboard::ports::clock::Clock;
use tandem_switchboard::records::UnixMs;

/// Reads the machine's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixMs {
        UnixMs(jiff::Timestamp::now().as_millisecond())
    }

    fn random(&self) -> u128 {
        rand::random()
    }

    fn today(&self, time_zone: &str) -> (i16, u8, u8) {
        let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
        let today = jiff::Timestamp::now().to_zoned(zone).date();
        let small = |n: i8| u8::try_from(n).unwrap_or(1);
        (today.year(), small(today.month()), small(today.day()))
    }
}
