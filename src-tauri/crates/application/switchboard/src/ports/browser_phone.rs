//! A person's browser as a phone over WebRTC: an offer goes in, an answer comes out, and what is heard and said there
//! is an [`AudioLink`] like any other phone's.

use async_trait::async_trait;
use tokio::sync::{mpsc, watch};

use super::media::AudioLink;

/// Terminates the peer connections of browsers.
#[async_trait]
pub trait BrowserPhones: Send + Sync {
    /// Answers a browser's offer (an SDP of JSEP, RFC 9429, without trickled candidates) and waits for its packets.
    ///
    /// # Errors
    /// When the offer cannot be read or asks for nothing that we have, or no more peers are taken.
    async fn connect(&self, offer: String) -> Result<BrowserPeer, BrowserPhoneError>;
}

/// One peer connection, seen from who asked for it; it ends when `orders` is dropped.
#[derive(Debug)]
pub struct BrowserPeer {
    /// The SDP for the browser.
    pub answer: String,
    /// Where it stands. A closed channel means what [`PeerState::Gone`] does.
    pub state: watch::Receiver<PeerState>,
    /// What to do next.
    pub orders: mpsc::UnboundedSender<PeerOrder>,
}

/// Where a peer connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerState {
    /// The browser's checks and its handshake are awaited.
    Connecting,
    /// Its keys are agreed on: sound can go both ways.
    Connected,
    /// Closed by either side, failed, or silent for too long. Its link is dropped.
    Gone,
}

/// What a peer is told.
#[derive(Debug)]
pub enum PeerOrder {
    /// Carry the sound of this link from now on; the former one is dropped. The browser is told that it is a phone.
    Carry(AudioLink),
    /// Tell the browser that another window of the same person took over, and end.
    Replaced,
}

/// Why a browser's offer was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrowserPhoneError {
    /// `expected` says what an offer should have been.
    #[error("answering a browser's offer: expected {expected}")]
    Offer { expected: String },
    #[error("answering a browser's offer: there are as many as may be")]
    TooMany,
    #[error("answering a browser's offer: the browsers' thread has ended")]
    Stopped,
}
