//! Adaptive jitter buffer (20 to 200 ms) with concealment, for one RTP stream with a clock of 8 kHz.
//!
//! Packets go in with their arrival time; a frame comes out at every tick. The playout delay is measured against the
//! fastest packet of late and steered to what covers 99.5 % of the packets: by leaving out or repeating single waveform
//! periods, never by dropping packets, so that neither jitter nor a sender's drifting clock builds up delay.

use std::time::Instant;

use crate::conceal::Concealer;
use crate::delay::DelayMeter;
use crate::packets::Packets;
use crate::{FRAME, stretch};

/// Bounds and start of the playout delay, in ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JitterConfig {
    pub min_ms: u32,
    pub max_ms: u32,
    /// Before anything was measured.
    pub start_ms: u32,
}

impl Default for JitterConfig {
    fn default() -> Self {
        Self { min_ms: 20, max_ms: 200, start_ms: 40 }
    }
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    Queued,
    /// Its moment has passed.
    Late,
    Duplicate,
}

/// What a frame is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulled {
    /// Nothing to play: no stream, or its first packets are being collected.
    Silence,
    Sound,
    /// At least some of it was made up.
    Concealed,
}

/// What turns payloads into samples; any `FnMut(&[u8], &mut Vec<i16>)` that appends them does.
pub trait Decode {
    /// Appends a payload's samples.
    fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>);

    /// Appends `samples` that are missing, from what the payload behind the gap (`next`) says of them or else from
    /// what came before; false, with nothing appended, where the encoding has no way of its own.
    fn recover(&mut self, next: Option<&[u8]>, samples: usize, out: &mut Vec<i16>) -> bool {
        let _ = (next, samples, out);
        false
    }

    /// Whether a payload may say something of the one before, so that it pays to wait for it.
    fn recovers(&self) -> bool {
        false
    }
}

impl<F: FnMut(&[u8], &mut Vec<i16>)> Decode for F {
    fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) {
        self(payload, out);
    }
}

/// What happened so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JitterCounts {
    pub late: u64,
    pub duplicate: u64,
    /// Samples made up, left out to catch up, and repeated to gain time.
    pub concealed: u64,
    /// Samples of those made up that the next packet told (forward error correction).
    pub recovered: u64,
    pub left_out: u64,
    pub repeated: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Waiting,
    /// `next`: timestamp of the next sample to decode; `stalled`: samples made up without moving it.
    Playing {
        next: i64,
        stalled: i64,
    },
}

/// Samples per ms.
const PER_MS: f64 = 8.0;
/// A source silent for this many samples begins anew with its next packet.
const STALL_LIMIT: i64 = 4_000;
/// A transit that differs by more than this is a jump of the sender's timestamps.
const JUMP_MS: f64 = 2_000.0;
/// Added to what is needed, so that an adjustment's step does not cost a packet.
const MARGIN_MS: f64 = 5.0;
/// Packets held at most: 2.5 s.
const CAPACITY: usize = 128;
/// Where gaps weigh more than this, there is waiting for the packet behind a gap: one in 7 s is enough.
const LOSSY: f64 = 0.5;
const FORGET: f64 = 0.998;
/// Added to the delay then: the time of one packet.
const RECOVERY_MS: f64 = 20.0;
/// Pulls between two adjustments, so that each settles unheard.
const ADJUST_EVERY: u32 = 3;

/// The buffer of one stream.
#[derive(Debug, Clone)]
pub struct JitterBuffer {
    config: JitterConfig,
    meter: DelayMeter,
    /// Newest timestamp seen, widened.
    newest: Option<i64>,
    packets: Packets,
    pending: Vec<i16>,
    concealer: Concealer,
    state: State,
    since_adjusted: u32,
    delay_ms: f64,
    /// Gaps of late, each weighing less with every packet after it.
    gaps: f64,
    recovery_ms: f64,
    counts: JitterCounts,
}

impl JitterBuffer {
    /// An empty buffer.
    pub fn new(config: JitterConfig) -> Self {
        Self {
            config,
            meter: DelayMeter::new(config.start_ms),
            newest: None,
            packets: Packets::default(),
            pending: Vec::with_capacity(4 * FRAME),
            concealer: Concealer::default(),
            state: State::Waiting,
            since_adjusted: 0,
            delay_ms: 0.0,
            gaps: 0.0,
            recovery_ms: 0.0,
            counts: JitterCounts::default(),
        }
    }

    /// Forgets the stream (another SSRC); what was measured of the jitter stays.
    pub fn restart(&mut self) {
        self.packets.clear();
        self.pending.clear();
        self.newest = None;
        self.state = State::Waiting;
        self.meter.rebase();
    }

    /// Takes a packet's payload in.
    pub fn insert(&mut self, timestamp: u32, payload: &[u8], arrival: Instant) -> Inserted {
        let arrival_ms = self.meter.ms(arrival);
        let mut wide = self.widen(timestamp);
        let mut transit = arrival_ms - wide as f64 / PER_MS;
        if self.meter.base().is_some_and(|base| (transit - base).abs() > JUMP_MS) {
            self.restart();
            wide = self.widen(timestamp);
            transit = arrival_ms - wide as f64 / PER_MS;
        }
        self.newest = self.newest.max(Some(wide));
        self.meter.observe(arrival_ms, transit);
        if matches!(self.state, State::Playing { next, .. } if wide < next) {
            self.counts.late += 1;
            return Inserted::Late;
        }
        if !self.packets.insert(wide, payload) {
            self.counts.duplicate += 1;
            return Inserted::Duplicate;
        }
        if self.packets.len() > CAPACITY {
            self.packets.drop_first();
        }
        Inserted::Queued
    }

    /// Whether a stream is being played.
    pub fn is_playing(&self) -> bool {
        self.state != State::Waiting
    }

    /// Fills one frame; `now` is the tick's nominal time.
    pub fn pull(&mut self, now: Instant, frame: &mut [i16; FRAME], mut decode: impl Decode) -> Pulled {
        let now_ms = self.meter.ms(now);
        // A lost packet can be told by the next only if that is there when the lost one's moment comes.
        self.recovery_ms = if self.gaps > LOSSY && decode.recovers() { RECOVERY_MS } else { 0.0 };
        let target = self.target_ms();
        if self.state == State::Waiting && !self.begin(now_ms, target) {
            frame.fill(0);
            return Pulled::Silence;
        }
        self.delay_ms = self.measure(now_ms);
        if self.delay_ms > target + f64::from(self.config.max_ms) {
            self.skip(now_ms, target);
        }
        self.since_adjusted += 1;
        let adjust = self.since_adjusted >= ADJUST_EVERY;
        let (deep, shallow) = (self.delay_ms > target + 14.0, self.delay_ms < target - 2.0);
        let mut concealed = self.fill(FRAME, &mut decode, true);
        if adjust && !concealed && (deep || shallow) {
            self.fill(2 * FRAME, &mut decode, false);
            self.adjust(deep, (self.delay_ms - target).abs() > 60.0);
            concealed |= self.fill(FRAME, &mut decode, true);
        }
        frame.copy_from_slice(&self.pending[..FRAME]);
        self.pending.drain(..FRAME);
        if concealed { Pulled::Concealed } else { Pulled::Sound }
    }

    /// The playout delay over the fastest packet, in ms; 0 before the stream began.
    pub fn delay_ms(&self) -> f64 {
        if self.state == State::Waiting { 0.0 } else { self.delay_ms }
    }

    /// The delay it steers to.
    pub fn target_ms(&self) -> f64 {
        (self.meter.needed_ms() + MARGIN_MS + self.recovery_ms)
            .clamp(f64::from(self.config.min_ms), f64::from(self.config.max_ms))
    }

    /// What happened so far.
    pub fn counts(&self) -> JitterCounts {
        self.counts
    }

    fn widen(&self, timestamp: u32) -> i64 {
        self.newest.map_or(i64::from(timestamp), |newest| {
            newest + i64::from(timestamp.wrapping_sub(newest as u32) as i32)
        })
    }

    fn begin(&mut self, now_ms: f64, target: f64) -> bool {
        let (Some((first, _)), Some(base)) = (self.packets.first(), self.meter.base()) else {
            return false;
        };
        if now_ms - first as f64 / PER_MS - base < target {
            return false;
        }
        self.state = State::Playing { next: first, stalled: 0 };
        self.since_adjusted = 0;
        true
    }

    /// The delay at which the next sample plays, in ms over the fastest packet.
    fn measure(&self, now_ms: f64) -> f64 {
        match (self.state, self.meter.base()) {
            (State::Playing { next, stalled }, Some(base)) => {
                // Made-up samples that are still pending take the place of media that was not there in time.
                let position = next - self.pending.len() as i64 + stalled.min(self.pending.len() as i64);
                now_ms - position as f64 / PER_MS - base
            }
            _ => 0.0,
        }
    }

    /// Fills `pending` up to `count`; without `make_up` only as far as there are packets. True if it made some up.
    fn fill(&mut self, count: usize, decode: &mut impl Decode, make_up: bool) -> bool {
        let mut made_up = false;
        while self.pending.len() < count {
            let State::Playing { next, stalled } = self.state else { break };
            let gap = self.packets.first().map(|(first, _)| first - next);
            let start = self.pending.len();
            let (forward, stall) = match gap {
                Some(gap) if gap <= 0 => {
                    let payload = self.packets.pop_first().expect("a first packet was just seen");
                    decode.decode(&payload, &mut self.pending);
                    self.packets.give_back(payload);
                    self.gaps *= FORGET;
                    self.concealer.real(&mut self.pending[start..]);
                    ((self.pending.len() - start) as i64, -stalled)
                }
                _ if !make_up => break,
                // What was made up while nothing came stands for the beginning of the gap.
                Some(gap) if stalled > 0 => (gap.min(stalled), -stalled),
                Some(gap) => {
                    made_up = true;
                    self.gaps += 1.0;
                    (self.make_up(Some(gap as usize), count - start, decode), 0)
                }
                None => {
                    made_up = true;
                    (0, self.make_up(None, count - start, decode))
                }
            };
            let stalled = stalled + stall;
            self.state = State::Playing { next: next + forward, stalled };
            if stalled >= STALL_LIMIT {
                self.end_of_stream(count);
            }
        }
        made_up
    }

    /// Makes some samples up, of a gap of this many or of one whose end is not known; gives their number.
    fn make_up(&mut self, gap: Option<usize>, short: usize, decode: &mut impl Decode) -> i64 {
        // Codecs make up whole frames, and of a longer gap the next packet tells the last one.
        let whole = gap.unwrap_or(FRAME).min(FRAME);
        let next = self.packets.first().filter(|_| gap == Some(whole)).map(|(_, payload)| payload);
        let told = next.is_some();
        let start = self.pending.len();
        let made = if decode.recover(next, whole, &mut self.pending) {
            self.counts.recovered += if told { whole as u64 } else { 0 };
            self.concealer.real(&mut self.pending[start..]);
            whole
        } else {
            let some = gap.unwrap_or(short).min(short);
            self.concealer.missing(some, &mut self.pending);
            some
        };
        self.counts.concealed += made as u64;
        made as i64
    }

    fn end_of_stream(&mut self, count: usize) {
        self.state = State::Waiting;
        self.meter.rebase();
        self.pending.resize(count.max(self.pending.len()), 0);
    }

    fn adjust(&mut self, deep: bool, force: bool) {
        if self.pending.len() < FRAME.max(stretch::WINDOW) || deep && self.pending.len() < 2 * FRAME {
            return;
        }
        self.since_adjusted = 0;
        if deep {
            self.counts.left_out += stretch::compress(&mut self.pending, force) as u64;
        } else {
            self.counts.repeated += stretch::expand(&mut self.pending, force) as u64;
        }
    }

    /// Gives up what is far too old, after a burst that had been held up.
    fn skip(&mut self, now_ms: f64, target: f64) {
        let Some(base) = self.meter.base() else { return };
        let wanted = ((now_ms - base - target) * PER_MS) as i64;
        let Some(next) = self.packets.at_or_before(wanted) else { return };
        let State::Playing { next: before, .. } = self.state else { return };
        if next <= before {
            return;
        }
        while self.packets.first().is_some_and(|(first, _)| first < next) {
            self.packets.drop_first();
        }
        self.counts.left_out += (next - before) as u64 + self.pending.len() as u64;
        self.pending.clear();
        // Blends the seam as after a loss.
        self.concealer.missing(0, &mut self.pending);
        self.state = State::Playing { next, stalled: 0 };
        self.delay_ms = self.measure(now_ms);
    }
}
