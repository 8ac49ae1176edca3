//! A conference: a named room in which calls met.

use serde::{Deserialize, Serialize};
use tandem_foundation::{CallId, ConferenceId, OrgId};

use super::{Recording, UnixMs};

/// One meeting under a name; the next one under the same name is another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conference {
    pub id: ConferenceId,
    pub org: OrgId,
    pub name: String,
    /// The first call joined.
    pub created_at: UnixMs,
    /// Those in it heard each other from then on.
    pub started_at: Option<UnixMs>,
    pub ended_at: Option<UnixMs>,
    /// `empty`, `member_left`, `asked`, `never_started` or `restart`.
    pub end_reason: Option<String>,
    /// Every call that was in it, in the order they came.
    pub calls: Vec<CallId>,
    /// In the order in which they were begun.
    pub recordings: Vec<Recording>,
}
