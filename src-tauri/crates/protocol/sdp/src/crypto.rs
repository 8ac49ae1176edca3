//! Keys for SRTP in a description: `a=crypto` (RFC 4568).

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tandem_foundation::Pii;

use crate::local::LocalMedia;
use crate::media::MediaDescription;
use crate::negotiated::Refusal;

/// Master key (16 bytes) and master salt (14 bytes), as `inline:` carries them.
pub type SrtpKey = Pii<[u8; 30]>;

/// The suites that can be agreed on (RFC 4568, section 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CryptoSuite {
    /// AES_CM_128_HMAC_SHA1_80.
    AesCm128HmacSha1_80,
    /// AES_CM_128_HMAC_SHA1_32.
    AesCm128HmacSha1_32,
}

/// Whether our offers ask for protected media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SrtpPolicy {
    /// Plain RTP is offered. A peer that offers RTP/SAVP gets it all the same.
    #[default]
    Off,
    /// Keys are offered beside RTP/AVP: a peer that knows them answers with its own, another passes them over.
    Optional,
    /// RTP/SAVP is offered, and a plain offer or answer is refused.
    Required,
    /// UDP/TLS/RTP/SAVP is offered, keys come by DTLS (RFC 5763), and a plain offer or answer is refused.
    Dtls,
    /// As browsers want it: UDP/TLS/RTP/SAVPF with ICE (RFC 8827), and nothing else.
    Web,
}

/// One `a=crypto` line that can be used: without session parameters, MKI or a second key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crypto {
    pub tag: u32,
    pub suite: CryptoSuite,
    /// What whoever wrote the line encrypts with.
    pub key: SrtpKey,
}

/// What was agreed on to protect a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    pub suite: CryptoSuite,
    /// Ours.
    pub send: SrtpKey,
    /// The peer's.
    pub receive: SrtpKey,
}

impl SrtpPolicy {
    /// Whether plain RTP is refused.
    pub(crate) fn is_strict(self) -> bool {
        matches!(self, Self::Required | Self::Dtls | Self::Web)
    }
}

impl CryptoSuite {
    fn as_str(self) -> &'static str {
        match self {
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::AesCm128HmacSha1_80, Self::AesCm128HmacSha1_32].into_iter().find(|s| s.as_str() == name)
    }
}

impl Display for Crypto {
    /// The text after `a=crypto:`; this shows the key.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} inline:{}", self.tag, self.suite.as_str(), STANDARD.encode(self.key.expose()))
    }
}

impl FromStr for Crypto {
    type Err = ();

    /// Reads the text after `a=crypto:`; what would change the packets in a way not spoken here is no use.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split_whitespace();
        let tag = words.next().and_then(|tag| tag.parse().ok()).ok_or(())?;
        let suite = words.next().and_then(CryptoSuite::parse).ok_or(())?;
        let inline = words.next().and_then(|key| key.strip_prefix("inline:")).ok_or(())?;
        // The replay window is each receiver's own affair; every other session parameter changes the packets.
        if words.any(|parameter| !parameter.starts_with("WSH=")) || inline.contains(';') {
            return Err(());
        }
        let mut parts = inline.split('|');
        let key = parts.next().and_then(|key| STANDARD.decode(key).ok()).ok_or(())?;
        // A lifetime has no colon; `MKI:length` has, and would stand in every packet.
        if parts.any(|part| part.contains(':')) {
            return Err(());
        }
        Ok(Self { tag, suite, key: Pii::new(key.try_into().map_err(|_| ())?) })
    }
}

/// Whether the profile is that of protected media.
pub(crate) fn is_protected(media: &MediaDescription) -> bool {
    ["RTP/SAVP", "RTP/SAVPF"].iter().any(|p| media.protocol.eq_ignore_ascii_case(p))
}

/// The usable lines of a section, the preferred first.
pub(crate) fn lines(media: &MediaDescription) -> Vec<Crypto> {
    let lines = media.attributes.iter().filter(|a| a.name == "crypto");
    lines.filter_map(|a| a.value.as_deref()?.parse().ok()).collect()
}

/// What we offer: the profile and the lines.
pub(crate) fn offered(local: &LocalMedia) -> (&'static str, Vec<Crypto>) {
    let line = |tag, suite, key: &SrtpKey| Crypto { tag, suite, key: key.clone() };
    let lines = |key: &SrtpKey| {
        vec![line(1, CryptoSuite::AesCm128HmacSha1_80, key), line(2, CryptoSuite::AesCm128HmacSha1_32, key)]
    };
    match (local.srtp, &local.srtp_key) {
        (SrtpPolicy::Off, _) | (_, None) => ("RTP/AVP", Vec::new()),
        (SrtpPolicy::Optional, Some(key)) => ("RTP/AVP", lines(key)),
        // Those of DTLS come here where there is no certificate.
        (SrtpPolicy::Required | SrtpPolicy::Dtls | SrtpPolicy::Web, Some(key)) => ("RTP/SAVP", lines(key)),
    }
}

/// Chooses from an offered section: our line of the answer and what it agrees to, or nothing for plain RTP.
pub(crate) fn choose(
    theirs: &MediaDescription,
    local: &LocalMedia,
) -> Result<Option<(Crypto, Protection)>, Refusal> {
    let wanted = is_protected(theirs) || local.srtp != SrtpPolicy::Off;
    let chosen = local.srtp_key.as_ref().filter(|_| wanted).and_then(|ours| {
        let line = lines(theirs).into_iter().next()?;
        let answer = Crypto { key: ours.clone(), ..line };
        Some((answer, Protection { suite: line.suite, send: ours.clone(), receive: line.key }))
    });
    if chosen.is_none() && (is_protected(theirs) || local.srtp.is_strict()) {
        return Err(Refusal::Keys);
    }
    Ok(chosen)
}

/// Reads the answer to an offered section; the tag says which line of the offer was taken (RFC 4568, section 7.1.3).
pub(crate) fn agreed(
    ours: &MediaDescription,
    theirs: &MediaDescription,
    policy: SrtpPolicy,
) -> Result<Option<Protection>, Refusal> {
    let offered = lines(ours);
    let agreed = lines(theirs).into_iter().find_map(|answer| {
        let line = offered.iter().find(|o| o.tag == answer.tag && o.suite == answer.suite)?;
        Some(Protection { suite: line.suite, send: line.key.clone(), receive: answer.key })
    });
    let protected = is_protected(ours) || is_protected(theirs) || policy.is_strict();
    if agreed.is_none() && protected { Err(Refusal::Keys) } else { Ok(agreed) }
}
