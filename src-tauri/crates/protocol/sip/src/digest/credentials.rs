//! Credentials: Authorization and Proxy-Authorization.

use std::fmt;
use std::str::FromStr;

use subtle::ConstantTimeEq;

use super::algorithm::{Algorithm, Formula, ha1};
use super::fields::Fields;
use super::{DigestError, Qop};
use crate::message::lex;

/// A client's answer to a challenge.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub username: String,
    pub realm: String,
    pub nonce: String,
    /// As the client wrote it. Compare it with the Request-URI if that matters; proxies may have rewritten the latter.
    pub uri: String,
    /// Hex.
    pub response: String,
    pub algorithm: Algorithm,
    pub opaque: Option<String>,
    pub qop: Option<Qop>,
    /// Eight hex digits as written; see [`Credentials::nonce_count`].
    pub nc: Option<String>,
    pub cnonce: Option<String>,
}

/// What the server knows about the user.
#[derive(Clone, Copy)]
pub enum Secret<'a> {
    Password(&'a str),
    /// What [`super::ha1`] gave for the credentials' algorithm and realm.
    Ha1(&'a str),
}

impl Credentials {
    /// Whether the response is right for this method, key and body. Takes the same time wherever the response differs.
    /// Whether the nonce is ours, fresh and used for the first time with this count is for the caller to say.
    pub fn verify(&self, method: &str, secret: Secret<'_>, body: &[u8]) -> bool {
        if (self.qop.is_some() && (self.nc.is_none() || self.cnonce.is_none()))
            || (self.algorithm.is_session() && self.cnonce.is_none())
        {
            return false;
        }
        let key = match secret {
            Secret::Password(password) => ha1(self.algorithm, &self.username, &self.realm, password),
            Secret::Ha1(key) => key.to_ascii_lowercase(),
        };
        let formula = Formula {
            algorithm: self.algorithm,
            qop: self.qop,
            nonce: &self.nonce,
            nc: self.nc.as_deref().unwrap_or(""),
            cnonce: self.cnonce.as_deref().unwrap_or(""),
            method,
            uri: &self.uri,
            body,
        };
        let given = self.response.to_ascii_lowercase();
        formula.response(&key).as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// The nonce count as a number; each must be larger than the one before it with the same nonce.
    pub fn nonce_count(&self) -> Option<u32> {
        u32::from_str_radix(self.nc.as_deref()?, 16).ok()
    }
}

impl FromStr for Credentials {
    type Err = DigestError;

    /// Reads an Authorization header's value.
    fn from_str(value: &str) -> Result<Credentials, DigestError> {
        let groups = Fields::groups(value)?;
        let fields = groups.first().ok_or(DigestError::Scheme)?;
        let text = |name| fields.need(name).map(str::to_owned);
        let username = fields.need("username")?;
        let nc = fields.get("nc").map(str::to_owned);
        if nc.as_ref().is_some_and(|nc| nc.len() != 8 || !nc.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err(DigestError::NonceCount);
        }
        Ok(Credentials {
            username: lex::unquote(&format!("\"{username}\"")).unwrap_or_else(|| username.to_owned()),
            realm: text("realm")?,
            nonce: text("nonce")?,
            uri: text("uri")?,
            response: text("response")?,
            algorithm: match fields.get("algorithm") {
                Some(name) => Algorithm::parse(name).ok_or(DigestError::Algorithm)?,
                None => Algorithm::Md5,
            },
            opaque: fields.get("opaque").map(str::to_owned),
            qop: fields.get("qop").map(|q| Qop::parse(q).ok_or(DigestError::Qop)).transpose()?,
            nc,
            cnonce: fields.get("cnonce").map(str::to_owned),
        })
    }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Digest username={}, realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\", algorithm={}",
            lex::quote(&self.username),
            self.realm,
            self.nonce,
            self.uri,
            self.response,
            self.algorithm.as_str()
        )?;
        if let Some(cnonce) = &self.cnonce {
            write!(f, ", cnonce=\"{cnonce}\"")?;
        }
        if let Some(opaque) = &self.opaque {
            write!(f, ", opaque=\"{opaque}\"")?;
        }
        if let (Some(qop), Some(nc)) = (self.qop, &self.nc) {
            write!(f, ", qop={}, nc={nc}", qop.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("realm", &self.realm)
            .field("algorithm", &self.algorithm)
            .field("qop", &self.qop)
            .field("nc", &self.nc)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Secret::Password(_) => "Password(***)",
            Secret::Ha1(_) => "Ha1(***)",
        })
    }
}
