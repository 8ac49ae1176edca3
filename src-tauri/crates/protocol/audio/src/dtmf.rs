//! DTMF in the audio itself: generator and Goertzel detector (ITU-T Q.23, Q.24).

use std::f32::consts::TAU;

use crate::saturate;

const LOW: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
const HIGH: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
const KEYS: [[char; 4]; 4] =
    [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// The samples of one key press at 8 kHz, each tone with this amplitude; `None` for what is no key.
pub fn press(key: char, amplitude: f32, samples: usize) -> Option<Vec<i16>> {
    let key = key.to_ascii_uppercase();
    let (row, column) = (0..16).map(|n| (n / 4, n % 4)).find(|&(r, c)| KEYS[r][c] == key)?;
    let wave = |frequency: f32, n: usize| (TAU * frequency * n as f32 / 8_000.0).sin() * amplitude;
    Some((0..samples).map(|n| saturate((wave(LOW[row], n) + wave(HIGH[column], n)) as i32)).collect())
}

/// Samples of one decision, 12.75 ms: as long as a 40 ms press allows two whole blocks to fall into it.
const BLOCK: usize = 102;
/// The two tones must hold this part of a block's power.
const PURITY: f32 = 0.7;
/// Highest of its group over the next, as a power ratio (6 dB).
const CONTRAST: f32 = 4.0;
/// Power of low over high and of high over low (8 dB and 6 dB, with a margin for the line).
const TWIST: f32 = 8.0;
/// Quietest amplitude of a tone, about −36 dBFS.
const QUIETEST: f32 = 500.0;

/// Finds key presses in a stream of samples.
#[derive(Debug, Clone, Default)]
pub struct DtmfDetector {
    block: Vec<i16>,
    /// The last two decisions and the digit that is held.
    before: Option<char>,
    held: Option<char>,
    misses: u8,
}

impl DtmfDetector {
    /// Takes samples in; calls `pressed` once for every key press that is confirmed in them.
    pub fn process(&mut self, mut samples: &[i16], mut pressed: impl FnMut(char)) {
        while !samples.is_empty() {
            let count = samples.len().min(BLOCK - self.block.len());
            self.block.extend_from_slice(&samples[..count]);
            samples = &samples[count..];
            if self.block.len() == BLOCK {
                let hit = decide(&self.block);
                self.block.clear();
                if let Some(key) = self.step(hit) {
                    pressed(key);
                }
            }
        }
    }

    fn step(&mut self, hit: Option<char>) -> Option<char> {
        let confirmed = hit.filter(|_| hit == self.before);
        self.before = hit;
        if self.held.is_some() && hit != self.held {
            // One bad block (a lost packet) does not make two presses out of one.
            self.misses += 1;
            if self.misses >= 2 {
                self.held = None;
            }
        } else {
            self.misses = 0;
        }
        if confirmed.is_some() && confirmed != self.held {
            self.held = confirmed;
            self.misses = 0;
            return confirmed;
        }
        None
    }
}

fn decide(block: &[i16]) -> Option<char> {
    let energy: f32 = block.iter().map(|&s| f32::from(s) * f32::from(s)).sum();
    let low = LOW.map(|f| power(block, f));
    let high = HIGH.map(|f| power(block, f));
    let (row, column) = (strongest(&low)?, strongest(&high)?);
    let (l, h) = (low[row], high[column]);
    let whole = BLOCK as f32 / 2.0;
    let quietest = (QUIETEST * whole).powi(2);
    let pure = l + h > PURITY * energy * whole;
    (pure && l > quietest && h > quietest && l < TWIST * h && h < TWIST * l).then_some(KEYS[row][column])
}

fn strongest(group: &[f32; 4]) -> Option<usize> {
    let best = (0..4).fold(0, |best, n| if group[n] > group[best] { n } else { best });
    (0..4).all(|n| n == best || group[best] > CONTRAST * group[n]).then_some(best)
}

/// Squared magnitude at one frequency (Goertzel): (amplitude × BLOCK / 2)² for a pure tone.
fn power(block: &[i16], frequency: f32) -> f32 {
    let coefficient = 2.0 * (TAU * frequency / 8_000.0).cos();
    let (mut before, mut last) = (0.0f32, 0.0f32);
    for &sample in block {
        let now = f32::from(sample) + coefficient * last - before;
        (before, last) = (last, now);
    }
    before * before + last * last - coefficient * before * last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{g711::Law, tone};

    fn heard(samples: &[i16]) -> String {
        let mut detector = DtmfDetector::default();
        let mut keys = String::new();
        samples.chunks(160).for_each(|frame| detector.process(frame, |key| keys.push(key)));
        keys
    }

    #[test]
    fn every_key_of_40_ms_is_heard_through_mu_law_and_noise() {
        let keys = "1234567890*#ABCD1155";
        let mut line = Vec::new();
        for key in keys.chars() {
            line.extend(press(key, 5_000.0, 320).expect("a key"));
            line.extend([0; 400]);
        }
        for (sample, noise) in line.iter_mut().zip(tone::noise(1, 300.0, 20_000)) {
            *sample = sample.saturating_add(noise);
        }
        let (mut coded, mut decoded) = (Vec::new(), Vec::new());
        Law::Mu.encode(&line, &mut coded);
        Law::Mu.decode(&coded, &mut decoded);
        assert_eq!(heard(&decoded), keys);
    }

    #[test]
    fn a_long_press_is_one_digit_and_other_sounds_are_none() {
        assert_eq!(heard(&press('7', 4_000.0, 16_000).expect("a key")), "7");
        assert_eq!(heard(&tone::sine(697.0, 9_000.0, 8_000, 0)), "");
        assert_eq!(heard(&tone::noise(2, 12_000.0, 80_000)), "");
        assert_eq!(press('x', 1.0, 1), None);
    }
}
