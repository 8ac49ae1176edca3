//! Words as recognisers write them, and runs of words looked for among them.

use serde::Deserialize;

/// Spellings that mean the same, rewritten before anything is compared.
const SAME: &[(&str, &str)] = &[
    ("good bye", "goodbye"),
    ("good by", "goodbye"),
    ("voice mail", "voicemail"),
    ("can't", "can not"),
    ("cant", "can not"),
    ("cannot", "can not"),
    ("won't", "will not"),
    ("wont", "will not"),
    ("don't", "do not"),
    ("dont", "do not"),
    ("didn't", "did not"),
    ("couldn't", "could not"),
    ("haven't", "have not"),
    ("isn't", "is not"),
    ("i'll", "i will"),
    ("i'm", "i am"),
    ("i've", "i have"),
    ("that's", "that is"),
    ("who's", "who is"),
    ("what's", "what is"),
    ("where's", "where is"),
    ("it's", "it is"),
    ("gonna", "going to"),
    ("ok", "okay"),
    ("thanks", "thank you"),
];

/// A run of words, with alternatives between bars (`by | before`).
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub(super) struct Phrase(Vec<Vec<String>>);

impl From<String> for Phrase {
    fn from(text: String) -> Self {
        Self(text.split('|').map(words).collect())
    }
}

impl Phrase {
    pub fn is_empty(&self) -> bool {
        self.0.iter().any(Vec::is_empty)
    }

    /// Whether one of the alternatives stands among these words, whole and in order.
    pub fn is_in(&self, heard: &[String]) -> bool {
        self.0.iter().any(|run| {
            !run.is_empty()
                && heard.windows(run.len()).any(|at| at.iter().zip(run).all(|(a, b)| sounds_like(a, b)))
        })
    }
}

/// Lower-case words without punctuation, in one spelling; `[pressed 1]` gives `pressed 1`.
pub(super) fn words(text: &str) -> Vec<String> {
    let plain: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '’' => '\'',
            c if c.is_alphanumeric() || c == '\'' => c,
            _ => ' ',
        })
        .collect();
    let mut joined = format!(" {} ", plain.split_whitespace().collect::<Vec<_>>().join(" "));
    for (from, to) in SAME {
        // Twice, since two in a row share the space between them.
        for _ in 0..2 {
            joined = joined.replace(&format!(" {from} "), &format!(" {to} "));
        }
    }
    joined.split_whitespace().map(str::to_owned).collect()
}

/// The same word, or a long one with a single letter misheard after the first.
fn sounds_like(heard: &str, meant: &str) -> bool {
    heard == meant
        || (meant.len() >= 6
            && heard.len() >= 5
            && heard.chars().next() == meant.chars().next()
            && one_letter_apart(heard, meant))
}

fn one_letter_apart(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    let same = short.iter().zip(long.iter()).take_while(|(a, b)| a == b).count();
    match long.len() - short.len() {
        0 => short[(same + 1).min(short.len())..] == long[(same + 1).min(long.len())..],
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(phrase: &str, heard: &str) -> bool {
        Phrase::from(phrase.to_owned()).is_in(&words(heard))
    }

    #[test]
    fn whole_words_in_their_order_are_what_counts() {
        assert!(is_in("can pay", "Yes, I can pay!"));
        assert!(!is_in("can pay", "i can payload") && !is_in("can pay", "pay can"));
        assert!(is_in("by june | before june", "before June, I think"));
        assert!(is_in("pressed 1", "[pressed 1]") && !is_in("pressed 1", "[pressed 12]"));
    }

    #[test]
    fn one_spelling_and_one_misheard_letter_are_forgiven() {
        assert!(is_in("can not pay", "i can't pay") && is_in("i will", "I'll see"));
        assert!(is_in("goodbye", "thank you good bye") && is_in("thank you", "thanks"));
        assert!(is_in("opening hours", "what are your openin hours"));
        assert!(is_in("balance", "my balances") && is_in("manager", "the manger"));
        assert!(!is_in("pay", "say") && !is_in("calling", "falling"));
    }
}
