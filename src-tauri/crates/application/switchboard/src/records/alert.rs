//! Alerts of live calls, and what they are raised for.

use serde::{Deserialize, Serialize};
use tandem_foundation::{AlertId, CallId, ItemId, QueueId, UserId};

use super::UnixMs;
use super::settings::OrganisationSettings;

/// Something in a live call that a supervisor should know of. It holds no word that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub id: AlertId,
    pub call: CallId,
    pub kind: AlertKind,
    /// Name of the rule, of keywords.
    pub rule: Option<String>,
    /// Who said it, of keywords.
    pub side: Option<AlertSide>,
    /// Transcript items that show it, oldest first.
    pub evidence: Vec<ItemId>,
    pub at: UnixMs,
    /// Milliseconds since the call was answered.
    pub at_ms: i64,
    pub acknowledged: Option<Acknowledged>,
}

/// What an alert is raised for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    Keyword,
    Sentiment,
    Silence,
    CrossTalk,
    LongHold,
    LongCall,
}

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertSide {
    Customer,
    Ours,
}

/// Somebody has seen to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// `None` for keys.
    pub by: Option<UserId>,
    /// The person's or the key's name.
    pub name: String,
    pub at: UnixMs,
}

/// What an organisation's alerts are raised for; what is `None` is not watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertSettings {
    pub keywords: Vec<KeywordAlert>,
    /// Below 0; see `tandem_alerts::Settings`.
    pub sentiment: Option<i32>,
    pub silence_s: Option<u32>,
    pub cross_talk_s: Option<u32>,
    pub hold_s: Option<u32>,
    pub call_s: Option<u32>,
}

/// Words and phrases of which one is enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeywordAlert {
    /// Unique among the rules.
    pub name: String,
    pub phrases: Vec<String>,
    /// Whose words it looks at; `None`: everybody's.
    pub side: Option<AlertSide>,
    /// For calls of this queue alone.
    pub queue: Option<QueueId>,
    /// Not raised again in the same call before so many seconds have passed.
    pub rearm_s: u32,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            keywords: Vec::new(),
            sentiment: Some(-5),
            silence_s: Some(30),
            cross_talk_s: None,
            hold_s: Some(120),
            call_s: Some(1_800),
        }
    }
}

impl OrganisationSettings for AlertSettings {
    const NAME: &'static str = "alerts";
}
