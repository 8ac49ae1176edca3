//! Session terms: what we offer and accept in SDP, and what the media engine makes of it.
//!
//! The port speaks of RTP terms, the peers of session descriptions; the numbers in the results are SIP statuses.

use std::net::SocketAddr;
use std::sync::OnceLock;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tandem_foundation::Pii;
use tandem_sdp::{LocalMedia, Negotiated, SessionDescription, SrtpKey};

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
}

impl Default for Wishes {
    fn default() -> Self {
        let codecs = vec![Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Opus];
        Self { srtp: SrtpPolicy::Off, codecs }
    }
}

impl Wishes {
    /// A trunk's. Keys for SRTP travel in the session description, where everybody on the way can read them unless it is
    /// TLS: without a setting they are offered over TLS only.
    pub fn of_trunk(trunk: &Trunk) -> Self {
        let srtp = match (trunk.srtp, trunk.transport) {
            (Some(TrunkSrtp::Required), _) => SrtpPolicy::Required,
            (Some(TrunkSrtp::Optional), _) | (None, Transport::Tls) => SrtpPolicy::Optional,
            (Some(TrunkSrtp::Off), _) | (None, Transport::Udp | Transport::Tcp) => SrtpPolicy::Off,
        };
        let default = Self::default();
        let codecs = if trunk.codecs.is_empty() { default.codecs } else { trunk.codecs.clone() };
        Self { srtp, codecs }
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

/// As [`read_answer`], for an offer of [`offer_under`].
///
/// # Errors
/// As for [`read_answer`], and 488 when the policy requires keys and none came.
pub fn read_answer_under(
    wishes: &Wishes,
    sdp: &[u8],
    local: SocketAddr,
    session: u64,
) -> Result<RtpTerms, u16> {
    let local_media = ours(wishes, local, session);
    let answered = SessionDescription::parse(sdp).map_err(|_| 488_u16)?;
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
    static SECRET: OnceLock<[u8; 32]> = OnceLock::new();
    let secret = SECRET.get_or_init(rand::random);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(format!("srtp {local} {session}").as_bytes());
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    Pii::new(std::array::from_fn(|n| bytes[n]))
}

fn rtp_terms(agreed: &Negotiated, local: SocketAddr) -> Result<RtpTerms, u16> {
    let codec = match agreed.codec.name.to_ascii_uppercase().as_str() {
        "PCMU" => Codec::Pcmu,
        "PCMA" => Codec::Pcma,
        "G722" => Codec::G722,
        "OPUS" => Codec::Opus,
        _ => return Err(488),
    };
    let held = agreed.peer.socket().is_none();
    Ok(RtpTerms {
        // Nothing is sent to a peer that holds by 0.0.0.0; the address only has to be one.
        remote: agreed.peer.socket().unwrap_or(local),
        codec,
        payload_type: agreed.codec.payload_type,
        receive_payload_type: agreed.receive_payload_type,
        dtmf_payload_type: agreed.telephone_event.map(|event| event.send),
        send: agreed.direction.sends() && !held,
        receive: agreed.direction.receives(),
        srtp: agreed.srtp.clone(),
        rtcp_mux: agreed.peer.rtcp_port == agreed.peer.port,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    #[test]
    fn two_ends_agree_on_where_to_send_and_in_what() {
        let offered = offer(at(4_000), 7);
        let (answered, theirs) = answer(&offered, at(5_000), 8).expect("agreed");
        let ours = read_answer(&answered, at(4_000), 7).expect("agreed");
        assert_eq!((theirs.remote, ours.remote), (at(4_000), at(5_000)));
        assert_eq!((ours.codec, theirs.codec), (Codec::Pcmu, Codec::Pcmu));
        assert!(ours.dtmf_payload_type.is_some() && ours.send && ours.receive);
    }

    #[test]
    fn keys_are_offered_by_policy_and_answered_always_and_stay_the_same() {
        let under = |srtp| Wishes { srtp, ..Wishes::default() };
        for wishes in [SrtpPolicy::Optional, SrtpPolicy::Required].map(under) {
            let offered = offer_under(&wishes, at(4_000), 7);
            let (answered, theirs) = answer_under(&wishes, &offered, at(5_000), 8).expect("agreed");
            let ours = read_answer_under(&wishes, &answered, at(4_000), 7).expect("agreed");
            let (ours, theirs) = (ours.srtp.expect("protected"), theirs.srtp.expect("protected"));
            assert_eq!((&ours.send, &ours.receive), (&theirs.receive, &theirs.send));
            assert_ne!(ours.send, ours.receive);
            assert_eq!(offered, offer_under(&wishes, at(4_000), 7), "the same key again");
        }
        let required = under(SrtpPolicy::Required);
        let secured = offer_under(&required, at(4_000), 7);
        assert!(answer(&secured, at(5_000), 8).expect("accepted").1.srtp.is_some());
        let (plain, _) = answer(&offer(at(4_000), 7), at(5_000), 8).expect("agreed");
        assert_eq!(read_answer_under(&required, &plain, at(4_000), 7), Err(488));
    }

    #[test]
    fn a_changed_description_of_a_dialog_has_the_next_version() {
        let version = |sdp: &[u8]| SessionDescription::parse(sdp).expect("ours").origin.version;
        let plain = offer(at(4_000), 7);
        let holding = String::from_utf8_lossy(&plain).replace("sendrecv", "sendonly");
        let (first, _) = answer(&plain, at(5_000), 8).expect("agreed");
        let (held, _) = answer(holding.as_bytes(), at(5_000), 8).expect("agreed");
        let held = following(held, &first);
        assert_eq!(version(&held), version(&first) + 1);
        let (again, _) = answer(holding.as_bytes(), at(5_000), 8).expect("agreed");
        assert_eq!(following(again, &held), held, "nothing changed");
        let (resumed, _) = answer(&plain, at(5_000), 8).expect("agreed");
        assert_eq!(version(&following(resumed, &held)), version(&first) + 2);
    }

    #[test]
    fn the_first_codec_of_the_offer_that_both_have_is_taken() {
        for codec in Wishes::default().codecs {
            let first = Wishes { codecs: vec![codec, Codec::Pcma], ..Wishes::default() };
            let offered = offer_under(&first, at(4_000), 7);
            let (answered, theirs) = answer(&offered, at(5_000), 8).expect("agreed");
            let ours = read_answer_under(&first, &answered, at(4_000), 7).expect("agreed");
            assert_eq!((theirs.codec, ours.codec), (codec, codec));
            assert!(theirs.dtmf_payload_type.is_some());
        }
        let narrow = Wishes { codecs: vec![Codec::Pcma], ..Wishes::default() };
        let (_, terms) = answer_under(&narrow, &offer(at(4_000), 7), at(5_000), 8).expect("agreed");
        assert_eq!(terms.codec, Codec::Pcma);
    }

    #[test]
    fn a_peer_that_holds_is_not_sent_to() {
        let held = String::from_utf8_lossy(&offer(at(4_000), 7)).replace("sendrecv", "sendonly");
        let (_, terms) = answer(held.as_bytes(), at(5_000), 8).expect("agreed");
        assert!(!terms.send && terms.receive);
    }

    #[test]
    fn nothing_in_common_is_488_and_nonsense_400() {
        let video = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 9 RTP/AVP 96\r\n";
        assert_eq!(answer(video.as_bytes(), at(5_000), 8).expect_err("no audio"), 488);
        assert_eq!(answer(b"hello", at(5_000), 8).expect_err("no SDP"), 400);
    }
}
