//! The machine: members coming and going, and the matrix kept in step.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tandem_foundation::LegId;

use crate::io::{Beep, Ended, Entry, Input, Left, Output, Reason, Refusal, Tone};

/// Members that a conference takes.
pub const MOST_MEMBERS: usize = 100;
/// Nobody is kept waiting for a moderator for longer.
pub const WAIT_LIMIT: Duration = Duration::from_secs(3_600);

/// One conference. See the crate's documentation for how to drive it.
#[derive(Debug)]
pub struct Conference {
    /// The leg that says the room's tones, and hears what is heard of the room.
    voice: LegId,
    members: Vec<(LegId, Entry)>,
    started: bool,
    locked: bool,
    over: bool,
    waits_until: Instant,
    hearing: Vec<(LegId, LegId)>,
    outputs: VecDeque<Output>,
}

impl Conference {
    /// An empty room whose tones are said on `voice`.
    pub fn new(now: Instant, voice: LegId) -> Self {
        Self {
            voice,
            members: Vec::new(),
            started: false,
            locked: false,
            over: false,
            waits_until: now + WAIT_LIMIT,
            hearing: Vec::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Those who are there, in the order they came.
    pub fn members(&self) -> impl Iterator<Item = (LegId, Entry)> {
        self.members.iter().copied()
    }

    /// A member whose entering starts it has come.
    pub fn is_started(&self) -> bool {
        self.started
    }

    pub fn is_locked(&self) -> bool {
        self.locked
    }

    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Takes one input.
    ///
    /// # Errors
    /// When the input is refused; then nothing has changed and nothing comes out.
    pub fn handle(&mut self, input: Input) -> Result<(), Refusal> {
        if self.over {
            return Err(Refusal::Over);
        }
        match input {
            Input::Join { leg, entry } => self.join(leg, entry)?,
            Input::Leave { leg } => self.leave(leg, Left::Own)?,
            Input::Remove { leg } => self.leave(leg, Left::Removed)?,
            Input::Mute { leg, muted } => self.mute(leg, muted)?,
            Input::Lock { locked } => {
                if self.locked != locked {
                    self.locked = locked;
                    self.outputs.push_back(Output::Locked { locked });
                }
            }
            Input::End => self.end(Ended::Asked),
        }
        self.refresh_hearing();
        Ok(())
    }

    /// Acts on the deadline, if it has come.
    pub fn tick(&mut self, now: Instant) {
        if self.next_deadline().is_some_and(|(at, _)| at <= now) {
            self.end(Ended::NeverStarted);
        }
    }

    /// The next thing to be done.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`Conference::tick`], and why.
    pub fn next_deadline(&self) -> Option<(Instant, Reason)> {
        (!self.over && !self.started).then_some((self.waits_until, Reason::Waiting))
    }

    fn join(&mut self, leg: LegId, entry: Entry) -> Result<(), Refusal> {
        if self.members.iter().any(|(other, _)| *other == leg) {
            return Err(Refusal::AlreadyThere);
        }
        if self.locked {
            return Err(Refusal::Locked);
        }
        if self.members.len() >= MOST_MEMBERS {
            return Err(Refusal::Full);
        }
        let starts = entry.starts && !self.started;
        let waits = !(self.started || starts);
        self.outputs.push_back(Output::Joined { leg, waits });
        if waits {
            self.outputs.push_back(Output::Waits { leg, on: true });
        }
        if starts {
            self.started = true;
            self.outputs.push_back(Output::Started);
            self.outputs.extend(self.members.iter().map(|(leg, _)| Output::Waits { leg: *leg, on: false }));
        }
        self.members.push((leg, entry));
        if matches!(entry.beep, Beep::Both | Beep::Enter) {
            self.tone(Tone::Entered);
        }
        Ok(())
    }

    fn leave(&mut self, leg: LegId, why: Left) -> Result<(), Refusal> {
        let index = self.members.iter().position(|(other, _)| *other == leg).ok_or(Refusal::NoSuchMember)?;
        let (_, entry) = self.members.remove(index);
        self.outputs.push_back(Output::Left { leg, why });
        if entry.ends {
            self.end(Ended::MemberLeft);
        } else if self.members.is_empty() {
            self.end(Ended::Empty);
        } else if matches!(entry.beep, Beep::Both | Beep::Exit) {
            self.tone(Tone::Exited);
        }
        Ok(())
    }

    fn mute(&mut self, leg: LegId, muted: bool) -> Result<(), Refusal> {
        let member = self.members.iter_mut().find(|(other, _)| *other == leg);
        let (_, entry) = member.ok_or(Refusal::NoSuchMember)?;
        if entry.muted != muted {
            entry.muted = muted;
            self.outputs.push_back(Output::Muted { leg, muted });
        }
        Ok(())
    }

    /// Those who wait hear their waiting sound and no tones: nobody is to know who waits with them.
    fn tone(&mut self, tone: Tone) {
        if self.started {
            self.outputs.push_back(Output::Tone(tone));
        }
    }

    fn end(&mut self, why: Ended) {
        self.over = true;
        self.hearing.clear();
        let left = |(leg, _)| Output::Left { leg, why: Left::Ended };
        self.outputs.extend(std::mem::take(&mut self.members).into_iter().map(left));
        self.outputs.push_back(Output::Ended { why });
    }

    fn refresh_hearing(&mut self) {
        if self.over {
            return;
        }
        let pairs = if self.started { self.matrix() } else { Vec::new() };
        if pairs != self.hearing {
            self.hearing = pairs.clone();
            self.outputs.push_back(Output::Hearing(pairs));
        }
    }

    fn matrix(&self) -> Vec<(LegId, LegId)> {
        let mut pairs = Vec::new();
        for &(speaker, entry) in &self.members {
            pairs.push((speaker, self.voice));
            if entry.muted {
                continue;
            }
            // The room's own voice listens as well, so that one who speaks alone is recorded too.
            pairs.push((self.voice, speaker));
            let others = self.members.iter().filter(|(listener, _)| *listener != speaker);
            pairs.extend(others.map(|(listener, _)| (*listener, speaker)));
        }
        pairs.sort_unstable();
        pairs
    }
}
