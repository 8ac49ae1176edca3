//! Where the key that seals secrets is kept: a file beside the data, or a keeper that the composition root brings.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::error::Fault;
use crate::seal::Sealer;

/// Keeps the key outside the data's folder: a system's keychain. Its calls may take as long as a person needs.
pub trait KeyKeeper: std::fmt::Debug + Send + Sync {
    /// The key; `None` where there is none yet.
    ///
    /// # Errors
    /// When the keeper cannot be asked.
    fn load(&self) -> io::Result<Option<String>>;
    /// Keeps a new key.
    ///
    /// # Errors
    /// When the keeper cannot be asked, or refuses.
    fn store(&self, key: &str) -> io::Result<()>;
}

pub(crate) type Keeper = Option<Arc<dyn KeyKeeper>>;

/// The key of a new database: what the keeper has, or a new one in the keeper, or else in the file.
///
/// A file that is there already is used: it came with the data, or an earlier start could not reach the keeper.
pub(crate) async fn of_new_database(path: &Path, keeper: Keeper) -> Result<Sealer, Fault> {
    let Some(keeper) = keeper.filter(|_| !path.exists()) else { return Ok(Sealer::load_or_create(path)?) };
    let asked = asked(move || {
        // A key that is there may open another database of this folder, such as one that was moved away.
        if let Some(key) = keeper.load()? {
            return Sealer::from_text(&key);
        }
        let key = Sealer::new_text();
        keeper.store(&key)?;
        match keeper.load()? {
            Some(kept) if kept == key => Sealer::from_text(&key),
            _ => Err(io::Error::other("the key was not kept")),
        }
    });
    match asked.await {
        Ok(sealer) => Ok(sealer),
        Err(error) => {
            tracing::warn!(%error, file = %path.display(), "the sealing key is kept in a file instead");
            Ok(Sealer::load_or_create(path)?)
        }
    }
}

/// The key that sealed what is in a database.
pub(crate) async fn of_known_database(path: &Path, keeper: Keeper) -> Result<Sealer, Fault> {
    if let Some(keeper) = keeper.filter(|_| !path.exists()) {
        return match asked(move || keeper.load()?.map(|key| Sealer::from_text(&key)).transpose()).await {
            Ok(Some(sealer)) => Ok(sealer),
            Ok(None) => Err(Fault::Invalid(format!(
                "this database's key is neither in the system's keychain nor in the file {}",
                path.display()
            ))),
            Err(error) => Err(Fault::Invalid(format!("this database's key cannot be read: {error}"))),
        };
    }
    Sealer::load(path).map_err(|error| {
        Fault::Invalid(format!("the key file {} of this database cannot be read: {error}", path.display()))
    })
}

async fn asked<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
