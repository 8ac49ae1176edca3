//! The signalling port over real sockets: one task owns the SIP machine, feeds it with what UDP, TCP, TLS and WebSockets
//! bring, and sends what it wants sent.
//!
//! Invariants: nothing here blocks; every queue has an end (network input is read only as fast as it is handled, a peer
//! that does not read its connection loses it); no number, name or message body is logged.

mod blank;
mod certificate;
mod connections;
mod convert;
mod dns;
mod driver;
mod names;
mod sockets;
mod stream;
mod tap;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use certificate::CertificateFiles;
pub use dns::SystemNames;
pub use names::{Found, NameError, NameService, Naptr, Srv};
pub use tandem_sip::digest::Algorithm;
use tandem_sip::endpoint::{Config, Endpoint};
pub use tandem_sip::registrar::RegistrarLimits;
use tandem_switchboard::ports::signalling::{LegIds, Signalling, SignallingCommand, SignallingEvent};
use tandem_switchboard::ports::trace::Traced;
use tokio::sync::mpsc;

use crate::connections::Settings;
use crate::sockets::Listen;
use crate::tap::Tap;
use crate::tls::Tls;

/// How the SIP side is set up.
#[derive(Debug, Clone)]
pub struct SipConfig {
    /// Where to listen for UDP; port 0 means any free one.
    pub udp: SocketAddr,
    /// Where to listen for TCP; port 0 means the port UDP got. Without it, connections are still opened to trunks that
    /// want TCP.
    pub tcp: Option<SocketAddr>,
    /// Where to listen for TLS, and the certificate to show. Without it, connections are still opened to trunks that
    /// want TLS.
    pub tls: Option<(SocketAddr, CertificateFiles)>,
    /// Where phones in browsers reach us by WebSocket (RFC 7118).
    pub ws: Option<SocketAddr>,
    /// The same over TLS, and the certificate to show, which is also that of `tls` where both are served.
    pub wss: Option<(SocketAddr, CertificateFiles)>,
    /// Certificates (PEM) of issuers to trust beside those of the system, where a server shows its certificate to us.
    pub tls_issuers: Option<PathBuf>,
    /// Whom to ask for names.
    pub names: Arc<dyn NameService>,
    /// Host to write into Via and Contact instead of the local address.
    pub advertised_host: Option<String>,
    /// Realm of our challenges, and domain of our users.
    pub realm: String,
    pub user_agent: String,
    /// Digest algorithms to offer, the preferred one first. MD5 alone by default: some phones refuse to go on when they
    /// see an unknown one, even beside it. Where all phones are known to understand it, put SHA-256 first.
    pub algorithms: Vec<Algorithm>,
    pub registrar: RegistrarLimits,
    /// How often phones are asked whether they are there, where nothing else tells: those in browsers, and those behind
    /// NAT that came by UDP. Proxies and NAT forget silent ones after a minute or less.
    pub ask_phones_every: Duration,
    /// Where copies of all messages go, without their secrets. A listener that is slow misses some.
    pub tap: Option<mpsc::Sender<Traced>>,
}

impl SipConfig {
    /// UDP and TCP on this address.
    pub fn new(address: SocketAddr) -> SipConfig {
        let defaults = Config::new(address);
        SipConfig {
            udp: address,
            tcp: Some(address),
            tls: None,
            ws: None,
            wss: None,
            tls_issuers: None,
            names: Arc::new(SystemNames::new()),
            advertised_host: None,
            realm: defaults.realm,
            user_agent: defaults.user_agent,
            algorithms: defaults.algorithms,
            registrar: defaults.registrar,
            ask_phones_every: defaults.nat_ping_every,
            tap: None,
        }
    }
}

/// A running SIP stack. It stops, without any farewell, when the last reference to it is gone.
#[derive(Debug)]
pub struct SipTransport {
    commands: mpsc::UnboundedSender<SignallingCommand>,
    address: SocketAddr,
    tls_address: Option<SocketAddr>,
    ws_address: Option<SocketAddr>,
    wss_address: Option<SocketAddr>,
}

impl SipTransport {
    /// Binds the sockets and starts to serve them, in a task of the current tokio runtime.
    ///
    /// # Errors
    /// When a socket cannot be bound, or a certificate cannot be read.
    pub async fn start(
        config: SipConfig,
        leg_ids: Arc<LegIds>,
        events: mpsc::UnboundedSender<SignallingEvent>,
    ) -> io::Result<Arc<SipTransport>> {
        let [(tls_wish, certificate), (wss_wish, web_certificate)] = [config.tls, config.wss]
            .map(|served| served.map_or((None, None), |(at, files)| (Some(at), Some(files))));
        let certificate = certificate.or(web_certificate);
        let tls = Tls::new(certificate.as_ref(), config.tls_issuers.as_deref())?;
        let listen = Listen { tcp: config.tcp, tls: tls_wish, ws: config.ws, wss: wss_wish };
        let bound = sockets::bind(config.udp, listen)?;
        let [tls_address, ws_address, wss_address] = [&bound.tls, &bound.ws, &bound.wss].map(|listener| {
            let address = listener.as_ref().map(tokio::net::TcpListener::local_addr).transpose();
            address.map(|address| address.map(sockets::reachable))
        });
        let (tls_address, ws_address, wss_address) = (tls_address?, ws_address?, wss_address?);
        let address = sockets::reachable(bound.address);
        let settings = Config {
            tcp: bound.tcp.as_ref().map(|_| address),
            tls: tls_address,
            ws: ws_address,
            wss: wss_address,
            advertised: config.advertised_host,
            realm: config.realm,
            user_agent: config.user_agent,
            algorithms: config.algorithms,
            registrar: config.registrar,
            nat_ping_every: config.ask_phones_every,
            ..Config::new(address)
        };
        let endpoint = Endpoint::new(settings, rand::random(), move || leg_ids.next().0);
        let (commands, inbox) = mpsc::unbounded_channel();
        let tap = Tap::new(config.tap, address);
        let settings = Settings { tls, ping_every: config.ask_phones_every };
        driver::spawn(endpoint, bound, tap, settings, config.names, inbox, events);
        tracing::info!(%address, "SIP is served");
        if let Some(address) = tls_address {
            tracing::info!(%address, "SIP over TLS is served");
        }
        for (address, over) in [(ws_address, "WebSocket"), (wss_address, "WebSocket and TLS")] {
            if let Some(address) = address {
                tracing::info!(%address, over, "SIP for browsers is served");
            }
        }
        Ok(Arc::new(SipTransport { commands, address, tls_address, ws_address, wss_address }))
    }

    /// Where phones reach us by WebSocket, if we listen.
    pub fn ws_address(&self) -> Option<SocketAddr> {
        self.ws_address
    }

    /// Where phones reach us by WebSocket over TLS, if we listen.
    pub fn wss_address(&self) -> Option<SocketAddr> {
        self.wss_address
    }

    /// Where phones and trunks reach us by TLS, if we listen.
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.tls_address
    }
}

impl Signalling for SipTransport {
    fn send(&self, command: SignallingCommand) {
        if self.commands.send(command).is_err() {
            tracing::error!("the SIP task is gone, a command is lost");
        }
    }

    fn local_address(&self) -> SocketAddr {
        self.address
    }
}
