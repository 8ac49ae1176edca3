//! The media port: rooms, legs, who hears whom, speech to play, taps and recordings.
//!
//! Every call is a room. A leg is created in its room and owned by the media thread that owns the room.
//! Commands never block and are carried out at the next 20 ms tick at the latest; what came of them arrives as
//! [`MediaEvent`]s. Audio at this port is signed 16-bit mono at [`SAMPLE_RATE`].

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use tandem_foundation::{CallId, LegId};
use tokio::sync::mpsc;

pub use tandem_sdp::{CryptoSuite, Dtls, Fingerprint, HashFunction, IceCredentials, Protection};

/// Samples a second of every frame that crosses this port.
pub const SAMPLE_RATE: u32 = 8_000;
/// Samples in one 20 ms frame.
pub const FRAME: usize = 160;

/// Names one stretch of speech given to an assistant's leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpeechId(pub u64);

/// What a leg may speak; rooms mix at 8 kHz whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    Pcmu,
    Pcma,
    G722,
    Opus,
}

/// What was negotiated for an RTP leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtpTerms {
    /// Where to send; replaced by the observed source once packets arrive (symmetric RTP).
    pub remote: SocketAddr,
    pub codec: Codec,
    /// Payload type of `codec` as negotiated (0 and 8 as a rule).
    pub payload_type: u8,
    /// What the peer sends the same under; another one only by the peer's choice.
    pub receive_payload_type: u8,
    /// Payload type of telephone-event (RFC 4733), where the peer takes it.
    pub dtmf_payload_type: Option<u8>,
    /// We may send (false: the peer put us on hold).
    pub send: bool,
    /// We listen.
    pub receive: bool,
    /// Suite and keys of SRTP; absent for plain RTP, and where they come by DTLS.
    pub srtp: Option<Protection>,
    /// Where keys come by a handshake on the media path (RFC 5763): nothing is sent or heard before.
    pub dtls: Option<Box<Dtls>>,
    /// RTCP shares the port of RTP (RFC 5761); otherwise no reports are sent.
    pub rtcp_mux: bool,
}

/// Endless sound for a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sound {
    Ringback,
    Busy,
    HoldMusic,
    /// A short beep (voicemail prompts, recording notice).
    Beep,
}

/// What a room writes down: stereo, customer left, our side right.
#[derive(Debug, Clone)]
pub struct RecordingPlan {
    /// Its extension is the format: `ogg` is Ogg-Opus (RFC 7845), everything else WAV.
    pub path: PathBuf,
    /// The legs on the left channel; all others are on the right. None: both channels hold everybody who is heard.
    pub left: Vec<LegId>,
    /// Silence that the file begins with, for a recording that begins later than its call.
    pub lead: std::time::Duration,
}

/// What a recording's file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenRecording {
    /// Samples of each channel, at [`SAMPLE_RATE`].
    pub frames: u64,
    /// Length of the file.
    pub bytes: u64,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: String,
}

impl WrittenRecording {
    /// How long it plays.
    pub fn duration_ms(&self) -> i64 {
        i64::try_from(self.frames * 1_000 / u64::from(SAMPLE_RATE)).unwrap_or(i64::MAX)
    }
}

/// Audio both ways with something that is not RTP: a sound card, a browser's socket, a test.
///
/// `to_room` takes frames of [`FRAME`] samples (a full queue drops the newest and counts it); `from_room` yields a
/// frame every 20 ms (a reader that lags loses the oldest).
#[derive(Debug)]
pub struct AudioLink {
    pub to_room: mpsc::Sender<Box<[i16]>>,
    pub from_room: mpsc::Receiver<Box<[i16]>>,
}

/// One tapped frame: what a leg said during 20 ms, whoever was listening.
#[derive(Debug, Clone)]
pub struct TappedFrame {
    /// Samples since the tap began, i.e. the index of the first sample here.
    pub position: u64,
    pub at: Instant,
    pub samples: Box<[i16]>,
}

/// Opens and changes rooms; implementations hand every call to the thread that owns the room.
pub trait Media: Send + Sync {
    /// Opens a room with no leg in it.
    fn open_room(&self, room: &CallId);
    /// Closes the room, its legs, taps and recording.
    fn close_room(&self, room: &CallId);
    /// Binds an RTP port for a leg of the room on `interface`; it is silent until [`Media::connect`].
    ///
    /// # Errors
    /// When no port of the range is free or the room is unknown.
    fn open_rtp_leg(&self, room: &CallId, leg: LegId, interface: IpAddr) -> Result<SocketAddr, MediaError>;
    /// Sets or changes what was negotiated for an RTP leg.
    fn connect(&self, room: &CallId, leg: LegId, terms: RtpTerms);
    /// Of the certificate that this engine shows in handshakes, for our descriptions; `None`: it knows none.
    fn fingerprint(&self) -> Option<Fingerprint> {
        None
    }
    /// Opens a leg whose audio is exchanged over channels.
    fn open_audio_link(&self, room: &CallId, leg: LegId) -> AudioLink;
    /// Joins two rooms by a leg in each: what either leg is to hear is said by the other one in its room. Closing
    /// either leaves the other silent. An engine that has one room only joins nothing.
    fn join_rooms(&self, one: (&CallId, LegId), other: (&CallId, LegId)) {
        let _ = (one, other);
    }
    /// Opens a leg that only speaks what [`Media::speak`] gives it (an assistant, an announcement).
    fn open_speaker(&self, room: &CallId, leg: LegId);
    /// Removes a leg; the others go on.
    fn close_leg(&self, room: &CallId, leg: LegId);
    /// Replaces the whole who-hears-whom matrix of the room: pairs (listener, speaker). Changes fade over 20 ms.
    fn set_hearing(&self, room: &CallId, pairs: Vec<(LegId, LegId)>);
    /// Queues speech on a speaker leg; pieces of one `speech` follow each other, `last` closes it.
    fn speak(&self, room: &CallId, leg: LegId, speech: SpeechId, samples: Vec<i16>, last: bool);
    /// Lowers a speaker to silence and keeps its position (barge-in stage one).
    fn pause_speech(&self, room: &CallId, leg: LegId);
    /// Goes on where `pause_speech` stopped, beginning `rewind_ms` earlier.
    fn resume_speech(&self, room: &CallId, leg: LegId, rewind_ms: u32);
    /// Drops all queued speech of a leg with a fade of `fade_ms`; `SpeechStopped` reports what was heard.
    fn flush_speech(&self, room: &CallId, leg: LegId, fade_ms: u32);
    /// Plays an endless sound to one leg (`None` stops it). It is not heard by the others nor recorded.
    fn set_sound(&self, room: &CallId, leg: LegId, sound: Option<Sound>);
    /// Sends digits to an RTP leg's peer as RFC 4733 events (`0-9*#A-D`).
    fn send_dtmf(&self, room: &CallId, leg: LegId, digits: &str);
    /// Taps what a leg says. A slow reader loses frames (the positions show it) and never delays the tick.
    fn tap(&self, room: &CallId, leg: LegId) -> mpsc::Receiver<TappedFrame>;
    /// Starts recording the room.
    fn start_recording(&self, room: &CallId, plan: RecordingPlan);
    /// Stops recording; `RecordingClosed` follows once the file is whole on disk.
    fn stop_recording(&self, room: &CallId);
    /// While paused, time passes in the recording as silence on both sides.
    fn pause_recording(&self, room: &CallId, paused: bool) {
        let _ = (room, paused);
    }
    /// Makes silence of what was recorded in the time `back` before now, on both sides. An engine does it where its file
    /// can still be changed there: of WAV files it can, of Ogg-Opus files it cannot.
    fn blank_recording(&self, room: &CallId, back: std::time::Duration) {
        let _ = (room, back);
    }
    /// Completes a recording that a crash left open, up to what was written. Start-up only: it blocks.
    /// An engine that records nothing repairs nothing.
    fn repair_recording(&self, path: &std::path::Path) -> Option<WrittenRecording> {
        let _ = path;
        None
    }
    /// Asks for voice activity events of a leg (customer legs, as a rule).
    fn watch_voice(&self, room: &CallId, leg: LegId, on: bool);
}

/// Why media could not do it.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("binding an RTP port: no free port between {from} and {to}")]
    NoPort { from: u16, to: u16 },
    #[error("binding an RTP port")]
    Bind(#[source] std::io::Error),
    #[error("binding an RTP port: the room is not open")]
    NoRoom,
    #[error("the media engine is shutting down")]
    Stopped,
}

/// What a leg's packets were like, for the screen and the call's record.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LegQuality {
    pub packets_received: u64,
    pub packets_lost: u64,
    pub packets_sent: u64,
    /// Interarrival jitter, ms (RFC 3550, section 6.4.1).
    pub jitter_ms: f32,
    /// Present depth of the jitter buffer, ms.
    pub buffer_ms: f32,
    /// There and back, by the peer's RTCP reports; absent while there are none.
    pub round_trip_ms: Option<f32>,
    /// The part of our packets that the peer missed lately, 0 to 1.
    pub remote_loss: Option<f32>,
    /// Estimated mean opinion score of what comes in, 1 to 4.5, since the last report; absent without packets.
    pub mos: Option<f32>,
}

/// What media reports; all instants are of the moment in the engine, not of delivery.
#[derive(Debug)]
pub enum MediaEvent {
    /// A digit was pressed (once per key press).
    Dtmf { room: CallId, leg: LegId, digit: char, at: Instant },
    /// Voice began (after the confirming run of frames); `at` is when the voice itself began.
    VoiceStarted { room: CallId, leg: LegId, at: Instant },
    /// Voice ended; `at` is the last voiced moment.
    VoiceStopped { room: CallId, leg: LegId, at: Instant },
    /// The first packet with sound of this speech left (or was mixed, for legs without RTP).
    SpeechStarted { room: CallId, leg: LegId, speech: SpeechId, at: Instant },
    /// How much of the speech has left so far; about every 100 ms while it plays.
    SpeechProgress { room: CallId, leg: LegId, speech: SpeechId, samples: u64, at: Instant },
    /// The speech is over: to its end (`complete`), or flushed after `samples`.
    SpeechStopped { room: CallId, leg: LegId, speech: SpeechId, samples: u64, complete: bool, at: Instant },
    /// The first non-silent audio frame of a leg was mixed to somebody after its hearing changed to "heard".
    FirstAudible { room: CallId, leg: LegId, at: Instant },
    /// No RTP arrived for this long on a leg that should receive.
    RtpTimeout { room: CallId, leg: LegId, silent_s: u32 },
    /// Packet statistics, every few seconds.
    Quality { room: CallId, leg: LegId, quality: LegQuality },
    /// The recording is whole on disk.
    RecordingClosed { room: CallId, path: PathBuf, file: WrittenRecording },
    /// The recording could not go on (disk full); the call does. `kept`: what was written until then and plays.
    RecordingFailed { room: CallId, path: PathBuf, reason: String, kept: Option<WrittenRecording> },
}
