//! Carrying out what the machine puts out: the room's sound, the calls, and what is written down.

use std::time::Instant;

use tandem_conference::{Ended, Left, Output, Tone};
use tandem_foundation::{CallId, LegId};

use super::order::ConferenceNews;
use super::room::{CLOSING, Room};
use super::sounds;
use crate::exchange::WaitSound;
use crate::ports::media::{Sound, SpeechId};
use crate::ports::store::Commit;
use crate::records::{EventBody, NewEvent};

impl Room {
    /// Until the machine is silent.
    pub(super) fn drain(&mut self) {
        while let Some(output) = self.machine.poll_output() {
            self.output(output);
        }
        self.by = None;
    }

    fn output(&mut self, output: Output) {
        let media = self.context.ports.media.clone();
        let (conference, name, by) = (self.row.id.clone(), self.row.name.clone(), self.by.clone());
        match output {
            Output::Joined { leg, waits } => {
                let muted = self.machine.members().any(|(other, entry)| other == leg && entry.muted);
                self.note_of(leg, EventBody::ConferenceJoined { conference, name, waits, muted });
            }
            Output::Started => {
                self.row.started_at = Some(self.context.ports.clock.now());
                self.note(None, EventBody::ConferenceStarted { conference, name });
            }
            Output::Hearing(pairs) => media.set_hearing(&self.id, pairs),
            Output::Waits { leg, on } => {
                let Some(member) = self.members.iter_mut().find(|member| member.leg == leg) else { return };
                member.waits = on;
                let sound = match member.wait {
                    WaitSound::Music => Some(Sound::HoldMusic),
                    WaitSound::Ringing => Some(Sound::Ringback),
                    WaitSound::Silence => None,
                };
                media.set_sound(&self.id, leg, sound.filter(|_| on));
            }
            Output::Muted { leg, muted } => {
                self.note_of(leg, EventBody::ConferenceMuted { conference, name, muted, by });
            }
            Output::Locked { locked } => {
                self.note(None, EventBody::ConferenceLocked { conference, name, locked, by });
            }
            Output::Tone(tone) => self.say(tone),
            Output::Left { leg, why } => {
                media.close_leg(&self.id, leg);
                let why_text = left(why).to_owned();
                self.note_of(leg, EventBody::ConferenceLeft { conference, name, why: why_text, by });
                let Some(index) = self.members.iter().position(|member| member.leg == leg) else { return };
                let member = self.members.remove(index);
                if why != Left::Own {
                    self.tell(&member.call, ConferenceNews::Out);
                }
            }
            Output::Ended { why } => {
                self.row.ended_at = Some(self.context.ports.clock.now());
                self.row.end_reason = Some(ended(why).to_owned());
                let why = ended(why).to_owned();
                self.note(None, EventBody::ConferenceEnded { conference, name, why, by });
                for dialled in std::mem::take(&mut self.dialled) {
                    self.tell(&dialled.call, ConferenceNews::Refused { why: "over" });
                }
                self.after_end();
            }
        }
    }

    fn after_end(&mut self) {
        self.recording = false;
        if self.is_writing() {
            self.context.ports.media.stop_recording(&self.id);
            self.closing = Some(Instant::now() + CLOSING);
        } else {
            self.close();
        }
    }

    fn say(&mut self, tone: Tone) {
        self.tones += 1;
        let samples = sounds::of(tone);
        self.context.ports.media.speak(&self.id, self.voice, SpeechId(self.tones), samples, true);
    }

    fn note_of(&self, leg: LegId, body: EventBody) {
        let call = self.members.iter().find(|member| member.leg == leg).map(|member| member.call.clone());
        self.note(call, body);
    }

    /// What happened, with the row as it is now.
    pub(super) fn note(&self, call: Option<CallId>, body: EventBody) {
        let event = NewEvent { call, at: self.context.ports.clock.now(), body };
        self.journal.commit(Commit {
            conference: Some(self.row.clone()),
            events: vec![event],
            ..Commit::default()
        });
    }
}

fn left(why: Left) -> &'static str {
    match why {
        Left::Own => "own",
        Left::Removed => "removed",
        Left::Ended => "ended",
    }
}

fn ended(why: Ended) -> &'static str {
    match why {
        Ended::Empty => "empty",
        Ended::MemberLeft => "member_left",
        Ended::Asked => "asked",
        Ended::NeverStarted => "never_started",
    }
}
