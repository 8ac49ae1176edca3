//! Deepgram over a real WebSocket, well behaved and not.

use std::time::Duration;

use tandem_foundation::Pii;
use tandem_simulation::{DeepgramDouble, Listen};
use tandem_speech::deepgram::{Deepgram, Endpoint};
use tandem_switchboard::ports::speech::{
    ProviderError, Recogniser, RecogniserEvent, RecogniserInput, RecogniserSession, Recognition,
};

async fn open(double: &DeepgramDouble, model: &str) -> Result<Recognition, ProviderError> {
    let endpoint = Endpoint {
        base_url: double.base_url().to_owned(),
        key: Some(Pii::new("hush".to_owned())),
        model: model.into(),
        ..Endpoint::default()
    };
    let session =
        RecogniserSession { language: "en".into(), sample_rate: 8_000, key_terms: vec!["Ann & Co".into()] };
    Deepgram::new("double", endpoint).open(session).await
}

/// A second of silence, a second of voice, a second of silence.
async fn speak(line: &Recognition) {
    for n in 0..150_u64 {
        let level = if (50..100).contains(&n) { 3_000 } else { 0 };
        let audio = RecogniserInput::Audio { position: n * 160, samples: vec![level; 160].into() };
        line.input.send(audio).await.expect("taken");
    }
}

async fn next(line: &mut Recognition) -> RecogniserEvent {
    let event = tokio::time::timeout(Duration::from_secs(10), line.events.recv()).await;
    event.expect("an event in time").expect("an event")
}

#[tokio::test]
async fn the_request_is_as_published() {
    let double = DeepgramDouble::start().await;
    let line = open(&double, "nova-3").await.expect("opened");
    let (url, headers) = double.requests().remove(0);
    assert_eq!(headers["authorization"], "Token hush");
    for part in [
        "v1?",
        "model=nova-3",
        "encoding=linear16",
        "sample_rate=8000",
        "interim_results=true",
        "utterance_end_ms=1000",
        "keyterm=Ann%20%26%20Co",
    ] {
        assert!(url.contains(part), "{part} in {url}");
    }
    drop(line);
}

#[tokio::test]
async fn refusals_carry_their_status_and_never_the_key() {
    let double = DeepgramDouble::start().await;
    for (status, transient) in
        [(401, false), (402, false), (400, false), (429, true), (500, true), (503, true)]
    {
        double.push(Listen::Refuse(status, vec![("retry-after", "30"), ("dg-error", "refused")]));
        let error = open(&double, "nova-3").await.expect_err("refused");
        assert_eq!((error.code, error.is_transient()), (Some(status), transient));
        assert!(error.message.contains("30 s") && !format!("{error:?}").contains("hush"), "{error:?}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_anew_and_no_audio_is_lost() {
    let double = DeepgramDouble::start().await;
    double.push(Listen::CloseAfter(70, 1011));
    let mut line = open(&double, "nova-3").await.expect("opened");
    speak(&line).await;
    let words = loop {
        if let RecogniserEvent::Final { words, utterance_end: true, .. } = next(&mut line).await {
            break words;
        }
    };
    assert_eq!(double.requests().len(), 2);
    assert!((990..=1_010).contains(&words[0].start_ms), "the word keeps its beginning: {words:?}");
    assert!((1_990..=2_010).contains(&words[0].end_ms), "{words:?}");
}

#[tokio::test]
async fn a_provider_that_closes_again_and_again_has_failed() {
    let double = DeepgramDouble::start().await;
    for _ in 0..3 {
        double.push(Listen::CloseAfter(1, 1011));
    }
    let mut line = open(&double, "nova-3").await.expect("opened");
    speak(&line).await;
    let RecogniserEvent::Failed(error) = next(&mut line).await else { panic!("no failure") };
    assert!(error.is_transient() && double.requests().len() == 3, "{error:?}");
    assert!(line.events.recv().await.is_none(), "nothing follows");
}

#[tokio::test]
async fn nonsense_is_passed_over() {
    let double = DeepgramDouble::start().await;
    double.push(Listen::Say("{\"type\":\"Results\",\"channel\":7}"));
    let mut line = open(&double, "nova-3").await.expect("opened");
    speak(&line).await;
    assert!(matches!(next(&mut line).await, RecogniserEvent::Interim { text, .. } if text == "alpha"));
}

#[tokio::test]
async fn a_stalled_provider_does_not_hold_up_the_end() {
    let double = DeepgramDouble::start().await;
    double.push(Listen::Stall);
    let Recognition { input, mut events } = open(&double, "nova-3").await.expect("opened");
    drop(input);
    let end = tokio::time::timeout(Duration::from_secs(5), events.recv()).await.expect("an end in time");
    assert!(end.is_none());
    assert!(double.texts().iter().any(|text| text["type"] == "CloseStream"));
}

#[tokio::test]
async fn flux_tells_the_end_of_a_turn() {
    let double = DeepgramDouble::start().await;
    let mut line = open(&double, "flux-general-en").await.expect("opened");
    let url = double.requests().remove(0).0;
    assert!(url.starts_with("v2?") && url.contains("eager_eot_threshold=0.5"), "{url}");
    speak(&line).await;
    assert!(matches!(next(&mut line).await, RecogniserEvent::Interim { .. }));
    assert!(
        matches!(next(&mut line).await, RecogniserEvent::Final { text, utterance_end: true, .. } if text == "alpha")
    );
    assert!(matches!(next(&mut line).await, RecogniserEvent::EndOfTurn { eager: false, .. }));
}
