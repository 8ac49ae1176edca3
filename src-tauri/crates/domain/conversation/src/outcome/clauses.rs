//! Clauses of what a customer said: whether they assert, ask, deny or wonder.

use crate::text::{contains_phrase, normalise, sentences};

/// A clause and how it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    /// Normalised words.
    pub words: String,
    /// The sentence it is part of, as it was said.
    pub sentence: String,
    pub asks: bool,
    pub denies: bool,
    pub wonders: bool,
}

const ASKING: &[&str] = &[
    "can i",
    "could i",
    "may i",
    "should i",
    "shall i",
    "do i",
    "can we",
    "what if",
    "what",
    "when",
    "how",
    "why",
    "where",
    "who",
    "is it",
    "is there",
    "is that",
    "are there",
    "are you",
    "would it",
    "will it",
    "must i",
    "can you",
    "could you",
    "am i",
];
const DENYING: &[&str] = &[
    "not",
    "cant",
    "cannot",
    "wont",
    "dont",
    "never",
    "couldnt",
    "didnt",
    "wouldnt",
    "no way",
    "unable",
    "refuse",
    "havent",
    "isnt",
    "impossible",
    "nothing",
    "hardly",
];
const WONDERING: &[&str] = &[
    "maybe", "perhaps", "might", "not sure", "i think", "probably", "possibly", "if", "try", "hope", "wish",
    "unless",
];

/// Cuts a text into clauses.
pub(crate) fn clauses(text: &str) -> Vec<Clause> {
    sentences(text).iter().flat_map(|sentence| of_sentence(sentence)).collect()
}

fn of_sentence(sentence: &str) -> Vec<Clause> {
    let mark = sentence.trim_end().ends_with('?');
    let parts = split(sentence);
    let last = parts.len().saturating_sub(1);
    let clause = |(place, part): (usize, &String)| Clause {
        asks: (mark && place == last) || begins_with(part, ASKING),
        denies: DENYING.iter().any(|word| contains_phrase(part, word)),
        wonders: WONDERING.iter().any(|word| contains_phrase(part, word)),
        words: part.clone(),
        sentence: sentence.to_owned(),
    };
    parts.iter().enumerate().map(clause).collect()
}

/// At "but" and "so", which turn a sentence round; not at commas, which dates have.
fn split(sentence: &str) -> Vec<String> {
    let normal = normalise(sentence);
    let mut parts = vec![Vec::new()];
    for word in normal.split(' ') {
        if matches!(word, "but" | "so" | "however") {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(word);
        }
    }
    parts.iter().map(|part| part.join(" ")).filter(|part| !part.is_empty()).collect()
}

fn begins_with(words: &str, phrases: &[&str]) -> bool {
    let words = ["yes ", "okay ", "ok ", "and ", "well ", "um ", "hello ", "hi ", "oh "]
        .iter()
        .fold(words, |words, lead| words.strip_prefix(lead).unwrap_or(words));
    phrases
        .iter()
        .any(|phrase| words.strip_prefix(phrase).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_known_by_mark_or_beginning_and_denials_by_a_word() {
        let of = |text| clauses(text).pop().expect("one");
        assert!(of("I pay on the fifth?").asks);
        assert!(of("can i pay on the fifth").asks);
        assert!(!of("I can pay on the fifth").asks);
        assert!(of("I can't pay").denies);
        assert!(of("I might pay").wonders);
        let turned = clauses("I cannot pay today, but I can pay tomorrow.");
        assert!(turned[0].denies && !turned[1].denies);
    }
}
