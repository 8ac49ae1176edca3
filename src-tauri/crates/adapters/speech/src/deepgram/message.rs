//! What Deepgram sends, as recogniser events. Unknown fields and messages are ignored; times are moved to the session's.

use serde::Deserialize;
use tandem_switchboard::ports::speech::{RecogniserEvent, Word};

#[derive(Deserialize)]
struct Results {
    #[serde(default)]
    start: f64,
    #[serde(default)]
    duration: f64,
    #[serde(default)]
    is_final: bool,
    #[serde(default)]
    speech_final: bool,
    #[serde(default)]
    from_finalize: bool,
    channel: Channel,
}

#[derive(Deserialize)]
struct Channel {
    #[serde(default)]
    alternatives: Vec<Alternative>,
}

#[derive(Default, Deserialize)]
struct Alternative {
    #[serde(default)]
    transcript: String,
    #[serde(default)]
    confidence: f32,
    #[serde(default)]
    words: Vec<Heard>,
}

#[derive(Deserialize)]
struct Heard {
    #[serde(default)]
    word: String,
    punctuated_word: Option<String>,
    start: Option<f64>,
    end: Option<f64>,
    #[serde(default)]
    confidence: f32,
}

#[derive(Deserialize)]
struct TurnInfo {
    event: String,
    #[serde(default)]
    transcript: String,
    #[serde(default)]
    words: Vec<Heard>,
    #[serde(default)]
    end_of_turn_confidence: f32,
    #[serde(default)]
    audio_window_start: f64,
    #[serde(default)]
    audio_window_end: f64,
}

/// What a message came to.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub events: Vec<RecogniserEvent>,
    /// Audio up to this time of the connection, in ms, need not be sent again.
    pub settled_ms: Option<u64>,
    /// The provider says that it cannot go on.
    pub error: Option<String>,
    /// The provider has said its last.
    pub over: bool,
}

/// Puts together the utterances of one session.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Final text was given of an utterance whose end was not.
    open: bool,
}

impl Reader {
    /// Reads one text frame; `base_ms` is where the connection's audio begins in the session.
    pub fn read(&mut self, text: &str, base_ms: u64) -> Read {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return Read::default() };
        match value["type"].as_str() {
            Some("Results") => {
                serde_json::from_value(value).map_or_else(|_| Read::default(), |r| self.results(r, base_ms))
            }
            Some("TurnInfo") => {
                serde_json::from_value(value).map_or_else(|_| Read::default(), |t| turn(t, base_ms))
            }
            Some("UtteranceEnd") if std::mem::take(&mut self.open) => {
                Read { events: vec![end(String::new(), Vec::new(), 1.0)], ..Read::default() }
            }
            Some("Metadata") => Read { over: true, ..Read::default() },
            Some("Error") => {
                let say = |field: &str| value[field].as_str().unwrap_or_default().to_owned();
                Read { error: Some(format!("{} {}", say("code"), say("description"))), ..Read::default() }
            }
            _ => Read::default(),
        }
    }

    fn results(&mut self, results: Results, base_ms: u64) -> Read {
        let best = results.channel.alternatives.into_iter().next().unwrap_or_default();
        if !results.is_final {
            let empty = best.transcript.is_empty();
            let interim = RecogniserEvent::Interim { text: best.transcript, stable_ms: 0 };
            return Read { events: if empty { Vec::new() } else { vec![interim] }, ..Read::default() };
        }
        let utterance_end = results.speech_final || results.from_finalize;
        // An empty final says something only where it ends what was begun.
        let speaks = !best.transcript.is_empty() || (utterance_end && self.open);
        self.open = !utterance_end && (self.open || !best.transcript.is_empty());
        let words = words(best.words, base_ms, None);
        let (text, confidence) = (best.transcript, best.confidence.clamp(0.0, 1.0));
        let event = RecogniserEvent::Final { text, words, confidence, utterance_end };
        Read {
            events: if speaks { vec![event] } else { Vec::new() },
            settled_ms: Some(ms(results.start + results.duration)),
            ..Read::default()
        }
    }
}

/// A turn's text grows by updates and is final at its end.
fn turn(turn: TurnInfo, base_ms: u64) -> Read {
    let confidence = turn.end_of_turn_confidence.clamp(0.0, 1.0);
    let interim = |text: &str| RecogniserEvent::Interim { text: text.to_owned(), stable_ms: 0 };
    let mut read = Read::default();
    let spoken = !turn.transcript.is_empty();
    match turn.event.as_str() {
        "Update" | "StartOfTurn" if spoken => read.events.push(interim(&turn.transcript)),
        "EagerEndOfTurn" => {
            read.events.push(interim(&turn.transcript));
            read.events.push(RecogniserEvent::EndOfTurn { confidence, eager: true });
        }
        "TurnResumed" => read.events.push(RecogniserEvent::TurnResumed),
        "EndOfTurn" => {
            read.settled_ms = Some(ms(turn.audio_window_end));
            if spoken {
                let window = (turn.audio_window_start, turn.audio_window_end);
                let words = words(turn.words, base_ms, Some(window));
                read.events.push(end(turn.transcript, words, confidence));
            }
            read.events.push(RecogniserEvent::EndOfTurn { confidence, eager: false });
        }
        _ => {}
    }
    read
}

fn end(text: String, words: Vec<Word>, confidence: f32) -> RecogniserEvent {
    RecogniserEvent::Final { text, words, confidence, utterance_end: true }
}

/// Flux gives words no times: they are then spread over the turn's window.
fn words(heard: Vec<Heard>, base_ms: u64, window: Option<(f64, f64)>) -> Vec<Word> {
    let count = heard.len().max(1) as f64;
    let spread = |n: usize| window.map_or(0.0, |(from, to)| from + (to - from).max(0.0) * n as f64 / count);
    let place = |(n, word): (usize, Heard)| {
        let start = base_ms + ms(word.start.unwrap_or_else(|| spread(n)));
        let end = base_ms + ms(word.end.unwrap_or_else(|| spread(n + 1)));
        Word {
            text: word.punctuated_word.unwrap_or(word.word),
            start_ms: start,
            end_ms: end.max(start),
            confidence: word.confidence.clamp(0.0, 1.0),
        }
    };
    heard.into_iter().enumerate().map(place).collect()
}

fn ms(seconds: f64) -> u64 {
    (seconds.max(0.0) * 1_000.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_utterance_ends_once_by_speech_final_or_by_its_later_end() {
        let mut reader = Reader::default();
        let part = r#"{"type":"Results","start":0.5,"duration":1.0,"is_final":true,"channel":{"alternatives":[
            {"transcript":"Hi","confidence":0.9,"words":[{"word":"hi","start":0.6,"end":0.8,"confidence":0.9,"punctuated_word":"Hi"}]}]}}"#;
        let read = reader.read(part, 10_000);
        assert_eq!(read.settled_ms, Some(1_500));
        let [RecogniserEvent::Final { words, utterance_end: false, .. }] = &read.events[..] else {
            panic!("{read:?}")
        };
        assert_eq!((words[0].text.as_str(), words[0].start_ms, words[0].end_ms), ("Hi", 10_600, 10_800));
        let end = r#"{"type":"UtteranceEnd","channel":[0,1],"last_word_end":0.8}"#;
        assert!(matches!(
            &reader.read(end, 0).events[..],
            [RecogniserEvent::Final { utterance_end: true, .. }]
        ));
        assert!(reader.read(end, 0).events.is_empty(), "it has ended");
    }

    #[test]
    fn an_eager_end_of_turn_may_be_taken_back() {
        let mut reader = Reader::default();
        let mut say = |event: &str| {
            let text = format!(
                r#"{{"type":"TurnInfo","event":"{event}","transcript":"Yes","words":[{{"word":"Yes","confidence":0.8}}],
                "audio_window_start":1.0,"audio_window_end":1.5,"end_of_turn_confidence":0.6}}"#
            );
            reader.read(&text, 0).events
        };
        assert!(matches!(say("EagerEndOfTurn")[1], RecogniserEvent::EndOfTurn { eager: true, .. }));
        assert!(matches!(say("TurnResumed")[..], [RecogniserEvent::TurnResumed]));
        let last = say("EndOfTurn");
        assert!(matches!(&last[0], RecogniserEvent::Final { words, .. } if words[0].end_ms == 1_500));
        assert!(matches!(last[1], RecogniserEvent::EndOfTurn { eager: false, .. }));
    }

    #[test]
    fn nonsense_is_ignored() {
        for text in ["", "{", "[]", r#"{"type":"Results"}"#, r#"{"type":"New"}"#] {
            assert!(Reader::default().read(text, 0).events.is_empty(), "{text}");
        }
    }
}
