//! Days and shorter intervals of an organisation's time zone, as moments.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use tandem_statistics::Boundaries;

use crate::records::UnixMs;

/// How long an interval is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interval {
    /// So many minutes, from midnight on.
    Minutes(u16),
    Day,
}

/// The moments at which an interval ends and the next begins, from `from` to `to`. The first and the last are shorter
/// where those are within one; a day of a change of the clocks has more or fewer.
pub fn boundaries(time_zone: &str, from: UnixMs, to: UnixMs, interval: Interval) -> Boundaries {
    let mut moments = vec![from.0, to.0];
    let mut day = midnight(&zoned(time_zone, from));
    while let Some((begins, next)) =
        day.as_ref().and_then(|day| Some((millis(day), midnight(&day.tomorrow().ok()?)?)))
        && begins < to.0
    {
        let ends = millis(&next);
        let step = match interval {
            Interval::Minutes(minutes) => i64::from(minutes.max(1)) * 60_000,
            Interval::Day => ends - begins,
        };
        let mut moment = begins;
        while moment < ends {
            moments.push(moment);
            moment += step;
        }
        day = Some(next);
    }
    moments.retain(|moment| (from.0..=to.0).contains(moment));
    Boundaries::new(moments)
}

/// The day that a moment is in: its midnight and the next.
pub fn day_of(time_zone: &str, at: UnixMs) -> (UnixMs, UnixMs) {
    let day = midnight(&zoned(time_zone, at));
    let next = day.as_ref().and_then(|day| midnight(&day.tomorrow().ok()?));
    let from = day.map_or(at, |day| UnixMs(millis(&day)));
    (from, next.map_or(UnixMs(from.0 + 86_400_000), |next| UnixMs(millis(&next))))
}

/// The moment that a text names: RFC 3339 with an offset, or a date, which stands for its beginning or, as an `end`,
/// for the beginning of the next.
pub fn moment(time_zone: &str, text: &str, end: bool) -> Option<UnixMs> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(UnixMs(moment.as_millisecond()));
    }
    // A date and time without an offset is no moment, though a date could be read from it.
    let date: Date = text.parse().ok().filter(|_| text.len() == "2026-03-01".len())?;
    let date = if end { date.tomorrow().ok()? } else { date };
    let begins = date.to_zoned(zone(time_zone)).ok()?;
    Some(UnixMs(millis(&begins)))
}

/// An unknown zone is UTC, as for the exchange's clock.
fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

fn zoned(time_zone: &str, at: UnixMs) -> Zoned {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone(time_zone))
}

fn midnight(day: &Zoned) -> Option<Zoned> {
    day.start_of_day().ok()
}

fn millis(at: &Zoned) -> i64 {
    at.timestamp().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixMs {
        moment("UTC", text, false).expect("a moment")
    }

    #[test]
    fn a_day_is_one_of_the_organisations_own() {
        let (from, to) = day_of("Asia/Jakarta", at("2026-03-01T20:00:00Z"));
        assert_eq!((from, to), (at("2026-03-01T17:00:00Z"), at("2026-03-02T17:00:00Z")));
        assert_eq!(moment("Asia/Jakarta", "2026-03-02", false), Some(from));
        assert_eq!(moment("Asia/Jakarta", "2026-03-02", true), Some(to));
        assert_eq!(moment("UTC", "2026-03-02T10:00", false), None);
        assert_eq!(moment("UTC", "yesterday", false), None);
    }

    #[test]
    fn intervals_are_counted_from_midnight_and_cut_where_the_span_is() {
        let (from, to) = (at("2026-03-01T09:50:00Z"), at("2026-03-01T11:10:00Z"));
        let hours = boundaries("UTC", from, to, Interval::Minutes(60));
        let length = |index| hours.interval(index).map(|(from, to)| (to - from) / 60_000);
        assert_eq!((length(0), length(1), length(2), length(3)), (Some(10), Some(60), Some(10), None));
        let quarters = boundaries("Asia/Kathmandu", from, to, Interval::Minutes(15));
        // A quarter of an hour there begins with one everywhere, for its offset is 5:45.
        assert_eq!(quarters.count(), 6);
        assert_eq!(quarters.interval(0), Some((from.0, from.0 + 10 * 60_000)));
    }

    #[test]
    fn the_days_on_which_clocks_change_have_more_and_fewer_hours() {
        let hours = |date: &str| {
            let from = moment("Europe/Berlin", date, false).expect("a day");
            let to = moment("Europe/Berlin", date, true).expect("a day");
            boundaries("Europe/Berlin", from, to, Interval::Minutes(60)).count()
        };
        assert_eq!((hours("2026-03-29"), hours("2026-10-25"), hours("2026-11-21")), (23, 25, 24));
        let from = moment("Europe/Berlin", "2026-03-28", false).expect("a day");
        let to = moment("Europe/Berlin", "2026-03-30", true).expect("a day");
        assert_eq!(boundaries("Europe/Berlin", from, to, Interval::Day).count(), 3);
    }
}
