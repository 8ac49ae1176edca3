//! What came of a conversation: rules that need no model, and the check of what a model proposes.
//!
//! Every field names the transcript items that show it. A value that fails its checks (a date before today, an amount
//! above the balance) is kept, and a person is asked to look.

mod check;
mod clauses;
mod dates;
mod money;
mod promise;
mod rules;

use std::collections::BTreeMap;

pub use check::{Repair, check};
pub use dates::{Date, find_date};
pub use money::{Money, find_money};
pub use rules::derive;

use crate::io::{Item, ItemKey, Speaker};

/// A transcript item as far as outcomes need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub key: ItemKey,
    pub speaker: Speaker,
    pub text: String,
    pub acknowledgement: bool,
}

impl From<&Item> for Said {
    fn from(item: &Item) -> Self {
        Self {
            key: item.key,
            speaker: item.speaker,
            text: item.text.clone(),
            acknowledgement: item.acknowledgement,
        }
    }
}

/// What is known beside the words.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// Variables of the call; `amount_due`, `balance`, `currency`, `due_date` and `callback_time` are read.
    pub variables: BTreeMap<String, String>,
    /// Today where the organisation is: year, month, day.
    pub today: (i16, u8, u8),
    /// The customer hung up (rather than we).
    pub ended_by_customer: bool,
    /// The number went onto the do-not-call list during the call.
    pub opted_out: bool,
    /// A transfer was begun, or a person took part.
    pub transferred: bool,
    /// The detector took the other side for a machine.
    pub machine: bool,
}

/// What came of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// `promise_to_pay`, `payment_confirmed`, `opt_out`, `transfer_requested`, `question_answered`, `callback`,
    /// `voicemail`, `hung_up`, `no_speech`, `completed` … (open vocabulary).
    pub disposition: String,
    /// One paragraph.
    pub summary: String,
    /// `positive`, `neutral` or `negative`.
    pub sentiment: String,
    pub fields: Vec<Field>,
    /// A person should look.
    pub needs_review: bool,
}

/// A value and what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    /// JSON text.
    pub value: String,
    pub evidence: Vec<ItemKey>,
}

impl Outcome {
    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
