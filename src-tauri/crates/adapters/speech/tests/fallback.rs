//! Falling back to the next provider, over doubles.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_simulation::{OpenAiDouble, Script, Speak, SpeechDouble};
use tandem_speech::fallback::{FallbackModel, FallbackVoice, Patience};
use tandem_speech::http_voice::{Endpoint as VoiceEndpoint, HttpVoice, Kind};
use tandem_speech::openai_chat::{Endpoint, OpenAiChat};
use tandem_switchboard::ports::speech::{
    Message, Model, ModelEvent, ModelRequest, Role, Voice, VoiceEvent, VoiceSettings,
};

fn patience() -> Patience {
    Patience { first: Duration::from_millis(400), failures: 2, open_for: Duration::from_secs(60) }
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
    first.push(Script::Status(401, vec![]));
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
    first.push(Speak::Refuse(500, vec![], "down"));
    second.push(Speak::Refuse(500, vec![], "down too"));
    let mut events = session.speak("Good morning.").await;
    assert!(matches!(events.recv().await, Some(VoiceEvent::Failed(error)) if error.message == "down too"));
}
