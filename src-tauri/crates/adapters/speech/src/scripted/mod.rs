//! The scripted model: a dialogue in a file, offline and deterministic.
//!
//! A reply is a pure function of the request, so it is right after a takeover and after a restart alike. The file's
//! format is described in `dialogue.rs`.

mod dates;
mod dialogue;
mod fill;
mod history;
mod people;
mod slots;
#[cfg(test)]
mod tests;
mod turn;
mod words;

use async_trait::async_trait;
use serde_json::json;
use tandem_switchboard::ports::speech::{
    FinishReason, Model, ModelEvent, ModelRequest, ProviderError, ToolCall,
};
use tokio::sync::mpsc;

pub use dialogue::DialogueError;
use dialogue::{Dialogue, Step};

/// Words in a piece of streamed text, about as many as a model's chunk brings.
const PIECE: usize = 3;

/// A dialogue that answers like a model.
#[derive(Debug, Clone)]
pub struct Scripted(Dialogue);

impl Scripted {
    /// Reads a dialogue (TOML).
    ///
    /// # Errors
    /// When it is no dialogue; the message names the field and what was expected there.
    pub fn new(toml: &str) -> Result<Self, DialogueError> {
        Dialogue::parse(toml).map(Self)
    }
}

#[async_trait]
impl Model for Scripted {
    async fn reply(&self, request: ModelRequest) -> Result<mpsc::Receiver<ModelEvent>, ProviderError> {
        let made = request.messages.iter().map(|message| message.tool_calls.len()).sum();
        let mut step = turn::answer(&self.0, &request);
        // A model may call what it was offered, whatever its dialogue was written for.
        step.tool.take_if(|tool| !request.tools.iter().any(|offered| offered.name == *tool));
        let events = events(step, made);
        let (sender, replies) = mpsc::channel(events.len().max(1));
        for event in events {
            // The channel holds them all, so this does not wait.
            let _ = sender.try_send(event);
        }
        Ok(replies)
    }

    fn writes_outcomes(&self) -> bool {
        false
    }
}

/// A step as a model streams it; `made` counts the calls made before, so that no two have one id.
fn events(step: Step, made: usize) -> Vec<ModelEvent> {
    let words: Vec<&str> = step.reply.split_inclusive(' ').collect();
    let mut events: Vec<_> = words.chunks(PIECE).map(|piece| ModelEvent::Text(piece.concat())).collect();
    let reason = if step.tool.is_some() { FinishReason::ToolCalls } else { FinishReason::Stop };
    if let Some(name) = step.tool {
        let arguments = step.arguments.unwrap_or_else(|| json!({}));
        events.push(ModelEvent::ToolCall(ToolCall { id: format!("call_{}", made + 1), name, arguments }));
    }
    events.push(ModelEvent::Finished { reason });
    events
}
