//! Keys by a handshake on the media path: DTLS-SRTP in a description (RFC 5763, RFC 8122, RFC 8842), and what a browser
//! wants beside it, ICE of which we speak the lite part (RFC 8839).

use std::fmt::{self, Debug, Display, Formatter};
use std::str::FromStr;

use tandem_foundation::Pii;

use crate::crypto::{SrtpPolicy, is_protected, lines};
use crate::description::{Attribute, SessionDescription};
use crate::local::LocalMedia;
use crate::media::MediaDescription;

/// The hash of a certificate: `a=fingerprint` (RFC 8122 section 5).
#[derive(Clone, PartialEq, Eq)]
pub struct Fingerprint {
    pub hash: HashFunction,
    pub bytes: Vec<u8>,
}

/// The hash functions that are taken; older ones prove nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashFunction {
    Sha256,
    Sha384,
    Sha512,
}

/// An ICE user name fragment and its password, made by one side for the checks of the other (RFC 8839 section 5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IceCredentials {
    pub ufrag: String,
    pub password: Pii<String>,
}

/// Our side of a stream whose keys come by DTLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DtlsLocal {
    pub fingerprint: Fingerprint,
    /// The same for the life of a dialog.
    pub ice: IceCredentials,
}

/// What was agreed on for a stream whose keys come by DTLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dtls {
    /// Of the peer's certificate; any one of them has to match.
    pub peer: Vec<Fingerprint>,
    /// Whether we begin the handshake.
    pub active: bool,
    /// Where the peer checks paths: our credentials, and its user name fragment. Nothing is sent before a check came.
    pub ice: Option<(IceCredentials, String)>,
}

/// Who begins the handshake (RFC 4145 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setup {
    Active,
    Passive,
    ActPass,
}

impl HashFunction {
    const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    fn name_and_length(self) -> (&'static str, usize) {
        match self {
            Self::Sha256 => ("sha-256", 32),
            Self::Sha384 => ("sha-384", 48),
            Self::Sha512 => ("sha-512", 64),
        }
    }
}

impl Display for Fingerprint {
    /// The text after `a=fingerprint:`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.hash.name_and_length().0)?;
        for (at, byte) in self.bytes.iter().enumerate() {
            write!(f, "{}{byte:02X}", if at == 0 { ' ' } else { ':' })?;
        }
        Ok(())
    }
}

impl Debug for Fingerprint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, digits) = text.trim().split_once(' ').ok_or(())?;
        let known = |hash: &HashFunction| name.eq_ignore_ascii_case(hash.name_and_length().0);
        let hash = HashFunction::ALL.into_iter().find(known).ok_or(())?;
        let byte = |pair: &str| (pair.len() == 2).then(|| u8::from_str_radix(pair, 16).ok()).flatten();
        let bytes = digits.trim().split(':').map(byte).collect::<Option<Vec<u8>>>().ok_or(())?;
        if bytes.len() == hash.name_and_length().1 { Ok(Self { hash, bytes }) } else { Err(()) }
    }
}

impl Setup {
    fn of(session: &SessionDescription, media: &MediaDescription) -> Self {
        match attribute(session, media, "setup").map(str::to_ascii_lowercase).as_deref() {
            Some("active") => Self::Active,
            Some("passive") => Self::Passive,
            // Who says nothing takes what the other one does.
            _ => Self::ActPass,
        }
    }
}

/// The attribute of the section or, where it has none, of the session (RFC 8866 section 5.13, for those of DTLS and ICE).
fn attribute<'a>(
    session: &'a SessionDescription,
    media: &'a MediaDescription,
    name: &str,
) -> Option<&'a str> {
    let own = media.attribute(name);
    own.or_else(|| session.attributes.iter().find(|a| a.name == name)?.value.as_deref())
}

fn fingerprints(session: &SessionDescription, media: &MediaDescription) -> Vec<Fingerprint> {
    let read = |list: &[Attribute]| -> Vec<Fingerprint> {
        let values = list.iter().filter(|a| a.name == "fingerprint").filter_map(|a| a.value.as_deref());
        values.filter_map(|value| value.parse().ok()).collect()
    };
    let own = read(&media.attributes);
    if own.is_empty() { read(&session.attributes) } else { own }
}

/// Whether the section's keys come by DTLS. Some say so by a fingerprint alone, under the profile of other keys.
pub(crate) fn is_dtls(session: &SessionDescription, media: &MediaDescription) -> bool {
    let named =
        ["UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"].iter().any(|p| media.protocol.eq_ignore_ascii_case(p));
    let keyless = is_protected(media) && lines(media).is_empty();
    (named || keyless) && !fingerprints(session, media).is_empty()
}

/// The profile of our offer where the policy wants one with DTLS.
pub(crate) fn offered_profile(local: &LocalMedia) -> Option<&'static str> {
    match (local.srtp, &local.dtls) {
        (SrtpPolicy::Dtls, Some(_)) => Some("UDP/TLS/RTP/SAVP"),
        (SrtpPolicy::Web, Some(_)) => Some("UDP/TLS/RTP/SAVPF"),
        _ => None,
    }
}

/// The attributes of our offer.
pub(crate) fn offer(local: &LocalMedia) -> Vec<Attribute> {
    let Some(dtls) = local.dtls.as_ref().filter(|_| offered_profile(local).is_some()) else {
        return Vec::new();
    };
    let mut attributes =
        vec![Attribute::new("fingerprint", &dtls.fingerprint), Attribute::new("setup", "actpass")];
    if local.srtp == SrtpPolicy::Web {
        attributes.push(Attribute::new("mid", "0"));
        attributes.extend(ice(local, dtls));
    }
    attributes
}

/// The attributes of our answer to a section with DTLS, and what it agrees to.
pub(crate) fn answer(
    session: &SessionDescription,
    theirs: &MediaDescription,
    local: &LocalMedia,
) -> Option<(Vec<Attribute>, Dtls)> {
    let dtls = local.dtls.as_ref().filter(|_| is_dtls(session, theirs))?;
    // Whoever called us opens the way through their NAT with the first packet, so we wait for it where we may.
    let active = Setup::of(session, theirs) == Setup::Passive;
    let setup = if active { "active" } else { "passive" };
    let mut attributes =
        vec![Attribute::new("fingerprint", &dtls.fingerprint), Attribute::new("setup", setup)];
    attributes.extend(theirs.attribute("mid").map(|mid| Attribute::new("mid", mid)));
    let agreed = agreed(session, theirs, dtls, active);
    if agreed.ice.is_some() {
        attributes.extend(ice(local, dtls));
    }
    Some((attributes, agreed))
}

/// Reads the answer to an offer of ours with DTLS.
pub(crate) fn accept(
    session: &SessionDescription,
    theirs: &MediaDescription,
    local: &LocalMedia,
) -> Option<Dtls> {
    offered_profile(local)?;
    let dtls = local.dtls.as_ref().filter(|_| is_dtls(session, theirs))?;
    let active = Setup::of(session, theirs) == Setup::Passive;
    let mut agreed = agreed(session, theirs, dtls, active);
    if local.srtp != SrtpPolicy::Web {
        agreed.ice = None;
    }
    Some(agreed)
}

/// Whether the peer of this section checks paths.
pub(crate) fn has_ice(session: &SessionDescription, media: &MediaDescription) -> bool {
    attribute(session, media, "ice-ufrag").is_some() && attribute(session, media, "ice-pwd").is_some()
}

/// What stands in the session part of a description of ours with these attributes.
pub(crate) fn session_attributes(attributes: &[Attribute]) -> Vec<Attribute> {
    let has = |name: &str| attributes.iter().find(|a| a.name == name).and_then(|a| a.value.as_deref());
    let mut session = Vec::new();
    if has("ice-ufrag").is_some() {
        session.push(Attribute::flag("ice-lite"));
        session.extend(has("mid").map(|mid| Attribute::new("group", format!("BUNDLE {mid}"))));
    }
    session
}

fn agreed(session: &SessionDescription, theirs: &MediaDescription, ours: &DtlsLocal, active: bool) -> Dtls {
    let ufrag = attribute(session, theirs, "ice-ufrag").filter(|_| has_ice(session, theirs));
    let ice = ufrag.map(|ufrag| (ours.ice.clone(), ufrag.to_owned()));
    Dtls { peer: fingerprints(session, theirs), active, ice }
}

/// Our one candidate is the address in the description itself (RFC 8445 section 5.3's lite agents; type preference 126).
fn ice(local: &LocalMedia, dtls: &DtlsLocal) -> Vec<Attribute> {
    const PRIORITY: u32 = (126 << 24) | (65_535 << 8) | 255;
    let candidate = format!("1 1 UDP {PRIORITY} {} {} typ host", local.address, local.port);
    vec![
        Attribute::new("ice-ufrag", &dtls.ice.ufrag),
        Attribute::new("ice-pwd", dtls.ice.password.expose()),
        Attribute::new("candidate", candidate),
        Attribute::flag("end-of-candidates"),
    ]
}
