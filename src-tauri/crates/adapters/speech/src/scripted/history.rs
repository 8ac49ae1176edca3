//! Where a dialogue stands, worked out from the whole history each time.

use std::collections::BTreeMap;

use tandem_switchboard::ports::speech::{Message, Role};

use super::dialogue::{Dialogue, Intent, START};
use super::slots::Slot;
use super::words::words;

/// Questions that only ask whether somebody is there leave the open one open.
const PRESENCE: [&str; 3] = ["are you there", "still there", "can you hear me"];

/// What is known after some of the conversation.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// The customer's utterance that was met last, as an index into the dialogue's intents; none when it was missed.
    pub met: Option<usize>,
    /// How often each intent was met before that.
    pub times: usize,
    /// Utterances missed in a row up to now.
    pub missed: usize,
    /// What the customer named in their last utterance, by slot; `last_…` for what they named last at any time.
    pub named: BTreeMap<String, String>,
}

impl Standing {
    /// Follows the customer's utterances, oldest first.
    pub fn after(dialogue: &Dialogue, messages: &[Message]) -> Self {
        let mut standing = Self::default();
        let mut met = vec![0_usize; dialogue.intent.len()];
        let mut last = START;
        for message in messages {
            // What was said to a person of ours was not for us to understand.
            if message.role == Role::Human {
                standing.missed = 0;
            }
            let heard = words(&message.content);
            if message.role != Role::User || heard.is_empty() {
                continue;
            }
            standing.named.retain(|name, _| name.starts_with("last_"));
            for slot in Slot::ALL {
                if let Some(value) = slot.find(&heard) {
                    standing.named.insert(format!("last_{}", slot.name()), value.clone());
                    standing.named.insert(slot.name().to_owned(), value);
                }
            }
            let fits = |(index, intent): &(usize, &Intent)| {
                !(intent.once && met[*index] > 0) && intent.fits(&heard, last)
            };
            standing.met = dialogue.intent.iter().enumerate().find(fits).map(|(index, _)| index);
            let Some(index) = standing.met else {
                standing.missed += 1;
                continue;
            };
            (standing.missed, standing.times) = (0, met[index]);
            met[index] += 1;
            if !dialogue.intent[index].aside {
                last = &dialogue.intent[index].name;
            }
        }
        standing
    }
}

impl Intent {
    /// Whether these words, said when `last` was met before, mean this.
    fn fits(&self, heard: &[String], last: &str) -> bool {
        let only_whispered = self.is_bare() && self.after.is_empty();
        !only_whispered
            && (self.any.is_empty() || self.any.iter().any(|phrase| phrase.is_in(heard)))
            && self.all.iter().all(|phrase| phrase.is_in(heard))
            && !self.not.iter().any(|phrase| phrase.is_in(heard))
            && self.slots.iter().all(|slot| slot.find(heard).is_some())
            && (self.after.is_empty() || self.after.iter().any(|name| name == last))
    }
}

/// The last question that one of us asked and that was heard to its end.
pub(super) fn last_question(messages: &[Message], by: &[Role]) -> Option<String> {
    let ours = messages.iter().rev().filter(|message| by.contains(&message.role));
    ours.filter_map(|message| {
        let text = match message.role {
            Role::Human => {
                message.content.split_once(": ").map_or(message.content.as_str(), |(_, said)| said)
            }
            _ => message.content.as_str(),
        };
        let asks = |sentence: &&str| {
            let said = words(sentence).join(" ");
            sentence.ends_with('?') && !PRESENCE.iter().any(|presence| said.contains(presence))
        };
        sentences(text).into_iter().rev().find(asks).map(str::to_owned)
    })
    .next()
}

/// Sentences with their closing marks.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    text.split_inclusive(['.', '?', '!'])
        .map(str::trim)
        .filter(|sentence| sentence.chars().any(char::is_alphanumeric))
        .collect()
}
