//! Dates said in words, resolved against a day.

use std::fmt;

use crate::text::normalise;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    pub year: i16,
    pub month: u8,
    pub day: u8,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const ORDINALS: [&str; 20] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];

impl Date {
    /// A date that exists.
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        ((1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day)).then_some(Self {
            year,
            month,
            day,
        })
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    fn plus_days(mut self, days: u32) -> Self {
        for _ in 0..days {
            if self.day < days_in(self.year, self.month) {
                self.day += 1;
            } else {
                self.day = 1;
                self = self.next_month();
            }
        }
        self
    }

    fn next_month(mut self) -> Self {
        self.month += 1;
        if self.month > 12 {
            (self.month, self.year) = (1, self.year.saturating_add(1));
        }
        self
    }

    /// 0 is Monday (Sakamoto's method).
    fn weekday(self) -> u32 {
        const SHIFT: [i32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
        let year = i32::from(self.year) - i32::from(self.month < 3);
        let sum = year + year / 4 - year / 100
            + year / 400
            + SHIFT[usize::from(self.month - 1)]
            + i32::from(self.day);
        (sum + 6).rem_euclid(7).unsigned_abs()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The first date a text names: `today`, `tomorrow`, `on Friday`, `the fifth`, `June twentieth`, `the 5th of July 2027`,
/// `in three days`, `next week`, `2027-07-05`. A day without a month is the next such day from `today` on; a month
/// without a year is this year's, or next year's if it is over for more than two months.
pub fn find_date(text: &str, today: Date) -> Option<Date> {
    if let Some(date) =
        text.split_whitespace().find_map(|word| Date::parse(word.trim_end_matches(['.', ',', '?'])))
    {
        return Some(date);
    }
    let normal = normalise(text);
    let words: Vec<&str> = normal.split(' ').collect();
    (0..words.len()).find_map(|at| date_at(&words, at, today))
}

fn date_at(words: &[&str], at: usize, today: Date) -> Option<Date> {
    let word = words[at];
    let before = |back: usize| at.checked_sub(back).map(|place| words[place]);
    match word {
        "today" | "tonight" => return Some(today),
        "tomorrow" if before(1) == Some("after") && before(2) == Some("day") => {
            return Some(today.plus_days(2));
        }
        "tomorrow" => return Some(today.plus_days(1)),
        "week" if before(1) == Some("next") => return Some(today.plus_days(7)),
        _ => {}
    }
    if let ("in" | "within", Some(count)) = (word, words.get(at + 1).and_then(|count| small_number(count))) {
        return match words.get(at + 2) {
            Some(&("day" | "days")) => Some(today.plus_days(count)),
            Some(&("week" | "weeks")) => Some(today.plus_days(7 * count)),
            _ => None,
        };
    }
    if let Some(weekday) = WEEKDAYS.iter().position(|day| *day == word) {
        let ahead = (weekday as u32 + 7 - today.weekday()) % 7;
        // "Friday" said on a Friday is the next one.
        return Some(today.plus_days(if ahead == 0 { 7 } else { ahead }));
    }
    if let Some(month) = month(word) {
        let (day, length) = day_number(&words[at + 1..])?;
        return in_year(month, day, words.get(at + 1 + length), today);
    }
    let (day, length) = ordinal(&words[at..])?;
    let next = words.get(at + length..).unwrap_or_default();
    let next = if next.first() == Some(&"of") { &next[1..] } else { next };
    if let Some(month) = next.first().and_then(|word| month(word)) {
        return in_year(month, day, next.get(1), today);
    }
    // "The first time" and "one second" are no dates: an ordinal alone needs its article or preposition, and an end.
    let introduced = matches!(before(1), Some("the" | "on" | "by"));
    let is_noun = next.first().is_none_or(|word| {
        matches!(
            *word,
            "and"
                | "please"
                | "thank"
                | "thanks"
                | "then"
                | "is"
                | "at"
                | "in"
                | "or"
                | "i"
                | "next"
                | "goodbye"
                | "if"
                | "it"
                | "this"
                | "yes"
                | "okay"
        )
    });
    (introduced && is_noun).then(|| next_such_day(day, today)).flatten()
}

fn in_year(month: u8, day: u8, year: Option<&&str>, today: Date) -> Option<Date> {
    if let Some(year) = year.and_then(|year| year.parse().ok()).filter(|year| (2000..2200).contains(year)) {
        return Date::new(year, month, day);
    }
    let this = Date::new(today.year, month, day);
    let of_year = |month: u8, day: u8| i32::from(month) * 31 + i32::from(day);
    let long_over = of_year(today.month, today.day) - of_year(month, day) > 62;
    if long_over { Date::new(today.year + 1, month, day) } else { this }
}

fn next_such_day(day: u8, today: Date) -> Option<Date> {
    let mut month = Date { day: 1, ..today };
    for _ in 0..4 {
        match Date::new(month.year, month.month, day) {
            Some(date) if date >= today => return Some(date),
            _ => month = month.next_month(),
        }
    }
    None
}

fn month(word: &str) -> Option<u8> {
    let of = |name: &str| {
        *name == *word
            || (word.len() == 3 && word != "may" && name.starts_with(word))
            || (word == "sept" && name == "september")
    };
    MONTHS.iter().position(|name| of(name)).and_then(|place| u8::try_from(place + 1).ok())
}

/// A day after a month's name: `twentieth`, `the twentieth`, `twenty first`, `20`, `20th`, `five`.
fn day_number(words: &[&str]) -> Option<(u8, usize)> {
    let skip = usize::from(words.first() == Some(&"the"));
    let words = words.get(skip..)?;
    if let Some((day, length)) = ordinal(words) {
        return Some((day, length + skip));
    }
    let first = words.first()?;
    if let Some(day) = first.parse().ok().filter(|day| (1..=31).contains(day)) {
        return Some((day, 1 + skip));
    }
    let tens = match *first {
        "twenty" => 20,
        "thirty" => 30,
        _ => return small_number(first).and_then(|day| u8::try_from(day).ok()).map(|day| (day, 1 + skip)),
    };
    match words.get(1).and_then(|word| small_number(word)).filter(|unit| *unit < 10) {
        Some(unit) => u8::try_from(tens + unit).ok().map(|day| (day, 2 + skip)),
        None => u8::try_from(tens).ok().map(|day| (day, 1 + skip)),
    }
}

/// `fifth`, `twenty first`, `5th`; the day and the number of words.
fn ordinal(words: &[&str]) -> Option<(u8, usize)> {
    let first = *words.first()?;
    let unit =
        |word: &str| ORDINALS.iter().position(|name| *name == word).and_then(|at| u8::try_from(at + 1).ok());
    if let Some(day) = unit(first) {
        return Some((day, 1));
    }
    if first == "thirtieth" {
        return Some((30, 1));
    }
    if let ("twenty" | "thirty", Some(second)) =
        (first, words.get(1).and_then(|word| unit(word)).filter(|day| *day < 10))
    {
        let tens = if first == "twenty" { 20 } else { 30 };
        return Some((tens + second, 2)).filter(|(day, _)| *day <= 31);
    }
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|suffix| first.strip_suffix(suffix))?;
    digits.parse().ok().filter(|day| (1..=31).contains(day)).map(|day| (day, 1))
}

fn small_number(word: &str) -> Option<u32> {
    const NUMBERS: [&str; 19] = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    let named = NUMBERS.iter().position(|name| *name == word).and_then(|at| u32::try_from(at + 1).ok());
    named
        .or_else(|| word.parse().ok().filter(|number| (1..=60).contains(number)))
        .or((word == "a").then_some(1))
}

fn days_in(year: i16, month: u8) -> u8 {
    match month {
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_words_are_resolved_against_the_day() {
        let today = Date::new(2027, 6, 10).expect("a Thursday");
        for (text, expected) in [
            ("today", "2027-06-10"),
            ("I can pay tomorrow.", "2027-06-11"),
            ("the day after tomorrow", "2027-06-12"),
            ("on Friday", "2027-06-11"),
            ("thursday", "2027-06-17"),
            ("on the fifth", "2027-07-05"),
            ("on the tenth.", "2027-06-10"),
            ("by the twenty first please", "2027-06-21"),
            ("on the 30th", "2027-06-30"),
            ("June twentieth", "2027-06-20"),
            ("June the twenty first", "2027-06-21"),
            ("june 20", "2027-06-20"),
            ("the fifth of July 2028", "2028-07-05"),
            ("May fifth", "2027-05-05"),
            ("in three days", "2027-06-13"),
            ("in two weeks", "2027-06-24"),
            ("next week", "2027-06-17"),
            ("2027-07-01", "2027-07-01"),
        ] {
            assert_eq!(
                find_date(text, today).map(|date| date.to_string()).as_deref(),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn the_turn_of_the_year_and_short_months_are_minded() {
        let december = Date::new(2027, 12, 30).expect("date");
        assert_eq!(find_date("January fifth", december), Date::new(2028, 1, 5));
        assert_eq!(find_date("on the fifth", december), Date::new(2028, 1, 5));
        assert_eq!(find_date("in three days", december), Date::new(2028, 1, 2));
        let february = Date::new(2027, 2, 10).expect("date");
        assert_eq!(find_date("on the thirtieth", february), Date::new(2027, 3, 30));
        assert_eq!(find_date("February thirtieth", february), None);
    }

    #[test]
    fn ordinals_that_count_something_are_no_dates() {
        let today = Date::new(2027, 6, 10).expect("date");
        for text in
            ["this is the first time", "one second", "the third floor", "I may pay", "five dollars", ""]
        {
            assert_eq!(find_date(text, today), None, "{text}");
        }
    }
}
