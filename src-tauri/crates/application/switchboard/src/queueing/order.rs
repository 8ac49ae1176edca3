//! What the distributor is told, and what it tells a call.

use std::time::Duration;

use tandem_foundation::{CallId, OrgId, QueueId, UserId};
use tandem_queue::{Estimate, OfferId, Ticket};
use tokio::sync::oneshot;

use crate::exchange::{AgentView, ExchangeError, FloorView, Reorder, WrapUp};
use crate::records::{AgentProfile, MemberRef, Presence, Queue};

/// What happened to an organisation's queues.
#[derive(Debug)]
pub(crate) enum Order {
    /// The configuration as it is now.
    Configure {
        queues: Vec<Queue>,
        people: Vec<(UserId, String)>,
        profiles: Vec<AgentProfile>,
    },
    /// `front`: whoever spoke to them was lost, so they go before all others.
    Join {
        ticket: Ticket,
        front: bool,
    },
    /// The caller does not wait any more, and why.
    Leave {
        caller: CallId,
        why: &'static str,
    },
    Answered {
        offer: OfferId,
    },
    Declined {
        offer: OfferId,
    },
    Missed {
        offer: OfferId,
    },
    /// Somebody speaks to a customer, from a queue or not.
    Engaged {
        user: UserId,
        call: CallId,
    },
    /// Somebody places a call of their own, for this queue if any; refused while they are on one, unless `several`.
    Place {
        user: UserId,
        call: CallId,
        queue: Option<QueueId>,
        several: bool,
        reply: oneshot::Sender<Result<(), ExchangeError>>,
    },
    /// A colleague's phone rings for this call, or does not any more.
    Rings {
        user: UserId,
        call: CallId,
        rings: bool,
    },
    Released {
        user: UserId,
        call: CallId,
    },
    /// A person's phone came or went.
    Phone {
        user: UserId,
        connected: bool,
    },
    SetPresence {
        user: UserId,
        presence: Presence,
        /// Who asks, where it is not the person.
        by: Option<UserId>,
        reply: oneshot::Sender<Result<AgentView, ExchangeError>>,
    },
    WrapUp {
        user: UserId,
        act: WrapUp,
        reply: oneshot::Sender<Result<AgentView, ExchangeError>>,
    },
    Reorder {
        call: CallId,
        act: Reorder,
        reply: oneshot::Sender<Result<(), ExchangeError>>,
    },
    View(oneshot::Sender<FloorView>),
    /// One person of the view.
    Agent {
        user: UserId,
        reply: oneshot::Sender<Result<AgentView, ExchangeError>>,
    },
}

/// An order and whose floor it is about.
#[derive(Debug)]
pub(crate) struct Addressed {
    pub org: OrgId,
    pub order: Order,
}

/// What a call is told about its customer's wait.
#[derive(Debug)]
pub(crate) enum QueueNews {
    /// Ring whoever it is held out to.
    Offer { offer: OfferId, to: MemberRef, name: String },
    /// Stop ringing.
    Withdrawn { offer: OfferId, to: MemberRef },
    /// Whoever answered has the customer.
    Yours { offer: OfferId, to: MemberRef },
    /// They may not wait here, or no longer.
    Elsewhere { queue: QueueId, why: &'static str, waited: Duration },
    /// A supervisor put them into another queue.
    Moved { queue: QueueId },
    /// Where they stand: 1 is next.
    Announce { position: usize, estimate: Option<Estimate> },
}
