//! Whether a text sounds as if its speaker had finished.

use super::phrases::{contains_phrase, normal as normal_phrase, normalise};
use crate::settings::Settings;

/// What the end of a text says about the end of the turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Terminal punctuation, or words that end a turn.
    Complete,
    /// Nothing either way.
    Open,
    /// Digits or letters of a spelling, which are often followed by more.
    Digits,
    /// A word that cannot be the last (`and`, `um`).
    Trailing,
}

/// Judges the end of what a customer said.
pub fn ending(text: &str, settings: &Settings) -> Ending {
    let normal = normalise(text);
    let Some(last) = normal.split(' ').next_back().filter(|word| !word.is_empty()) else {
        return Ending::Open;
    };
    let ends_with = |list: &[String]| list.iter().any(|phrase| ends_with_phrase(&normal, phrase));
    if ends_with(&settings.trailing_words) || text.trim_end().ends_with([',', '-']) {
        return Ending::Trailing;
    }
    if last.chars().any(|c| c.is_ascii_digit()) || ends_with(&settings.number_words) || spelled(last) {
        return Ending::Digits;
    }
    if text.trim_end().ends_with(['.', '!', '?', '。', '।', '…']) || ends_with(&settings.complete_endings)
    {
        return Ending::Complete;
    }
    Ending::Open
}

/// Whether our words ask for a number or a spelling.
pub fn asks_for_number(said: &str, settings: &Settings) -> bool {
    let asks = said.contains('?') || settings.request_words.iter().any(|word| contains_phrase(said, word));
    asks && settings.number_requests.iter().any(|word| contains_phrase(said, word))
}

fn ends_with_phrase(normal: &str, phrase: &str) -> bool {
    let phrase = normal_phrase(phrase);
    normal.strip_suffix(phrase.as_ref()).is_some_and(|head| head.is_empty() || head.ends_with(' '))
}

/// A single letter that is no word of its own.
fn spelled(word: &str) -> bool {
    word.chars().count() == 1 && word.chars().all(char::is_alphabetic) && !matches!(word, "i" | "a")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str) -> Ending {
        ending(text, &Settings::default())
    }

    #[test]
    fn the_last_word_tells() {
        assert_eq!(judge("I can pay tomorrow."), Ending::Complete);
        assert_eq!(judge("yes please"), Ending::Complete);
        assert_eq!(judge("I can pay"), Ending::Open);
        assert_eq!(judge("my number is five five"), Ending::Digits);
        assert_eq!(judge("it is 0812"), Ending::Digits);
        assert_eq!(judge("S M I T"), Ending::Digits);
        assert_eq!(judge("I would but um"), Ending::Trailing);
        assert_eq!(judge("because."), Ending::Trailing);
        assert_eq!(judge(""), Ending::Open);
    }

    #[test]
    fn a_request_for_a_number_is_seen_and_a_mention_of_one_is_not() {
        let asks = |text| asks_for_number(text, &Settings::default());
        assert!(asks("What is your account number?"));
        assert!(asks("Please spell your last name."));
        assert!(!asks("Your account number is correct."));
        assert!(!asks("How are you?"));
    }
}
