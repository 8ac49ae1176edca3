//! A leg whose peer gets another's packets as they came: the same payloads under this leg's numbers.
//!
//! Gaps and order of the sequence numbers are kept, so that the peer sees a loss as a loss. A number is never given
//! twice: what came before the first carried packet, or a second time, is left out (SRTP would repeat its keystream).

use std::time::{Duration, Instant};

use tandem_audio::FRAME;
use tandem_audio::codec::{Decoder, Encoding};
use tandem_audio::conceal::Concealer;
use tandem_audio::mixer::Frame;
use tandem_rtp::{HEADER_LEN, Header, timestamp_distance};

use super::arrivals::{Arrival, Carried};
use super::rtp::RtpLeg;

/// RFC 3389, section 4: the static type under a clock of 8 kHz.
pub(super) const COMFORT_NOISE: u8 = 13;
/// A farther step of the sequence numbers is a source that began anew.
const JUMP: i16 = 500;
const PACKET: Duration = Duration::from_millis(20);

/// How a source's numbers become this leg's.
#[derive(Debug)]
pub(crate) struct Relay {
    numbers: Option<Numbers>,
    /// The first payload has to be blended with what was sent before it.
    seam: bool,
    /// The newest payload, and the one before.
    newest: Vec<u8>,
    before: Vec<u8>,
    last: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Numbers {
    ssrc: u32,
    sequence_shift: u16,
    timestamp_shift: u32,
    /// The source's highest sequence number, and which of those up to it have come (bit n: n before it).
    highest: u16,
    come: u64,
}

/// Where a leg's own stream stands: the numbers of its next packet.
#[derive(Debug, Clone, Copy)]
struct Next {
    sequence: u16,
    timestamp: u32,
}

impl Relay {
    /// This leg's sequence number and timestamp for a packet, whether it begins anew, and whether it is the newest.
    fn renumber(&mut self, header: &Header, head_start: u32, next: Next) -> Option<(u16, u32, bool, bool)> {
        let step = |n: &Numbers| header.sequence.wrapping_sub(n.highest) as i16;
        let known = self.numbers.as_mut().filter(|n| n.ssrc == header.ssrc && step(n).abs() < JUMP);
        let Some(numbers) = known else {
            let anew = self.numbers.is_some();
            let numbers = Numbers {
                ssrc: header.ssrc,
                sequence_shift: next.sequence.wrapping_sub(header.sequence),
                timestamp_shift: next.timestamp.wrapping_sub(header.timestamp.wrapping_add(head_start)),
                highest: header.sequence,
                come: u64::MAX,
            };
            self.numbers = Some(numbers);
            return Some((next.sequence, header.timestamp.wrapping_add(numbers.timestamp_shift), anew, true));
        };
        let ahead = step(numbers);
        if ahead > 0 {
            numbers.come = numbers.come.checked_shl(u32::from(ahead.unsigned_abs())).unwrap_or(0) | 1;
            numbers.highest = header.sequence;
        } else {
            let bit =
                1u64.checked_shl(u32::from(ahead.unsigned_abs())).filter(|bit| numbers.come & bit == 0)?;
            numbers.come |= bit;
        }
        let sequence = header.sequence.wrapping_add(numbers.sequence_shift);
        Some((sequence, header.timestamp.wrapping_add(numbers.timestamp_shift), false, ahead > 0))
    }

    fn keep(&mut self, payload: &[u8]) {
        std::mem::swap(&mut self.newest, &mut self.before);
        self.newest.clear();
        self.newest.extend_from_slice(payload);
    }
}

impl RtpLeg {
    /// From now on this leg's peer gets what [`RtpLeg::carry`] is given; `seam` blends its first payload with what
    /// was sent last, where the encoding allows it.
    pub(crate) fn begin_relay(&mut self, seam: bool) {
        let (newest, before) = (Vec::with_capacity(2 * FRAME), Vec::with_capacity(2 * FRAME));
        self.relay = Some(Relay { numbers: None, seam, newest, before, last: None });
    }

    /// Sends a packet of the source on.
    pub(crate) fn carry(&mut self, arrival: &Arrival, payload: &[u8]) {
        if !self.sends() {
            return;
        }
        let Self { socket, session: Some(session), sending, relay: Some(relay), .. } = self else { return };
        let encoding = session.encoding;
        let (payload_type, duration) = match arrival.carried {
            Carried::Sound => (Some(session.terms.payload_type), encoding.duration(payload)),
            Carried::Noise => (Some(COMFORT_NOISE), FRAME as u32),
            Carried::Event => {
                let held = payload.get(2..4).map_or(0, |two| u32::from(u16::from_be_bytes([two[0], two[1]])));
                (session.terms.dtmf_payload_type, held)
            }
        };
        // The timestamp of an event is that of its beginning, which may be a while ago.
        let head_start = if arrival.carried == Carried::Event { duration } else { 0 };
        let next = Next { sequence: sending.seed.sequence, timestamp: sending.seed.timestamp };
        let numbers = relay.renumber(&arrival.header, head_start, next);
        let Some((sequence, timestamp, anew, newest)) = numbers else { return };
        let Some(payload_type) = payload_type else {
            // A peer that agreed to no events misses nothing, so it shall not see a loss.
            if let Some(numbers) = relay.numbers.as_mut().filter(|_| newest) {
                numbers.sequence_shift = numbers.sequence_shift.wrapping_sub(1);
            }
            return;
        };
        let marker = std::mem::take(&mut sending.marker) || anew || arrival.header.marker;
        let header = Header { marker, payload_type, sequence, timestamp, ssrc: sending.seed.ssrc };
        sending.packet.clear();
        sending.packet.extend_from_slice(&header.to_bytes());
        sending.packet.extend_from_slice(payload);
        if arrival.carried == Carried::Sound {
            if std::mem::take(&mut relay.seam) {
                blend(encoding, &sending.tail, &mut sending.packet);
            }
            relay.keep(payload);
        }
        if newest {
            sending.seed.sequence = sequence.wrapping_add(1);
            let end = timestamp.wrapping_add(duration);
            if timestamp_distance(sending.seed.timestamp, end) > 0 {
                sending.seed.timestamp = end;
            }
            relay.last = Some(arrival.at);
        }
        sending.octets += payload.len() as u64;
        if let Some(secure) = &mut session.secure
            && !secure.seal(&mut sending.packet)
        {
            return;
        }
        // What the system does not take is lost like any packet on the way.
        socket.send(&sending.packet, session.source.target());
        sending.packets += 1;
    }

    /// From now on this leg sends what it is mixed. With `seam` its first frame is blended with what the last carried
    /// packets would have gone on with.
    pub(crate) fn end_relay(&mut self, now: Instant, seam: bool) {
        let Some(relay) = self.relay.take() else { return };
        let Some(session) = &mut self.session else { return };
        // The peer's decoder has followed another's encoder.
        session.encoder.reset();
        if let Some(last) = relay.last {
            let silent = now.saturating_duration_since(last).saturating_sub(PACKET);
            let ticks = silent.as_micros() as u64 * u64::from(session.encoding.clock_rate()) / 1_000_000;
            self.sending.seed.timestamp = self.sending.seed.timestamp.wrapping_add(ticks as u32);
        }
        if seam && !relay.newest.is_empty() {
            let (mut decoder, mut samples) = (Decoder::new(session.encoding), Vec::new());
            decoder.decode(&relay.before, &mut samples);
            decoder.decode(&relay.newest, &mut samples);
            self.seam = Some(going_on(&samples));
        }
    }
}

/// What would follow these samples, as concealment has it.
fn going_on(samples: &[i16]) -> Frame {
    let mut concealer = Concealer::default();
    concealer.real(&mut samples.to_vec());
    let mut made = Vec::with_capacity(FRAME);
    concealer.missing(FRAME, &mut made);
    made.try_into().unwrap_or([0; FRAME])
}

/// Fades over from what went before to what is there, over a frame at most.
pub(super) fn cross(before: &Frame, samples: &mut [i16]) {
    let length = samples.len().min(FRAME) as i32;
    for (n, (sample, old)) in samples.iter_mut().zip(before).enumerate() {
        let part = n as i32;
        *sample = ((i32::from(*old) * (length - part) + i32::from(*sample) * part) / length) as i16;
    }
}

/// Blends a payload's beginning with what was sent before it. Only where a payload stands for itself: for others the
/// next one would not fit the changed one.
fn blend(encoding: Encoding, tail: &[i16], packet: &mut Vec<u8>) {
    let Encoding::G711(law) = encoding else { return };
    let mut samples = Vec::with_capacity(2 * FRAME);
    law.decode(&packet[HEADER_LEN..], &mut samples);
    cross(&going_on(tail), &mut samples);
    packet.truncate(HEADER_LEN);
    law.encode(&samples, packet);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay() -> Relay {
        Relay { numbers: None, seam: false, newest: Vec::new(), before: Vec::new(), last: None }
    }

    fn header(sequence: u16, timestamp: u32) -> Header {
        Header { marker: false, payload_type: 0, sequence, timestamp, ssrc: 1 }
    }

    #[test]
    fn gaps_and_order_are_kept_and_no_number_is_given_twice() {
        let mut relay = relay();
        let next = Next { sequence: 65_535, timestamp: 50 };
        let mut number = |sequence: u16| {
            let given = relay.renumber(&header(sequence, u32::from(sequence) * 160), 0, next);
            given.map(|(sequence, timestamp, ..)| (sequence, timestamp))
        };
        assert_eq!(number(100), Some((65_535, 50)));
        assert_eq!(number(99), None, "its number was given to a packet before");
        assert_eq!(number(102), Some((1, 370)));
        assert_eq!(number(101), Some((0, 210)), "late, in its place");
        assert_eq!((number(101), number(102), number(100)), (None, None, None));
        assert_eq!(number(103), Some((2, 530)));
    }

    #[test]
    fn another_source_goes_on_where_the_stream_stands() {
        let mut relay = relay();
        relay.renumber(&header(100, 0), 0, Next { sequence: 1, timestamp: 1_000 });
        let other = Header { ssrc: 2, ..header(9_000, 77) };
        let next = Next { sequence: 2, timestamp: 1_160 };
        assert_eq!(relay.renumber(&other, 0, next), Some((2, 1_160, true, true)));
        let jumped = Header { ssrc: 2, ..header(20_000, 99) };
        let next = Next { sequence: 3, timestamp: 1_320 };
        assert_eq!(relay.renumber(&jumped, 0, next), Some((3, 1_320, true, true)));
    }
}
