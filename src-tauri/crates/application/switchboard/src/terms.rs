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

    /// Those with people's phones: they get what they have, a browser its own offer.
    pub fn of_people() -> Self {
        Self { web: true, ..Self::default() }
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

    fn certified(wishes: Wishes, byte: u8) -> Wishes {
        let hash = tandem_sdp::HashFunction::Sha256;
        wishes.certified(Some(Fingerprint { hash, bytes: vec![byte; 32] }))
    }

    #[test]
    fn whichever_offer_a_persons_phone_took_its_answer_is_read() {
        let people = certified(Wishes::of_people(), 1);
        let phone = certified(Wishes::default(), 2);
        let plain = offer_under(&people, at(4_000), 7);
        let web = web_offer(&people, at(4_000), 7).expect("with a certificate");
        let (answered, _) = answer_under(&phone, &plain, at(5_000), 8).expect("agreed");
        let terms = read_answer_under(&people, &answered, at(4_000), 7).expect("agreed");
        assert!(terms.dtls.is_none() && terms.remote == at(5_000));
        let (answered, theirs) = answer_under(&phone, &web, at(5_000), 8).expect("agreed");
        let terms = read_answer_under(&people, &answered, at(4_000), 7).expect("agreed");
        let (ours, theirs) = (terms.dtls.expect("by DTLS"), theirs.dtls.expect("by DTLS"));
        assert_eq!((ours.peer[0].bytes[0], theirs.peer[0].bytes[0]), (2, 1));
        assert!(terms.remote.ip().is_unspecified() && terms.send, "found out by checks");
        assert_eq!(web_offer(&people, at(4_000), 7), Some(web), "the same credentials again");
        assert_eq!(web_offer(&certified(Wishes::default(), 1), at(4_000), 7), None);
        assert_eq!(web_offer(&Wishes::of_people(), at(4_000), 7), None);
    }

    #[test]
    fn a_trunk_that_wants_dtls_gets_it() {
        let ours = certified(Wishes { srtp: SrtpPolicy::Dtls, ..Wishes::default() }, 1);
        let offered = offer_under(&ours, at(4_000), 7);
        let (answered, theirs) =
            answer_under(&certified(Wishes::default(), 2), &offered, at(5_000), 8).expect("agreed");
        let terms = read_answer_under(&ours, &answered, at(4_000), 7).expect("agreed");
        assert!(terms.dtls.is_some_and(|dtls| dtls.active && dtls.ice.is_none()));
        assert!(theirs.dtls.is_some() && terms.remote == at(5_000));
        assert_eq!(answer(&offered, at(5_000), 8).expect_err("no certificate"), 488);
    }

    #[test]
    fn without_a_setting_a_trunk_offers_keys_over_tls_only() {
        let row = |transport, srtp| Trunk {
            id: "trunk_1".into(),
            org: "org_1".into(),
            name: "Carrier".into(),
            host: "sip.example".into(),
            transport,
            domain: None,
            username: None,
            password: None,
            register_s: None,
            accept_from: Vec::new(),
            options_every_s: 0,
            srtp,
            codecs: Vec::new(),
            caller_id: None,
            max_cps: 1,
            max_channels: 1,
            enabled: true,
            created_at: crate::records::UnixMs(0),
        };
        for (transport, srtp, policy) in [
            (Transport::Udp, None, SrtpPolicy::Off),
            (Transport::Tcp, None, SrtpPolicy::Off),
            (Transport::Tls, None, SrtpPolicy::Optional),
            (Transport::Tls, Some(TrunkSrtp::Off), SrtpPolicy::Off),
            (Transport::Udp, Some(TrunkSrtp::Required), SrtpPolicy::Required),
            (Transport::Udp, Some(TrunkSrtp::Dtls), SrtpPolicy::Dtls),
        ] {
            let wishes = Wishes::of_trunk(&row(transport, srtp));
            assert_eq!((wishes.srtp, wishes.codecs), (policy, Wishes::default().codecs));
        }
        let chosen = Trunk { codecs: vec![Codec::Opus], ..row(Transport::Tls, None) };
        assert_eq!(Wishes::of_trunk(&chosen).codecs, [Codec::Opus]);
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
