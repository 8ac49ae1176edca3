//! Browsers as phones over WebRTC: peer connections on one UDP port and one thread, between them and audio links.
//!
//! We are the public side (ICE-lite, RFC 8445, section 2.5): one host candidate, the address of RTP, and answers to the
//! browser's checks wherever they come from. What follows is DTLS-SRTP (RFC 5764) with Opus, or PCMU. A data channel
//! carries the two messages that the sound has no place for: that the phone is connected, and that another replaced it.
//!
//! Invariant: a peer is one person's phone from the link it is given until it ends; when it ends, however it does, its
//! link is dropped, and the person has no phone any more.

mod answer;
mod offer;
mod peer;
mod port;
mod sound;
mod stun;
mod worker;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use rtc::crypto::{SignatureScheme, default_provider};
use rtc::peer_connection::certificate::{CertificateParams, RTCCertificate};
use rtc::shared::error::Error;
use tandem_switchboard::ports::browser_phone::{BrowserPeer, BrowserPhoneError, BrowserPhones};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};

use crate::worker::{Asked, Peers, Worker};

/// Offers that may wait for the thread.
const WAITING: usize = 64;

/// Where browsers reach us.
#[derive(Debug, Clone)]
pub struct PeerConfig {
    /// Bound, and told to browsers.
    pub interface: IpAddr,
    /// RTP's ports: the highest free odd one is used. `0..=0` lets the system choose.
    pub rtp_ports: RangeInclusive<u16>,
    /// Peers at once.
    pub most: usize,
}

impl PeerConfig {
    /// Any free port of an interface.
    pub fn new(interface: IpAddr) -> Self {
        Self { interface, rtp_ports: 0..=0, most: 500 }
    }
}

/// Browsers' peer connections; ends with its last owner, or by [`PeerConnections::shutdown`].
#[derive(Debug)]
pub struct PeerConnections {
    address: SocketAddr,
    thread: Mutex<Option<Thread>>,
}

#[derive(Debug)]
struct Thread {
    ask: mpsc::Sender<Asked>,
    handle: JoinHandle<()>,
}

impl PeerConnections {
    /// Binds the port and starts the thread.
    ///
    /// # Errors
    /// When no odd port of the range is free, or the system gives no thread.
    pub fn start(config: PeerConfig) -> io::Result<Arc<Self>> {
        let socket = port::bind(config.interface, &config.rtp_ports)?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let direct = socket.try_clone()?;
        let certificate = certificate().map_err(io::Error::other)?;
        let (ask, asked) = mpsc::channel(WAITING);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = std::thread::Builder::new().name("browsers".into()).spawn(move || {
            runtime.block_on(async move {
                let socket = match UdpSocket::from_std(socket) {
                    Ok(socket) => socket,
                    Err(error) => return tracing::error!(%error, "browsers cannot be served"),
                };
                let peers = Peers::default();
                Worker { socket, direct, local: address, certificate, most: config.most, asked, peers }
                    .run()
                    .await;
            });
        })?;
        Ok(Arc::new(Self { address, thread: Mutex::new(Some(Thread { ask, handle })) }))
    }

    /// Where browsers send to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes all peers and ends the thread. Further offers are refused.
    pub fn shutdown(&self) {
        let thread = self.thread().take();
        if let Some(Thread { ask, handle }) = thread {
            drop(ask);
            if handle.join().is_err() {
                tracing::error!("the browsers' thread had panicked");
            }
        }
    }

    fn thread(&self) -> std::sync::MutexGuard<'_, Option<Thread>> {
        // Nothing under this lock can leave it half changed.
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for PeerConnections {
    fn drop(&mut self) {
        self.shutdown();
    }
}

#[async_trait]
impl BrowserPhones for PeerConnections {
    async fn connect(&self, offer: String) -> Result<BrowserPeer, BrowserPhoneError> {
        let ask =
            self.thread().as_ref().map(|thread| thread.ask.clone()).ok_or(BrowserPhoneError::Stopped)?;
        let (reply, answer) = oneshot::channel();
        ask.try_send(Asked { offer, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => BrowserPhoneError::TooMany,
            mpsc::error::TrySendError::Closed(_) => BrowserPhoneError::Stopped,
        })?;
        drop(ask);
        answer.await.unwrap_or(Err(BrowserPhoneError::Stopped))
    }
}

/// The certificate whose fingerprint is in every answer: made anew at each start, as browsers do for each connection.
fn certificate() -> Result<RTCCertificate, Error> {
    let named = CertificateParams::new(vec!["tandem".to_owned()]);
    let named = named.map_err(|error| Error::Other(error.to_string()))?;
    let provider = default_provider().map_err(|error| Error::Other(error.to_string()))?;
    RTCCertificate::generate(provider.crypto(), SignatureScheme::EcdsaP256Sha256, named)
}
