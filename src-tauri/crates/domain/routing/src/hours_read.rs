//! Hours from JSON, with every field that is not as it should be.

use serde_json::Value;

use crate::fields::{Fields, Finding, Findings, below};
use crate::hours::{Day, ExceptionDate, ExceptionDay, Hours, Interval, Opening, TimeOfDay};

const MOST_OPENINGS: usize = 50;
const MOST_EXCEPTIONS: usize = 400;
const TIME: &str = "a time as HH:MM, 00:00 to 24:00";

impl Hours {
    /// Reads hours that lie at `path`.
    ///
    /// # Errors
    /// Every field that is not as expected.
    pub fn read(value: &Value, path: &str) -> Result<Self, Vec<Finding>> {
        let mut found = Findings::default();
        let hours = read(value, path, &mut found);
        match hours {
            Some(hours) if found.0.is_empty() => Ok(hours),
            _ => Err(found.0),
        }
    }
}

pub(crate) fn read(value: &Value, path: &str, found: &mut Findings) -> Option<Hours> {
    let mut fields = Fields::of(value, path, found)?;
    let time_zone = fields.text_opt("time_zone", 64, found);
    let at = fields.at("week");
    let week = fields.list("week", MOST_OPENINGS, found).iter().enumerate();
    let week = week.filter_map(|(index, value)| opening(value, &below(&at, &index.to_string()), found));
    let week = week.collect();
    let at = fields.at("exceptions");
    let exceptions = fields.list("exceptions", MOST_EXCEPTIONS, found).iter().enumerate();
    let exceptions =
        exceptions.filter_map(|(index, value)| exception(value, &below(&at, &index.to_string()), found));
    let exceptions = exceptions.collect();
    fields.no_others(found);
    Some(Hours { time_zone, week, exceptions })
}

fn opening(value: &Value, path: &str, found: &mut Findings) -> Option<Opening> {
    let mut fields = Fields::of(value, path, found)?;
    let days = fields.list("days", 7, found);
    if days.is_empty() {
        found.add(&fields.at("days"), "at least one of mon, tue, wed, thu, fri, sat, sun");
    }
    let mut read = Vec::new();
    for (index, day) in days.iter().enumerate() {
        match day.as_str().and_then(Day::parse).filter(|day| !read.contains(day)) {
            Some(day) => read.push(day),
            None => {
                found.add(&format!("{}.{index}", fields.at("days")), "one of mon … sun, each of them once")
            }
        }
    }
    let interval = times(&mut fields, found);
    fields.no_others(found);
    let Interval { from, to } = interval?;
    Some(Opening { days: read, from, to })
}

fn exception(value: &Value, path: &str, found: &mut Findings) -> Option<ExceptionDay> {
    let mut fields = Fields::of(value, path, found)?;
    let date = fields.text("date", 10, found).and_then(|text| {
        let date = ExceptionDate::parse(&text);
        if date.is_none() {
            found.add(&fields.at("date"), "a date as 2026-12-24, or 12-25 for every year");
        }
        date
    });
    let name = fields.text_opt("name", 100, found);
    let at = fields.at("open");
    let mut open = Vec::new();
    for (index, value) in fields.list("open", MOST_OPENINGS, found).iter().enumerate() {
        let Some(mut fields) = Fields::of(value, &below(&at, &index.to_string()), found) else { continue };
        open.extend(times(&mut fields, found));
        fields.no_others(found);
    }
    fields.no_others(found);
    Some(ExceptionDay { date: date?, name, open })
}

fn times(fields: &mut Fields<'_>, found: &mut Findings) -> Option<Interval> {
    let mut time = |name: &'static str| {
        let text = fields.text(name, 5, found)?;
        let time = TimeOfDay::parse(&text);
        if time.is_none() {
            found.add(&fields.at(name), TIME);
        }
        time
    };
    let (from, to) = (time("from"), time("to"));
    let interval = Interval { from: from?, to: to? };
    if interval.from == interval.to {
        found.add(&fields.at("to"), "another time than from; a whole day is 00:00 to 24:00");
        return None;
    }
    if interval.from.to_string() == "24:00" {
        found.add(&fields.at("from"), "a time before 24:00");
        return None;
    }
    Some(interval)
}
