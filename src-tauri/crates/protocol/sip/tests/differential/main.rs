//! Our reading against that of the `rsip` crate, which is not on the wire here (it is unmaintained) but was written by
//! others: where both agree, neither has misread the standard in a way of its own. Each difference has its reason in
//! `explained.rs`; one without fails, and so does a reason for what does not differ.

mod explained;
#[path = "../torture/fixtures.rs"]
#[allow(dead_code, reason = "shared with the torture tests, which ask for more")]
mod fixtures;
mod readings;

use explained::EXPLAINED;
use readings::{Reading, ours, theirs};

const REAL_WORLD: &str = include_str!("messages.txt");

/// Every message under its name: those of both RFCs, and those of common stacks.
fn corpus() -> Vec<(&'static str, Vec<u8>)> {
    let rfc4475 = fixtures::rfc4475_names().into_iter().map(|name| (name, fixtures::rfc4475(name)));
    let rfc5118 = fixtures::rfc5118_names().into_iter().map(|name| (name, fixtures::rfc5118(name)));
    let real = fixtures::names(REAL_WORLD).into_iter().map(|name| (name, fixtures::wire(REAL_WORLD, name)));
    rfc4475.chain(rfc5118).chain(real).collect()
}

/// The fields two readings differ in. Where one side has no message at all, that alone is the difference.
fn differences(ours: &Reading, theirs: &Reading) -> Vec<&'static str> {
    match (ours, theirs) {
        (None, None) => Vec::new(),
        (Some(_), None) => vec!["rejected by rsip"],
        (None, Some(_)) => vec!["rejected by us"],
        (Some(ours), Some(theirs)) => {
            ours.iter().filter(|(field, value)| theirs[*field] != **value).map(|(field, _)| *field).collect()
        }
    }
}

#[test]
fn every_difference_is_explained_and_every_explanation_is_needed() {
    let corpus = corpus();
    let mut wrong = Vec::new();
    for (name, bytes) in &corpus {
        let (ours, theirs) = (ours(bytes), theirs(bytes));
        let found = differences(&ours, &theirs);
        let rows: Vec<_> = EXPLAINED.iter().filter(|row| row.message == *name).collect();
        let mut explained: Vec<&str> = rows.iter().flat_map(|row| row.fields.iter().copied()).collect();
        explained.sort_unstable();
        if found != explained {
            let reasons: Vec<&str> = rows.iter().map(|row| row.reason).collect();
            wrong.push(format!(
                "{name}: differs in {found:?}, explained {explained:?}: {reasons:?}\n  {ours:?}\n  {theirs:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let known = |name: &str| corpus.iter().any(|(message, _)| *message == name);
    assert!(EXPLAINED.iter().all(|row| known(row.message)), "an explanation for no message");
}

#[test]
fn most_of_the_corpus_is_read_alike() {
    let corpus = corpus();
    let alike = |bytes: &[u8]| ours(bytes).is_some() && ours(bytes) == theirs(bytes);
    let count = corpus.iter().filter(|(_, bytes)| alike(bytes)).count();
    assert!(count * 10 >= corpus.len() * 3, "only {count} of {} messages are compared in full", corpus.len());
}
