//! A customer's line: good, or with loss, delay, jitter and the rest between the customer and the exchange.

mod impairment;
mod relay;

use std::net::{IpAddr, SocketAddr};

use tandem_foundation::{CallId, LegId};
use tandem_switchboard::ports::media::{Media, RtpTerms};

pub use impairment::{Impairment, LineQuality};
pub use relay::Relay;

/// An open RTP leg, and what lies between it and the exchange.
#[derive(Debug)]
pub(crate) struct Line {
    /// Where the exchange shall send: what SDP says.
    pub local: SocketAddr,
    relay: Option<Relay>,
}

impl Line {
    /// Opens the leg; `None` where no socket can be had.
    pub fn open(
        media: &dyn Media,
        room: &CallId,
        leg: LegId,
        interface: IpAddr,
        quality: Option<LineQuality>,
    ) -> Option<Self> {
        let local = media.open_rtp_leg(room, leg, interface).ok()?;
        let relay = match quality {
            // The leg's number as seed: calls differ, and a run repeats.
            Some(quality) => Some(Relay::open(interface, local, quality, leg.0).ok()?),
            None => None,
        };
        let local = relay.as_ref().map_or(local, |relay| relay.outer);
        Some(Self { local, relay })
    }

    /// What was negotiated, led through the line.
    pub fn through(&self, terms: RtpTerms) -> RtpTerms {
        match &self.relay {
            Some(relay) => {
                relay.towards(terms.remote);
                RtpTerms { remote: relay.inner, ..terms }
            }
            None => terms,
        }
    }
}
