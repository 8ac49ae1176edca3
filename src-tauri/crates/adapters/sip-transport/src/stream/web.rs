//! SIP over WebSocket (RFC 7118): the handshake, one message in a frame, and both kinds of keep-alive.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tandem_sip::message::{MAX_DATAGRAM, ParseErrorKind, parse_datagram};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

use super::{Connection, FIRST_MESSAGE, Stream, WRITE_PATIENCE};
use crate::connections::{Outgoing, StreamItem};
use crate::tls::HANDSHAKE_PATIENCE;

/// The subprotocol, which both sides have to name (RFC 7118 section 3).
const SIP: &str = "sip";
/// Bytes read at once; a connection has as many for as long as it lives.
const BUFFER: usize = 16 * 1024;

impl Connection {
    /// Serves a connection that a phone opened, until it ends.
    pub(super) async fn run_web(mut self, stream: impl Stream, mut queue: mpsc::Receiver<Outgoing>) {
        let upgrade = accept_hdr_async_with_config(stream, subprotocol, Some(limits()));
        let reason = match timeout(HANDSHAKE_PATIENCE, upgrade).await {
            Ok(Ok(web)) => {
                let result = self.serve_web(web, &mut queue).await;
                return self.ended(result, queue).await;
            }
            Ok(Err(error)) => format!("WebSocket: {error}"),
            Err(_) => "WebSocket: the handshake took too long".to_owned(),
        };
        tracing::info!(peer = %self.flow.remote, reason, "a WebSocket was refused");
        self.close(queue, reason).await;
    }

    async fn serve_web(
        &mut self,
        mut web: WebSocketStream<impl Stream>,
        queue: &mut mpsc::Receiver<Outgoing>,
    ) -> io::Result<()> {
        // Zero is never; a timer wants a time all the same.
        let (every, asks) =
            (self.settings.ping_every.max(Duration::from_millis(1)), !self.settings.ping_every.is_zero());
        let mut alive = interval_at(Instant::now() + every, every);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let first_by = Instant::now() + FIRST_MESSAGE;
        let (mut heard, mut asked) = (false, false);
        loop {
            tokio::select! {
                frame = web.next() => {
                    let Some(frame) = frame else { return Ok(()) };
                    asked = false;
                    self.unheard.clear();
                    match frame.map_err(broken)? {
                        Message::Text(text) => heard |= self.frame(&mut web, text.into()).await?,
                        Message::Binary(bytes) => heard |= self.frame(&mut web, bytes).await?,
                        Message::Close(_) => return Ok(()),
                        // A ping is answered by the library.
                        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
                    }
                }
                item = queue.recv() => {
                    let Some((bytes, token)) = item else {
                        let _ = timeout(WRITE_PATIENCE, web.close(None)).await;
                        return Ok(());
                    };
                    self.unheard.extend(token);
                    write(&mut web, message(bytes)).await?;
                }
                _ = alive.tick(), if asks => {
                    if asked {
                        // It has said nothing since the last time.
                        return Err(io::Error::new(io::ErrorKind::TimedOut, "a keep-alive was not answered"));
                    }
                    asked = true;
                    write(&mut web, Message::Ping(Bytes::new())).await?;
                }
                () = sleep_until(first_by), if !heard => {
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "nothing whole came"));
                }
            }
        }
    }

    /// Handles a frame; whether it was a message.
    async fn frame(&self, web: &mut WebSocketStream<impl Stream>, bytes: Bytes) -> io::Result<bool> {
        match parse_datagram(&bytes) {
            Ok(message) => self.tell(StreamItem::Message(message), [bytes, Bytes::new()]).await,
            Err(error) if error.kind == ParseErrorKind::KeepAlive => {
                // Two line ends ask, one answers (RFC 5626 section 4.4.1).
                if bytes.len() > 2 {
                    write(web, Message::Text(Utf8Bytes::from_static("\r\n"))).await?;
                }
                return Ok(false);
            }
            Err(error) => {
                self.tell(StreamItem::Malformed(error), [bytes, Bytes::new()]).await;
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Takes a client that speaks SIP, and says that we do.
#[expect(clippy::result_large_err, reason = "the library's own type")]
fn subprotocol(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut names = offered.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    if names.any(|name| name.trim().eq_ignore_ascii_case(SIP)) {
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SIP));
        return Ok(response);
    }
    let mut refusal = ErrorResponse::new(Some("the subprotocol here is \"sip\" (RFC 7118)\n".to_owned()));
    *refusal.status_mut() = StatusCode::BAD_REQUEST;
    Err(refusal)
}

/// No message is larger than one that fits into a datagram.
fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * MAX_DATAGRAM)
        .max_message_size(Some(MAX_DATAGRAM))
        .max_frame_size(Some(MAX_DATAGRAM))
}

/// As text, which is what browsers hand on as such, unless somebody's name is in another encoding than UTF-8.
fn message(bytes: Bytes) -> Message {
    match Utf8Bytes::try_from(bytes.clone()) {
        Ok(text) => Message::Text(text),
        Err(_) => Message::Binary(bytes),
    }
}

async fn write(web: &mut WebSocketStream<impl Stream>, message: Message) -> io::Result<()> {
    match timeout(WRITE_PATIENCE, web.send(message)).await {
        Ok(result) => result.map_err(broken),
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not read")),
    }
}

fn broken(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    }
}
