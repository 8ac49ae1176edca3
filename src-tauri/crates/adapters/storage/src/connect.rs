//! Opens the database: files and their modes, pools, durability, migrations, the sealing key.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyPool, ConnectOptions, Executor};

use crate::error::Fault;
use crate::seal::{Sealer, private_file};

const READERS: u32 = 4;
/// How long to wait for another process's write, and for a free connection, before storage is `Unavailable`.
const PATIENCE: Duration = Duration::from_secs(2);

/// FULL flushes every commit to the disk: an acknowledged write outlives a power cut (sqlite.org/pragma.html).
const WRITER: &str = "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY";
/// Readers cannot write even by mistake.
const READER: &str = "PRAGMA busy_timeout = 2000; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY";

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Location {
    Memory,
    File(PathBuf),
}

/// An open database.
pub(crate) struct Opened {
    pub(crate) writer: AnyPool,
    pub(crate) readers: AnyPool,
    pub(crate) sealer: Sealer,
}

impl Location {
    /// Reads `sqlite::memory:`, `sqlite:///path` or `sqlite:path`; the path may be percent-encoded.
    pub(crate) fn from_url(url: &str) -> Result<Self, Fault> {
        let invalid =
            || Fault::Invalid("the database URL must be sqlite:///path or sqlite::memory:".to_owned());
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

/// Opens, creates and migrates.
pub(crate) async fn open(location: &Location) -> Result<Opened, Fault> {
    sqlx::any::install_default_drivers();
    match location {
        Location::Memory => {
            // Each connection to a database in memory is another database: readers share the writer's.
            let pool = pool(AnyConnectOptions::from_str("sqlite::memory:")?, 1, WRITER).await?;
            MIGRATIONS.run(&pool).await?;
            Ok(Opened { writer: pool.clone(), readers: pool, sealer: Sealer::ephemeral() })
        }
        Location::File(path) => open_file(&std::path::absolute(path)?).await,
    }
}

async fn open_file(path: &Path) -> Result<Opened, Fault> {
    create_private(path)?;
    let text = path.to_str().ok_or_else(|| Fault::Invalid("the database's path must be UTF-8".to_owned()))?;
    let options = AnyConnectOptions::from_str(&format!("sqlite://{}", percent_encoded(text)))?;
    let writer = pool(options.clone(), 1, WRITER).await?;
    MIGRATIONS.run(&writer).await?;
    let sealer = sealer(&writer, &path.with_extension("key")).await?;
    let readers = pool(options, READERS, READER).await?;
    Ok(Opened { writer, readers, sealer })
}

async fn pool(options: AnyConnectOptions, size: u32, pragmas: &'static str) -> Result<AnyPool, Fault> {
    let pool = AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        // Connections are files here: they neither go stale nor cost anything while idle.
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(pragmas).await?;
                Ok(())
            })
        })
        .connect_with(options.disable_statement_logging())
        .await?;
    Ok(pool)
}

/// The database's key: a new one for a new database, else the one that sealed what is there.
async fn sealer(writer: &AnyPool, path: &Path) -> Result<Sealer, Fault> {
    const PLACE: &str = "sealing_key";
    const KNOWN: &str = "tandem";
    let stored: Option<String> =
        sqlx::query_scalar("SELECT check_value FROM sealing_key WHERE name = 'file'")
            .fetch_optional(writer)
            .await?;
    let Some(stored) = stored else {
        let sealer = Sealer::load_or_create(path)?;
        sqlx::query("INSERT INTO sealing_key (name, check_value) VALUES ('file', $1)")
            .bind(sealer.seal(PLACE, KNOWN))
            .execute(writer)
            .await?;
        return Ok(sealer);
    };
    let sealer = Sealer::load(path).map_err(|error| {
        Fault::Invalid(format!("the key file {} of this database cannot be read: {error}", path.display()))
    })?;
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
    fn a_url_names_memory_or_a_file_and_nothing_else() {
        let file = |path: &str| Location::File(PathBuf::from(path));
        assert_eq!(Location::from_url("sqlite::memory:").expect("memory"), Location::Memory);
        assert_eq!(Location::from_url("sqlite:///a/b%20c.db").expect("file"), file("/a/b c.db"));
        assert_eq!(Location::from_url("sqlite:///a.db?mode=rwc").expect("file"), file("/a.db"));
        assert_eq!(Location::from_url("sqlite:a.db").expect("file"), file("a.db"));
        for wrong in ["", "sqlite:", "sqlite://", "postgres://host/db", "/a.db", "sqlite:///a%2"] {
            assert!(Location::from_url(wrong).is_err(), "{wrong:?}");
        }
    }
}
