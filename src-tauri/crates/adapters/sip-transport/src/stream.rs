//! One connection (TCP, TLS, WebSocket): made, read, written and kept alive by a task of its own.

mod web;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tandem_sip::endpoint::{Flow, ServerNames, Transport};
use tandem_sip::message::{Response, StreamItem as Framed, StreamLimits, StreamParser};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at, sleep_until, timeout};

use crate::connections::{Happening, Outgoing, Settings, StreamItem};

const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// A connection that brings nothing whole for so long after its beginning is closed.
const FIRST_MESSAGE: Duration = Duration::from_secs(32);
/// How often a connection of ours is kept alive (RFC 5626 section 4.4.1).
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// A peer that answered keep-alives before and does not answer one for so long is gone (RFC 5626 section 4.4.1).
const PONG_PATIENCE: Duration = Duration::from_secs(10);
/// How long an accepted connection is silent before the system looks after it.
const PROBE_AFTER: Duration = Duration::from_secs(30);
/// A peer that does not read for so long is gone.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);

/// A connection's task.
pub struct Connection {
    connection: u64,
    flow: Flow,
    report: mpsc::Sender<Happening>,
    settings: Arc<Settings>,
    /// By us, so that keeping it alive is our affair.
    ours: bool,
    /// Tokens of what a peer that has said nothing yet was sent: it may never have taken it.
    unheard: Vec<u64>,
}

/// A stream that is up, whatever is below it.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Connection {
    pub fn new(
        connection: u64,
        flow: Flow,
        report: mpsc::Sender<Happening>,
        settings: Arc<Settings>,
    ) -> Connection {
        Connection { connection, flow, report, settings, ours: false, unheard: Vec::new() }
    }

    /// Serves a connection that the peer opened, until it ends.
    pub async fn accepted(self, stream: TcpStream, queue: mpsc::Receiver<Outgoing>) {
        // Messages are whole when they are written: waiting for more only delays them.
        let _ = stream.set_nodelay(true);
        keep_open(&stream);
        match self.flow.transport {
            Transport::Udp | Transport::Tcp => return self.run(stream, queue).await,
            Transport::Ws => return self.run_web(stream, queue).await,
            Transport::Tls | Transport::Wss => {}
        }
        match self.settings.clone().tls.accept(stream).await {
            Ok(stream) if self.flow.transport == Transport::Wss => self.run_web(stream, queue).await,
            Ok(stream) => self.run(stream, queue).await,
            Err(reason) => {
                tracing::info!(peer = %self.flow.remote, reason, "a TLS connection was refused");
                self.close(queue, reason).await;
            }
        }
    }

    /// Opens the connection and serves it until it ends.
    pub async fn opened(mut self, server: Option<ServerNames>, queue: mpsc::Receiver<Outgoing>) {
        self.ours = true;
        let stream = match timeout(CONNECT_PATIENCE, TcpStream::connect(self.flow.remote)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return self.failed(queue, format!("connecting failed: {error}")).await,
            Err(_) => return self.failed(queue, "connecting took too long".to_owned()).await,
        };
        let _ = stream.set_nodelay(true);
        match server {
            None => self.run(stream, queue).await,
            Some(server) => match self.settings.clone().tls.connect(stream, &server).await {
                Ok(stream) => self.run(stream, queue).await,
                Err(reason) => self.failed(queue, reason).await,
            },
        }
    }

    async fn failed(self, queue: mpsc::Receiver<Outgoing>, reason: String) {
        tracing::info!(peer = %self.flow.remote, reason, "connecting failed");
        self.close(queue, reason).await;
    }

    async fn run(mut self, stream: impl Stream, mut queue: mpsc::Receiver<Outgoing>) {
        let result = self.serve(stream, &mut queue).await;
        self.ended(result, queue).await;
    }

    async fn ended(self, result: io::Result<()>, queue: mpsc::Receiver<Outgoing>) {
        let reason = match result {
            Ok(()) => "the connection was closed".to_owned(),
            Err(error) => {
                tracing::debug!(peer = %self.flow.remote, %error, "a connection broke");
                format!("the connection broke: {error}")
            }
        };
        self.close(queue, reason).await;
    }

    async fn serve(&mut self, stream: impl Stream, queue: &mut mpsc::Receiver<Outgoing>) -> io::Result<()> {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let mut parser = StreamParser::new(StreamLimits::default());
        let mut buffer = vec![0; 16 * 1024];
        let mut alive = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
        let first_by = Instant::now() + FIRST_MESSAGE;
        let (mut heard, mut answers_pings, mut silent_since) = (self.ours, false, None);
        loop {
            tokio::select! {
                read = reader.read(&mut buffer) => {
                    let length = read?;
                    if length == 0 {
                        return Ok(());
                    }
                    silent_since = None;
                    self.unheard.clear();
                    parser.push(&buffer[..length]);
                    loop {
                        match parser.next_item() {
                            Ok(None) => break,
                            Ok(Some(Framed::Ping)) => write(&mut writer, b"\r\n").await?,
                            Ok(Some(Framed::Pong)) => answers_pings = true,
                            Ok(Some(Framed::Message(message))) => {
                                heard = true;
                                self.tell(StreamItem::Message(message), parser.bytes_of_item()).await;
                            }
                            Ok(Some(Framed::Rejected(error))) => {
                                self.tell(StreamItem::Malformed(error), parser.bytes_of_item()).await;
                            }
                            Err(error) => {
                                if let Some(reply) = error.reply {
                                    write(&mut writer, &last_words(*reply)).await?;
                                }
                                return Err(io::Error::new(io::ErrorKind::InvalidData, error.kind.to_string()));
                            }
                        }
                    }
                }
                item = queue.recv() => {
                    let Some((bytes, token)) = item else {
                        // Nobody has anything to say any more: told to the peer, and no matter if it is gone.
                        let _ = timeout(WRITE_PATIENCE, writer.shutdown()).await;
                        return Ok(());
                    };
                    self.unheard.extend(token);
                    write(&mut writer, &bytes).await?;
                }
                _ = alive.tick(), if self.ours => {
                    write(&mut writer, b"\r\n\r\n").await?;
                    silent_since.get_or_insert(Instant::now());
                }
                () = sleep_until(silent_since.unwrap_or(first_by) + PONG_PATIENCE),
                    if answers_pings && silent_since.is_some() =>
                {
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "a keep-alive was not answered"));
                }
                () = sleep_until(first_by), if !heard => {
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "nothing whole came"));
                }
            }
        }
    }

    async fn tell(&self, item: StreamItem, raw: [Bytes; 2]) {
        // An error means that the driver is gone; the closed queue will end this task.
        let _ = self.report.send(Happening::Item { flow: self.flow, item: Box::new(item), raw }).await;
    }

    /// Reports the end, with the tokens of what was still to be written.
    async fn close(self, mut queue: mpsc::Receiver<Outgoing>, reason: String) {
        queue.close();
        let mut unsent = self.unheard;
        while let Some((_, token)) = queue.recv().await {
            unsent.extend(token);
        }
        let _ = self.report.send(Happening::Closed { connection: self.connection, unsent, reason }).await;
    }
}

/// Lets the system ask now and then whether the peer is there: NAT forgets silent connections, and of a phone that lost
/// its network nobody would hear.
fn keep_open(stream: &TcpStream) {
    let probes = socket2::TcpKeepalive::new().with_time(PROBE_AFTER);
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_keepalive(&probes) {
        tracing::debug!(%error, "a connection is not kept open");
    }
}

async fn write<S: Stream>(writer: &mut WriteHalf<S>, bytes: &[u8]) -> io::Result<()> {
    let written = async {
        writer.write_all(bytes).await?;
        // TLS may hold a record back until it is asked for.
        writer.flush().await
    };
    match timeout(WRITE_PATIENCE, written).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not read")),
    }
}

/// The answer to what ended a stream.
fn last_words(reply: Response) -> Bytes {
    reply.to_bytes()
}
