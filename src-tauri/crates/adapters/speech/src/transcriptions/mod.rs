//! OpenAI-compatible transcription (`POST /audio/transcriptions`): one request an utterance, for servers that take no
//! stream, such as whisper's.

mod answer;
mod cutter;

use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response};
use serde::Deserialize;
use tandem_foundation::Pii;
use tandem_switchboard::ports::speech::{
    ProviderError, ProviderErrorKind, Recogniser, RecogniserEvent, RecogniserInput, RecogniserSession,
    Recognition, Word,
};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::socket::retry_after;
use crate::sse;
pub(crate) use answer::Answer;
pub(crate) use cutter::{Cutter, Utterance};

/// Longest wait before the one second try.
const SECOND_TRY: Duration = Duration::from_millis(300);
/// Utterances that may wait for the one that is being transcribed.
const WAITING: usize = 8;

/// How the answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// The text alone.
    #[default]
    Json,
    /// Text and the time of each word.
    VerboseJson,
    /// The text as it is made (`stream=true`).
    Stream,
}

/// How a server is asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Up to and without `/audio/transcriptions`.
    pub base_url: String,
    /// Name of the environment variable that holds the key.
    #[serde(default)]
    pub key_env: Option<String>,
    #[serde(skip)]
    pub key: Option<Pii<String>>,
    pub model: String,
    #[serde(default)]
    pub format: Format,
    /// Longest wait for an utterance's text.
    #[serde(default = "usual_patience")]
    pub timeout_ms: u64,
}

fn usual_patience() -> u64 {
    4_000
}

impl Endpoint {
    /// What is usual, without an address.
    pub fn usual() -> Self {
        Self {
            base_url: String::new(),
            key_env: None,
            key: None,
            model: "whisper-1".into(),
            format: Format::default(),
            timeout_ms: usual_patience(),
        }
    }
}

/// A recogniser behind an endpoint.
#[derive(Debug, Clone)]
pub struct Transcriptions {
    name: String,
    endpoint: Endpoint,
    client: Client,
}

impl Transcriptions {
    /// `name`: what the provider is called in settings and errors.
    pub fn new(name: &str, endpoint: Endpoint, client: Client) -> Self {
        Self { name: name.to_owned(), endpoint, client }
    }

    fn form(&self, session: &RecogniserSession, utterance: &Utterance) -> Result<Form, ProviderError> {
        let wav = Part::bytes(utterance.wav()).file_name("speech.wav").mime_str("audio/wav");
        let wav = wav.map_err(|error| self.error(ProviderErrorKind::Invalid, error.to_string()))?;
        // ISO 639-1 is the part of a BCP 47 tag before the first hyphen.
        let language = session.language.split('-').next().unwrap_or_default().to_owned();
        let mut form = Form::new().part("file", wav).text("model", self.endpoint.model.clone());
        if !language.is_empty() {
            form = form.text("language", language);
        }
        if !session.key_terms.is_empty() {
            form = form.text("prompt", session.key_terms.join(", "));
        }
        Ok(match self.endpoint.format {
            Format::Json => form.text("response_format", "json"),
            Format::VerboseJson => {
                form.text("response_format", "verbose_json").text("timestamp_granularities[]", "word")
            }
            Format::Stream => form.text("response_format", "json").text("stream", "true"),
        })
    }

    async fn ask(
        &self,
        session: &RecogniserSession,
        utterance: &Utterance,
    ) -> Result<Response, ProviderError> {
        let address = format!("{}/audio/transcriptions", self.endpoint.base_url.trim_end_matches('/'));
        let mut post = self.client.post(address).multipart(self.form(session, utterance)?);
        if let Some(key) = &self.endpoint.key {
            post = post.bearer_auth(key.expose());
        }
        let sent = post.send().await;
        let response = sent
            .map_err(|error| self.error(ProviderErrorKind::Unavailable, error.without_url().to_string()))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, wait) = (response.status().as_u16(), retry_after(response.headers()));
        let error = self.error(ProviderErrorKind::Protocol, format!("refused with {status}"));
        Err(ProviderError { retry_after: wait, ..error.with_code(status) })
    }

    /// Has one utterance transcribed; text that is not whole yet goes to `events`.
    async fn transcribe(
        &self,
        session: &RecogniserSession,
        utterance: &Utterance,
        events: &mpsc::Sender<RecogniserEvent>,
    ) -> Result<Answer, ProviderError> {
        let response = match self.ask(session, utterance).await {
            Err(error) => match error.second_try_after(SECOND_TRY) {
                Some(wait) => {
                    tokio::time::sleep(wait).await;
                    self.ask(session, utterance).await?
                }
                None => return Err(error),
            },
            Ok(response) => response,
        };
        let broke = |_| self.error(ProviderErrorKind::Unavailable, "the connection broke".into());
        let nonsense = || self.error(ProviderErrorKind::Protocol, "the answer is not a transcription".into());
        if self.endpoint.format != Format::Stream {
            return Answer::whole(&response.bytes().await.map_err(broke)?).ok_or_else(nonsense);
        }
        let (mut parser, mut answer) = (sse::Parser::default(), Answer::default());
        let mut bytes = response.bytes_stream();
        while let Some(piece) = bytes.next().await {
            for event in parser.push(&piece.map_err(broke)?) {
                match answer.take(&event.data) {
                    answer::Step::Grew => {
                        let interim = RecogniserEvent::Interim { text: answer.text.clone(), stable_ms: 0 };
                        let _ = events.send(interim).await;
                    }
                    answer::Step::Done => return Ok(answer),
                    answer::Step::Nothing => {}
                    answer::Step::Failed(message) => {
                        return Err(self.error(ProviderErrorKind::Unavailable, message));
                    }
                }
            }
        }
        // A stream that ends without its last event was cut, and so was the text.
        Err(nonsense())
    }

    fn error(&self, kind: ProviderErrorKind, message: String) -> ProviderError {
        ProviderError::new(&self.name, "transcribing", kind, message)
    }
}

#[async_trait]
impl Recogniser for Transcriptions {
    async fn open(&self, session: RecogniserSession) -> Result<Recognition, ProviderError> {
        let (input, inputs) = mpsc::channel(256);
        let (events, heard) = mpsc::channel(256);
        let (utterances, queue) = mpsc::channel(WAITING);
        tokio::spawn(cut(Cutter::new(session.sample_rate), inputs, utterances, events.clone()));
        tokio::spawn(answer_all(self.clone(), session, queue, events));
        Ok(Recognition { input, events: heard })
    }
}

/// Cuts the audio into utterances until the input, or what takes them, is gone.
pub(crate) async fn cut(
    mut cutter: Cutter,
    mut inputs: mpsc::Receiver<RecogniserInput>,
    utterances: mpsc::Sender<Utterance>,
    events: mpsc::Sender<RecogniserEvent>,
) {
    loop {
        let next = tokio::select! {
            () = events.closed() => return,
            () = utterances.closed() => return,
            next = inputs.recv() => next,
        };
        let over = next.is_none();
        let cut = match next {
            Some(input) => cutter.take(input),
            None => cutter.rest(),
        };
        if let Some(utterance) = cut {
            // Audio goes on to be taken while the server thinks; one that is so far behind has stalled.
            if utterances.try_send(utterance).is_err() {
                return;
            }
        }
        if over {
            return;
        }
    }
}

async fn answer_all(
    provider: Transcriptions,
    session: RecogniserSession,
    mut queue: mpsc::Receiver<Utterance>,
    events: mpsc::Sender<RecogniserEvent>,
) {
    let patience = Duration::from_millis(provider.endpoint.timeout_ms);
    while let Some(utterance) = queue.recv().await {
        let answer = tokio::select! {
            () = events.closed() => return,
            answer = timeout(patience, provider.transcribe(&session, &utterance, &events)) => answer,
        };
        let late = |_| provider.error(ProviderErrorKind::Timeout, "no text in time".into());
        let (event, go_on) = match answer.map_err(late).flatten() {
            Ok(answer) => (finish(answer, &utterance), true),
            // The next utterance may be luckier, but not with a wrong key.
            Err(error) => {
                let go_on = error.is_transient();
                (RecogniserEvent::Failed(error), go_on)
            }
        };
        if events.send(event).await.is_err() || !go_on {
            return;
        }
    }
}

/// The event of an utterance's text.
pub(crate) fn finish(answer: Answer, utterance: &Utterance) -> RecogniserEvent {
    let begin_ms = utterance.begin_ms;
    let words: Vec<Word> = answer
        .words
        .into_iter()
        .map(|(text, from, to)| Word {
            text,
            start_ms: begin_ms + from,
            end_ms: begin_ms + to.max(from),
            confidence: 1.0,
        })
        .collect();
    let (text, utterance_end) = (answer.text.trim().to_owned(), utterance.whole);
    RecogniserEvent::Final { text, words, confidence: answer.confidence, utterance_end }
}
