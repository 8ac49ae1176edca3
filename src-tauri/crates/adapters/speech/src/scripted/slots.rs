//! What customers name in an utterance: days, amounts, numbers, yes and no, in their own words.

use serde::Deserialize;

use super::dates::date;

/// Something to be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Slot {
    Date,
    Amount,
    Number,
    Yes,
    No,
}

const NUMBERS: &[&str] = &[
    "zero",
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
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
];
const CURRENCIES: [&str; 8] = ["dollars", "dollar", "rupees", "rupiah", "euros", "pounds", "som", "tenge"];
const YES: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "sure",
    "okay",
    "correct",
    "right",
    "fine",
    "certainly",
    "absolutely",
    "definitely",
    "course",
    "agreed",
];
const NO: &[&str] = &["no", "nope", "not", "never"];

impl Slot {
    pub const ALL: [Self; 5] = [Self::Date, Self::Amount, Self::Number, Self::Yes, Self::No];

    /// Its name between braces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Amount => "amount",
            Self::Number => "number",
            Self::Yes => "yes",
            Self::No => "no",
        }
    }

    /// What these words (see [`super::words::words`]) name, ready to be said after a verb.
    pub fn find(self, heard: &[String]) -> Option<String> {
        let heard: Vec<&str> = heard.iter().map(String::as_str).collect();
        match self {
            Self::Date => date(&heard),
            Self::Amount => amount(&heard),
            Self::Number => number_from(&heard, 0).map(|(start, end)| heard[start..end].join(" ")),
            Self::No => one_of(&heard, NO),
            // "Not sure" and "no, that is not right" are no yes.
            Self::Yes => one_of(&heard, YES).filter(|_| one_of(&heard, NO).is_none()),
        }
    }
}

fn one_of(heard: &[&str], words: &[&str]) -> Option<String> {
    heard.iter().find(|word| words.contains(word)).map(|word| (*word).to_owned())
}

pub(super) fn is_number(word: &str) -> bool {
    NUMBERS.contains(&word) || (!word.is_empty() && word.chars().all(|c| c.is_ascii_digit()))
}

/// The first run of number words at or after `from`.
fn number_from(heard: &[&str], from: usize) -> Option<(usize, usize)> {
    let start = from + heard.get(from..)?.iter().position(|word| is_number(word))?;
    let inner = |at: &usize| {
        is_number(heard[*at])
            || (heard[*at] == "and" && heard.get(at + 1).is_some_and(|word| is_number(word)))
    };
    let end = (start..heard.len()).take_while(inner).last()? + 1;
    Some((start, end))
}

fn amount(heard: &[&str]) -> Option<String> {
    let mut from = 0;
    while let Some((start, end)) = number_from(heard, from) {
        if heard.get(end).is_some_and(|word| CURRENCIES.contains(word)) {
            return Some(heard[start..=end].join(" "));
        }
        from = end;
    }
    None
}
