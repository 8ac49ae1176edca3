//! The next model where one cannot be reached, fails or stalls before its first word.

use std::sync::Arc;

use async_trait::async_trait;
use tandem_switchboard::ports::speech::{Model, ModelEvent, ModelRequest, ProviderError};
use tandem_switchboard::provider_failed;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{Chain, Patience, late, nobody};

/// Models, one behind the other. Keep it for as long as the breakers are to remember.
pub struct FallbackModel(Chain<dyn Model>);

impl std::fmt::Debug for FallbackModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FallbackModel").field(&self.0.links.len()).finish()
    }
}

impl FallbackModel {
    pub fn new(models: Vec<Arc<dyn Model>>, patience: Patience) -> Self {
        Self(Chain::new(models, patience))
    }
}

#[async_trait]
impl Model for FallbackModel {
    async fn reply(&self, request: ModelRequest) -> Result<mpsc::Receiver<ModelEvent>, ProviderError> {
        let mut last: Option<ProviderError> = None;
        for n in self.0.order() {
            // What is answered by the next provider is counted here; the last failure is the caller's.
            last.as_ref().inspect(|error| provider_failed(error));
            let (model, breaker) = &self.0.links[n];
            let begun = timeout(self.0.patience.first, async {
                let mut events = model.reply(request.clone()).await?;
                Ok::<_, ProviderError>((events.recv().await, events))
            });
            let error = match begun.await {
                Ok(Ok((Some(ModelEvent::Failed { message, .. }), _))) => nobody(&message),
                Ok(Ok((Some(first), mut rest))) => {
                    breaker.worked();
                    let (events, replies) = mpsc::channel(64);
                    tokio::spawn(async move {
                        let mut next = Some(first);
                        while let Some(event) = next {
                            if events.send(event).await.is_err() {
                                return;
                            }
                            next = tokio::select! {
                                () = events.closed() => return,
                                event = rest.recv() => event,
                            };
                        }
                    });
                    return Ok(replies);
                }
                Ok(Ok((None, _))) => nobody("the reply was empty"),
                Ok(Err(error)) => error,
                Err(_) => late("no token in time"),
            };
            breaker.failed(error.kind, &self.0.patience);
            last = Some(error);
        }
        Err(last.unwrap_or_else(|| nobody("none is configured")))
    }
}
