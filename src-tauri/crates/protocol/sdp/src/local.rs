//! What our side brings into a negotiation.

use std::net::IpAddr;

use crate::codec::Codec;
use crate::crypto::{Crypto, SrtpKey, SrtpPolicy};
use crate::description::{Attribute, Connection, SessionDescription};
use crate::direction::Direction;
use crate::dtls::{self, DtlsLocal};
use crate::media::MediaDescription;

/// Our end of one audio stream, and how to sign the description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalMedia {
    /// Where the peer shall send to.
    pub address: IpAddr,
    /// Never 0.
    pub port: u16,
    /// What can be received and sent, the preferred first, with the payload types to offer. Entries named
    /// "telephone-event" say that keys can be received and sent at that clock rate.
    pub codecs: Vec<Codec>,
    /// What we want: sendonly or inactive to hold the peer.
    pub direction: Direction,
    /// Milliseconds of audio in a packet we like to receive, and send where the peer has no wish.
    pub ptime: u32,
    /// Whether our port tells RTP and RTCP apart, so that both may share it (RFC 5761); used where the peer agrees.
    pub rtcp_mux: bool,
    /// Whether our offers ask for SRTP.
    pub srtp: SrtpPolicy,
    /// What we encrypt with, where that is agreed; the same for the life of a dialog. Without it every stream is plain.
    pub srtp_key: Option<SrtpKey>,
    /// Our certificate, where keys can come by DTLS. Offers of it are answered; ours go by the policy.
    pub dtls: Option<DtlsLocal>,
    /// The same for the life of a dialog.
    pub session_id: u64,
    /// One more than last time if the description changed (RFC 3264 section 8).
    pub version: u64,
}

impl LocalMedia {
    /// PCMU, PCMA and telephone keys in packets of 20 ms, both ways.
    pub fn g711(address: IpAddr, port: u16, session_id: u64, version: u64) -> LocalMedia {
        LocalMedia {
            address,
            port,
            codecs: vec![Codec::pcmu(), Codec::pcma(), Codec::telephone_event(8000, 101)],
            direction: Direction::SendRecv,
            ptime: 20,
            rtcp_mux: false,
            srtp: SrtpPolicy::Off,
            srtp_key: None,
            dtls: None,
            session_id,
            version,
        }
    }

    /// A media section at our address with these codecs.
    pub(crate) fn section(
        &self,
        protocol: &str,
        codecs: &[Codec],
        direction: Direction,
        rtcp_mux: bool,
        crypto: &[Crypto],
        dtls: Vec<Attribute>,
    ) -> MediaDescription {
        let mut attributes = Vec::new();
        for codec in codecs {
            attributes.push(Attribute::new("rtpmap", codec.rtpmap()));
            if let Some(parameters) = &codec.format_parameters {
                attributes.push(Attribute::new("fmtp", format!("{} {parameters}", codec.payload_type)));
            }
        }
        attributes.push(Attribute::new("ptime", self.ptime));
        attributes.push(Attribute::flag(direction.as_str()));
        if rtcp_mux {
            attributes.push(Attribute::flag("rtcp-mux"));
        }
        attributes.extend(crypto.iter().map(|line| Attribute::new("crypto", line)));
        attributes.extend(dtls);
        MediaDescription {
            kind: "audio".to_owned(),
            port: self.port,
            port_count: None,
            protocol: protocol.to_owned(),
            formats: codecs.iter().map(|c| c.payload_type.to_string()).collect(),
            connection: None,
            attributes,
            other: Vec::new(),
        }
    }

    /// The session part of a description whose section has these attributes of DTLS.
    pub(crate) fn session(&self, dtls: &[Attribute]) -> SessionDescription {
        let mut session = SessionDescription::new(self.address, self.session_id, self.version);
        session.attributes = dtls::session_attributes(dtls);
        session.connection = Some(Connection { address: self.address.to_string() });
        session
    }
}
