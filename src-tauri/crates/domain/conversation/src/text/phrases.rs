//! Words compared without case and punctuation: acknowledgements, stop words, opt-out phrases.

use std::borrow::Cow;

use crate::settings::Settings;

/// How much a text that was said over our voice weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// No words at all.
    Nothing,
    /// Acknowledgements and nothing else.
    Acknowledgement,
    /// One word that is neither an acknowledgement nor one that stands alone for a turn; noise, as likely as not.
    OneWord,
    /// A turn of its own: two or more words, or one that is a question or a request by itself.
    Turn,
    /// A word that always interrupts.
    Stop,
}

/// Lower case, words parted by one space, no punctuation; `don't` becomes `dont`, `mm-hm` becomes `mm hm`.
pub fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || is_mark(c) {
            normal.push(c);
        } else if !matches!(c, '\'' | '’') && !normal.is_empty() && !normal.ends_with(' ') {
            normal.push(' ');
        }
    }
    normal.truncate(normal.trim_end().len());
    normal
}

/// Whether the words of `phrase` follow each other in `text`; both are normalised here.
pub fn contains_phrase(text: &str, phrase: &str) -> bool {
    let (text, phrase) = (normal(text), normal(phrase));
    if phrase.is_empty() {
        return false;
    }
    text.match_indices(phrase.as_ref()).any(|(at, found)| {
        let rest = &text[at + found.len()..];
        (at == 0 || text[..at].ends_with(' ')) && (rest.is_empty() || rest.starts_with(' '))
    })
}

/// Normalised text, without a copy where it is so already, as most list entries are.
pub(super) fn normal(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b' ';
    if text.bytes().all(plain) && !text.contains("  ") && !text.starts_with(' ') && !text.ends_with(' ') {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(normalise(text))
    }
}

/// Weighs what was said over our voice.
pub fn weigh(text: &str, settings: &Settings) -> Weight {
    let normal = normalise(text);
    if normal.is_empty() {
        return Weight::Nothing;
    }
    let (mut rest, begun) = without(&normal, &settings.acknowledgements);
    // Stop words are looked for in what is left, so that a longer acknowledgement may contain one ("no problem").
    let rest_text = rest.join(" ");
    if settings.stop_words.iter().any(|stop| contains_phrase(&rest_text, stop)) {
        return Weight::Stop;
    }
    rest.truncate(rest.len() - begun);
    if rest.is_empty() {
        return Weight::Acknowledgement;
    }
    let stands_alone = || settings.lone_words.iter().any(|word| contains_phrase(&rest_text, word));
    if rest.len() >= 2 || stands_alone() { Weight::Turn } else { Weight::OneWord }
}

/// The words that are left once every listed phrase is taken out, longest first; and how many of them, at the very
/// end, are the beginning of a listed phrase ("I" of "I see"), which text that still grows may end with.
fn without<'a>(normal: &'a str, phrases: &[String]) -> (Vec<&'a str>, usize) {
    let words: Vec<&str> = normal.split(' ').collect();
    let (mut rest, mut at) = (Vec::new(), 0);
    while at < words.len() {
        let (mut longest, mut begun) = (0, false);
        for phrase in phrases {
            match agreement(&words[at..], &self::normal(phrase)) {
                Agreement::Whole(length) => longest = longest.max(length),
                Agreement::Beginning => begun = true,
                Agreement::None => {}
            }
        }
        if longest > 0 {
            at += longest;
        } else if begun {
            rest.extend(&words[at..]);
            return (rest, words.len() - at);
        } else {
            rest.push(words[at]);
            at += 1;
        }
    }
    (rest, 0)
}

/// How a phrase agrees with the words from some place on.
enum Agreement {
    /// All of it is there, so many words.
    Whole(usize),
    /// The words end in the middle of it.
    Beginning,
    None,
}

fn agreement(words: &[&str], phrase: &str) -> Agreement {
    let mut length = 0;
    for of in phrase.split(' ').filter(|of| !of.is_empty()) {
        match words.get(length) {
            Some(word) if *word == of => length += 1,
            Some(_) => return Agreement::None,
            None => return Agreement::Beginning,
        }
    }
    Agreement::Whole(length)
}

/// Vowel signs and the like, which belong to the letter before them (Hindi would fall apart without).
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{900}'..='\u{903}' | '\u{93A}'..='\u{94F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(text: &str) -> Weight {
        weigh(text, &Settings::default())
    }

    #[test]
    fn acknowledgements_weigh_nothing_however_they_are_written() {
        for text in [
            "Mm-hm.",
            "uh-huh",
            "yeah okay I",
            "no problem",
            "Yeah, okay.",
            "I see",
            "got it, right",
            "MM HM",
        ] {
            assert_eq!(weight(text), Weight::Acknowledgement, "{text}");
        }
        assert_eq!(weight(" … "), Weight::Nothing);
    }

    #[test]
    fn one_stop_word_among_acknowledgements_stops() {
        for text in ["Wait", "okay, but", "yeah hold on", "No.", "actually"] {
            assert_eq!(weight(text), Weight::Stop, "{text}");
        }
    }

    #[test]
    fn two_words_or_a_question_word_are_a_turn_and_one_other_word_is_not() {
        assert_eq!(weight("how much"), Weight::Turn);
        assert_eq!(weight("what?"), Weight::Turn);
        assert_eq!(weight("potato"), Weight::OneWord);
    }

    #[test]
    fn phrases_match_whole_words_only() {
        assert!(contains_phrase("Please STOP calling me!", "stop calling"));
        assert!(!contains_phrase("nonstop callings", "stop calling"));
        assert!(contains_phrase("don't call me", "dont call"));
        assert!(!contains_phrase("anything", ""));
    }
}
