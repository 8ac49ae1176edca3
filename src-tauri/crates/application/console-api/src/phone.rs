//! A browser's phone over WebRTC: one offer, one answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::check::{self, Check, Findings};

/// The longest SDP that is read.
const LONGEST: usize = 32_768;

/// A browser's offer: one audio section that sends and receives, and a data channel. Its candidates are not needed, since
/// we answer its checks wherever they come from (ICE-lite, RFC 8445, section 2.5).
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneOffer {
    /// As `RTCPeerConnection.createOffer` gives it.
    #[schema(min_length = 1, max_length = 32768)]
    pub sdp: String,
}

/// Our answer to it, candidates included. The phone counts as connected from the message `hello` on the browser's data
/// channel; see PhoneMessage.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhoneAnswer {
    /// For `RTCPeerConnection.setRemoteDescription`.
    pub sdp: String,
}

impl Check for PhoneOffer {
    fn check(&self, found: &mut Findings) {
        check::length(found, "sdp", &self.sdp, 1, LONGEST);
    }
}

// Either holds the passwords of its side's connectivity checks.
impl std::fmt::Debug for PhoneOffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhoneOffer(***)")
    }
}

impl std::fmt::Debug for PhoneAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhoneAnswer(***)")
    }
}
