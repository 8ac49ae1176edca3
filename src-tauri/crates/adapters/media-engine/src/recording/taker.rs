//! The room's end of a recording: left are the plan's legs, right is what they hear of the others.
//!
//! Who is heard by a left leg is on the right, with the same fades; a whisper, a listener's own microphone and the
//! sounds played to one leg are not. A plan without left legs has everybody who is heard on both sides.

use std::path::PathBuf;

use tandem_audio::FRAME;
use tandem_audio::mixer::{Frame, Members, Mixer};
use tandem_foundation::{CallId, LegId};

use super::{Block, NewRecording, RING};

/// Rows of the recording's own mixer.
const LEFT: usize = 0;
const RIGHT: usize = 1;

/// A running recording.
#[derive(Debug)]
pub(crate) struct RoomRecording {
    mixer: Mixer,
    left: Vec<LegId>,
    ring: rtrb::Producer<Block>,
    /// Frames that are to be silence, and are not in the ring yet.
    silence: u32,
    /// Frames before those that are to be blanked, where the ring does not know it yet.
    blank: u32,
    paused: bool,
}

impl RoomRecording {
    /// Makes the ring; the second half is for the writer.
    pub(crate) fn new(room: CallId, path: PathBuf, left: Vec<LegId>) -> (Self, NewRecording) {
        let (ring, blocks) = rtrb::RingBuffer::new(RING);
        (
            Self { mixer: Mixer::default(), left, ring, silence: 0, blank: 0, paused: false },
            NewRecording { room, path, blocks },
        )
    }

    /// The legs on the left.
    pub(crate) fn left(&self) -> &[LegId] {
        &self.left
    }

    /// Sets which slots are on which side from the next frame on.
    pub(crate) fn arrange(&mut self, left: Members, right: Members) {
        self.mixer.set(LEFT, left);
        self.mixer.set(RIGHT, right);
    }

    /// Forgets a slot that is given to another leg.
    pub(crate) fn clear(&mut self, slot: usize) {
        self.mixer.forget_speaker(slot);
    }

    /// Whether a slot's sound is recorded.
    pub(crate) fn takes(&self, slot: usize) -> bool {
        self.mixer.carries(LEFT, slot) || self.mixer.carries(RIGHT, slot)
    }

    /// Puts one frame into the ring.
    pub(crate) fn frame(&mut self, said: &[Frame], sounding: &[bool]) {
        let mut out = [[0; FRAME]; 2];
        // Mixed although paused: fades go on, and what comes after the pause begins without a click.
        self.mixer.mix(said, sounding, &mut out, |_| true);
        self.mixer.settle();
        if self.blank > 0 && self.silence == 0 && self.ring.push(Block::Blank(self.blank)).is_ok() {
            self.blank = 0;
        }
        if self.paused {
            self.silence = self.silence.saturating_add(1);
        }
        if self.silence > 0 && self.ring.push(Block::Silence(self.silence)).is_ok() {
            self.silence = 0;
        }
        if !self.paused && (self.silence > 0 || self.ring.push(Block::Sound(out[LEFT], out[RIGHT])).is_err())
        {
            self.silence = self.silence.saturating_add(1);
        }
    }

    /// From the next frame on, both sides are silence, or are not any more.
    pub(crate) fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// The last so many frames are not to be kept.
    pub(crate) fn blank(&mut self, frames: u32) {
        self.blank = self.blank.max(frames);
    }

    /// Lets time pass that is not made up for.
    pub(crate) fn skip(&mut self, ticks: u64) {
        self.silence = self.silence.saturating_add(u32::try_from(ticks).unwrap_or(u32::MAX));
    }
}
