//! A SIP stack on a free loopback port, and what it reports.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod certificates;
pub mod name_server;
pub mod web_phone;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tandem_foundation::{LegId, TrunkId};
use tandem_sip_transport::{SipConfig, SipTransport};
use tandem_switchboard::ports::signalling::{
    Caller, Destination, LegIds, Signalling, SignallingCommand, SignallingEvent, Transport, TrunkAccount,
};
use tokio::sync::mpsc;

pub const OFFER: &[u8] =
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";
pub const ANSWER: &[u8] =
    b"v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40002 RTP/AVP 0\r\n";

pub struct Stack {
    sip: Arc<SipTransport>,
    legs: Arc<LegIds>,
    events: mpsc::UnboundedReceiver<SignallingEvent>,
}

impl Stack {
    pub async fn start() -> Stack {
        Stack::with(SipConfig::new("127.0.0.1:0".parse().expect("an address"))).await
    }

    pub async fn with(config: SipConfig) -> Stack {
        let legs = Arc::new(LegIds::default());
        let (sender, events) = mpsc::unbounded_channel();
        let sip = SipTransport::start(config, legs.clone(), sender).await.expect("binds");
        Stack { sip, legs, events }
    }

    pub fn address(&self) -> SocketAddr {
        self.sip.local_address()
    }

    pub fn tls_address(&self) -> SocketAddr {
        self.sip.tls_address().expect("it listens for TLS")
    }

    pub fn ws_address(&self) -> SocketAddr {
        self.sip.ws_address().expect("it listens for WebSockets")
    }

    pub fn wss_address(&self) -> SocketAddr {
        self.sip.wss_address().expect("it listens for WebSockets with TLS")
    }

    pub fn send(&self, command: SignallingCommand) {
        self.sip.send(command);
    }

    pub fn call(&self, to: Destination) -> LegId {
        self.call_with(to, OFFER.to_vec())
    }

    pub fn call_with(&self, to: Destination, offer: Vec<u8>) -> LegId {
        self.invite(to, offer, None)
    }

    /// A call with this Call-ID.
    pub fn call_as(&self, to: Destination, call_id: &str) -> LegId {
        self.invite(to, OFFER.to_vec(), Some(call_id.to_owned()))
    }

    fn invite(&self, to: Destination, offer: Vec<u8>, call_id: Option<String>) -> LegId {
        let leg = self.legs.next();
        self.send(SignallingCommand::Invite {
            leg,
            to,
            from: "+62215551234".into(),
            display_name: None,
            offer: Bytes::from(offer),
            web_offer: None,
            secure_offer: None,
            headers: vec![("X-Tandem-Call".into(), "call_1".into())],
            call_id,
            ring_timeout: Duration::from_secs(20),
        });
        leg
    }

    pub async fn next(&mut self) -> SignallingEvent {
        let next = tokio::time::timeout(Duration::from_secs(20), self.events.recv());
        next.await.expect("something happens within 20 s").expect("the stack runs")
    }

    /// The next event that is wanted; others are passed over.
    pub async fn until(&mut self, wanted: impl Fn(&SignallingEvent) -> bool) -> SignallingEvent {
        loop {
            let event = self.next().await;
            if wanted(&event) {
                return event;
            }
        }
    }

    /// The next call that comes in: leg, caller and number called.
    pub async fn incoming(&mut self) -> (LegId, Caller, String) {
        match self.until(|event| matches!(event, SignallingEvent::Incoming { .. })).await {
            SignallingEvent::Incoming { leg, caller, to, .. } => (leg, caller, to.into_inner()),
            _ => unreachable!("it is one"),
        }
    }
}

/// A PCMU description with this media port.
pub fn offer_on(port: u16) -> Vec<u8> {
    String::from_utf8_lossy(OFFER).replace("40000", &port.to_string()).into_bytes()
}

/// A trunk to an address, whose host may call us.
pub fn trunk(id: &str, address: SocketAddr, transport: Transport) -> TrunkAccount {
    TrunkAccount {
        id: TrunkId::new(id),
        host: address.to_string(),
        transport,
        domain: None,
        credentials: None,
        register: None,
        accept_from: vec![address.ip()],
        options_every: 0,
    }
}
