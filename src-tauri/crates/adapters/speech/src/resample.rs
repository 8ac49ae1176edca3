//! A streaming resampler between whole-number rates: a windowed-sinc low-pass split into phases.
//!
//! Used between the providers' own rates (16, 22.05, 24 kHz) and the call's (8 or 16 kHz).

use std::f64::consts::PI;

/// Zero crossings of the sinc on each side, at the lower of the two rates.
const CROSSINGS: usize = 16;
/// Share of the lower Nyquist frequency that passes.
const PASS: f64 = 0.94;

/// Converts one stream of mono samples from one rate to another.
#[derive(Debug, Clone)]
pub struct Resampler {
    up: usize,
    down: usize,
    /// `up` phases of `taps` coefficients each, newest input first.
    phases: Vec<f32>,
    taps: usize,
    history: Vec<f32>,
    /// Position of the next output sample, in 1/`up` of an input sample, from the start of `history`.
    next: usize,
}

impl Resampler {
    /// From `from` to `to` samples a second (both above zero).
    pub fn new(from: u32, to: u32) -> Self {
        let divisor = greatest_common_divisor(from.max(1), to.max(1));
        let (up, down) = ((to.max(1) / divisor) as usize, (from.max(1) / divisor) as usize);
        if up == down {
            return Self { up: 1, down: 1, phases: vec![1.0], taps: 1, history: Vec::new(), next: 0 };
        }
        // The prototype runs at `from * up`; it cuts at the lower of the two Nyquist frequencies.
        let widest = up.max(down);
        let half = CROSSINGS * widest;
        let taps = (2 * half).div_ceil(up) + 1;
        let cutoff = PASS / widest as f64;
        let mut phases = vec![0.0_f32; up * taps];
        for phase in 0..up {
            let mut sum = 0.0;
            for tap in 0..taps {
                let at = (phase + tap * up) as f64 - half as f64;
                let window = if at.abs() <= half as f64 {
                    let x = at / half as f64;
                    0.42 + 0.5 * (PI * x).cos() + 0.08 * (2.0 * PI * x).cos()
                } else {
                    0.0
                };
                let x = at * cutoff;
                let sinc = if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) };
                phases[phase * taps + tap] = (sinc * window) as f32;
                sum += sinc * window;
            }
            for coefficient in &mut phases[phase * taps..(phase + 1) * taps] {
                *coefficient /= sum as f32;
            }
        }
        // Half a filter of silence ahead, so that output sample 0 lies at input sample 0.
        Self {
            up,
            down,
            phases,
            taps,
            history: vec![0.0; taps - 1 - half / up],
            next: (taps - 1) * up + half % up,
        }
    }

    /// Takes input, answers the output that it completes.
    pub fn process(&mut self, input: &[i16]) -> Vec<i16> {
        if self.up == self.down {
            return input.to_vec();
        }
        self.history.extend(input.iter().map(|sample| f32::from(*sample)));
        let mut output = Vec::with_capacity(input.len() * self.up / self.down + 1);
        while self.next / self.up < self.history.len() {
            let (newest, phase) = (self.next / self.up, self.next % self.up);
            let coefficients = &self.phases[phase * self.taps..(phase + 1) * self.taps];
            let window = &self.history[newest + 1 - self.taps..=newest];
            let value: f32 = coefficients.iter().zip(window.iter().rev()).map(|(c, s)| c * s).sum();
            output.push(value.round().clamp(-32768.0, 32767.0) as i16);
            self.next += self.down;
        }
        let unused = (self.next / self.up + 1).saturating_sub(self.taps).min(self.history.len());
        self.history.drain(..unused);
        self.next -= unused * self.up;
        output
    }

    /// What the filter still holds when the stream ends.
    pub fn finish(&mut self) -> Vec<i16> {
        if self.up == self.down {
            return Vec::new();
        }
        let tail = CROSSINGS * self.up.max(self.down) / self.up;
        self.process(&vec![0; tail])
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hertz: f64, samples: usize) -> Vec<i16> {
        (0..samples)
            .map(|n| ((2.0 * PI * hertz * n as f64 / f64::from(rate)).sin() * 10_000.0) as i16)
            .collect()
    }

    fn level(samples: &[i16]) -> f64 {
        (samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
    }

    #[test]
    fn a_tone_keeps_its_level_length_and_place_whatever_the_block_size() {
        for (from, to) in
            [(8_000, 16_000), (16_000, 8_000), (22_050, 8_000), (24_000, 8_000), (16_000, 24_000)]
        {
            let input = tone(from, 440.0, from as usize);
            let mut whole = Resampler::new(from, to);
            let mut expected = whole.process(&input);
            expected.extend(whole.finish());
            let mut blocks = Resampler::new(from, to);
            let mut got: Vec<i16> = input.chunks(37).flat_map(|block| blocks.process(block)).collect();
            got.extend(blocks.finish());
            assert_eq!(got, expected, "{from} to {to}");
            assert!(got.len().abs_diff(to as usize) <= 2, "{from} to {to}: {} samples", got.len());
            let ideal = tone(to, 440.0, got.len());
            let middle = 200..got.len() - 200;
            let error: Vec<i16> = middle.clone().map(|n| got[n] - ideal[n]).collect();
            assert!(level(&error) < 0.01 * level(&ideal[middle]), "{from} to {to}: {}", level(&error));
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_carry_is_removed() {
        let out = Resampler::new(16_000, 8_000).process(&tone(16_000, 5_500.0, 16_000));
        assert!(level(&out[200..]) < 30.0, "alias at {}", level(&out[200..]));
    }

    #[test]
    fn equal_rates_pass_through() {
        assert_eq!(Resampler::new(8_000, 8_000).process(&[1, 2, 3]), [1, 2, 3]);
    }
}
