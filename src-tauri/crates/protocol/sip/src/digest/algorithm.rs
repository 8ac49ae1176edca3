//! The hash algorithms and the formulas of RFC 7616 section 3.4.

use md5::{Digest, Md5};
use sha2::{Sha256, Sha512_256};

use super::Qop;

/// A digest algorithm; `-sess` variants bind the key to the nonces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    Md5,
    Md5Sess,
    Sha256,
    Sha256Sess,
    Sha512_256,
    Sha512_256Sess,
}

impl Algorithm {
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Md5Sess => "MD5-sess",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha256Sess => "SHA-256-sess",
            Algorithm::Sha512_256 => "SHA-512-256",
            Algorithm::Sha512_256Sess => "SHA-512-256-sess",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Algorithm> {
        const ALL: [Algorithm; 6] = [
            Algorithm::Md5,
            Algorithm::Md5Sess,
            Algorithm::Sha256,
            Algorithm::Sha256Sess,
            Algorithm::Sha512_256,
            Algorithm::Sha512_256Sess,
        ];
        ALL.into_iter().find(|a| a.as_str().eq_ignore_ascii_case(text))
    }

    pub fn is_session(self) -> bool {
        matches!(self, Algorithm::Md5Sess | Algorithm::Sha256Sess | Algorithm::Sha512_256Sess)
    }

    /// Larger is stronger.
    pub(super) fn strength(self) -> u8 {
        match self {
            Algorithm::Md5 | Algorithm::Md5Sess => 0,
            Algorithm::Sha256 | Algorithm::Sha256Sess => 1,
            Algorithm::Sha512_256 | Algorithm::Sha512_256Sess => 2,
        }
    }

    /// Lower-case hex of the hash of the parts joined by colons.
    fn hash(self, parts: &[&[u8]]) -> String {
        let joined = parts.join(&b':');
        match self {
            Algorithm::Md5 | Algorithm::Md5Sess => hex(&Md5::digest(joined)),
            Algorithm::Sha256 | Algorithm::Sha256Sess => hex(&Sha256::digest(joined)),
            Algorithm::Sha512_256 | Algorithm::Sha512_256Sess => hex(&Sha512_256::digest(joined)),
        }
    }
}

/// The stored form of a password: hex of H(user:realm:password), the same for an algorithm and its `-sess` variant.
pub fn ha1(algorithm: Algorithm, user: &str, realm: &str, password: &str) -> String {
    algorithm.hash(&[user.as_bytes(), realm.as_bytes(), password.as_bytes()])
}

/// What the response is computed from, beside the key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Formula<'a> {
    pub algorithm: Algorithm,
    pub qop: Option<Qop>,
    pub nonce: &'a str,
    /// As on the wire: eight hex digits.
    pub nc: &'a str,
    pub cnonce: &'a str,
    pub method: &'a str,
    pub uri: &'a str,
    pub body: &'a [u8],
}

impl Formula<'_> {
    /// The hex `response` for a key from [`ha1`].
    pub(super) fn response(&self, ha1: &str) -> String {
        let hash = |parts: &[&[u8]]| self.algorithm.hash(parts);
        let (nonce, cnonce) = (self.nonce.as_bytes(), self.cnonce.as_bytes());
        let key = match self.algorithm.is_session() {
            true => hash(&[ha1.as_bytes(), nonce, cnonce]),
            false => ha1.to_owned(),
        };
        let ha2 = match self.qop {
            Some(Qop::AuthInt) => {
                hash(&[self.method.as_bytes(), self.uri.as_bytes(), hash(&[self.body]).as_bytes()])
            }
            Some(Qop::Auth) | None => hash(&[self.method.as_bytes(), self.uri.as_bytes()]),
        };
        match self.qop {
            Some(qop) => hash(&[
                key.as_bytes(),
                nonce,
                self.nc.as_bytes(),
                cnonce,
                qop.as_str().as_bytes(),
                ha2.as_bytes(),
            ]),
            None => hash(&[key.as_bytes(), nonce, ha2.as_bytes()]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(*b)]).collect()
}
