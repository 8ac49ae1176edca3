//! What both ends agreed on.

use std::net::{IpAddr, SocketAddr};

use crate::codec::Codec;
use crate::crypto::{Protection, is_protected, lines};
use crate::description::SessionDescription;
use crate::direction::Direction;
use crate::dtls::{Dtls, has_ice, is_dtls};
use crate::local::LocalMedia;
use crate::media::MediaDescription;

/// An agreed audio stream, seen from our end. The same whether we offered or answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiated {
    /// The encoding to send, under the payload type the peer expects and with the peer's format parameters.
    pub codec: Codec,
    /// The payload type the same encoding comes in under; it differs from the codec's only by the peer's choice.
    pub receive_payload_type: u8,
    /// Absent if the peer cannot take keys as RTP events.
    pub telephone_event: Option<EventPayloadTypes>,
    /// Where to send to.
    pub peer: Peer,
    /// What we may do, after both ends' wishes.
    pub direction: Direction,
    /// Whether the peer holds us: it wants to receive nothing, said by direction or by the address 0.0.0.0.
    pub held_by_peer: bool,
    /// Milliseconds of audio to put in a packet.
    pub ptime: u32,
    /// Absent for plain RTP, and where keys come by DTLS.
    pub srtp: Option<Protection>,
    /// What the handshake on the media path goes by, where there is one.
    pub dtls: Option<Dtls>,
    /// Which of the description's media sections this is, from 0.
    pub section: usize,
}

/// The payload types of named events (RFC 4733), both at `clock_rate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPayloadTypes {
    pub send: u8,
    pub receive: u8,
    /// Hz.
    pub clock_rate: u32,
}

/// The far end of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// An address or, rarely, a name; "0.0.0.0" under RFC 2543's hold.
    pub host: String,
    pub port: u16,
    /// The port of RTCP: the same if `a=rtcp-mux` was agreed, or that of `a=rtcp`, or the next one.
    pub rtcp_port: u16,
}

/// Why there is no stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("agreeing on media: the peer describes no audio stream")]
    NoAudio,
    #[error("agreeing on media: the peer refused or removed the audio stream")]
    AudioRefused,
    #[error("agreeing on media: the audio comes under a protocol that is not spoken here")]
    Protocol,
    #[error("agreeing on media: no keys for SRTP in common, and plain RTP is not allowed")]
    Keys,
    #[error("agreeing on media: no codec in common")]
    NoCommonCodec,
}

impl Refusal {
    /// The SIP status for an offer that ends like this (RFC 3264 section 6, RFC 3261 section 21.4.26).
    pub fn status(self) -> u16 {
        488
    }
}

impl Peer {
    /// Where to send to, unless the host is a name or nothing can be sent there.
    pub fn socket(&self) -> Option<SocketAddr> {
        let ip: IpAddr = self.host.parse().ok()?;
        (!ip.is_unspecified()).then_some(SocketAddr::new(ip, self.port))
    }
}

/// The first section that is live audio we can speak: plain, or with keys that we can answer.
pub(crate) fn audio_section(session: &SessionDescription, local: &LocalMedia) -> Result<usize, Refusal> {
    let is_audio = |m: &MediaDescription| m.kind.eq_ignore_ascii_case("audio");
    let audio = || session.media.iter().filter(|m| is_audio(m));
    let keyed = |m: &MediaDescription| is_protected(m) && local.srtp_key.is_some() && !lines(m).is_empty();
    let handshaking = |m: &MediaDescription| local.dtls.is_some() && is_dtls(session, m);
    let usable =
        |m: &MediaDescription| is_audio(m) && m.port != 0 && (is_plain_rtp(m) || keyed(m) || handshaking(m));
    session.media.iter().position(usable).ok_or(match () {
        () if audio().next().is_none() => Refusal::NoAudio,
        () if audio().all(|m| m.port == 0) => Refusal::AudioRefused,
        () if audio().any(|m| is_protected(m) || is_dtls(session, m)) => Refusal::Keys,
        () => Refusal::Protocol,
    })
}

/// RTP with or without early feedback.
fn is_plain_rtp(media: &MediaDescription) -> bool {
    media.protocol.eq_ignore_ascii_case("RTP/AVP") || media.protocol.eq_ignore_ascii_case("RTP/AVPF")
}

/// The peer's address for a section. Without any `c=` line, which is malformed but met, that of `o=` must do.
pub(crate) fn peer(session: &SessionDescription, media: &MediaDescription, rtcp_mux: bool) -> Peer {
    let host = media.connection(session).map_or(&session.origin.address, |c| &c.address).clone();
    let told = media.attribute("rtcp").and_then(|v| v.split_whitespace().next()?.parse().ok());
    let rtcp_port = if rtcp_mux { media.port } else { told.unwrap_or(media.port.saturating_add(1)) };
    Peer { host, port: media.port, rtcp_port }
}

/// What the peer of this section wants to do, hold by address included.
pub(crate) fn peer_direction(session: &SessionDescription, media: &MediaDescription) -> Direction {
    let told = media.direction(session);
    // Who checks paths has no address to name before it has found one (RFC 8839 section 4.2.1.2).
    let hold = !has_ice(session, media) && media.connection(session).is_some_and(|c| c.is_hold());
    let receives = told.receives() && !hold;
    Direction::new(told.sends(), receives)
}

/// The packet duration to send: the peer's wish within its limit, or ours.
pub(crate) fn ptime(media: &MediaDescription, ours: u32) -> u32 {
    let wish = media.ptime().filter(|ms| ms.is_multiple_of(10) && *ms <= 120).unwrap_or(ours);
    match media.maxptime().filter(|ms| *ms >= 10) {
        Some(most) => wish.min(most - most % 10),
        None => wish,
    }
}

/// The event payload types to use beside a codec: those of its clock rate, or else those of 8000 Hz, which older peers
/// use beside anything (RFC 4733 section 2.1 wants the rates to be the same).
pub(crate) fn events<'a>(
    peers: &'a [Codec],
    ours: &'a [Codec],
    clock_rate: u32,
) -> Option<(&'a Codec, &'a Codec)> {
    [clock_rate, 8000].into_iter().find_map(|rate| {
        let at = |list: &'a [Codec]| list.iter().find(|c| c.is_telephone_event() && c.clock_rate == rate);
        at(peers).zip(at(ours))
    })
}
