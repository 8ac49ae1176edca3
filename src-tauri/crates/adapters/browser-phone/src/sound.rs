//! Sound between packets and frames of 20 ms at 8 kHz.

use std::time::Instant;

use tandem_audio::codec::{Decoder, Encoder, Encoding};
use tandem_audio::g711::Law;
use tandem_audio::jitter::{JitterBuffer, JitterConfig};
use tandem_audio::{FRAME, SAMPLE_RATE};

/// Ticks without a frame after which the next one begins anew.
const PAUSE: u32 = 5;

/// An encoding and the payload type it was agreed on under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Agreed {
    pub encoding: Encoding,
    pub payload_type: u8,
}

/// What browsers are offered, the first one first.
pub(crate) const ENCODINGS: [Encoding; 2] = [Encoding::Opus, Encoding::G711(Law::Mu)];

/// From the browser: packets in any order, a frame at every tick.
#[derive(Debug)]
pub(crate) struct Hearing {
    agreed: Vec<Agreed>,
    jitter: JitterBuffer,
    /// What comes now, by whom; absent before the first packet.
    stream: Option<Stream>,
}

#[derive(Debug)]
struct Stream {
    kind: Agreed,
    ssrc: u32,
    decoder: Decoder,
    /// The newest timestamp, widened, so that it can be told in samples of 8 kHz across its wrap.
    newest: i64,
}

impl Hearing {
    pub(crate) fn new(agreed: Vec<Agreed>) -> Self {
        Self { agreed, jitter: JitterBuffer::new(JitterConfig::default()), stream: None }
    }

    /// Takes a packet in; one of a payload type that was not agreed on is left out.
    pub(crate) fn take(&mut self, payload_type: u8, ssrc: u32, timestamp: u32, payload: &[u8], at: Instant) {
        let Some(&kind) = self.agreed.iter().find(|agreed| agreed.payload_type == payload_type) else {
            return;
        };
        let stream = match &mut self.stream {
            Some(stream) if stream.kind == kind && stream.ssrc == ssrc => stream,
            stream => {
                self.jitter.restart();
                let decoder = Decoder::new(kind.encoding);
                stream.insert(Stream { kind, ssrc, decoder, newest: i64::from(timestamp) })
            }
        };
        let wide = stream.newest + i64::from(timestamp.wrapping_sub(stream.newest as u32) as i32);
        stream.newest = stream.newest.max(wide);
        let ratio = i64::from(kind.encoding.clock_rate() / SAMPLE_RATE);
        self.jitter.insert(wide.div_euclid(ratio) as u32, payload, at);
    }

    /// The frame of this tick; silence while nothing comes.
    pub(crate) fn pull(&mut self, tick: Instant) -> Box<[i16]> {
        let mut frame = [0; FRAME];
        if let Some(stream) = &mut self.stream {
            self.jitter.pull(tick, &mut frame, &mut stream.decoder);
        }
        frame.into()
    }
}

/// To the browser: frames in, numbered payloads out.
#[derive(Debug)]
pub(crate) struct Speaking {
    kind: Agreed,
    encoder: Encoder,
    sequence: u16,
    timestamp: u32,
    /// Ticks since the last frame.
    silent: u32,
}

/// One packet to send, but for its SSRC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outgoing {
    /// Sound begins.
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub payload: Vec<u8>,
}

impl Speaking {
    /// `sequence` and `timestamp` are random (RFC 3550, section 5.1).
    pub(crate) fn new(kind: Agreed, sequence: u16, timestamp: u32) -> Self {
        Self { kind, encoder: Encoder::new(kind.encoding), sequence, timestamp, silent: PAUSE }
    }

    /// A tick at which there was nothing to say.
    pub(crate) fn nothing(&mut self) {
        self.silent = self.silent.saturating_add(1);
    }

    /// The packet of a frame.
    pub(crate) fn packet(&mut self, frame: &[i16]) -> Outgoing {
        let step = FRAME as u32 * (self.kind.encoding.clock_rate() / SAMPLE_RATE);
        let marker = self.silent >= PAUSE;
        if marker {
            // Time went on meanwhile; a shorter wait only means that this frame is late.
            self.timestamp = self.timestamp.wrapping_add(step.wrapping_mul(self.silent));
        }
        self.silent = 0;
        let mut payload = Vec::with_capacity(FRAME);
        self.encoder.encode(frame, &mut payload);
        let packet = Outgoing {
            marker,
            payload_type: self.kind.payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            payload,
        };
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(step);
        packet
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tandem_audio::{measure, tone};

    use super::*;

    const OPUS: Agreed = Agreed { encoding: Encoding::Opus, payload_type: 111 };
    const PCMU: Agreed = Agreed { encoding: Encoding::G711(Law::Mu), payload_type: 0 };

    #[test]
    fn a_tone_goes_through_both_encodings_across_the_wrap_of_timestamps() {
        for (kind, least_db) in [(OPUS, 15.0), (PCMU, 30.0)] {
            let start = Instant::now();
            let mut speaking = Speaking::new(kind, u16::MAX - 3, u32::MAX - 20_000);
            let mut hearing = Hearing::new(vec![OPUS, PCMU]);
            let mut heard = Vec::new();
            let said = tone::sine(500.0, 8_000.0, 150 * FRAME, 0);
            for (n, frame) in said.chunks(FRAME).enumerate() {
                let at = start + Duration::from_millis(20 * n as u64);
                let packet = speaking.packet(frame);
                assert_eq!(packet.marker, n == 0);
                hearing.take(packet.payload_type, 5, packet.timestamp, &packet.payload, at);
                heard.extend(hearing.pull(at + Duration::from_millis(1)));
            }
            let level = measure::tone_level(&heard[80 * FRAME..], 500.0);
            assert!((7_000.0..9_000.0).contains(&level), "{kind:?}: {level}");
            let found = measure::align(&said[..50 * FRAME], &heard[80 * FRAME..], 200);
            assert!(found.snr_db > least_db, "{kind:?}: {found:?}");
        }
    }

    #[test]
    fn another_payload_type_is_taken_up_and_one_never_agreed_on_is_not() {
        let at = Instant::now();
        let mut hearing = Hearing::new(vec![OPUS, PCMU]);
        hearing.take(96, 5, 0, &[0; 160], at);
        assert!(hearing.stream.is_none());
        hearing.take(0, 5, 0, &[0; 160], at);
        hearing.take(111, 6, 0, &[0; 20], at);
        assert_eq!(hearing.stream.expect("a stream").kind, OPUS);
    }

    #[test]
    fn after_a_pause_time_has_gone_on_and_a_late_frame_follows_the_one_before() {
        let mut speaking = Speaking::new(OPUS, 1, 0);
        let first = speaking.packet(&[0; FRAME]);
        speaking.nothing();
        let late = speaking.packet(&[0; FRAME]);
        assert_eq!((late.marker, late.timestamp), (false, first.timestamp + 960));
        (0..10).for_each(|_| speaking.nothing());
        let after = speaking.packet(&[0; FRAME]);
        assert_eq!((after.marker, after.timestamp), (true, late.timestamp + 11 * 960));
        assert_eq!(after.sequence, first.sequence + 2);
    }
}
