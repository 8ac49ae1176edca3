//! An RTP leg: packets to frames through the jitter buffer, and digits.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tandem_audio::jitter::{JitterBuffer, JitterConfig, Pulled};
use tandem_audio::mixer::Frame;
use tandem_rtp::{Impairment, ReceiverStatistics};
use tandem_switchboard::ports::media::{LegQuality, RtpTerms};

use super::arrivals::Arrivals;
use super::handshake::is_dtls;
use super::relay::Relay;
use super::rtp_send::Sending;
use super::session::{Session, Sinks, encoding};
use crate::socket::PacketSocket;

/// The random beginnings of what a leg sends (RFC 3550, section 5.1).
#[derive(Debug, Clone, Copy)]
pub struct RtpSeed {
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
}

/// An RTP leg.
#[derive(Debug)]
pub(crate) struct RtpLeg {
    pub socket: Box<dyn PacketSocket>,
    pub session: Option<Session>,
    pub sending: Sending,
    /// Present while the peer gets another leg's packets as they came.
    pub(super) relay: Option<Relay>,
    /// What would have gone on after those, for the first frame of a mix to blend with.
    pub(super) seam: Option<Frame>,
    jitter: JitterBuffer,
    /// A handshake that the peer began before we had its answer: it would begin again after a second only.
    early: Option<(Box<[u8]>, SocketAddr)>,
    /// Somebody needs the samples; else packets are not even kept.
    decoding: bool,
    /// The loss that the encoder was told, in percent.
    loss_told: u8,
    /// The socket is watched, and read when something comes instead of every tick.
    pub watched: bool,
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
            relay: None,
            seam: None,
            jitter: JitterBuffer::new(jitter),
            early: None,
            decoding: false,
            loss_told: 0,
            watched: false,
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
            Some(session) => session.update(terms, now),
            None => self.session = Some(Session::new(terms, self.sending.ssrc(), now)),
        }
    }

    /// Whether packets go out: connected, with its keys, not on hold, and to an address that can be sent to.
    pub(crate) fn sends(&self) -> bool {
        let may = |s: &Session| s.terms.send && !s.awaits_keys() && !s.source.target().ip().is_unspecified();
        self.session.as_ref().is_some_and(may)
    }

    /// Whether its packets can be carried on to `other`'s peer as they are.
    pub(crate) fn speaks_like(&self, other: &Self) -> bool {
        match (&self.session, &other.session) {
            (Some(one), Some(other)) => one.encoding == other.encoding,
            _ => false,
        }
    }

    /// Whether the peer's sound comes in.
    pub(crate) fn is_alive(&self, now: Instant) -> bool {
        self.session.as_ref().is_some_and(|session| session.is_alive(now))
    }

    /// Whether keys are listened for in the sound.
    pub(crate) fn wants_in_band(&self) -> bool {
        self.session.as_ref().is_some_and(|s| s.terms.receive && s.terms.dtmf_payload_type.is_none())
    }

    /// Whether it plays nothing and has nothing to read, so that a tick changes nothing.
    pub(crate) fn rests(&self) -> bool {
        self.watched && !self.decoding && self.relay.is_some()
    }

    /// Whether decoded sound is at hand.
    pub(crate) fn is_playing(&self) -> bool {
        self.decoding && self.jitter.is_playing()
    }

    /// Begins or ends keeping and decoding packets.
    pub(crate) fn set_decoding(&mut self, on: bool) {
        if self.decoding == on {
            return;
        }
        self.decoding = on;
        self.jitter.restart();
        if let Some(session) = &mut self.session {
            session.begin_decoding();
        }
    }

    /// Reads what waits; packets to be carried on are put into `arrivals` where given. `digit` is called for each key
    /// press.
    pub(crate) fn read(
        &mut self,
        now: Instant,
        arrivals: Option<&mut Arrivals>,
        digit: &mut dyn FnMut(char, Instant),
    ) {
        let Self { socket, session, jitter, statistics, decoding, watched, early, .. } = self;
        let mut sinks = Sinks { arrivals, jitter, decoding: *decoding, statistics };
        let mut each = |bytes: &[u8], from, at| match session.as_mut() {
            Some(session) => session.take(bytes, from, at, &mut sinks, digit),
            None if is_dtls(bytes) => *early = Some((bytes.into(), from)),
            None => {}
        };
        if *watched {
            socket.take(now, &mut each)
        } else {
            socket.drain(now, &mut each)
        }
        if let Some(session) = session {
            if let Some((bytes, from)) = early.take() {
                session.take(&bytes, from, now, &mut sinks, digit);
            }
            session.poll_handshake(|datagram, to| {
                // What the system does not take is sent again like any packet that is lost.
                let _ = socket.send(datagram, to);
            });
        }
    }

    /// Fills the next frame; false if it is silent. `digit` is called for each key heard in the sound.
    pub(crate) fn play(
        &mut self,
        now: Instant,
        frame: &mut Frame,
        digit: &mut dyn FnMut(char, Instant),
    ) -> bool {
        let Self { session, jitter, .. } = self;
        let Some(session) = session.as_mut().filter(|s| s.terms.receive && self.decoding) else {
            return false;
        };
        if jitter.pull(now, frame, &mut session.decoder) == Pulled::Silence {
            return false;
        }
        if session.terms.dtmf_payload_type.is_none() {
            session.in_band.process(frame, |key| digit(key, now));
        }
        true
    }

    /// Sends a report when one is due, where RTCP shares the port.
    pub(crate) fn report(&mut self, now: Instant) {
        let sent = self.sends().then(|| self.sending.sent());
        let random = self.sending.random();
        let ready = |s: &&mut Session| s.terms.rtcp_mux && !s.awaits_keys();
        let Some(session) = self.session.as_mut().filter(ready) else { return };
        let target = session.source.target();
        let missed = session.reports.remote_loss().map_or(0, |part| (part * 100.0).ceil() as u8);
        if std::mem::replace(&mut self.loss_told, missed) != missed {
            session.encoder.expect_loss(missed);
        }
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
