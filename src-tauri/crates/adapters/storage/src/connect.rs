//! Opens the database: files and their modes, pools, durability, migrations, the sealing key.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyPool, ConnectOptions, Executor};

use crate::error::Fault;
use crate::key_home::{self, Keeper};
use crate::pulse::{LivePool, MakePool, Pulse};
use crate::seal::{Sealer, private_file};

const READERS: u32 = 4;
/// How long to wait for another process's write, and for a free connection, before storage is `Unavailable`.
const PATIENCE: Duration = Duration::from_secs(2);

/// FULL flushes every commit to the disk: an acknowledged write outlives a power cut (sqlite.org/pragma.html).
const WRITER: &str = "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY";
/// Readers cannot write even by mistake.
const READER: &str = "PRAGMA busy_timeout = 2000; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY";

/// PostgreSQL's counterpart of FULL, and bounds on how long a frozen node can hold the others up: its transaction is
/// ended by the server (postgresql.org/docs/15/runtime-config-client.html).
const POSTGRES_WRITER: &str = "SET synchronous_commit = on; SET lock_timeout = '2s'; \
    SET statement_timeout = '5s'; SET idle_in_transaction_session_timeout = '5s'";
const POSTGRES_READER: &str = "SET default_transaction_read_only = on; SET statement_timeout = '10s'";

pub(crate) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Location {
    Memory,
    File(PathBuf),
    /// A PostgreSQL URL; may hold a password.
    Postgres(String),
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory => f.write_str("Memory"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(***)"),
        }
    }
}

/// An open database.
pub(crate) struct Opened {
    pub(crate) writer: LivePool,
    pub(crate) readers: LivePool,
    pub(crate) sealer: Sealer,
}

impl Location {
    /// Reads `postgres://user@host/name` (sqlx's and libpq's forms), `sqlite::memory:`, `sqlite:///path` or
    /// `sqlite:path`; the path may be percent-encoded.
    pub(crate) fn from_url(url: &str) -> Result<Self, Fault> {
        let invalid = || {
            Fault::Invalid(
                "the database URL must be postgres://user@host/name, sqlite:///path or sqlite::memory:"
                    .to_owned(),
            )
        };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let rest = url.strip_prefix("sqlite:").ok_or_else(invalid)?;
        if rest == ":memory:" || rest == "//:memory:" {
            return Ok(Self::Memory);
        }
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let path = percent_decoded(path).filter(|path| !path.is_empty()).ok_or_else(invalid)?;
        Ok(Self::File(PathBuf::from(path)))
    }
}

/// Opens, creates and migrates. `key` is where PostgreSQL's sealing key is kept; SQLite's is beside its file.
pub(crate) async fn open(location: &Location, key: Option<&Path>, keeper: Keeper) -> Result<Opened, Fault> {
    if *location == Location::Memory {
        // Each connection to a database in memory is another database: readers share the writer's.
        let pool = writer_pool(location).await?;
        MIGRATIONS.run(&pool).await?;
        let make: MakePool = {
            let pool = pool.clone();
            Arc::new(move || pool.clone())
        };
        let pool = LivePool::new(pool, Pulse::none(), make);
        return Ok(Opened { writer: pool.clone(), readers: pool, sealer: Sealer::ephemeral() });
    }
    let key = key_path(location, key)?;
    let writer = writer_pool(location).await?;
    MIGRATIONS.run(&writer).await?;
    let sealer = sealer(&writer, &key, keeper).await?;
    let readers = reader_pool(location).await?;
    if matches!(location, Location::Postgres(_)) {
        warn_of_lost_commits(&readers).await?;
    }
    let pulse = match location {
        Location::Postgres(_) => Pulse::start(options(location)?),
        _ => Pulse::none(),
    };
    Ok(Opened {
        writer: LivePool::new(writer, pulse.clone(), later(location, 1, writer_settings(location))?),
        readers: LivePool::new(readers, pulse, later(location, READERS, reader_settings(location))?),
        sealer,
    })
}

/// Makes the same pool again, which connects once it is used.
fn later(location: &Location, size: u32, settings: &'static str) -> Result<MakePool, Fault> {
    let (location, options) = (location.clone(), options(location)?);
    Ok(Arc::new(move || pool_options(&location, size, settings).connect_lazy_with(options.clone())))
}

/// Where the key of a database is kept.
pub(crate) fn key_path(location: &Location, key: Option<&Path>) -> Result<PathBuf, Fault> {
    match (location, key) {
        (Location::File(path), _) => Ok(std::path::absolute(path)?.with_extension("key")),
        (_, Some(key)) => Ok(key.to_owned()),
        (_, None) => Err(Fault::Invalid("this database needs a key file".to_owned())),
    }
}

/// The one connection that writes; creates SQLite's file.
pub(crate) async fn writer_pool(location: &Location) -> Result<AnyPool, Fault> {
    if let Location::File(path) = location {
        create_private(path)?;
    }
    pool(location, 1, writer_settings(location)).await
}

fn writer_settings(location: &Location) -> &'static str {
    if matches!(location, Location::Postgres(_)) { POSTGRES_WRITER } else { WRITER }
}

fn reader_settings(location: &Location) -> &'static str {
    if matches!(location, Location::Postgres(_)) { POSTGRES_READER } else { READER }
}

/// Connections that only read.
pub(crate) async fn reader_pool(location: &Location) -> Result<AnyPool, Fault> {
    pool(location, READERS, reader_settings(location)).await
}

fn options(location: &Location) -> Result<AnyConnectOptions, Fault> {
    sqlx::any::install_default_drivers();
    let options = match location {
        Location::Memory => AnyConnectOptions::from_str("sqlite::memory:")?,
        Location::File(path) => {
            let path = std::path::absolute(path)?;
            let text = path
                .to_str()
                .ok_or_else(|| Fault::Invalid("the database's path must be UTF-8".to_owned()))?;
            AnyConnectOptions::from_str(&format!("sqlite://{}", percent_encoded(text)))?
        }
        Location::Postgres(url) => AnyConnectOptions::from_str(url)?,
    };
    Ok(options.disable_statement_logging())
}

async fn pool(location: &Location, size: u32, settings: &'static str) -> Result<AnyPool, Fault> {
    Ok(pool_options(location, size, settings).connect_with(options(location)?).await?)
}

fn pool_options(location: &Location, size: u32, settings: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        // SQLite's connections are files, which do not go stale; PostgreSQL's end with its restart.
        .test_before_acquire(matches!(location, Location::Postgres(_)))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(settings).await?;
                Ok(())
            })
        })
}

/// A server that does not flush acknowledges what it may lose; whoever runs it so should at least read it in the log.
async fn warn_of_lost_commits(readers: &AnyPool) -> Result<(), Fault> {
    for setting in ["fsync", "full_page_writes"] {
        let value: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(readers).await?;
        if value != "on" {
            tracing::warn!(setting, "PostgreSQL may lose acknowledged commits: the setting is off");
        }
    }
    Ok(())
}

/// The database's key: a new one for a new database, else the one that sealed what is there.
async fn sealer(writer: &AnyPool, path: &Path, keeper: Keeper) -> Result<Sealer, Fault> {
    const PLACE: &str = "sealing_key";
    const KNOWN: &str = "tandem";
    let stored = async || -> Result<Option<String>, Fault> {
        let asked = sqlx::query_scalar("SELECT check_value FROM sealing_key WHERE name = 'file'");
        Ok(asked.fetch_optional(writer).await?)
    };
    let stored = match stored().await? {
        Some(stored) => stored,
        None => {
            let sealer = key_home::of_new_database(path, keeper.clone()).await?;
            let sql = "INSERT INTO sealing_key (name, check_value) VALUES ('file', $1) ON CONFLICT (name) DO NOTHING";
            let done = sqlx::query(sql).bind(sealer.seal(PLACE, KNOWN)).execute(writer).await?;
            if done.rows_affected() == 1 {
                return Ok(sealer);
            }
            // Another node opened the new database at the same time and was first.
            stored().await?.ok_or_else(|| Fault::Invalid("the sealing key's check is gone".to_owned()))?
        }
    };
    let sealer = key_home::of_known_database(path, keeper).await?;
    match sealer.open(PLACE, &stored) {
        Ok(text) if text == KNOWN => Ok(sealer),
        _ => Err(Fault::Invalid(format!("the key file {} is not this database's", path.display()))),
    }
}

/// Makes the folder and the file for their owner alone; SQLite gives its side files the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    private_file().create(true).truncate(false).open(path).map(drop)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

fn percent_encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~:\\".contains(&byte);
    path.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_memory_a_file_or_a_server_and_nothing_else() {
        let file = |path: &str| Location::File(PathBuf::from(path));
        assert_eq!(Location::from_url("sqlite::memory:").expect("memory"), Location::Memory);
        assert_eq!(Location::from_url("sqlite:///a/b%20c.db").expect("file"), file("/a/b c.db"));
        assert_eq!(Location::from_url("sqlite:///a.db?mode=rwc").expect("file"), file("/a.db"));
        assert_eq!(Location::from_url("sqlite:a.db").expect("file"), file("a.db"));
        let postgres = Location::from_url("postgres://u:planted@host/db").expect("postgres");
        assert!(!format!("{postgres:?}").contains("planted"), "a password is not shown");
        for wrong in ["", "sqlite:", "sqlite://", "postgres:host/db", "/a.db", "sqlite:///a%2"] {
            assert!(Location::from_url(wrong).is_err(), "{wrong:?}");
        }
    }
}
