//! One conference: its machine, its members' calls, and its row.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_conference::{Conference, Input, Refusal};
use tandem_foundation::{CallId, ConferenceId, LegId, OrgId, Pii, UserId};

use super::order::{ConferenceNews, Joining};
use crate::call_task::CallMessage;
use crate::context::Context;
use crate::exchange::{ConferenceView, MemberState, MemberView, WaitSound};
use crate::journal::Journal;
use crate::records::{self, UnixMs};

/// After the end a recording's file is whole within this time.
pub(super) const CLOSING: Duration = Duration::from_secs(5);

/// A call in the conference.
pub(super) struct Member {
    /// In the conference's room.
    pub leg: LegId,
    pub call: CallId,
    pub number: Pii<String>,
    pub name: Option<Pii<String>>,
    pub since: UnixMs,
    pub wait: WaitSound,
    pub waits: bool,
}

/// A call that is being placed for it.
pub(super) struct Dialled {
    pub call: CallId,
    pub number: Pii<String>,
    pub name: Option<Pii<String>>,
    pub since: UnixMs,
}

pub(super) struct Room {
    pub context: Arc<Context>,
    pub journal: Journal,
    pub row: records::Conference,
    /// The conference as the media port knows it.
    pub id: CallId,
    pub machine: Conference,
    pub voice: LegId,
    pub members: Vec<Member>,
    pub dialled: Vec<Dialled>,
    /// The last of the row's recordings is being written.
    pub recording: bool,
    /// Tones said so far.
    pub tones: u64,
    /// Who did what comes out now.
    pub by: Option<UserId>,
    /// It is over: given back when the recording is whole, or then.
    pub closing: Option<Instant>,
    pub closed: bool,
}

impl Room {
    pub fn open(now: Instant, context: Arc<Context>, org: &OrgId, name: &str) -> Self {
        let clock = &context.ports.clock;
        let at = clock.now();
        let unix_ms = u64::try_from(at.0).unwrap_or_default();
        let conference = ConferenceId::generate(unix_ms, clock.random());
        let id = CallId::new(conference.as_str());
        let voice = context.ports.leg_ids.next();
        context.ports.media.open_room(&id);
        context.ports.media.open_speaker(&id, voice);
        let row = records::Conference {
            id: conference,
            org: org.clone(),
            name: name.to_owned(),
            created_at: at,
            started_at: None,
            ended_at: None,
            end_reason: None,
            calls: Vec::new(),
            recordings: Vec::new(),
        };
        Self {
            journal: Journal::open(context.clone(), org.clone()),
            context,
            row,
            id,
            machine: Conference::new(now, voice),
            voice,
            members: Vec::new(),
            dialled: Vec::new(),
            recording: false,
            tones: 0,
            by: None,
            closing: None,
            closed: false,
        }
    }

    pub fn is_over(&self) -> bool {
        self.machine.is_over()
    }

    /// Everything of it has been given back.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.closing.or(self.machine.next_deadline().map(|(at, _)| at))
    }

    pub fn tick(&mut self, now: Instant) {
        if self.closing.is_some_and(|at| at <= now) {
            return self.close();
        }
        self.machine.tick(now);
        self.drain();
    }

    /// The calls of those who are in it.
    pub fn calls(&self) -> impl Iterator<Item = &CallId> {
        self.members.iter().map(|member| &member.call)
    }

    pub fn join(&mut self, joining: Joining) {
        let Joining { call, leg: far, number, name, request, .. } = joining;
        self.dialled.retain(|dialled| dialled.call != call);
        let leg = self.context.ports.leg_ids.next();
        if let Err(refusal) = self.machine.handle(Input::Join { leg, entry: request.entry }) {
            let why = match refusal {
                Refusal::Locked => "locked",
                Refusal::Full => "full",
                _ => "over",
            };
            self.tell(&call, ConferenceNews::Refused { why });
            return;
        }
        self.context.ports.media.join_rooms((&self.id, leg), (&call, far));
        let since = self.context.ports.clock.now();
        if !self.row.calls.contains(&call) {
            self.row.calls.push(call.clone());
        }
        let member =
            Member { leg, call: call.clone(), number, name, since, wait: request.wait, waits: false };
        self.members.push(member);
        self.drain();
        if request.record && !self.recording {
            self.start_recording();
        }
        let news = ConferenceNews::Joined { name: self.row.name.clone(), journal: self.journal.clone() };
        if !self.tell(&call, news) {
            self.gone(&call);
        }
    }

    /// A call is on its way into it; the name to join.
    pub fn dialled(&mut self, call: CallId, number: Pii<String>, name: Option<Pii<String>>) -> String {
        let since = self.context.ports.clock.now();
        self.dialled.push(Dialled { call, number, name, since });
        self.row.name.clone()
    }

    pub fn gone(&mut self, call: &CallId) {
        self.dialled.retain(|dialled| dialled.call != *call);
        if let Some(leg) = self.leg_of(call) {
            // It is in the list, so the machine knows it.
            let _ = self.machine.handle(Input::Leave { leg });
            self.drain();
        }
    }

    /// The server is going down.
    pub fn end(&mut self) {
        let _ = self.machine.handle(Input::End);
        self.drain();
    }

    pub fn view(&self) -> ConferenceView {
        let ringing = self.dialled.iter().map(|dialled| MemberView {
            call: dialled.call.clone(),
            number: dialled.number.clone(),
            name: dialled.name.clone(),
            state: MemberState::Ringing,
            since: dialled.since,
            muted: false,
            starts: false,
            ends: false,
        });
        let members = self.members.iter().filter_map(|member| {
            let (_, entry) = self.machine.members().find(|(leg, _)| *leg == member.leg)?;
            Some(MemberView {
                call: member.call.clone(),
                number: member.number.clone(),
                name: member.name.clone(),
                state: if member.waits { MemberState::Waiting } else { MemberState::Present },
                since: member.since,
                muted: entry.muted,
                starts: entry.starts,
                ends: entry.ends,
            })
        });
        ConferenceView {
            conference: self.row.clone(),
            locked: self.machine.is_locked(),
            recording: self.recording,
            members: members.chain(ringing).collect(),
        }
    }

    pub(super) fn leg_of(&self, call: &CallId) -> Option<LegId> {
        self.members.iter().find(|member| member.call == *call).map(|member| member.leg)
    }

    /// `false`: the call is over.
    pub(super) fn tell(&self, call: &CallId, news: ConferenceNews) -> bool {
        self.context.registry.to_call(call, CallMessage::Conference(news))
    }

    pub(super) fn close(&mut self) {
        self.context.ports.media.close_room(&self.id);
        (self.closing, self.closed) = (None, true);
    }
}
