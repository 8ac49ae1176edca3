//! Events: what happened, in one sequence a reader can resume from.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tandem_foundation::{CallId, OrgId, QueueId, UserId, VoicemailId};

use super::{AgentState, Call, FloorHolder, MemberRef, RecordingState, TranscriptItem, Transfer, UnixMs};

/// What happened; stored as its `kind` and the JSON of its `data`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum EventBody {
    #[serde(rename = "call.created")]
    CallCreated(Box<Call>),
    /// Status or another field of the call changed.
    #[serde(rename = "call.updated")]
    CallUpdated(Box<Call>),
    #[serde(rename = "call.ended")]
    CallEnded(Box<Call>),
    /// The assistant's model has read the call, which is over, and its outcome is another one.
    #[serde(rename = "call.analyzed")]
    CallAnalyzed(Box<Call>),
    /// The floor changed hands. `at_ms`: ms since the call was answered (the recording's clock).
    #[serde(rename = "floor.changed")]
    FloorChanged { floor: FloorHolder, version: i64, by: Option<UserId>, reason: String, at_ms: i64 },
    /// After a takeover: the last sample of the assistant left, this long after the command arrived.
    #[serde(rename = "floor.silenced")]
    FloorSilenced { after_ms: u32 },
    /// After a takeover: the person's first sound left for the customer, this long after the command arrived.
    #[serde(rename = "floor.audible")]
    FloorAudible { by: UserId, after_ms: u32 },
    /// A transcript item is new or was corrected (same id).
    #[serde(rename = "transcript.item")]
    TranscriptItem(Box<TranscriptItem>),
    /// Somebody listens, whispers, barges or left.
    #[serde(rename = "supervision.changed")]
    SupervisionChanged { by: UserId, name: String, mode: SupervisionMode },
    /// A person gives the customer to somebody: how far it has come, or what became of it.
    #[serde(rename = "transfer.changed")]
    TransferChanged { transfer: Transfer, at_ms: i64 },
    /// Whoever holds the floor put the customer on hold, or had them back; `by` is absent where it ended by itself.
    #[serde(rename = "hold.changed")]
    HoldChanged { held: bool, by: Option<UserId>, at_ms: i64 },
    /// A colleague is called by one of ours, and rings; or not any more.
    #[serde(rename = "colleague.ringing")]
    ColleagueRinging { user: UserId, rings: bool },
    /// Whoever holds the floor pressed so many keys for the customer's telephone (which ones is not kept here).
    #[serde(rename = "keys.sent")]
    KeysSent { count: u32, by: Option<UserId>, at_ms: i64 },
    /// The customer pressed a key (which one is not kept here).
    #[serde(rename = "key.pressed")]
    KeyPressed { at_ms: i64 },
    /// The number was put on the do-not-call list.
    #[serde(rename = "opt_out.recorded")]
    OptOutRecorded { at_ms: i64 },
    /// A tool was used: its name, and whether it went well.
    #[serde(rename = "tool.used")]
    ToolUsed { name: String, ok: bool, at_ms: i64 },
    /// A provider failed or stalled during a call.
    #[serde(rename = "provider.failed")]
    ProviderFailed { provider: String, operation: String, at_ms: i64 },
    /// From here on silence is recorded. `name`: of the person or key.
    #[serde(rename = "recording.paused")]
    RecordingPaused { by: Option<UserId>, name: String, at_ms: i64 },
    /// Recorded again; `automatic`: the pause had lasted as long as one may.
    #[serde(rename = "recording.resumed")]
    RecordingResumed { by: Option<UserId>, name: String, automatic: bool, at_ms: i64 },
    /// The recording could not begin (`not_recorded`) or go on (`incomplete`); the call did.
    #[serde(rename = "recording.failed")]
    RecordingFailed { state: RecordingState, reason: String, at_ms: i64 },
    /// The customer waits.
    #[serde(rename = "queue.joined")]
    QueueJoined { queue: QueueId },
    /// The customer is held out to somebody.
    #[serde(rename = "queue.offered")]
    QueueOffered { queue: QueueId, to: MemberRef },
    /// An offer came to nothing: `caller_left`, `answered_elsewhere`, `timed_out`, `declined`, `missed`,
    /// `agent_unavailable` or `moved`.
    #[serde(rename = "queue.offer_ended")]
    QueueOfferEnded { queue: QueueId, to: MemberRef, why: String },
    /// Somebody has the customer.
    #[serde(rename = "queue.answered")]
    QueueAnswered { queue: QueueId, by: MemberRef, waited_ms: i64 },
    /// The customer waits no longer: `abandoned`, `taken_over`, `moved`, or why they could not wait here (`unstaffed`,
    /// `full`, `estimate_too_long`, `waited_too_long`, `queue_gone`).
    #[serde(rename = "queue.left")]
    QueueLeft { queue: QueueId, why: String, waited_ms: i64 },
    /// An agent is at something else. `reason`: of a break; `until`: of wrap-up.
    #[serde(rename = "agent.state")]
    AgentStateChanged {
        user: UserId,
        state: AgentState,
        reason: Option<String>,
        until: Option<UnixMs>,
        /// Who else than the agent did it.
        by: Option<UserId>,
    },
    /// An agent said what came of the call.
    #[serde(rename = "call.disposed")]
    CallDisposed { by: UserId, disposition: String, notes: String },
    /// A caller left a message, which is stored.
    #[serde(rename = "voicemail.left")]
    VoicemailLeft { voicemail: VoicemailId, mailbox: String, duration_ms: i64 },
    /// What the organisation no longer keeps was deleted.
    #[serde(rename = "retention.swept")]
    RetentionSwept(super::Swept),
    /// A row of the configuration changed: `assistant`, `trunk`, `number`, `user`, `key`, `provider`, `fallback`,
    /// `queue`, `agent` or `retention`.
    /// `retention`, `hours` or `voicemail`.
    #[serde(rename = "config.changed")]
    ConfigChanged { what: String, id: String, deleted: bool, by: Option<UserId> },
}

/// How a supervisor is in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionMode {
    /// Hears everyone, heard by nobody.
    Listen,
    /// Heard by our side only.
    Whisper,
    /// Heard by everyone.
    Barge,
    /// Holds the floor.
    Floor,
    /// Not in the call any more.
    Left,
}

impl EventBody {
    /// The stored kind (`call.created`).
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::CallCreated(_) => "call.created",
            Self::CallUpdated(_) => "call.updated",
            Self::CallEnded(_) => "call.ended",
            Self::CallAnalyzed(_) => "call.analyzed",
            Self::FloorChanged { .. } => "floor.changed",
            Self::FloorSilenced { .. } => "floor.silenced",
            Self::FloorAudible { .. } => "floor.audible",
            Self::TranscriptItem(_) => "transcript.item",
            Self::SupervisionChanged { .. } => "supervision.changed",
            Self::TransferChanged { .. } => "transfer.changed",
            Self::HoldChanged { .. } => "hold.changed",
            Self::ColleagueRinging { .. } => "colleague.ringing",
            Self::KeysSent { .. } => "keys.sent",
            Self::KeyPressed { .. } => "key.pressed",
            Self::OptOutRecorded { .. } => "opt_out.recorded",
            Self::ToolUsed { .. } => "tool.used",
            Self::ProviderFailed { .. } => "provider.failed",
            Self::RecordingPaused { .. } => "recording.paused",
            Self::RecordingResumed { .. } => "recording.resumed",
            Self::RecordingFailed { .. } => "recording.failed",
            Self::QueueJoined { .. } => "queue.joined",
            Self::QueueOffered { .. } => "queue.offered",
            Self::QueueOfferEnded { .. } => "queue.offer_ended",
            Self::QueueAnswered { .. } => "queue.answered",
            Self::QueueLeft { .. } => "queue.left",
            Self::AgentStateChanged { .. } => "agent.state",
            Self::CallDisposed { .. } => "call.disposed",
            Self::VoicemailLeft { .. } => "voicemail.left",
            Self::RetentionSwept(_) => "retention.swept",
            Self::ConfigChanged { .. } => "config.changed",
        }
    }

    /// The stored kind and data.
    pub fn to_parts(&self) -> (String, Value) {
        let mut value = serde_json::to_value(self).expect("an event's fields are all JSON values");
        let kind = value["kind"].as_str().unwrap_or_default().to_owned();
        (kind, value["data"].take())
    }

    /// Reads an event back from its stored kind and data.
    ///
    /// # Errors
    /// When the kind is unknown or the data does not fit it.
    pub fn from_parts(kind: &str, data: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(serde_json::json!({ "kind": kind, "data": data }))
    }
}

/// An event about to be committed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    pub call: Option<CallId>,
    pub at: UnixMs,
    pub body: EventBody,
}

/// A committed event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Strictly growing over the whole server; gaps are possible, order is commit order.
    pub seq: i64,
    pub org: OrgId,
    pub call: Option<CallId>,
    pub at: UnixMs,
    pub body: EventBody,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_survives_being_stored_as_kind_and_data() {
        let body = EventBody::SupervisionChanged {
            by: "user_1".into(),
            name: "Ann".into(),
            mode: SupervisionMode::Barge,
        };
        let (kind, data) = body.to_parts();
        assert_eq!(kind, "supervision.changed");
        assert_eq!(EventBody::from_parts(&kind, data).expect("read back"), body);
    }
}
