//! The corpus: sentences people say on the telephone, some with slots that lists fill in.

use std::collections::BTreeMap;

use super::ngram::Trigrams;

/// How often a sentence without slots counts, and the least that one with slots does.
const PLAIN: usize = 6;
const FILLED: usize = 12;

/// Counts every sentence of a corpus file: one a line, `{name}` for a slot, `= name` to begin a slot's list.
pub(super) fn count(corpus: &str) -> Trigrams {
    let (mut sentences, mut lists) = (Vec::new(), BTreeMap::<&str, Vec<&str>>::new());
    let mut list = None;
    for line in corpus.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match (line.strip_prefix("= "), list) {
            (Some(name), _) => list = Some(name),
            (None, Some(name)) => lists.entry(name).or_default().push(line),
            (None, None) => sentences.push(line),
        }
    }
    let mut counts = Trigrams::new();
    for sentence in sentences {
        for filled in fillings(sentence, &lists) {
            counts.add(&filled);
        }
    }
    counts
}

/// The sentence with its slots filled, each value of its longest list once; slots move at different paces, so that
/// their values do not always meet the same partner.
fn fillings(sentence: &str, lists: &BTreeMap<&str, Vec<&str>>) -> Vec<String> {
    let slots: Vec<&str> =
        sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
    if slots.is_empty() {
        return vec![sentence.replace('?', ""); PLAIN];
    }
    let longest = slots.iter().filter_map(|slot| lists.get(slot)).map(Vec::len).max().unwrap_or(1);
    (0..longest.max(FILLED))
        .map(|turn| {
            let mut text = sentence.replace('?', "");
            for (place, slot) in slots.iter().enumerate() {
                let Some(values) = lists.get(slot) else { continue };
                let value = values[(turn * (2 * place + 1) + place * 5) % values.len()];
                text = text.replacen(&format!("{{{slot}}}"), value, 1);
            }
            text
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_slot_is_used_and_different_slots_meet_different_partners() {
        let lists = BTreeMap::from([("n", vec!["one", "two", "three"]), ("m", vec!["a", "b"])]);
        let filled = fillings("{n} and {m}", &lists);
        for value in ["one", "two", "three"] {
            assert!(filled.iter().any(|text| text.starts_with(value)));
        }
        assert!(filled.contains(&"one and a".to_owned()) || filled.contains(&"one and b".to_owned()));
        assert!(filled.iter().any(|t| t.ends_with('a')) && filled.iter().any(|t| t.ends_with('b')));
    }

    #[test]
    fn the_shipped_corpus_has_no_slot_without_a_list() {
        let counts = count(super::super::model_files::CORPUS);
        let words = counts.vocabulary();
        assert!(words.len() > 250, "{} words", words.len());
        assert!(!words.iter().any(|word| word.contains(['{', '}', '?', '='])), "{words:?}");
    }
}
