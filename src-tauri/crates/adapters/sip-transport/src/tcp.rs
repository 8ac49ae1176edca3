//! TCP connections: accepted and opened, each with a task that reads and writes it.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tandem_sip::message::{Message, ParseError, Response, StreamItem, StreamLimits, StreamParser};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at, timeout};

/// Messages that may wait for a peer to read; one that is further behind is cut off.
const WRITE_QUEUE: usize = 256;
/// Connections held at once.
const MAX_CONNECTIONS: usize = 2048;
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// A connection that brings nothing whole for so long after its beginning is closed.
const FIRST_MESSAGE: Duration = Duration::from_secs(32);
/// How often a connection of ours is kept alive (RFC 5626 section 4.4.1).
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// A peer that does not read for so long is gone.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);

/// What the network tasks tell the driver.
#[derive(Debug)]
pub enum Happening {
    Accepted {
        stream: TcpStream,
        remote: SocketAddr,
    },
    Item {
        connection: u64,
        remote: SocketAddr,
        item: Box<TcpItem>,
        /// Its bytes.
        raw: [Bytes; 2],
    },
    /// The connection is over; what had these tokens was not sent.
    Closed {
        connection: u64,
        unsent: Vec<u64>,
    },
    Resolved {
        query: u64,
        addresses: Vec<SocketAddr>,
    },
}

/// What a connection brought.
#[derive(Debug)]
pub enum TcpItem {
    Message(Message),
    Malformed(ParseError),
}

type Outgoing = (Bytes, Option<u64>);

/// All connections, by number and by peer.
#[derive(Debug)]
pub struct Connections {
    writers: HashMap<u64, (SocketAddr, mpsc::Sender<Outgoing>)>,
    by_peer: HashMap<SocketAddr, u64>,
    last: u64,
    report: mpsc::Sender<Happening>,
}

impl Connections {
    pub fn new(report: mpsc::Sender<Happening>) -> Connections {
        Connections { writers: HashMap::new(), by_peer: HashMap::new(), last: 0, report }
    }

    /// Takes over a connection that a peer opened.
    pub fn accept(&mut self, stream: TcpStream, remote: SocketAddr) {
        if self.writers.len() >= MAX_CONNECTIONS {
            tracing::warn!("too many TCP connections, one is refused");
            return;
        }
        let (connection, queue) = self.enter(remote);
        let task = Connection { connection, remote, report: self.report.clone(), opened: false };
        tokio::spawn(task.run(stream, queue));
    }

    /// Queues bytes on the connection of this number, else on one to this peer, else on a new one.
    ///
    /// # Errors
    /// When the peer is too far behind.
    pub fn send(&mut self, wish: Option<u64>, remote: SocketAddr, item: Outgoing) -> Result<(), ()> {
        let known =
            wish.filter(|id| self.writers.contains_key(id)).or_else(|| self.by_peer.get(&remote).copied());
        let connection = known.unwrap_or_else(|| self.open(remote));
        let Some((_, writer)) = self.writers.get(&connection) else { return Err(()) };
        if writer.try_send(item).is_err() {
            tracing::warn!("a TCP peer does not read, its connection is closed");
            self.forget(connection);
            return Err(());
        }
        Ok(())
    }

    pub fn forget(&mut self, connection: u64) {
        if let Some((remote, _)) = self.writers.remove(&connection)
            && self.by_peer.get(&remote) == Some(&connection)
        {
            self.by_peer.remove(&remote);
        }
    }

    fn open(&mut self, remote: SocketAddr) -> u64 {
        let (connection, queue) = self.enter(remote);
        let task = Connection { connection, remote, report: self.report.clone(), opened: true };
        tokio::spawn(task.connect(queue));
        connection
    }

    fn enter(&mut self, remote: SocketAddr) -> (u64, mpsc::Receiver<Outgoing>) {
        self.last += 1;
        let (writer, queue) = mpsc::channel(WRITE_QUEUE);
        self.writers.insert(self.last, (remote, writer));
        self.by_peer.insert(remote, self.last);
        (self.last, queue)
    }
}

/// Accepts connections until the driver is gone.
pub fn listen(listener: TcpListener, report: mpsc::Sender<Happening>) {
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = report.closed() => return,
                accepted = listener.accept() => match accepted {
                    Ok((stream, remote)) => {
                        if report.send(Happening::Accepted { stream, remote }).await.is_err() {
                            return;
                        }
                    }
                    Err(error) => {
                        // Out of descriptors, as a rule: trying again at once would only burn time.
                        tracing::warn!(%error, "accepting a TCP connection failed");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
            }
        }
    });
}

struct Connection {
    connection: u64,
    remote: SocketAddr,
    report: mpsc::Sender<Happening>,
    /// By us, so that keeping it alive is our affair.
    opened: bool,
}

impl Connection {
    async fn connect(self, queue: mpsc::Receiver<Outgoing>) {
        match timeout(CONNECT_PATIENCE, TcpStream::connect(self.remote)).await {
            Ok(Ok(stream)) => self.run(stream, queue).await,
            Ok(Err(error)) => {
                tracing::debug!(peer = %self.remote, %error, "connecting by TCP failed");
                self.close(queue, None).await;
            }
            Err(_) => {
                tracing::debug!(peer = %self.remote, "connecting by TCP took too long");
                self.close(queue, None).await;
            }
        }
    }

    async fn run(self, stream: TcpStream, mut queue: mpsc::Receiver<Outgoing>) {
        // Messages are whole when they are written: waiting for more only delays them.
        let _ = stream.set_nodelay(true);
        let mut unsent = None;
        let result = self.serve(stream, &mut queue, &mut unsent).await;
        if let Err(error) = result {
            tracing::debug!(peer = %self.remote, %error, "a TCP connection broke");
        }
        self.close(queue, unsent).await;
    }

    async fn serve(
        &self,
        mut stream: TcpStream,
        queue: &mut mpsc::Receiver<Outgoing>,
        unsent: &mut Option<u64>,
    ) -> io::Result<()> {
        let (mut reader, mut writer) = stream.split();
        let mut parser = StreamParser::new(StreamLimits::default());
        let mut buffer = vec![0; 16 * 1024];
        let mut alive = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
        let first_by = Instant::now() + FIRST_MESSAGE;
        let mut heard = self.opened;
        loop {
            tokio::select! {
                read = reader.read(&mut buffer) => {
                    let length = read?;
                    if length == 0 {
                        return Ok(());
                    }
                    parser.push(&buffer[..length]);
                    loop {
                        match parser.next_item() {
                            Ok(None) => break,
                            Ok(Some(StreamItem::Ping)) => write(&mut writer, b"\r\n").await?,
                            Ok(Some(StreamItem::Pong)) => {}
                            Ok(Some(StreamItem::Message(message))) => {
                                heard = true;
                                self.tell(TcpItem::Message(message), parser.bytes_of_item()).await;
                            }
                            Ok(Some(StreamItem::Rejected(error))) => {
                                self.tell(TcpItem::Malformed(error), parser.bytes_of_item()).await;
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
                    let Some((bytes, token)) = item else { return Ok(()) };
                    *unsent = token;
                    write(&mut writer, &bytes).await?;
                    *unsent = None;
                }
                _ = alive.tick(), if self.opened => write(&mut writer, b"\r\n\r\n").await?,
                () = tokio::time::sleep_until(first_by), if !heard => {
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "nothing whole came"));
                }
            }
        }
    }

    async fn tell(&self, item: TcpItem, raw: [Bytes; 2]) {
        let (connection, remote, item) = (self.connection, self.remote, Box::new(item));
        let happening = Happening::Item { connection, remote, item, raw };
        // An error means that the driver is gone; the closed queue will end this task.
        let _ = self.report.send(happening).await;
    }

    /// Reports the end, with the tokens of what was still to be written.
    async fn close(self, mut queue: mpsc::Receiver<Outgoing>, unsent: Option<u64>) {
        queue.close();
        let mut lost: Vec<u64> = unsent.into_iter().collect();
        while let Some((_, token)) = queue.recv().await {
            lost.extend(token);
        }
        let _ = self.report.send(Happening::Closed { connection: self.connection, unsent: lost }).await;
    }
}

async fn write(writer: &mut tokio::net::tcp::WriteHalf<'_>, bytes: &[u8]) -> io::Result<()> {
    match timeout(WRITE_PATIENCE, writer.write_all(bytes)).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not read")),
    }
}

/// The answer to what ended a stream.
fn last_words(reply: Response) -> Bytes {
    reply.to_bytes()
}
