//! The live socket's messages, both ways, each a JSON text frame with a `type`.
//!
//! A client opens with `start` or `resume`. After a break it resumes with the last `seq` it saw; where too much was
//! missed, or it read too slowly, the server says `resync` and sends a new `snapshot`, which replaces everything.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::calls::{LiveCallView, Quality};
use crate::events::Event;
use crate::lines::TrunkState;
use crate::session::Me;
use crate::words::Speaker;

/// How many calls one socket may watch.
pub const MOST_WATCHED: usize = 50;

/// What a client sends on `/api/v1/live`.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientMessage {
    /// Send a snapshot, then everything that follows.
    Start,
    /// Send what happened after this sequence number, then everything that follows.
    Resume { after: i64 },
    /// Send interim text of these calls, and of no others; at most 50.
    Watch { calls: Vec<String> },
    /// Answered by `pong`.
    Ping,
}

/// What the server sends on `/api/v1/live`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// Everything as it stands after event `seq`.
    Snapshot {
        seq: i64,
        calls: Vec<LiveCallView>,
        trunks: Vec<TrunkStatus>,
        you: Box<Me>,
    },
    /// `resume` worked: the missed events follow.
    Resumed {
        after: i64,
    },
    Event(Box<Event>),
    /// Text still being spoken; replaces the previous one of the same call and speaker, empty text clears it.
    Interim {
        call: String,
        speaker: Speaker,
        text: String,
        start_ms: i64,
    },
    Trunk(TrunkStatus),
    /// A person's phone came or went.
    Phone {
        user: String,
        connected: bool,
    },
    Quality {
        call: String,
        quality: Quality,
    },
    /// Messages were dropped; a snapshot follows.
    Resync,
    Pong,
    /// The message was not understood; the socket stays open.
    Refused {
        detail: String,
    },
}

/// A trunk's state.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TrunkStatus {
    /// Id of the trunk.
    pub trunk: String,
    pub status: TrunkState,
}

/// Text frames on `/api/v1/phone`, and text on the data channel of a phone over WebRTC. The socket's binary frames are
/// 160 samples (20 ms at 8 kHz) of signed 16-bit little-endian audio, both ways.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PhoneMessage {
    /// The phone is connected.
    Hello { sample_rate: u32, frame_samples: u32 },
    /// Another window of the same person took over; the connection closes.
    Replaced,
}
