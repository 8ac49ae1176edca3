//! What a transcription server answers, whole or as a stream. Unknown fields and events are ignored.

use serde::Deserialize;

/// Above this, a server that hears words holds them to be none.
const NO_SPEECH: f32 = 0.6;

/// The text of an utterance.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Answer {
    pub text: String,
    /// Each word with its beginning and end, ms from the beginning of the audio; empty where the server tells none.
    pub words: Vec<(String, u64, u64)>,
    pub confidence: f32,
}

/// What an event of the stream came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Grew,
    Done,
    Nothing,
    Failed(String),
}

#[derive(Deserialize)]
struct Whole {
    text: String,
    #[serde(default)]
    words: Vec<Heard>,
    #[serde(default)]
    segments: Vec<Segment>,
}

#[derive(Deserialize)]
struct Heard {
    word: String,
    #[serde(default)]
    start: f64,
    #[serde(default)]
    end: f64,
}

#[derive(Deserialize)]
struct Segment {
    #[serde(default)]
    avg_logprob: f32,
    #[serde(default)]
    no_speech_prob: f32,
}

impl Answer {
    /// A `json` or `verbose_json` answer; `None` where it is neither.
    pub fn whole(bytes: &[u8]) -> Option<Self> {
        let whole: Whole = serde_json::from_slice(bytes).ok()?;
        if !whole.segments.is_empty() && whole.segments.iter().all(|s| s.no_speech_prob > NO_SPEECH) {
            return Some(Self { confidence: 1.0, ..Self::default() });
        }
        let count = whole.segments.len() as f32;
        let sum: f32 = whole.segments.iter().map(|s| s.avg_logprob.exp()).sum();
        let confidence = if count > 0.0 { (sum / count).clamp(0.0, 1.0) } else { 1.0 };
        let ms = |seconds: f64| (seconds.max(0.0) * 1_000.0) as u64;
        let words = whole.words.into_iter().map(|w| (w.word.trim().to_owned(), ms(w.start), ms(w.end)));
        Some(Self { text: whole.text, words: words.collect(), confidence })
    }

    /// Takes the data of one event.
    pub(super) fn take(&mut self, data: &str) -> Step {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(data) else { return Step::Nothing };
        if let Some(error) = value.get("error").filter(|error| !error.is_null()) {
            return Step::Failed(error["message"].as_str().unwrap_or("the server failed").to_owned());
        }
        match value["type"].as_str() {
            Some("transcript.text.delta") => {
                self.text.push_str(value["delta"].as_str().unwrap_or_default());
                Step::Grew
            }
            Some("transcript.text.done") => {
                if let Some(text) = value["text"].as_str() {
                    self.text = text.to_owned();
                }
                self.confidence = 1.0;
                Step::Done
            }
            _ => Step::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_times_and_noise_has_none() {
        let answer = Answer::whole(
            br#"{"task":"transcribe","text":" Yes, I can.","words":[{"word":" Yes","start":0.25,"end":0.5}],
            "segments":[{"id":0,"avg_logprob":-0.1,"no_speech_prob":0.01}]}"#,
        )
        .expect("read");
        assert_eq!(answer.words, [("Yes".to_owned(), 250, 500)]);
        assert!((answer.confidence - 0.905).abs() < 0.01);
        let noise =
            br#"{"text":"Thank you for watching.","segments":[{"avg_logprob":-0.3,"no_speech_prob":0.9}]}"#;
        assert_eq!(Answer::whole(noise).expect("read").text, "");
        assert_eq!(
            Answer::whole(br#"{"text":"Hi","usage":{"type":"tokens"}}"#).expect("read").confidence,
            1.0
        );
        assert_eq!(Answer::whole(b"<html>"), None);
    }

    #[test]
    fn a_stream_grows_and_its_end_has_the_last_word() {
        let mut answer = Answer::default();
        assert_eq!(answer.take(r#"{"type":"transcript.text.delta","delta":"Ye"}"#), Step::Grew);
        assert_eq!(answer.take("[DONE]"), Step::Nothing);
        assert_eq!(answer.take(r#"{"type":"transcript.text.done","text":"Yes.","usage":{}}"#), Step::Done);
        assert_eq!(answer.text, "Yes.");
        assert!(matches!(answer.take(r#"{"error":{"message":"busy"}}"#), Step::Failed(m) if m == "busy"));
    }
}
