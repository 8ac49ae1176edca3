//! A room: its legs, who hears whom, and the tick that takes their sound from one to another.
//!
//! Plain state: commands by [`Room::handle`], time by [`Room::tick`]. Nothing here waits.

mod command;
mod encodes;
mod paths;
mod tick;

use std::collections::HashMap;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::Instant;

use tandem_audio::mixer::{Frame, Members, Mixer};
use tandem_foundation::{CallId, LegId};
use tandem_switchboard::ports::media::{MediaEvent, RecordingPlan};

pub use command::RoomCommand;

use crate::config::MediaConfig;
use crate::leg::{Arrivals, Kind, Leg};
use crate::recording::{NewRecording, RoomRecording};

use encodes::Encodes;
use paths::Path;

/// One call's media.
#[derive(Debug)]
pub struct Room {
    id: CallId,
    config: MediaConfig,
    /// By slot; a closed leg's slot is used again.
    legs: Vec<Option<Leg>>,
    /// As wished: (listener, speaker). Legs may still be missing, and count once they come.
    pairs: Vec<(LegId, LegId)>,
    mixer: Mixer,
    recording: Option<RoomRecording>,
    writer: SyncSender<NewRecording>,
    /// By slot, kept between ticks to save allocations: what was said, whether there was sound, what is heard.
    said: Vec<Frame>,
    sounding: Vec<bool>,
    heard: Vec<Frame>,
    /// By slot: how a leg gets what it hears.
    paths: Vec<Path>,
    /// Who is heard in a mix, and whose packets are carried on.
    mixed_from: Members,
    carried_from: Members,
    arrivals: Arrivals,
    encodes: Encodes,
    /// Since sockets were chosen to be watched; and how many are.
    paths_changed: bool,
    watched: usize,
    /// Ticks in a row in which nothing was to be done but to look whether that is so still.
    rested: u32,
}

impl Room {
    /// An empty room; `writer` takes its recordings over.
    pub fn new(id: CallId, config: MediaConfig, writer: SyncSender<NewRecording>) -> Self {
        Self {
            id,
            config,
            legs: Vec::new(),
            pairs: Vec::new(),
            mixer: Mixer::default(),
            recording: None,
            writer,
            said: Vec::new(),
            sounding: Vec::new(),
            heard: Vec::new(),
            paths: Vec::new(),
            mixed_from: Members::default(),
            carried_from: Members::default(),
            arrivals: Arrivals::default(),
            encodes: Encodes::default(),
            paths_changed: false,
            watched: 0,
            rested: 0,
        }
    }

    /// Carries out a command; what it did shows at the next tick. `now` is the present tick's moment.
    pub fn handle(&mut self, now: Instant, command: RoomCommand, events: &mut Vec<MediaEvent>) {
        command::handle(self, now, command, events);
    }

    /// Lets time pass without sound, after the machine stood still.
    pub fn skip(&mut self, ticks: u64, now: Instant) {
        self.legs.iter_mut().flatten().for_each(|leg| leg.skip(ticks, now));
        if let Some(recording) = &mut self.recording {
            recording.skip(ticks);
        }
    }

    /// Legs in the room.
    pub fn leg_count(&self) -> usize {
        self.legs.iter().flatten().count()
    }

    fn slot(&self, leg: LegId) -> Option<usize> {
        self.legs.iter().position(|l| l.as_ref().is_some_and(|l| l.id == leg))
    }

    fn leg_mut(&mut self, leg: LegId) -> Option<&mut Leg> {
        self.legs.iter_mut().flatten().find(|l| l.id == leg)
    }

    fn add(&mut self, id: LegId, kind: Kind) {
        if self.slot(id).is_some() {
            tracing::warn!(room = %self.id, leg = %id, "a leg that is already open was opened again");
            return;
        }
        let free = self.legs.iter().position(Option::is_none);
        let leg = Some(Leg::new(id, kind));
        if let Some(slot) = free {
            self.legs[slot] = leg;
            self.paths[slot] = Path::START;
        } else {
            self.legs.push(leg);
            self.paths.push(Path::START);
        }
        self.apply_hearing();
    }

    fn close(&mut self, leg: LegId) {
        let Some(slot) = self.slot(leg) else { return };
        self.legs[slot] = None;
        self.paths[slot] = Path::START;
        self.paths_changed = true;
        self.encodes.forget(slot);
        self.mixer.clear(slot);
        self.legs.iter_mut().flatten().for_each(|leg| leg.unheard_by.remove(slot));
        if let Some(recording) = &mut self.recording {
            recording.clear(slot);
        }
        self.apply_hearing();
    }

    /// Brings the mixers in line with the wished pairs.
    fn apply_hearing(&mut self) {
        let mut rows = vec![Members::default(); self.legs.len()];
        let slots: HashMap<LegId, usize> =
            self.legs.iter().enumerate().filter_map(|(slot, leg)| Some((leg.as_ref()?.id, slot))).collect();
        for (listener, speaker) in &self.pairs {
            let (Some(&to), Some(&from)) = (slots.get(listener), slots.get(speaker)) else { continue };
            if to == from {
                continue;
            }
            rows[to].insert(from);
            if !self.mixer.hears(to, from)
                && let Some(leg) = &mut self.legs[from]
            {
                leg.unheard_by.insert(to);
                leg.awaits_hearing = true;
            }
        }
        for (to, row) in rows.iter().enumerate() {
            for (from, leg) in self.legs.iter_mut().enumerate() {
                if let Some(leg) = leg
                    && !row.contains(from)
                {
                    leg.unheard_by.remove(to);
                }
            }
            self.mixer.set(to, row.clone());
        }
        self.arrange_recording(&rows);
    }

    fn arrange_recording(&mut self, rows: &[Members]) {
        let Some(recording) = &mut self.recording else { return };
        if recording.left().is_empty() {
            let heard = |slot: &usize| rows.iter().any(|row| row.contains(*slot));
            let heard: Members = (0..self.legs.len()).filter(heard).collect();
            return recording.arrange(heard.clone(), heard);
        }
        let slots = || self.legs.iter().enumerate().filter_map(|(slot, leg)| Some((slot, leg.as_ref()?.id)));
        let left: Members =
            slots().filter(|(_, id)| recording.left().contains(id)).map(|(slot, _)| slot).collect();
        let right = slots()
            .map(|(slot, _)| slot)
            .filter(|&slot| !left.contains(slot))
            .filter(|&slot| rows.iter().enumerate().any(|(to, row)| left.contains(to) && row.contains(slot)))
            .collect();
        recording.arrange(left, right);
    }

    fn start_recording(&mut self, plan: RecordingPlan, events: &mut Vec<MediaEvent>) {
        let (mut recording, new) = RoomRecording::new(self.id.clone(), plan.path, plan.left);
        recording.skip(u64::try_from(plan.lead.as_millis() / 20).unwrap_or_default());
        match self.writer.try_send(new) {
            Ok(()) => {
                self.recording = Some(recording);
                self.apply_hearing();
            }
            Err(refused) => {
                let (new, reason) = match refused {
                    TrySendError::Full(new) => (new, "the recording thread is too far behind"),
                    TrySendError::Disconnected(new) => (new, "the recording thread has ended"),
                };
                events.push(MediaEvent::RecordingFailed {
                    room: self.id.clone(),
                    path: new.path,
                    reason: reason.to_owned(),
                    kept: None,
                });
            }
        }
    }
}
