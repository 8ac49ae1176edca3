//! Encodings of a 20 ms frame at 8 kHz, whatever rate the wire has: G.711, G.722 and Opus.
//!
//! Rooms mix at 8 kHz. G.722 codes 16 kHz, so it is resampled here; what lies above 4 kHz is lost on the way in and
//! empty on the way out. Opus codes from and to 8 kHz by itself (RFC 6716, section 2), under an RTP clock of 48 kHz.

use audio_codec::g722::{G722Decoder, G722Encoder};
use audio_codec::{Decoder as _, Encoder as _};

use crate::g711::Law;
use crate::jitter::Decode;
use crate::resample::Resampler;

/// An encoding on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    G711(Law),
    /// 64 kbit/s (ITU-T G.722, mode 1).
    G722,
    /// Mono at 24 kbit/s with in-band FEC (RFC 7587).
    Opus,
}

impl Encoding {
    /// Ticks of the RTP clock a second; for G.722 half its sample rate, by RFC 3551's old mistake (section 4.5.2).
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::G711(_) | Self::G722 => 8_000,
            Self::Opus => 48_000,
        }
    }
}

impl Encoding {
    /// Ticks of the RTP clock that a payload lasts; 0 for one that is none.
    pub fn duration(self, payload: &[u8]) -> u32 {
        match self {
            Self::G711(_) | Self::G722 => payload.len() as u32,
            Self::Opus => opus::packet::get_nb_samples(payload, 48_000).unwrap_or(0) as u32,
        }
    }

    /// Whether the same samples always give the same payload, whatever was coded before.
    pub const fn is_stateless(self) -> bool {
        matches!(self, Self::G711(_))
    }
}

/// Writes payloads of one stream.
#[derive(Debug)]
pub struct Encoder(Writing);

/// Reads payloads of one stream.
#[derive(Debug)]
pub struct Decoder(Reading);

enum Writing {
    G711(Law),
    G722 { codec: Box<G722Encoder>, resampler: Resampler, wide: Vec<i16> },
    Opus(opus::Encoder),
}

enum Reading {
    G711(Law),
    G722 { codec: Box<G722Decoder>, resampler: Resampler },
    Opus(opus::Decoder),
}

/// The longest Opus packet: 120 ms (RFC 6716, section 3.2), at 8 kHz.
const LONGEST: usize = 960;
/// What is expected of a way before its reports come, and the most that is believed, in percent.
const LEAST_LOSS: u8 = 5;
const MOST_LOSS: u8 = 40;
/// The largest Opus frame of 20 ms (RFC 6716, section 3.4).
const LARGEST: usize = 1_275;

impl Encoder {
    /// A stream at its beginning.
    pub fn new(encoding: Encoding) -> Self {
        Self(match encoding {
            Encoding::G711(law) => Writing::G711(law),
            Encoding::G722 => Writing::G722 {
                codec: Box::new(G722Encoder::new()),
                resampler: Resampler::new(8_000, 16_000),
                wide: Vec::with_capacity(320),
            },
            Encoding::Opus => Writing::Opus(speech_encoder()),
        })
    }

    /// Forgets what it has coded so far, for a peer that heard something else of late.
    pub fn reset(&mut self) {
        match &mut self.0 {
            Writing::G711(_) => {}
            Writing::G722 { codec, .. } => **codec = G722Encoder::new(),
            // Documented to fail for no state an encoder can be in.
            Writing::Opus(codec) => drop(codec.reset_state()),
        }
    }

    /// Tells the part of the packets that the peer misses, in percent, so that the next tell more of the lost ones.
    pub fn expect_loss(&mut self, percent: u8) {
        if let Writing::Opus(codec) = &mut self.0 {
            // Within the documented range; without it speech is still coded.
            let _ = codec.set_packet_loss_perc(i32::from(percent.clamp(LEAST_LOSS, MOST_LOSS)));
        }
    }

    /// The loss that it codes for, in percent; 0 for an encoding that tells nothing of lost packets.
    pub fn expected_loss(&mut self) -> u8 {
        match &mut self.0 {
            Writing::Opus(codec) => codec.get_packet_loss_perc().unwrap_or(0) as u8,
            _ => 0,
        }
    }

    /// Appends the payload of one frame of 20 ms at 8 kHz.
    pub fn encode(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        match &mut self.0 {
            Writing::G711(law) => law.encode(samples, out),
            Writing::G722 { codec, resampler, wide } => {
                wide.clear();
                resampler.process(samples, wide);
                out.extend(codec.encode(wide));
            }
            Writing::Opus(codec) => {
                let start = out.len();
                out.resize(start + LARGEST, 0);
                let written = codec.encode(samples, &mut out[start..]).unwrap_or(0);
                out.truncate(start + written);
            }
        }
    }
}

impl Decoder {
    /// A stream at its beginning.
    pub fn new(encoding: Encoding) -> Self {
        Self(match encoding {
            Encoding::G711(law) => Reading::G711(law),
            Encoding::G722 => Reading::G722 {
                codec: Box::new(G722Decoder::new()),
                resampler: Resampler::new(16_000, 8_000),
            },
            Encoding::Opus => Reading::Opus(
                opus::Decoder::new(8_000, opus::Channels::Mono).expect("8 kHz mono is a mode of every Opus"),
            ),
        })
    }

    /// Appends a payload's samples at 8 kHz; a payload that is none of this encoding gives nothing.
    pub fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) {
        match &mut self.0 {
            Reading::G711(law) => law.decode(payload, out),
            Reading::G722 { codec, resampler } => resampler.process(&codec.decode(payload), out),
            Reading::Opus(codec) => {
                let start = out.len();
                out.resize(start + LONGEST, 0);
                let read = codec.decode(payload, &mut out[start..], false).unwrap_or(0);
                out.truncate(start + read);
            }
        }
    }
}

impl Decode for &mut Decoder {
    fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) {
        Decoder::decode(self, payload, out);
    }

    fn recover(&mut self, next: Option<&[u8]>, samples: usize, out: &mut Vec<i16>) -> bool {
        let Reading::Opus(codec) = &mut self.0 else { return false };
        // Opus makes up multiples of 2.5 ms only.
        if samples == 0 || !samples.is_multiple_of(20) {
            return false;
        }
        let start = out.len();
        out.resize(start + samples, 0);
        let made = codec.decode(next.unwrap_or_default(), &mut out[start..], next.is_some()).is_ok();
        if !made {
            out.truncate(start);
        }
        made
    }

    fn recovers(&self) -> bool {
        matches!(self.0, Reading::Opus(_))
    }
}

fn speech_encoder() -> opus::Encoder {
    let mut codec = opus::Encoder::new(8_000, opus::Channels::Mono, opus::Application::Voip)
        .expect("8 kHz mono is a mode of every Opus");
    // Each of these is a wish within the documented range, and without it speech is still coded.
    let _ = codec.set_bitrate(opus::Bitrate::Bits(24_000));
    let _ = codec.set_complexity(5);
    let _ = codec.set_inband_fec(true);
    let _ = codec.set_packet_loss_perc(i32::from(LEAST_LOSS));
    codec
}

impl std::fmt::Debug for Writing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::G711(_) => "G.711",
            Self::G722 { .. } => "G.722",
            Self::Opus(_) => "Opus",
        })
    }
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::G711(_) => "G.711",
            Self::G722 { .. } => "G.722",
            Self::Opus(_) => "Opus",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FRAME, measure, tone};

    const ALL: [Encoding; 4] =
        [Encoding::G711(Law::Mu), Encoding::G711(Law::A), Encoding::G722, Encoding::Opus];

    #[test]
    fn each_encoding_carries_a_tone_frame_by_frame_at_its_rate() {
        for encoding in ALL {
            let (mut encoder, mut decoder) = (Encoder::new(encoding), Decoder::new(encoding));
            let sent = tone::sine(440.0, 8_000.0, 100 * FRAME, 0);
            let (mut heard, mut bytes) = (Vec::new(), 0);
            for frame in sent.chunks(FRAME) {
                let mut payload = Vec::new();
                encoder.encode(frame, &mut payload);
                bytes += payload.len();
                let before = heard.len();
                decoder.decode(&payload, &mut heard);
                assert_eq!(heard.len() - before, FRAME, "{encoding:?}");
            }
            match encoding {
                Encoding::Opus => assert!((2_000..8_000).contains(&bytes), "{bytes}"),
                _ => assert_eq!(bytes, 100 * FRAME, "64 kbit/s"),
            }
            let level = measure::tone_level(&heard[50 * FRAME..], 440.0);
            assert!((7_000.0..9_000.0).contains(&level), "{encoding:?}: {level}");
            let other = measure::tone_level(&heard[50 * FRAME..], 1_000.0);
            assert!(other < 400.0, "{encoding:?}: {other}");
        }
    }

    #[test]
    fn nonsense_never_panics() {
        for encoding in ALL {
            let mut decoder = Decoder::new(encoding);
            for length in 0..200 {
                let payload: Vec<u8> = (0..length).map(|n| (n * 37 + length) as u8).collect();
                decoder.decode(&payload, &mut Vec::new());
            }
        }
    }
}
