//! Falling back to the next provider, over doubles.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_simulation::{
    DeepgramDouble, ElevenLabsDouble, Listen, OpenAiDouble, Script, Speak, SpeechDouble, Stream,
    TranscriptionDouble,
};
use tandem_speech::deepgram::{self, Deepgram};
use tandem_speech::elevenlabs::ElevenLabs;
use tandem_speech::fallback::{FallbackModel, FallbackRecogniser, FallbackVoice, Patience};
use tandem_speech::http_voice::{Endpoint as VoiceEndpoint, HttpVoice, Kind};
use tandem_speech::openai_chat::{Endpoint, OpenAiChat};
use tandem_speech::transcriptions::Transcriptions;
use tandem_switchboard::ports::speech::{
    Message, Model, ModelEvent, ModelRequest, Recogniser, RecogniserEvent, RecogniserInput,
    RecogniserSession, Role, Voice, VoiceEvent, VoiceSettings,
};

fn patience() -> Patience {
    Patience {
        first: Duration::from_millis(400),
        sound: Duration::from_millis(200),
        last_word: Duration::from_millis(400),
        failures: 2,
        open_for: Duration::from_secs(60),
    }
}

fn model(double: &OpenAiDouble) -> Arc<dyn Model> {
    let endpoint = serde_json::json!({ "base_url": double.base_url(), "model": "m" });
    let endpoint: Endpoint = serde_json::from_value(endpoint).expect("read");
    Arc::new(OpenAiChat::new("double", endpoint, "", reqwest::Client::new()))
}

fn voice(double: &SpeechDouble) -> Arc<dyn Voice> {
    let endpoint =
        serde_json::json!({ "kind": "openai", "base_url": double.base_url(), "stall_timeout_ms": 60_000 });
    let endpoint: VoiceEndpoint = serde_json::from_value(endpoint).expect("read");
    assert_eq!(endpoint.kind, Kind::OpenAi);
    Arc::new(HttpVoice::new("double", endpoint, reqwest::Client::new()))
}

#[tokio::test]
async fn the_second_model_answers_and_the_first_is_then_passed_over() {
    let (first, second) = (OpenAiDouble::start().await, OpenAiDouble::start().await);
    let chain = FallbackModel::new(vec![model(&first), model(&second)], patience());
    let request = ModelRequest {
        messages: vec![Message {
            role: Role::User,
            content: "Hi".into(),
            tool_calls: Vec::new(),
            tool_call_id: None,
        }],
        tools: Vec::new(),
        temperature: 0.0,
        max_tokens: 5,
        variables: Default::default(),
        today: "2026-11-21".into(),
        first_token_timeout: Duration::from_secs(60),
    };
    first.push(Script::Status(400, vec![]));
    first.push(Script::Raw(vec![": nothing to say"]));
    for _ in 0..3 {
        let mut events = chain.reply(request.clone()).await.expect("answered");
        assert!(matches!(events.recv().await, Some(ModelEvent::Text(_))));
    }
    assert_eq!((first.requests().len(), second.requests().len()), (2, 3));
}

#[tokio::test]
async fn a_voice_that_stalls_is_replaced_within_two_seconds() {
    let (first, second) = (SpeechDouble::start().await, SpeechDouble::start().await);
    let chain = FallbackVoice::new(vec![voice(&first), voice(&second)], patience());
    let settings = VoiceSettings { voice: "a".into(), language: "en".into(), speed: 1.0, sample_rate: 8_000 };
    let mut session = chain.open(settings).await.expect("opened");
    first.push(Speak::StallAfter(0));
    let began = Instant::now();
    let mut events = session.speak("Good morning.").await;
    assert!(matches!(events.recv().await, Some(VoiceEvent::Audio { .. })));
    assert!(began.elapsed() < Duration::from_secs(2));
    first.push(Speak::Refuse(400, vec![], "down"));
    second.push(Speak::Refuse(400, vec![], "down too"));
    let mut events = session.speak("Good morning.").await;
    assert!(matches!(events.recv().await, Some(VoiceEvent::Failed(error)) if error.message == "down too"));
}

#[tokio::test]
async fn a_voice_that_dies_in_mid_sentence_is_gone_on_for_by_the_next() {
    let (first, second) = (ElevenLabsDouble::start().await, SpeechDouble::start().await);
    let endpoint = serde_json::json!({ "kind": "elevenlabs", "base_url": first.base_url() });
    let socket = ElevenLabs::new("double", serde_json::from_value(endpoint).expect("an endpoint"));
    let chain = FallbackVoice::new(vec![Arc::new(socket), voice(&second)], patience());
    let settings = VoiceSettings { voice: "a".into(), language: "en".into(), speed: 1.0, sample_rate: 8_000 };
    let mut session = chain.open(settings).await.expect("opened");
    // Three frames of five characters: "Your balance is".
    first.push(Stream::CloseAfter(3, 1011));
    let mut events = session.speak("Your balance is nine dollars.").await;
    while let Some(event) = events.recv().await {
        match event {
            VoiceEvent::Audio { .. } => {}
            VoiceEvent::Done => break,
            VoiceEvent::Failed(error) => panic!("{error}"),
        }
    }
    let rest: Vec<_> = second.requests().iter().map(|(_, _, body)| body["input"].clone()).collect();
    assert_eq!(rest, ["nine dollars."]);
}

/// One utterance of 2 s with the detector's word around it.
async fn utter(input: &tokio::sync::mpsc::Sender<RecogniserInput>, position: &mut u64, level: i16) {
    for (level, frames) in [(0, 25), (level, 100)] {
        if level > 0 {
            input.send(RecogniserInput::Voice { active: true }).await.expect("taken");
        }
        for _ in 0..frames {
            let audio = RecogniserInput::Audio { position: *position, samples: vec![level; 160].into() };
            input.send(audio).await.expect("taken");
            *position += 160;
        }
    }
    input.send(RecogniserInput::Voice { active: false }).await.expect("taken");
    input.send(RecogniserInput::Finalize).await.expect("taken");
}

#[tokio::test]
async fn a_recogniser_that_dies_or_stalls_is_followed_and_no_word_is_lost_or_doubled() {
    for script in [Listen::Stall, Listen::CloseAfter(10, 1011), Listen::Refuse(401, vec![])] {
        let (first, second) = (DeepgramDouble::start().await, TranscriptionDouble::start().await);
        for _ in 0..4 {
            first.push(script.clone());
        }
        let endpoint = deepgram::Endpoint { base_url: first.base_url().to_owned(), ..Default::default() };
        let next =
            serde_json::json!({ "base_url": second.base_url(), "model": "m", "format": "verbose_json" });
        let next = serde_json::from_value(next).expect("an endpoint");
        let chain = FallbackRecogniser::new(
            vec![
                Arc::new(Deepgram::new("first", endpoint)),
                Arc::new(Transcriptions::new("second", next, reqwest::Client::new())),
            ],
            patience(),
        );
        let session = RecogniserSession { language: "en".into(), sample_rate: 8_000, key_terms: Vec::new() };
        let mut ends = chain.open(session).await.expect("opened");
        let (mut position, mut heard) = (0, Vec::new());
        for (level, word) in [(3_000, "alpha"), (8_000, "bravo")] {
            let begin_ms = position / 8 + 500;
            utter(&ends.input, &mut position, level).await;
            while heard.last().is_none_or(|(text, _)| text != word) {
                let event = tokio::time::timeout(Duration::from_secs(10), ends.events.recv()).await;
                match event
                    .unwrap_or_else(|_| panic!("{script:?}: {heard:?} {}", second.requests().len()))
                    .expect("an event")
                {
                    RecogniserEvent::Final { text, words, .. } if !text.is_empty() => {
                        assert!(
                            words[0].start_ms.abs_diff(begin_ms) < 100,
                            "{script:?}: {words:?} {begin_ms}"
                        );
                        heard.push((text, words));
                    }
                    RecogniserEvent::Failed(error) => panic!("{script:?}: {error}"),
                    _ => {}
                }
            }
        }
        let texts: Vec<&str> = heard.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(texts, ["alpha", "bravo"], "{script:?}");
    }
}
