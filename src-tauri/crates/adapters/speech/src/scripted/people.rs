//! What people of ours left for the assistant: the call handed back, and words whispered to it.

use tandem_switchboard::ports::speech::{Message, Role};

use super::history::sentences;
use super::words::words;

/// Said by a person and of no content: what came before it is what is taken up.
const EMPTY: &[&str] = &[
    "okay", "yes", "no", "thank", "you", "goodbye", "bye", "right", "sure", "hello", "hi", "good", "um",
    "uh", "well", "so", "one", "moment", "please",
];
const ASKING: &[&str] = &[
    "can", "could", "will", "would", "do", "does", "did", "are", "is", "what", "when", "where", "who", "why",
    "how", "which", "shall", "may",
];
/// A sentence quoted is cut after this many words.
const LONGEST_QUOTE: usize = 25;

/// The sentence that takes up the line after a person gave the call back, when it is to be said now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bridge {
    /// Empty where a bridging line was said already and there is nothing to quote.
    pub sentence: String,
    /// The sentence is a question and waits for its answer.
    pub asks: bool,
}

/// Looks for a hand-back that nothing was said about yet, by us or by the customer.
pub(super) fn bridge(messages: &[Message]) -> Option<Bridge> {
    let at = messages.iter().rposition(|message| match message.role {
        Role::System => is_hand_back(&message.content),
        _ => false,
    })?;
    let spoken = |message: &Message| {
        matches!(message.role, Role::User | Role::Human | Role::Assistant)
            && !message.content.trim().is_empty()
    };
    if messages[at + 1..].iter().any(spoken) {
        return None;
    }
    let note = &messages[at].content;
    let people: Vec<&Message> = messages[..at].iter().filter(|message| message.role == Role::Human).collect();
    let telling = people.iter().rev().find(|message| has_content(message)).or(people.last());
    let Some(message) = telling else {
        let said = note.contains("You have just said") || note.contains("was told");
        let name = named(note);
        let sentence = match (said, name) {
            (true, _) => String::new(),
            (false, Some(name)) => format!("Thank you for talking with {name}."),
            (false, None) => "Thank you for your patience.".to_owned(),
        };
        return Some(Bridge { sentence, asks: false });
    };
    let (name, said) = message.content.split_once(": ").unwrap_or(("my colleague", &message.content));
    let said = said.trim();
    let sentence =
        sentences(said).into_iter().rev().find(|sentence| words(sentence).len() > 2).unwrap_or(said);
    let first = words(sentence).first().cloned().unwrap_or_default();
    let asks = sentence.ends_with('?') || ASKING.contains(&first.as_str());
    let (verb, mark) = if asks { ("asked", '?') } else { ("said", '.') };
    Some(Bridge { sentence: format!("As {name} {verb}, {}{mark}", rephrased(sentence)), asks })
}

/// What was whispered since we last spoke, oldest first.
pub(super) fn whispers(messages: &[Message]) -> Vec<&str> {
    let ours = |message: &Message| message.role == Role::Assistant && !message.content.trim().is_empty();
    let spoken = messages.iter().rposition(ours).map_or(0, |at| at + 1);
    let notes = messages[spoken..].iter().filter(|message| message.role == Role::System);
    notes.filter_map(|message| whisper(&message.content)).map(str::trim).collect()
}

/// The words to be said literally, of a whisper that begins with `say:`.
pub(super) fn to_say(whisper: &str) -> Option<&str> {
    let (order, text) = whisper.split_once(':')?;
    order.trim().eq_ignore_ascii_case("say").then(|| text.trim())
}

fn whisper(note: &str) -> Option<&str> {
    match note.strip_prefix("[whisper") {
        Some(rest) => rest.split_once(']').map(|(_, text)| text),
        None => note.split_once("whispers to you, unheard by the customer: ").map(|(_, text)| text),
    }
}

fn is_hand_back(note: &str) -> bool {
    let note = note.to_lowercase();
    whisper(&note).is_none()
        && ["bridging sentence", "handed the call back", "connection was lost"]
            .iter()
            .any(|mark| note.contains(mark))
}

fn has_content(message: &Message) -> bool {
    let said = message.content.split_once(": ").map_or(message.content.as_str(), |(_, said)| said);
    words(said).iter().any(|word| !EMPTY.contains(&word.as_str()))
}

/// Who the instruction speaks of: the words before "has handed", "gave the call back" … or after "talk with".
fn named(note: &str) -> Option<String> {
    let capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let clean = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let name = |words: Vec<&str>| {
        let name = words.into_iter().map(clean).collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then_some(name)
    };
    for mark in [" has handed", " handed", " has given", " gave", "'s connection", " returned"] {
        if let Some((before, _)) = note.split_once(mark) {
            let last = before.split(['.', ':', '!']).next_back().unwrap_or(before);
            let mut words: Vec<&str> = last.split_whitespace().rev().take_while(capital).collect();
            words.reverse();
            if let Some(found) = name(words) {
                return Some(found);
            }
        }
    }
    for mark in ["from ", "with ", "by ", "of "] {
        for (at, _) in note.match_indices(mark) {
            let words = note[at + mark.len()..].split_whitespace();
            // The name ends with the sentence.
            let mut ended = false;
            let words: Vec<&str> = words
                .take_while(capital)
                .take_while(|word| !std::mem::replace(&mut ended, word.ends_with(['.', ',', ':'])))
                .collect();
            if let Some(found) = name(words) {
                return Some(found);
            }
        }
    }
    None
}

/// A person's words as their side's: "I will waive it." becomes "we will waive it".
fn rephrased(said: &str) -> String {
    let said = said.trim().trim_end_matches(['.', '!', '?', ',', ' ']);
    let mut rest: Vec<String> = said.split_whitespace().map(str::to_owned).collect();
    rest.truncate(LONGEST_QUOTE);
    let mut after_i = false;
    for word in &mut rest {
        let (plain, end) = word.split_at(word.trim_end_matches(|c: char| !c.is_alphanumeric()).len());
        let new = match plain.to_lowercase().as_str() {
            "i" => Some("we"),
            "i'll" => Some("we will"),
            "i'm" => Some("we are"),
            "i've" => Some("we have"),
            "am" if after_i => Some("are"),
            "was" if after_i => Some("were"),
            "me" => Some("us"),
            "my" => Some("our"),
            _ => None,
        };
        after_i = plain.eq_ignore_ascii_case("i");
        if let Some(new) = new {
            *word = format!("{new}{end}");
        }
    }
    if let Some(first) = rest.first_mut() {
        let lower = words(first).first().is_some_and(|word| {
            [
                "we", "you", "the", "our", "your", "it", "that", "this", "there", "they", "he", "she",
                "please", "yes",
            ]
            .contains(&word.as_str())
                || ASKING.contains(&word.as_str())
        });
        if lower && let Some(letter) = first.get_mut(..1) {
            letter.make_ascii_lowercase();
        }
    }
    rest.join(" ")
}
