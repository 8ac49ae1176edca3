//! Audio as telephony needs it: codecs, jitter buffer, mixer, tones, DTMF, voice activity, resampling, WAV, measures.
//!
//! Everything works on signed 16-bit mono unless it says otherwise. Nothing here reads a clock or draws randomness:
//! where time matters, the caller passes it in.

pub mod codec;
pub mod conceal;
pub mod dtmf;
pub mod g711;
pub mod jitter;
pub mod measure;
pub mod mixer;
pub mod music;
pub mod ogg_opus;
pub mod peaks;
pub mod resample;
pub mod stretch;
pub mod tone;
pub mod vad;
pub mod wav;

mod delay;
mod packets;

/// Samples a second of the telephone band.
pub const SAMPLE_RATE: u32 = 8_000;
/// Samples in one 20 ms frame at [`SAMPLE_RATE`].
pub const FRAME: usize = 160;

/// The largest magnitude in a stretch of samples; 0 for none.
pub fn peak(samples: &[i16]) -> u16 {
    samples.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0)
}

/// Clips to the range of a sample.
pub fn saturate(value: i32) -> i16 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

/// Multiplies a stretch by a gain that moves evenly from `from` to `to`, both in 1/32768 (0 to 32768).
pub fn ramp(samples: &mut [i16], from: i32, to: i32) {
    let length = i32::try_from(samples.len()).unwrap_or(i32::MAX).max(1);
    for (n, sample) in samples.iter_mut().enumerate() {
        let gain = from + (to - from) * n as i32 / length;
        *sample = ((i32::from(*sample) * gain) >> 15) as i16;
    }
}
