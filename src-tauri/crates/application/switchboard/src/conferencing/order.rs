//! What the task is told, and what it tells a call.

use tandem_foundation::{CallId, ConferenceId, LegId, OrgId, Pii};
use tokio::sync::oneshot;

use crate::exchange::{Actor, ConferenceAct, ConferenceView, ExchangeError, JoinConference};
use crate::journal::Journal;
use crate::ports::media::MediaEvent;

/// A call that wants to join.
#[derive(Debug)]
pub(crate) struct Joining {
    pub org: OrgId,
    pub call: CallId,
    /// Of the call's room; it is opened there for the room's sound.
    pub leg: LegId,
    /// The number on the other side, and whose it is.
    pub number: Pii<String>,
    pub name: Option<Pii<String>>,
    pub request: JoinConference,
    /// Only into this one: it was called into it.
    pub only: Option<ConferenceId>,
}

/// What is asked of the task.
#[derive(Debug)]
pub(crate) enum Order {
    Join(Box<Joining>),
    /// The call is being placed for this conference; `reply`: whether it is still there.
    Dialled {
        org: OrgId,
        conference: ConferenceId,
        call: CallId,
        number: Pii<String>,
        name: Option<Pii<String>>,
        reply: oneshot::Sender<Result<String, ExchangeError>>,
    },
    /// The call goes of its own, or is over.
    Gone {
        call: CallId,
    },
    Media(MediaEvent),
    Act {
        actor: Actor,
        conference: ConferenceId,
        act: ConferenceAct,
        reply: oneshot::Sender<Result<ConferenceView, ExchangeError>>,
    },
    View {
        org: OrgId,
        reply: oneshot::Sender<Vec<ConferenceView>>,
    },
    /// Everything ends now.
    Shutdown,
}

/// What a call is told.
#[derive(Debug)]
pub(crate) enum ConferenceNews {
    /// Its leg is in the conference's room; `journal` has written so when it is settled.
    Joined { name: String, journal: Journal },
    /// It may not join: `locked`, `full` or `over`.
    Refused { why: &'static str },
    /// It is out, by no doing of its own.
    Out,
}
