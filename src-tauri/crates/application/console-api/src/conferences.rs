//! Conferences: named rooms in which calls meet, and what may be asked of them.

use serde::{Deserialize, Serialize};
use tandem_switchboard::exchange::{self, ConferenceView, Entry, LONGEST_NAME, MemberView};
use tandem_switchboard::records;
use utoipa::{IntoParams, ToSchema};

use crate::check::{self, Check, Findings};
use crate::recordings::Recording;
use crate::time::Time;
use crate::words::{AfterConference, ConferenceBeep, MemberState, WaitSound};

/// One meeting under a name; the next one under the same name is another.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Conference {
    pub id: String,
    pub name: String,
    /// The first call joined.
    pub created_at: Time,
    /// Those in it heard each other from then on; null while they wait for somebody who starts it.
    pub started_at: Option<Time>,
    pub ended_at: Option<Time>,
    /// `empty`, `member_left`, `asked`, `never_started` or `restart`.
    pub end_reason: Option<String>,
    /// Nobody gets in.
    pub locked: bool,
    pub recording: bool,
    /// Those who are in it now, in the order they came.
    pub members: Vec<ConferenceMember>,
    /// Ids of all calls that were in it.
    pub calls: Vec<String>,
    /// In the order in which they were begun; both channels hold everybody.
    pub recordings: Vec<Recording>,
}

/// A call in a conference.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConferenceMember {
    /// Id of the call.
    pub call: String,
    /// The number on the call's other side.
    pub number: String,
    pub name: Option<String>,
    pub state: MemberState,
    pub since: Time,
    pub muted: bool,
    /// Their entering starts the conference.
    pub starts: bool,
    /// Their leaving ends it for all.
    pub ends: bool,
}

/// Conferences that are live, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LiveConferences {
    pub items: Vec<Conference>,
}

/// A page of conferences, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConferencePage {
    pub items: Vec<Conference>,
    /// Give this as `cursor` to get the next page.
    pub next_cursor: Option<String>,
}

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ConferencesQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many; 50 where it is not given.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Which of a conference's recordings.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ConferenceRecordingQuery {
    /// Its id; the newest that plays where it is not given.
    pub recording: Option<String>,
}

/// Take a call into the conference of this name; it is opened where nobody is in it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinConference {
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Entering starts it (`true` where it is not given); who comes before hears the waiting sound.
    pub starts: Option<bool>,
    /// It ends for all when this call leaves. For supervisors.
    pub ends: Option<bool>,
    pub muted: Option<bool>,
    /// For which moves of this call the others hear a tone; `both` where it is not given.
    pub beep: Option<ConferenceBeep>,
    /// `music` where it is not given.
    pub wait: Option<WaitSound>,
    /// What becomes of the call then; `go_on` where it is not given.
    pub after: Option<AfterConference>,
    /// Record the conference from now on. For supervisors.
    pub record: Option<bool>,
}

/// Call somebody into a conference.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DialIntoConference {
    /// E.164 with `+`.
    pub to: String,
    /// Whose number it is.
    #[schema(max_length = 200)]
    pub name: Option<String>,
    /// Id of the trunk; the first enabled one where it is not given.
    pub trunk: Option<String>,
    /// Caller id, E.164; the trunk's where it is not given.
    pub from: Option<String>,
    pub starts: Option<bool>,
    pub ends: Option<bool>,
    pub muted: Option<bool>,
    pub beep: Option<ConferenceBeep>,
}

/// Let the others hear a member, or not.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MuteMember {
    /// Id of the call.
    pub call: String,
    pub muted: bool,
}

/// Send a member out, or give up calling one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveMember {
    /// Id of the call.
    pub call: String,
}

/// Let nobody in any more, or again.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LockConference {
    pub locked: bool,
}

/// Record the conference from now on, or no longer.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordConference {
    pub on: bool,
}

impl From<&ConferenceView> for Conference {
    fn from(view: &ConferenceView) -> Self {
        let row = &view.conference;
        let recording = |recording: &records::Recording| Recording::of_conference(recording, &row.id);
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            created_at: row.created_at.into(),
            started_at: row.started_at.map(Into::into),
            ended_at: row.ended_at.map(Into::into),
            end_reason: row.end_reason.clone(),
            locked: view.locked,
            recording: view.recording,
            members: view.members.iter().map(Into::into).collect(),
            calls: row.calls.iter().map(ToString::to_string).collect(),
            recordings: row.recordings.iter().map(recording).collect(),
        }
    }
}

impl From<&MemberView> for ConferenceMember {
    fn from(member: &MemberView) -> Self {
        Self {
            call: member.call.to_string(),
            number: member.number.as_str().to_owned(),
            name: member.name.as_ref().map(|name| name.as_str().to_owned()),
            state: member.state.into(),
            since: member.since.into(),
            muted: member.muted,
            starts: member.starts,
            ends: member.ends,
        }
    }
}

impl From<JoinConference> for exchange::JoinConference {
    fn from(wanted: JoinConference) -> Self {
        Self {
            name: wanted.name.trim().to_owned(),
            entry: entry(wanted.starts, wanted.ends, wanted.muted, wanted.beep),
            wait: wanted.wait.map(Into::into).unwrap_or_default(),
            after: wanted.after.map(Into::into).unwrap_or_default(),
            record: wanted.record.unwrap_or(false),
        }
    }
}

impl From<DialIntoConference> for exchange::DialInto {
    fn from(wanted: DialIntoConference) -> Self {
        Self {
            entry: entry(wanted.starts, wanted.ends, wanted.muted, wanted.beep),
            to: wanted.to.into(),
            trunk: wanted.trunk.map(Into::into),
            from: wanted.from.map(Into::into),
            name: wanted.name.map(Into::into),
        }
    }
}

fn entry(
    starts: Option<bool>,
    ends: Option<bool>,
    muted: Option<bool>,
    beep: Option<ConferenceBeep>,
) -> Entry {
    Entry {
        starts: starts.unwrap_or(true),
        ends: ends.unwrap_or(false),
        muted: muted.unwrap_or(false),
        beep: beep.map(Into::into).unwrap_or_default(),
    }
}

impl Check for JoinConference {
    fn check(&self, found: &mut Findings) {
        check::length(found, "name", self.name.trim(), 1, LONGEST_NAME);
    }
}

impl Check for DialIntoConference {
    fn check(&self, found: &mut Findings) {
        check::e164(found, "to", &self.to);
        if let Some(from) = &self.from {
            check::e164(found, "from", from);
        }
        check::length(found, "name", self.name.as_deref().unwrap_or_default(), 0, 200);
    }
}

impl Check for MuteMember {
    fn check(&self, found: &mut Findings) {
        check::length(found, "call", &self.call, 1, 100);
    }
}

impl Check for RemoveMember {
    fn check(&self, found: &mut Findings) {
        check::length(found, "call", &self.call, 1, 100);
    }
}

impl Check for LockConference {
    fn check(&self, _found: &mut Findings) {}
}

impl Check for RecordConference {
    fn check(&self, _found: &mut Findings) {}
}

impl Check for ConferencesQuery {
    fn check(&self, found: &mut Findings) {
        if self.limit.is_some_and(|limit| !(1..=200).contains(&limit)) {
            found.add("limit", "1 to 200");
        }
    }
}

impl Check for ConferenceRecordingQuery {
    fn check(&self, _found: &mut Findings) {}
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_asks_for_nothing_starts_it_is_announced_and_goes_on_after_it() {
        let read: JoinConference = serde_json::from_value(json!({"name": " standup "})).expect("readable");
        assert_eq!(exchange::JoinConference::from(read), exchange::JoinConference::new("standup"));
    }

    #[test]
    fn a_name_is_not_empty_and_a_number_can_be_dialled() {
        let read: JoinConference = serde_json::from_value(json!({"name": "  "})).expect("readable");
        let mut found = Findings::default();
        read.check(&mut found);
        assert_eq!(found.into_errors()[0].field, "name");
        let read: DialIntoConference = serde_json::from_value(json!({"to": "5550100"})).expect("readable");
        let mut found = Findings::default();
        read.check(&mut found);
        assert_eq!(found.into_errors()[0].field, "to");
    }
}
