//! Hold music of our own: a slow four-chord loop of plucked tones, 16 s long, made from nothing but sines.

use std::f32::consts::TAU;
use std::sync::OnceLock;

use crate::saturate;

/// Half notes of the loop, in semitones over A3: Am, F, C, G, each broken upwards and down again.
const NOTES: [[i32; 8]; 4] = [
    [0, 3, 7, 12, 15, 12, 7, 3],
    [-4, 0, 3, 8, 12, 8, 3, 0],
    [-9, -5, -2, 3, 7, 3, -2, -5],
    [-2, 2, 5, 10, 14, 10, 5, 2],
];
const NOTE: usize = 4_000;
const LENGTH: usize = 4 * 8 * NOTE;
/// Quiet enough to talk over, about −20 dBFS at its peaks.
const LEVEL: f32 = 2_400.0;

/// A place in the loop.
#[derive(Debug, Clone, Default)]
pub struct HoldMusic {
    position: usize,
}

impl HoldMusic {
    /// Adds the next samples to `out`.
    pub fn add_to(&mut self, out: &mut [i16]) {
        let music = the_loop();
        for sample in out {
            *sample = saturate(i32::from(*sample) + i32::from(music[self.position]));
            self.position = (self.position + 1) % LENGTH;
        }
    }
}

/// The loop is made once; 256 kB serve every call.
fn the_loop() -> &'static [i16] {
    static LOOP: OnceLock<Vec<i16>> = OnceLock::new();
    LOOP.get_or_init(|| {
        let mut sum = vec![0.0f32; LENGTH];
        for (n, semitones) in NOTES.iter().flatten().enumerate() {
            let frequency = 220.0 * (*semitones as f32 / 12.0).exp2();
            // Each note rings over the next three; at the end of the loop into its beginning, so that no seam shows.
            for t in 0..4 * NOTE {
                let seconds = t as f32 / 8_000.0;
                let attack = (t as f32 / 80.0).min(1.0);
                let decay = (-2.2 * seconds).exp();
                let tail = (1.0 - t as f32 / (4 * NOTE) as f32).min(1.0);
                let wave = (TAU * frequency * seconds).sin() + 0.3 * (TAU * 2.0 * frequency * seconds).sin();
                sum[(n * NOTE + t) % LENGTH] += wave * attack * decay * tail * LEVEL * 0.5;
            }
        }
        sum.into_iter().map(|s| s as i16).collect()
    })
}

/// Makes the loop ahead of its first use, so that no tick has to.
pub fn prepare() {
    the_loop();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{measure, peak};

    #[test]
    fn the_loop_sounds_throughout_is_quiet_and_has_no_seam() {
        let mut music = HoldMusic::default();
        let mut heard = vec![0; LENGTH + 8_000];
        heard.chunks_mut(160).for_each(|frame| music.add_to(frame));
        assert_eq!(heard[..8_000], heard[LENGTH..]);
        assert!(heard.chunks(8_000).all(|second| measure::rms(second) > 200.0));
        assert!(peak(&heard) < 6_000);
        let step = heard.windows(2).map(|w| i32::from(w[1]).abs_diff(i32::from(w[0]))).max();
        assert!(step < Some(2_000), "{step:?}");
    }
}
