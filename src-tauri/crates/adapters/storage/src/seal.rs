//! Seals secrets before they are stored: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under a key kept in a file
//! or a keychain.
//!
//! A sealed text is `v1:` and the Base64 of a random 24-byte nonce and the ciphertext. The place where it is stored
//! (table, organisation, row) is authenticated with it, so a sealed text moved to another row does not open.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const VERSION: &str = "v1:";

/// Seals and opens; holds the key.
pub(crate) struct Sealer {
    cipher: XChaCha20Poly1305,
}

/// A sealed text that does not open: another key, another place, or not a sealed text at all.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value does not open with this key")]
pub(crate) struct SealError;

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(***)")
    }
}

impl Sealer {
    /// A key that lives no longer than the process, for a database in memory.
    pub(crate) fn ephemeral() -> Self {
        Self::from_key(&rand::random())
    }

    fn from_key(key: &[u8; KEY_BYTES]) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&Key::from(*key)) }
    }

    /// Reads the key file.
    pub(crate) fn load(path: &Path) -> io::Result<Self> {
        Self::from_text(&fs::read_to_string(path)?)
            .map_err(|error| io::Error::new(error.kind(), "the key file does not hold a key"))
    }

    /// A key as it is kept.
    pub(crate) fn from_text(text: &str) -> io::Result<Self> {
        let key = STANDARD.decode(text.trim()).ok();
        let key: Option<[u8; KEY_BYTES]> = key.and_then(|key| key.try_into().ok());
        key.map(|key| Self::from_key(&key))
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "this is no key"))
    }

    /// A new key, as it is kept.
    pub(crate) fn new_text() -> String {
        STANDARD.encode(rand::random::<[u8; KEY_BYTES]>())
    }

    /// Reads the key file, or writes a new one (mode 0600) where there is none.
    pub(crate) fn load_or_create(path: &Path) -> io::Result<Self> {
        match Self::load(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            found => return found,
        }
        // Linked into place whole, so that a crash or a second process never sees half a key.
        let draft = path.with_extension(format!("key.{:016x}", rand::random::<u64>()));
        let mut file = private_file().create_new(true).open(&draft)?;
        file.write_all(format!("{}\n", Self::new_text()).as_bytes())?;
        file.sync_all()?;
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            sync_folder(folder)?;
        }
        Self::load(path)
    }

    /// Seals `secret` for `place`.
    pub(crate) fn seal(&self, place: &str, secret: &str) -> String {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload { msg: secret.as_bytes(), aad: place.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).expect("texts are far below 256 GiB");
        format!("{VERSION}{}", STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what was sealed for `place`.
    pub(crate) fn open(&self, place: &str, sealed: &str) -> Result<String, SealError> {
        let bytes =
            sealed.strip_prefix(VERSION).and_then(|text| STANDARD.decode(text).ok()).ok_or(SealError)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(SealError)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let opened = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError)?;
        String::from_utf8(opened).map_err(|_| SealError)
    }
}

/// Options that create a file only its owner may read.
pub(crate) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_in_its_place_only_and_never_twice_looks_the_same() {
        let sealer = Sealer::ephemeral();
        let sealed = sealer.seal("trunks/org_a/t1", "hunter2");
        assert_eq!(sealer.open("trunks/org_a/t1", &sealed).expect("opens"), "hunter2");
        assert!(sealer.open("trunks/org_b/t1", &sealed).is_err());
        assert!(Sealer::ephemeral().open("trunks/org_a/t1", &sealed).is_err());
        assert!(sealer.open("trunks/org_a/t1", "hunter2").is_err());
        assert_ne!(sealed, sealer.seal("trunks/org_a/t1", "hunter2"));
    }

    #[test]
    fn the_key_file_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("tandem.key");
        let sealed = Sealer::load_or_create(&path).expect("created").seal("p", "x");
        assert_eq!(Sealer::load_or_create(&path).expect("read").open("p", &sealed).expect("opens"), "x");
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 1, "no draft is left behind");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_file_is_refused_rather_than_replaced() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("tandem.key");
        fs::write(&path, "not a key").expect("write");
        assert_eq!(Sealer::load_or_create(&path).expect_err("refused").kind(), io::ErrorKind::InvalidData);
        assert_eq!(fs::read_to_string(&path).expect("there"), "not a key");
    }
}
