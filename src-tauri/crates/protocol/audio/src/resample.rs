//! Rational resampling by a polyphase windowed sinc, between the rates that voices, sound cards and wires use.
//!
//! The pass band reaches to 0.9 of the lower Nyquist frequency; aliases and images are at least 60 dB down.

use std::f64::consts::PI;

use crate::saturate;

/// Zero crossings of the sinc on each side.
const CROSSINGS: f64 = 24.0;
/// Kaiser window parameter, about −75 dB of side lobes.
const BETA: f64 = 7.5;

/// Converts a stream of one rate to another; the output is late by `delay` samples of the output.
#[derive(Debug, Clone)]
pub struct Resampler {
    up: usize,
    down: usize,
    /// `up` phases of `taps` coefficients each.
    filter: Vec<f32>,
    taps: usize,
    /// The last `taps` − 1 input samples, then new ones.
    input: Vec<f32>,
    /// Position of the next output in units of 1/up input samples, from the start of `input`.
    position: usize,
}

impl Resampler {
    /// Prepares a conversion; rates in Hz, both above zero.
    pub fn new(from: u32, to: u32) -> Self {
        let divisor = gcd(from.max(1), to.max(1));
        let (up, down) = ((to.max(1) / divisor) as usize, (from.max(1) / divisor) as usize);
        // In units of the input rate.
        let cutoff = 0.5 * 0.95 * (up as f64 / down as f64).min(1.0);
        let half = (CROSSINGS / (2.0 * cutoff)).ceil();
        let taps = 2 * half as usize;
        let mut filter = vec![0.0; up * taps];
        for phase in 0..up {
            let row = &mut filter[phase * taps..(phase + 1) * taps];
            for (tap, coefficient) in row.iter_mut().enumerate() {
                // The output lies `phase / up` after the input sample at `half - 1`.
                let distance = tap as f64 - (half - 1.0) - phase as f64 / up as f64;
                *coefficient =
                    (2.0 * cutoff * sinc(2.0 * cutoff * distance) * kaiser(distance / half)) as f32;
            }
            let sum: f32 = row.iter().sum();
            row.iter_mut().for_each(|c| *c /= sum);
        }
        Self { up, down, filter, taps, input: vec![0.0; taps - 1], position: 0 }
    }

    /// Whether it changes anything at all.
    pub fn is_identity(&self) -> bool {
        self.up == self.down
    }

    /// Converts the next samples and appends what comes out.
    pub fn process(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        if self.is_identity() {
            out.extend_from_slice(samples);
            return;
        }
        self.input.extend(samples.iter().map(|&s| f32::from(s)));
        while self.position / self.up + self.taps <= self.input.len() {
            let (at, phase) = (self.position / self.up, self.position % self.up);
            let row = &self.filter[phase * self.taps..(phase + 1) * self.taps];
            let sum: f32 = row.iter().zip(&self.input[at..at + self.taps]).map(|(c, s)| c * s).sum();
            out.push(saturate(sum.round() as i32));
            self.position += self.down;
        }
        let used = (self.position / self.up).min(self.input.len());
        self.input.drain(..used);
        self.position -= used * self.up;
    }

    /// Converts a whole piece: pushes the filter's delay out with silence and gives exactly the right length.
    pub fn whole(from: u32, to: u32, samples: &[i16]) -> Vec<i16> {
        let mut resampler = Self::new(from, to);
        let length = (samples.len() as u64 * u64::from(to)).div_ceil(u64::from(from.max(1))) as usize;
        let mut out = Vec::with_capacity(length + 64);
        if resampler.is_identity() {
            return samples.to_vec();
        }
        // The first output belongs to the input sample in the middle of the filter.
        resampler.input.truncate(resampler.taps / 2 - 1);
        resampler.process(samples, &mut out);
        resampler.process(&vec![0; resampler.taps], &mut out);
        out.resize(length, 0);
        out
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel(BETA * (1.0 - x * x).sqrt()) / bessel(BETA) }
}

/// Modified Bessel function of order zero, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..40 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{measure, tone};

    const RATES: [(u32, u32); 8] = [
        (8_000, 8_000),
        (16_000, 8_000),
        (22_050, 8_000),
        (24_000, 8_000),
        (44_100, 8_000),
        (48_000, 8_000),
        (8_000, 16_000),
        (8_000, 48_000),
    ];

    #[test]
    fn tones_of_the_telephone_band_come_out_at_60_db_over_noise_and_in_time() {
        for (from, to) in RATES {
            for frequency in [150.0, 1_004.0, 3_300.0] {
                let input = tone::sine_at(from as f32, frequency, 12_000.0, from as usize / 2, 0);
                let expected = tone::sine_at(to as f32, frequency, 12_000.0, to as usize / 2, 0);
                let output = Resampler::whole(from, to, &input);
                assert_eq!(output.len(), expected.len());
                let (start, end) = (expected.len() / 5, expected.len() * 4 / 5);
                let snr = measure::snr_db(&expected[start..end], &output[start..end]);
                assert!(snr > 60.0, "{from} -> {to}, {frequency} Hz: {snr:.1} dB");
            }
        }
    }

    #[test]
    fn what_would_alias_is_60_db_down() {
        for from in [16_000, 22_050, 24_000, 48_000] {
            let input = tone::sine_at(from as f32, 4_700.0, 12_000.0, from as usize / 2, 0);
            let output = Resampler::whole(from, 8_000, &input);
            let level = measure::rms(&output[500..3_500]);
            assert!(level < 12.0, "{from}: {level}");
        }
    }

    #[test]
    fn pieces_give_the_same_samples_as_the_whole() {
        let input = tone::noise(3, 9_000.0, 22_050);
        let (mut once, mut pieces) = (Vec::new(), Vec::new());
        Resampler::new(22_050, 8_000).process(&input, &mut once);
        let mut resampler = Resampler::new(22_050, 8_000);
        for piece in input.chunks(137) {
            resampler.process(piece, &mut pieces);
        }
        assert_eq!(once, pieces);
        assert!(once.len().abs_diff(8_000) < 20, "{}", once.len());
    }
}
