//! Takes the loudspeaker's echo, the hum and the noise of the room out of what the microphone hears.
//!
//! The canceller learns how what was played comes back, so it is given each frame that goes to the card; the delay on
//! the way through card, room and card it finds by itself. Without any echo (a headset) it lets the voice through.

use parking_lot::Mutex;
use sonora::config::{EchoCanceller, HighPassFilter, NoiseSuppression};
use sonora::{AudioProcessing, Config, StreamConfig};

use super::{Choice, FRAME, PHONE_RATE};

/// The canceller works on 10 ms.
const PIECE: usize = FRAME / 2;

/// One conversation's canceller, shared by the loudspeaker's and the microphone's side.
pub(super) struct Cleaner(Option<Mutex<AudioProcessing>>);

impl Cleaner {
    pub fn new(choice: &Choice) -> Self {
        if choice.plain {
            return Self(None);
        }
        let config = Config {
            high_pass_filter: Some(HighPassFilter::default()),
            echo_canceller: Some(EchoCanceller::default()),
            noise_suppression: Some(NoiseSuppression::default()),
            ..Config::default()
        };
        let stream = StreamConfig::new(PHONE_RATE, 1);
        let processing =
            AudioProcessing::builder().config(config).capture_config(stream).render_config(stream).build();
        Self(Some(Mutex::new(processing)))
    }

    /// A frame goes to the loudspeaker.
    pub fn played(&self, frame: &[i16]) {
        let Some(processing) = &self.0 else { return };
        let mut processing = processing.lock();
        let mut unchanged = [0; PIECE];
        for piece in frame.chunks_exact(PIECE) {
            // A piece that is not taken is not subtracted: the echo of 10 ms stays.
            let _ = processing.process_render_i16(piece, &mut unchanged);
        }
    }

    /// Cleans a frame of the microphone in place; it comes out some 10 ms later.
    pub fn clean(&self, frame: &mut [i16]) {
        let Some(processing) = &self.0 else { return };
        let mut processing = processing.lock();
        for piece in frame.chunks_exact_mut(PIECE) {
            let heard: [i16; PIECE] = std::array::from_fn(|n| piece[n]);
            if processing.process_capture_i16(&heard, piece).is_err() {
                piece.copy_from_slice(&heard);
            }
        }
    }
}

impl std::fmt::Debug for Cleaner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cleaner")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS: usize = 12;

    /// Something like speech: noise with the loudness of syllables, 4 a second, with pauses between sentences.
    fn talk(seed: u64) -> Vec<i16> {
        let (mut state, mut low) = (seed | 1, 0.0_f64);
        let sample = |n: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let white = (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
            low += 0.35 * (white - low);
            let seconds = n as f64 / f64::from(PHONE_RATE);
            let syllable = (seconds * 4.0 * std::f64::consts::PI).sin().abs();
            let sentence = if seconds % 3.0 < 2.3 { 1.0 } else { 0.0 };
            (low * syllable * sentence * 24_000.0) as i16
        };
        (0..SECONDS * PHONE_RATE as usize).map(sample).collect()
    }

    /// The loudspeaker in a room: 45 ms later, weaker, with a second path.
    fn echo(played: &[i16]) -> Vec<i16> {
        let late = |n: usize, by: usize| n.checked_sub(by).map_or(0.0, |n| f64::from(played[n]));
        (0..played.len()).map(|n| (late(n, 360) * 0.4 + late(n, 430) * 0.15) as i16).collect()
    }

    fn run(played: &[i16], microphone: &[i16]) -> Vec<i16> {
        let cleaner = Cleaner::new(&Choice::default());
        let mut out = Vec::new();
        for (played, heard) in played.chunks_exact(FRAME).zip(microphone.chunks_exact(FRAME)) {
            cleaner.played(played);
            let mut frame = heard.to_vec();
            cleaner.clean(&mut frame);
            out.extend(frame);
        }
        out
    }

    /// Of the last four seconds, when it has learned.
    fn decibels(samples: &[i16]) -> f64 {
        let last = &samples[samples.len() - 4 * PHONE_RATE as usize..];
        let energy: f64 = last.iter().map(|s| f64::from(*s).powi(2)).sum();
        10.0 * (energy / last.len() as f64 + 1e-9).log10()
    }

    #[test]
    fn the_echo_of_the_loudspeaker_is_at_least_25_db_weaker() {
        let played = talk(11);
        let microphone = echo(&played);
        let enhancement = decibels(&microphone) - decibels(&run(&played, &microphone));
        assert!(enhancement > 25.0, "echo return loss enhancement {enhancement:.1} dB");
    }

    #[test]
    fn a_voice_alone_comes_through() {
        let voice = talk(5);
        let silence = vec![0; voice.len()];
        let loss = decibels(&voice) - decibels(&run(&silence, &voice));
        assert!(loss.abs() < 6.0, "{loss:.1} dB are lost");
    }
}
