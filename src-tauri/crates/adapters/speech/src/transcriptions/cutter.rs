//! Utterances cut from a party's audio by the voice detector's word.

use std::collections::VecDeque;

use tandem_switchboard::ports::speech::RecogniserInput;

use crate::resample::Resampler;

/// Samples a second of what is transcribed.
pub(crate) const RATE: u32 = 16_000;
/// Audio before the detector was sure, so that no first sound is lost.
const LEAD_MS: u64 = 300;
/// Longer ones are cut in two: an answer is not to wait for the end of a speech.
const LONGEST_MS: u64 = 25_000;
/// Shorter sounds are no words.
const SHORTEST_MS: u64 = 120;

/// Something said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Utterance {
    /// At [`RATE`].
    pub samples: Vec<i16>,
    /// Where it begins in the session.
    pub begin_ms: u64,
    /// Whether the voice ended; not where it was cut for its length.
    pub whole: bool,
}

impl Utterance {
    /// As a WAV file: 16 bits, one channel.
    pub fn wav(&self) -> Vec<u8> {
        let length = u32::try_from(self.samples.len() * 2).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(44 + self.samples.len() * 2);
        bytes.extend(b"RIFF");
        bytes.extend(length.saturating_add(36).to_le_bytes());
        bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
        bytes.extend(RATE.to_le_bytes());
        bytes.extend((RATE * 2).to_le_bytes());
        bytes.extend(b"\x02\0\x10\0data");
        bytes.extend(length.to_le_bytes());
        bytes.extend(self.samples.iter().flat_map(|sample| sample.to_le_bytes()));
        bytes
    }
}

/// Cuts one party's audio.
#[derive(Debug)]
pub(crate) struct Cutter {
    rate: u64,
    /// The lead while there is no voice, the utterance while there is.
    audio: VecDeque<i16>,
    /// Position of the first sample of `audio`.
    begin: u64,
    voice: bool,
    /// Samples of voice in `audio`.
    voiced: u64,
}

impl Cutter {
    pub fn new(sample_rate: u32) -> Self {
        Self {
            rate: u64::from(sample_rate.max(1)),
            audio: VecDeque::new(),
            begin: 0,
            voice: false,
            voiced: 0,
        }
    }

    /// Takes an input; answers the utterance that it ends.
    pub fn take(&mut self, input: RecogniserInput) -> Option<Utterance> {
        match input {
            RecogniserInput::Audio { position, samples } => {
                if position != self.begin + self.audio.len() as u64 && !self.voice {
                    // Frames were lost in silence, or the session began in the middle.
                    self.audio.clear();
                }
                if self.audio.is_empty() {
                    self.begin = position;
                }
                self.audio.extend(samples.iter());
                if self.voice {
                    self.voiced += samples.len() as u64;
                    let long = self.audio.len() as u64 >= self.samples(LONGEST_MS);
                    return long.then(|| self.cut(false)).flatten();
                }
                let over = self.audio.len().saturating_sub(self.samples(LEAD_MS) as usize);
                self.audio.drain(..over);
                self.begin += over as u64;
                None
            }
            RecogniserInput::Voice { active: true } => {
                self.voice = true;
                None
            }
            RecogniserInput::Voice { active: false } | RecogniserInput::Finalize => {
                let ended = std::mem::take(&mut self.voice);
                if ended { self.cut(true) } else { None }
            }
        }
    }

    /// What is there when the party has hung up.
    pub fn rest(&mut self) -> Option<Utterance> {
        std::mem::take(&mut self.voice).then(|| self.cut(true)).flatten()
    }

    fn cut(&mut self, whole: bool) -> Option<Utterance> {
        let audio: Vec<i16> = self.audio.drain(..).collect();
        let (begin, voiced) = (self.begin, std::mem::take(&mut self.voiced));
        self.begin += audio.len() as u64;
        if voiced < self.samples(SHORTEST_MS) {
            return None;
        }
        let mut resampler = Resampler::new(u32::try_from(self.rate).unwrap_or(RATE), RATE);
        let mut samples = resampler.process(&audio);
        samples.extend(resampler.finish());
        Some(Utterance { samples, begin_ms: begin * 1_000 / self.rate, whole })
    }

    fn samples(&self, ms: u64) -> u64 {
        ms * self.rate / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(cutter: &mut Cutter, frames: std::ops::Range<u64>) -> Vec<Utterance> {
        let frame = |n| RecogniserInput::Audio { position: n * 160, samples: vec![1_000; 160].into() };
        frames.filter_map(|n| cutter.take(frame(n))).collect()
    }

    #[test]
    fn an_utterance_has_its_lead_and_its_place() {
        let mut cutter = Cutter::new(8_000);
        feed(&mut cutter, 0..100);
        assert_eq!(cutter.take(RecogniserInput::Voice { active: true }), None);
        feed(&mut cutter, 100..150);
        let cut = cutter.take(RecogniserInput::Voice { active: false }).expect("an utterance");
        assert_eq!((cut.begin_ms, cut.whole), (1_700, true));
        assert!(cut.samples.len().abs_diff(1_300 * 16) < 64, "{}", cut.samples.len());
        assert_eq!(cutter.take(RecogniserInput::Finalize), None, "it is cut already");
        let wav = cut.wav();
        assert_eq!(
            (&wav[..4], &wav[8..12], wav.len()),
            (&b"RIFF"[..], &b"WAVE"[..], 44 + cut.samples.len() * 2)
        );
    }

    #[test]
    fn a_click_is_no_utterance_and_a_speech_is_several() {
        let mut cutter = Cutter::new(8_000);
        cutter.take(RecogniserInput::Voice { active: true });
        feed(&mut cutter, 0..4);
        assert_eq!(cutter.take(RecogniserInput::Voice { active: false }), None);
        cutter.take(RecogniserInput::Voice { active: true });
        let parts = feed(&mut cutter, 4..2_004);
        assert_eq!(parts.len(), 1);
        assert!(!parts[0].whole);
        let rest = cutter.rest().expect("the rest");
        assert!(rest.whole && rest.begin_ms >= 25_000, "{}", rest.begin_ms);
    }
}
