//! What stands on an agreement with an RTP peer: the look at each datagram, and where its packet goes.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tandem_audio::codec::{Decoder, Encoder, Encoding};
use tandem_audio::dtmf::DtmfDetector;
use tandem_audio::g711::Law;
use tandem_audio::jitter::JitterBuffer;
use tandem_rtp::{EventReceiver, Packet, ReceiverStatistics, Reports};
use tandem_switchboard::ports::media::{Codec, RtpTerms};

use super::arrivals::{Arrivals, Carried};
use super::handshake::Handshake;
use super::relay::COMFORT_NOISE;
use super::secure::Secure;
use super::source::Source;

/// A peer that sent nothing for so long sends nothing at all, or has said that there will be silence.
const STALLED: Duration = Duration::from_millis(200);
const STALLED_IN_NOISE: Duration = Duration::from_millis(1_000);

/// What was negotiated, and what stands on it.
#[derive(Debug)]
pub(crate) struct Session {
    pub terms: RtpTerms,
    pub(super) encoding: Encoding,
    pub(super) encoder: Encoder,
    pub(super) decoder: Decoder,
    /// The newest timestamp, widened, so that it can be told in samples of 8 kHz across its wrap.
    pub(super) newest: Option<i64>,
    pub source: Source,
    /// Absent on a plain leg, and until its keys are there.
    pub(super) secure: Option<Secure>,
    /// Present where keys come by DTLS.
    pub(super) handshake: Option<Handshake>,
    /// The peer's SSRC.
    pub(super) ssrc: Option<u32>,
    pub(super) reports: Reports,
    events: EventReceiver,
    /// Listens for digits in the sound itself, where the peer did not agree to telephone events.
    pub(super) in_band: DtmfDetector,
    pub(super) last_heard: Instant,
    pub(super) silence_told: bool,
    /// The last packet announced a silence.
    noise: bool,
}

/// Where packets go: to the legs that carry them on, to the jitter buffer, or to both.
#[derive(Debug)]
pub(super) struct Sinks<'a> {
    pub arrivals: Option<&'a mut Arrivals>,
    pub jitter: &'a mut JitterBuffer,
    pub decoding: bool,
    pub statistics: &'a mut ReceiverStatistics,
}

impl Session {
    /// What was agreed on at first.
    pub(super) fn new(terms: RtpTerms, our_ssrc: u32, now: Instant) -> Self {
        let encoding = encoding(terms.codec);
        Self {
            encoding,
            encoder: Encoder::new(encoding),
            decoder: Decoder::new(encoding),
            newest: None,
            source: Source::new(terms.remote),
            secure: terms.srtp.clone().map(Secure::new),
            handshake: terms.dtls.clone().map(|dtls| Handshake::new(*dtls, terms.remote)),
            terms,
            ssrc: None,
            reports: Reports::new(our_ssrc, now),
            events: EventReceiver::default(),
            in_band: DtmfDetector::default(),
            last_heard: now,
            silence_told: false,
            noise: false,
        }
    }

    /// What was agreed on anew.
    pub(super) fn update(&mut self, terms: RtpTerms, now: Instant) {
        let encoding = encoding(terms.codec);
        self.source.signal(terms.remote);
        if terms.receive && !self.terms.receive {
            self.last_heard = now;
            self.silence_told = false;
        }
        if self.encoding != encoding {
            self.encoding = encoding;
            self.encoder = Encoder::new(encoding);
            self.begin_decoding();
        }
        self.secure = match (self.secure.take(), terms.srtp.clone()) {
            (secure, _) if terms.dtls.is_some() => self.shake_hands(secure, &terms),
            (Some(mut secure), Some(keys)) => {
                secure.update(keys);
                Some(secure)
            }
            (_, keys) => keys.map(Secure::new),
        };
        if terms.dtls.is_none() {
            self.handshake = None;
        }
        self.terms = terms;
    }

    /// Goes on with the handshake that is there, and the keys it brought, unless it is another peer's.
    fn shake_hands(&mut self, keys: Option<Secure>, terms: &RtpTerms) -> Option<Secure> {
        let dtls = terms.dtls.as_ref()?;
        if self.handshake.as_mut().is_some_and(|handshake| handshake.goes_on(dtls)) {
            return keys;
        }
        self.handshake = Some(Handshake::new(*dtls.clone(), terms.remote));
        None
    }

    /// Whether nothing may be sent or heard yet, for want of keys.
    pub(super) fn awaits_keys(&self) -> bool {
        self.handshake.is_some() && self.secure.is_none()
    }

    /// Takes over what the handshake brought; what it wants sent goes to `send`.
    pub(super) fn poll_handshake(&mut self, mut send: impl FnMut(&[u8], SocketAddr)) {
        let Some(handshake) = &mut self.handshake else { return };
        if let Some(keys) = handshake.poll() {
            self.secure = Some(Secure::new(keys));
        }
        handshake.take_outbox().for_each(|(datagram, to)| send(&datagram, to));
    }

    /// Forgets what was decoded so far.
    pub(super) fn begin_decoding(&mut self) {
        self.decoder = Decoder::new(self.encoding);
        self.newest = None;
    }

    /// Whether sound comes, as far as is known.
    pub(super) fn is_alive(&self, now: Instant) -> bool {
        let patience = if self.noise { STALLED_IN_NOISE } else { STALLED };
        self.ssrc.is_some() && self.terms.receive && now.saturating_duration_since(self.last_heard) < patience
    }

    /// Looks at one datagram.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        from: SocketAddr,
        at: Instant,
        sinks: &mut Sinks<'_>,
        digit: &mut dyn FnMut(char, Instant),
    ) {
        if let Some(handshake) = &mut self.handshake
            && (handshake.take(bytes, from, at, &mut self.source) || self.secure.is_none())
        {
            return;
        }
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
            sinks.jitter.restart();
            *sinks.statistics = ReceiverStatistics::new(self.encoding.clock_rate());
            self.newest = None;
        }
        let kind = packet.header.payload_type;
        let carried = if kind == self.terms.receive_payload_type || kind == self.terms.payload_type {
            Carried::Sound
        } else if Some(kind) == self.terms.dtmf_payload_type {
            Carried::Event
        } else if kind == COMFORT_NOISE && self.encoding.clock_rate() == tandem_audio::SAMPLE_RATE {
            Carried::Noise
        } else {
            return;
        };
        self.noise = carried == Carried::Noise;
        if let Some(arrivals) = &mut sinks.arrivals {
            arrivals.push(carried, packet.header, packet.payload, at);
        }
        match carried {
            Carried::Sound => {
                sinks.statistics.received(&packet.header, at);
                if sinks.decoding {
                    let timestamp = widened(&mut self.newest, packet.header.timestamp, self.encoding);
                    sinks.jitter.insert(timestamp, packet.payload, at);
                }
            }
            Carried::Event => {
                sinks.statistics.counted(&packet.header);
                if let Some(key) = self.events.receive(&packet) {
                    digit(key, at);
                }
            }
            Carried::Noise => sinks.statistics.counted(&packet.header),
        }
    }
}

pub(super) fn encoding(codec: Codec) -> Encoding {
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
