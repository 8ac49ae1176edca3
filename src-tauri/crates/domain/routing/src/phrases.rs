//! Which of a menu's phrases is in what a caller said.

use crate::route::Spoken;

/// Lower-case words without punctuation.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .map(|word| word.trim_matches(['\'', '’']).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The choice whose phrase is heard; of several the one with the longest phrase, then the first.
pub(crate) fn choice(speech: &[Spoken], heard: &str) -> Option<usize> {
    let heard = words(heard);
    let longest = |spoken: &Spoken| {
        let said = |phrase: &&Vec<String>| {
            !phrase.is_empty() && heard.windows(phrase.len()).any(|window| window == phrase.as_slice())
        };
        let phrases: Vec<_> = spoken.phrases.iter().map(|phrase| words(phrase)).collect();
        phrases.iter().filter(said).map(Vec::len).max()
    };
    let mut best: Option<(usize, usize)> = None;
    for (index, spoken) in speech.iter().enumerate() {
        if let Some(length) = longest(spoken).filter(|length| best.is_none_or(|(_, best)| *length > best)) {
            best = Some((index, length));
        }
    }
    best.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::Route;

    fn speech() -> Vec<Spoken> {
        let spoken = |phrases: &[&str]| Spoken {
            phrases: phrases.iter().map(|phrase| (*phrase).to_owned()).collect(),
            route: Route::Hangup { say: None },
        };
        vec![spoken(&["sales", "buy"]), spoken(&["after sales", "repair"]), spoken(&["оплата"])]
    }

    #[test]
    fn a_phrase_is_heard_among_other_words_whatever_their_case() {
        assert_eq!(choice(&speech(), "Hm, SALES please."), Some(0));
        assert_eq!(choice(&speech(), "I want to buy, something"), Some(0));
        assert_eq!(choice(&speech(), "ОПЛАТА"), Some(2));
    }

    #[test]
    fn the_longest_phrase_wins_and_parts_of_words_are_none() {
        assert_eq!(choice(&speech(), "after-sales"), Some(1));
        assert_eq!(choice(&speech(), "wholesales"), None);
        assert_eq!(choice(&speech(), ""), None);
    }
}
