//! Whether hours are open now, by the wall clock of their time zone.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tandem_foundation::OrgId;
use tandem_routing::{Hours, HoursRef, Route};

use crate::context::Context;
use crate::records::UnixMs;

/// Hours that nobody knows any more are closed.
pub(crate) fn is_open(context: &Context, org: &OrgId, hours: &HoursRef) -> bool {
    let plan = context.plan.read();
    let hours = match hours {
        HoursRef::Inline(hours) => hours,
        HoursRef::Named(name) => match plan.hours(org, name) {
            Some(hours) => hours,
            None => {
                tracing::warn!(%org, "a route names hours that are not there");
                return false;
            }
        },
    };
    let zone = plan.time_zone(org).unwrap_or_default();
    hours.is_open(civil(context.ports.clock.now(), zone_of(hours, &zone)))
}

/// What is left of a route once the hours that it begins with are known.
pub(crate) fn past_hours(context: &Context, org: &OrgId, mut route: Route) -> Route {
    while let Route::Hours { hours, open, closed } = route {
        route = if is_open(context, org, &hours) { *open } else { *closed };
    }
    route
}

/// When hours without a time zone of their own are open next in an organisation's: `at` where they are open then, `None`
/// where they never are.
pub fn next_opening(hours: &Hours, zone: &str, at: UnixMs) -> Option<UnixMs> {
    let zone = zone_of(hours, zone);
    let now = civil(at, zone);
    let next = hours.next_opening(now)?;
    if next == now {
        return Some(at);
    }
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Some(UnixMs(next.to_zoned(zone).ok()?.timestamp().as_millisecond()))
}

/// When an assistant's customer wants to be called back: a date and time on the organisation's clock
/// (`2027-01-31T09:30`) or at once; `None` where the words say neither.
pub(crate) fn time_of(context: &Context, org: &OrgId, words: &str) -> Option<UnixMs> {
    let zone = context.plan.read().time_zone(org).unwrap_or_default();
    read_time(words, &zone, context.ports.clock.now())
}

fn read_time(words: &str, zone: &str, now: UnixMs) -> Option<UnixMs> {
    let words = words.trim().to_ascii_lowercase();
    if matches!(words.as_str(), "now" | "at once" | "as soon as possible") {
        return Some(now);
    }
    let words = words.to_ascii_uppercase();
    let at = match words.parse::<Timestamp>() {
        Ok(at) => at,
        Err(_) => {
            let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
            words.parse::<DateTime>().ok()?.to_zoned(zone).ok()?.timestamp()
        }
    };
    // A day alone is no time, and a year in which nobody calls is a mistake.
    let within = at.as_millisecond() - now.0 < 366 * 24 * 3_600_000;
    (words.contains(':') && within).then(|| UnixMs(at.as_millisecond().max(now.0)))
}

/// Whether there is such a time zone.
pub fn is_time_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

fn zone_of<'a>(hours: &'a Hours, organisations: &'a str) -> &'a str {
    hours.time_zone.as_deref().unwrap_or(organisations)
}

/// The wall clock in an IANA time zone; UTC where the zone is unknown.
fn civil(at: UnixMs, zone: &str) -> DateTime {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone).datetime()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_is_the_zones_own() {
        // 2026-11-20T22:30Z.
        let at = UnixMs(1_795_213_800_000);
        assert_eq!(civil(at, "Asia/Jakarta").to_string(), "2026-11-21T05:30:00");
        assert_eq!(civil(at, "no such zone").to_string(), "2026-11-20T22:30:00");
    }

    #[test]
    fn the_time_of_a_callback_is_read_on_the_organisations_clock() {
        let at = UnixMs(1_795_213_800_000);
        let read = |words| read_time(words, "Asia/Jakarta", at).map(|due| (due.0 - at.0) / 60_000);
        assert_eq!(read("as soon as possible"), Some(0));
        // It is half past five there.
        assert_eq!(read("2026-11-21T09:00"), Some(210));
        assert_eq!(read("2026-11-21 09:00"), Some(210));
        assert_eq!(read("2026-11-21T02:00:00Z"), Some(210));
        assert_eq!(read("2026-11-20T09:00"), Some(0), "what is past is due");
        for words in ["tomorrow at nine", "2026-11-21", "2036-11-21T09:00", ""] {
            assert_eq!(read(words), None, "{words}");
        }
    }

    #[test]
    fn an_opening_is_an_instant_again() {
        let week = serde_json::json!({ "week": [{ "days": ["sat"], "from": "06:00", "to": "07:00" }] });
        let hours = Hours::read(&week, "").expect("hours");
        let at = UnixMs(1_795_213_800_000);
        let half_an_hour = 30 * 60 * 1_000;
        assert_eq!(next_opening(&hours, "Asia/Jakarta", at), Some(UnixMs(at.0 + half_an_hour)));
        let open = UnixMs(at.0 + half_an_hour);
        assert_eq!(next_opening(&hours, "Asia/Jakarta", open), Some(open));
        assert!(is_time_zone("Asia/Jakarta") && !is_time_zone("Mars/Olympus"));
    }
}
