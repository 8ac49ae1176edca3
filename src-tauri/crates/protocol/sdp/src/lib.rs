//! Session descriptions (RFC 8866) and what two of them agree on (RFC 3264).
//!
//! [`SessionDescription`] reads and writes the text. [`offer`] (or [`reoffer`]) with [`accept`], and
//! [`answer`], negotiate one audio stream between a [`LocalMedia`] and a peer; both ways end in the same [`Negotiated`].
//!
//! Invariant: pure; no clock, no randomness, no sockets. Ports, session ids and versions come from the caller.

mod answer;
mod codec;
mod crypto;
mod description;
mod direction;
mod dtls;
mod local;
mod media;
mod negotiated;
mod offer;
mod parse;
mod write;

pub use answer::{Answer, answer};
pub use codec::{Codec, TELEPHONE_EVENT};
pub use crypto::{Crypto, CryptoSuite, Protection, SrtpKey, SrtpPolicy};
pub use description::{Attribute, Connection, Origin, SessionDescription};
pub use direction::Direction;
pub use dtls::{Dtls, DtlsLocal, Fingerprint, HashFunction, IceCredentials};
pub use local::LocalMedia;
pub use media::MediaDescription;
pub use negotiated::{EventPayloadTypes, Negotiated, Peer, Refusal};
pub use offer::{accept, offer, reoffer};
pub use parse::SdpError;
