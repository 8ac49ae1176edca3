//! The scripted model: a dialogue in a file, offline and deterministic.
//!
//! A reply is a pure function of the context, so it is right after a takeover and after a restart alike.

mod dialogue;
mod turn;

use async_trait::async_trait;
use tandem_switchboard::ports::speech::{
    FinishReason, Model, ModelEvent, ModelRequest, ProviderError, ToolCall,
};
use tokio::sync::mpsc;

use dialogue::Dialogue;
pub use dialogue::DialogueError;

/// A dialogue that answers like a model.
#[derive(Debug, Clone)]
pub struct Scripted(Dialogue);

impl Scripted {
    /// Reads a dialogue (TOML).
    ///
    /// # Errors
    /// When it is no dialogue; the message names line and field.
    pub fn new(toml: &str) -> Result<Self, DialogueError> {
        Dialogue::parse(toml).map(Self)
    }
}

#[async_trait]
impl Model for Scripted {
    async fn reply(&self, request: ModelRequest) -> Result<mpsc::Receiver<ModelEvent>, ProviderError> {
        let step = turn::answer(&self.0, &request);
        let (events, replies) = mpsc::channel(64);
        tokio::spawn(async move {
            // In words, as a model's tokens come.
            for word in step.reply.split_inclusive(' ') {
                if events.send(ModelEvent::Text(word.to_owned())).await.is_err() {
                    return;
                }
            }
            let reason = if step.tool.is_some() { FinishReason::ToolCalls } else { FinishReason::Stop };
            if let Some(name) = step.tool {
                let arguments = step.arguments.unwrap_or_else(|| serde_json::json!({}));
                let call = ToolCall { id: "call_1".into(), name, arguments };
                let _ = events.send(ModelEvent::ToolCall(call)).await;
            }
            let _ = events.send(ModelEvent::Finished { reason }).await;
        });
        Ok(replies)
    }
}
