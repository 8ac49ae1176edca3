//! Browsers' peer connections that are connected, and go, when a test says so.

use async_trait::async_trait;
use parking_lot::Mutex;
use tandem_switchboard::ports::browser_phone::{
    BrowserPeer, BrowserPhoneError, BrowserPhones, PeerOrder, PeerState,
};
use tokio::sync::{mpsc, watch};

/// The offer that is taken.
pub const OFFER: &str = "v=0\r\n";

#[derive(Default)]
pub struct PretendBrowsers {
    pub peers: Mutex<Vec<PretendPeer>>,
    pub refuse_next: Mutex<Option<BrowserPhoneError>>,
}

/// The adapter's side of a peer.
pub struct PretendPeer {
    pub state: watch::Sender<PeerState>,
    pub orders: mpsc::UnboundedReceiver<PeerOrder>,
}

impl PretendBrowsers {
    pub fn newest(&self) -> PretendPeer {
        self.peers.lock().pop().expect("an offer was answered")
    }
}

#[async_trait]
impl BrowserPhones for PretendBrowsers {
    async fn connect(&self, offer: String) -> Result<BrowserPeer, BrowserPhoneError> {
        if let Some(error) = self.refuse_next.lock().take() {
            return Err(error);
        }
        assert_eq!(offer, OFFER);
        let (tell, state) = watch::channel(PeerState::Connecting);
        let (orders, taken) = mpsc::unbounded_channel();
        self.peers.lock().push(PretendPeer { state: tell, orders: taken });
        Ok(BrowserPeer { answer: "v=0\r\ns=answer\r\n".into(), state, orders })
    }
}
