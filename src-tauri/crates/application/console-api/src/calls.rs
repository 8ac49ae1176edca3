//! Calls as the API shows them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use tandem_switchboard::exchange::LiveCall;
use tandem_switchboard::ports::media::LegQuality;
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::recordings::Recording;
use crate::time::Time;
use crate::transfers::TransferView;
use crate::words::{CallStatus, Direction, SupervisionMode};

/// One whole interaction.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Call {
    pub id: String,
    pub direction: Direction,
    pub status: CallStatus,
    /// E.164, or a SIP user part.
    pub from: String,
    /// E.164, or a SIP user part.
    pub to: String,
    pub customer_name: Option<String>,
    /// Id of the assistant.
    pub assistant: Option<String>,
    /// Id of the trunk.
    pub trunk: Option<String>,
    /// Id of our number.
    pub number: Option<String>,
    /// Id of the person who placed it themselves.
    pub placed_by: Option<String>,
    /// Id of the queue for which they did.
    pub placed_for: Option<String>,
    pub sip_call_id: Option<String>,
    pub floor: Floor,
    pub variables: BTreeMap<String, String>,
    pub created_at: Time,
    pub answered_at: Option<Time>,
    pub ended_at: Option<Time>,
    /// Talk time, ms.
    pub duration_ms: Option<i64>,
    /// How long the customer was on hold, ms.
    pub held_ms: i64,
    /// `customer`, `assistant`, `person`, `rtp_timeout`, `sip_486`, `restart` …
    pub end_reason: Option<String>,
    pub outcome: Option<Outcome>,
    pub recording: Option<Recording>,
    pub latency: Option<LatencySummary>,
}

/// Who owns the floor of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FloorHolder {
    Nobody,
    Assistant,
    Person,
    /// An assistant keeps the caller company until a person is there.
    Bridging,
    /// The caller was put through to somebody outside.
    Outside,
}

/// The floor and its version, which takeover and handback name.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Floor {
    pub holder: FloorHolder,
    /// Id of the person, where `holder` is `person`.
    pub user: Option<String>,
    /// Name of the person, where `holder` is `person`.
    pub name: Option<String>,
    pub version: i64,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Outcome {
    /// `promise_to_pay`, `payment_confirmed`, `opt_out`, `voicemail`, `hung_up`, `completed` … (open vocabulary).
    pub disposition: String,
    pub summary: String,
    /// `positive`, `neutral` or `negative`.
    pub sentiment: String,
    pub fields: Vec<OutcomeField>,
    /// A field failed its checks and a person should look.
    pub needs_review: bool,
}

/// An extracted value and the transcript items that show it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OutcomeField {
    pub name: String,
    pub value: Value,
    /// Ids of transcript items.
    pub evidence: Vec<String>,
}

/// Medians and worst of the call's turns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct LatencySummary {
    pub turns: u32,
    /// End of the customer's speech to our first audible packet, ms.
    pub response_p50_ms: u32,
    pub response_max_ms: u32,
}

/// A page of calls, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CallPage {
    pub items: Vec<Call>,
    /// Give this as `cursor` to get the next page.
    pub next_cursor: Option<String>,
}

/// A call in progress as the floor shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LiveCallView {
    pub call: Call,
    pub supervisors: Vec<Supervisor>,
    /// Last thing said.
    pub last_line: Option<String>,
    pub quality: Option<Quality>,
    /// A person is giving the customer to somebody.
    pub transfer: Option<TransferView>,
    /// Whoever holds the floor has put the customer on hold.
    pub held: bool,
    /// Id of the colleague whose phone rings for it; they take or refuse it like a caller from a queue.
    pub rings_for: Option<String>,
    pub queue: Option<LiveQueue>,
}

/// The queue that a call came through.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LiveQueue {
    /// Id of the queue.
    pub queue: String,
    pub joined_at: Time,
    pub waiting: bool,
    /// Ids of the persons whose telephones ring for it.
    pub offered_to: Vec<String>,
}

/// One of ours in a call.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Supervisor {
    pub user: String,
    pub name: String,
    pub mode: SupervisionMode,
}

/// Packet statistics of the customer's leg.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Quality {
    pub packets_received: u64,
    pub packets_lost: u64,
    pub packets_sent: u64,
    /// Interarrival jitter (RFC 3550, section 6.4.1), ms.
    pub jitter_ms: f32,
    /// Depth of the jitter buffer, ms.
    pub buffer_ms: f32,
    /// There and back, ms, by the peer's RTCP reports; absent while there are none.
    pub round_trip_ms: Option<f32>,
    /// The part of our packets that the peer missed lately, 0 to 1; absent while it does not report.
    pub remote_loss: Option<f32>,
    /// Estimated mean opinion score of what comes in, 1 to 4.5; absent without packets.
    pub mos: Option<f32>,
}

/// Every live call.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LiveCalls {
    pub items: Vec<LiveCallView>,
}

/// The recording's shape for drawing: equally long slices, loudest sample of each (0 to 1).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Waveform {
    pub duration_ms: i64,
    /// Peaks of the left channel.
    pub customer: Vec<f32>,
    /// Peaks of the right channel; as many as `customer`.
    pub ours: Vec<f32>,
}

impl From<&records::Call> for Call {
    fn from(row: &records::Call) -> Self {
        Self {
            id: row.id.to_string(),
            direction: row.direction.into(),
            status: row.status.into(),
            from: row.from.as_str().to_owned(),
            to: row.to.as_str().to_owned(),
            customer_name: row.customer_name.as_ref().map(|name| name.as_str().to_owned()),
            assistant: row.assistant.as_ref().map(ToString::to_string),
            trunk: row.trunk.as_ref().map(ToString::to_string),
            number: row.number.as_ref().map(ToString::to_string),
            placed_by: row.placed_by.as_ref().map(ToString::to_string),
            placed_for: row.placed_for.as_ref().map(ToString::to_string),
            sip_call_id: row.sip_call_id.clone(),
            floor: Floor::new(&row.floor, row.floor_version),
            variables: row.variables.clone(),
            created_at: row.created_at.into(),
            answered_at: row.answered_at.map(Into::into),
            ended_at: row.ended_at.map(Into::into),
            duration_ms: row.duration_ms,
            held_ms: row.held_ms,
            end_reason: row.end_reason.clone(),
            outcome: row.outcome.as_ref().map(Into::into),
            recording: row.recording.as_ref().map(|recording| Recording::new(recording, &row.id)),
            latency: row.latency.map(|latency| LatencySummary {
                turns: latency.turns,
                response_p50_ms: latency.response_p50_ms,
                response_max_ms: latency.response_max_ms,
            }),
        }
    }
}

impl Floor {
    /// The floor as a record holds it, and its version.
    pub fn new(floor: &records::FloorHolder, version: i64) -> Self {
        let (holder, user, name) = match floor {
            records::FloorHolder::Nobody => (FloorHolder::Nobody, None, None),
            records::FloorHolder::Assistant => (FloorHolder::Assistant, None, None),
            records::FloorHolder::Bridging => (FloorHolder::Bridging, None, None),
            records::FloorHolder::Outside => (FloorHolder::Outside, None, None),
            records::FloorHolder::Person { user, name } => {
                (FloorHolder::Person, Some(user.to_string()), Some(name.clone()))
            }
        };
        Self { holder, user, name, version }
    }
}

impl From<&records::Outcome> for Outcome {
    fn from(row: &records::Outcome) -> Self {
        Self {
            disposition: row.disposition.clone(),
            summary: row.summary.clone(),
            sentiment: row.sentiment.clone(),
            fields: row
                .fields
                .iter()
                .map(|field| OutcomeField {
                    name: field.name.clone(),
                    value: field.value.clone(),
                    evidence: field.evidence.iter().map(ToString::to_string).collect(),
                })
                .collect(),
            needs_review: row.needs_review,
        }
    }
}

impl From<LegQuality> for Quality {
    fn from(quality: LegQuality) -> Self {
        Self {
            packets_received: quality.packets_received,
            packets_lost: quality.packets_lost,
            packets_sent: quality.packets_sent,
            jitter_ms: quality.jitter_ms,
            buffer_ms: quality.buffer_ms,
            round_trip_ms: quality.round_trip_ms,
            remote_loss: quality.remote_loss,
            mos: quality.mos,
        }
    }
}

impl From<&LiveCall> for LiveCallView {
    fn from(live: &LiveCall) -> Self {
        Self {
            call: (&live.call).into(),
            supervisors: live
                .supervisors
                .iter()
                .map(|(user, name, mode)| Supervisor {
                    user: user.to_string(),
                    name: name.clone(),
                    mode: (*mode).into(),
                })
                .collect(),
            last_line: live.last_line.as_ref().map(|line| line.as_str().to_owned()),
            quality: live.quality.map(Into::into),
            transfer: live.transfer.as_ref().map(Into::into),
            held: live.held,
            rings_for: live.rings_for.as_ref().map(ToString::to_string),
            queue: live.queue.as_ref().map(|queue| LiveQueue {
                queue: queue.queue.to_string(),
                joined_at: queue.joined_at.into(),
                waiting: queue.waiting,
                offered_to: queue.offered_to.iter().map(ToString::to_string).collect(),
            }),
        }
    }
}
