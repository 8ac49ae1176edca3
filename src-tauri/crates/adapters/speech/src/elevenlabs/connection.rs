//! One call's socket: sentences go out one after the other, their audio comes back.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tandem_switchboard::ports::speech::{ProviderError, ProviderErrorKind, VoiceEvent, VoiceSettings};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::message::{self, Frame};
use super::sentence::Spoken;
use super::{ElevenLabs, Wanted};
use crate::socket::{Socket, closed};

/// A context of which nothing is heard is closed by the server.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A sentence that comes later than this after the last one belongs to another turn.
const SAME_TURN: Duration = Duration::from_secs(5);

struct Connection {
    provider: ElevenLabs,
    settings: VoiceSettings,
    socket: Option<Socket>,
    /// The turn's context, and when its last sentence was whole.
    context: Option<(String, Instant)>,
    contexts: u64,
}

/// Why a sentence came to an end before its last sample.
enum End {
    /// Nobody wants it any more.
    Cancelled,
    /// The connection broke.
    Broken(ProviderError),
    /// The server did what it should not.
    Failed(ProviderError),
}

/// Runs until the session is dropped.
pub(super) async fn run(
    provider: ElevenLabs,
    settings: VoiceSettings,
    socket: Socket,
    mut queue: mpsc::UnboundedReceiver<Wanted>,
) {
    let mut connection = Connection { provider, settings, socket: Some(socket), context: None, contexts: 0 };
    let mut keep_alive = interval(KEEP_ALIVE);
    keep_alive.reset();
    loop {
        tokio::select! {
            wanted = queue.recv() => match wanted {
                Some(wanted) => {
                    connection.speak(wanted).await;
                    keep_alive.reset();
                }
                None => break,
            },
            _ = keep_alive.tick() => connection.keep_alive().await,
            // Late frames are read and dropped, and a socket that closes is noticed.
            frame = next(&mut connection.socket) => if frame.is_err() {
                (connection.socket, connection.context) = (None, None);
            },
        }
    }
    if let Some(mut socket) = connection.socket {
        let _ = timeout(KEEP_ALIVE, socket.send(message::close_socket())).await;
        let _ = timeout(KEEP_ALIVE, socket.close(None)).await;
    }
}

impl Connection {
    async fn speak(&mut self, wanted: Wanted) {
        let Wanted { text, events } = wanted;
        if !text.chars().any(char::is_alphanumeric) {
            let _ = events.send(VoiceEvent::Done).await;
            return;
        }
        let mut spoken = Spoken::new(&text, &self.settings);
        let mut end = self.say(&text, &mut spoken, &events).await;
        // A connection that broke before the first sound is made anew, once.
        if matches!(end, Err(End::Broken(_))) && spoken.samples == 0 {
            (self.socket, self.context) = (None, None);
            spoken = Spoken::new(&text, &self.settings);
            end = self.say(&text, &mut spoken, &events).await;
        }
        let last = match end {
            Ok(()) => VoiceEvent::Done,
            Err(End::Cancelled) => return self.close_context().await,
            Err(End::Broken(error)) => {
                (self.socket, self.context) = (None, None);
                VoiceEvent::Failed(error)
            }
            Err(End::Failed(error)) => {
                self.close_context().await;
                VoiceEvent::Failed(error)
            }
        };
        let _ = events.send(last).await;
    }

    async fn say(
        &mut self,
        text: &str,
        spoken: &mut Spoken,
        events: &mpsc::Sender<VoiceEvent>,
    ) -> Result<(), End> {
        let context = self.begin(text).await?;
        let patience = self.provider.patience();
        let mut closing = false;
        loop {
            let frame = tokio::select! {
                () = events.closed() => return Err(End::Cancelled),
                frame = timeout(patience, self.frame_of(&context)) => frame,
            };
            let frame = frame.map_err(|_| {
                End::Failed(self.provider.error(ProviderErrorKind::Timeout, "no audio in time"))
            })??;
            if let Some(error) = frame.error {
                return Err(End::Failed(self.provider.error(kind_of(&error), &error)));
            }
            if let Some(audio) = frame.audio {
                let Some(bytes) = audio else {
                    return Err(self.lied("sent audio that is no base64"));
                };
                if let Some(event) = spoken.take(&bytes, &frame.characters)
                    && events.send(event).await.is_err()
                {
                    return Err(End::Cancelled);
                }
                if !spoken.is_aligned() && !std::mem::replace(&mut closing, true) {
                    // Without alignment only the end of the context tells the end of the sentence.
                    self.send(message::close(&context)).await?;
                }
            }
            if frame.is_final {
                self.context = None;
                let whole = spoken.is_whole() || (closing && spoken.samples > 0);
                return if whole { Ok(()) } else { Err(self.lied("ended a sentence before its end")) };
            }
            if spoken.is_aligned() && spoken.is_whole() {
                self.context = Some((context, Instant::now()));
                return Ok(());
            }
        }
    }

    /// Sends a sentence on its way: in the context of the one before where that was said just now.
    async fn begin(&mut self, text: &str) -> Result<String, End> {
        if self.socket.is_none() {
            let socket = self.provider.connect(&self.settings).await.map_err(End::Failed)?;
            (self.socket, self.context) = (Some(socket), None);
        }
        if self.context.as_ref().is_some_and(|(_, last)| last.elapsed() > SAME_TURN) {
            self.close_context().await;
        }
        let context = match self.context.take() {
            Some((context, _)) => context,
            None => {
                self.contexts += 1;
                let context = format!("turn-{}", self.contexts);
                self.send(message::begin(&context, &self.settings)).await?;
                context
            }
        };
        self.context = Some((context.clone(), Instant::now()));
        self.send(message::say(&context, text)).await?;
        self.send(message::flush(&context)).await?;
        Ok(context)
    }

    async fn close_context(&mut self) {
        if let Some((context, _)) = self.context.take()
            && self.send(message::close(&context)).await.is_err()
        {
            self.socket = None;
        }
    }

    async fn keep_alive(&mut self) {
        if let Some((context, _)) = self.context.clone()
            && self.send(message::keep_alive(&context)).await.is_err()
        {
            (self.socket, self.context) = (None, None);
        }
    }

    /// The next frame of this context; those of contexts that were closed are dropped.
    async fn frame_of(&mut self, context: &str) -> Result<Frame, End> {
        loop {
            let text = match next(&mut self.socket).await {
                Ok(text) => text,
                Err((code, message)) => {
                    let error = self.provider.error(ProviderErrorKind::Unavailable, &message);
                    return Err(End::Broken(code.map_or(error.clone(), |code| error.with_code(code))));
                }
            };
            let frame = message::read(&text);
            if frame.context.as_deref() == Some(context) || frame.error.is_some() {
                return Ok(frame);
            }
        }
    }

    async fn send(&mut self, frame: Message) -> Result<(), End> {
        let patience = self.provider.patience();
        let Some(socket) = &mut self.socket else {
            return Err(End::Broken(
                self.provider.error(ProviderErrorKind::Unavailable, "the connection broke"),
            ));
        };
        let (kind, message) = match timeout(patience, socket.send(frame)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(_)) => (ProviderErrorKind::Unavailable, "the connection broke"),
            Err(_) => (ProviderErrorKind::Timeout, "took no text in time"),
        };
        Err(End::Broken(self.provider.error(kind, message)))
    }

    fn lied(&self, how: &str) -> End {
        End::Failed(self.provider.error(ProviderErrorKind::Protocol, how))
    }
}

/// The next text frame, or how the connection ended. Waits for ever where there is none.
async fn next(socket: &mut Option<Socket>) -> Result<String, (Option<u16>, String)> {
    let Some(socket) = socket else { return std::future::pending().await };
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(text.as_str().to_owned()),
            Some(Ok(Message::Close(frame))) => {
                return Err(closed(frame.map(|frame| (u16::from(frame.code), frame.reason))));
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return Err((None, "the connection broke".into())),
        }
    }
}

/// The kind of an error that came as a message, by the names that ElevenLabs publishes.
fn kind_of(error: &str) -> ProviderErrorKind {
    let says = |word: &str| error.contains(word);
    if says("quota") || says("too_many") || says("limit_exceeded") {
        ProviderErrorKind::Quota
    } else if says("api_key") || says("authoriz") {
        ProviderErrorKind::Auth
    } else if says("voice_not_found") || says("invalid") {
        ProviderErrorKind::Invalid
    } else {
        ProviderErrorKind::Unavailable
    }
}
