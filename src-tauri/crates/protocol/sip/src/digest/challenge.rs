//! Challenges: WWW-Authenticate and Proxy-Authenticate.

use std::fmt;
use std::str::FromStr;

use super::algorithm::{Algorithm, Formula, ha1};
use super::credentials::Credentials;
use super::fields::Fields;
use super::{DigestError, Qop};
use crate::message::Headers;

/// A server's demand for credentials. Texts are without their quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    pub realm: String,
    pub nonce: String,
    pub opaque: Option<String>,
    pub algorithm: Algorithm,
    /// Empty for RFC 2069's scheme, without nonce counts.
    pub qop: Vec<Qop>,
    /// The nonce was too old, the password may well be right.
    pub stale: bool,
}

/// What a client answers a challenge with.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    pub method: &'a str,
    /// The Request-URI as it is written in the request.
    pub uri: &'a str,
    pub user: &'a str,
    pub password: &'a str,
    pub body: &'a [u8],
    /// Fresh and random.
    pub cnonce: &'a str,
    /// How many requests, with this one, were made with this nonce; the first is 1.
    pub nc: u32,
}

/// The strongest challenge under `name` ("WWW-Authenticate" or "Proxy-Authenticate") that can be answered; among
/// equals the first, which the server prefers (RFC 8760 section 2.4). Challenges of unknown schemes or algorithms are
/// passed over.
pub fn best_challenge(headers: &Headers, name: &str) -> Option<Challenge> {
    let mut best: Option<Challenge> = None;
    for value in headers.get_all(name) {
        // One that cannot be read does not take the others away.
        let Ok(groups) = Fields::groups(value) else { continue };
        for challenge in groups.iter().filter_map(|f| Challenge::read(f).ok()) {
            if best.as_ref().is_none_or(|b| challenge.algorithm.strength() > b.algorithm.strength()) {
                best = Some(challenge);
            }
        }
    }
    best
}

impl Challenge {
    /// A challenge with qop "auth" only, the one every phone understands.
    pub fn new(algorithm: Algorithm, realm: &str, nonce: &str) -> Challenge {
        Challenge {
            realm: realm.to_owned(),
            nonce: nonce.to_owned(),
            opaque: None,
            algorithm,
            qop: vec![Qop::Auth],
            stale: false,
        }
    }

    /// The credentials for one request; their `to_string()` is the Authorization header's value.
    pub fn answer(&self, attempt: &Attempt<'_>) -> Credentials {
        let qop = match self.qop[..] {
            [] => None,
            _ if self.qop.contains(&Qop::Auth) => Some(Qop::Auth),
            _ => Some(Qop::AuthInt),
        };
        let nc = format!("{:08x}", attempt.nc);
        let formula = Formula {
            algorithm: self.algorithm,
            qop,
            nonce: &self.nonce,
            nc: &nc,
            cnonce: attempt.cnonce,
            method: attempt.method,
            uri: attempt.uri,
            body: attempt.body,
        };
        let key = ha1(self.algorithm, attempt.user, &self.realm, attempt.password);
        let response = formula.response(&key);
        // A session key needs the client nonce even where there is no qop.
        let cnonce = (qop.is_some() || self.algorithm.is_session()).then(|| attempt.cnonce.to_owned());
        Credentials {
            username: attempt.user.to_owned(),
            realm: self.realm.clone(),
            nonce: self.nonce.clone(),
            uri: attempt.uri.to_owned(),
            response,
            algorithm: self.algorithm,
            opaque: self.opaque.clone(),
            qop,
            nc: qop.map(|_| nc),
            cnonce,
        }
    }

    /// Whether credentials answer this very challenge: same realm, nonce, opaque and algorithm, and one of the qops that
    /// were offered. Without this check a client could choose a weaker scheme than was asked for.
    pub fn covers(&self, credentials: &Credentials) -> bool {
        let qop = match credentials.qop {
            Some(qop) => self.qop.contains(&qop),
            None => self.qop.is_empty(),
        };
        qop && self.realm == credentials.realm
            && self.nonce == credentials.nonce
            && self.opaque == credentials.opaque
            && self.algorithm == credentials.algorithm
    }

    fn read(fields: &Fields<'_>) -> Result<Challenge, DigestError> {
        let algorithm = match fields.get("algorithm") {
            Some(name) => Algorithm::parse(name).ok_or(DigestError::Algorithm)?,
            None => Algorithm::Md5,
        };
        let offered = fields.get("qop").unwrap_or("");
        let qop: Vec<Qop> = offered.split(',').filter_map(|q| Qop::parse(q.trim())).collect();
        if qop.is_empty() && !offered.trim().is_empty() {
            return Err(DigestError::Qop);
        }
        Ok(Challenge {
            realm: fields.need("realm")?.to_owned(),
            nonce: fields.need("nonce")?.to_owned(),
            opaque: fields.get("opaque").map(str::to_owned),
            algorithm,
            qop,
            stale: fields.get("stale").is_some_and(|s| s.eq_ignore_ascii_case("true")),
        })
    }
}

impl FromStr for Challenge {
    type Err = DigestError;

    /// Reads the first Digest challenge of a header value.
    fn from_str(value: &str) -> Result<Challenge, DigestError> {
        Challenge::read(Fields::groups(value)?.first().ok_or(DigestError::Scheme)?)
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest realm=\"{}\", nonce=\"{}\"", self.realm, self.nonce)?;
        if let Some(opaque) = &self.opaque {
            write!(f, ", opaque=\"{opaque}\"")?;
        }
        if self.stale {
            f.write_str(", stale=true")?;
        }
        write!(f, ", algorithm={}", self.algorithm.as_str())?;
        if !self.qop.is_empty() {
            let list: Vec<&str> = self.qop.iter().map(|q| q.as_str()).collect();
            write!(f, ", qop=\"{}\"", list.join(","))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("method", &self.method).field("nc", &self.nc).finish_non_exhaustive()
    }
}
