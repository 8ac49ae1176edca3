//! Hours at civil times, and what is refused.

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::*;

fn hours(value: Value) -> Hours {
    Hours::read(&value, "").expect("hours")
}

fn at(text: &str) -> DateTime {
    text.parse().expect("a civil time")
}

fn office() -> Hours {
    hours(json!({
        "week": [
            { "days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:30" },
            { "days": ["sat"], "from": "10:00", "to": "12:00" },
        ],
        "exceptions": [
            { "date": "2026-12-24", "name": "Christmas Eve", "open": [{ "from": "09:00", "to": "12:00" }] },
            { "date": "12-25", "name": "Christmas" },
            { "date": "2027-12-25", "open": [{ "from": "11:00", "to": "12:00" }] },
        ],
    }))
}

#[test]
fn it_is_open_from_the_first_minute_to_before_the_last() {
    // 2026-11-20 is a Friday.
    for (time, open) in [
        ("2026-11-20T08:59:59", false),
        ("2026-11-20T09:00", true),
        ("2026-11-20T17:29:59", true),
        ("2026-11-20T17:30", false),
        ("2026-11-21T11:00", true),
        ("2026-11-22T11:00", false),
    ] {
        assert_eq!(office().is_open(at(time)), open, "{time}");
    }
}

#[test]
fn a_date_stands_above_the_week_and_one_date_above_every_years() {
    for (time, open) in [
        ("2026-12-24T11:59", true),
        ("2026-12-24T13:00", false),
        ("2026-12-25T10:00", false),
        ("2028-12-25T10:00", false),
        ("2027-12-25T11:30", true),
    ] {
        assert_eq!(office().is_open(at(time)), open, "{time}");
    }
}

#[test]
fn a_night_shift_is_of_the_day_it_begins_on() {
    let night = hours(json!({
        "week": [{ "days": ["fri"], "from": "22:00", "to": "02:00" }],
        "exceptions": [{ "date": "2026-11-28" }, { "date": "2026-12-04" }],
    }));
    for (time, open) in [
        ("2026-11-20T21:59", false),
        ("2026-11-20T23:30", true),
        ("2026-11-21T01:59", true),
        ("2026-11-21T02:00", false),
        ("2026-11-20T01:00", false),
        // Saturday the 28th is closed; what began on Friday goes to its end.
        ("2026-11-28T01:00", true),
        // Friday the 4th is closed, and with it its night.
        ("2026-12-04T23:00", false),
        ("2026-12-05T01:00", false),
    ] {
        assert_eq!(night.is_open(at(time)), open, "{time}");
    }
}

#[test]
fn a_whole_day_has_no_gap_at_midnight() {
    let always = Hours::always();
    for time in ["2026-11-20T00:00", "2026-11-20T23:59:59", "2026-11-21T00:00"] {
        assert!(always.is_open(at(time)), "{time}");
    }
    assert_eq!(always.next_opening(at("2026-11-20T12:00")), Some(at("2026-11-20T12:00")));
}

#[test]
fn the_next_opening_is_found_over_weekends_and_holidays() {
    for (now, next) in [
        ("2026-11-20T07:00", "2026-11-20T09:00"),
        ("2026-11-20T18:00", "2026-11-21T10:00"),
        ("2026-11-21T12:00", "2026-11-23T09:00"),
        // The 25th is a holiday, the 26th a Saturday.
        ("2026-12-24T12:00", "2026-12-26T10:00"),
        ("2026-11-20T10:15", "2026-11-20T10:15"),
    ] {
        assert_eq!(office().next_opening(at(now)), Some(at(next)), "{now}");
    }
    assert_eq!(Hours::default().next_opening(at("2026-11-20T10:00")), None);
    let leap =
        hours(json!({ "exceptions": [{ "date": "02-29", "open": [{ "from": "08:00", "to": "09:00" }] }] }));
    assert_eq!(leap.next_opening(at("2026-11-20T10:00")), Some(at("2028-02-29T08:00")));
}

#[test]
fn clocks_that_change_move_no_opening() {
    // Central Europe: forward at 2:00 on 29 March 2026, back at 3:00 on 25 October 2026.
    let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("zone");
    let early = hours(json!({ "week": [{ "days": ["sun"], "from": "02:30", "to": "04:00" }] }));
    let open_at = |utc: &str| {
        let instant: jiff::Timestamp = utc.parse().expect("instant");
        early.is_open(instant.to_zoned(zone.clone()).datetime())
    };
    // 2:30 does not exist in March: at 1:00 UTC the clock springs to 3:00, and it is open until 4:00.
    assert!(!open_at("2026-03-29T00:59:00Z"));
    assert!(open_at("2026-03-29T01:00:00Z"));
    assert!(!open_at("2026-03-29T02:00:00Z"));
    // 2:30 comes twice in October: open, closed when the clock goes back, and open again.
    assert!(open_at("2026-10-25T00:45:00Z"));
    assert!(!open_at("2026-10-25T01:15:00Z"));
    assert!(open_at("2026-10-25T01:30:00Z"));
    // The next opening that does not exist is the caller's to convert: an hour later here.
    let next = early.next_opening(date(2026, 3, 28).at(12, 0, 0, 0)).expect("opens");
    assert_eq!(next, at("2026-03-29T02:30"));
    let instant = next.to_zoned(zone).expect("converts").timestamp();
    assert_eq!(instant.to_string(), "2026-03-29T01:30:00Z");
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let value = json!({
        "week": [
            { "days": [], "from": "9:00", "to": "17:00" },
            { "days": ["mon", "mon", "monday"], "from": "09:00", "to": "09:00" },
            { "days": ["tue"], "from": "24:00", "to": "02:00" },
        ],
        "exceptions": [
            { "date": "02-30" },
            { "date": "2026-13-01", "open": [{ "from": "10:00", "to": "25:00" }] },
            { "date": "12-31", "shut": true },
        ],
        "zone": "UTC",
    });
    let found = Hours::read(&value, "hours").expect_err("refused");
    let paths: Vec<_> = found.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "hours.week.0.days",
            "hours.week.0.from",
            "hours.week.1.days.1",
            "hours.week.1.days.2",
            "hours.week.1.to",
            "hours.week.2.from",
            "hours.exceptions.0.date",
            "hours.exceptions.1.date",
            "hours.exceptions.1.open.0.to",
            "hours.exceptions.2.shut",
            "hours.zone",
        ]
    );
}

#[test]
fn hours_survive_being_stored() {
    let text = serde_json::to_string(&office()).expect("written");
    assert_eq!(serde_json::from_str::<Hours>(&text).expect("read"), office());
}
