//! Recordings: the tick puts blocks into a ring, a thread of its own encodes and writes them down.

mod ballast;
mod disk;
mod file;
mod repair;
mod taker;
mod writer;

pub(crate) use repair::repair;
pub(crate) use taker::RoomRecording;
pub use writer::{NewRecording, RecordingWriter};

use tandem_audio::FRAME;

/// What a ring carries.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every block is sound, and a box would allocate in the tick"
)]
pub(crate) enum Block {
    /// One frame of left, one of right.
    Sound([i16; FRAME], [i16; FRAME]),
    /// Frames of silence, so that time stays right: lost while the ring was full, or not to be recorded.
    Silence(u32),
    /// So many frames before this are to be silence after all.
    Blank(u32),
}

/// Blocks in a ring: 5 s, in which the disk may stand still.
pub(crate) const RING: usize = 256;
/// Recordings that wait to be taken over.
pub(crate) const WAITING: usize = 1_024;
