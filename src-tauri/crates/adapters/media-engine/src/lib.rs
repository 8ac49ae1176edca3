//! The media engine: rooms on OS threads with an absolute 20 ms tick, over UDP, channels and files.
//!
//! [`MediaEngine`] implements the port `Media`. It hands every command to the thread that owns the room; a [`Room`]
//! is plain state with `handle` and `tick`, so that everything but sockets, clock and disk runs in virtual time.
//! Invariant: a tick never waits, neither for a lock, nor a full channel, nor a disk.

mod clock;
mod config;
mod dtls;
mod engine;
mod leg;
mod poll;
mod ports;
mod recording;
mod room;
mod socket;
mod speech;
mod statistics;
mod udp;
mod worker;

pub use config::MediaConfig;
pub use engine::MediaEngine;
pub use leg::RtpSeed;
pub use recording::{NewRecording, RecordingWriter};
pub use room::{Room, RoomCommand};
pub use socket::PacketSocket;
pub use statistics::TickStatistics;
