//! Card numbers in what was said, keyed or typed: found and taken out before anybody keeps the text.
//!
//! A card number has 13 to 19 digits of which the last is a check digit (ISO/IEC 7812-1, annex B). It is read from
//! figures of any script, grouped in any way, and from digits said one by one, in pairs or by "double" and "triple".

mod read;
mod words;

use read::{Digit, Reading, Run};

/// What stands for a card number.
pub const CARD_NUMBER: &str = "[card number]";
/// What stands for the three or four digits said after one: its security code, or its date.
pub const SECURITY_CODE: &str = "[security code]";

/// Fewest and most digits.
const LENGTHS: std::ops::RangeInclusive<usize> = 13..=19;
/// A piece of a number that was not recognised whole.
const PIECE: usize = 8;

/// Whether these digits, all of them, are a card number.
pub fn is_card_number(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_digit()) && is_number(&values(digits))
}

/// Whether a card number ends these digits: one of a known scheme, in a length that the scheme gives out. To be asked
/// with every key, where a number may yet go on.
pub fn ends_card_number(digits: &str) -> bool {
    let digits = values(digits);
    LENGTHS.rev().any(|length| {
        digits.len() >= length && {
            let tail = &digits[digits.len() - length..];
            is_known_scheme(tail) && passes_luhn(tail)
        }
    })
}

/// The text without its card numbers; `None` where there are none.
pub fn mask(text: &str) -> Option<String> {
    mask_as(text, Reading::Joined).or_else(|| mask_as(text, Reading::Apart))
}

fn mask_as(text: &str, reading: Reading) -> Option<String> {
    let runs = read::runs(text, reading);
    let mut cuts: Vec<(usize, usize, &str)> = Vec::new();
    for run in &runs {
        match find(run) {
            Some(first) => cuts.push((run.digits[first].from, run.end(), CARD_NUMBER)),
            // What follows a number in the same breath is its date or its code, neither of which may be kept.
            None if !cuts.is_empty() && (3..=4).contains(&run.digits.len()) => {
                cuts.push((run.start(), run.end(), SECURITY_CODE));
            }
            None => {}
        }
    }
    (!cuts.is_empty()).then(|| replaced(text, &cuts))
}

/// The text without anything that may be a piece of a card number: for words of which it is known that they held one.
pub fn mask_pieces(text: &str) -> Option<String> {
    let runs = read::runs(text, Reading::Joined);
    let mark = |run: &Run| match run.digits.len() {
        PIECE.. => Some(CARD_NUMBER),
        3..=4 => Some(SECURITY_CODE),
        _ => None,
    };
    let cuts: Vec<_> = runs.iter().filter_map(|run| Some((run.start(), run.end(), mark(run)?))).collect();
    (!cuts.is_empty()).then(|| replaced(text, &cuts))
}

/// A number that was said in two breaths: `earlier` ends with its first digits and `later` begins with the rest. Both
/// without it; `None` where they do not make one.
pub fn mask_across(earlier: &str, later: &str) -> Option<(String, String)> {
    let (before, after) = (read::runs(earlier, Reading::Joined), read::runs(later, Reading::Joined));
    let head = before.last().filter(|run| run.ends_text)?;
    let tail = after.first().filter(|run| run.begins_text)?;
    let mut whole = Run { digits: head.digits.clone(), ..Run::default() };
    whole.digits.extend(tail.digits.iter().copied());
    let first = find(&whole)?;
    // All of it in one of the two is another matter.
    let from = head.digits.get(first)?.from;
    let earlier = replaced(earlier, &[(from, head.end(), CARD_NUMBER)]);
    let later = replaced(later, &[(tail.start(), tail.end(), CARD_NUMBER)]);
    Some((earlier, later))
}

/// The text without the digits that end it, and whether there was nothing else in it; `None` where none do.
pub fn mask_tail(text: &str) -> Option<(String, bool)> {
    let runs = read::runs(text, Reading::Joined);
    let last = runs.last().filter(|run| run.ends_text)?;
    Some((replaced(text, &[(last.start(), last.end(), CARD_NUMBER)]), last.begins_text))
}

/// Where in a run a card number begins.
fn find(run: &Run) -> Option<usize> {
    let digits: Vec<u8> = run.digits.iter().map(|digit| digit.value).collect();
    if is_number(&digits) && !run.international {
        return Some(0);
    }
    // Others stand before or after it: its date and code, say. Then only what a scheme gives out is taken for one.
    (0..digits.len()).find(|from| {
        LENGTHS.rev().any(|length| {
            digits
                .get(*from..from + length)
                .is_some_and(|window| is_known_scheme(window) && passes_luhn(window))
        })
    })
}

fn is_number(digits: &[u8]) -> bool {
    LENGTHS.contains(&digits.len()) && passes_luhn(digits) && digits.iter().any(|digit| *digit != digits[0])
}

/// The check digit (ISO/IEC 7812-1, annex B).
fn passes_luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(if place % 2 == 1 { doubled(*digit) } else { *digit }))
        .sum();
    sum.is_multiple_of(10)
}

/// The ranges that card schemes give out, and how long their numbers are.
fn is_known_scheme(digits: &[u8]) -> bool {
    let prefix = |length: usize| digits.iter().take(length).fold(0_u32, |sum, d| sum * 10 + u32::from(*d));
    let (two, three, four) = (prefix(2), prefix(3), prefix(4));
    match digits.len() {
        13 => digits[0] == 4,
        14 => matches!(three, 300..=305) || matches!(two, 36 | 38 | 39),
        15 => matches!(two, 34 | 37),
        16 => {
            digits[0] == 4
                || matches!(two, 50..=53 | 54..=69 | 81 | 82 | 36)
                || matches!(four, 2200..=2204 | 2221..=2720 | 3528..=3589 | 9417 | 9792 | 8600 | 5614)
        }
        17 | 18 => {
            matches!(two, 62 | 65) || matches!(four, 6011 | 5018 | 5020 | 5038 | 6304 | 6759 | 6761..=6763)
        }
        19 => {
            digits[0] == 4
                || matches!(two, 62 | 65)
                || matches!(four, 3528..=3589 | 6011 | 5018 | 6304 | 6759)
        }
        _ => false,
    }
}

fn values(digits: &str) -> Vec<u8> {
    digits.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect()
}

fn replaced(text: &str, cuts: &[(usize, usize, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (from, to, mark) in cuts {
        out.push_str(&text[at..*from]);
        out.push_str(mark);
        at = *to;
    }
    out.push_str(&text[at..]);
    out
}

impl Run {
    fn start(&self) -> usize {
        self.digits.first().map_or(0, |digit: &Digit| digit.from)
    }

    fn end(&self) -> usize {
        self.digits.last().map_or(0, |digit| digit.to)
    }
}

#[cfg(test)]
mod tests;
