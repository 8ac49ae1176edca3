//! The audio and hints since the last final text, for the next recogniser.

use std::collections::VecDeque;

use tandem_switchboard::ports::speech::{RecogniserEvent, RecogniserInput};

/// Older audio is given up: nobody waits for an answer to it.
const KEPT_SECONDS: u64 = 30;

/// What the recogniser at work has not yet turned into final text.
pub(super) struct Kept {
    rate: u64,
    /// In the order in which it came, each with the place in the audio at which it came.
    inputs: VecDeque<(u64, RecogniserInput)>,
    /// Whether there was voice where the first of `inputs` begins.
    voice_at_front: bool,
    voice: bool,
    /// First sample after the last audio.
    end: u64,
    /// Samples of voice of which no event came.
    unanswered: u64,
}

impl Kept {
    pub fn new(sample_rate: u32) -> Self {
        let rate = u64::from(sample_rate.max(1));
        Self { rate, inputs: VecDeque::new(), voice_at_front: false, voice: false, end: 0, unanswered: 0 }
    }

    /// Keeps an input; true where it asks for an answer.
    pub fn take(&mut self, input: RecogniserInput) -> bool {
        let asks = match &input {
            RecogniserInput::Audio { position, samples } => {
                self.end = position + samples.len() as u64;
                if self.voice {
                    self.unanswered += samples.len() as u64;
                }
                false
            }
            RecogniserInput::Voice { active } => {
                self.voice = *active;
                !*active
            }
            RecogniserInput::Finalize => true,
        };
        self.inputs.push_back((self.end, input));
        self.drop_before(self.end.saturating_sub(KEPT_SECONDS * self.rate));
        asks
    }

    /// A voice of at least so many ms ended, and nothing was said of it.
    pub fn is_unanswered(&self, ms: u64) -> bool {
        !self.voice && self.unanswered * 1_000 / self.rate >= ms
    }

    /// The recogniser at work said something; what it is sure of need not be heard by another.
    pub fn heard(&mut self, event: &RecogniserEvent) {
        self.unanswered = 0;
        let RecogniserEvent::Final { text, words, utterance_end, .. } = event else { return };
        let spoken_to = words.last().map(|word| word.end_ms * self.rate / 1_000);
        // Times may end a little before the sound does: at the end of an utterance all of its voice is settled.
        let voice_to =
            self.first_end_after(spoken_to.unwrap_or(0)).filter(|_| *utterance_end || words.is_empty());
        let settled = match (spoken_to, voice_to) {
            (None, None) if text.trim().is_empty() => return,
            (None, None) => self.end,
            (a, b) => a.max(b).unwrap_or(self.end),
        };
        self.drop_before(settled);
    }

    /// All of it, for a recogniser that has heard nothing yet.
    pub fn replay(&self) -> VecDeque<RecogniserInput> {
        let begun = self.voice_at_front.then_some(RecogniserInput::Voice { active: true });
        begun.into_iter().chain(self.inputs.iter().map(|(_, input)| copy(input))).collect()
    }

    /// Where the first voice that ends after this sample ends.
    fn first_end_after(&self, sample: u64) -> Option<u64> {
        let ends = |input: &RecogniserInput| {
            matches!(input, RecogniserInput::Voice { active: false } | RecogniserInput::Finalize)
        };
        self.inputs.iter().find(|(at, input)| ends(input) && *at >= sample).map(|(at, _)| *at)
    }

    fn drop_before(&mut self, sample: u64) {
        while let Some((at, front)) = self.inputs.front_mut() {
            match front {
                RecogniserInput::Audio { position, samples } => {
                    let end = *position + samples.len() as u64;
                    if end > sample {
                        // A final may end in the middle of a frame.
                        let over = usize::try_from(sample.saturating_sub(*position)).unwrap_or(0);
                        if over > 0 {
                            *samples = samples[over..].into();
                            *position = sample;
                        }
                        return;
                    }
                }
                _ if *at > sample => return,
                RecogniserInput::Voice { active } => self.voice_at_front = *active,
                RecogniserInput::Finalize => {}
            }
            self.inputs.pop_front();
        }
    }
}

/// Inputs are large, and so they are copied where that is meant only.
pub(super) fn copy(input: &RecogniserInput) -> RecogniserInput {
    match input {
        RecogniserInput::Audio { position, samples } => {
            RecogniserInput::Audio { position: *position, samples: samples.clone() }
        }
        RecogniserInput::Voice { active } => RecogniserInput::Voice { active: *active },
        RecogniserInput::Finalize => RecogniserInput::Finalize,
    }
}

#[cfg(test)]
mod tests {
    use tandem_switchboard::ports::speech::Word;

    use super::*;

    fn audio(kept: &mut Kept, frames: std::ops::Range<u64>) {
        for n in frames {
            kept.take(RecogniserInput::Audio { position: n * 160, samples: vec![n as i16; 160].into() });
        }
    }

    fn finals(text: &str, end_ms: Option<u64>, utterance_end: bool) -> RecogniserEvent {
        let words = end_ms.map(|end_ms| Word { text: text.into(), start_ms: 0, end_ms, confidence: 1.0 });
        let (text, words) = (text.to_owned(), words.into_iter().collect());
        RecogniserEvent::Final { text, words, confidence: 1.0, utterance_end }
    }

    /// Where the audio that is replayed begins, and the hints.
    fn replayed(kept: &Kept) -> (Option<u64>, Vec<bool>) {
        let (mut begin, mut hints) = (None, Vec::new());
        for input in kept.replay() {
            match input {
                RecogniserInput::Audio { position, .. } => begin = begin.or(Some(position)),
                RecogniserInput::Voice { active } => hints.push(active),
                RecogniserInput::Finalize => {}
            }
        }
        (begin, hints)
    }

    #[test]
    fn what_is_final_is_not_replayed_and_the_rest_keeps_its_place() {
        let mut kept = Kept::new(8_000);
        kept.take(RecogniserInput::Voice { active: true });
        audio(&mut kept, 0..100);
        assert_eq!(replayed(&kept), (Some(0), vec![true]));
        kept.heard(&finals("yes", Some(505), false));
        assert_eq!(replayed(&kept), (Some(4_040), vec![true]), "in the middle of the voice");
        kept.take(RecogniserInput::Voice { active: false });
        audio(&mut kept, 100..110);
        kept.heard(&finals("i can", Some(1_900), true));
        assert_eq!(replayed(&kept).0, Some(16_000), "the voice ended there, a little after its last word");
    }

    #[test]
    fn a_final_without_times_settles_the_utterance_that_ended_first() {
        let mut kept = Kept::new(8_000);
        for utterance in 0..2 {
            kept.take(RecogniserInput::Voice { active: true });
            audio(&mut kept, utterance * 50..utterance * 50 + 50);
            assert!(kept.take(RecogniserInput::Voice { active: false }));
        }
        kept.heard(&finals("first", None, true));
        assert_eq!(replayed(&kept), (Some(8_000), vec![true, false]));
        kept.heard(&finals("second", None, true));
        assert_eq!(replayed(&kept).0, None);
    }

    #[test]
    fn long_voice_without_a_word_is_noticed_and_a_cough_is_not() {
        let mut kept = Kept::new(8_000);
        kept.take(RecogniserInput::Voice { active: true });
        audio(&mut kept, 0..10);
        kept.take(RecogniserInput::Voice { active: false });
        assert!(!kept.is_unanswered(600));
        kept.take(RecogniserInput::Voice { active: true });
        audio(&mut kept, 10..50);
        assert!(!kept.is_unanswered(600), "it still goes on");
        kept.take(RecogniserInput::Voice { active: false });
        assert!(kept.is_unanswered(600));
        kept.heard(&RecogniserEvent::Interim { text: "a".into(), stable_ms: 0 });
        assert!(!kept.is_unanswered(600));
    }

    #[test]
    fn half_a_minute_is_kept() {
        let mut kept = Kept::new(8_000);
        audio(&mut kept, 0..2_000);
        assert_eq!(replayed(&kept).0, Some(10 * 8_000));
    }
}
