//! How something was said, by the words in it: a list of words with weights for each language that there is one of.
//!
//! It counts words and understands nothing: irony, and anger in polite words, pass it by. English has a list; calls in
//! other languages raise no such alert. What comes of a call is weighed by its assistant's model, after its end.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::words;

const ENGLISH: &str = include_str!("../../../../../assets/alerts/sentiment.en.txt");
/// Words that turn the next ones round.
const NEGATORS: &[&str] =
    &["not", "no", "never", "dont", "doesnt", "didnt", "isnt", "wasnt", "arent", "cant", "hardly"];
/// They reach so far.
const REACH: usize = 3;

static WEIGHTS: LazyLock<HashMap<&str, i32>> = LazyLock::new(|| {
    let entry = |line: &'static str| {
        let (word, weight) = line.split('#').next()?.trim().rsplit_once(' ')?;
        Some((word.trim(), weight.parse().ok()?))
    };
    ENGLISH.lines().filter_map(entry).collect()
});

/// Whether there is a list of this language (a tag of BCP 47).
pub fn is_known_language(tag: &str) -> bool {
    tag.split(['-', '_']).next().is_some_and(|language| language.eq_ignore_ascii_case("en"))
}

/// The sum of its words' weights: below 0 is unhappy.
pub fn score(text: &str) -> i32 {
    let words = words(text);
    let weigh = |(at, word): (usize, &String)| {
        let weight = WEIGHTS.get(word.as_str()).copied()?;
        let before = &words[at.saturating_sub(REACH)..at];
        let turned = before.iter().any(|word| NEGATORS.contains(&word.as_str()));
        Some(if turned { -weight } else { weight })
    };
    words.iter().enumerate().filter_map(weigh).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_weigh_and_a_negation_turns_them_round() {
        assert!(score("This is terrible, I'm really angry.") <= -4);
        assert!(score("Thank you, that is great") >= 2);
        assert!(score("That is not helpful") < 0);
        assert_eq!(score("My number is seven"), 0);
        assert!(WEIGHTS.len() > 100, "{}", WEIGHTS.len());
        assert!(is_known_language("en-GB") && !is_known_language("id") && !is_known_language("eng"));
    }
}
