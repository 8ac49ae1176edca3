//! Call progress tones without a country: 425 Hz, as ITU-T E.180 recommends; and the raw waves tests are made of.

use std::f32::consts::TAU;

/// What a tone does once its pattern is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Repeat,
    Silence,
}

/// A cadenced tone, generated on demand at 8 kHz.
#[derive(Debug, Clone)]
pub struct Tone {
    frequency: f32,
    /// Samples on and off.
    cadence: (u64, u64),
    after: After,
    position: u64,
}

/// Comfortable beside speech, about −16 dBFS.
const LEVEL: f32 = 5_000.0;
/// Edges of 5 ms, so that a cadence does not click.
const EDGE: u64 = 40;

impl Tone {
    fn new(frequency: f32, on_ms: u64, off_ms: u64, after: After) -> Self {
        Self { frequency, cadence: (on_ms * 8, off_ms * 8), after, position: 0 }
    }

    /// 1 s on, 4 s off.
    pub fn ringback() -> Self {
        Self::new(425.0, 1_000, 4_000, After::Repeat)
    }

    /// 0.5 s on, 0.5 s off.
    pub fn busy() -> Self {
        Self::new(425.0, 500, 500, After::Repeat)
    }

    /// 1 kHz for 200 ms, once.
    pub fn beep() -> Self {
        Self::new(1_000.0, 200, 0, After::Silence)
    }

    /// Whether the tone has ended for good.
    pub fn is_over(&self) -> bool {
        self.after == After::Silence && self.position >= self.cadence.0
    }

    /// Adds the next samples to `out`.
    pub fn add_to(&mut self, out: &mut [i16]) {
        let (on, off) = self.cadence;
        for sample in out {
            if self.is_over() {
                return;
            }
            let within = self.position % (on + off).max(1);
            if within < on {
                let edge = within.min(on - 1 - within).min(EDGE) as f32 / EDGE as f32;
                // The phase restarts at every burst, so that all bursts are alike.
                let wave = (TAU * self.frequency * within as f32 / 8_000.0).sin();
                *sample = crate::saturate(i32::from(*sample) + (wave * edge * LEVEL) as i32);
            }
            self.position += 1;
        }
    }
}

/// A sine of `count` samples at 8 kHz whose phase is that of sample number `from`.
pub fn sine(frequency: f32, amplitude: f32, count: usize, from: usize) -> Vec<i16> {
    sine_at(8_000.0, frequency, amplitude, count, from)
}

/// The same at any sample rate.
pub fn sine_at(rate: f32, frequency: f32, amplitude: f32, count: usize, from: usize) -> Vec<i16> {
    let step = std::f64::consts::TAU * f64::from(frequency) / f64::from(rate);
    (from..from + count).map(|n| ((step * n as f64).sin() * f64::from(amplitude)).round() as i16).collect()
}

/// White noise, the same for the same seed.
pub fn noise(seed: u64, amplitude: f32, count: usize) -> Vec<i16> {
    let mut state = seed | 1;
    (0..count)
        .map(|_| {
            // SplitMix64's output step over a Weyl sequence.
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            let unit = ((z >> 40) as f32) / (1u64 << 23) as f32 - 1.0;
            (unit * amplitude) as i16
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{measure, peak};

    #[test]
    fn busy_is_half_a_second_on_and_half_off_for_ever() {
        let mut tone = Tone::busy();
        let mut heard = vec![0; 80_000];
        heard.chunks_mut(160).for_each(|frame| tone.add_to(frame));
        for second in heard.chunks(8_000) {
            assert!(peak(&second[100..3_900]) > 4_000);
            assert_eq!(peak(&second[4_000..]), 0);
        }
        assert!(measure::tone_level(&heard[..4_000], 425.0) > 0.9 * f64::from(LEVEL));
    }

    #[test]
    fn a_beep_sounds_once() {
        let mut tone = Tone::beep();
        let mut heard = vec![0; 8_000];
        tone.add_to(&mut heard);
        assert!(tone.is_over());
        assert!(peak(&heard[..1_600]) > 4_000);
        assert_eq!(peak(&heard[1_600..]), 0);
    }
}
