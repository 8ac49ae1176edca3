//! Whether a database is sound.

use sqlx::AnyPool;

use crate::error::Fault;

/// Each counts rows that must not be there.
const DEFECTS: [(&str, &str); 3] = [
    (
        "events beyond the sequence",
        "SELECT COUNT(*) FROM events WHERE seq > (SELECT last_seq FROM event_sequence WHERE name = 'events')",
    ),
    (
        "transcript items without their call",
        "SELECT COUNT(*) FROM transcript_items i LEFT JOIN calls c ON c.org_id = i.org_id AND c.id = i.call_id \
         WHERE c.id IS NULL",
    ),
    (
        "deliveries without their event",
        "SELECT COUNT(*) FROM outbox o LEFT JOIN events e ON e.seq = o.event_seq WHERE e.seq IS NULL",
    ),
];

/// Looks at the pages (SQLite) and at what the tables say of each other.
pub(crate) async fn all(readers: &AnyPool) -> Result<(), Fault> {
    let mut connection = readers.acquire().await?;
    if connection.backend_name() == "SQLite" {
        let found: String =
            sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut *connection).await?;
        if found != "ok" {
            return Err(Fault::Invalid(found));
        }
    }
    for (defect, sql) in DEFECTS {
        let rows: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
        if rows > 0 {
            return Err(Fault::Invalid(format!("{rows} {defect}")));
        }
    }
    Ok(())
}
