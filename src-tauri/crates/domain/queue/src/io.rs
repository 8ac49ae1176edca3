//! What goes into the matcher and what comes out of it.

use std::time::{Duration, Instant};

use tandem_foundation::{CallId, QueueId};

use crate::agent::{AgentRef, Presence, Profile};
use crate::estimate::Estimate;
use crate::settings::QueueSettings;
use crate::waiting::Ticket;

/// One caller held out to one agent; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OfferId(pub u64);

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A queue is new or has changed; nobody who waits in it is dropped.
    SetQueue { queue: QueueId, settings: QueueSettings },
    /// A queue is gone; who waited in it is sent elsewhere.
    RemoveQueue { queue: QueueId },
    /// An agent is new or has changed; their calls and offers stay.
    SetAgent { agent: AgentRef, profile: Profile },
    /// An agent is gone; their offers go back.
    RemoveAgent { agent: AgentRef },
    /// An agent comes, goes, or takes a break, which wins over an offer that is not answered yet.
    Presence { agent: AgentRef, presence: Presence },
    /// A caller wants to wait.
    Join(Ticket),
    /// A caller hung up, or was taken care of elsewhere.
    Leave { caller: CallId },
    /// A caller is put into another queue with the wait they have had.
    Move { caller: CallId, queue: QueueId },
    /// A supervisor gives a caller another priority.
    Reprioritise { caller: CallId, priority: i32 },
    /// A supervisor puts a caller before all others of the queue.
    ToFront { caller: CallId },
    /// The caller hangs up and keeps the place: who takes them calls them back.
    CallBack { caller: CallId },
    /// An agent took an offer. Refused once it is withdrawn.
    Answered { offer: OfferId },
    /// An agent said no.
    Declined { offer: OfferId },
    /// An agent's phone could not be reached or did not answer.
    Missed { offer: OfferId },
    /// An agent has a call that did not come from a queue.
    Engaged { agent: AgentRef, call: CallId },
    /// An agent places a call of their own, after which they need so long for wrap-up.
    Placed { agent: AgentRef, call: CallId, wrap_up: Duration },
    /// An agent's call is over, wherever it came from.
    Released { agent: AgentRef, call: CallId },
    /// An agent wants more time for wrap-up.
    ExtendWrapUp { agent: AgentRef, until: Instant },
    /// An agent is done with wrap-up.
    WrappedUp { agent: AgentRef },
}

/// What is to be done, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Hold the caller out to the agent until then.
    Offer { offer: OfferId, caller: CallId, agent: AgentRef, queue: QueueId, until: Instant },
    /// Stop holding out.
    Withdraw { offer: OfferId, caller: CallId, agent: AgentRef, why: Withdrawn },
    /// The agent has the caller, or is to call them back.
    Connect {
        offer: OfferId,
        caller: CallId,
        agent: AgentRef,
        queue: QueueId,
        waited: Duration,
        call_back: bool,
    },
    /// The machine put the agent on a break.
    AutoPaused { agent: AgentRef },
    /// The agent has until then to write down what came of the call.
    WrapUp { agent: AgentRef, until: Instant },
    /// The agent's wrap-up is over.
    WrappedUp { agent: AgentRef },
    /// The caller may not wait here, or no longer, and is out of the queue.
    Elsewhere { caller: CallId, queue: QueueId, why: Why },
    /// Tell the caller where they stand: 1 is next.
    Announce { caller: CallId, queue: QueueId, position: usize, estimate: Option<Estimate> },
}

/// Why an offer came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Withdrawn {
    /// The caller is gone.
    CallerLeft,
    /// Somebody else of the ringing ones was faster.
    AnsweredElsewhere,
    TimedOut,
    Declined,
    /// The phone could not be reached.
    Missed,
    /// The agent took a break, left, or took another call.
    AgentUnavailable,
    /// The caller was put into another queue or sent elsewhere.
    Moved,
}

/// Why a caller does not wait here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// Nobody is there who could take them.
    Unstaffed,
    /// As many wait as may.
    Full,
    /// It would take too long.
    EstimateTooLong,
    /// They have waited for as long as one may.
    WaitedTooLong,
    /// The queue was taken away.
    QueueGone,
}

/// Why an input does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    NoSuchQueue,
    NoSuchAgent,
    /// Nobody with this call waits.
    NoSuchCaller,
    /// The offer is no more: somebody was faster, or it was withdrawn.
    OfferGone,
    AlreadyWaiting,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoSuchQueue => "no such queue",
            Self::NoSuchAgent => "no such agent",
            Self::NoSuchCaller => "nobody with this call waits",
            Self::OfferGone => "the offer is withdrawn or somebody else has it",
            Self::AlreadyWaiting => "this call waits already",
        })
    }
}

impl std::error::Error for Refusal {}
