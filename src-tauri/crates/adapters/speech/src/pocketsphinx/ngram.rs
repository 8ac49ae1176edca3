//! A small trigram estimator: counts sentences, smooths by Witten and Bell's method, writes ARPA text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A run of word ids.
type Gram = Vec<u32>;
/// How often a context was seen, and with how many different followers.
type Contexts = BTreeMap<Gram, (u32, u32)>;

/// Counts of runs of one, two and three words.
#[derive(Debug)]
pub(super) struct Trigrams {
    grams: [BTreeMap<Gram, u32>; 3],
    words: Vec<String>,
    ids: BTreeMap<String, u32>,
}

const BEGIN: &str = "<s>";
const END: &str = "</s>";

impl Trigrams {
    pub fn new() -> Self {
        let mut counts = Self {
            grams: [BTreeMap::new(), BTreeMap::new(), BTreeMap::new()],
            words: Vec::new(),
            ids: BTreeMap::new(),
        };
        // The beginning of a sentence is word 0: it is a context, never a follower.
        counts.id(BEGIN);
        counts
    }

    /// Counts one sentence.
    pub fn add(&mut self, sentence: &str) {
        let mut ids = vec![0];
        ids.extend(sentence.split_whitespace().map(|word| self.id(word)).collect::<Vec<_>>());
        ids.push(self.id(END));
        for length in 1..=3 {
            for gram in ids.windows(length).filter(|gram| gram.len() > 1 || gram[0] != 0) {
                *self.grams[length - 1].entry(gram.to_vec()).or_default() += 1;
            }
        }
    }

    /// Every word but the sentence marks.
    pub fn vocabulary(&self) -> BTreeSet<&str> {
        self.words.iter().map(String::as_str).filter(|word| !word.starts_with('<')).collect()
    }

    /// The model as the ARPA format has it (logarithms to base 10).
    pub fn arpa(&self) -> String {
        let contexts = [self.contexts(0), self.contexts(1), self.contexts(2)];
        let mut text = String::from("\\data\\\n");
        for (length, count) in [self.words.len(), self.grams[1].len(), self.grams[2].len()].iter().enumerate()
        {
            let _ = writeln!(text, "ngram {}={count}", length + 1);
        }
        text.push_str("\n\\1-grams:\n");
        for id in 0..self.words.len() {
            let id = u32::try_from(id).unwrap_or(u32::MAX);
            let chance = if id == 0 { -99.0 } else { self.chance(&contexts, &[id]).log10() };
            self.line(&mut text, chance, &[id], Some(&contexts[1]));
        }
        for length in 2..=3 {
            let _ = write!(text, "\n\\{length}-grams:\n");
            for gram in self.grams[length - 1].keys() {
                self.line(&mut text, self.chance(&contexts, gram).log10(), gram, contexts.get(length));
            }
        }
        text.push_str("\n\\end\\\n");
        text
    }

    fn id(&mut self, word: &str) -> u32 {
        if let Some(id) = self.ids.get(word) {
            return *id;
        }
        let id =
            u32::try_from(self.words.len()).expect("a vocabulary of fewer than four thousand million words");
        self.words.push(word.to_owned());
        self.ids.insert(word.to_owned(), id);
        id
    }

    fn contexts(&self, length: usize) -> Contexts {
        let mut contexts = Contexts::new();
        for (gram, count) in &self.grams[length] {
            let entry = contexts.entry(gram[..length].to_vec()).or_default();
            entry.0 += count;
            entry.1 += 1;
        }
        contexts
    }

    /// How likely the last word of the run is after the ones before it.
    #[expect(clippy::cast_precision_loss, reason = "a vocabulary is small")]
    fn chance(&self, contexts: &[Contexts; 3], gram: &[u32]) -> f64 {
        let shorter = match gram.len() {
            1 => 1.0 / self.words.len() as f64,
            _ => self.chance(contexts, &gram[1..]),
        };
        let Some((total, distinct)) = contexts[gram.len() - 1].get(&gram[..gram.len() - 1]) else {
            return shorter;
        };
        let count = self.grams[gram.len() - 1].get(gram).copied().unwrap_or(0);
        let trust = trust(*total, *distinct);
        trust * f64::from(count) / f64::from(*total) + (1.0 - trust) * shorter
    }

    fn line(&self, text: &mut String, chance: f64, gram: &[u32], contexts: Option<&Contexts>) {
        let _ = write!(text, "{chance:.4}");
        for id in gram {
            let _ = write!(text, " {}", self.words[*id as usize]);
        }
        if let Some(contexts) = contexts {
            let backoff =
                contexts.get(gram).map_or(0.0, |(total, distinct)| (1.0 - trust(*total, *distinct)).log10());
            let _ = write!(text, " {backoff:.4}");
        }
        text.push('\n');
    }
}

/// How much of a context's own counts is believed (Witten and Bell 1991, method C).
fn trust(total: u32, distinct: u32) -> f64 {
    f64::from(total) / f64::from(total + distinct)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Trigrams {
        let mut counts = Trigrams::new();
        for sentence in ["yes i can pay", "no i can not pay", "can i pay"] {
            counts.add(sentence);
        }
        counts
    }

    #[test]
    fn chances_of_all_words_after_any_context_add_up_to_one() {
        let counts = model();
        let contexts = [counts.contexts(0), counts.contexts(1), counts.contexts(2)];
        let words = 0..u32::try_from(counts.words.len()).expect("few");
        for context in [vec![], vec![1], vec![1, 2], vec![2, 3]] {
            let sum: f64 = words
                .clone()
                .map(|word| counts.chance(&contexts, &[context.clone(), vec![word]].concat()))
                .sum();
            assert!((sum - 1.0).abs() < 1e-9, "{context:?}: {sum}");
        }
    }

    #[test]
    fn what_was_seen_is_likelier_than_what_was_not() {
        let counts = model();
        let contexts = [counts.contexts(0), counts.contexts(1), counts.contexts(2)];
        let id = |word: &str| counts.ids[word];
        let after_i_can = |word: &str| counts.chance(&contexts, &[id("i"), id("can"), id(word)]);
        assert!(after_i_can("pay") > after_i_can("yes") * 5.0);
    }

    #[test]
    fn the_text_counts_what_it_lists() {
        let text = model().arpa();
        let listed = text.lines().skip_while(|line| !line.starts_with("\\3-grams")).skip(1);
        let count = listed.take_while(|line| !line.is_empty()).count();
        assert!(text.contains(&format!("ngram 3={count}\n")), "{text}");
    }
}
