//! A sentence while it is spoken: its audio decoded, and its characters found again in its text.

use tandem_audio::g711::Law;
use tandem_switchboard::ports::speech::{Alignment, VoiceEvent, VoiceSettings};

use crate::resample::Resampler;

/// How far a sentence has come.
#[derive(Debug)]
pub(super) struct Spoken {
    /// Byte offsets of the characters that are not white space.
    places: Vec<usize>,
    /// So many of them were aligned.
    aligned: usize,
    /// Samples so far, at the call's rate.
    pub samples: u64,
    rate: u32,
    mulaw: bool,
    /// A sample may be cut in two.
    odd: Option<u8>,
    resampler: Option<Resampler>,
}

impl Spoken {
    pub fn new(text: &str, settings: &VoiceSettings) -> Self {
        let visible = text.char_indices().filter(|(_, c)| !c.is_whitespace());
        let rate = settings.sample_rate.max(1);
        Self {
            places: visible.map(|(at, _)| at).collect(),
            aligned: 0,
            samples: 0,
            rate,
            mulaw: rate == 8_000,
            odd: None,
            resampler: (rate != 8_000 && rate != 16_000).then(|| Resampler::new(16_000, rate)),
        }
    }

    /// The last character was aligned.
    pub fn is_whole(&self) -> bool {
        self.aligned >= self.places.len()
    }

    pub fn is_aligned(&self) -> bool {
        self.aligned > 0
    }

    /// A piece of audio with the characters in it; `None` where it came to no sample.
    pub fn take(&mut self, bytes: &[u8], characters: &[(String, u64)]) -> Option<VoiceEvent> {
        let begin = self.samples;
        let mut alignment = Vec::new();
        for (character, ms) in characters {
            if character.trim().is_empty() {
                continue;
            }
            if let Some(offset) = self.places.get(self.aligned) {
                alignment
                    .push(Alignment { offset: *offset, sample: begin + ms * u64::from(self.rate) / 1_000 });
                self.aligned += 1;
            }
        }
        let samples = self.decode(bytes);
        self.samples += samples.len() as u64;
        // A place never lies behind the audio that it came with.
        for place in &mut alignment {
            place.sample = place.sample.min(self.samples);
        }
        (!samples.is_empty() || !alignment.is_empty()).then_some(VoiceEvent::Audio { samples, alignment })
    }

    fn decode(&mut self, bytes: &[u8]) -> Vec<i16> {
        if self.mulaw {
            let mut samples = Vec::with_capacity(bytes.len());
            Law::Mu.decode(bytes, &mut samples);
            return samples;
        }
        let whole: Vec<u8> = self.odd.take().into_iter().chain(bytes.iter().copied()).collect();
        let pairs = whole.chunks_exact(2);
        self.odd = pairs.remainder().first().copied();
        let samples: Vec<i16> = pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        match &mut self.resampler {
            Some(resampler) => resampler.process(&samples),
            None => samples,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_found_again_in_the_text_whatever_the_pieces() {
        let settings =
            VoiceSettings { voice: "v".into(), language: "en".into(), speed: 1.0, sample_rate: 16_000 };
        let mut spoken = Spoken::new("Zoë is in.", &settings);
        let letters = |text: &str| -> Vec<(String, u64)> {
            text.chars().enumerate().map(|(n, c)| (c.to_string(), n as u64 * 10)).collect()
        };
        let first = spoken.take(&[1, 0, 2], &letters("Zoë "));
        let Some(VoiceEvent::Audio { samples, alignment }) = first else { panic!("{first:?}") };
        assert_eq!((samples, alignment.len(), alignment[2].offset), (vec![1], 3, 2));
        let second = spoken.take(&[0], &letters("is in."));
        let Some(VoiceEvent::Audio { samples, alignment }) = second else { panic!("{second:?}") };
        assert_eq!((samples, alignment[0].offset, alignment[0].sample), (vec![2], 5, 1));
        assert!(spoken.is_whole());
    }
}
