//! Rows to lines of JSON and back, over any table of either database.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};

use futures_util::TryStreamExt;
use serde_json::{Map, Value};
use sqlx::any::AnyRow;
use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Column, Connection, Row};

use crate::connect::MIGRATIONS;
use crate::error::Fault;
use crate::row::broken;

/// Every table, each after those that it refers to.
pub(super) const TABLES: [&str; 32] = [
    "organisations",
    "event_sequence",
    "sealing_key",
    "users",
    "api_keys",
    "sessions",
    "trunks",
    "numbers",
    "assistants",
    "calls",
    "transcript_items",
    "events",
    "outbox",
    "do_not_call",
    "idempotency",
    "retention",
    "sip_messages",
    "providers",
    "provider_fallback",
    "retention_sweeps",
    "queues",
    "agents",
    "hours",
    "voicemails",
    "conferences",
    "callbacks",
    "settings",
    "outside_results",
    "tasks",
    "webhook_endpoints",
    "webhook_deliveries",
    "webhook_attempts",
];
/// Those in which the migrations leave a row.
const SEEDED: [&str; 1] = ["event_sequence"];

/// The database at one moment.
pub(super) struct Exported {
    pub(super) schema: i64,
    pub(super) tables: Vec<Table>,
    /// Paths of recordings below the data directory.
    pub(super) recordings: Vec<String>,
}

/// The rows of a table, a line each; the file has no name and goes with its handle.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) rows: u64,
    pub(super) lines: File,
}

/// The newest migration that this program knows.
pub(super) fn newest_schema() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Reads all tables as they are at one moment.
pub(super) async fn export(readers: &AnyPool) -> Result<Exported, Fault> {
    let mut connection = readers.acquire().await?;
    let begin = match connection.backend_name() {
        "SQLite" => "BEGIN",
        _ => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    };
    let mut transaction = connection.begin_with(begin).await?;
    let schema: Option<i64> =
        sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&mut *transaction).await?;
    let schema = schema.ok_or_else(|| Fault::Invalid("the database is empty".to_owned()))?;
    let mut tables = Vec::with_capacity(TABLES.len());
    // A newer version's tables are not known here; the caller refuses them.
    if schema <= newest_schema() {
        for name in TABLES {
            tables.push(read(&mut transaction, name).await?);
        }
    }
    let named: Vec<String> =
        sqlx::query_scalar("SELECT recording FROM calls WHERE recording IS NOT NULL ORDER BY created_at")
            .fetch_all(&mut *transaction)
            .await?;
    let met: Vec<String> = if schema <= newest_schema() {
        sqlx::query_scalar("SELECT recordings FROM conferences ORDER BY created_at")
            .fetch_all(&mut *transaction)
            .await?
    } else {
        Vec::new()
    };
    let messages: Vec<String> = if schema <= newest_schema() {
        sqlx::query_scalar("SELECT file FROM voicemails ORDER BY created_at")
            .fetch_all(&mut *transaction)
            .await?
    } else {
        Vec::new()
    };
    transaction.rollback().await?;
    let file = |text: &String| Some(serde_json::from_str::<Value>(text).ok()?["file"].as_str()?.to_owned());
    let of_conference = |text: &String| serde_json::from_str::<Vec<Value>>(text).unwrap_or_default();
    let met = met.iter().flat_map(of_conference).filter_map(|row| Some(row["file"].as_str()?.to_owned()));
    let recordings = named.iter().filter_map(file).chain(messages).chain(met).collect();
    Ok(Exported { schema, tables, recordings })
}

async fn read(connection: &mut AnyConnection, name: &str) -> Result<Table, Fault> {
    let mut lines = BufWriter::new(tempfile::tempfile()?);
    let mut rows = 0;
    let mut found = sqlx::query(AssertSqlSafe(format!("SELECT * FROM {name}"))).fetch(connection);
    while let Some(row) = found.try_next().await? {
        serde_json::to_writer(&mut lines, &line(&row)?).map_err(std::io::Error::from)?;
        lines.write_all(b"\n")?;
        rows += 1;
    }
    let mut lines = lines.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    lines.rewind()?;
    Ok(Table { name: name.to_owned(), rows, lines })
}

/// The columns that are not NULL.
fn line(row: &AnyRow) -> Result<Map<String, Value>, Fault> {
    let mut line = Map::new();
    for (index, column) in row.columns().iter().enumerate() {
        let value = match row.try_get::<Option<i64>, _>(index) {
            Ok(number) => number.map(Value::from),
            Err(_) => match row.try_get::<Option<String>, _>(index) {
                Ok(text) => text.map(Value::from),
                Err(_) => row.try_get::<Option<f64>, _>(index)?.map(Value::from),
            },
        };
        if let Some(value) = value {
            line.insert(column.name().to_owned(), value);
        }
    }
    Ok(line)
}

/// What is in a database that should be empty.
pub(super) async fn anything_in(pool: &AnyPool) -> Result<Option<String>, Fault> {
    let mut connection = pool.acquire().await?;
    let sql = match connection.backend_name() {
        "SQLite" => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        _ => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
             WHERE table_schema = current_schema() ORDER BY table_name"
        }
    };
    let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *connection).await?;
    Ok(tables.first().map(|table| format!("the database has {} tables, such as {table}", tables.len())))
}

/// Brings an empty database to the backup's schema, puts the rows in, in one transaction, then migrates on.
pub(super) async fn import(pool: &AnyPool, schema: i64, tables: Vec<Table>) -> Result<u64, Fault> {
    let migrations = MIGRATIONS.iter().filter(|migration| migration.version <= schema).cloned().collect();
    Migrator { migrations: Cow::Owned(migrations), ..Migrator::DEFAULT }.run(pool).await?;
    let mut connection = pool.acquire().await?;
    let mut transaction = connection.begin().await?;
    for table in SEEDED {
        sqlx::query(AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&mut *transaction).await?;
    }
    let mut rows = 0;
    for table in tables {
        for (number, text) in BufReader::new(table.lines).lines().enumerate() {
            let at = || format!("{}, row {}", table.name, number + 1);
            let line =
                serde_json::from_str(&text?).map_err(|error| Fault::Invalid(format!("{}: {error}", at())))?;
            insert(&mut transaction, &table.name, line)
                .await
                .map_err(|fault| Fault::Invalid(format!("{}: {fault}", at())))?;
            rows += 1;
        }
    }
    transaction.commit().await?;
    drop(connection);
    MIGRATIONS.run(pool).await?;
    Ok(rows)
}

/// NULL columns are left out: the statement then needs no types for them.
async fn insert(connection: &mut AnyConnection, table: &str, line: Map<String, Value>) -> Result<(), Fault> {
    let plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if let Some(name) = line.keys().find(|name| !plain(name)) {
        return Err(Fault::Invalid(format!("{name} is not a column")));
    }
    let columns: Vec<&str> = line.keys().map(String::as_str).collect();
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (name, value) in line {
        query = match value {
            Value::String(text) => query.bind(text),
            Value::Number(number) => match number.as_i64() {
                Some(number) => query.bind(number),
                None => query.bind(number.as_f64()),
            },
            other => {
                return Err(broken(&name, Fault::Invalid(format!("{other} is not a column's value"))).into());
            }
        };
    }
    query.execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_table_of_the_schema_is_backed_up() {
        let storage = crate::Storage::open("sqlite::memory:").await.expect("open");
        let mut tables: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '!_sqlx%' ESCAPE '!'",
        )
        .fetch_all(&storage.readers.now())
        .await
        .expect("read");
        let mut listed = TABLES.map(str::to_owned).to_vec();
        tables.sort_unstable();
        listed.sort_unstable();
        assert_eq!(tables, listed);
    }
}
