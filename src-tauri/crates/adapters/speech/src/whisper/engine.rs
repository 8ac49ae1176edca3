//! The recogniser: a model that is loaded once, and a thread for each utterance.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use tandem_switchboard::ports::speech::{
    ProviderError, ProviderErrorKind, Recogniser, RecogniserEvent, RecogniserSession, Recognition,
};
use tokio::sync::mpsc;
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters};

use super::Endpoint;
use crate::transcriptions::{Answer, Cutter, Utterance, cut, finish};

/// Utterances that may wait for the one that is being transcribed.
const WAITING: usize = 8;
/// Segments that are less likely speech than this are noise with words put to it.
const NO_SPEECH: f32 = 0.6;
/// whisper.cpp takes nothing shorter than a second.
const SHORTEST: usize = 16_000 + 1_600;

/// A model of whisper.cpp.
#[derive(Debug, Clone)]
pub struct Whisper(Arc<Inner>);

struct Inner {
    name: String,
    endpoint: Endpoint,
    /// Loaded by the first session.
    model: Mutex<Option<Arc<WhisperContext>>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Whisper")
            .field("name", &self.name)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Whisper {
    /// `name`: what the provider is called in settings and errors.
    pub fn new(name: &str, endpoint: Endpoint) -> Self {
        whisper_rs::install_logging_hooks();
        Self(Arc::new(Inner { name: name.to_owned(), endpoint, model: Mutex::new(None) }))
    }

    fn error(&self, kind: ProviderErrorKind, message: String) -> ProviderError {
        ProviderError::new(&self.0.name, "transcribing", kind, message)
    }

    /// Blocks for as long as reading the file takes.
    fn load(&self) -> Result<Arc<WhisperContext>, ProviderError> {
        let mut model = self.0.model.lock();
        if let Some(model) = model.as_ref() {
            return Ok(model.clone());
        }
        let path = &self.0.endpoint.model;
        if !path.is_file() {
            let message = format!("model: {} is not there; expected a model's file", path.display());
            return Err(self.error(ProviderErrorKind::Invalid, message));
        }
        let loaded = WhisperContext::new_with_params(path, WhisperContextParameters::default());
        let loaded = loaded.map_err(|error| {
            self.error(ProviderErrorKind::Invalid, format!("model: {}: {error}", path.display()))
        })?;
        Ok(model.insert(Arc::new(loaded)).clone())
    }

    /// Blocks for as long as it takes to think.
    fn transcribe(
        &self,
        session: &RecogniserSession,
        utterance: &Utterance,
    ) -> Result<Answer, ProviderError> {
        let failed =
            |error: whisper_rs::WhisperError| self.error(ProviderErrorKind::Unavailable, error.to_string());
        let mut state = self.load()?.create_state().map_err(failed)?;
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        let language = session.language.split('-').next().unwrap_or_default();
        params.set_language(Some(if language.is_empty() { "auto" } else { language }));
        params.set_n_threads(self.0.endpoint.threads.max(1).into());
        params.set_print_special(false);
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_timestamps(false);
        let terms = session.key_terms.join(", ");
        if !terms.is_empty() {
            params.set_initial_prompt(&terms);
        }
        let mut samples: Vec<f32> = utterance.samples.iter().map(|s| f32::from(*s) / 32_768.0).collect();
        samples.resize(samples.len().max(SHORTEST), 0.0);
        state.full(params, &samples).map_err(failed)?;
        let spoken = state.as_iter().filter(|segment| segment.no_speech_probability() < NO_SPEECH);
        let text: String = spoken.map(|segment| segment.to_string()).collect();
        Ok(Answer { text, words: Vec::new(), confidence: 0.9 })
    }
}

#[async_trait]
impl Recogniser for Whisper {
    async fn open(&self, session: RecogniserSession) -> Result<Recognition, ProviderError> {
        let loading = self.clone();
        let loaded = tokio::task::spawn_blocking(move || loading.load().map(drop)).await;
        loaded.map_err(|error| self.error(ProviderErrorKind::Unavailable, error.to_string()))??;
        let (input, inputs) = mpsc::channel(256);
        let (events, heard) = mpsc::channel(256);
        let (utterances, queue) = mpsc::channel(WAITING);
        tokio::spawn(cut(Cutter::new(session.sample_rate), inputs, utterances, events.clone()));
        tokio::spawn(answer_all(self.clone(), session, queue, events));
        Ok(Recognition { input, events: heard })
    }
}

async fn answer_all(
    whisper: Whisper,
    session: RecogniserSession,
    mut queue: mpsc::Receiver<Utterance>,
    events: mpsc::Sender<RecogniserEvent>,
) {
    let session = Arc::new(session);
    while let Some(utterance) = queue.recv().await {
        let (thinking, of) = (whisper.clone(), session.clone());
        let done = tokio::task::spawn_blocking(move || {
            let answer = thinking.transcribe(&of, &utterance);
            answer.map(|answer| finish(answer, &utterance))
        });
        let event = match done.await {
            Ok(Ok(event)) => event,
            Ok(Err(error)) => RecogniserEvent::Failed(error),
            Err(error) => {
                RecogniserEvent::Failed(whisper.error(ProviderErrorKind::Unavailable, error.to_string()))
            }
        };
        if events.send(event).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_model_that_is_not_there_is_named() {
        let endpoint = Endpoint { model: "nowhere/ggml-tiny.bin".into(), threads: 1 };
        let session = RecogniserSession { language: "en".into(), sample_rate: 8_000, key_terms: Vec::new() };
        let error = Whisper::new("local", endpoint).open(session).await.err().expect("no model");
        assert_eq!(error.kind, ProviderErrorKind::Invalid);
        assert!(error.message.contains("nowhere/ggml-tiny.bin"), "{error}");
    }
}
