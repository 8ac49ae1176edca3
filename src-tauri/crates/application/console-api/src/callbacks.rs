//! Customers who are to be called back, as the API shows and takes them.

use serde::{Deserialize, Serialize};
use tandem_switchboard::exchange;
use tandem_switchboard::records::{self, UnixMs};
use utoipa::{IntoParams, ToSchema};

use crate::check::{self, Check, Findings};
use crate::time::Time;
pub use crate::words::{CallbackOrigin, CallbackState};

/// A customer who is to be called back by an agent of a queue.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Callback {
    pub id: String,
    /// Id of the queue.
    pub queue: String,
    pub number: String,
    pub name: Option<String>,
    pub origin: CallbackOrigin,
    pub state: CallbackState,
    /// Why it is in this state: `busy`, `no_answer`, `agent_gone`, `do_not_call`, `at_capacity`, `queue_gone`, `restart` …
    pub reason: Option<String>,
    /// Id of the person whom it is kept for at first.
    pub agent: Option<String>,
    /// The wait counts from here.
    pub since: Time,
    /// Not before this time.
    pub due_at: Time,
    /// How often the customer's phone was dialled.
    pub attempts: u32,
    /// Id of the call they asked in.
    pub asked_in: Option<String>,
    /// Id of the last call made, or of the next one.
    pub call: String,
    pub note: String,
    pub created_at: Time,
    pub updated_at: Time,
}

/// A page of callbacks, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CallbackPage {
    pub items: Vec<Callback>,
    /// Give this as `cursor` to get the next page.
    pub next_cursor: Option<String>,
}

/// Which callbacks to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct CallbacksQuery {
    /// Only those that are not over.
    pub open: Option<bool>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many; 50 where it is not given.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Somebody is to be called back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallbackWrite {
    /// Id of the queue whose agents call.
    pub queue: String,
    /// E.164 with `+`.
    pub number: String,
    #[schema(max_length = 200)]
    pub name: Option<String>,
    /// When; at once where it is not given.
    pub due_at: Option<Time>,
    /// Id of the person whom it is kept for at first; anybody of the queue where it is not given.
    pub agent: Option<String>,
    /// Id of the call it comes out of.
    pub asked_in: Option<String>,
    /// What whoever calls should know.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: String,
}

/// What became of a customer whom a crash may or may not have called; `again` also brings one forward that is scheduled.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallbackSettlement {
    pub outcome: CallbackOutcome,
}

/// What is to become of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackOutcome {
    /// The customer was reached.
    Reached,
    /// Call them now.
    Again,
    /// They were not reached, and nobody calls again.
    Closed,
}

/// The callback of a place in a queue.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CallbackPlace {
    /// Id of the callback.
    pub callback: String,
    pub number: String,
    pub name: Option<String>,
    /// Made before.
    pub attempts: u32,
}

/// The callback that a call is for.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LiveCallback {
    /// Id of the callback.
    pub callback: String,
    pub note: String,
}

impl CallbackWrite {
    /// When it is due; `None` where it says nothing.
    pub fn due(&self) -> Option<UnixMs> {
        let at: jiff::Timestamp = self.due_at.as_ref()?.0.parse().ok()?;
        Some(UnixMs(at.as_millisecond()))
    }
}

impl From<&records::Callback> for Callback {
    fn from(row: &records::Callback) -> Self {
        Self {
            id: row.id.to_string(),
            queue: row.queue.to_string(),
            number: row.number.as_str().to_owned(),
            name: row.name.as_ref().map(|name| name.as_str().to_owned()),
            origin: row.origin.into(),
            state: row.state.into(),
            reason: row.reason.clone(),
            agent: row.agent.as_ref().map(ToString::to_string),
            since: row.since.into(),
            due_at: row.due_at.into(),
            attempts: row.attempts,
            asked_in: row.asked_in.as_ref().map(ToString::to_string),
            call: row.call.to_string(),
            note: row.note.as_str().to_owned(),
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        }
    }
}

impl From<CallbackWrite> for exchange::NewCallback {
    fn from(wanted: CallbackWrite) -> Self {
        let due_at = wanted.due();
        Self {
            queue: wanted.queue.into(),
            number: wanted.number.into(),
            name: wanted.name.filter(|name| !name.trim().is_empty()).map(Into::into),
            due_at,
            agent: wanted.agent.map(Into::into),
            asked_in: wanted.asked_in.map(Into::into),
            note: wanted.note.into(),
        }
    }
}

impl From<CallbackOutcome> for exchange::Settlement {
    fn from(outcome: CallbackOutcome) -> Self {
        match outcome {
            CallbackOutcome::Reached => Self::Reached,
            CallbackOutcome::Again => Self::Again,
            CallbackOutcome::Closed => Self::Close,
        }
    }
}

impl From<exchange::CallbackPlace> for CallbackPlace {
    fn from(place: exchange::CallbackPlace) -> Self {
        Self {
            callback: place.callback.to_string(),
            number: place.number.into_inner(),
            name: place.name.map(tandem_foundation::Pii::into_inner),
            attempts: place.attempts,
        }
    }
}

impl From<&exchange::LiveCallback> for LiveCallback {
    fn from(live: &exchange::LiveCallback) -> Self {
        Self { callback: live.callback.to_string(), note: live.note.as_str().to_owned() }
    }
}

impl Check for CallbacksQuery {
    fn check(&self, found: &mut Findings) {
        if self.limit.is_some_and(|limit| !(1..=200).contains(&limit)) {
            found.add("limit", "1 to 200");
        }
    }
}

impl Check for CallbackWrite {
    fn check(&self, found: &mut Findings) {
        check::e164(found, "number", &self.number);
        check::length(found, "name", self.name.as_deref().unwrap_or_default(), 0, 200);
        check::length(found, "note", &self.note, 0, 1_000);
        if self.due_at.is_some() && self.due().is_none() {
            found.add("due_at", "a moment as RFC 3339 writes it");
        }
    }
}

impl Check for CallbackSettlement {
    fn check(&self, _: &mut Findings) {}
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_and_a_moment_have_to_be_such() {
        let findings = |write: serde_json::Value| {
            let read: CallbackWrite = serde_json::from_value(write).expect("readable");
            let mut found = Findings::default();
            read.check(&mut found);
            found.into_errors().into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        assert!(findings(json!({ "queue": "q", "number": "+62812345678" })).is_empty());
        let moment = json!({ "queue": "q", "number": "+62812345678", "due_at": "2027-01-31T09:30:00Z" });
        assert!(findings(moment).is_empty());
        let wrong = json!({ "queue": "q", "number": "0812", "due_at": "tomorrow" });
        assert_eq!(findings(wrong), ["number", "due_at"]);
    }
}
