//! The browsers' thread: one socket for all of them, packets as they come, and an absolute 20 ms tick.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rtc::peer_connection::certificate::RTCCertificate;
use rtc::sansio::Protocol as _;
use tandem_switchboard::ports::browser_phone::{BrowserPeer, BrowserPhoneError};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval};

use crate::answer::{Answered, answer};
use crate::peer::Peer;
use crate::stun;

const TICK: Duration = Duration::from_millis(20);
/// After a suspension of the machine its missed ticks are not made up for.
const SUSPENDED: Duration = Duration::from_millis(500);
/// Datagrams read between two looks at the clock.
const BATCH: usize = 64;
/// Larger ones are no browser's.
const LARGEST: usize = 2_048;
/// Addresses that one peer's checks may come from.
const PATHS: usize = 16;

/// An offer to be answered.
pub(crate) struct Asked {
    pub offer: String,
    pub reply: oneshot::Sender<Result<BrowserPeer, BrowserPhoneError>>,
}

/// What the thread owns.
pub(crate) struct Worker {
    pub socket: UdpSocket,
    /// Where browsers send to.
    pub local: SocketAddr,
    pub certificate: RTCCertificate,
    pub most: usize,
    pub asked: mpsc::Receiver<Asked>,
    pub peers: Peers,
}

/// Peers by number, and the ways to them.
#[derive(Default)]
pub(crate) struct Peers {
    next: u64,
    list: HashMap<u64, Peer>,
    by_user_name: HashMap<String, u64>,
    by_address: HashMap<SocketAddr, u64>,
}

impl Worker {
    /// Runs until nobody can ask any more, then closes all peers.
    pub(crate) async fn run(mut self) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            tokio::select! {
                biased;
                tick = ticks.tick() => {
                    let now = Instant::now();
                    if now.saturating_duration_since(tick.into_std()) > SUSPENDED {
                        ticks.reset();
                    }
                    self.tick(now);
                }
                asked = self.asked.recv() => match asked {
                    Some(asked) => self.answer(asked),
                    None => break,
                },
                readable = self.socket.readable() => match readable {
                    Ok(()) => self.read(),
                    Err(error) => {
                        tracing::error!(%error, "the browsers' socket cannot be read any more");
                        break;
                    }
                },
            }
        }
        for peer in self.peers.list.values_mut() {
            peer.close();
            send(&self.socket, peer);
        }
    }

    fn answer(&mut self, Asked { offer, reply }: Asked) {
        let answered = if self.peers.list.len() < self.most {
            answer(offer, &self.certificate, self.local, Instant::now())
        } else {
            Err(BrowserPhoneError::TooMany)
        };
        let answered = answered.map(|Answered { peer, user_name, browser }| {
            self.peers.add(peer, user_name);
            browser
        });
        // An asker that is gone has dropped the orders, and with them ended the peer.
        let _ = reply.send(answered);
    }

    fn read(&mut self) {
        let mut buffer = [0; LARGEST];
        for _ in 0..BATCH {
            // An error of one datagram (a port that was unreachable) says nothing about the next.
            let (length, from) = match self.socket.try_recv_from(&mut buffer) {
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return,
                Err(_) => continue,
            };
            let bytes = &buffer[..length];
            if let Some(peer) = self.peers.whose(bytes, from) {
                peer.read(bytes, from, Instant::now());
                send(&self.socket, peer);
            }
        }
    }

    fn tick(&mut self, now: Instant) {
        let mut over = Vec::new();
        for (number, peer) in &mut self.peers.list {
            peer.tick(now);
            if peer.close_if_ended(now) {
                over.push(*number);
            }
            send(&self.socket, peer);
        }
        for number in over {
            self.peers.remove(number);
        }
    }
}

impl Peers {
    fn add(&mut self, peer: Peer, user_name: String) {
        self.next += 1;
        self.by_user_name.insert(user_name, self.next);
        self.list.insert(self.next, peer);
    }

    fn remove(&mut self, number: u64) {
        self.list.remove(&number);
        self.by_user_name.retain(|_, owner| *owner != number);
        self.by_address.retain(|_, owner| *owner != number);
    }

    /// Whose datagram it is: a check names its peer, everything else comes from where checks came from. An address is
    /// one peer's for as long as that lives, so that a check with a forged source takes nobody's packets away.
    fn whose(&mut self, bytes: &[u8], from: SocketAddr) -> Option<&mut Peer> {
        let number = match stun::meant_for(bytes) {
            Some(user_name) => {
                let number = *self.by_user_name.get(user_name)?;
                let paths = self.by_address.values().filter(|owner| **owner == number).count();
                if paths < PATHS {
                    self.by_address.entry(from).or_insert(number);
                }
                number
            }
            None => *self.by_address.get(&from)?,
        };
        self.list.get_mut(&number)
    }
}

/// Sends what a peer has to say; what the system does not take at once is lost, as on any way.
fn send(socket: &UdpSocket, peer: &mut Peer) {
    while let Some(datagram) = peer.pc.poll_write() {
        let _ = socket.try_send_to(&datagram.message, datagram.transport.peer_addr);
    }
}
