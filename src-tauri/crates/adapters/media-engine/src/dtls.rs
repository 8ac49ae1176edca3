//! Handshakes for SRTP's keys (RFC 5764), on a thread of their own: signing takes longer than a tick may.
//!
//! Legs hand over what came on their sockets and take back, at their ticks, what is to be sent and in the end the keys.
//! There is one certificate for the life of the process, made at the first need; its hash stands in our descriptions,
//! which is all that a peer believes of it.

mod peer;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rtc_crypto::RTCCryptoProvider;
use rtc_dtls::crypto::Certificate;
use sha2::{Digest, Sha256};
use tandem_switchboard::ports::media::{Dtls, Fingerprint, HashFunction, Protection};

use peer::Peer;

/// Datagrams of all legs that may wait; what comes beyond that is lost, and sent again by who sent it.
const QUEUE: usize = 1_024;
/// The thread looks after its peers' timers at least so often.
const LOOK: Duration = Duration::from_millis(100);

/// A leg's end of its handshake; it is over when this is dropped.
#[derive(Debug)]
pub(crate) struct Association {
    number: u64,
    orders: SyncSender<Order>,
    outcomes: Receiver<Outcome>,
}

/// What comes of a handshake.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// To the peer.
    Send(Vec<u8>),
    Keys(Protection),
    /// One phrase; there will be no keys.
    Failed(String),
}

enum Order {
    Begin { number: u64, terms: Dtls, outcomes: Sender<Outcome> },
    Datagram { number: u64, datagram: Vec<u8> },
    End { number: u64 },
}

/// What all handshakes have in common.
struct Identity {
    provider: Arc<dyn RTCCryptoProvider>,
    certificate: Certificate,
}

/// The thread that shakes hands, and the certificate it shows.
struct Handshakes {
    orders: SyncSender<Order>,
    fingerprint: Fingerprint,
}

impl Association {
    /// Begins a handshake; who is active sends the first datagram.
    pub(crate) fn begin(terms: Dtls) -> Association {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let (results, outcomes) = channel();
        // Terms with DTLS are only agreed on where there is a certificate; without one, orders go nowhere.
        let orders = shared().map_or_else(|| sync_channel(1).0, |shared| shared.orders.clone());
        let association = Association { number, orders, outcomes };
        association.order(Order::Begin { number, terms, outcomes: results });
        association
    }

    /// Hands over a datagram from the peer; never waits.
    pub(crate) fn push(&self, datagram: &[u8]) {
        self.order(Order::Datagram { number: self.number, datagram: datagram.to_vec() });
    }

    /// What came of it meanwhile.
    pub(crate) fn poll(&self) -> Option<Outcome> {
        self.outcomes.try_recv().ok()
    }

    fn order(&self, order: Order) {
        if self.orders.try_send(order).is_err() {
            tracing::debug!("too many handshakes at once");
        }
    }
}

impl Drop for Association {
    fn drop(&mut self) {
        self.order(Order::End { number: self.number });
    }
}

/// The hash of our certificate; `None` where none could be made.
pub(crate) fn fingerprint() -> Option<Fingerprint> {
    shared().map(|shared| shared.fingerprint.clone())
}

fn shared() -> Option<&'static Handshakes> {
    static SHARED: OnceLock<Option<Handshakes>> = OnceLock::new();
    let start = || start().inspect_err(|reason| tracing::error!(reason, "no keys by DTLS")).ok();
    SHARED.get_or_init(start).as_ref()
}

fn start() -> Result<Handshakes, String> {
    let provider: Arc<dyn RTCCryptoProvider> =
        rtc_crypto::default_provider().map_err(|error| error.to_string())?;
    // Browsers look at nothing in it, and a name would only tell who we are.
    let names = vec!["tandem.invalid".to_owned()];
    let certificate =
        Certificate::generate_self_signed(names, provider.crypto()).map_err(|error| error.to_string())?;
    let bytes = certificate.certificate.first().map(|own| Sha256::digest(own.as_ref()).to_vec());
    let fingerprint = Fingerprint { hash: HashFunction::Sha256, bytes: bytes.ok_or("no certificate")? };
    let (orders, inbox) = sync_channel(QUEUE);
    let identity = Identity { provider, certificate };
    std::thread::Builder::new()
        .name("handshakes".to_owned())
        .spawn(move || run(&identity, &inbox))
        .map_err(|error| error.to_string())?;
    Ok(Handshakes { orders, fingerprint })
}

/// Serves all legs for as long as the process lives.
fn run(identity: &Identity, inbox: &Receiver<Order>) {
    let mut peers: HashMap<u64, Peer> = HashMap::new();
    loop {
        // Without peers there is nothing to look after.
        let order = if peers.values().any(|peer| peer.next_deadline().is_some()) {
            inbox.recv_timeout(LOOK)
        } else {
            inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        let now = Instant::now();
        match order {
            Ok(Order::Begin { number, terms, outcomes }) => {
                if let Some(peer) = Peer::new(identity, terms, outcomes, now) {
                    peers.insert(number, peer);
                }
            }
            Ok(Order::Datagram { number, datagram }) => {
                if let Some(peer) = peers.get_mut(&number) {
                    peer.receive(now, &datagram);
                }
            }
            Ok(Order::End { number }) => drop(peers.remove(&number)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        peers.values_mut().for_each(|peer| peer.look(now));
    }
}
