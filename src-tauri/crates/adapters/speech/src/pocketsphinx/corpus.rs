//! Sentences of the corpus with their slots filled in.
use std::collections::BTreeMap;
use super::ngram::Counts;

pub fn counts(corpus: &str) -> Counts {
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut lines = Vec::new();
    let mut list = None;
    for line in corpus.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix("= ") { list = Some(name); }
        else if let Some(name) = list { lists.entry(name).or_default().push(line); }
        else { lines.push(line); }
    }
    let mut counts = Counts::default();
    for line in lines {
        // Each line weighs alike however many fillings it has: at most 40 are taken, evenly.
        let slots: Vec<&str> = line.match_indices('{').filter_map(|(i, _)| line[i + 1..].split('}').next()).collect();
        let widest = slots.iter().filter_map(|s| lists.get(s)).map(Vec::len).max().unwrap_or(1);
        let repeats = if slots.is_empty() { 6 } else { widest.max(12) };
        for k in 0..repeats {
            let mut text = line.to_owned();
            for (n, slot) in slots.iter().enumerate() {
                if let Some(values) = lists.get(slot) {
                    let value = values[(k * (2 * n + 1) + n * 5) % values.len()];
                    text = text.replacen(&format!("{{{slot}}}"), value, 1);
                }
            }
            let text = text.replace('?', "");
            counts.add(&text.split_whitespace().collect::<Vec<_>>());
        }
    }
    counts
}
