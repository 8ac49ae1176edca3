//! What an RTP leg sends: one packet per tick, sound or silence, so that addresses behind NAT stay open; and digits.

use std::collections::VecDeque;

use tandem_audio::codec::Encoding;
use tandem_audio::mixer::Frame;
use tandem_audio::{FRAME, dtmf};
use tandem_rtp::{EventSender, HEADER_LEN, Header, Sent};

use super::rtp::{RtpLeg, RtpSeed};

/// An in-band press and the pause after it: 100 ms each.
const PRESS: usize = 800;
/// Amplitude of each of the two tones, about −13 dBFS.
const AMPLITUDE: f32 = 5_000.0;
/// Packet times of one frame at 8 kHz.
const STEP: u16 = FRAME as u16;

/// Where a packet's payload comes from.
#[derive(Debug)]
pub(crate) enum Payload<'a> {
    /// The leg encodes the frame.
    Own,
    /// So it does, and leaves a copy here for others.
    Kept(&'a mut Vec<u8>),
    /// Another leg has encoded the same.
    Given(&'a [u8]),
}

/// Counters and queued digits.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(super) seed: RtpSeed,
    pub(super) marker: bool,
    pub(super) packets: u64,
    pub(super) octets: u64,
    /// Spreads the reports; its seed is the random SSRC.
    random: u32,
    events: EventSender,
    in_band: VecDeque<i16>,
    pub(super) packet: Vec<u8>,
    /// The last two frames that were sent.
    pub(super) tail: [i16; 2 * FRAME],
}

impl Sending {
    pub(super) fn new(seed: RtpSeed) -> Self {
        Self {
            seed,
            marker: true,
            packets: 0,
            octets: 0,
            random: seed.ssrc | 1,
            events: EventSender::default(),
            in_band: VecDeque::new(),
            packet: Vec::with_capacity(HEADER_LEN + FRAME),
            tail: [0; 2 * FRAME],
        }
    }

    pub(super) fn packets(&self) -> u64 {
        self.packets
    }

    pub(super) fn ssrc(&self) -> u32 {
        self.seed.ssrc
    }

    /// For a sender report.
    pub(super) fn sent(&self) -> Sent {
        Sent { rtp_timestamp: self.seed.timestamp, packets: self.packets as u32, octets: self.octets as u32 }
    }

    /// The next 32 bits of a xorshift sequence: enough that the reports of many legs do not meet.
    pub(super) fn random(&mut self) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        self.random
    }

    pub(super) fn skip(&mut self, ticks: u64) {
        self.seed.timestamp = self.seed.timestamp.wrapping_add((ticks as u32).wrapping_mul(u32::from(STEP)));
        self.marker = true;
    }
}

impl RtpLeg {
    /// Queues digits: as telephone events where agreed, else as tones.
    pub(crate) fn send_dtmf(&mut self, digits: &str) {
        let events = self.session.as_ref().is_none_or(|s| s.terms.dtmf_payload_type.is_some());
        if events {
            let unknown = self.sending.events.queue(digits);
            if unknown > 0 {
                tracing::debug!(unknown, "characters that are no digits were left out");
            }
            return;
        }
        for press in digits.chars().filter_map(|key| dtmf::press(key, AMPLITUDE, PRESS)) {
            self.sending.in_band.extend(press);
            self.sending.in_band.extend([0; PRESS]);
        }
    }

    /// Whether digits are being sent or wait.
    pub(crate) fn sends_digits(&self) -> bool {
        self.sending.events.is_busy() || !self.sending.in_band.is_empty()
    }

    /// Ticks of the RTP clock in a frame.
    fn step(&self) -> u16 {
        let rate = self.session.as_ref().map_or(tandem_audio::SAMPLE_RATE, |s| s.encoding.clock_rate());
        STEP * (rate / tandem_audio::SAMPLE_RATE) as u16
    }

    /// The encoding, if what this leg sends next is nothing but what it was mixed.
    pub(crate) fn shares_encodes(&self) -> Option<Encoding> {
        let session = self.session.as_ref().filter(|_| self.sends())?;
        (self.seam.is_none() && !self.sends_digits()).then_some(session.encoding)
    }

    /// Begins an encoder of its own, after its peer was given another's stream.
    pub(crate) fn begin_encoding(&mut self) {
        if let Some(session) = &mut self.session {
            session.encoder.reset();
        }
    }

    /// Sends this tick's packet, if one may be sent; time passes in either case. True if a frame was encoded.
    pub(crate) fn send(&mut self, frame: &mut Frame, payload: Payload<'_>) -> bool {
        let may_send = self.sends();
        let step = self.step();
        let sending = &mut self.sending;
        let timestamp = sending.seed.timestamp;
        sending.seed.timestamp = timestamp.wrapping_add(u32::from(step));
        let Some(session) = self.session.as_mut().filter(|_| may_send) else {
            sending.marker = true;
            return false;
        };
        let mut encoded = false;
        let event_type = session.terms.dtmf_payload_type;
        let event = event_type.and_then(|kind| Some((kind, sending.events.tick(timestamp, step)?)));
        let mut header = Header {
            marker: std::mem::take(&mut sending.marker),
            payload_type: session.terms.payload_type,
            sequence: sending.seed.sequence,
            timestamp,
            ssrc: sending.seed.ssrc,
        };
        sending.seed.sequence = sending.seed.sequence.wrapping_add(1);
        sending.packet.clear();
        if let Some((payload_type, event)) = event {
            header = Header { marker: event.marker, payload_type, timestamp: event.timestamp, ..header };
            sending.packet.extend_from_slice(&header.to_bytes());
            sending.packet.extend_from_slice(&event.payload);
        } else {
            if !sending.in_band.is_empty() {
                let count = sending.in_band.len().min(FRAME);
                frame.fill(0);
                frame
                    .iter_mut()
                    .zip(sending.in_band.drain(..count))
                    .for_each(|(sample, tone)| *sample = tone);
            }
            if let Some(before) = self.seam.take() {
                super::relay::cross(&before, frame);
            }
            sending.tail.copy_within(FRAME.., 0);
            sending.tail[FRAME..].copy_from_slice(frame);
            sending.packet.extend_from_slice(&header.to_bytes());
            if let Payload::Given(payload) = payload {
                sending.packet.extend_from_slice(payload);
            } else {
                session.encoder.encode(frame, &mut sending.packet);
                encoded = true;
            }
            if let Payload::Kept(copy) = payload {
                copy.extend_from_slice(&sending.packet[HEADER_LEN..]);
            }
        }
        sending.octets += (sending.packet.len() - HEADER_LEN) as u64;
        if let Some(secure) = &mut session.secure
            && !secure.seal(&mut sending.packet)
        {
            return encoded;
        }
        // What the system does not take is lost like any packet on the way.
        self.socket.send(&self.sending.packet, session.source.target());
        self.sending.packets += 1;
        encoded
    }
}
