//! Sounds that are not words: a cough, a voicemail's tone.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const RATE: usize = 8_000;

/// A cough: two bursts of coloured noise with a fast attack, about 350 ms.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "samples are clamped to 16 bits"
)]
pub(crate) fn cough(seed: u64) -> Vec<i16> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut low = 0.0_f32;
    (0..RATE * 350 / 1_000)
        .map(|n| {
            let ms = n as f32 * 1_000.0 / RATE as f32;
            let burst = |start: f32, length: f32| {
                let t = (ms - start) / length;
                if (0.0..1.0).contains(&t) { (t * 20.0).min(1.0) * (1.0 - t) } else { 0.0 }
            };
            let envelope = burst(0.0, 140.0) + 0.7 * burst(190.0, 150.0);
            low += 0.35 * (rng.random_range(-1.0..1.0) - low);
            (low * envelope * 16_000.0).clamp(-32_000.0, 32_000.0) as i16
        })
        .collect()
}

/// A tone of 1 kHz.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "amplitude 8000 fits")]
pub(crate) fn beep(ms: u64) -> Vec<i16> {
    let length = usize::try_from(ms).unwrap_or(usize::MAX).min(5_000) * RATE / 1_000;
    (0..length)
        .map(|n| ((n as f32 * 1_000.0 / RATE as f32 * std::f32::consts::TAU).sin() * 8_000.0) as i16)
        .collect()
}
