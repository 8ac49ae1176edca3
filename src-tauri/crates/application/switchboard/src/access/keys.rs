//! Programs' keys: how they are made, told from other text, and looked up.
//!
//! A key carries 256 random bits, so a plain SHA-256 is the right thing to store. Nothing is cached, so that a key that
//! was revoked or has expired opens nothing from then on.

use sha2::{Digest, Sha256};
use tandem_foundation::{KeyId, OrgId, Pii};

use super::{NOTE_EVERY_MS, older};
use crate::ports::store::{Store, StoreError};
use crate::records::{ApiKey, Contract, UnixMs, UserRole};

/// Random bytes that a key is made of: its public part, its secret, and its row's id.
pub const KEY_RANDOM: usize = PUBLIC + SECRET + 16;
const PUBLIC: usize = 6;
const SECRET: usize = 32;
/// Hexadecimal digits behind the prefix: public part, `_`, secret, checksum.
const BODY: usize = 2 * PUBLIC + 1 + 2 * SECRET + CHECKSUM;
const CHECKSUM: usize = 8;
/// What keys of our own API begin with.
const OWN: &str = "tk_";

/// A key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyWish {
    pub org: OrgId,
    pub name: String,
    pub role: UserRole,
    pub contract: Option<Contract>,
    pub expires_at: Option<UnixMs>,
}

/// A new key and its secret, which is not stored: the contract's prefix, a public id, `_`, the secret and a checksum, in
/// hexadecimal.
///
/// The checksum lets a mistyped key be refused, and a leaked one be recognised, without asking storage.
pub fn mint(wish: KeyWish, now: UnixMs, random: &[u8; KEY_RANDOM]) -> (ApiKey, Pii<String>) {
    let (public, rest) = random.split_at(PUBLIC);
    let (secret, id) = rest.split_at(SECRET);
    let shown_prefix = format!("{}{}", prefix(wish.contract), hex(public));
    let body = format!("{shown_prefix}_{}", hex(secret));
    let key = format!("{body}{}", checksum(&body));
    let id = u128::from_be_bytes(id.try_into().expect("the rest is sixteen bytes"));
    let row = ApiKey {
        id: KeyId::generate(u64::try_from(now.0).unwrap_or_default(), id),
        org: wish.org,
        name: wish.name,
        role: wish.role,
        contract: wish.contract,
        shown_prefix,
        hash: sha256(&key),
        created_at: now,
        last_used_at: None,
        expires_at: wish.expires_at,
        revoked_at: None,
    };
    (row, key.into())
}

/// The text has the form of a key of the contract (`None`: of our own API), and its checksum fits.
pub fn is_key(contract: Option<Contract>, text: &str) -> bool {
    text.is_ascii()
        && text.strip_prefix(prefix(contract)).is_some_and(|body| body.len() == BODY)
        && text.split_at(text.len() - CHECKSUM).1 == checksum(text.split_at(text.len() - CHECKSUM).0)
}

/// The key of this hash, if it opens the contract (`None`: our own API) now; `used` notes that it does.
///
/// # Errors
/// When storage fails; a key that is not there, expired, revoked or another contract's is `None`.
pub async fn opened(
    store: &dyn Store,
    contract: Option<Contract>,
    hash: &str,
    now: UnixMs,
    used: bool,
) -> Result<Option<ApiKey>, StoreError> {
    let row = match store.key_by_hash(hash).await {
        Ok(row) => row,
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let over = row.revoked_at.is_some() || row.expires_at.is_some_and(|end| end <= now);
    if over || row.contract != contract {
        return Ok(None);
    }
    if used && older(row.last_used_at, now, NOTE_EVERY_MS) {
        store.touch_key(&row.org, &row.id, now).await?;
    }
    Ok(Some(row))
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const fn prefix(contract: Option<Contract>) -> &'static str {
    match contract {
        Some(contract) => contract.key_prefix(),
        None => OWN,
    }
}

fn checksum(body: &str) -> String {
    hex(&Sha256::digest(body.as_bytes())[..CHECKSUM / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(contract: Option<Contract>) -> KeyWish {
        let (org, name) = ("org_1".into(), "ci".to_owned());
        KeyWish { org, name, role: UserRole::Admin, contract, expires_at: None }
    }

    #[test]
    fn a_key_is_told_from_those_of_other_contracts_and_from_a_mistyped_one() {
        let contracts = Contract::ALL.map(Some).into_iter().chain([None]).collect::<Vec<_>>();
        for contract in &contracts {
            let (row, key) = mint(wish(*contract), UnixMs(1_000), &[0xA7; KEY_RANDOM]);
            let takers: Vec<_> = contracts.iter().filter(|other| is_key(**other, key.as_str())).collect();
            assert_eq!(takers, [contract]);
            assert_eq!(row.hash, sha256(key.as_str()));
            assert!(key.as_str().starts_with(&row.shown_prefix));
            let mut wrong = key.as_str().to_owned();
            let last = if wrong.pop() == Some('0') { '1' } else { '0' };
            wrong.push(last);
            assert!(!is_key(*contract, &wrong));
        }
        assert!(!is_key(None, "tk_") && !is_key(None, &"é".repeat(44)) && !is_key(None, ""));
    }

    #[test]
    fn keys_of_contracts_look_as_those_have_them() {
        for (contract, looks) in
            [(Contract::Sauti, "sk_live_"), (Contract::Va, "va_"), (Contract::Audatec, "audtk_")]
        {
            let (_, key) = mint(wish(Some(contract)), UnixMs(0), &[1; KEY_RANDOM]);
            assert!(key.as_str().starts_with(looks));
        }
    }
}
