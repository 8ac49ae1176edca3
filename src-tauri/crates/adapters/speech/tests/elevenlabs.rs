//! ElevenLabs' socket, well behaved and not.

use std::time::Duration;

use tandem_simulation::{ElevenLabsDouble, Stream};
use tandem_speech::elevenlabs::ElevenLabs;
use tandem_switchboard::ports::speech::{
    Alignment, ProviderError, ProviderErrorKind as Kind, Voice, VoiceEvent, VoiceSession, VoiceSettings,
};

const TEXT: &str = "Good morning, this is Jane.";

async fn open(double: &ElevenLabsDouble, sample_rate: u32) -> Result<Box<dyn VoiceSession>, ProviderError> {
    let endpoint = serde_json::json!({ "kind": "elevenlabs", "base_url": double.base_url(), "stall_timeout_ms": 300, "model": "m" });
    let voice = ElevenLabs::new("double", serde_json::from_value(endpoint).expect("an endpoint"));
    voice.open(VoiceSettings { voice: "a b".into(), language: "en".into(), speed: 1.0, sample_rate }).await
}

async fn say(session: &mut dyn VoiceSession, text: &str) -> (usize, Vec<Alignment>, Option<ProviderError>) {
    let mut events = session.speak(text).await;
    let (mut count, mut places) = (0, Vec::new());
    loop {
        let event = tokio::time::timeout(Duration::from_secs(5), events.recv()).await.expect("in time");
        match event.expect("an end") {
            VoiceEvent::Audio { samples, alignment } => {
                count += samples.len();
                places.extend(alignment);
            }
            VoiceEvent::Done => return (count, places, None),
            VoiceEvent::Failed(error) => return (count, places, Some(error)),
        }
    }
}

#[tokio::test]
async fn a_turn_is_a_context_and_a_call_a_socket() {
    let double = ElevenLabsDouble::start().await;
    let mut session = open(&double, 8_000).await.expect("opened");
    let (samples, places, error) = say(session.as_mut(), TEXT).await;
    assert!(error.is_none(), "{error:?}");
    // 60 ms a character and one space that ends the sentence.
    assert!(samples.abs_diff(TEXT.len() * 480) <= 480, "{samples}");
    assert_eq!(places.len(), TEXT.chars().filter(|c| !c.is_whitespace()).count());
    assert_eq!((places[4].offset, places[4].sample), (5, 5 * 480), "the m of morning");
    say(session.as_mut(), "How are you?").await;
    drop(session.speak("Nobody hears this sentence to its end.").await);
    say(session.as_mut(), "Yes.").await;
    assert_eq!(double.requests().len(), 1);
    assert!(double.requests()[0].0.contains("output_format=ulaw_8000"), "{:?}", double.requests());
    let frames = double.frames();
    let of = |name: &str| frames.iter().filter(|frame| frame["context_id"] == name).count();
    assert_eq!(of("turn-1") + of("turn-2"), frames.len(), "{frames:?}");
    assert!(frames.iter().any(|frame| frame["context_id"] == "turn-1" && frame["close_context"] == true));
    assert!(of("turn-2") >= 3, "after an interruption there is another context");
}

#[tokio::test]
async fn drips_and_missing_alignment_are_borne() {
    let double = ElevenLabsDouble::start().await;
    for rate in [8_000, 16_000, 24_000] {
        let mut session = open(&double, rate).await.expect("opened");
        let per_character = rate as usize * 60 / 1_000;
        for script in [Stream::Drip, Stream::Unaligned, Stream::Properly] {
            double.push(script);
            let (samples, _, error) = say(session.as_mut(), TEXT).await;
            assert!(error.is_none(), "{script:?}: {error:?}");
            assert!(
                samples.abs_diff(TEXT.len() * per_character) <= 2 * per_character,
                "{script:?}: {samples}"
            );
        }
    }
}

#[tokio::test]
async fn lies_stalls_and_breaks_are_told_by_their_kind_and_the_next_sentence_is_said() {
    let double = ElevenLabsDouble::start().await;
    let mut session = open(&double, 8_000).await.expect("opened");
    for (script, kind) in [
        (Stream::StallAfter(0), Kind::Timeout),
        (Stream::StallAfter(2), Kind::Timeout),
        (Stream::CloseAfter(2, 1011), Kind::Unavailable),
        (Stream::WrongContext, Kind::Timeout),
        (Stream::BadBase64, Kind::Protocol),
        (Stream::FinalEarly, Kind::Protocol),
    ] {
        double.push(script);
        let (_, _, error) = say(session.as_mut(), TEXT).await;
        assert_eq!(error.map(|error| error.kind), Some(kind), "{script:?}");
        let (samples, _, error) = say(session.as_mut(), TEXT).await;
        assert!(
            error.is_none() && samples.abs_diff(TEXT.len() * 480) <= 480,
            "{script:?}: {samples} {error:?}"
        );
    }
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_first_sound_is_made_anew() {
    let double = ElevenLabsDouble::start().await;
    let mut session = open(&double, 8_000).await.expect("opened");
    double.push(Stream::CloseAfter(0, 1011));
    let (samples, _, error) = say(session.as_mut(), TEXT).await;
    assert!(error.is_none() && samples > 0, "{error:?}");
    assert_eq!(double.requests().len(), 2);
    double.push(Stream::Refuse(401));
    let refused = open(&double, 8_000).await.err().expect("refused");
    assert_eq!((refused.kind, refused.code, refused.is_transient()), (Kind::Auth, Some(401), false));
}
