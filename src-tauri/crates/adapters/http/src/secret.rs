//! Secrets: random tokens, keys and password hashes.
//!
//! Tokens and keys carry 256 random bits, so a plain SHA-256 is the right thing to store; passwords do not, and get
//! Argon2id with the least cost that OWASP's password storage guidance allows (19 MiB, two passes, one lane).

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tandem_foundation::Pii;
use tandem_switchboard::access::{KEY_RANDOM, KeyWish, mint};
pub(crate) use tandem_switchboard::access::{hex, sha256};
use tandem_switchboard::records::{ApiKey, UnixMs};

/// Hashes a password into a PHC string. Takes tens of milliseconds: call it off the async threads.
pub fn hash_password(password: &str) -> String {
    let params = Params::new(19_456, 2, 1, None).expect("the parameters are within Argon2's limits");
    let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.as_bytes())
        .expect("the system gives random bytes for a salt");
    hash.to_string()
}

/// Whether the password is the one that was hashed; a hash that cannot be read fits no password.
pub(crate) fn verify_password(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A new key and its secret, which is not stored.
pub fn new_api_key(wish: KeyWish, now: UnixMs) -> (ApiKey, Pii<String>) {
    mint(wish, now, &rand::random::<[u8; KEY_RANDOM]>())
}

/// 256 random bits as 64 hexadecimal digits.
pub(crate) fn token() -> String {
    hex(&rand::random::<[u8; 32]>())
}

/// For ids, which count from 1970 without a sign.
pub(crate) fn unix_ms(at: UnixMs) -> u64 {
    u64::try_from(at.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hashed_with_argon2id_at_the_recommended_cost() {
        let hash = hash_password("correct horse");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify_password("correct horse", &hash));
        assert!(!verify_password("battery staple", &hash));
        assert!(!verify_password("", "not a hash"));
    }
}
