//! A model line: one request to a model, its tokens back to the call.

use std::sync::Arc;

use tandem_conversation::io::ReplyId;
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::call_task::{CallMessage, Inbox};
use crate::ports::speech::{Model, ModelEvent, ModelRequest};

/// A running request; dropping it closes the connection to the provider.
#[derive(Debug)]
pub(crate) struct ModelLine(JoinHandle<()>);

impl ModelLine {
    pub fn ask(model: Arc<dyn Model>, request: ModelRequest, reply: ReplyId, inbox: Inbox) -> Self {
        let span = tracing::info_span!("model", ?reply);
        let work = async move {
            let mut events = match model.reply(request).await {
                Ok(events) => events,
                Err(error) => {
                    let _ = inbox.send(CallMessage::ModelUnreachable { reply, error });
                    return;
                }
            };
            let (began, mut pieces) = (std::time::Instant::now(), 0_u32);
            let mut ended = false;
            while let Some(event) = events.recv().await {
                if pieces == 0 {
                    tracing::debug!(after_ms = began.elapsed().as_millis(), "the first of the reply is here");
                }
                pieces += 1;
                ended |= matches!(event, ModelEvent::Finished { .. } | ModelEvent::Failed { .. });
                let _ = inbox.send(CallMessage::Model { reply, event });
            }
            if !ended {
                let event = ModelEvent::Failed { message: "the stream ended early".into(), transient: true };
                let _ = inbox.send(CallMessage::Model { reply, event });
            }
        };
        Self(tokio::spawn(work.instrument(span)))
    }
}

impl Drop for ModelLine {
    fn drop(&mut self) {
        self.0.abort();
    }
}
