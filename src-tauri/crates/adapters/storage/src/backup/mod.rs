//! Backup and restore: everything a server has, in one file that either database can be restored from.
//!
//! The file is a tar archive: `backup.json` (versions), `tables/NAME.jsonl` (a row a line), `tandem.key`, the
//! recordings, and at the end `manifest.json` with the size and SHA-256 of each. Rows are read in one transaction that
//! sees one moment (SQLite: a read transaction on the write-ahead log; PostgreSQL: REPEATABLE READ), while the server
//! goes on writing. One neutral form instead of each database's own copy, so that a backup also moves a server from
//! SQLite to PostgreSQL and back.
//!
//! Invariant: a backup holds the key that opens its secrets, so it is its owner's alone (mode 0600), as the data is.
//! Invariant: restoring touches nothing until the whole file has been read and found to agree with its manifest.

mod archive;
mod tables;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tandem_switchboard::records::UnixMs;

use crate::connect::{self, Location};
use crate::error::Fault;
use crate::key_home::{Keeper, KeyKeeper};

/// The version of the file's layout.
const FORMAT: u32 = 1;

/// Where a server keeps what it has.
#[derive(Debug, Clone)]
pub struct Place {
    location: Location,
    key: PathBuf,
    keeper: Keeper,
    data_dir: PathBuf,
}

/// What was backed up or restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub rows: u64,
    pub recordings: u64,
    /// Recordings that a call names and the disk does not have.
    pub missing: Vec<String>,
}

/// Why a backup was not made or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("restore: the target is not empty: {0}")]
    NotEmpty(String),
    #[error("{operation}: {what} has version {found}, this program knows up to {known}")]
    Newer { operation: &'static str, what: &'static str, found: i64, known: i64 },
    #[error("restore: the backup is damaged: {0}")]
    Damaged(String),
    #[error("{operation}: {path}")]
    File {
        operation: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{operation}: the database")]
    Database {
        operation: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The first entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Head {
    format: u32,
    /// The last migration of the database that was backed up.
    schema: i64,
    made_at: UnixMs,
    made_by: String,
}

impl Place {
    /// The database at `database`, or the one in `data_dir`, whose recordings are there.
    ///
    /// # Errors
    /// `Database` when the URL is not understood.
    pub fn new(database: Option<&str>, data_dir: &Path) -> Result<Self, BackupError> {
        let failed = |fault| BackupError::database("find the database", fault);
        let location = match database {
            Some(url) => Location::from_url(url).map_err(failed)?,
            None => Location::File(data_dir.join("tandem.db")),
        };
        let key = connect::key_path(&location, Some(&data_dir.join("tandem.key"))).map_err(failed)?;
        Ok(Self { location, key, keeper: None, data_dir: data_dir.to_owned() })
    }
}

impl Place {
    /// Where the key is when it is not in its file.
    #[must_use]
    pub fn kept_by(mut self, keeper: Arc<dyn KeyKeeper>) -> Self {
        self.keeper = Some(keeper);
        self
    }

    /// The key, as its file has it.
    fn key_text(&self) -> std::io::Result<Vec<u8>> {
        match (std::fs::read(&self.key), &self.keeper) {
            (Err(error), Some(keeper)) if error.kind() == std::io::ErrorKind::NotFound => {
                let kept = keeper.load()?.ok_or(error)?;
                Ok(format!("{kept}\n").into_bytes())
            }
            (found, _) => found,
        }
    }
}

impl BackupError {
    fn database(operation: &'static str, fault: impl Into<Fault>) -> Self {
        Self::Database { operation, source: Box::new(fault.into()) }
    }

    fn file(operation: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { operation, path, source }
    }
}

/// Writes everything at `place` into the new file `file`, while its server may go on.
///
/// # Errors
/// `File` when the file is there already or cannot be written, `Database` when the database is not there or cannot
/// be read, `Newer` when a newer version has migrated it.
pub async fn back_up(place: &Place, file: &Path, now: UnixMs) -> Result<Summary, BackupError> {
    const BACK_UP: &str = "back up";
    if let Location::File(path) = &place.location {
        // Opening would make an empty one.
        std::fs::metadata(path).map_err(BackupError::file(BACK_UP, path))?;
    }
    let pool =
        connect::reader_pool(&place.location).await.map_err(|fault| BackupError::database(BACK_UP, fault))?;
    let exported = tables::export(&pool).await;
    pool.close().await;
    let exported = exported.map_err(|fault| BackupError::database(BACK_UP, fault))?;
    let known = tables::newest_schema();
    if exported.schema > known {
        let (what, found) = ("the database", exported.schema);
        return Err(BackupError::Newer { operation: BACK_UP, what, found, known });
    }
    let made_by = env!("CARGO_PKG_VERSION").to_owned();
    let head = Head { format: FORMAT, schema: exported.schema, made_at: now, made_by };
    archive::write(file, &head, exported, place)
}

/// Restores `file` into `place`, which must be empty.
///
/// # Errors
/// `NotEmpty` with what is there, `Damaged` with what does not agree, `Newer` when a newer version made the backup;
/// in these cases nothing was written.
pub async fn restore(file: &Path, place: &Place) -> Result<Summary, BackupError> {
    const RESTORE: &str = "restore";
    let failed = |fault| BackupError::database(RESTORE, fault);
    let verified = archive::verify(file)?;
    let (format, known) = (verified.head.format, tables::newest_schema());
    if format > FORMAT {
        let (found, known) = (i64::from(format), i64::from(FORMAT));
        return Err(BackupError::Newer { operation: RESTORE, what: "the backup", found, known });
    }
    if verified.head.schema > known {
        let found = verified.head.schema;
        return Err(BackupError::Newer { operation: RESTORE, what: "the backup's database", found, known });
    }
    archive::refuse_files(place)?;
    let pool = connect::writer_pool(&place.location).await.map_err(failed)?;
    let restored = async {
        if let Some(found) = tables::anything_in(&pool).await.map_err(failed)? {
            return Err(BackupError::NotEmpty(found));
        }
        archive::unpack(file, place)?;
        tables::import(&pool, verified.head.schema, verified.tables).await.map_err(failed)
    };
    let restored = restored.await;
    pool.close().await;
    Ok(Summary { rows: restored?, recordings: verified.recordings, missing: verified.missing })
}
