//! The task that owns the machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tandem_sip::endpoint::{Endpoint, Flow, Input, Output, ServerNames, Transport};
use tandem_sip::message::MAX_DATAGRAM;
use tandem_switchboard::ports::signalling::{SignallingCommand, SignallingEvent};
use tandem_switchboard::records::SipDirection;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::sleep_until;

use crate::connections::{self, Connections, Happening, Settings, StreamItem};
use crate::convert;
use crate::names::{self, NameService};
use crate::sockets::Bound;
use crate::tap::Tap;

/// Messages from connections that wait for the machine; beyond that they are not read.
const NETWORK_QUEUE: usize = 1024;
/// Datagrams handled in a row before timers and commands get their turn.
const BATCH: usize = 64;

/// Starts the task; it ends when the commands' sender is gone.
pub fn spawn(
    endpoint: Endpoint,
    bound: Bound,
    tap: Tap,
    settings: Settings,
    names: Arc<dyn NameService>,
    commands: mpsc::UnboundedReceiver<SignallingCommand>,
    events: mpsc::UnboundedSender<SignallingEvent>,
) {
    let (report, network) = mpsc::channel(NETWORK_QUEUE);
    if let Some(listener) = bound.tcp {
        connections::listen(listener, Transport::Tcp, report.clone());
    }
    if let Some(listener) = bound.tls {
        connections::listen(listener, Transport::Tls, report.clone());
    }
    if let Some(listener) = bound.ws {
        connections::listen(listener, Transport::Ws, report.clone());
    }
    if let Some(listener) = bound.wss {
        connections::listen(listener, Transport::Wss, report.clone());
    }
    let connections = Connections::new(report.clone(), settings);
    let driver = Driver { endpoint, udp: bound.udp, connections, names, report, events, tap };
    tokio::spawn(driver.run(commands, network));
}

struct Driver {
    endpoint: Endpoint,
    udp: UdpSocket,
    connections: Connections,
    names: Arc<dyn NameService>,
    report: mpsc::Sender<Happening>,
    events: mpsc::UnboundedSender<SignallingEvent>,
    tap: Tap,
}

impl Driver {
    async fn run(
        mut self,
        mut commands: mpsc::UnboundedReceiver<SignallingCommand>,
        mut network: mpsc::Receiver<Happening>,
    ) {
        let mut buffer = vec![0; MAX_DATAGRAM];
        loop {
            let deadline = self.endpoint.next_deadline().map(|(at, _)| at);
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.input(Input::Command(convert::command(command))),
                    None => return,
                },
                received = self.udp.recv_from(&mut buffer) => match received {
                    Ok((length, remote)) => {
                        self.datagram(&buffer[..length], remote);
                        self.waiting_datagrams(&mut buffer);
                    }
                    Err(error) => tracing::debug!(%error, "receiving a datagram failed"),
                },
                Some(happening) = network.recv() => self.happening(happening),
                () = wait_until(deadline) => self.input(Input::Deadline),
            }
        }
    }

    /// What arrived in the same burst.
    fn waiting_datagrams(&mut self, buffer: &mut [u8]) {
        for _ in 1..BATCH {
            match self.udp.try_recv_from(buffer) {
                Ok((length, remote)) => self.datagram(&buffer[..length], remote),
                Err(_) => return,
            }
        }
    }

    fn datagram(&mut self, bytes: &[u8], remote: SocketAddr) {
        let flow = Flow::udp(remote);
        let bytes = Bytes::copy_from_slice(bytes);
        self.tap.note(SipDirection::Received, flow.transport, remote, [bytes.clone(), Bytes::new()]);
        self.input(Input::Datagram { flow, bytes });
    }

    fn happening(&mut self, happening: Happening) {
        match happening {
            Happening::Accepted { stream, remote, transport } => {
                self.connections.accept(stream, remote, transport);
            }
            Happening::Item { flow, item, raw } => {
                self.tap.note(SipDirection::Received, flow.transport, flow.remote, raw);
                self.input(match *item {
                    StreamItem::Message(message) => Input::Message { flow, message },
                    StreamItem::Malformed(error) => Input::Malformed { flow, error },
                });
            }
            Happening::Closed { connection, unsent, reason } => {
                self.connections.forget(connection);
                for token in unsent {
                    self.input(Input::SendFailed { token, reason: reason.clone() });
                }
                self.input(Input::ConnectionClosed { connection });
            }
            Happening::Resolved { query, found } => self.input(Input::Resolved { query, found }),
        }
    }

    fn input(&mut self, input: Input) {
        self.endpoint.handle(Instant::now(), input);
        let mut failed = Vec::new();
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::Send { flow, bytes, token, server } => {
                    match self.send(flow, bytes.clone(), token, server) {
                        Ok(()) => {
                            let pieces = [bytes, Bytes::new()];
                            self.tap.note(SipDirection::Sent, flow.transport, flow.remote, pieces);
                        }
                        Err(reason) => failed.extend(token.map(|token| (token, reason))),
                    }
                }
                Output::Resolve { query, lookup } => {
                    names::look_up(self.names.clone(), query, lookup, self.report.clone());
                }
                // Without a receiver there is nobody left to tell.
                Output::Event(event) => drop(self.events.send(convert::event(event))),
            }
        }
        for (token, reason) in failed {
            self.input(Input::SendFailed { token, reason });
        }
    }

    fn send(
        &mut self,
        flow: Flow,
        bytes: Bytes,
        token: Option<u64>,
        server: Option<ServerNames>,
    ) -> Result<(), String> {
        match flow.transport {
            Transport::Tcp | Transport::Ws | Transport::Wss => {
                self.connections.send(flow, None, (bytes, token))
            }
            Transport::Tls => self.connections.send(flow, server, (bytes, token)),
            Transport::Udp => match self.udp.try_send_to(&bytes, flow.remote) {
                Ok(_) => Ok(()),
                // A full buffer is a lost datagram, which retransmission makes good.
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(()),
                Err(error) => {
                    tracing::debug!(peer = %flow.remote, %error, "sending a datagram failed");
                    Err(format!("sending failed: {error}"))
                }
            },
        }
    }
}

async fn wait_until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
