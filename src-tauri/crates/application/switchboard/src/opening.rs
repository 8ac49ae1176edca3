//! Whether an organisation's hours are open now, by the wall clock of their time zone.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tandem_foundation::OrgId;
use tandem_routing::{HoursRef, Route};

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
    let zone = hours.time_zone.clone().or_else(|| plan.time_zone(org)).unwrap_or_default();
    hours.is_open(civil(context.ports.clock.now(), &zone))
}

/// What is left of a route once the hours that it begins with are known.
pub(crate) fn past_hours(context: &Context, org: &OrgId, mut route: Route) -> Route {
    while let Route::Hours { hours, open, closed } = route {
        route = if is_open(context, org, &hours) { *open } else { *closed };
    }
    route
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
}
