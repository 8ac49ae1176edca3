//! Storage: calls, configuration and access in an SQL database, behind the switchboard's storage port.
//!
//! Queries are portable between SQLite and PostgreSQL and run through `sqlx::Any`. All writes go through one writer
//! that commits what waits together in one durable transaction; reads go to a small pool of read-only connections.
//!
//! Invariant: a write is answered only after its transaction is committed and flushed.
//! Invariant: every query names its organisation, but for those listed in `tests::OVER_ALL_ORGANISATIONS`.
//! Invariant: passwords and stored answers are in the database only sealed with the key file beside it.

mod access;
mod assistants;
mod call_rows;
mod calls;
mod connect;
mod directory;
mod error;
mod events;
mod people;
mod row;
mod seal;
mod trunks;
mod writer;

use std::path::Path;
use std::sync::Arc;

use sqlx::AnyPool;
use tandem_switchboard::ports::store::StoreError;

use crate::connect::Location;
use crate::error::Fault;
use crate::seal::Sealer;
use crate::writer::Writer;

/// An open database. Clones share it; the writer stops when the last one is gone.
#[derive(Debug, Clone)]
pub struct Storage {
    readers: AnyPool,
    writer: Writer,
    sealer: Arc<Sealer>,
}

impl Storage {
    /// Opens, and where needed creates and migrates, the database at `url`: `sqlite:///path/tandem.db` or
    /// `sqlite::memory:`. The key that seals passwords is kept beside the file, as `tandem.key`.
    ///
    /// Must be called inside a Tokio runtime, in which the writer goes on running.
    ///
    /// # Errors
    /// `Unavailable` when the file or its folder cannot be created or opened; `Broken` when the URL is not understood,
    /// the database was written by a newer version, or the key file is missing or not the database's own.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_at(Location::from_url(url).map_err(|fault| fault.at("open storage"))?).await
    }

    /// As [`Storage::open`], for an SQLite file.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub async fn open_file(path: &Path) -> Result<Self, StoreError> {
        Self::open_at(Location::File(path.to_owned())).await
    }

    async fn open_at(location: Location) -> Result<Self, StoreError> {
        let opened = connect::open(&location).await.map_err(|fault| fault.at("open storage"))?;
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

    /// Whether the database answers and its pages and references are sound (SQLite: `integrity_check`).
    ///
    /// # Errors
    /// `Broken` with the first defect found; `Unavailable` when it cannot be read.
    pub async fn check(&self) -> Result<(), StoreError> {
        let found: Result<String, _> =
            sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&self.readers).await;
        match found {
            Ok(text) if text == "ok" => Ok(()),
            Ok(text) => Err(Fault::Invalid(text).at("check storage")),
            Err(error) => Err(Fault::from(error).at("check storage")),
        }
    }
}

#[cfg(test)]
mod tests;
