//! The system's keychain as the place of the key that seals what is stored: macOS' and Windows' own, and on Linux
//! the Secret Service that a desktop has.

use std::io;
use std::path::{Path, PathBuf};

use keyring::{Entry, Error};
use tandem_storage::KeyKeeper;

const SERVICE: &str = "tandem";

/// One entry, named by the folder of the data that it opens.
#[derive(Debug)]
pub(crate) struct Keychain {
    data_dir: PathBuf,
}

impl Keychain {
    pub(crate) fn of(data_dir: &Path) -> Self {
        Self { data_dir: std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned()) }
    }

    fn name(&self) -> io::Result<String> {
        self.data_dir.to_str().map(str::to_owned).ok_or_else(|| io::ErrorKind::InvalidFilename.into())
    }
}

impl KeyKeeper for Keychain {
    fn load(&self) -> io::Result<Option<String>> {
        let entry = self.name()?;
        apart(move || match open(&entry)?.get_password() {
            Ok(key) => Ok(Some(key)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(unavailable(&error)),
        })
    }

    fn store(&self, key: &str) -> io::Result<()> {
        let (entry, key) = (self.name()?, key.to_owned());
        apart(move || open(&entry)?.set_password(&key).map_err(|error| unavailable(&error)))
    }
}

fn open(name: &str) -> io::Result<Entry> {
    Entry::new(SERVICE, name).map_err(|error| unavailable(&error))
}

/// On a thread of its own: the keychain's library may run an executor, which cannot be done inside another one.
fn apart<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    let ended = std::thread::Builder::new().name("keychain".into()).spawn(work)?.join();
    ended.unwrap_or_else(|_| Err(io::Error::other("the system's keychain: its library failed")))
}

/// Some variants carry the secret that was to be stored; their text does not.
fn unavailable(error: &Error) -> io::Error {
    io::Error::other(format!("the system's keychain: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_a_keychain_it_says_so_and_does_not_hang_or_end_the_program() {
        let folder = tempfile::tempdir().expect("a folder");
        let keychain = Keychain::of(folder.path());
        match keychain.load() {
            Ok(found) => assert_eq!(found, None, "nothing was kept for a new folder"),
            Err(error) => assert!(error.to_string().starts_with("the system's keychain: "), "{error}"),
        }
    }
}
