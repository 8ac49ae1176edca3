//! Text as flite should read it: currency, dates and marks in words.

/// Writes out what flite reads badly: `$7500`, `Rp 1.500.000`, `2026-06-20`, `&`, `%`.
pub(super) fn spoken(text: &str) -> String {
    text.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

fn word(word: &str) -> String {
    let end = word.trim_end_matches([',', '.', '?', '!', ';', ':']);
    let tail = &word[end.len()..];
    let said = date(end).or_else(|| money(end)).unwrap_or_else(|| match end {
        "&" => "and".into(),
        "Rp" | "IDR" => "rupiah".into(),
        _ => end.strip_suffix('%').map_or_else(|| end.to_owned(), |number| format!("{number} percent")),
    });
    format!("{said}{tail}")
}

/// `2026-06-20` → `June 20, 2026`.
fn date(word: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut parts = word.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    let name = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some(format!("{name} {}, {year}", day.trim_start_matches('0')))
}

/// `$7500` → `7500 dollars`; a point or comma between groups of three digits is dropped.
fn money(word: &str) -> Option<String> {
    let (amount, unit) =
        [("$", "dollars"), ("€", "euros"), ("£", "pounds"), ("₹", "rupees"), ("Rp", "rupiah")]
            .into_iter()
            .find_map(|(sign, unit)| word.strip_prefix(sign).map(|amount| (amount, unit)))?;
    let groups: Vec<&str> = amount.split(['.', ',']).collect();
    let digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    if !digits {
        return None;
    }
    let thousands = groups.len() > 1 && groups[1..].iter().all(|group| group.len() == 3);
    let amount = if thousands { groups.concat() } else { amount.to_owned() };
    Some(format!("{amount} {unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_dates_and_marks_become_words() {
        for (written, said) in [
            ("You owe $7500.", "You owe 7500 dollars."),
            ("It is Rp1.500.000, please.", "It is 1500000 rupiah, please."),
            ("Due on 2026-06-05.", "Due on June 5, 2026."),
            ("Salt & pepper, 5%", "Salt and pepper, 5 percent"),
            ("Call 555-1234 now", "Call 555-1234 now"),
        ] {
            assert_eq!(spoken(written), said);
        }
    }
}
