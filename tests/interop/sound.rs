//! What the peers play, and whether what they heard is what was sent.

use std::path::Path;

use tandem_audio::measure;
use tandem_scenarios::{Wav, find_envelope, speech};

use super::cell::{Cell, Codec, Peer};

/// What the peer says, in words that the recogniser of the exchange must find again.
pub const PHRASE: &str = "I have a question about my balance.";
/// A word of it.
pub const WORD: &str = "balance";
/// The greeting is over by then.
const FIRST_SILENCE_S: f64 = 4.5;
/// Longer than any call here: at the end of its file a phone hangs up.
const LENGTH_S: usize = 90;

/// Writes silence, the phrase and silence, in a rate and with as many channels as the phone's codec has.
pub async fn write_phrase(path: &Path, rate: u32, channels: usize) {
    let spoken = speech(PHRASE).await;
    let factor = (rate / 8_000) as usize;
    let mut samples = vec![0_i16; (FIRST_SILENCE_S * f64::from(rate)) as usize];
    for pair in spoken.windows(2) {
        let (from, to) = (i32::from(pair[0]), i32::from(pair[1]));
        let steps = i32::try_from(factor).expect("a small number");
        samples.extend((0..steps).map(|step| (from + (to - from) * step / steps) as i16));
    }
    samples.resize(rate as usize * LENGTH_S, 0);
    let data = samples.iter().flat_map(|sample| std::iter::repeat_n(sample.to_le_bytes(), channels));
    let length = u32::try_from(samples.len() * channels * 2).expect("a short file");
    let width = u16::try_from(channels * 2).expect("two at most");
    let mut bytes = Vec::with_capacity(length as usize + 44);
    bytes.extend(b"RIFF");
    bytes.extend((length + 36).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend((width / 2).to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(width)).to_le_bytes());
    bytes.extend(width.to_le_bytes());
    bytes.extend(b"\x10\0data");
    bytes.extend(length.to_le_bytes());
    bytes.extend(data.flatten());
    std::fs::write(path, bytes).expect("written");
}

/// The first channel at 8 kHz.
fn at_8_khz(wav: &Wav) -> Vec<i16> {
    let factor = (wav.rate / 8_000).max(1) as usize;
    let mean = |part: &[i16]| (part.iter().map(|s| i32::from(*s)).sum::<i32>() / factor as i32) as i16;
    wav.channels[0].chunks_exact(factor).map(mean).collect()
}

/// How a stretch of ours was heard.
#[derive(Debug, Clone, Copy)]
pub struct Likeness {
    /// Of the envelopes, 1 at most.
    pub envelope: f64,
    pub snr_db: f64,
}

impl Likeness {
    /// Whether it is the same speech: by its shape, and where codec and peer keep the samples by those too. linphone
    /// records after its resampler, and what sipp sends back has been through our own jitter buffer.
    pub fn is_good(self, cell: Cell) -> bool {
        let samples_kept = matches!(cell.codec, Codec::Pcmu | Codec::Pcma) && cell.peer == Peer::Baresip;
        self.envelope > 0.9 && (!samples_kept || self.snr_db > 15.0)
    }
}

/// Looks for what we sent between two times (seconds) in what the peer recorded.
pub fn likeness(sent: &Wav, channel: usize, (from, to): (f64, f64), heard: &Wav) -> Likeness {
    let reference = sent.stretch(channel, from, to).to_vec();
    let heard = at_8_khz(heard);
    let shape = Wav::mono(8_000, reference.clone()).envelope(0);
    let loud = shape.iter().any(|level| *level > 500.0);
    let all = Wav::mono(8_000, heard.clone()).envelope(0);
    if !loud || all.len() < shape.len() {
        return Likeness { envelope: 0.0, snr_db: f64::NEG_INFINITY };
    }
    let (place, envelope) = find_envelope(&shape, &all);
    // The envelope finds the place to a frame or so; the samples are compared around it.
    let begin = (place * 160).saturating_sub(480);
    let end = (begin + reference.len() + 960).min(heard.len());
    let snr_db = measure::align(&reference, &heard[begin..end], 960).snr_db;
    Likeness { envelope, snr_db }
}

/// Seconds at which this channel is first loud.
pub fn first_sound(wav: &Wav, channel: usize) -> Option<f64> {
    let place = wav.channels[channel].iter().position(|sample| sample.unsigned_abs() > 500)?;
    Some(place as f64 / f64::from(wav.rate))
}
