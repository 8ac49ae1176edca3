//! What alerts are raised for, and when.

use std::time::Duration;

use crate::io::Side;
use crate::text::Phrase;

/// Whose words a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    #[default]
    Either,
    Customer,
    Ours,
}

/// Words and phrases of which one is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeywordRule {
    /// Unique among the rules.
    pub name: String,
    pub phrases: Vec<Phrase>,
    pub whose: Whose,
    /// Not raised again before so much time has passed.
    pub rearm: Duration,
}

/// A watch's settings; what is `None` is not watched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    pub keywords: Vec<KeywordRule>,
    /// Raised when the customer's running score is this or less (a negative number); cleared two points above it.
    pub sentiment: Option<i32>,
    /// The customer's language as a tag of BCP 47; sentiment is watched in those that there is a list of.
    pub language: String,
    /// Nobody heard for so long, outside a hold.
    pub silence: Option<Duration>,
    /// Both sides speak at once for so long.
    pub cross_talk: Option<Duration>,
    /// The customer waits with music for so long.
    pub hold: Option<Duration>,
    /// The call lasts so long.
    pub call: Option<Duration>,
}

impl Whose {
    pub(crate) fn takes(self, side: Side) -> bool {
        match self {
            Self::Either => true,
            Self::Customer => side == Side::Customer,
            Self::Ours => side == Side::Ours,
        }
    }
}
