//! Days in customers' own words.

use super::slots::is_number;

pub(super) const MONTHS: [&str; 12] = [
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
const ORDINALS: [&str; 19] = [
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
];
const LEADS: [&str; 5] = ["on", "by", "before", "until", "after"];

/// The day that these words name, ready to be said after a verb: "on the fifth", "tomorrow", "next week".
pub(super) fn date(heard: &[&str]) -> Option<String> {
    // Who corrects themselves means the day that they named last.
    (0..heard.len()).rev().find_map(|at| date_at(heard, at))
}

/// "first" … "thirty first".
pub(super) fn ordinal_words(day: usize) -> String {
    match day {
        1..=19 => ORDINALS[day - 1].to_owned(),
        20 => "twentieth".to_owned(),
        30 => "thirtieth".to_owned(),
        21..=29 => format!("twenty {}", ORDINALS[day - 21]),
        31 => "thirty first".to_owned(),
        other => other.to_string(),
    }
}

/// The day whose name begins at this word, with the word that leads to it.
fn date_at(heard: &[&str], at: usize) -> Option<String> {
    let rest = &heard[at..];
    let before = |back: usize| at.checked_sub(back).map(|at| heard[at]);
    match rest {
        ["today" | "tonight" | "tomorrow", ..] => {
            let whole = at >= 2 && heard[at - 2..at] == ["day", "after"];
            Some(if whole { "the day after tomorrow".to_owned() } else { rest[0].to_owned() })
        }
        ["end", "of", "the" | "this" | "next", unit @ ("week" | "month" | "year"), ..] => {
            Some(format!("at the end of {} {unit}", rest[2]))
        }
        ["next" | "this", unit, ..] if ["week", "month", "weekend"].contains(unit) => {
            (before(1) != Some("of")).then(|| format!("{} {unit}", rest[0]))
        }
        ["in" | "within", count, unit, ..]
            if is_number(count) | ["a", "an"].contains(count)
                && ["day", "days", "week", "weeks", "month", "months"].contains(unit) =>
        {
            Some(rest[..3].join(" "))
        }
        [weekday, ..] if WEEKDAYS.contains(weekday) => Some(match before(1) {
            Some(which @ ("next" | "this")) => format!("{which} {weekday}"),
            Some(lead) if LEADS.contains(&lead) => format!("{lead} {weekday}"),
            _ => format!("on {weekday}"),
        }),
        [month, day @ ..] if MONTHS.contains(month) => {
            let (the, day) = match day {
                ["the", day @ ..] => (" the", day),
                day => ("", day),
            };
            // "I may pay" names no month.
            let length = day_length(day, true)?;
            Some(led(heard, at, &format!("{month}{the} {}", day[..length].join(" "))))
        }
        [_, ..] => {
            let length = day_length(rest, false)?;
            // The day inside "june the twentieth" and "twenty first" was found, or will be, as a whole.
            let inside = before(1)
                .is_some_and(|word| MONTHS.contains(&word) || ["twenty", "thirty"].contains(&word))
                || (before(1) == Some("the") && before(2).is_some_and(|word| MONTHS.contains(&word)));
            let named = before(1).is_some_and(|word| word == "the" || LEADS.contains(&word));
            let alone = at == 0 && heard.len() <= length + 1 && rest[0] != "second";
            if inside || !(named || alone) {
                return None;
            }
            let mut day = rest[..length].join(" ");
            if let [of @ ("of" | "in"), month, ..] = rest[length..]
                && MONTHS.contains(&month)
            {
                day = format!("{day} {of} {month}");
            }
            let at = if before(1) == Some("the") { at - 1 } else { at };
            Some(led(heard, at, &format!("the {day}")))
        }
        [] => None,
    }
}

/// With "by", "until" … where it stands before, else with "on".
fn led(heard: &[&str], at: usize, day: &str) -> String {
    let lead = at.checked_sub(1).map(|at| heard[at]).filter(|word| LEADS.contains(word));
    format!("{} {day}", lead.unwrap_or("on"))
}

/// How many words of a day of the month stand here: "fifth", "twenty first", "20th", after a month also "20".
fn day_length(words: &[&str], after_month: bool) -> Option<usize> {
    let unit = |word: &str| ORDINALS[..9].contains(&word);
    match words {
        ["twenty" | "thirty", day, ..] if unit(day) => Some(2),
        [day, ..] if ORDINALS.contains(day) || ["twentieth", "thirtieth"].contains(day) => Some(1),
        [day, ..] => {
            let digits = day.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let fits = digits.parse().is_ok_and(|day: u32| (1..=31).contains(&day));
            let ending = &day[digits.len()..];
            let ordinal = ["st", "nd", "rd", "th"].contains(&ending);
            if fits && (ordinal || (after_month && ending.is_empty())) {
                return Some(1);
            }
            // "June twenty" and "june five" are said, too.
            (after_month && is_number(day) && !["hundred", "thousand"].contains(day)).then_some(1)
        }
        [] => None,
    }
}
