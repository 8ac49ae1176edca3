//! Connections (TCP, TLS, WebSocket): accepted and opened, found again by number and by peer.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tandem_sip::endpoint::{Flow, Resolution, ServerNames, Transport};
use tandem_sip::message::{Message, ParseError};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::stream::Connection;
use crate::tls::Tls;

/// Messages that may wait for a peer to read; one that is further behind is cut off.
const WRITE_QUEUE: usize = 256;
/// Connections held at once.
const MAX_CONNECTIONS: usize = 2048;

/// Of those, how many may be WebSockets: whoever has a browser can open some, and trunks need room too.
const MAX_WEB: usize = 1536;

/// What the network tasks tell the driver.
#[derive(Debug)]
pub enum Happening {
    Accepted {
        stream: TcpStream,
        remote: SocketAddr,
        transport: Transport,
    },
    Item {
        flow: Flow,
        item: Box<StreamItem>,
        /// Its bytes.
        raw: [Bytes; 2],
    },
    /// The connection is over; what had these tokens was not sent.
    Closed {
        connection: u64,
        unsent: Vec<u64>,
        /// One phrase for people.
        reason: String,
    },
    Resolved {
        query: u64,
        found: Result<Resolution, String>,
    },
}

/// What a connection brought.
#[derive(Debug)]
pub enum StreamItem {
    Message(Message),
    Malformed(ParseError),
}

/// Bytes to be sent, and who wants to know if they are not.
pub type Outgoing = (Bytes, Option<u64>);

/// What connections can be used for: those to a server whose certificate was found to name it for nothing else.
type Peer = (Transport, SocketAddr, Option<ServerNames>);

/// What connections are made and kept with.
#[derive(Debug)]
pub struct Settings {
    pub tls: Tls,
    /// How often a phone in a browser is asked whether it is there.
    pub ping_every: Duration,
}

/// All connections, by number and by peer.
#[derive(Debug)]
pub struct Connections {
    writers: HashMap<u64, (Peer, mpsc::Sender<Outgoing>)>,
    by_peer: HashMap<Peer, u64>,
    /// Whom we took each TLS server for: what belongs to a call goes there again, even if its connection broke.
    servers: HashMap<SocketAddr, ServerNames>,
    last: u64,
    report: mpsc::Sender<Happening>,
    settings: Arc<Settings>,
}

impl Connections {
    pub fn new(report: mpsc::Sender<Happening>, settings: Settings) -> Connections {
        Connections {
            writers: HashMap::new(),
            by_peer: HashMap::new(),
            servers: HashMap::new(),
            last: 0,
            report,
            settings: Arc::new(settings),
        }
    }

    /// Takes over a connection that a peer opened.
    pub fn accept(&mut self, stream: TcpStream, remote: SocketAddr, transport: Transport) {
        let web = || self.writers.values().filter(|((transport, ..), _)| transport.is_web()).count();
        if self.writers.len() >= MAX_CONNECTIONS || (transport.is_web() && web() >= MAX_WEB) {
            tracing::warn!("too many connections, one is refused");
            return;
        }
        let (connection, queue) = self.enter((transport, remote, None));
        let flow = Flow { transport, remote, connection: Some(connection) };
        let task = Connection::new(connection, flow, self.report.clone(), self.settings.clone());
        tokio::spawn(task.accepted(stream, queue));
    }

    /// Queues bytes on the flow's connection, else on one to the same peer, else on a new one, for which `server` says
    /// whom the peer's certificate has to name.
    ///
    /// # Errors
    /// One phrase for people: the peer is too far behind, or there is nobody to connect to.
    pub fn send(&mut self, flow: Flow, server: Option<ServerNames>, item: Outgoing) -> Result<(), String> {
        let connection = match flow.connection.filter(|id| self.writers.contains_key(id)) {
            Some(alive) => alive,
            None => self.find_or_open(flow, server)?,
        };
        let Some((_, writer)) = self.writers.get(&connection) else { return Err("no connection".to_owned()) };
        if writer.try_send(item).is_err() {
            tracing::warn!(peer = %flow.remote, "a peer does not read, its connection is closed");
            self.forget(connection);
            return Err("the peer does not read".to_owned());
        }
        Ok(())
    }

    pub fn forget(&mut self, connection: u64) {
        if let Some((peer, _)) = self.writers.remove(&connection)
            && self.by_peer.get(&peer) == Some(&connection)
        {
            self.by_peer.remove(&peer);
        }
    }

    fn find_or_open(&mut self, flow: Flow, server: Option<ServerNames>) -> Result<u64, String> {
        let (transport, remote) = (flow.transport, flow.remote);
        if transport.is_web() {
            let accepted = self.by_peer.get(&(transport, remote, None)).copied();
            return accepted.ok_or_else(|| "the phone's connection is gone".to_owned());
        }
        if transport != Transport::Tls {
            let peer = (transport, remote, None);
            return Ok(self.by_peer.get(&peer).copied().unwrap_or_else(|| self.open(peer)));
        }
        if server.is_none()
            && let Some(accepted) = self.by_peer.get(&(transport, remote, None))
        {
            return Ok(*accepted);
        }
        let server = server.or_else(|| self.servers.get(&remote).cloned());
        let Some(server) = server else { return Err("the peer's TLS connection is gone".to_owned()) };
        if self.servers.len() >= MAX_CONNECTIONS {
            self.servers.clear();
        }
        self.servers.insert(remote, server.clone());
        let peer = (transport, remote, Some(server));
        Ok(self.by_peer.get(&peer).copied().unwrap_or_else(|| self.open(peer)))
    }

    fn open(&mut self, peer: Peer) -> u64 {
        let (transport, remote, server) = peer.clone();
        let (connection, queue) = self.enter(peer);
        let flow = Flow { transport, remote, connection: Some(connection) };
        let task = Connection::new(connection, flow, self.report.clone(), self.settings.clone());
        tokio::spawn(task.opened(server, queue));
        connection
    }

    fn enter(&mut self, peer: Peer) -> (u64, mpsc::Receiver<Outgoing>) {
        self.last += 1;
        let (writer, queue) = mpsc::channel(WRITE_QUEUE);
        self.by_peer.insert(peer.clone(), self.last);
        self.writers.insert(self.last, (peer, writer));
        (self.last, queue)
    }
}

/// Accepts connections until the driver is gone.
pub fn listen(listener: TcpListener, transport: Transport, report: mpsc::Sender<Happening>) {
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = report.closed() => return,
                accepted = listener.accept() => match accepted {
                    Ok((stream, remote)) => {
                        if report.send(Happening::Accepted { stream, remote, transport }).await.is_err() {
                            return;
                        }
                    }
                    Err(error) => {
                        // Out of descriptors, as a rule: trying again at once would only burn time.
                        tracing::warn!(%error, "accepting a connection failed");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
            }
        }
    });
}
