//! Storage: calls, configuration and access in an SQL database, behind the switchboard's storage port.
//!
//! Queries and migrations are one text for SQLite and PostgreSQL and run through `sqlx::Any`: the schema keeps to
//! BIGINT, DOUBLE PRECISION and TEXT, which `Any` carries exactly, so its usual drawback (the databases' richer types
//! are out of reach) costs nothing here, and there is no second set of queries to keep true. What differs is in two
//! places: `connect` (settings) and `writer` (locking).
//!
//! All writes go through one writer that commits what waits together in one durable transaction; reads go to a small
//! pool of read-only connections. SQLite has one writer by nature. Nodes that share a PostgreSQL each have one, and
//! take the row of the event sequence in turn before they write: their transactions follow one another as SQLite's
//! do, so sequence numbers appear in their order and no two nodes can deadlock; group commit pays for the wait.
//!
//! Invariant: a write is answered only after its transaction is committed and flushed.
//! Invariant: every query names its organisation, but for those listed in `tests::OVER_ALL_ORGANISATIONS`.
//! Invariant: passwords, providers' keys and stored answers are in the database only sealed, with a key that is kept
//! outside it (`key_home`).

mod access;
mod assistants;
pub mod backup;
mod call_rows;
mod callbacks;
mod calls;
mod check;
mod conferences;
mod connect;
mod directory;
mod error;
mod event_log;
mod events;
mod key_home;
mod outside;
mod people;
mod providers;
mod pulse;
mod queues;
mod retention;
mod routing;
mod row;
mod seal;
mod settings;
mod sip_messages;
mod tasks;
mod trunks;
mod webhooks;
mod writer;

use std::path::Path;
use std::sync::Arc;

use tandem_switchboard::ports::store::StoreError;
pub use tandem_switchboard::records::{Retention, Swept};

pub use crate::key_home::KeyKeeper;

use crate::connect::Location;
use crate::key_home::Keeper;
use crate::pulse::LivePool;
use crate::seal::Sealer;
use crate::writer::Writer;

/// An open database. Clones share it; the writer stops when the last one is gone.
#[derive(Debug, Clone)]
pub struct Storage {
    readers: LivePool,
    writer: Writer,
    sealer: Arc<Sealer>,
}

impl Storage {
    /// Opens, and where needed creates and migrates, the SQLite database at `url`: `sqlite:///path/tandem.db` or
    /// `sqlite::memory:`. The key that seals passwords is kept beside the file, as `tandem.key`.
    ///
    /// Must be called inside a Tokio runtime, in which the writer goes on running.
    ///
    /// # Errors
    /// `Unavailable` when the file or its folder cannot be created or opened; `Broken` when the URL is not understood,
    /// the database was written by a newer version, or the key file is missing or not the database's own.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_at(url, None).await
    }

    /// As [`Storage::open`], also for `postgres://user@host/name`, whose key is kept in the file `key`: made for a
    /// new database, and the same for every node that shares one. SQLite's key stays beside its file.
    ///
    /// # Errors
    /// As [`Storage::open`]; `Unavailable` when the server cannot be reached.
    pub async fn open_with_key(url: &str, key: &Path) -> Result<Self, StoreError> {
        Self::open_at(url, Some(key)).await
    }

    /// As [`Storage::open`], for an SQLite file.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub async fn open_file(path: &Path) -> Result<Self, StoreError> {
        Self::open_location(&Location::File(path.to_owned()), None, None).await
    }

    /// As [`Storage::open_file`]; the key of a new database is given to `keeper`. Where that cannot be, and where the
    /// key's file is there already, it is kept in the file.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub async fn open_file_kept(path: &Path, keeper: Arc<dyn KeyKeeper>) -> Result<Self, StoreError> {
        Self::open_location(&Location::File(path.to_owned()), None, Some(keeper)).await
    }

    async fn open_at(url: &str, key: Option<&Path>) -> Result<Self, StoreError> {
        let location = Location::from_url(url).map_err(|fault| fault.at("open storage"))?;
        Self::open_location(&location, key, None).await
    }

    async fn open_location(
        location: &Location,
        key: Option<&Path>,
        keeper: Keeper,
    ) -> Result<Self, StoreError> {
        let opened = connect::open(location, key, keeper).await.map_err(|fault| fault.at("open storage"))?;
        Ok(Self {
            readers: opened.readers,
            writer: Writer::start(opened.writer),
            sealer: Arc::new(opened.sealer),
        })
    }

    /// Finishes the writes that wait and closes the database; later calls are `Unavailable`.
    pub async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }

    /// Whether the database answers and is sound: SQLite's pages (`integrity_check`), and on either that the
    /// sequence has reached every event and that no row has lost the one it belongs to.
    ///
    /// # Errors
    /// `Broken` with the first defect found; `Unavailable` when it cannot be read.
    pub async fn check(&self) -> Result<(), StoreError> {
        check::all(&self.readers.now()).await.map_err(|fault| fault.at("check storage"))
    }
}

#[cfg(test)]
mod tests;
