//! One recognition: audio goes out, text comes in, and a connection that breaks is made anew with the audio since
//! the last final text.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tandem_switchboard::ports::speech::{
    ProviderError, ProviderErrorKind, RecogniserEvent, RecogniserInput, RecogniserSession,
};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::Deepgram;
use super::message::Reader;
use crate::socket::{Socket, closed};

/// The provider closes after ten seconds without a frame.
const KEEP_ALIVE: Duration = Duration::from_secs(4);
/// Longest wait for the last words after the party hung up.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// A peer that takes no audio for this long has stalled.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);
/// Audio kept for a new connection.
const KEPT_SECONDS: u64 = 15;
/// Connections in a row that brought no message.
const ATTEMPTS: u32 = 3;

struct Kept {
    /// Position in the session and little-endian samples of each frame.
    frames: VecDeque<(u64, Vec<u8>)>,
    rate: u64,
}

impl Kept {
    fn push(&mut self, position: u64, bytes: Vec<u8>) {
        self.frames.push_back((position, bytes));
        let oldest = position.saturating_sub(KEPT_SECONDS * self.rate);
        self.drop_before(oldest);
    }

    fn drop_before(&mut self, position: u64) {
        while self.frames.front().is_some_and(|(at, bytes)| at + bytes.len() as u64 / 2 <= position) {
            self.frames.pop_front();
        }
    }
}

/// Why a connection is over.
enum End {
    /// The session is over.
    Session,
    /// It may be tried again.
    Broken(Option<u16>, String),
}

/// Runs until the input or the events are dropped, or the provider cannot be reached any more.
pub(super) async fn run(
    provider: Deepgram,
    session: RecogniserSession,
    mut socket: Socket,
    mut inputs: mpsc::Receiver<RecogniserInput>,
    events: mpsc::Sender<RecogniserEvent>,
) {
    let mut kept = Kept { frames: VecDeque::new(), rate: u64::from(session.sample_rate.max(1)) };
    let (mut reader, mut silent_connections) = (Reader::default(), 0);
    loop {
        let mut spoke = false;
        let end =
            connection(&provider, &mut socket, &mut kept, &mut reader, &mut inputs, &events, &mut spoke)
                .await;
        let (code, mut message) = match end {
            End::Session => return,
            End::Broken(code, message) => (code, message),
        };
        silent_connections = if spoke { 1 } else { silent_connections + 1 };
        tracing::info!(provider = provider.name, code, "the recogniser's connection ended; connecting anew");
        let mut code = code;
        let again = loop {
            if silent_connections >= ATTEMPTS {
                break None;
            }
            let connected = tokio::select! {
                () = events.closed() => return,
                connected = provider.connect(&session) => connected,
            };
            match connected {
                Ok(socket) => break Some(socket),
                Err(error) => {
                    silent_connections = if error.is_transient() { silent_connections + 1 } else { ATTEMPTS };
                    (code, message) = (error.code, error.message);
                }
            }
        };
        let Some(again) = again else {
            let kind = ProviderErrorKind::Unavailable;
            let error = ProviderError::new(provider.name, "recognising speech", kind, message);
            let error = code.map_or(error.clone(), |code| error.with_code(code));
            let _ = events.send(RecogniserEvent::Failed(error)).await;
            return;
        };
        socket = again;
    }
}

async fn connection(
    provider: &Deepgram,
    socket: &mut Socket,
    kept: &mut Kept,
    reader: &mut Reader,
    inputs: &mut mpsc::Receiver<RecogniserInput>,
    events: &mpsc::Sender<RecogniserEvent>,
    spoke: &mut bool,
) -> End {
    // Times of this connection count from the first sample that it is sent.
    let mut base = kept.frames.front().map(|(position, _)| *position);
    for (_, bytes) in &kept.frames {
        if let Err(end) = write(socket, Message::binary(bytes.clone())).await {
            return end;
        }
    }
    let mut keep_alive = tokio::time::interval(KEEP_ALIVE);
    keep_alive.reset();
    let mut hung_up = None;
    loop {
        let deadline = hung_up.unwrap_or_else(|| tokio::time::Instant::now() + Duration::from_secs(3_600));
        let frame = tokio::select! {
            () = events.closed() => return End::Session,
            () = tokio::time::sleep_until(deadline), if hung_up.is_some() => return End::Session,
            message = socket.next() => match received(message) {
                Ok(Some(text)) => {
                    let base_ms = base.unwrap_or(0) * 1_000 / kept.rate;
                    let read = reader.read(&text, base_ms);
                    *spoke |= !read.events.is_empty();
                    for event in read.events {
                        if events.send(event).await.is_err() {
                            return End::Session;
                        }
                    }
                    if let Some(settled) = read.settled_ms {
                        kept.drop_before(base.unwrap_or(0) + settled * kept.rate / 1_000);
                    }
                    if let Some(error) = read.error.filter(|_| hung_up.is_none()) {
                        return End::Broken(None, error);
                    }
                    if read.over && hung_up.is_some() {
                        return End::Session;
                    }
                    continue;
                }
                Ok(None) => continue,
                Err(_) if hung_up.is_some() => return End::Session,
                Err(end) => return end,
            },
            _ = keep_alive.tick(), if !provider.flux() => Message::text(r#"{"type":"KeepAlive"}"#),
            input = inputs.recv(), if hung_up.is_none() => match input {
                Some(RecogniserInput::Audio { position, samples }) if !samples.is_empty() => {
                    base.get_or_insert(position);
                    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
                    kept.push(position, bytes.clone());
                    keep_alive.reset();
                    Message::binary(bytes)
                }
                Some(RecogniserInput::Finalize) if !provider.flux() => Message::text(r#"{"type":"Finalize"}"#),
                Some(_) => continue,
                None => {
                    hung_up = Some(tokio::time::Instant::now() + LAST_WORDS);
                    Message::text(r#"{"type":"CloseStream"}"#)
                }
            },
        };
        if let Err(end) = write(socket, frame).await {
            return if hung_up.is_some() { End::Session } else { end };
        }
    }
}

async fn write(socket: &mut Socket, frame: Message) -> Result<(), End> {
    match tokio::time::timeout(WRITE_TIMEOUT, socket.send(frame)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Broken(None, "the connection broke".into())),
        Err(_) => Err(End::Broken(None, "took no audio in time".into())),
    }
}

fn received(message: Option<Result<Message, Error>>) -> Result<Option<String>, End> {
    match message {
        Some(Ok(Message::Text(text))) => Ok(Some(text.as_str().to_owned())),
        Some(Ok(Message::Close(frame))) => {
            let (code, message) = closed(frame.map(|frame| (u16::from(frame.code), frame.reason)));
            Err(End::Broken(code, message))
        }
        Some(Ok(_)) => Ok(None),
        Some(Err(_)) | None => Err(End::Broken(None, "the connection broke".into())),
    }
}
