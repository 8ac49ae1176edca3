//! What goes into a watch and what comes out of it.

use tandem_foundation::ItemId;

/// Whose words or voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    Customer,
    /// An assistant or a person of ours.
    Ours,
}

/// Something that happened in the call.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The customer is there.
    Answered,
    /// What was said, as it is written down; again with the same item where it was corrected.
    Said {
        item: ItemId,
        side: Side,
        text: tandem_foundation::Pii<String>,
    },
    /// A voice began or ended.
    Voice {
        side: Side,
        active: bool,
    },
    /// The customer hears waiting music and nobody, or does not any more.
    Held(bool),
    Ended,
}

/// Why an alert was raised. At most one alert of a cause is open.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// By the name of its rule.
    Keyword(String),
    Sentiment,
    /// Nobody was heard.
    Silence,
    /// Both sides spoke at once.
    CrossTalk,
    LongHold,
    LongCall,
}

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// `evidence`: the items that show it, oldest first; `side`: who said it, for keywords.
    Raised { cause: Cause, side: Option<Side>, evidence: Vec<ItemId> },
    /// What it was raised for is over.
    Cleared { cause: Cause },
}
