//! Measuring sound in tests and self-checks: signal-to-noise ratio, alignment, and the level of one frequency.

/// How a recording lies on its reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// Samples by which the recording is late.
    pub offset: usize,
    /// Gain of the recording against the reference.
    pub gain: f64,
    /// Power of the (scaled) reference over the power of what differs, in dB.
    pub snr_db: f64,
}

/// Signal-to-noise ratio of a recording that is already aligned and of equal level, in dB.
pub fn snr_db(reference: &[i16], recording: &[i16]) -> f64 {
    let (mut signal, mut noise) = (0.0, 0.0);
    for (&r, &x) in reference.iter().zip(recording) {
        let (r, x) = (f64::from(r), f64::from(x));
        signal += r * r;
        noise += (x - r) * (x - r);
    }
    ratio_db(signal, noise)
}

/// Finds the offset (0 to `longest`) at which the reference correlates best with the recording, and its SNR there.
///
/// The reference must fit into the recording at offset 0; offsets at which it does not are not tried.
pub fn align(reference: &[i16], recording: &[i16], longest: usize) -> Alignment {
    let power = energy(reference);
    let mut best = Alignment { offset: 0, gain: 0.0, snr_db: f64::NEG_INFINITY };
    for offset in 0..=longest.min(recording.len().saturating_sub(reference.len())) {
        let part = &recording[offset..offset + reference.len()];
        let product: f64 = reference.iter().zip(part).map(|(&r, &x)| f64::from(r) * f64::from(x)).sum();
        if product <= 0.0 || power == 0.0 {
            continue;
        }
        let gain = product / power;
        let noise = (energy(part) - gain * product).max(0.0);
        let snr = ratio_db(gain * product, noise);
        if snr > best.snr_db {
            best = Alignment { offset, gain, snr_db: snr };
        }
    }
    best
}

/// Amplitude of one frequency in samples at 8 kHz (Goertzel), in the samples' unit.
pub fn tone_level(samples: &[i16], frequency: f64) -> f64 {
    let coefficient = 2.0 * (std::f64::consts::TAU * frequency / 8_000.0).cos();
    let (mut before, mut last) = (0.0, 0.0);
    for &sample in samples {
        let now = f64::from(sample) + coefficient * last - before;
        (before, last) = (last, now);
    }
    let power = before * before + last * last - coefficient * before * last;
    2.0 * power.max(0.0).sqrt() / samples.len().max(1) as f64
}

/// Root mean square of samples.
pub fn rms(samples: &[i16]) -> f64 {
    (energy(samples) / samples.len().max(1) as f64).sqrt()
}

fn energy(samples: &[i16]) -> f64 {
    samples.iter().map(|&s| f64::from(s) * f64::from(s)).sum()
}

fn ratio_db(signal: f64, noise: f64) -> f64 {
    if noise <= 0.0 { 120.0 } else { (10.0 * (signal / noise).log10()).min(120.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone;

    #[test]
    fn alignment_finds_delay_gain_and_added_noise() {
        let reference = tone::noise(5, 8_000.0, 4_000);
        let mut recording = vec![0; 333];
        recording.extend(reference.iter().map(|s| s / 2));
        recording.resize(5_000, 0);
        for (sample, noise) in recording.iter_mut().zip(tone::noise(9, 40.0, 5_000)) {
            *sample += noise;
        }
        let found = align(&reference, &recording, 1_000);
        assert_eq!(found.offset, 333);
        assert!((found.gain - 0.5).abs() < 0.01, "{found:?}");
        assert!((found.snr_db - 40.0).abs() < 1.0, "{found:?}");
    }

    #[test]
    fn a_tone_is_seen_at_its_frequency_only() {
        let tone = tone::sine(1_000.0, 6_000.0, 1_600, 0);
        assert!((tone_level(&tone, 1_000.0) - 6_000.0).abs() < 10.0);
        assert!(tone_level(&tone, 1_500.0) < 20.0);
        assert!((rms(&tone) - 6_000.0 / std::f64::consts::SQRT_2).abs() < 10.0);
    }
}
