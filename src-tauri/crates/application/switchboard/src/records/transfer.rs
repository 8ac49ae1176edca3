//! A person's transfer as those who watch the call see it.

use serde::{Deserialize, Serialize};
use tandem_foundation::UserId;

/// Who gives the customer to whom, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// `None`: somebody outside.
    pub by: Option<UserId>,
    /// `None`: an outside number.
    pub to: Option<UserId>,
    /// Of whom it goes to.
    pub name: String,
    pub state: TransferState,
    /// The customer is on hold and hears music.
    pub held: bool,
}

/// How far a transfer has come. From `completed` on it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    /// The target is rung and has the customer when they answer; the customer hears it ring.
    Ringing,
    /// The target is rung, to be talked to first.
    Calling,
    /// The target is talked to, and the customer hears music.
    Consulting,
    /// The customer is talked to, and the target hears music.
    Swapped,
    ThreeWay,
    /// The target holds the floor.
    Completed,
    Busy,
    NoAnswer,
    Declined,
    /// The target's leg died, or there was no way to it.
    Lost,
    /// Called off.
    Abandoned,
    CallOver,
}
