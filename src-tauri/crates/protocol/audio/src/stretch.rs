//! Shortening and lengthening sound by one waveform period, with overlap, so that it is not heard.
//!
//! The lag with the best normalised correlation is taken: a pitch period of voice, anything at all in silence.

use crate::{peak, saturate};

/// Lags searched, 2.5 to 10 ms at 8 kHz.
const LAGS: std::ops::RangeInclusive<usize> = 20..=80;
/// Samples compared and cross-faded.
const OVERLAP: usize = 80;
/// What a change needs to look at.
pub const WINDOW: usize = OVERLAP + 80;
/// Below this peak (about −50 dBFS) any cut is inaudible.
const QUIET: u16 = 100;
/// Below this correlation a cut would be heard.
const ALIKE: f32 = 0.5;

/// Takes one period out of the beginning of `samples` (at least [`WINDOW`] long); gives the samples saved.
///
/// 0 when no cut sounds well and `force` is not set.
pub fn compress(samples: &mut Vec<i16>, force: bool) -> usize {
    let Some(lag) = best_lag(samples, force) else { return 0 };
    // Backwards, since the written stretch overlaps the read one.
    for n in (0..OVERLAP).rev() {
        samples[lag + n] = cross(samples[n], samples[lag + n], n);
    }
    samples.drain(..lag);
    lag
}

/// Repeats one period at the beginning of `samples` (at least [`WINDOW`] long); gives the samples added.
pub fn expand(samples: &mut Vec<i16>, force: bool) -> usize {
    let Some(lag) = best_lag(samples, force) else { return 0 };
    let mut longer = Vec::with_capacity(samples.len() + lag);
    longer.extend_from_slice(&samples[..lag]);
    longer.extend((0..OVERLAP).map(|n| cross(samples[lag + n], samples[n], n)));
    longer.extend_from_slice(&samples[OVERLAP..]);
    *samples = longer;
    lag
}

/// The lag at which the last 160 samples repeat best, 2.5 to 15 ms; for concealment. Needs 280 samples.
pub(crate) fn period(history: &[i16]) -> usize {
    let compared = &history[history.len() - 160..];
    (20..=120)
        .map(|lag| (lag, alike(compared, &history[history.len() - 160 - lag..][..160])))
        .fold((80, 0.0), |best, now| if now.1 > best.1 + 0.01 { now } else { best })
        .0
}

fn best_lag(samples: &[i16], force: bool) -> Option<usize> {
    if samples.len() < WINDOW {
        return None;
    }
    if peak(&samples[..WINDOW]) < QUIET {
        return Some(*LAGS.end());
    }
    let (lag, likeness) = LAGS
        .map(|lag| (lag, alike(&samples[..OVERLAP], &samples[lag..lag + OVERLAP])))
        .fold((*LAGS.end(), f32::MIN), |best, now| if now.1 > best.1 { now } else { best });
    (force || likeness > ALIKE).then_some(lag)
}

fn alike(a: &[i16], b: &[i16]) -> f32 {
    let (mut product, mut left, mut right) = (0.0f32, 1.0f32, 1.0f32);
    for (&x, &y) in a.iter().zip(b) {
        let (x, y) = (f32::from(x), f32::from(y));
        product += x * y;
        left += x * x;
        right += y * y;
    }
    product / (left * right).sqrt()
}

fn cross(from: i16, to: i16, n: usize) -> i16 {
    let (n, whole) = (n as i32, OVERLAP as i32);
    saturate((i32::from(from) * (whole - n) + i32::from(to) * n) / whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{measure, tone};

    #[test]
    fn a_tone_keeps_its_frequency_and_smoothness_when_shortened_and_lengthened() {
        let tone = tone::sine(200.0, 8000.0, 8_000, 0);
        for change in [compress as fn(&mut Vec<i16>, bool) -> usize, expand] {
            let mut head = tone[..2_000].to_vec();
            let moved = change(&mut head, false);
            assert_eq!(moved % 40, 0, "whole periods of 200 Hz at 8 kHz");
            assert_eq!(head.len().abs_diff(2_000), moved);
            let snr = measure::align(&tone[..1_500], &head[..1_600], 100).snr_db;
            assert!(snr > 35.0, "{snr}");
        }
    }

    #[test]
    fn noise_is_left_alone_unless_forced_and_silence_is_always_cut() {
        let mut noise = tone::noise(3, 9000.0, 400);
        assert_eq!(compress(&mut noise, false), 0);
        assert!(compress(&mut noise, true) > 0);
        assert_eq!(compress(&mut vec![0; 400], false), 80);
        assert_eq!(compress(&mut vec![0; 100], true), 0, "too little to look at");
    }
}
