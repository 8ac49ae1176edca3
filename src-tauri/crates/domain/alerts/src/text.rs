//! Words as they are compared: without case, accents and apostrophes.

use unicode_normalization::UnicodeNormalization as _;

/// A word, or words that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase(Vec<String>);

impl Phrase {
    /// Reads a phrase; `None` where it has no word in it.
    pub fn new(text: &str) -> Option<Self> {
        let words = words(text);
        (!words.is_empty()).then_some(Self(words))
    }

    /// Whether it is among these words, whole.
    pub(crate) fn is_in(&self, words: &[String]) -> bool {
        words.windows(self.0.len()).any(|window| window == self.0)
    }
}

/// The folded words of a text.
pub(crate) fn words(text: &str) -> Vec<String> {
    let folded: String = text
        .nfkd()
        .filter(|c| !is_accent(*c) && !matches!(c, '\'' | '\u{2019}' | '\u{02BC}'))
        .flat_map(char::to_lowercase)
        .collect();
    folded.split(|c| !is_in_word(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Marks of Latin, Cyrillic and Greek; those of other scripts tell words apart and stay.
fn is_accent(c: char) -> bool {
    ('\u{0300}'..='\u{036F}').contains(&c)
}

fn is_in_word(c: char) -> bool {
    // A virama is no letter and yet within a word.
    c.is_alphanumeric() || ('\u{0900}'..='\u{097F}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrase: &str, text: &str) -> bool {
        Phrase::new(phrase).expect("words").is_in(&words(text))
    }

    #[test]
    fn case_accents_and_apostrophes_do_not_matter_and_only_whole_words_do() {
        assert!(found("Résumé", "send me your RESUME, please"));
        assert!(found("dont call", "Don’t call me again!"));
        assert!(found("отмените", "Отмените, пожалуйста"));
        assert!(found("रद्द करो", "इसे रद्द करो"));
        assert!(!found("sue", "there is an issue with it"));
        assert!(!found("cancel it", "cancel all of it"));
        assert_eq!(Phrase::new(" … "), None);
    }
}
