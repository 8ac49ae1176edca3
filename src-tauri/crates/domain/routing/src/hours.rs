//! Opening hours: what a week looks like, on which dates it looks otherwise, and whether it is open at a civil time.
//!
//! Civil times are those of the wall clock in the hours' time zone. The caller converts: an instant has exactly one
//! civil time, also when clocks are changed; a civil time that does not exist or exists twice is the caller's choice.

use std::fmt;

use jiff::civil::{Date, DateTime, Time, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Minutes of a day, and the end of one that has not wrapped.
const DAY: u16 = 24 * 60;
/// A yearly 29 February is at most eight years away.
const HORIZON_DAYS: u32 = 9 * 366;

/// When somebody is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Hours {
    /// IANA name; the organisation's where `null`.
    pub time_zone: Option<String>,
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub week: Vec<Opening>,
    /// Dates that are not as the week has them.
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub exceptions: Vec<ExceptionDay>,
}

/// Open on these days, from one time to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Opening {
    pub days: Vec<Day>,
    /// `HH:MM`.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub from: TimeOfDay,
    /// `HH:MM`; 24:00 is the end of the day. Where it is before `from`, it is of the next day.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub to: TimeOfDay,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A date on which other times hold. What began the evening before goes to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ExceptionDay {
    /// `2026-12-24`, or `12-25` for every year.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub date: ExceptionDate,
    /// For people (`Christmas`).
    pub name: Option<String>,
    /// Closed all day where empty.
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub open: Vec<Interval>,
}

/// From one time to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Interval {
    /// `HH:MM`.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub from: TimeOfDay,
    /// `HH:MM`; 24:00 is the end of the day. Where it is before `from`, it is of the next day.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub to: TimeOfDay,
}

/// Minutes since midnight, 0 to 1440.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u16);

/// One date, or one of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExceptionDate {
    Once(Date),
    Yearly { month: i8, day: i8 },
}

impl Hours {
    /// Open without end.
    pub fn always() -> Self {
        let whole = Opening { days: Day::ALL.to_vec(), from: TimeOfDay(0), to: TimeOfDay(DAY) };
        Self { week: vec![whole], ..Self::default() }
    }

    /// Whether it is open at a civil time of the hours' time zone.
    pub fn is_open(&self, at: DateTime) -> bool {
        let minute = minute_of(at.time());
        let since_midnight = |yesterday: Date| {
            self.on(yesterday).iter().any(|interval| interval.wraps() && minute < interval.to.0)
        };
        let today =
            |interval: &Interval| interval.from.0 <= minute && (interval.wraps() || minute < interval.to.0);
        self.on(at.date()).iter().any(today) || at.date().yesterday().is_ok_and(since_midnight)
    }

    /// When it is open next: `at` where it is open then, `None` where it never is again.
    pub fn next_opening(&self, at: DateTime) -> Option<DateTime> {
        if self.is_open(at) {
            return Some(at);
        }
        let mut date = at.date();
        for _ in 0..HORIZON_DAYS {
            let begins = self.on(date).into_iter().map(|interval| date.to_datetime(interval.from.time()));
            if let Some(first) = begins.filter(|begin| *begin > at).min() {
                return Some(first);
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// What begins on a date.
    fn on(&self, date: Date) -> Vec<Interval> {
        let same = |exception: &&ExceptionDay| exception.date == ExceptionDate::Once(date);
        let yearly = ExceptionDate::Yearly { month: date.month(), day: date.day() };
        let every_year = |exception: &&ExceptionDay| exception.date == yearly;
        let exception = self.exceptions.iter().find(same).or_else(|| self.exceptions.iter().find(every_year));
        if let Some(exception) = exception {
            return exception.open.clone();
        }
        let day = Day::of(date.weekday());
        let opening = |opening: &Opening| Interval { from: opening.from, to: opening.to };
        self.week.iter().filter(|opening| opening.days.contains(&day)).map(opening).collect()
    }
}

impl Interval {
    fn wraps(self) -> bool {
        self.to < self.from
    }
}

impl Day {
    /// Monday first.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// Reads `mon` … `sun`.
    pub fn parse(text: &str) -> Option<Self> {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        names.iter().position(|name| *name == text).map(|index| Self::ALL[index])
    }

    fn of(weekday: Weekday) -> Self {
        Self::ALL[usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default()]
    }
}

impl TimeOfDay {
    /// Reads `HH:MM`, up to `24:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':').filter(|(h, m)| h.len() == 2 && m.len() == 2)?;
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u16>().ok());
        let (hour, minute) = (digits(hour)??, digits(minute)??);
        let minutes = hour * 60 + minute;
        (minute < 60 && minutes <= DAY).then_some(Self(minutes))
    }

    /// As a time of the clock; 24:00 is no beginning and becomes 23:59.
    fn time(self) -> Time {
        let minutes = self.0.min(DAY - 1);
        let part = |value: u16| i8::try_from(value).unwrap_or_default();
        Time::constant(part(minutes / 60), part(minutes % 60), 0, 0)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl ExceptionDate {
    /// Reads `2026-12-24` or `12-25`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() == 10 {
            return text.parse().ok().map(Self::Once);
        }
        // A year that has a 29 February.
        let date: Date = (text.len() == 5).then(|| format!("2024-{text}"))?.parse().ok()?;
        Some(Self::Yearly { month: date.month(), day: date.day() })
    }
}

impl fmt::Display for ExceptionDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once(date) => write!(f, "{date}"),
            Self::Yearly { month, day } => write!(f, "{month:02}-{day:02}"),
        }
    }
}

impl Serialize for ExceptionDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Self::read(&value, "").map_err(crate::read::refused)
    }
}

fn minute_of(time: Time) -> u16 {
    u16::try_from(time.hour()).unwrap_or_default() * 60 + u16::try_from(time.minute()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
