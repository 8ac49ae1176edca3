//! Calls that people place themselves, at a screen or by dialling on their phone: who may, and what becomes of it.

use tandem_foundation::{OrgId, Pii, QueueId, TrunkId, UserId};

use crate::exchange::{Actor, ExchangeError};
use crate::records::Call;
use crate::switchboard::Switchboard;

/// A call of one's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Dial {
    pub to: DialTo,
    /// Caller id; the trunk's where `None`.
    pub from: Option<Pii<String>>,
    /// The trunk; the organisation's first enabled one where `None`.
    pub trunk: Option<TrunkId>,
    /// The queue for which it is.
    pub queue: Option<QueueId>,
}

/// Who is called.
#[derive(Debug, Clone, PartialEq)]
pub enum DialTo {
    /// E.164 with `+`.
    Number(Pii<String>),
    Colleague(UserId),
}

/// A person of the organisation, as the others may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    pub user: UserId,
    pub name: String,
    pub state: ColleagueState,
    /// A phone of theirs is connected.
    pub phone: bool,
}

/// What a colleague is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColleagueState {
    Available,
    /// Talking, being offered a call, or writing one up.
    OnCall,
    Away,
}

impl Switchboard {
    pub(crate) async fn place_own(&self, actor: &Actor, request: Dial) -> Result<Call, ExchangeError> {
        let _ = (actor, request);
        Err(ExchangeError::NoPhone)
    }

    pub(crate) async fn colleagues_of(&self, org: &OrgId) -> Vec<Colleague> {
        let _ = org;
        Vec::new()
    }
}
