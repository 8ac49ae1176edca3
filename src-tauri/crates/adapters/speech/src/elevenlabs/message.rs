//! The socket's frames: what is sent, and what comes.

use base64::Engine;
use serde::Deserialize;
use serde_json::json;
use tandem_switchboard::ports::speech::VoiceSettings;
use tokio_tungstenite::tungstenite::Message;

/// What the server sent about one context.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Frame {
    pub context: Option<String>,
    /// `None` within: it was no base64.
    pub audio: Option<Option<Vec<u8>>>,
    /// Characters of this audio and when each begins, ms from the beginning of this audio.
    pub characters: Vec<(String, u64)>,
    pub is_final: bool,
    pub error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(alias = "context_id")]
    context_id: Option<String>,
    audio: Option<String>,
    alignment: Option<Alignment>,
    #[serde(alias = "is_final")]
    is_final: Option<bool>,
    error: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alignment {
    #[serde(default)]
    chars: Vec<String>,
    #[serde(default, alias = "charsStartTimesMs")]
    char_start_times_ms: Vec<f64>,
}

/// Reads a text frame; what is no message of the protocol is an empty one.
pub(super) fn read(text: &str) -> Frame {
    let Ok(raw) = serde_json::from_str::<Raw>(text) else { return Frame::default() };
    let audio = raw.audio.filter(|audio| !audio.is_empty());
    let audio = audio.map(|audio| base64::engine::general_purpose::STANDARD.decode(audio).ok());
    let aligned = raw.alignment.into_iter().flat_map(|a| a.chars.into_iter().zip(a.char_start_times_ms));
    Frame {
        context: raw.context_id,
        audio,
        characters: aligned.map(|(c, ms)| (c, ms.max(0.0) as u64)).collect(),
        is_final: raw.is_final.unwrap_or(false),
        error: raw.error.map(|error| raw.message.unwrap_or(error)),
    }
}

/// Opens a context.
pub(super) fn begin(context: &str, settings: &VoiceSettings) -> Message {
    let voice =
        json!({ "stability": 0.5, "similarity_boost": 0.75, "speed": settings.speed.clamp(0.7, 1.2) });
    text(&json!({ "text": " ", "context_id": context, "voice_settings": voice }))
}

/// A sentence; the protocol wants a space at the end.
pub(super) fn say(context: &str, sentence: &str) -> Message {
    text(&json!({ "text": format!("{sentence} "), "context_id": context }))
}

pub(super) fn flush(context: &str) -> Message {
    text(&json!({ "context_id": context, "flush": true }))
}

pub(super) fn close(context: &str) -> Message {
    text(&json!({ "context_id": context, "close_context": true }))
}

pub(super) fn keep_alive(context: &str) -> Message {
    text(&json!({ "context_id": context, "text": "" }))
}

pub(super) fn close_socket() -> Message {
    text(&json!({ "close_socket": true }))
}

fn text(value: &serde_json::Value) -> Message {
    Message::text(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_as_published_and_lies_are_told_from_silence() {
        let frame = read(
            r#"{"audio":"AAE=","contextId":"c1","isFinal":null,"normalizedAlignment":null,
            "alignment":{"chars":["H","i"],"charStartTimesMs":[0,120],"charsDurationsMs":[120,80]}}"#,
        );
        assert_eq!((frame.context.as_deref(), frame.audio), (Some("c1"), Some(Some(vec![0, 1]))));
        assert_eq!(frame.characters, [("H".to_owned(), 0), ("i".to_owned(), 120)]);
        assert_eq!(read(r#"{"audio":"@@","contextId":"c1"}"#).audio, Some(None));
        assert!(read(r#"{"isFinal":true,"audio":null,"contextId":"c1"}"#).is_final);
        assert_eq!(
            read(r#"{"error":"quota_exceeded","message":"no credit"}"#).error.as_deref(),
            Some("no credit")
        );
        assert_eq!(read("nonsense"), Frame::default());
    }
}
