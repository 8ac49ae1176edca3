//! What is folded: plain facts, each with its moment.

use tandem_foundation::{AssistantId, CallId, QueueId, UserId};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A caller waits.
    Joined { call: CallId, queue: QueueId },
    /// A caller is held out to somebody.
    Offered { queue: QueueId, to: Taker },
    /// That came to nothing.
    OfferEnded { queue: QueueId, to: Taker, how: OfferEnd },
    /// Somebody has the caller. `waited_ms`: the caller's whole wait, with that in queues before this one.
    Answered { call: CallId, queue: QueueId, by: Taker, waited_ms: i64 },
    /// A caller waits no longer, and nobody has answered.
    Left { call: CallId, queue: QueueId, how: Leaving, waited_ms: i64 },
    /// Somebody else speaks to the customer.
    FloorChanged { call: CallId, floor: Floor },
    /// The call is over; its last moment was `at_ms` of the fact, however late that was written down.
    CallEnded { call: CallId },
    /// An agent is at something else.
    Agent { user: UserId, occupation: Occupation },
}

/// Who takes calls from queues.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Taker {
    Person(UserId),
    Assistant(AssistantId),
}

/// How an offer came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfferEnd {
    /// It rang until its time was over, or could not be brought to them.
    Missed,
    Declined,
    /// Nothing that the agent did: the caller left, somebody else was faster, …
    Other,
}

/// How a caller left a queue unanswered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Leaving {
    /// The caller hung up.
    Abandoned,
    /// A supervisor put them into another queue.
    Moved,
    /// Somebody took the call without having been offered it.
    TakenOver,
    /// They might not wait here, or not for longer; and why.
    Overflowed(String),
}

/// Who speaks to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Floor {
    Person(UserId),
    Assistant,
    /// Nobody of ours, or somebody outside.
    Other,
}

/// What an agent is at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Occupation {
    #[default]
    Offline,
    Ready,
    /// A caller rings for them.
    Offered,
    Busy,
    WrapUp,
    /// On a break, and why.
    Paused(String),
}
