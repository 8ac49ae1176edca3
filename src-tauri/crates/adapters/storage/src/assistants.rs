//! Rows of assistants, and their optimistic version.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use tandem_switchboard::records::Assistant;

use crate::error::Fault;
use crate::row::{Columns, flag, json};

/// Inserts; a taken id or code is a conflict.
pub(crate) async fn insert(connection: &mut AnyConnection, row: &Assistant) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO assistants (org_id, id, name, code, enabled, version, settings, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.org.as_str())
    .bind(row.id.as_str())
    .bind(row.name.as_str())
    .bind(row.code.as_str())
    .bind(flag(row.enabled))
    .bind(row.version)
    .bind(json(&row.settings))
    .bind(row.created_at.0)
    .bind(row.updated_at.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// Replaces what has version `expected`, as version `expected + 1` whatever the row says.
pub(crate) async fn replace(
    connection: &mut AnyConnection,
    row: &Assistant,
    expected: i64,
) -> Result<(), Fault> {
    let done = sqlx::query(
        "UPDATE assistants SET name = $4, code = $5, enabled = $6, version = $3 + 1, settings = $7, \
         created_at = $8, updated_at = $9 WHERE org_id = $1 AND id = $2 AND version = $3",
    )
    .bind(row.org.as_str())
    .bind(row.id.as_str())
    .bind(expected)
    .bind(row.name.as_str())
    .bind(row.code.as_str())
    .bind(flag(row.enabled))
    .bind(json(&row.settings))
    .bind(row.created_at.0)
    .bind(row.updated_at.0)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() > 0 {
        return Ok(());
    }
    let found = sqlx::query("SELECT version FROM assistants WHERE org_id = $1 AND id = $2")
        .bind(row.org.as_str())
        .bind(row.id.as_str())
        .fetch_optional(connection)
        .await?;
    Err(if found.is_some() { Fault::Conflict("version") } else { Fault::NotFound })
}

pub(crate) fn read(row: &AnyRow) -> Result<Assistant, sqlx::Error> {
    Ok(Assistant {
        id: row.id("id")?,
        org: row.id("org_id")?,
        name: row.text("name")?,
        code: row.text("code")?,
        enabled: row.flag("enabled")?,
        version: row.try_get("version")?,
        settings: row.json("settings")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
