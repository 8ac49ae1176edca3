//! What the console, the command line and the contracts ask of a running exchange.
//!
//! Implemented by the `Switchboard`; the edges hold it as `Arc<dyn Exchange>` so that they can be tested
//! against a double.

use std::collections::BTreeMap;

use async_trait::async_trait;
use tandem_foundation::{
    AlertId, AssistantId, CallId, CallbackId, ConferenceId, LegId, NumberId, OrgId, Pii, QueueId, TrunkId,
    UserId,
};
use tokio::sync::broadcast;

pub use crate::conference_view::*;
pub use crate::dialling::{Colleague, ColleagueState, Dial, DialTo};
pub use crate::floor_view::*;
use crate::ports::media::{AudioLink, LegQuality};
use crate::ports::signalling::TrunkState;
use crate::records::{
    Alert, Call, Callback, Event, FloorHolder, Origin, Presence, Speaker, SupervisionMode, TranscriptItem,
    Transfer, UnixMs, UserRole,
};

/// Who asks: a signed-in person or a program's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub org: OrgId,
    pub role: UserRole,
    /// `None` for keys.
    pub user: Option<UserId>,
    /// The person's or the key's name.
    pub name: String,
}

/// A call to be placed.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceCall {
    /// E.164 with `+`.
    pub to: Pii<String>,
    pub assistant: AssistantId,
    /// The trunk; the organisation's first enabled one where `None`.
    pub trunk: Option<TrunkId>,
    /// Caller id; the trunk's where `None`.
    pub from: Option<Pii<String>>,
    pub customer_name: Option<Pii<String>>,
    pub variables: BTreeMap<String, String>,
    /// Our number that it is placed from: its trunk and, as the caller id, itself, where those are `None`.
    pub number: Option<NumberId>,
    /// What a contract's client wants to have back.
    pub origin: Option<Origin>,
    /// A call that the trunk has no room for is written down as failed, so that it can be asked about.
    pub keep_rejected: bool,
    /// What the assistant opens with, in place of its own.
    pub first_message: Option<Pii<String>>,
}

impl PlaceCall {
    /// Over the first trunk, with nothing known of the customer.
    pub fn new(to: impl Into<Pii<String>>, assistant: impl Into<AssistantId>) -> Self {
        Self {
            to: to.into(),
            assistant: assistant.into(),
            trunk: None,
            from: None,
            customer_name: None,
            variables: BTreeMap::new(),
            number: None,
            origin: None,
            keep_rejected: false,
            first_message: None,
        }
    }
}

pub use tandem_call::TransferKind;

/// Who is to have the customer.
#[derive(Debug, Clone, PartialEq)]
pub enum TransferTo {
    User(UserId),
    /// E.164 with `+`.
    Number(Pii<String>),
    /// Whoever of the queue is free. `keep_wait`: with the time that the customer has been with us already.
    Queue {
        queue: QueueId,
        keep_wait: bool,
    },
    /// It is told what was said, and what whoever gives the customer to it wants it to know.
    Assistant {
        assistant: AssistantId,
        note: Option<Pii<String>>,
    },
}

/// A supervisor's act on a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Listen, whisper (as audio), barge or leave. `Floor` is reached by `TakeOver` only.
    Supervise(SupervisionMode),
    /// Take the floor; refused unless the floor still has this version.
    TakeOver {
        floor_version: i64,
    },
    /// Give the floor back to the assistant, with a note only it reads.
    HandBack {
        floor_version: i64,
        note: Option<Pii<String>>,
    },
    /// Text that enters the assistant's context and is not heard.
    WhisperText {
        text: Pii<String>,
    },
    /// The assistant says exactly this now.
    Say {
        text: Pii<String>,
    },
    /// Record silence from now on, for as long as a pause may last. Also for the agent who holds the floor.
    PauseRecording,
    /// Record again.
    ResumeRecording,
    /// Record from now on a call that is not recorded. Also for the agent who holds the floor.
    StartRecording,
    /// Somebody has seen to an alert.
    AcknowledgeAlert {
        alert: AlertId,
    },
    /// Take the customer who is held out to one.
    AnswerOffer,
    /// Let somebody else take the customer.
    DeclineOffer,
    /// Give the customer to somebody. This and what follows of it is for whoever holds the floor, whatever their role.
    Transfer {
        to: TransferTo,
        kind: TransferKind,
    },
    /// Leave the customer with whom one consults.
    CompleteTransfer,
    /// Have the customer back.
    AbandonTransfer,
    /// Turn from whom one consults to the customer, or back.
    SwapTransfer,
    /// All three talk.
    ThreeWay,
    /// The customer hears music and nobody, and nobody hears them. For whoever holds the floor, like what follows.
    Hold,
    Resume,
    /// Keys for the customer's telephone (`0-9*#A-D`).
    SendKeys {
        digits: Pii<String>,
    },
    /// The call meets others in a conference.
    JoinConference(JoinConference),
    /// It leaves them again.
    LeaveConference,
    End,
    /// Ends it like `End`, but as a call that was not to be: it counts as cancelled, answered or not.
    Cancel,
}

impl Act {
    /// Whether it is for the floor's holder, even for an agent.
    pub fn is_holders(&self) -> bool {
        matches!(
            self,
            Self::PauseRecording
                | Self::ResumeRecording
                | Self::StartRecording
                | Self::HandBack { .. }
                | Self::End
                | Self::Transfer { .. }
                | Self::CompleteTransfer
                | Self::AbandonTransfer
                | Self::SwapTransfer
                | Self::ThreeWay
                | Self::Hold
                | Self::Resume
                | Self::SendKeys { .. }
                | Self::JoinConference(_)
                | Self::LeaveConference
        )
    }
}

/// Why the exchange refused; `field` names what was wrong with the request.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExchangeError {
    #[error("there is no such {what}")]
    NotFound { what: &'static str },
    #[error("{field}: {expected}")]
    Invalid { field: &'static str, expected: String },
    /// Somebody else was first.
    #[error("the floor is held by {holder}")]
    FloorTaken { holder: String, floor: FloorHolder, version: i64 },
    #[error("the call is {status}")]
    WrongState { status: &'static str },
    /// No registered phone and no browser audio: nowhere to connect the person.
    #[error("you have no phone connected: open the softphone or register a SIP phone")]
    NoPhone,
    #[error("you are on a call already")]
    AgentBusy,
    #[error("your colleague has no phone connected, or is on a call")]
    ColleagueUnreachable,
    #[error("this number asked not to be called")]
    DoNotCall,
    #[error("your role does not allow this")]
    Forbidden,
    /// Trunk capacity is used up (`max_channels` or `max_cps`); who tries again after so many seconds is likely to find
    /// room.
    #[error("the trunk is at its limit of {limit}")]
    /// `call`: the row that was kept of it, where one was asked for.
    AtCapacity { limit: &'static str, retry_after_s: u32, call: Option<CallId> },
    /// Nobody is held out to whoever asks.
    #[error("this call is not offered to you")]
    NotOffered,
    #[error("the exchange is draining")]
    Draining,
    #[error("storage is not available")]
    Storage,
    #[error("the disk is full")]
    StorageFull,
}

/// A call in progress as the floor shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveCall {
    pub call: Call,
    /// Everyone of ours in the call: user, name, mode.
    pub supervisors: Vec<(UserId, String, SupervisionMode)>,
    /// Last thing said, for the list.
    pub last_line: Option<Pii<String>>,
    pub quality: Option<LegQuality>,
    /// A person is giving the customer to somebody.
    pub transfer: Option<Transfer>,
    /// Whoever holds the floor has put the customer on hold.
    pub held: bool,
    /// The colleague who is called and has not answered yet.
    pub rings_for: Option<UserId>,
    pub queue: Option<LiveQueue>,
    /// Oldest first.
    pub alerts: Vec<Alert>,
    /// Name of the conference that it is in.
    pub conference: Option<String>,
    /// The customer is called back by it.
    pub callback: Option<LiveCallback>,
}

/// The callback that a call is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveCallback {
    pub callback: CallbackId,
    pub note: Pii<String>,
    /// An agent has taken it; before that, it is only held out to agents.
    pub taken: bool,
}

/// The queue that a call came through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveQueue {
    pub queue: QueueId,
    pub joined_at: UnixMs,
    pub waiting: bool,
    /// Persons whose phones ring for it.
    pub offered_to: Vec<UserId>,
}

/// What a live subscriber receives.
#[derive(Debug, Clone)]
pub enum LiveMessage {
    /// Committed; has a sequence number.
    Event(Event),
    /// Text still being spoken. Replaces the previous interim of the same call and speaker; empty text clears it.
    Interim { org: OrgId, call: CallId, speaker: Speaker, text: Pii<String>, start_ms: i64 },
    /// A trunk's registration state changed.
    Trunk { org: OrgId, trunk: TrunkId, state: TrunkState },
    /// A person's phone came or went (`browser`, `sip`).
    Phone { org: OrgId, user: UserId, connected: bool },
    /// Packet statistics of the customer's leg.
    Quality { org: OrgId, call: CallId, leg: LegId, quality: LegQuality },
}

impl LiveMessage {
    /// The organisation it belongs to.
    pub fn org(&self) -> &OrgId {
        match self {
            Self::Event(event) => &event.org,
            Self::Interim { org, .. }
            | Self::Trunk { org, .. }
            | Self::Phone { org, .. }
            | Self::Quality { org, .. } => org,
        }
    }
}

/// The running exchange.
#[async_trait]
pub trait Exchange: Send + Sync {
    /// Places a call; answers once it is committed and on its way (status `queued` or `ringing`).
    async fn place_call(&self, actor: &Actor, request: PlaceCall) -> Result<Call, ExchangeError>;
    /// Places a call of the person who asks: their own phone is called, then the other side. Answers once it is
    /// committed and their phone is being called.
    async fn dial(&self, actor: &Actor, request: Dial) -> Result<Call, ExchangeError>;
    /// Everybody of the organisation, by name.
    async fn colleagues(&self, org: &OrgId) -> Vec<Colleague>;
    /// Acts on a live call; answers the floor after the act.
    async fn act(&self, actor: &Actor, call: &CallId, act: Act) -> Result<(FloorHolder, i64), ExchangeError>;
    /// Every live call of the organisation.
    async fn live_calls(&self, org: &OrgId) -> Vec<LiveCall>;
    /// One of them; `None` where it is over or another organisation's.
    async fn live_call(&self, org: &OrgId, call: &CallId) -> Option<LiveCall>;
    /// The transcript of a live call as it stands, interim text included (not yet committed items too).
    async fn live_transcript(&self, org: &OrgId, call: &CallId) -> Vec<TranscriptItem>;
    /// Everything from now on; a subscriber that lags is told so by the channel and must take a new snapshot.
    fn subscribe(&self) -> broadcast::Receiver<LiveMessage>;
    /// Trunk states of the organisation.
    fn trunk_states(&self, org: &OrgId) -> Vec<(TrunkId, TrunkState)>;
    /// Connects a person's browser audio; while the link lives it is this person's phone. A second link
    /// replaces the first.
    fn attach_audio(&self, org: &OrgId, user: &UserId) -> AudioLink;
    /// Whether a person can be connected right now (browser audio or registered phone).
    fn has_phone(&self, user: &UserId) -> bool;
    /// Who waits and who takes calls.
    async fn floor(&self, org: &OrgId) -> FloorView;
    /// One who takes calls.
    async fn agent(&self, org: &OrgId, user: &UserId) -> Result<AgentView, ExchangeError>;
    /// A person comes, goes, or takes a break; `user` is somebody else where a supervisor does it.
    async fn set_presence(
        &self,
        actor: &Actor,
        user: &UserId,
        presence: Presence,
    ) -> Result<AgentView, ExchangeError>;
    /// The person who asks is done with wrap-up, or wants more time.
    async fn wrap_up(&self, actor: &Actor, act: WrapUp) -> Result<AgentView, ExchangeError>;
    /// Changes who is taken next.
    async fn reorder(&self, actor: &Actor, call: &CallId, act: Reorder) -> Result<(), ExchangeError>;
    /// Every live conference of the organisation, oldest first.
    async fn conferences(&self, org: &OrgId) -> Vec<ConferenceView>;
    /// Acts on a live conference; answers how it is after the act.
    async fn conference_act(
        &self,
        actor: &Actor,
        conference: &ConferenceId,
        act: ConferenceAct,
    ) -> Result<ConferenceView, ExchangeError>;
    /// Calls somebody into a live conference; answers once the call is committed and on its way.
    async fn dial_into(
        &self,
        actor: &Actor,
        conference: &ConferenceId,
        request: DialInto,
    ) -> Result<Call, ExchangeError>;
    /// A customer is to be called back by an agent of a queue; answered when it is on disk.
    async fn schedule_callback(&self, actor: &Actor, wanted: NewCallback) -> Result<Callback, ExchangeError>;
    /// What is to become of a callback; answered when it is on disk.
    async fn settle_callback(
        &self,
        actor: &Actor,
        callback: &CallbackId,
        act: Settlement,
    ) -> Result<Callback, ExchangeError>;
    /// Writes down what an agent says came of a call, live or over.
    async fn dispose(
        &self,
        actor: &Actor,
        call: &CallId,
        disposition: String,
        notes: Pii<String>,
    ) -> Result<(), ExchangeError>;
    /// Tells the live listeners of events that an edge has committed.
    fn announce(&self, events: Vec<Event>) {
        let _ = events;
    }
    /// Configuration changed in storage: read trunks, numbers, phones and assistants again.
    async fn reload(&self) -> Result<(), ExchangeError>;
}
