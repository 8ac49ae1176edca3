//! How each leg gets its sound: mixed, or carried on from the one leg that it hears, packet by packet.
//!
//! A leg of RTP that hears exactly one other of the same encoding, and nothing besides, is given that one's payloads as
//! they come. Who needs samples all the same (a tap, a recording, keys in the sound) gets them from the jitter buffer
//! beside it. Sound that is carried is ahead of sound that is mixed by the jitter buffer's delay. So a change to
//! carrying waits for a pause, where the piece that is left out is not missed; a change to mixing waits until the
//! jitter buffer plays, and blends.

use std::time::Instant;

use tandem_audio::peak;
use tandem_switchboard::ports::media::MediaEvent;

use super::Room;
use crate::leg::RtpLeg;

/// Ticks that a leg must have had one source before its packets are carried: 200 ms.
const SETTLED: u16 = 10;
/// Ticks after which there is no more waiting for a pause: 1 s.
const PATIENCE: u16 = 50;
/// Ticks in which a jitter buffer begins to play, if anything comes at all.
const WARMING: u8 = 12;
/// Quieter than this (about −40 dBFS) is a pause.
const PAUSE: u16 = 300;

/// How a leg gets what it hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    /// `settled`: ticks for which its packets could have been carried.
    Mixed { settled: u16 },
    /// From a slot; `leaving`: ticks since it had to be mixed.
    Carried { from: usize, leaving: u8 },
}

impl Path {
    pub(super) const START: Self = Self::Mixed { settled: 0 };

    /// Whether a leg with this path gets what another says, if it hears it.
    pub(super) fn gives(self, slot: usize) -> bool {
        match self {
            Self::Mixed { .. } => true,
            Self::Carried { from, .. } => from == slot,
        }
    }

    pub(super) fn is_mixed(self) -> bool {
        matches!(self, Self::Mixed { .. })
    }
}

impl Room {
    /// Brings the paths in line with what the legs hear now, and decides whose packets are to be decoded.
    pub(super) fn choose_paths(&mut self, now: Instant) {
        let mut changed = false;
        for to in 0..self.legs.len() {
            let before = self.paths[to];
            let sole = self.sole_source(to, now);
            self.paths[to] = match (self.paths[to], sole) {
                (Path::Mixed { settled }, Some(from)) => {
                    let pause = !self.sounding[from] || peak(&self.said[from]) < PAUSE;
                    if settled >= SETTLED && pause || settled >= PATIENCE {
                        if let Some(rtp) = self.rtp_mut(to) {
                            rtp.begin_relay(!pause);
                        }
                        Path::Carried { from, leaving: 0 }
                    } else {
                        Path::Mixed { settled: settled + 1 }
                    }
                }
                (Path::Mixed { .. }, None) => Path::START,
                (Path::Carried { from, .. }, sole) if sole == Some(from) => {
                    Path::Carried { from, leaving: 0 }
                }
                (Path::Carried { from, leaving }, _) => self.leave(to, from, leaving, now),
            };
            changed |= self.paths[to] != before;
        }
        self.choose_decoding();
        self.paths_changed |= changed;
    }

    /// Ends carrying, at once or as soon as there are samples to go on with.
    fn leave(&mut self, to: usize, from: usize, leaving: u8, now: Instant) -> Path {
        let (alike, alive) = match (self.rtp(to), self.rtp(from)) {
            (Some(listener), Some(source)) => (source.speaks_like(listener), source.is_alive(now)),
            _ => (true, false),
        };
        let playing = self.rtp(from).is_some_and(RtpLeg::is_playing);
        if self.mixer.hears(to, from) && alike && alive && !playing && leaving < WARMING {
            return Path::Carried { from, leaving: leaving + 1 };
        }
        if let Some(listener) = self.rtp_mut(to) {
            listener.end_relay(now, alike);
        }
        Path::START
    }

    /// The one leg whose packets could be all that a leg gets.
    fn sole_source(&self, to: usize, now: Instant) -> Option<usize> {
        let listener = self.legs[to].as_ref()?;
        let rtp = listener.rtp()?;
        if !listener.sound.is_idle() || !rtp.sends() || rtp.sends_digits() {
            return None;
        }
        let from = self.mixer.hears_only(to)?;
        let speaker = self.legs.get(from)?.as_ref()?;
        let source = speaker.rtp()?;
        (source.speaks_like(rtp) && source.is_alive(now)).then_some(from)
    }

    fn choose_decoding(&mut self) {
        let Self { legs, paths, mixer, recording, mixed_from, carried_from, .. } = self;
        mixed_from.clear();
        carried_from.clear();
        for (to, path) in paths.iter().enumerate() {
            match path {
                Path::Carried { from, leaving } => {
                    carried_from.insert(*from);
                    if *leaving > 0 {
                        mixed_from.insert(*from);
                    }
                }
                Path::Mixed { .. } => mixer.add_carried(to, mixed_from),
            }
        }
        for (slot, leg) in legs.iter_mut().enumerate() {
            let Some(leg) = leg else { continue };
            // Who is heard by nobody yet is decoded all the same, to be heard in the very tick of a change.
            let wanted = !carried_from.contains(slot)
                || mixed_from.contains(slot)
                || leg.awaits_hearing
                || leg.watch.is_on()
                || recording.as_ref().is_some_and(|recording| recording.takes(slot));
            if let Some(rtp) = leg.rtp_mut() {
                rtp.set_decoding(wanted || rtp.wants_in_band());
            }
        }
    }

    /// Reads what waits on a leg's socket, and carries on what others get of it as it is.
    pub(super) fn read(&mut self, slot: usize, now: Instant, events: &mut Vec<MediaEvent>) {
        let Self { id: room, legs, paths, carried_from, arrivals, .. } = self;
        let Some(leg) = legs.get_mut(slot).and_then(Option::as_mut) else { return };
        let id = leg.id;
        let Some(rtp) = leg.rtp_mut() else { return };
        let carried = carried_from.contains(slot);
        arrivals.clear();
        rtp.read(now, carried.then_some(&mut *arrivals), &mut |digit, at| {
            events.push(MediaEvent::Dtmf { room: room.clone(), leg: id, digit, at });
        });
        if !carried {
            return;
        }
        for (path, leg) in paths.iter().zip(legs) {
            if !matches!(path, Path::Carried { from, .. } if *from == slot) {
                continue;
            }
            if let Some(listener) = leg.as_mut().and_then(|leg| leg.rtp_mut()) {
                arrivals.iter().for_each(|(arrival, payload)| listener.carry(arrival, payload));
            }
        }
    }

    /// Something came on the socket of a leg that is watched.
    pub(crate) fn arrived(&mut self, slot: usize, now: Instant, events: &mut Vec<MediaEvent>) {
        if self.rtp(slot).is_some_and(|rtp| rtp.watched) {
            self.read(slot, now, events);
        }
    }

    /// Calls `watch` with the slots whose sockets are to be watched from now on, or no longer; gives the number of
    /// those that are.
    pub(crate) fn watch_changes(&mut self, mut watch: impl FnMut(usize, &mut RtpLeg, bool)) -> usize {
        if !std::mem::take(&mut self.paths_changed) {
            return self.watched;
        }
        let mut watched = 0;
        for (slot, leg) in self.legs.iter_mut().enumerate() {
            let carried = self.carried_from.contains(slot);
            let Some(rtp) = leg.as_mut().and_then(|leg| leg.rtp_mut()) else { continue };
            if rtp.watched != carried {
                watch(slot, rtp, carried);
            }
            watched += usize::from(rtp.watched);
        }
        self.watched = watched;
        watched
    }

    /// Legs whose peers get another's packets as they came.
    pub fn carried_legs(&self) -> usize {
        self.paths.iter().filter(|path| !path.is_mixed()).count()
    }

    fn rtp(&self, slot: usize) -> Option<&RtpLeg> {
        self.legs.get(slot)?.as_ref()?.rtp()
    }

    fn rtp_mut(&mut self, slot: usize) -> Option<&mut RtpLeg> {
        self.legs.get_mut(slot)?.as_mut()?.rtp_mut()
    }
}
