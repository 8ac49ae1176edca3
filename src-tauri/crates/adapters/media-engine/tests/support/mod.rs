//! A room in virtual time, with telephones at the other end of its RTP legs.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tandem_audio::g711::Law;
use tandem_audio::{FRAME, tone};
use tandem_foundation::{CallId, LegId};
use tandem_media_engine::{MediaConfig, PacketSocket, RecordingWriter, Room, RoomCommand, RtpSeed};
use tandem_rtp::{Header, Packet};
use tandem_switchboard::ports::media::{Codec, MediaEvent, RtpTerms};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub const EVENTS: u8 = 101;

type Wire = Arc<Mutex<VecDeque<(Vec<u8>, SocketAddr)>>>;

/// The engine's end of a wire.
#[derive(Debug)]
struct WireSocket {
    incoming: Wire,
    outgoing: Wire,
}

impl PacketSocket for WireSocket {
    fn drain(&mut self, now: Instant, each: &mut dyn FnMut(&[u8], SocketAddr, Instant)) {
        for (bytes, from) in self.incoming.lock().expect("one thread").drain(..) {
            each(&bytes, from, now);
        }
    }

    fn send(&mut self, packet: &[u8], to: SocketAddr) -> bool {
        self.outgoing.lock().expect("one thread").push_back((packet.to_vec(), to));
        true
    }
}

/// A telephone: sends PCMU from `address` and keeps all that it gets.
pub struct Phone {
    pub leg: LegId,
    pub address: SocketAddr,
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
    /// Every packet it got, and where it was sent to.
    pub got: Vec<(Vec<u8>, SocketAddr)>,
    to_engine: Wire,
    from_engine: Wire,
}

impl Phone {
    pub fn send(&mut self, payload_type: u8, marker: bool, timestamp: u32, payload: &[u8]) {
        let header = Header { marker, payload_type, sequence: self.sequence, timestamp, ssrc: self.ssrc };
        self.sequence = self.sequence.wrapping_add(1);
        let bytes = [&header.to_bytes()[..], payload].concat();
        self.to_engine.lock().expect("one thread").push_back((bytes, self.address));
    }

    /// Puts bytes on the wire as they are.
    pub fn send_raw(&self, bytes: Vec<u8>) {
        self.to_engine.lock().expect("one thread").push_back((bytes, self.address));
    }

    pub fn say(&mut self, samples: &[i16]) {
        let mut payload = Vec::new();
        Law::Mu.encode(samples, &mut payload);
        self.send(0, false, self.timestamp, &payload);
        self.timestamp = self.timestamp.wrapping_add(samples.len() as u32);
    }

    fn collect(&mut self) {
        self.got.extend(self.from_engine.lock().expect("one thread").drain(..));
    }

    /// The sound of all packets so far.
    pub fn heard(&self) -> Vec<i16> {
        let mut samples = Vec::new();
        for (bytes, _) in &self.got {
            let packet = Packet::parse(bytes).expect("the engine sends RTP");
            if packet.header.payload_type == 0 {
                Law::Mu.decode(packet.payload, &mut samples);
            }
        }
        samples
    }

    /// The last 20 ms frames of what it heard.
    pub fn heard_last(&self, frames: usize) -> Vec<i16> {
        let heard = self.heard();
        heard[heard.len() - frames * FRAME..].to_vec()
    }
}

/// A room and its clock.
pub struct House {
    pub room: Room,
    pub start: Instant,
    pub ticks: u32,
    pub events: Vec<MediaEvent>,
    pub writer: RecordingWriter,
    pub written: UnboundedReceiver<MediaEvent>,
    pub phones: Vec<Phone>,
}

impl House {
    pub fn new(config: MediaConfig) -> Self {
        let (sender, written) = unbounded_channel();
        let (writer, recordings) = RecordingWriter::new(sender);
        Self {
            room: Room::new(CallId::from("call_1"), config, recordings),
            start: Instant::now(),
            ticks: 0,
            events: Vec::new(),
            writer,
            written,
            phones: Vec::new(),
        }
    }

    pub fn now(&self) -> Instant {
        self.start + Duration::from_millis(20) * self.ticks
    }

    pub fn tell(&mut self, command: RoomCommand) {
        let now = self.now();
        self.room.handle(now, command, &mut self.events);
    }

    /// Opens an RTP leg with a telephone at port 10 000 + leg; not connected yet.
    pub fn phone(&mut self, leg: u64) {
        let (to_engine, from_engine) = (Wire::default(), Wire::default());
        let socket =
            Box::new(WireSocket { incoming: Arc::clone(&to_engine), outgoing: Arc::clone(&from_engine) });
        let seed = RtpSeed { ssrc: 1_000 + leg as u32, sequence: 65_530, timestamp: u32::MAX - 300 };
        self.tell(RoomCommand::OpenRtp { leg: LegId(leg), socket, seed });
        self.phones.push(Phone {
            leg: LegId(leg),
            address: SocketAddr::from(([192, 0, 2, 1], 10_000 + leg as u16)),
            ssrc: leg as u32,
            sequence: 7,
            timestamp: 5_000,
            got: Vec::new(),
            to_engine,
            from_engine,
        });
    }

    pub fn terms(leg: u64) -> RtpTerms {
        RtpTerms {
            remote: SocketAddr::from(([192, 0, 2, 1], 10_000 + leg as u16)),
            codec: Codec::Pcmu,
            payload_type: 0,
            receive_payload_type: 0,
            dtmf_payload_type: Some(EVENTS),
            send: true,
            receive: true,
            srtp: None,
            dtls: None,
            rtcp_mux: false,
        }
    }

    /// Opens an RTP leg and connects it.
    pub fn connected_phone(&mut self, leg: u64) {
        self.phone(leg);
        self.tell(RoomCommand::Connect { leg: LegId(leg), terms: Self::terms(leg) });
    }

    pub fn hearing(&mut self, pairs: &[(u64, u64)]) {
        let pairs = pairs.iter().map(|&(to, from)| (LegId(to), LegId(from))).collect();
        self.tell(RoomCommand::Hearing { pairs });
    }

    /// Lets ticks pass; before each, every telephone says what `say` gives for it and the tick.
    pub fn run(&mut self, ticks: u32, mut say: impl FnMut(&Phone, usize) -> Option<Vec<i16>>) {
        for _ in 0..ticks {
            for phone in &mut self.phones {
                if let Some(samples) = say(phone, self.ticks as usize) {
                    phone.say(&samples);
                }
            }
            let now = self.now();
            self.room.tick(now, &mut self.events);
            self.phones.iter_mut().for_each(Phone::collect);
            self.ticks += 1;
        }
    }

    /// Lets ticks pass while nobody says anything.
    pub fn wait(&mut self, ticks: u32) {
        self.run(ticks, |_, _| None);
    }

    pub fn phone_of(&mut self, leg: u64) -> &mut Phone {
        self.phones.iter_mut().find(|p| p.leg == LegId(leg)).expect("a telephone of this leg")
    }
}

/// The tone that tells a leg from others.
pub fn pitch(leg: u64) -> f64 {
    300.0 + 250.0 * leg as f64
}

/// Each telephone hums the tone of its leg.
pub fn hum(phone: &Phone, tick: usize) -> Option<Vec<i16>> {
    Some(tone::sine(pitch(phone.leg.0) as f32, 5_000.0, FRAME, tick * FRAME))
}

/// Which of these legs' tones are in the samples.
pub fn tones(samples: &[i16], legs: &[u64]) -> Vec<u64> {
    let level = |leg: u64| tandem_audio::measure::tone_level(samples, pitch(leg));
    legs.iter().copied().filter(|&leg| level(leg) > 2_500.0).collect()
}
