//! Places in a text (`{name}`, `{name|default}`) and what goes into them, as it is spoken.

use super::dates::{MONTHS, ordinal_words};

/// What stands between the braces before the bar, in order.
pub(super) fn names(text: &str) -> Vec<&str> {
    places(text).into_iter().map(|(_, place)| place.split('|').next().unwrap_or(place)).collect()
}

/// Fills every place; one that nothing is known of takes its default or, without one, its name in words.
pub(super) fn fill(text: &str, known: &dyn Fn(&str) -> Option<String>) -> String {
    let (mut filled, mut done) = (String::new(), 0);
    for (start, place) in places(text) {
        let (name, default) = place.split_once('|').unwrap_or((place, ""));
        let value = known(name.trim()).filter(|value| !value.trim().is_empty());
        let value = value.unwrap_or_else(|| match default {
            "" => name.trim().replace('_', " "),
            default => default.to_owned(),
        });
        filled.push_str(&text[done..start]);
        filled.push_str(&value);
        done = start + place.len() + 2;
    }
    filled.push_str(&text[done..]);
    filled.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A variable as it is said: `2026-06-20` is "June twentieth", "today" or "tomorrow"; all else stays.
pub(super) fn spoken(value: &str, today: &str) -> String {
    let Some((year, month, day)) = iso(value) else { return value.trim().to_owned() };
    let here = iso(today);
    if here == Some((year, month, day)) {
        return "today".to_owned();
    }
    if here.is_some_and(|(y, m, d)| (y, m, d + 1) == (year, month, day)) {
        return "tomorrow".to_owned();
    }
    let mut name = MONTHS[month - 1].to_owned();
    name[..1].make_ascii_uppercase();
    format!("{name} {}", ordinal_words(day))
}

/// `YYYY-MM-DD`, with a month and a day that can be.
fn iso(text: &str) -> Option<(u32, usize, usize)> {
    let mut parts = text.trim().split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let lengths = (year.len(), month.len(), day.len()) == (4, 2, 2) && parts.next().is_none();
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    (lengths && (1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month, day))
}

/// Byte offset of the brace, and what stands inside.
fn places(text: &str) -> Vec<(usize, &str)> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(start) = text[from..].find('{').map(|at| from + at) {
        let Some(end) = text[start..].find('}').map(|at| start + at) else { break };
        found.push((start, &text[start + 1..end]));
        from = end + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_take_values_defaults_or_their_own_name() {
        let known = |name: &str| (name == "date").then(|| "on the fifth".to_owned());
        assert_eq!(
            fill("Pay {date|soon}, {when|later} or {due_date}.", &known),
            "Pay on the fifth, later or due date."
        );
        assert_eq!(fill("An {open brace", &known), "An {open brace");
        assert_eq!(names("{a|b} {c}"), ["a", "c"]);
    }

    #[test]
    fn dates_are_said_in_words() {
        assert_eq!(spoken("2026-06-20", "2026-01-02"), "June twentieth");
        assert_eq!(spoken("2026-12-31", "2026-01-02"), "December thirty first");
        assert_eq!(spoken("2026-06-20", "2026-06-20"), "today");
        assert_eq!(spoken("2026-06-20", "2026-06-19"), "tomorrow");
        for same in ["7500", "two hundred dollars", "2026-13-01", "2026-06-200"] {
            assert_eq!(spoken(same, "2026-06-19"), same);
        }
    }
}
