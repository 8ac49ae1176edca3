//! SIP messages of a call, kept for fault finding.

use serde::{Deserialize, Serialize};
use tandem_foundation::{CallId, LegId, Pii};

use super::UnixMs;

/// Which way a message went, seen from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SipDirection {
    Received,
    Sent,
}

/// Who is at the other end of a SIP leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SipParty {
    /// Whom the call is with, as a rule behind a trunk.
    Customer,
    /// One of ours, on a registered phone.
    Person,
    /// An outside number that the customer was put through to.
    Outside,
}

/// A SIP message as it went over the wire, without its secrets: what authenticates and what encrypts shows as `***`,
/// and a body that is no session description as its length. Telephone numbers stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedMessage {
    pub at: UnixMs,
    pub direction: SipDirection,
    /// `udp`, `tcp` …
    pub transport: String,
    /// `address:port` of ours.
    pub local: String,
    /// `address:port` of the peer.
    pub peer: String,
    /// Of the request, or of the one that this answers; empty where it could not be read.
    pub method: String,
    /// Of an answer.
    pub status: Option<u16>,
    /// The number in `CSeq`; 0 where it could not be read.
    pub cseq: i64,
    /// `Call-ID`; empty where it could not be read.
    pub sip_call_id: String,
    pub start_line: Pii<String>,
    /// The whole message, start line included.
    pub text: Pii<String>,
}

/// One message of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SipMessage {
    pub call: CallId,
    /// Position among the call's messages; 1 is the first.
    pub position: i64,
    pub leg: LegId,
    pub party: SipParty,
    pub message: TracedMessage,
}
