//! Unguessable values from a seed: HMAC-SHA256 in counter mode.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A source of branches, tags, Call-IDs and nonces. The same seed gives the same values.
pub(super) struct Random {
    seed: [u8; 32],
    counter: u64,
}

impl Random {
    pub fn new(seed: [u8; 32]) -> Random {
        Random { seed, counter: 0 }
    }

    /// 24 hex digits: 96 bits.
    pub fn token(&mut self) -> String {
        hex(&self.next()[..12])
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        let bytes = self.next();
        let number = u64::from_be_bytes(bytes[..8].try_into().expect("eight of thirty-two bytes"));
        number % limit.max(1)
    }

    /// A key for another purpose, apart from all values drawn.
    pub fn key(&self, purpose: &[u8]) -> [u8; 32] {
        hmac(&self.seed, &[b"key", purpose])
    }

    fn next(&mut self) -> [u8; 32] {
        self.counter += 1;
        hmac(&self.seed, &[b"value", &self.counter.to_be_bytes()])
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}

/// HMAC-SHA256 over the parts.
pub(super) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(*b)]).collect()
}
