//! What can be told from text alone: sentences, turn endings, acknowledgements, and what of a sentence was heard.

mod cut;
mod ending;
mod phrases;
mod sentences;

pub use cut::heard_bytes;
pub use ending::{Ending, asks_for_number, ending};
pub use phrases::{Weight, contains_phrase, normalise, weigh};
pub use sentences::{Splitter, sentences};

/// Joins two pieces of speech with one space where both are there.
pub fn join(first: &str, second: &str) -> String {
    match (first.trim(), second.trim()) {
        ("", second) => second.to_owned(),
        (first, "") => first.to_owned(),
        (first, second) => format!("{first} {second}"),
    }
}
