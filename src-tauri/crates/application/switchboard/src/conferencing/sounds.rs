//! The room's tones: two notes upwards for one who enters, downwards for one who leaves.

use tandem_audio::{ramp, tone};
use tandem_conference::Tone;

/// Hz; neither is a tone of the telephone network, nor one of a key's.
const LOW: f32 = 600.0;
const HIGH: f32 = 1_050.0;
/// Samples of each note: 150 ms.
const NOTE: usize = 1_200;
/// Samples of its fades: 10 ms.
const FADE: usize = 80;
const AMPLITUDE: f32 = 6_000.0;

/// The samples of a tone, at the rate of rooms.
pub(super) fn of(tone: Tone) -> Vec<i16> {
    let (first, second) = match tone {
        Tone::Entered => (LOW, HIGH),
        Tone::Exited => (HIGH, LOW),
    };
    let mut samples = note(first);
    samples.extend(note(second));
    samples
}

fn note(frequency: f32) -> Vec<i16> {
    let mut samples = tone::sine(frequency, AMPLITUDE, NOTE, 0);
    ramp(&mut samples[..FADE], 0, 32_768);
    ramp(&mut samples[NOTE - FADE..], 32_768, 0);
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_enters_and_who_leaves_sound_differently_and_without_a_click() {
        let (entered, left) = (of(Tone::Entered), of(Tone::Exited));
        assert_eq!(entered.len(), 2 * NOTE);
        assert_ne!(entered, left);
        assert_eq!((entered[0], left[0]), (0, 0));
        assert!(entered.iter().any(|sample| sample.unsigned_abs() > 4_000));
    }
}
