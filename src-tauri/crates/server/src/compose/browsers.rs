//! Browsers as phones over WebRTC: at the address of RTP, on one of its ports.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use tandem_browser_phone::{PeerConfig, PeerConnections};
use tandem_switchboard::ports::browser_phone::BrowserPhones;

/// Starts it; a server whose ports are all taken goes on without, and browsers use the socket.
pub(super) fn start(interface: IpAddr, rtp_ports: RangeInclusive<u16>) -> Option<Arc<PeerConnections>> {
    PeerConnections::start(PeerConfig { rtp_ports, ..PeerConfig::new(interface) })
        .inspect_err(|error| tracing::warn!(%error, "browsers are phones by the socket only"))
        .ok()
}

/// The same as the port that the web edge knows.
pub(super) fn port(browsers: Option<&Arc<PeerConnections>>) -> Option<Arc<dyn BrowserPhones>> {
    browsers.map(|browsers| browsers.clone() as Arc<dyn BrowserPhones>)
}
