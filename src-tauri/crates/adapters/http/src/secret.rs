//! Secrets: random tokens, keys and password hashes.
//!
//! Tokens and keys carry 256 random bits, so a plain SHA-256 is the right thing to store; passwords do not, and get
//! Argon2id with the least cost that OWASP's password storage guidance allows (19 MiB, two passes, one lane).

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use tandem_foundation::{KeyId, OrgId, Pii};
use tandem_switchboard::records::{ApiKey, UnixMs, UserRole};

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

/// A new key and its secret, which is not stored: `tk_` public id `_` secret and checksum, in hexadecimal.
///
/// The checksum lets a mistyped key be refused, and a leaked one be recognised, without asking storage.
pub fn new_api_key(org: OrgId, name: &str, role: UserRole, now: UnixMs) -> (ApiKey, Pii<String>) {
    let public = &hex(&rand::random::<[u8; 6]>());
    let body = format!("tk_{public}_{}", hex(&rand::random::<[u8; 32]>()));
    let key = format!("{body}{}", checksum(&body));
    let row = ApiKey {
        id: KeyId::generate(unix_ms(now), rand::random()),
        org,
        name: name.to_owned(),
        role,
        shown_prefix: format!("tk_{public}"),
        hash: sha256(&key),
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    (row, key.into())
}

/// The text has the form of a key and its checksum fits.
pub(crate) fn is_key(text: &str) -> bool {
    text.len() == 88
        && text.is_ascii()
        && text.starts_with("tk_")
        && text.split_at(80).1 == checksum(text.split_at(80).0)
}

/// 256 random bits as 64 hexadecimal digits.
pub(crate) fn token() -> String {
    hex(&rand::random::<[u8; 32]>())
}

/// Lower-case hexadecimal SHA-256.
pub(crate) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// For ids, which count from 1970 without a sign.
pub(crate) fn unix_ms(at: UnixMs) -> u64 {
    u64::try_from(at.0).unwrap_or_default()
}

fn checksum(body: &str) -> String {
    hex(&Sha256::digest(body.as_bytes())[..4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_recognised_and_its_row_holds_no_secret() {
        let (row, key) = new_api_key("org_1".into(), "ci", UserRole::Admin, UnixMs(1_000));
        assert!(is_key(key.as_str()));
        assert_eq!(row.hash, sha256(key.as_str()));
        assert!(key.as_str().starts_with(&row.shown_prefix) && row.shown_prefix.len() == 15);
        let mut wrong = key.as_str().to_owned();
        let last = if wrong.pop() == Some('0') { '1' } else { '0' };
        wrong.push(last);
        assert!(!is_key(&wrong));
        assert!(!is_key("tk_") && !is_key(&"é".repeat(44)));
    }

    #[test]
    fn passwords_are_hashed_with_argon2id_at_the_recommended_cost() {
        let hash = hash_password("correct horse");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify_password("correct horse", &hash));
        assert!(!verify_password("battery staple", &hash));
        assert!(!verify_password("", "not a hash"));
    }
}
