//! Rows of customers who are to be called back.

use std::sync::LazyLock;

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};
use tandem_foundation::{CallbackId, OrgId};
use tandem_switchboard::ports::callbacks::{CallbackFilter, CallbackStore};
use tandem_switchboard::ports::store::{Page, PageKey, StoreError};
use tandem_switchboard::records::Callback;

use crate::Storage;
use crate::error::Fault;
use crate::row::{Columns, each, name_of, private, upsert_sql};

/// Most rows in a page, and how many where the filter names none.
const PAGE: u32 = 200;
const OPEN: &str = "state NOT IN ('reached', 'failed', 'cancelled')";

static PUT: LazyLock<String> = LazyLock::new(|| {
    let columns = [
        "queue_id",
        "number",
        "name",
        "origin",
        "state",
        "reason",
        "agent_id",
        "since",
        "due_at",
        "attempts",
        "asked_in",
        "call_id",
        "note",
        "created_at",
        "updated_at",
    ];
    upsert_sql("callbacks", &["org_id", "id"], &columns)
});

#[async_trait]
impl CallbackStore for Storage {
    async fn callbacks(&self, org: &OrgId, filter: CallbackFilter) -> Result<Page<Callback>, StoreError> {
        let limit = if filter.limit == 0 { PAGE } else { filter.limit.min(PAGE) };
        let after = filter.after.map_or((i64::MAX, String::new()), |key| (key.created_at.0, key.id));
        let open = if filter.open_only { format!("AND {OPEN}") } else { String::new() };
        // One more than asked for tells whether there is a next page.
        let sql = format!(
            "SELECT * FROM callbacks WHERE org_id = $1 {open} \
             AND (created_at < $2 OR (created_at = $2 AND id < $3)) \
             ORDER BY created_at DESC, id DESC LIMIT $4"
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(org.as_str())
            .bind(after.0)
            .bind(after.1)
            .bind(i64::from(limit) + 1);
        let rows = self.readers.answer(query.fetch_all(&self.readers.now())).await;
        let rows = rows.and_then(|rows| each(&rows, read));
        let mut items = rows.map_err(|error| Fault::from(error).at("list callbacks"))?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let key = |row: &Callback| PageKey { created_at: row.created_at, id: row.id.as_str().to_owned() };
        let next = items.last().filter(|_| more).map(key);
        Ok(Page { items, next })
    }

    async fn callback(&self, org: &OrgId, id: &CallbackId) -> Result<Callback, StoreError> {
        let sql = "SELECT * FROM callbacks WHERE org_id = $1 AND id = $2";
        self.row_of("read callback", org, id.as_str(), sql, read).await
    }

    async fn open_callbacks(&self) -> Result<Vec<Callback>, StoreError> {
        let sql = format!("SELECT * FROM callbacks WHERE {OPEN} ORDER BY created_at, id");
        let rows = self.readers.answer(sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.readers.now())).await;
        rows.and_then(|rows| each(&rows, read)).map_err(|error| Fault::from(error).at("read open callbacks"))
    }
}

pub(crate) async fn put(connection: &mut AnyConnection, row: &Callback) -> Result<(), Fault> {
    sqlx::query(PUT.as_str())
        .bind(row.org.as_str())
        .bind(row.id.as_str())
        .bind(row.queue.as_str())
        .bind(row.number.as_str())
        .bind(private(row.name.as_ref()))
        .bind(name_of(&row.origin))
        .bind(row.state.as_str())
        .bind(row.reason.as_deref())
        .bind(row.agent.as_ref().map(|agent| agent.as_str()))
        .bind(row.since.0)
        .bind(row.due_at.0)
        .bind(i64::from(row.attempts))
        .bind(row.asked_in.as_ref().map(|call| call.as_str()))
        .bind(row.call.as_str())
        .bind(row.note.as_str())
        .bind(row.created_at.0)
        .bind(row.updated_at.0)
        .execute(connection)
        .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Callback, sqlx::Error> {
    Ok(Callback {
        id: row.id("id")?,
        org: row.id("org_id")?,
        queue: row.id("queue_id")?,
        number: row.private("number")?,
        name: row.private_opt("name")?,
        origin: row.named("origin")?,
        state: row.named("state")?,
        reason: row.text_opt("reason")?,
        agent: row.id_opt("agent_id")?,
        since: row.time("since")?,
        due_at: row.time("due_at")?,
        attempts: row.small("attempts")?,
        asked_in: row.id_opt("asked_in")?,
        call: row.id("call_id")?,
        note: row.private("note")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
