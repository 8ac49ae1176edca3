//! Voices over real HTTP, well behaved and not.

use std::time::Duration;

use tandem_foundation::Pii;
use tandem_simulation::{Speak, SpeechDouble};
use tandem_speech::http_voice::{Endpoint, HttpVoice, Kind, Transport};
use tandem_switchboard::ports::speech::{ProviderError, Voice, VoiceEvent, VoiceSettings};

async fn say(double: &SpeechDouble, kind: Kind) -> (usize, Option<ProviderError>) {
    let endpoint = Endpoint {
        kind,
        base_url: double.base_url().to_owned(),
        key_env: None,
        key: Some(Pii::new("hush".to_owned())),
        voice: String::new(),
        model: "fast".into(),
        sample_rate: 24_000,
        transport: Transport::Http,
        stall_timeout_ms: 300,
    };
    let settings =
        VoiceSettings { voice: "a b".into(), language: "en".into(), speed: 1.0, sample_rate: 8_000 };
    let voice = HttpVoice::new("double", endpoint, reqwest::Client::new());
    let mut session = voice.open(settings).await.expect("opened");
    let mut events = session.speak("Good morning.").await;
    let mut count = 0;
    loop {
        let event = tokio::time::timeout(Duration::from_secs(5), events.recv()).await.expect("in time");
        match event.expect("an end") {
            VoiceEvent::Audio { samples, .. } => count += samples.len(),
            VoiceEvent::Done => return (count, None),
            VoiceEvent::Failed(error) => return (count, Some(error)),
        }
    }
}

#[tokio::test]
async fn the_requests_are_as_published() {
    let double = SpeechDouble::start().await;
    let (samples, error) = say(&double, Kind::ElevenLabs).await;
    assert!(error.is_none() && samples.abs_diff(13 * 480) <= 8, "{samples} samples");
    say(&double, Kind::OpenAi).await;
    let requests = double.requests();
    let (url, headers, body) = &requests[0];
    assert_eq!(url, "/v1/text-to-speech/a%20b/stream?output_format=pcm_24000");
    assert_eq!(
        (&headers["xi-api-key"], &body["model_id"]),
        (&"hush".parse().expect("a value"), &"fast".into())
    );
    let (url, headers, body) = &requests[1];
    assert_eq!(
        (url.as_str(), &headers["authorization"]),
        ("/audio/speech", &"Bearer hush".parse().expect("a value"))
    );
    assert_eq!((&body["response_format"], &body["voice"]), (&"pcm".into(), &"a b".into()));
}

#[tokio::test]
async fn refusals_carry_their_status_and_never_the_key() {
    let double = SpeechDouble::start().await;
    for (status, transient) in
        [(400, false), (401, false), (422, false), (429, true), (500, true), (503, true)]
    {
        double.push(Speak::Refuse(status, vec![("retry-after", "7")], "no such key: hush"));
        let (_, error) = say(&double, Kind::ElevenLabs).await;
        let error = error.expect("refused");
        assert_eq!((error.code, error.is_transient()), (Some(status), transient));
        assert!(error.message.contains("7 s") && !error.message.contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn stalls_breaks_and_silence_are_failures() {
    let double = SpeechDouble::start().await;
    for (script, heard) in [
        (Speak::StallAfter(0), false),
        (Speak::StallAfter(2), true),
        (Speak::BreakAfter(2), true),
        (Speak::Nothing, false),
    ] {
        double.push(script.clone());
        let (samples, error) = say(&double, Kind::OpenAi).await;
        assert!(error.is_some_and(|error| error.is_transient()), "{script:?}");
        // A break may overtake audio that is still on its way.
        assert!(heard || samples == 0, "{script:?}");
    }
}
