//! Organisations, people, keys, sessions, trunks and numbers.

use serde::{Deserialize, Serialize};
use tandem_foundation::{KeyId, NumberId, OrgId, Pii, SessionId, TrunkId, UserId};
pub use tandem_routing::Route;

use super::{Contract, UnixMs};
use crate::ports::media::Codec;
use crate::ports::signalling::Transport;

/// An organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct Organisation {
    pub id: OrgId,
    pub name: String,
    /// IANA time zone (`Asia/Jakarta`).
    pub time_zone: String,
    pub created_at: UnixMs,
}

/// What a person or key may do; each role may do all that the ones after it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserRole {
    Agent,
    Supervisor,
    Admin,
    Owner,
}

/// A person who signs in and may have a phone.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    pub id: UserId,
    pub org: OrgId,
    pub email: Pii<String>,
    pub name: String,
    pub role: UserRole,
    /// PHC string (Argon2id).
    pub password_hash: Pii<String>,
    /// SIP user name of this person's phones, unique on the server.
    pub phone_name: Option<String>,
    pub phone_password: Option<Pii<String>>,
    pub enabled: bool,
    pub created_at: UnixMs,
}

/// A program's key. The secret is shown once; only its SHA-256 is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiKey {
    pub id: KeyId,
    pub org: OrgId,
    pub name: String,
    pub role: UserRole,
    /// The contract that it is for; `None`: our own API. It opens nothing else.
    pub contract: Option<Contract>,
    /// First characters of the key as shown in lists (`tk_live_ab12…`).
    pub shown_prefix: String,
    /// Lower-case hexadecimal SHA-256 of the whole key.
    pub hash: String,
    pub created_at: UnixMs,
    pub last_used_at: Option<UnixMs>,
    /// It opens nothing from then on.
    pub expires_at: Option<UnixMs>,
    pub revoked_at: Option<UnixMs>,
}

/// A signed-in browser or window.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub id: SessionId,
    pub org: OrgId,
    pub user: UserId,
    /// Lower-case hexadecimal SHA-256 of the cookie's token.
    pub token_hash: String,
    pub created_at: UnixMs,
    pub seen_at: UnixMs,
    /// Absolute end.
    pub expires_at: UnixMs,
}

/// A SIP trunk of an organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct Trunk {
    pub id: TrunkId,
    pub org: OrgId,
    pub name: String,
    pub host: String,
    pub transport: Transport,
    pub domain: Option<String>,
    pub username: Option<String>,
    pub password: Option<Pii<String>>,
    /// Ask for a registration of so many seconds; `None`: the trunk takes us by address.
    pub register_s: Option<u32>,
    /// Source addresses accepted without a challenge.
    pub accept_from: Vec<String>,
    pub options_every_s: u32,
    /// `None`: as the transport has it, see [`crate::terms::Wishes::of_trunk`].
    pub srtp: Option<TrunkSrtp>,
    /// In the order of preference; empty: every codec we have, in our order.
    pub codecs: Vec<Codec>,
    /// Caller id shown where the call names none.
    pub caller_id: Option<Pii<String>>,
    pub max_cps: u32,
    pub max_channels: u32,
    pub enabled: bool,
    pub created_at: UnixMs,
}

/// Whether the audio of a trunk's calls is encrypted (SRTP, with keys in the session description by RFC 4568).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrunkSrtp {
    /// Never offered.
    Off,
    /// Offered, and done without where the peer has none.
    Optional,
    /// A call without it is refused.
    Required,
    /// As `Required`, with keys by a handshake of the two ends (DTLS, RFC 5763) in what we offer.
    Dtls,
}

/// A telephone number of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    pub id: NumberId,
    pub org: OrgId,
    /// E.164 with `+`.
    pub number: Pii<String>,
    pub label: String,
    pub trunk: TrunkId,
    pub route: Option<Route>,
    pub created_at: UnixMs,
}

impl Serialize for Transport {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
            Transport::Tls => "tls",
        })
    }
}

impl<'de> Deserialize<'de> for Transport {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "udp" => Ok(Transport::Udp),
            "tcp" => Ok(Transport::Tcp),
            "tls" => Ok(Transport::Tls),
            other => {
                Err(serde::de::Error::custom(format!("transport: expected udp, tcp or tls, got {other:?}")))
            }
        }
    }
}
