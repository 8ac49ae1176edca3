//! Rows of conferences.

use std::path::Path;
use std::sync::LazyLock;

use async_trait::async_trait;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use tandem_foundation::{ConferenceId, OrgId};
use tandem_switchboard::ports::conferences::ConferenceStore;
use tandem_switchboard::ports::store::{Page, PageKey, StoreError};
use tandem_switchboard::records::{Conference, Recording};

use crate::Storage;
use crate::error::Fault;
use crate::retention::{BATCH, delete_file};
use crate::row::{Columns, each, json, upsert_sql};

/// Most rows in a page, and how many where none are named.
const PAGE: u32 = 200;

static PUT: LazyLock<String> = LazyLock::new(|| {
    let columns = ["name", "created_at", "started_at", "ended_at", "end_reason", "calls", "recordings"];
    upsert_sql("conferences", &["org_id", "id"], &columns)
});

#[async_trait]
impl ConferenceStore for Storage {
    async fn conferences(
        &self,
        org: &OrgId,
        after: Option<PageKey>,
        limit: u32,
    ) -> Result<Page<Conference>, StoreError> {
        let limit = if limit == 0 { PAGE } else { limit.min(PAGE) };
        let after = after.map_or((i64::MAX, String::new()), |key| (key.created_at.0, key.id));
        // One more than asked for tells whether there is a next page.
        let query = sqlx::query(
            "SELECT * FROM conferences WHERE org_id = $1 \
             AND (created_at < $2 OR (created_at = $2 AND id < $3)) \
             ORDER BY created_at DESC, id DESC LIMIT $4",
        );
        let query = query.bind(org.as_str()).bind(after.0).bind(after.1).bind(i64::from(limit) + 1);
        let rows = self.readers.answer(query.fetch_all(&self.readers.now())).await;
        let rows = rows.and_then(|rows| each(&rows, read));
        let mut items = rows.map_err(|error| Fault::from(error).at("list conferences"))?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let key = |row: &Conference| PageKey { created_at: row.created_at, id: row.id.as_str().to_owned() };
        let next = items.last().filter(|_| more).map(key);
        Ok(Page { items, next })
    }

    async fn conference(&self, org: &OrgId, id: &ConferenceId) -> Result<Conference, StoreError> {
        let sql = "SELECT * FROM conferences WHERE org_id = $1 AND id = $2";
        self.row_of("read conference", org, id.as_str(), sql, read).await
    }

    async fn unfinished_conferences(&self) -> Result<Vec<Conference>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM conferences WHERE ended_at IS NULL OR recordings LIKE '%\"state\":\"recording\"%' \
             ORDER BY org_id, id",
        );
        let rows = self.readers.answer(query.fetch_all(&self.readers.now())).await;
        let rows = rows.and_then(|rows| each(&rows, read));
        rows.map_err(|error| Fault::from(error).at("list unfinished conferences"))
    }
}

impl Storage {
    /// The recordings of conferences that ended before this moment; how many conferences had some.
    pub(crate) async fn sweep_conferences(
        &self,
        org: &OrgId,
        before: i64,
        data_dir: &Path,
    ) -> Result<u64, StoreError> {
        let at = |error: sqlx::Error| Fault::from(error).at("sweep conferences");
        let mut swept = 0;
        loop {
            let query = sqlx::query(
                "SELECT id, recordings FROM conferences WHERE org_id = $1 AND ended_at < $2 \
                 AND recordings <> '[]' ORDER BY ended_at LIMIT $3",
            );
            let query = query.bind(org.as_str()).bind(before).bind(BATCH);
            let rows = self.readers.answer(query.fetch_all(&self.readers.now())).await.map_err(at)?;
            if rows.is_empty() {
                return Ok(swept);
            }
            let mut ids = Vec::with_capacity(rows.len());
            for row in &rows {
                let recordings: Vec<Recording> = row.json("recordings").map_err(at)?;
                for recording in recordings {
                    let deleted = delete_file(data_dir, &recording.file).await;
                    deleted.map_err(|fault| fault.at("sweep conferences"))?;
                }
                ids.push(row.text("id").map_err(at)?);
            }
            swept += ids.len() as u64;
            let org = org.clone();
            let work = self.writer.write("sweep conferences", move |connection| {
                Box::pin(async move {
                    for id in ids {
                        let sql = "UPDATE conferences SET recordings = '[]' WHERE org_id = $1 AND id = $2";
                        let query = sqlx::query(sql).bind(org.as_str()).bind(id);
                        query.execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            });
            work.await?;
        }
    }
}

pub(crate) async fn put(connection: &mut AnyConnection, row: &Conference) -> Result<(), Fault> {
    sqlx::query(PUT.as_str())
        .bind(row.org.as_str())
        .bind(row.id.as_str())
        .bind(row.name.as_str())
        .bind(row.created_at.0)
        .bind(row.started_at.map(|at| at.0))
        .bind(row.ended_at.map(|at| at.0))
        .bind(row.end_reason.clone())
        .bind(json(&row.calls))
        .bind(json(&row.recordings))
        .execute(connection)
        .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Conference, sqlx::Error> {
    Ok(Conference {
        id: row.id("id")?,
        org: row.id("org_id")?,
        name: row.text("name")?,
        created_at: row.time("created_at")?,
        started_at: row.time_opt("started_at")?,
        ended_at: row.time_opt("ended_at")?,
        end_reason: row.text_opt("end_reason")?,
        calls: row.json("calls")?,
        recordings: row.json("recordings")?,
    })
}
