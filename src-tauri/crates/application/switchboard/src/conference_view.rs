//! Conferences as people and programs see them, and what they do to them.

use tandem_foundation::{CallId, Pii, TrunkId};

pub use tandem_conference::{Beep, Entry};

use crate::records::{Conference, UnixMs};

/// Longest name of a conference, in characters.
pub const LONGEST_NAME: usize = 100;

/// How a call is to join a conference; the room is opened where nobody is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinConference {
    pub name: String,
    pub entry: Entry,
    pub wait: WaitSound,
    pub after: AfterConference,
    /// Record the room from now on, where it is not recorded already.
    pub record: bool,
}

impl JoinConference {
    /// As everybody joins who asks for nothing else.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            entry: Entry::default(),
            wait: WaitSound::default(),
            after: AfterConference::default(),
            record: false,
        }
    }
}

/// What a member hears who waits for somebody to start the conference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WaitSound {
    #[default]
    Music,
    Ringing,
    Silence,
}

/// What becomes of a call that is out of its conference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AfterConference {
    /// It goes on with its route, its assistant or the person who holds it; a call that has none of them ends.
    #[default]
    GoOn,
    HangUp,
}

/// What is done to a live conference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConferenceAct {
    Mute { call: CallId, muted: bool },
    Remove { call: CallId },
    Lock { locked: bool },
    Record { on: bool },
    End,
}

/// Somebody who is to be called into a conference.
#[derive(Debug, Clone, PartialEq)]
pub struct DialInto {
    /// E.164 with `+`.
    pub to: Pii<String>,
    /// The organisation's first enabled trunk where `None`.
    pub trunk: Option<TrunkId>,
    /// Caller id; the trunk's where `None`.
    pub from: Option<Pii<String>>,
    pub name: Option<Pii<String>>,
    pub entry: Entry,
}

/// A conference as it is now, or was.
#[derive(Debug, Clone, PartialEq)]
pub struct ConferenceView {
    pub conference: Conference,
    pub locked: bool,
    pub recording: bool,
    /// Empty where it is over.
    pub members: Vec<MemberView>,
}

impl ConferenceView {
    /// One that is over.
    pub fn over(conference: Conference) -> Self {
        Self { conference, locked: false, recording: false, members: Vec::new() }
    }
}

/// A call in a conference.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberView {
    pub call: CallId,
    /// The number on the call's other side.
    pub number: Pii<String>,
    pub name: Option<Pii<String>>,
    pub state: MemberState,
    pub since: UnixMs,
    pub muted: bool,
    /// Their entering starts the conference.
    pub starts: bool,
    /// Their leaving ends it.
    pub ends: bool,
}

/// How far a member is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberState {
    /// Is being called.
    Ringing,
    /// Is there before anybody who starts it.
    Waiting,
    Present,
}
