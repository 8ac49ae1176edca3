//! Session terms: what we offer and accept in SDP, and what the media engine makes of it.
//!
//! The port speaks of RTP terms, the peers of session descriptions; the numbers in the results are SIP statuses.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::OnceLock;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tandem_foundation::Pii;
use tandem_sdp::{
    DtlsLocal, Fingerprint, IceCredentials, LocalMedia, Negotiated, SessionDescription, SrtpKey,
};

pub use tandem_sdp::SrtpPolicy;

use crate::ports::media::{Codec, RtpTerms};
use crate::ports::signalling::Transport;
use crate::records::{Trunk, TrunkSrtp};

/// What our side would like; the default is plain RTP and every codec, G.711 before the wider ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    pub srtp: SrtpPolicy,
    /// Offered in this order; an answer takes the first of the peer's that is here.
    pub codecs: Vec<Codec>,
    /// Of our certificate, where the media engine has one: without it there is no DTLS.
    pub fingerprint: Option<Fingerprint>,
    /// The peer may be a browser, which takes nothing but the offer of [`web_offer`].
    pub web: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        let codecs = vec![Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Opus];
        Self { srtp: SrtpPolicy::Off, codecs, fingerprint: None, web: false }
    }
}

impl Wishes {
    /// A trunk's. Keys for SRTP travel in the session description, where everybody on the way can read them unless it is
    /// TLS: without a setting they are offered over TLS only.
    pub fn of_trunk(trunk: &Trunk) -> Self {
        let srtp = match (trunk.srtp, trunk.transport) {
            (Some(TrunkSrtp::Required), _) => SrtpPolicy::Required,
            (Some(TrunkSrtp::Dtls), _) => SrtpPolicy::Dtls,
            (Some(TrunkSrtp::Optional), _) | (None, Transport::Tls) => SrtpPolicy::Optional,
            (Some(TrunkSrtp::Off), _) | (None, Transport::Udp | Transport::Tcp) => SrtpPolicy::Off,
        };
        let default = Self::default();
        let codecs = if trunk.codecs.is_empty() { default.codecs } else { trunk.codecs.clone() };
        Self { srtp, codecs, ..default }
    }

    /// Those with people's phones: they get what they have, a browser its own offer. Keys are agreed on where the phone was
    /// offered some, see [`secure_offer`].
    pub fn of_people() -> Self {
        Self { web: true, srtp: SrtpPolicy::Optional, ..Self::default() }
    }

    /// What a phone is offered of whose connection anybody might read the keys.
    fn in_the_open(&self) -> Self {
        Self { srtp: SrtpPolicy::Off, ..self.clone() }
    }

    /// With keys by DTLS under this certificate, where they are wanted.
    #[must_use]
    pub fn certified(self, fingerprint: Option<Fingerprint>) -> Self {
        Self { fingerprint, ..self }
    }

    fn as_web(&self) -> Self {
        Self { srtp: SrtpPolicy::Web, ..self.clone() }
    }
}

/// The offer of a leg whose RTP socket is `local`; `session` stays the same for the life of the dialog.
pub fn offer(local: SocketAddr, session: u64) -> Bytes {
    offer_under(&Wishes::default(), local, session)
}

/// As [`offer`], with or without keys for SRTP; its answer is for [`read_answer_under`] the same policy.
pub fn offer_under(wishes: &Wishes, local: SocketAddr, session: u64) -> Bytes {
    Bytes::from(tandem_sdp::offer(&ours(wishes, local, session)).to_string())
}

/// What people's phones are offered whose signalling others may read.
pub fn open_offer(wishes: &Wishes, local: SocketAddr, session: u64) -> Bytes {
    offer_under(&wishes.in_the_open(), local, session)
}

/// What those are offered instead that registered in private: with keys for SRTP, which a phone without it passes over.
/// `None` where the peer is nobody's phone.
pub fn secure_offer(wishes: &Wishes, local: SocketAddr, session: u64) -> Option<Bytes> {
    wishes.web.then(|| offer_under(wishes, local, session))
}

/// What a browser is offered instead of [`offer_under`]: keys by DTLS, with ICE. `None` where the peer cannot be one, or
/// we have no certificate.
pub fn web_offer(wishes: &Wishes, local: SocketAddr, session: u64) -> Option<Bytes> {
    let possible = wishes.web && wishes.fingerprint.is_some();
    possible.then(|| offer_under(&wishes.as_web(), local, session))
}

/// Answers an offer; one of RTP/SAVP with a key of ours.
///
/// # Errors
/// 400 when it is not a session description, 488 when there is nothing in common.
pub fn answer(offer: &[u8], local: SocketAddr, session: u64) -> Result<(Bytes, RtpTerms), u16> {
    answer_under(&Wishes::default(), offer, local, session)
}

/// As [`answer`]; under [`SrtpPolicy::Required`] an offer without keys is refused with 488.
///
/// # Errors
/// As for [`answer`].
pub fn answer_under(
    wishes: &Wishes,
    offer: &[u8],
    local: SocketAddr,
    session: u64,
) -> Result<(Bytes, RtpTerms), u16> {
    let offered = SessionDescription::parse(offer).map_err(|_| 400_u16)?;
    let agreed =
        tandem_sdp::answer(&offered, &ours(wishes, local, session)).map_err(tandem_sdp::Refusal::status)?;
    let terms = rtp_terms(&agreed.negotiated, local)?;
    Ok((Bytes::from(agreed.description.to_string()), terms))
}

/// Reads the answer to an offer of ours.
///
/// # Errors
/// 488 when it agrees to nothing that was offered.
pub fn read_answer(sdp: &[u8], local: SocketAddr, session: u64) -> Result<RtpTerms, u16> {
    read_answer_under(&Wishes::default(), sdp, local, session)
}

/// As [`read_answer`], for an offer of [`offer_under`] or [`web_offer`], whichever the peer got.
///
/// # Errors
/// As for [`read_answer`], and 488 when the policy requires keys and none came.
pub fn read_answer_under(
    wishes: &Wishes,
    sdp: &[u8],
    local: SocketAddr,
    session: u64,
) -> Result<RtpTerms, u16> {
    let answered = SessionDescription::parse(sdp).map_err(|_| 488_u16)?;
    // Only that offer has this profile.
    let is_web = |m: &tandem_sdp::MediaDescription| m.protocol.eq_ignore_ascii_case("UDP/TLS/RTP/SAVPF");
    let took_web = wishes.web && answered.media.iter().any(is_web);
    let wishes = if took_web { wishes.as_web() } else { wishes.clone() };
    let local_media = ours(&wishes, local, session);
    let offered = tandem_sdp::offer(&local_media);
    let agreed =
        tandem_sdp::accept(&local_media, &offered, &answered).map_err(tandem_sdp::Refusal::status)?;
    rtp_terms(&agreed, local)
}

/// A description of our side under the version that may follow what we said last in the same dialog (RFC 3264 section 8):
/// a peer may take one of an old version for one that changes nothing.
pub fn following(description: Bytes, previous: &[u8]) -> Bytes {
    match (SessionDescription::parse(&description), SessionDescription::parse(previous)) {
        (Ok(now), Ok(before)) => Bytes::from(now.following(&before).to_string()),
        _ => description,
    }
}

fn ours(wishes: &Wishes, local: SocketAddr, session: u64) -> LocalMedia {
    let plain = LocalMedia::g711(local.ip(), local.port(), session, 1);
    let mut codecs: Vec<_> = wishes.codecs.iter().map(|codec| described(*codec)).collect();
    codecs.push(tandem_sdp::Codec::telephone_event(8_000, 101));
    if wishes.codecs.contains(&Codec::Opus) {
        codecs.push(tandem_sdp::Codec::telephone_event(48_000, 102));
    }
    LocalMedia {
        codecs,
        rtcp_mux: true,
        srtp: wishes.srtp,
        srtp_key: Some(srtp_key(local, session)),
        dtls: wishes
            .fingerprint
            .clone()
            .map(|fingerprint| DtlsLocal { fingerprint, ice: ice_credentials(local, session) }),
        ..plain
    }
}

fn described(codec: Codec) -> tandem_sdp::Codec {
    match codec {
        Codec::Pcmu => tandem_sdp::Codec::pcmu(),
        Codec::Pcma => tandem_sdp::Codec::pcma(),
        Codec::G722 => tandem_sdp::Codec::g722(),
        Codec::Opus => tandem_sdp::Codec::opus(111),
    }
}

/// A leg's own key, the same whenever its dialog is described anew: a changed key would be a changed description.
///
/// Derived from a secret that lives as long as the process, so that nobody has to keep keys.
fn srtp_key(local: SocketAddr, session: u64) -> SrtpKey {
    let bytes = derived("srtp", local, session);
    Pii::new(std::array::from_fn(|n| bytes[n]))
}

/// The same for what a browser checks paths with: 32 bits of name and 128 of password at least (RFC 8445 section 5.3).
fn ice_credentials(local: SocketAddr, session: u64) -> IceCredentials {
    let digits = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let bytes = derived("ice", local, session);
    IceCredentials { ufrag: digits(&bytes[..4]), password: Pii::new(digits(&bytes[4..24])) }
}

fn derived(what: &str, local: SocketAddr, session: u64) -> [u8; 32] {
    static SECRET: OnceLock<[u8; 32]> = OnceLock::new();
    let secret = SECRET.get_or_init(rand::random);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(format!("{what} {local} {session}").as_bytes());
    mac.finalize().into_bytes().into()
}

fn rtp_terms(agreed: &Negotiated, local: SocketAddr) -> Result<RtpTerms, u16> {
    let codec = match agreed.codec.name.to_ascii_uppercase().as_str() {
        "PCMU" => Codec::Pcmu,
        "PCMA" => Codec::Pcma,
        "G722" => Codec::G722,
        "OPUS" => Codec::Opus,
        _ => return Err(488),
    };
    let checked = agreed.dtls.as_ref().is_some_and(|dtls| dtls.ice.is_some());
    let held = !checked && agreed.peer.socket().is_none();
    let remote = match agreed.peer.socket() {
        // Its checks tell where it is.
        _ if checked => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 9)),
        // Nothing is sent to a peer that holds by 0.0.0.0; the address only has to be one.
        told => told.unwrap_or(local),
    };
    Ok(RtpTerms {
        remote,
        codec,
        payload_type: agreed.codec.payload_type,
        receive_payload_type: agreed.receive_payload_type,
        dtmf_payload_type: agreed.telephone_event.map(|event| event.send),
        send: agreed.direction.sends() && !held,
        receive: agreed.direction.receives(),
        srtp: agreed.srtp.clone(),
        dtls: agreed.dtls.clone().map(Box::new),
        rtcp_mux: agreed.peer.rtcp_port == agreed.peer.port,
    })
}

#[cfg(test)]
mod tests;
