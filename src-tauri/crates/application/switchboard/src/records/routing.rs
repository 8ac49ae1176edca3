//! Opening hours that have a name, and messages that callers left.

use tandem_foundation::{CallId, HoursId, OrgId, Pii, VoicemailId};
pub use tandem_routing::{Hours, HoursRef, Mailbox};

use super::UnixMs;

/// Hours that routes refer to by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedHours {
    pub id: HoursId,
    pub org: OrgId,
    /// Unique in the organisation.
    pub name: String,
    pub hours: Hours,
    pub created_at: UnixMs,
}

/// A message that a caller left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voicemail {
    pub id: VoicemailId,
    pub org: OrgId,
    pub call: CallId,
    pub mailbox: Mailbox,
    /// The caller's number.
    pub from: Pii<String>,
    pub created_at: UnixMs,
    pub duration_ms: i64,
    /// Path below the data directory: 16-bit PCM, 8 kHz, one channel.
    pub file: String,
    /// What the recogniser understood; empty where it understood nothing.
    pub transcript: Pii<String>,
    pub heard_at: Option<UnixMs>,
}
