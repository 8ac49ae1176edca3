//! Sample rates: between a card's and the telephone's, by a ratio that may drift.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Adjustable, Async, FixedAsync, Resampler, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

/// Largest deviation from the nominal ratio that is ever asked for.
const LEEWAY: f64 = 1.02;
/// Length of the filter in samples of the slower side: 4 ms of delay at 8 kHz, flat up to 3.4 kHz.
const ZEROS: usize = 64;
/// Half of the loudness is left here, as a share of half of the slower rate; what folds back lands above 3.4 kHz.
const CUTOFF: f32 = 0.92;
const WINDOW: WindowFunction = WindowFunction::BlackmanHarris2;

/// A mono resampler that takes any number of samples at a time.
pub(crate) struct Rate {
    inner: Async<f32>,
    pending: Vec<f32>,
    out: Vec<f32>,
}

impl std::fmt::Debug for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rate").field("pending", &self.pending.len()).finish_non_exhaustive()
    }
}

impl Rate {
    /// `chunk`: samples worked on at a time.
    pub fn new(from: u32, to: u32, chunk: usize) -> Result<Self, String> {
        // The filter is as long as ZEROS samples of the slower side: its length is counted at the input's rate, its
        // cutoff at the lower one's.
        let sinc_len = ZEROS * (from.div_ceil(to) as usize).clamp(1, 12);
        let parameters = SincInterpolationParameters {
            sinc_len,
            f_cutoff: Some(CUTOFF),
            oversampling_factor: 128,
            interpolation: SincInterpolationType::Linear,
            window: WINDOW,
        };
        let ratio = f64::from(to) / f64::from(from);
        let inner = Async::new_sinc(ratio, LEEWAY, &parameters, chunk, 1, FixedAsync::Input)
            .map_err(|error| error.to_string())?;
        let out = vec![0.0; inner.output_frames_max()];
        Ok(Self { inner, pending: Vec::with_capacity(chunk * 4), out })
    }

    /// Makes `relative` times as many samples as the rates alone would.
    pub fn adjust(&mut self, relative: f64) {
        // Within the leeway by construction; a refusal would leave the ratio as it is.
        let _ = self.inner.set_resample_ratio_relative(relative.clamp(1.0 / LEEWAY, LEEWAY), true);
    }

    /// Takes samples and hands on what they make.
    pub fn push(&mut self, samples: impl IntoIterator<Item = f32>, mut made: impl FnMut(&[f32])) {
        self.pending.extend(samples);
        loop {
            let needed = self.inner.input_frames_next();
            if self.pending.len() < needed {
                return;
            }
            let (input, output) = (
                InterleavedSlice::new(&self.pending[..needed], 1, needed),
                InterleavedSlice::new_mut(&mut self.out, 1, self.inner.output_frames_max()),
            );
            let (Ok(input), Ok(mut output)) = (input, output) else { return };
            let Ok((_, written)) = self.inner.process_into_buffer(&input, &mut output, None) else { return };
            made(&self.out[..written]);
            self.pending.drain(..needed);
        }
    }
}

/// To the exchange's samples.
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
pub(crate) fn to_i16(sample: f32) -> i16 {
    (sample * 32_767.0).clamp(-32_768.0, 32_767.0) as i16
}

/// To the card's samples.
pub(crate) fn to_f32(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "small indices")]
mod tests {
    use super::*;

    fn tone(rate: u32, hz: f32, length: usize) -> Vec<f32> {
        (0..length).map(|n| (n as f32 * hz / rate as f32 * std::f32::consts::TAU).sin() * 0.5).collect()
    }

    /// Amplitude of one frequency (Goertzel by plain correlation).
    fn amplitude(samples: &[f32], rate: u32, hz: f32) -> f32 {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in samples.iter().enumerate() {
            let phase = n as f32 * hz / rate as f32 * std::f32::consts::TAU;
            re += sample * phase.cos();
            im += sample * phase.sin();
        }
        2.0 * (re * re + im * im).sqrt() / samples.len() as f32
    }

    fn converted(from: u32, to: u32, hz: f32) -> Vec<f32> {
        let mut rate = Rate::new(from, to, 240).expect("a valid ratio");
        let mut out = Vec::new();
        rate.push(tone(from, hz, from as usize), |made| out.extend_from_slice(made));
        out
    }

    #[test]
    fn a_voice_band_tone_passes_both_ways_at_its_loudness() {
        for (from, to) in [(48_000, 8_000), (8_000, 48_000), (44_100, 8_000)] {
            let out = converted(from, to, 1_000.0);
            let steady = &out[to as usize / 5..to as usize * 4 / 5];
            let loudness = amplitude(steady, to, 1_000.0);
            assert!((loudness - 0.5).abs() < 0.01, "{from} to {to}: {loudness}");
        }
    }

    #[test]
    fn the_upper_end_of_the_telephone_band_passes() {
        let out = converted(48_000, 8_000, 3_300.0);
        let loudness = amplitude(&out[1_600..6_400], 8_000, 3_300.0);
        assert!((loudness - 0.5).abs() < 0.05, "{loudness}");
    }

    #[test]
    fn what_the_telephone_cannot_carry_does_not_fold_back() {
        let out = converted(48_000, 8_000, 6_000.0);
        let steady = &out[1_600..6_400];
        let alias = amplitude(steady, 8_000, 2_000.0);
        assert!(alias < 0.001, "alias of {alias}");
    }

    #[test]
    fn an_adjusted_ratio_makes_more_samples() {
        let mut rate = Rate::new(8_000, 48_000, 160).expect("a valid ratio");
        rate.adjust(1.005);
        let mut count = 0;
        rate.push(tone(8_000, 500.0, 80_000), |made| count += made.len());
        let relative = f64::from(u32::try_from(count).expect("small")) / 480_000.0;
        assert!((relative - 1.005).abs() < 0.000_5, "{relative}");
    }
}
