//! The browsers' thread: one socket for all of them, packets as they come, and an absolute 20 ms tick.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rtc::peer_connection::certificate::RTCCertificate;
use rtc::sansio::Protocol as _;
use tandem_switchboard::ports::browser_phone::{BrowserPeer, BrowserPhoneError};
use tokio::io::Interest;
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
    /// Tells when there is something to read.
    pub socket: UdpSocket,
    /// The same one, for a look before each tick at what the runtime does not know of yet.
    pub direct: std::net::UdpSocket,
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
        prefer_this_thread();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            tokio::select! {
                biased;
                tick = ticks.tick() => {
                    // What came before a late tick is there for it.
                    self.read();
                    if tick.elapsed() > SUSPENDED {
                        ticks.reset();
                    }
                    self.tick(tick.into_std());
                }
                asked = self.asked.recv() => match asked {
                    Some(asked) => self.answer(asked),
                    None => break,
                },
                readable = self.socket.readable() => match readable {
                    // The runtime waits again once it is told that nothing is left.
                    Ok(()) => drop(self.socket.try_io(Interest::READABLE, || self.peers.read(&self.direct))),
                    Err(error) => {
                        tracing::error!(%error, "the browsers' socket cannot be read any more");
                        break;
                    }
                },
            }
        }
        for peer in self.peers.list.values_mut() {
            peer.close();
            send(&self.direct, peer);
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
        // That nothing is left is what is wanted here.
        let _ = self.peers.read(&self.direct);
    }

    fn tick(&mut self, tick: Instant) {
        let (now, mut over) = (Instant::now(), Vec::new());
        for (number, peer) in &mut self.peers.list {
            peer.tick(tick, now);
            if peer.close_if_ended(now) {
                over.push(*number);
            }
            send(&self.direct, peer);
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

    /// Reads what waits, and says by an error that nothing does any more.
    fn read(&mut self, socket: &std::net::UdpSocket) -> io::Result<()> {
        let mut buffer = [0; LARGEST];
        for _ in 0..BATCH {
            let (length, from) = match socket.recv_from(&mut buffer) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(error),
                // One datagram's (a port that was unreachable), which says nothing about the next.
                Err(_) => continue,
            };
            let bytes = &buffer[..length];
            if let Some(peer) = self.whose(bytes, from) {
                peer.read(bytes, from, Instant::now());
                send(socket, peer);
            }
        }
        Ok(())
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
fn send(socket: &std::net::UdpSocket, peer: &mut Peer) {
    while let Some(datagram) = peer.pc.poll_write() {
        let _ = socket.send_to(&datagram.message, datagram.transport.peer_addr);
    }
}

/// Asks the system to run this thread before others; without the right to ask it goes on as an ordinary one.
fn prefer_this_thread() {
    #[cfg(target_os = "linux")]
    // SAFETY: plain system calls on the calling thread's own number.
    unsafe {
        let thread = libc::syscall(libc::SYS_gettid);
        libc::setpriority(libc::PRIO_PROCESS, thread as libc::id_t, -11);
    }
}
