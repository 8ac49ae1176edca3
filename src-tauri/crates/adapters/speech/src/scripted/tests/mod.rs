//! Tests of the scripted model: its machinery on small dialogues, and the sandbox's dialogues as they are.

mod collections;
mod machinery;
mod others;
mod people;
mod slots;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tandem_switchboard::ports::speech::{
    FinishReason, Message, Model, ModelEvent, ModelRequest, Role, ToolSpec,
};

use super::Scripted;

/// One of the sandbox's dialogues.
fn sandbox(name: &str) -> Scripted {
    let path = format!("{}/../../../../assets/sandbox/dialogues/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    Scripted::new(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn message(role: Role, content: &str) -> Message {
    Message { role, content: content.into(), tool_calls: Vec::new(), tool_call_id: None }
}

fn user(content: &str) -> Message {
    message(Role::User, content)
}

fn request(messages: Vec<Message>) -> ModelRequest {
    let variables =
        [("customer_name", "Rina"), ("amount_due", "two hundred dollars"), ("due_date", "2026-06-20")];
    let tools = ["transfer", "end_call", "schedule_callback", "opt_out", "send_dtmf"].map(|name| ToolSpec {
        name: name.into(),
        description: String::new(),
        parameters: serde_json::json!({ "type": "object" }),
    });
    ModelRequest {
        messages,
        tools: tools.into(),
        temperature: 0.0,
        max_tokens: 100,
        variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        today: "2026-06-01".into(),
        first_token_timeout: Duration::from_secs(1),
    }
}

/// All that comes out, in order.
async fn stream(model: &Scripted, messages: Vec<Message>) -> Vec<ModelEvent> {
    let mut events = model.reply(request(messages)).await.expect("an answer");
    let mut all = Vec::new();
    while let Some(event) = events.recv().await {
        all.push(event);
    }
    all
}

/// What is said, and the tool that is called with its arguments.
async fn answer(model: &Scripted, messages: Vec<Message>) -> (String, Option<(String, Value)>) {
    let (mut text, mut tool) = (String::new(), None);
    for event in stream(model, messages).await {
        match event {
            ModelEvent::Text(piece) => text.push_str(&piece),
            ModelEvent::ToolCall(call) => tool = Some((call.name, call.arguments)),
            ModelEvent::Finished { reason } => {
                let wanted = if tool.is_some() { FinishReason::ToolCalls } else { FinishReason::Stop };
                assert_eq!(reason, wanted);
            }
            ModelEvent::Failed { message, .. } => panic!("{message}"),
        }
    }
    (text, tool)
}

/// Plays a conversation: what the customer says, what must be in each reply, and the tool (or "").
async fn plays(name: &str, first_message: &str, turns: &[(&str, &str, &str)]) {
    let model = sandbox(name);
    let mut history = vec![message(Role::System, "prompt"), message(Role::Assistant, first_message)];
    for (heard, part, tool) in turns {
        history.push(user(heard));
        let (text, called) = answer(&model, history.clone()).await;
        let called = called.map(|(name, _)| name).unwrap_or_default();
        assert!(text.contains(part), "{name}, `{heard}`: expected `{part}` in `{text}`");
        assert_eq!(called, *tool, "{name}, `{heard}`: `{text}`");
        assert!(!text.contains(['{', '}', '$', '%', '_']), "{name}, `{heard}`: not to be spoken: `{text}`");
        if !text.is_empty() {
            history.push(message(Role::Assistant, &text));
        }
    }
}

#[test]
fn the_variables_are_those_of_the_dialogues() {
    let known: BTreeMap<String, String> = request(Vec::new()).variables;
    for name in ["jane-collections", "emi-reminder", "akylai", "altai", "receptionist"] {
        let model = sandbox(name);
        let texts = model.0.intent.iter().map(|intent| intent.step(0).reply);
        for text in texts.chain(model.0.fallback.clone()).chain([model.0.greeting.clone()]) {
            for place in super::fill::names(&text) {
                let slot = super::slots::Slot::ALL
                    .iter()
                    .any(|slot| place.strip_prefix("last_").unwrap_or(place) == slot.name());
                assert!(slot || place == "question" || known.contains_key(place), "{name}: {{{place}}}");
            }
        }
        assert!(model.0.give_up.is_some() && model.0.fallback.len() > 1, "{name}");
    }
}
