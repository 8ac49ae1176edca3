//! One party's recognition: a thread that decodes while there is voice, with a decoder it borrows for as long.

use std::collections::VecDeque;

use tandem_switchboard::ports::speech::{RecogniserEvent, RecogniserInput, Word};
use tokio::sync::mpsc;

use super::ffi::{Decoder, Segment};
use super::pool::Pool;
use crate::resample::Resampler;

/// The model's sample rate.
const RATE: u32 = 16_000;
/// Audio kept from before the voice, so that its first sound is not lost: 400 ms.
const PRE_ROLL: usize = RATE as usize * 4 / 10;
/// Silence after the voice before its text is final when nobody asked for it: 160 ms.
const TAIL: usize = RATE as usize * 16 / 100;
/// New text is looked for this often: 200 ms.
const LOOK: usize = RATE as usize / 5;
/// The detector may say "voice" without end (a fan, a radio): 20 s of it are cut into utterances.
const LONGEST: usize = RATE as usize * 20;

/// State of a session.
pub(super) struct Session {
    pool: Pool,
    events: mpsc::Sender<RecogniserEvent>,
    resampler: Resampler,
    pre_roll: VecDeque<i16>,
    decoder: Option<Decoder>,
    voice: bool,
    /// Samples decoded in this utterance, since the text was looked at, and since the voice ended.
    decoded: usize,
    looked: usize,
    tail: usize,
    /// Where the utterance began, in samples since the session did.
    began: u64,
    position: Option<u64>,
    /// Samples a second of the input.
    rate: u64,
    text: String,
}

impl Session {
    pub fn new(pool: Pool, events: mpsc::Sender<RecogniserEvent>, sample_rate: u32) -> Self {
        Self {
            pool,
            events,
            resampler: Resampler::new(sample_rate, RATE),
            pre_roll: VecDeque::with_capacity(PRE_ROLL * 2),
            decoder: None,
            voice: false,
            decoded: 0,
            looked: 0,
            tail: 0,
            began: 0,
            position: None,
            rate: u64::from(sample_rate.max(1)),
            text: String::new(),
        }
    }

    /// Works until the input or the output is closed.
    pub fn run(mut self, mut inbox: mpsc::Receiver<RecogniserInput>) {
        while let Some(input) = inbox.blocking_recv() {
            if self.events.is_closed() {
                break;
            }
            match input {
                RecogniserInput::Audio { position, samples } => {
                    // A session that follows another begins in the middle of the call.
                    let rate = self.rate;
                    self.position.get_or_insert(position * u64::from(RATE) / rate);
                    self.audio(&samples);
                }
                RecogniserInput::Voice { active: true } => self.voice_begins(),
                RecogniserInput::Voice { active: false } => self.voice = false,
                RecogniserInput::Finalize if !self.voice => self.finish(),
                // The voice goes on: what is asked for comes when it ends.
                RecogniserInput::Finalize => {}
            }
        }
        if let Some(mut decoder) = self.decoder.take() {
            decoder.end();
            self.pool.give(decoder);
        }
    }

    fn audio(&mut self, samples: &[i16]) {
        let samples = self.resampler.process(samples);
        *self.position.get_or_insert(0) += samples.len() as u64;
        let Some(decoder) = &mut self.decoder else {
            self.pre_roll.extend(&samples);
            let surplus = self.pre_roll.len().saturating_sub(PRE_ROLL);
            self.pre_roll.drain(..surplus);
            return;
        };
        decoder.process(&samples);
        self.decoded += samples.len();
        if self.voice {
            self.tail = 0;
            self.look(samples.len());
            if self.decoded > LONGEST {
                self.finish();
                self.voice_begins();
            }
        } else {
            self.tail += samples.len();
            if self.tail >= TAIL {
                self.finish();
            }
        }
    }

    fn voice_begins(&mut self) {
        self.voice = true;
        self.tail = 0;
        if self.decoder.is_some() {
            return;
        }
        let Some(mut decoder) = self.pool.take() else {
            tracing::error!("no decoder could be loaded: this utterance stays unheard");
            return;
        };
        decoder.start();
        let before: Vec<i16> = self.pre_roll.drain(..).collect();
        decoder.process(&before);
        self.began = self.position.unwrap_or(0).saturating_sub(before.len() as u64);
        (self.decoded, self.looked) = (before.len(), 0);
        self.decoder = Some(decoder);
    }

    /// Tells what was understood so far, if that is new.
    fn look(&mut self, more: usize) {
        self.looked += more;
        if self.looked < LOOK {
            return;
        }
        self.looked = 0;
        let text =
            self.decoder.as_mut().and_then(Decoder::hypothesis).map(|text| plain(&text)).unwrap_or_default();
        if !text.is_empty() && text != self.text {
            self.text.clone_from(&text);
            // A reader that lags will see the next one.
            let _ = self.events.try_send(RecogniserEvent::Interim { text, stable_ms: 0 });
        }
    }

    fn finish(&mut self) {
        let Some(mut decoder) = self.decoder.take() else { return };
        decoder.end();
        let text = decoder.hypothesis().map(|text| plain(&text)).unwrap_or_default();
        let words: Vec<Word> = decoder.segments().iter().filter_map(|segment| self.word(segment)).collect();
        self.pool.give(decoder);
        self.text.clear();
        #[expect(clippy::cast_precision_loss, reason = "a handful of words")]
        let confidence = words.iter().map(|word| word.confidence).sum::<f32>() / words.len().max(1) as f32;
        let event = RecogniserEvent::Final { text, words, confidence, utterance_end: true };
        let _ = self.events.blocking_send(event);
    }

    fn word(&self, segment: &Segment) -> Option<Word> {
        let text = plain(&segment.word);
        if text.is_empty() {
            return None;
        }
        // Frames are 10 ms.
        let began_ms = self.began * 1_000 / u64::from(RATE);
        let at = |frame: i32| began_ms + u64::try_from(frame).unwrap_or(0) * 10;
        #[expect(clippy::cast_possible_truncation, reason = "a probability")]
        let confidence = segment.probability.clamp(0.0, 1.0) as f32;
        Some(Word { text, start_ms: at(segment.first_frame), end_ms: at(segment.last_frame + 1), confidence })
    }
}

/// Words without fillers (`<sil>`, `[NOISE]`) and marks of alternatives (`read(2)`).
fn plain(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| !word.starts_with(['<', '[', '+']));
    words.map(|word| word.split('(').next().unwrap_or(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fillers_and_marks_are_taken_out() {
        assert_eq!(plain("<s> yes(2) [NOISE] i can <sil> pay </s>"), "yes i can pay");
    }
}
