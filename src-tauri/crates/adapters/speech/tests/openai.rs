//! An OpenAI-compatible model over real HTTP, well behaved and not.

use std::time::Duration;

use serde_json::json;
use tandem_foundation::Pii;
use tandem_simulation::{OpenAiDouble, Script};
use tandem_speech::openai_chat::{Endpoint, OpenAiChat};
use tandem_switchboard::ports::speech::{
    FinishReason, Message, Model, ModelEvent, ModelRequest, Role, ToolCall, ToolSpec,
};

fn model(double: &OpenAiDouble) -> OpenAiChat {
    let endpoint = Endpoint {
        base_url: double.base_url().to_owned(),
        api_key_env: None,
        api_key: Some(Pii::new("secret".to_owned())),
        model: "tiny".into(),
        stream_options: false,
        legacy_max_tokens: false,
    };
    OpenAiChat::new("double", endpoint, "", reqwest::Client::new())
}

fn message(role: Role, content: &str) -> Message {
    Message { role, content: content.into(), tool_calls: Vec::new(), tool_call_id: None }
}

fn request() -> ModelRequest {
    ModelRequest {
        messages: vec![
            message(Role::System, "Be brief."),
            message(Role::User, "Hello?"),
            message(Role::Human, "Sam: we waive the fee"),
        ],
        tools: vec![ToolSpec {
            name: "transfer".into(),
            description: "to a person".into(),
            parameters: json!({ "type": "object" }),
        }],
        temperature: 0.3,
        max_tokens: 50,
        variables: Default::default(),
        today: "2026-11-21".into(),
        first_token_timeout: Duration::from_millis(500),
    }
}

async fn all(double: &OpenAiDouble) -> Vec<ModelEvent> {
    let mut events = model(double).reply(request()).await.expect("a stream");
    let mut seen = Vec::new();
    while let Some(event) = events.recv().await {
        seen.push(event);
    }
    seen
}

#[tokio::test]
async fn text_streams_and_the_request_is_as_published() {
    let double = OpenAiDouble::start().await;
    double.push(Script::Text(vec!["Good ", "morning."]));
    let text = |text: &str| ModelEvent::Text(text.into());
    assert_eq!(
        all(&double).await,
        [text("Good "), text("morning."), ModelEvent::Finished { reason: FinishReason::Stop }]
    );
    let (headers, body) = double.requests().remove(0);
    assert_eq!(headers["authorization"], "Bearer secret");
    assert_eq!(
        (&body["stream"], &body["model"], &body["max_completion_tokens"]),
        (&json!(true), &json!("tiny"), &json!(50))
    );
    assert_eq!(body["tools"][0]["function"]["name"], "transfer");
    assert_eq!(body["messages"][1], json!({ "role": "user", "content": "Hello?" }));
    assert!(body["messages"][2]["content"].as_str().is_some_and(|text| text.contains("we waive the fee")));
    assert!(body.get("stream_options").is_none(), "only to hosts that know it");
}

#[tokio::test]
async fn a_tool_call_in_fragments_is_one_call() {
    let double = OpenAiDouble::start().await;
    double.push(Script::Tool { name: "transfer", arguments: vec!["{\"to\"", ":\"anyone\"}"] });
    let call =
        ToolCall { id: "call_1".into(), name: "transfer".into(), arguments: json!({ "to": "anyone" }) };
    assert_eq!(
        all(&double).await,
        [ModelEvent::ToolCall(call), ModelEvent::Finished { reason: FinishReason::ToolCalls }]
    );
}

#[tokio::test]
async fn one_quick_second_try_and_no_more() {
    let double = OpenAiDouble::start().await;
    double.push(Script::Status(503, vec![("retry-after-ms", "20")]));
    double.push(Script::Text(vec!["Now."]));
    assert!(matches!(all(&double).await.last(), Some(ModelEvent::Finished { .. })));
    double.push(Script::Status(500, vec![]));
    double.push(Script::Status(500, vec![]));
    let error = model(&double).reply(request()).await.expect_err("refused twice");
    assert_eq!((error.code, error.is_transient()), (Some(500), true));
    assert_eq!(double.requests().len(), 4);
}

#[tokio::test]
async fn what_cannot_get_better_is_not_tried_again() {
    let double = OpenAiDouble::start().await;
    for script in [Script::Status(401, vec![]), Script::Status(429, vec![("retry-after", "30")])] {
        let before = double.requests().len();
        double.push(script);
        let error = model(&double).reply(request()).await.expect_err("refused");
        assert_eq!(error.message, "refused by the double");
        assert_eq!(double.requests().len(), before + 1, "a caller cannot wait");
    }
}

#[tokio::test]
async fn errors_stalls_and_early_ends_in_mid_stream_are_told() {
    let double = OpenAiDouble::start().await;
    let failed = |events: Vec<ModelEvent>| {
        let ends = events.iter().filter(|e| !matches!(e, ModelEvent::Text(_))).count();
        ends == 1 && matches!(events.last(), Some(ModelEvent::Failed { .. }))
    };
    double.push(Script::Raw(vec![
        r#"data: {"choices":[{"delta":{"content":"Hi"}}]}"#,
        r#"data: {"error":{"message":"x"}}"#,
    ]));
    assert!(failed(all(&double).await));
    double.push(Script::Raw(vec![r#"data: {"choices":[{"delta":{"content":"Hi"}}]}"#]));
    assert!(failed(all(&double).await), "an early end");
    double.push(Script::Stall("Hi"));
    assert!(failed(all(&double).await), "a stall");
    double
        .push(Script::Raw(vec![r#"data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#]));
    assert!(!failed(all(&double).await), "a missing [DONE] is no failure");
}

#[tokio::test]
async fn dropping_the_receiver_closes_the_connection() {
    let mut double = OpenAiDouble::start().await;
    double.push(Script::Stall("Hi"));
    let mut slow = request();
    slow.first_token_timeout = Duration::from_secs(60);
    let mut events = model(&double).reply(slow).await.expect("a stream");
    assert_eq!(events.recv().await, Some(ModelEvent::Text("Hi".into())));
    drop(events);
    tokio::time::timeout(Duration::from_secs(5), double.all_closed()).await.expect("closed at once");
}

#[test]
fn no_secret_is_shown() {
    let endpoint: Endpoint = serde_json::from_value(json!({ "base_url": "http://127.0.0.1" })).expect("read");
    let shown = format!("{:?}", Endpoint { api_key: Some(Pii::new("hush".to_owned())), ..endpoint });
    assert!(!shown.contains("hush"), "{shown}");
}
