//! Opening hours and voicemail as the API shows and takes them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tandem_routing::{ExceptionDay, Finding, Hours, Opening};
use tandem_switchboard::{opening, records};
use utoipa::{IntoParams, ToSchema};

use crate::check::{self, Check, Findings};
use crate::time::Time;

/// Opening hours that routes refer to by name.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NamedHours {
    pub id: String,
    pub name: String,
    /// IANA name; the organisation's where `null`.
    pub time_zone: Option<String>,
    pub week: Vec<Opening>,
    /// Dates that are not as the week has them.
    pub exceptions: Vec<ExceptionDay>,
    /// As of now.
    pub open: bool,
    /// When it is open next, now if it is; `null`: never.
    pub opens_at: Option<Time>,
    pub created_at: Time,
}

/// All hours, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HoursList {
    pub items: Vec<NamedHours>,
}

/// Hours to be created, or that replace others as a whole.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursWrite {
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// IANA name; the organisation's where not given.
    pub time_zone: Option<String>,
    #[serde(default)]
    #[schema(value_type = Vec<Opening>)]
    pub week: Value,
    #[serde(default)]
    #[schema(value_type = Vec<ExceptionDay>)]
    pub exceptions: Value,
}

/// A message that a caller left.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Voicemail {
    pub id: String,
    /// Id of the call.
    pub call: String,
    /// `user:ID`, `queue:ID` or `box:NAME`.
    pub mailbox: String,
    /// The caller's number.
    pub from: String,
    pub created_at: Time,
    pub duration_ms: i64,
    /// What the recogniser understood; empty where it understood nothing.
    pub transcript: String,
    pub heard_at: Option<Time>,
    /// Path of the audio on this server.
    pub url: String,
}

/// A page of messages, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct VoicemailPage {
    pub items: Vec<Voicemail>,
    /// Give this as `cursor` to get the next page.
    pub next_cursor: Option<String>,
}

/// Which messages to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct VoicemailsQuery {
    /// `user:ID`, `queue:ID` or `box:NAME`. An agent's own where it is not given.
    #[param(max_length = 200)]
    pub mailbox: Option<String>,
    /// Only those that nobody has heard.
    pub unheard: Option<bool>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many; 50 where it is not given.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoicemailUpdate {
    /// Somebody has heard it, or it counts as new again.
    pub heard: bool,
}

impl NamedHours {
    /// Hours as they are at `now`, in an organisation of this time zone.
    pub fn new(row: &records::NamedHours, zone: &str, now: records::UnixMs) -> Self {
        let next = opening::next_opening(&row.hours, zone, now);
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            time_zone: row.hours.time_zone.clone(),
            week: row.hours.week.clone(),
            exceptions: row.hours.exceptions.clone(),
            open: next == Some(now),
            opens_at: next.map(Into::into),
            created_at: row.created_at.into(),
        }
    }
}

impl HoursWrite {
    /// The hours.
    ///
    /// # Errors
    /// Every field that is not as expected.
    pub fn hours(&self) -> Result<Hours, Vec<Finding>> {
        let value = json!({
            "time_zone": self.time_zone,
            "week": self.week,
            "exceptions": self.exceptions,
        });
        let hours = Hours::read(&value, "")?;
        match &hours.time_zone {
            Some(zone) if !opening::is_time_zone(zone) => {
                Err(vec![Finding { path: "time_zone".into(), expected: "an IANA time zone".into() }])
            }
            _ => Ok(hours),
        }
    }
}

impl From<&records::Voicemail> for Voicemail {
    fn from(row: &records::Voicemail) -> Self {
        Self {
            id: row.id.to_string(),
            call: row.call.to_string(),
            mailbox: row.mailbox.to_string(),
            from: row.from.as_str().to_owned(),
            created_at: row.created_at.into(),
            duration_ms: row.duration_ms,
            transcript: row.transcript.as_str().to_owned(),
            heard_at: row.heard_at.map(Into::into),
            url: format!("/api/v1/voicemails/{}/audio", row.id),
        }
    }
}

impl Check for HoursWrite {
    fn check(&self, found: &mut Findings) {
        check::length(found, "name", self.name.trim(), 1, 100);
        check::found(found, self.hours().err().unwrap_or_default());
    }
}

impl Check for VoicemailsQuery {
    fn check(&self, found: &mut Findings) {
        let fits = |text: &String| text.len() <= 200 && records::Mailbox::parse(text).is_some();
        if self.mailbox.as_ref().is_some_and(|text| !fits(text)) {
            found.add("mailbox", "user:ID, queue:ID or box:NAME");
        }
        if self.limit.is_some_and(|limit| !(1..=200).contains(&limit)) {
            found.add("limit", "1 to 200");
        }
    }
}

impl Check for VoicemailUpdate {
    fn check(&self, _found: &mut Findings) {}
}
