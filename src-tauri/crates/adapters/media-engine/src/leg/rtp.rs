//! An RTP leg: packets to frames through the jitter buffer, and digits.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tandem_audio::codec::{Decoder, Encoder, Encoding};
use tandem_audio::dtmf::DtmfDetector;
use tandem_audio::g711::Law;
use tandem_audio::jitter::{JitterBuffer, JitterConfig, Pulled};
use tandem_audio::mixer::Frame;
use tandem_rtp::{EventReceiver, Impairment, Packet, ReceiverStatistics, Reports};
use tandem_switchboard::ports::media::{Codec, LegQuality, RtpTerms};

use super::rtp_send::Sending;
use super::secure::Secure;
use super::source::Source;
use crate::socket::PacketSocket;

/// The random beginnings of what a leg sends (RFC 3550, section 5.1).
#[derive(Debug, Clone, Copy)]
pub struct RtpSeed {
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
}

/// What was negotiated, and what stands on it.
#[derive(Debug)]
pub(crate) struct Session {
    pub terms: RtpTerms,
    pub(super) encoding: Encoding,
    pub(super) encoder: Encoder,
    decoder: Decoder,
    /// The newest timestamp, widened, so that it can be told in samples of 8 kHz across its wrap.
    newest: Option<i64>,
    pub source: Source,
    /// Absent on a plain leg.
    pub(super) secure: Option<Secure>,
    /// The peer's SSRC.
    ssrc: Option<u32>,
    reports: Reports,
    events: EventReceiver,
    /// Listens for digits in the sound itself, where the peer did not agree to telephone events.
    in_band: DtmfDetector,
    last_heard: Instant,
    silence_told: bool,
}

/// An RTP leg.
#[derive(Debug)]
pub(crate) struct RtpLeg {
    pub socket: Box<dyn PacketSocket>,
    pub session: Option<Session>,
    pub sending: Sending,
    jitter: JitterBuffer,
    statistics: ReceiverStatistics,
    quality_told: Option<Instant>,
    /// Expected and lost when quality was told last.
    counted: (u64, u64),
}

impl RtpLeg {
    pub(crate) fn new(socket: Box<dyn PacketSocket>, seed: RtpSeed, jitter: JitterConfig) -> Self {
        Self {
            socket,
            session: None,
            sending: Sending::new(seed),
            jitter: JitterBuffer::new(jitter),
            statistics: ReceiverStatistics::new(tandem_audio::SAMPLE_RATE),
            quality_told: None,
            counted: (0, 0),
        }
    }

    /// Takes over what was negotiated, for the first time or anew.
    pub(crate) fn connect(&mut self, terms: RtpTerms, now: Instant) {
        let encoding = encoding(terms.codec);
        if self.session.as_ref().is_none_or(|s| s.encoding != encoding) {
            self.statistics = ReceiverStatistics::new(encoding.clock_rate());
            // What waits is of the old encoding.
            self.jitter.restart();
        }
        if self.session.as_ref().is_some_and(|s| s.terms.receive) && !terms.receive {
            self.jitter.restart();
        }
        match &mut self.session {
            Some(session) => {
                session.source.signal(terms.remote);
                if terms.receive && !session.terms.receive {
                    session.last_heard = now;
                    session.silence_told = false;
                }
                if session.encoding != encoding {
                    session.encoding = encoding;
                    (session.encoder, session.decoder) = (Encoder::new(encoding), Decoder::new(encoding));
                    session.newest = None;
                }
                session.secure = match (session.secure.take(), terms.srtp.clone()) {
                    (Some(mut secure), Some(keys)) => {
                        secure.update(keys);
                        Some(secure)
                    }
                    (_, keys) => keys.map(Secure::new),
                };
                session.terms = terms;
            }
            None => {
                self.session = Some(Session {
                    encoding,
                    encoder: Encoder::new(encoding),
                    decoder: Decoder::new(encoding),
                    newest: None,
                    source: Source::new(terms.remote),
                    secure: terms.srtp.clone().map(Secure::new),
                    terms,
                    ssrc: None,
                    reports: Reports::new(self.sending.ssrc(), now),
                    events: EventReceiver::default(),
                    in_band: DtmfDetector::default(),
                    last_heard: now,
                    silence_told: false,
                });
            }
        }
    }

    /// Whether packets go out: connected, not on hold, and to an address that can be sent to.
    pub(crate) fn sends(&self) -> bool {
        self.session.as_ref().is_some_and(|s| s.terms.send && !s.source.target().ip().is_unspecified())
    }

    /// Reads what waits and fills the next frame; false if it is silent. `digit` is called for each key press.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        frame: &mut Frame,
        digit: &mut dyn FnMut(char, Instant),
    ) -> bool {
        let Self { socket, session, jitter, statistics, .. } = self;
        socket.drain(now, &mut |bytes, from, at| {
            if let Some(session) = session.as_mut() {
                session.take(bytes, from, at, jitter, statistics, digit);
            }
        });
        self.report(now);
        let Self { session, jitter, .. } = self;
        let Some(session) = session.as_mut().filter(|s| s.terms.receive) else { return false };
        let decoder = &mut session.decoder;
        if jitter.pull(now, frame, |payload, out| decoder.decode(payload, out)) == Pulled::Silence {
            return false;
        }
        if session.terms.dtmf_payload_type.is_none() {
            session.in_band.process(frame, |key| digit(key, now));
        }
        true
    }

    /// Sends a report when one is due, where RTCP shares the port.
    fn report(&mut self, now: Instant) {
        let sent = self.sends().then(|| self.sending.sent());
        let random = self.sending.random();
        let Some(session) = self.session.as_mut().filter(|s| s.terms.rtcp_mux) else { return };
        let target = session.source.target();
        let peer = session.ssrc.map(|ssrc| (ssrc, &mut self.statistics));
        let Some(mut report) = session.reports.poll(now, random, sent, peer) else { return };
        let sealed = session.secure.as_mut().is_none_or(|secure| secure.seal(&mut report));
        if sealed && !target.ip().is_unspecified() {
            self.socket.send(&report, target);
        }
    }

    /// Seconds of silence, once they reach `limit`; told once until packets come again.
    pub(crate) fn timed_out(&mut self, now: Instant, limit: Duration) -> Option<u32> {
        let session = self.session.as_mut().filter(|s| s.terms.receive && !s.silence_told)?;
        let silent = now.saturating_duration_since(session.last_heard);
        (silent >= limit).then(|| {
            session.silence_told = true;
            u32::try_from(silent.as_secs()).unwrap_or(u32::MAX)
        })
    }

    /// Packet statistics, every so often while connected.
    pub(crate) fn quality(&mut self, now: Instant, every: Duration) -> Option<LegQuality> {
        self.session.as_ref()?;
        let told = *self.quality_told.get_or_insert(now);
        if now.saturating_duration_since(told) < every {
            return None;
        }
        self.quality_told = Some(now);
        let session = self.session.as_ref()?;
        let round_trip = session.reports.round_trip().map(|time| time.as_secs_f64() * 1_000.0);
        let (expected, lost) = (self.statistics.packets_expected(), self.statistics.packets_lost());
        let (before, lost_before) = std::mem::replace(&mut self.counted, (expected, lost));
        let lately = expected.saturating_sub(before);
        let percent = lost.saturating_sub(lost_before) as f64 * 100.0 / lately.max(1) as f64;
        // From the peer's packet to its playing: half the way there and back, the packet's own 20 ms, and the buffer.
        let delay = round_trip.unwrap_or(0.0) / 2.0 + 20.0 + self.jitter.delay_ms();
        Some(LegQuality {
            round_trip_ms: round_trip.map(|ms| ms as f32),
            remote_loss: session.reports.remote_loss(),
            mos: (lately > 0).then(|| tandem_rtp::mos(delay, percent, Impairment::G711) as f32),
            packets_received: self.statistics.packets_received(),
            packets_lost: self.statistics.packets_lost(),
            packets_sent: self.sending.packets(),
            jitter_ms: self.statistics.jitter_ms() as f32,
            buffer_ms: self.jitter.delay_ms() as f32,
        })
    }

    /// Lets time pass that is not made up for.
    pub(crate) fn skip(&mut self, ticks: u64, now: Instant) {
        self.sending.skip(ticks);
        self.jitter.restart();
        if let Some(session) = &mut self.session {
            session.last_heard = now;
        }
    }
}

impl Session {
    /// Looks at one datagram.
    fn take(
        &mut self,
        bytes: &[u8],
        from: SocketAddr,
        at: Instant,
        jitter: &mut JitterBuffer,
        statistics: &mut ReceiverStatistics,
        digit: &mut dyn FnMut(char, Instant),
    ) {
        // Before anything else is done with it: neither address nor counters may follow a forged packet.
        let opened = match &mut self.secure {
            Some(secure) => secure.open(bytes),
            None => Some(bytes),
        };
        let Some(bytes) = opened else { return };
        if tandem_rtp::is_rtcp(bytes) {
            if from == self.source.target() {
                self.reports.receive(bytes, at);
            }
            return;
        }
        let Ok(packet) = Packet::parse(bytes) else { return };
        if !self.source.accept(from, packet.header.ssrc, at) {
            return;
        }
        self.last_heard = at;
        self.silence_told = false;
        if !self.terms.receive {
            return;
        }
        if self.ssrc.replace(packet.header.ssrc).is_some_and(|before| before != packet.header.ssrc) {
            jitter.restart();
            *statistics = ReceiverStatistics::new(self.encoding.clock_rate());
            self.newest = None;
        }
        let kind = packet.header.payload_type;
        if kind == self.terms.receive_payload_type || kind == self.terms.payload_type {
            statistics.received(&packet.header, at);
            jitter.insert(
                widened(&mut self.newest, packet.header.timestamp, self.encoding),
                packet.payload,
                at,
            );
        } else if Some(packet.header.payload_type) == self.terms.dtmf_payload_type
            && let Some(key) = self.events.receive(&packet)
        {
            digit(key, at);
        }
    }
}

fn encoding(codec: Codec) -> Encoding {
    match codec {
        Codec::Pcmu => Encoding::G711(Law::Mu),
        Codec::Pcma => Encoding::G711(Law::A),
        Codec::G722 => Encoding::G722,
        Codec::Opus => Encoding::Opus,
    }
}

/// A timestamp in samples of 8 kHz, which is what the jitter buffer counts in.
fn widened(newest: &mut Option<i64>, timestamp: u32, encoding: Encoding) -> u32 {
    let before = newest.unwrap_or(i64::from(timestamp));
    let wide = before + i64::from(timestamp.wrapping_sub(before as u32) as i32);
    *newest = Some(wide.max(before));
    wide.div_euclid(i64::from(encoding.clock_rate() / tandem_audio::SAMPLE_RATE)) as u32
}
