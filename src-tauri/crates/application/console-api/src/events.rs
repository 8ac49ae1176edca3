//! Events as the API shows them: one closed set of kinds, each with its data.

use serde::Serialize;
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::calls::{Call, Floor};
use crate::queues::{AgentState, MemberRef};
use crate::recordings::RecordingState;
use crate::time::Time;
use crate::transcript::TranscriptItem;
use crate::transfers::TransferView;
use crate::words::SupervisionMode;

/// Events of a call, in order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Events {
    pub items: Vec<Event>,
}

/// What happened, and when.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Event {
    /// Strictly growing; gaps are possible.
    pub seq: i64,
    /// Id of the call.
    pub call: Option<String>,
    pub at: Time,
    #[serde(flatten)]
    pub body: EventBody,
}

/// The kind and its data. `at_ms` counts from the answer (the recording's clock).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "kind", content = "data")]
pub enum EventBody {
    #[serde(rename = "call.created")]
    CallCreated(Box<Call>),
    #[serde(rename = "call.updated")]
    CallUpdated(Box<Call>),
    #[serde(rename = "call.ended")]
    CallEnded(Box<Call>),
    /// The assistant's model has read the call, which is over, and its outcome is another one.
    #[serde(rename = "call.analyzed")]
    CallAnalyzed(Box<Call>),
    #[serde(rename = "floor.changed")]
    FloorChanged { floor: Floor, by: Option<String>, reason: String, at_ms: i64 },
    /// After a takeover: the assistant's last sample left this long after the command.
    #[serde(rename = "floor.silenced")]
    FloorSilenced { after_ms: u32 },
    /// After a takeover: the person's first sound left this long after the command.
    #[serde(rename = "floor.audible")]
    FloorAudible { by: String, after_ms: u32 },
    /// New, or corrected under the same id.
    #[serde(rename = "transcript.item")]
    TranscriptItem(Box<TranscriptItem>),
    #[serde(rename = "supervision.changed")]
    SupervisionChanged { by: String, name: String, mode: SupervisionMode },
    /// A person gives the customer to somebody: how far it has come, or what became of it.
    #[serde(rename = "transfer.changed")]
    TransferChanged { transfer: TransferView, at_ms: i64 },
    /// The customer is on hold, or not any more.
    #[serde(rename = "hold.changed")]
    HoldChanged { held: bool, by: Option<String>, at_ms: i64 },
    /// A colleague is called, and rings; or not any more.
    #[serde(rename = "colleague.ringing")]
    ColleagueRinging { user: String, rings: bool },
    /// So many keys were pressed for the customer's telephone.
    #[serde(rename = "keys.sent")]
    KeysSent { count: u32, by: Option<String>, at_ms: i64 },
    #[serde(rename = "key.pressed")]
    KeyPressed { at_ms: i64 },
    #[serde(rename = "opt_out.recorded")]
    OptOutRecorded { at_ms: i64 },
    #[serde(rename = "tool.used")]
    ToolUsed { name: String, ok: bool, at_ms: i64 },
    #[serde(rename = "provider.failed")]
    ProviderFailed { provider: String, operation: String, at_ms: i64 },
    /// From here on silence is recorded.
    #[serde(rename = "recording.paused")]
    RecordingPaused { by: Option<String>, name: String, at_ms: i64 },
    /// Recorded again; `automatic`: the pause had lasted as long as one may.
    #[serde(rename = "recording.resumed")]
    RecordingResumed { by: Option<String>, name: String, automatic: bool, at_ms: i64 },
    /// The recording could not begin (`not_recorded`) or go on (`incomplete`); the call did.
    #[serde(rename = "recording.failed")]
    RecordingFailed { state: RecordingState, at_ms: i64 },
    /// The customer waits.
    #[serde(rename = "queue.joined")]
    QueueJoined { queue: String },
    /// The customer is held out to somebody.
    #[serde(rename = "queue.offered")]
    QueueOffered { queue: String, to: MemberRef },
    /// An offer came to nothing: `caller_left`, `answered_elsewhere`, `timed_out`, `declined`, `missed`,
    /// `agent_unavailable` or `moved`.
    #[serde(rename = "queue.offer_ended")]
    QueueOfferEnded { queue: String, to: MemberRef, why: String },
    /// Somebody has the customer.
    #[serde(rename = "queue.answered")]
    QueueAnswered { queue: String, by: MemberRef, waited_ms: i64 },
    /// The customer waits no longer: `abandoned`, `taken_over`, `moved`, or why they could not wait here (`unstaffed`,
    /// `full`, `estimate_too_long`, `waited_too_long`, `queue_gone`).
    #[serde(rename = "queue.left")]
    QueueLeft { queue: String, why: String, waited_ms: i64 },
    /// An agent is at something else. `reason`: of a break; `until`: of wrap-up.
    #[serde(rename = "agent.state")]
    AgentStateChanged {
        user: String,
        state: AgentState,
        reason: Option<String>,
        until: Option<Time>,
        by: Option<String>,
    },
    /// An agent said what came of the call.
    #[serde(rename = "call.disposed")]
    CallDisposed { by: String, disposition: String, notes: String },
    /// A caller left a message.
    #[serde(rename = "voicemail.left")]
    VoicemailLeft { voicemail: String, mailbox: String, duration_ms: i64 },
    /// What the organisation no longer keeps was deleted.
    #[serde(rename = "retention.swept")]
    RetentionSwept(crate::retention::Swept),
    /// A row of the configuration changed: `assistant`, `trunk`, `number`, `user`, `key`, `provider`, `fallback`,
    /// `queue`, `agent` or `retention`.
    /// `retention`, `hours` or `voicemail`.
    #[serde(rename = "config.changed")]
    ConfigChanged { what: String, id: String, deleted: bool, by: Option<String> },
}

impl From<&records::Event> for Event {
    fn from(row: &records::Event) -> Self {
        Self {
            seq: row.seq,
            call: row.call.as_ref().map(ToString::to_string),
            at: row.at.into(),
            body: (&row.body).into(),
        }
    }
}

impl From<&records::EventBody> for EventBody {
    fn from(body: &records::EventBody) -> Self {
        use records::EventBody as Row;
        match body {
            Row::CallCreated(call) => Self::CallCreated(Box::new((&**call).into())),
            Row::CallUpdated(call) => Self::CallUpdated(Box::new((&**call).into())),
            Row::CallEnded(call) => Self::CallEnded(Box::new((&**call).into())),
            Row::CallAnalyzed(call) => Self::CallAnalyzed(Box::new((&**call).into())),
            Row::FloorChanged { floor, version, by, reason, at_ms } => Self::FloorChanged {
                floor: Floor::new(floor, *version),
                by: by.as_ref().map(ToString::to_string),
                reason: reason.clone(),
                at_ms: *at_ms,
            },
            Row::FloorSilenced { after_ms } => Self::FloorSilenced { after_ms: *after_ms },
            Row::FloorAudible { by, after_ms } => {
                Self::FloorAudible { by: by.to_string(), after_ms: *after_ms }
            }
            Row::TranscriptItem(item) => Self::TranscriptItem(Box::new((&**item).into())),
            Row::SupervisionChanged { by, name, mode } => {
                Self::SupervisionChanged { by: by.to_string(), name: name.clone(), mode: (*mode).into() }
            }
            Row::TransferChanged { transfer, at_ms } => {
                Self::TransferChanged { transfer: transfer.into(), at_ms: *at_ms }
            }
            Row::HoldChanged { held, by, at_ms } => {
                Self::HoldChanged { held: *held, by: by.as_ref().map(ToString::to_string), at_ms: *at_ms }
            }
            Row::ColleagueRinging { user, rings } => {
                Self::ColleagueRinging { user: user.to_string(), rings: *rings }
            }
            Row::KeysSent { count, by, at_ms } => {
                Self::KeysSent { count: *count, by: by.as_ref().map(ToString::to_string), at_ms: *at_ms }
            }
            Row::KeyPressed { at_ms } => Self::KeyPressed { at_ms: *at_ms },
            Row::OptOutRecorded { at_ms } => Self::OptOutRecorded { at_ms: *at_ms },
            Row::ToolUsed { name, ok, at_ms } => {
                Self::ToolUsed { name: name.clone(), ok: *ok, at_ms: *at_ms }
            }
            Row::ProviderFailed { provider, operation, at_ms } => Self::ProviderFailed {
                provider: provider.clone(),
                operation: operation.clone(),
                at_ms: *at_ms,
            },
            Row::RecordingPaused { by, name, at_ms } => Self::RecordingPaused {
                by: by.as_ref().map(ToString::to_string),
                name: name.clone(),
                at_ms: *at_ms,
            },
            Row::RecordingResumed { by, name, automatic, at_ms } => Self::RecordingResumed {
                by: by.as_ref().map(ToString::to_string),
                name: name.clone(),
                automatic: *automatic,
                at_ms: *at_ms,
            },
            Row::RecordingFailed { state, at_ms, .. } => {
                Self::RecordingFailed { state: (*state).into(), at_ms: *at_ms }
            }
            Row::QueueJoined { queue } => Self::QueueJoined { queue: queue.to_string() },
            Row::QueueOffered { queue, to } => Self::QueueOffered { queue: queue.to_string(), to: to.into() },
            Row::QueueOfferEnded { queue, to, why } => {
                Self::QueueOfferEnded { queue: queue.to_string(), to: to.into(), why: why.clone() }
            }
            Row::QueueAnswered { queue, by, waited_ms } => {
                Self::QueueAnswered { queue: queue.to_string(), by: by.into(), waited_ms: *waited_ms }
            }
            Row::QueueLeft { queue, why, waited_ms } => {
                Self::QueueLeft { queue: queue.to_string(), why: why.clone(), waited_ms: *waited_ms }
            }
            Row::AgentStateChanged { user, state, reason, until, by } => Self::AgentStateChanged {
                user: user.to_string(),
                state: (*state).into(),
                reason: reason.clone(),
                until: until.map(Into::into),
                by: by.as_ref().map(ToString::to_string),
            },
            Row::CallDisposed { by, disposition, notes } => Self::CallDisposed {
                by: by.to_string(),
                disposition: disposition.clone(),
                notes: notes.clone(),
            },
            Row::VoicemailLeft { voicemail, mailbox, duration_ms } => Self::VoicemailLeft {
                voicemail: voicemail.to_string(),
                mailbox: mailbox.clone(),
                duration_ms: *duration_ms,
            },
            Row::RetentionSwept(swept) => Self::RetentionSwept((*swept).into()),
            Row::ConfigChanged { what, id, deleted, by } => Self::ConfigChanged {
                what: what.clone(),
                id: id.clone(),
                deleted: *deleted,
                by: by.as_ref().map(ToString::to_string),
            },
        }
    }
}
