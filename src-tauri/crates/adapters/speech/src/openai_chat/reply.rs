//! A reply as it arrives: chunks of a chat completion become model events.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tandem_switchboard::ports::speech::{FinishReason, ModelEvent, ToolCall};

use crate::sse::Event;

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
    refusal: Option<String>,
    #[serde(default)]
    tool_calls: Vec<Fragment>,
}

#[derive(Deserialize)]
struct Fragment {
    index: u32,
    id: Option<String>,
    #[serde(default)]
    function: Function,
}

#[derive(Default, Deserialize)]
struct Function {
    name: Option<String>,
    arguments: Option<String>,
}

/// What has been collected of a reply.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// Id, name and arguments of each tool call by its index; only the first fragment carries id and name.
    tools: BTreeMap<u32, (String, String, String)>,
    finish: Option<FinishReason>,
    over: bool,
}

impl Reply {
    /// Takes one event of the stream.
    pub fn take(&mut self, event: &Event) -> Vec<ModelEvent> {
        if self.over {
            return Vec::new();
        }
        if event.data.trim() == "[DONE]" {
            return self.end();
        }
        let Ok(chunk) = serde_json::from_str::<Chunk>(&event.data) else {
            return if event.name == "error" { self.fail(&event.data) } else { Vec::new() };
        };
        if let Some(error) = chunk.error {
            return self.fail(error["message"].as_str().unwrap_or("an error in mid-stream"));
        }
        if event.name == "error" {
            return self.fail(&event.data);
        }
        let mut events = Vec::new();
        for choice in chunk.choices {
            let text = choice.delta.content.or(choice.delta.refusal).filter(|text| !text.is_empty());
            events.extend(text.map(ModelEvent::Text));
            for fragment in choice.delta.tool_calls {
                let tool = self.tools.entry(fragment.index).or_default();
                tool.0.push_str(&fragment.id.unwrap_or_default());
                tool.1.push_str(&fragment.function.name.unwrap_or_default());
                tool.2.push_str(&fragment.function.arguments.unwrap_or_default());
            }
            self.finish = choice.finish_reason.map(|reason| finish(&reason)).or(self.finish);
        }
        events
    }

    /// The stream has ended: `[DONE]` may be missing once a reason to finish was given.
    pub fn end(&mut self) -> Vec<ModelEvent> {
        if self.over {
            return Vec::new();
        }
        let Some(reason) = self.finish else { return self.fail("the stream ended early") };
        self.over = true;
        let tools = std::mem::take(&mut self.tools).into_iter().map(|(index, (id, name, arguments))| {
            let id = if id.is_empty() { format!("call_{index}") } else { id };
            let arguments = if arguments.trim().is_empty() { "{}".to_owned() } else { arguments };
            let arguments = serde_json::from_str(&arguments).unwrap_or(Value::String(arguments));
            ModelEvent::ToolCall(ToolCall { id, name, arguments })
        });
        tools.chain([ModelEvent::Finished { reason }]).collect()
    }

    /// Nothing more is to come.
    pub fn is_over(&self) -> bool {
        self.over
    }

    fn fail(&mut self, message: &str) -> Vec<ModelEvent> {
        self.over = true;
        vec![ModelEvent::Failed { message: message.to_owned(), transient: true }]
    }
}

fn finish(reason: &str) -> FinishReason {
    match reason {
        "length" => FinishReason::Length,
        "tool_calls" | "function_call" => FinishReason::ToolCalls,
        "content_filter" => FinishReason::ContentFilter,
        _ => FinishReason::Stop,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replies(data: &[&str]) -> Vec<ModelEvent> {
        let mut reply = Reply::default();
        let mut events: Vec<_> = data
            .iter()
            .flat_map(|data| reply.take(&Event { name: "message".into(), data: (*data).to_owned() }))
            .collect();
        events.extend(reply.end());
        events
    }

    #[test]
    fn text_and_the_end_without_done() {
        let events = replies(&[
            r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}"#,
            r#"{"choices":[{"index":0,"delta":{"content":"Hel"}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":null},"finish_reason":"stop"}]}"#,
            r#"{"choices":[],"usage":{"total_tokens":2}}"#,
        ]);
        assert_eq!(
            events,
            [ModelEvent::Text("Hel".into()), ModelEvent::Finished { reason: FinishReason::Stop }]
        );
    }

    #[test]
    fn tool_calls_are_put_together_by_index() {
        let events = replies(&[
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"transfer","arguments":""}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"to\":"}},{"index":1,"function":{"name":"x","arguments":"oops"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Ann\"}"}}]},"finish_reason":"tool_calls"}]}"#,
        ]);
        let tool = |id: &str, name: &str, arguments: Value| {
            ModelEvent::ToolCall(ToolCall { id: id.into(), name: name.into(), arguments })
        };
        assert_eq!(
            events,
            [
                tool("c1", "transfer", serde_json::json!({ "to": "Ann" })),
                tool("call_1", "x", Value::String("oops".into())),
                ModelEvent::Finished { reason: FinishReason::ToolCalls },
            ]
        );
    }

    #[test]
    fn errors_in_mid_stream_and_early_ends_are_failures() {
        let failed = |events: Vec<ModelEvent>| matches!(events.last(), Some(ModelEvent::Failed { .. }));
        assert!(failed(replies(&[r#"{"error":{"message":"overloaded"}}"#])));
        assert!(failed(replies(&[r#"{"choices":[{"delta":{"content":"Hi"}}]}"#])));
        let mut reply = Reply::default();
        assert!(failed(reply.take(&Event { name: "error".into(), data: "boom".into() })));
        assert!(reply.is_over() && reply.end().is_empty(), "one failure is enough");
    }
}
