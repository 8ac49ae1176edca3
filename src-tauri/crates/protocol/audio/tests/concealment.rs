//! What concealment is worth: a voice with losses played with concealment, against silence in their place.

use tandem_audio::FRAME;
use tandem_audio::conceal::Concealer;
use tandem_audio::g711::Law;
use tandem_audio::tone;

const FRAMES: usize = 1_500;

/// Vowel-like: harmonics of a gliding pitch, in syllables.
fn voice() -> Vec<i16> {
    let mut phase = 0.0f32;
    let hum = (0..FRAMES * FRAME).map(|n| {
        let seconds = n as f32 / 8_000.0;
        phase += (120.0 + 25.0 * (seconds * 2.1).sin()) / 8_000.0;
        let sound: f32 = (1..=12).map(|k| (std::f32::consts::TAU * phase * k as f32).sin() / k as f32).sum();
        let syllable = (0.6 + 0.4 * (seconds * 19.0).sin()).max(0.0);
        (sound * 4_000.0 * syllable) as i16
    });
    hum.collect()
}

/// Frame by frame what is played when these frames are lost.
fn through(sound: &[i16], lost: &[bool]) -> Vec<[i16; FRAME]> {
    let mut concealer = Concealer::default();
    let mut frames = Vec::new();
    for (frame, lost) in sound.chunks(FRAME).zip(lost) {
        let (mut coded, mut out) = (Vec::new(), Vec::new());
        if *lost {
            concealer.missing(FRAME, &mut out);
        } else {
            Law::Mu.encode(frame, &mut coded);
            Law::Mu.decode(&coded, &mut out);
            concealer.real(&mut out);
        }
        frames.push(out.try_into().expect("a frame"));
    }
    frames
}

fn error(a: &[i16; FRAME], b: &[i16; FRAME]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum()
}

#[test]
fn made_up_frames_are_nearer_to_the_lost_ones_than_silence() {
    let sound = voice();
    for (seed, percent) in [(1, 2), (2, 5), (3, 10)] {
        // Uniform noise decides which packets are lost; the first second is whole.
        let dice = tone::noise(seed, 10_000.0, FRAMES);
        let lost: Vec<bool> = dice
            .iter()
            .enumerate()
            .map(|(n, dice)| n > 50 && (i32::from(*dice) + 10_000) * 100 < percent * 20_000)
            .collect();
        let (whole, heard) = (through(&sound, &vec![false; FRAMES]), through(&sound, &lost));
        let silence = [0; FRAME];
        let (mut segments, mut concealed) = (0, 0.0);
        for n in 100..FRAMES {
            let power = error(&whole[n], &silence);
            let difference = error(&whole[n], &heard[n]);
            // Silence in place of a frame has a ratio of 0 dB by definition.
            if lost[n] && power > 0.0 {
                segments += 1;
                concealed += 10.0 * (power / difference).log10().clamp(-1.0, 3.5);
            }
        }
        let gain = concealed / f64::from(segments.max(1));
        assert!(segments >= FRAMES as i32 * percent / 200, "{segments} frames differ");
        assert!(gain > 6.0, "{percent} %: segmental SNR {gain:.2} dB, where silence has 0");
    }
}
