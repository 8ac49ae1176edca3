//! What is asked of a chat completion, as JSON.

use serde_json::{Value, json};
use tandem_switchboard::ports::speech::{Message, ModelRequest, Role};

use super::Endpoint;

/// The request's body.
pub(super) fn body(endpoint: &Endpoint, model: &str, request: &ModelRequest) -> Value {
    let messages: Vec<Value> = request.messages.iter().map(message).collect();
    let mut body = json!({
        "model": model,
        "messages": messages,
        "stream": true,
        "temperature": request.temperature,
    });
    // Old servers know one name, new ones the other, and many refuse what they do not know.
    let limit = if endpoint.legacy_max_tokens { "max_tokens" } else { "max_completion_tokens" };
    body[limit] = json!(request.max_tokens);
    if endpoint.stream_options {
        body["stream_options"] = json!({ "include_usage": true });
    }
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            json!({ "type": "function", "function": {
                "name": tool.name, "description": tool.description, "parameters": tool.parameters,
            }})
        });
        body["tools"] = tools.collect();
        body["tool_choice"] = json!("auto");
    }
    body
}

fn message(message: &Message) -> Value {
    match message.role {
        Role::System => json!({ "role": "system", "content": message.content }),
        Role::User => json!({ "role": "user", "content": message.content }),
        // A colleague's words are ours towards the customer, but not the model's own.
        Role::Human => {
            json!({ "role": "system", "content": format!("A colleague told the customer: {}", message.content) })
        }
        Role::Tool => {
            json!({ "role": "tool", "content": message.content, "tool_call_id": message.tool_call_id })
        }
        Role::Assistant if message.tool_calls.is_empty() => {
            json!({ "role": "assistant", "content": message.content })
        }
        Role::Assistant => {
            let calls: Vec<Value> = message
                .tool_calls
                .iter()
                .map(|call| {
                    json!({ "id": call.id, "type": "function", "function": {
                        "name": call.name, "arguments": call.arguments.to_string(),
                    }})
                })
                .collect();
            json!({ "role": "assistant", "content": message.content, "tool_calls": calls })
        }
    }
}
