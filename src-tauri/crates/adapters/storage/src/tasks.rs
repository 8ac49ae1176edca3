//! Rows of tasks.

use async_trait::async_trait;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe};
use tandem_foundation::{OrgId, Pii, TaskId};
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::ports::tasks::{TaskFilter, TaskStore};
use tandem_switchboard::records::{Task, TaskStatus, UnixMs};

use crate::Storage;
use crate::error::Fault;
use crate::row::{Columns, each, json};

const PAGE: u32 = 200;

#[async_trait]
impl TaskStore for Storage {
    async fn add_task(&self, row: Task) -> Result<(), StoreError> {
        let work = self.writer.write("add task", move |connection| {
            Box::pin(async move {
                let sql = "INSERT INTO tasks (org_id, id, assistant_id, status, priority, due_at, call_id, claimed_at, \
                           details, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
                bind(sqlx::query(sql), &row).execute(connection).await?;
                Ok(())
            })
        });
        work.await
    }

    async fn task(&self, org: &OrgId, id: &TaskId) -> Result<Task, StoreError> {
        let sql = "SELECT * FROM tasks WHERE org_id = $1 AND id = $2";
        self.row_of("read task", org, id.as_str(), sql, read).await
    }

    async fn tasks(&self, org: &OrgId, filter: TaskFilter) -> Result<Vec<Task>, StoreError> {
        let limit = if filter.limit == 0 { PAGE } else { filter.limit.min(PAGE) };
        let query = sqlx::query(
            "SELECT * FROM tasks WHERE org_id = $1 AND ($2 = '' OR assistant_id = $2) AND ($3 = '' OR status = $3) \
             ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5",
        )
        .bind(org.as_str())
        .bind(filter.assistant.as_ref().map_or_else(String::new, |id| id.as_str().to_owned()))
        .bind(filter.status.map_or("", TaskStatus::as_str))
        .bind(i64::from(limit))
        .bind(i64::from(filter.offset));
        let rows = self.readers.answer(query.fetch_all(&self.readers.now())).await;
        rows.and_then(|rows| each(&rows, read)).map_err(|error| Fault::from(error).at("list tasks"))
    }

    async fn change_task(&self, row: Task, from: &[TaskStatus]) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE tasks SET assistant_id = $3, status = $4, priority = $5, due_at = $6, call_id = $7, claimed_at = $8, \
             details = $9, created_at = $10, updated_at = $11 WHERE org_id = $1 AND id = $2 AND status IN ({})",
            names(from)
        );
        let work = self.writer.write("change task", move |connection| {
            Box::pin(async move {
                let done = bind(sqlx::query(AssertSqlSafe(sql)), &row).execute(connection).await?;
                Ok(done.rows_affected() > 0)
            })
        });
        work.await
    }

    async fn delete_task(&self, org: &OrgId, id: &TaskId, from: &[TaskStatus]) -> Result<bool, StoreError> {
        let sql = format!("DELETE FROM tasks WHERE org_id = $1 AND id = $2 AND status IN ({})", names(from));
        let (org, id) = (org.clone(), id.clone());
        let work = self.writer.write("delete task", move |connection| {
            Box::pin(async move {
                let query = sqlx::query(AssertSqlSafe(sql)).bind(org.as_str()).bind(id.as_str());
                Ok(query.execute(connection).await?.rows_affected() > 0)
            })
        });
        work.await
    }

    async fn due_tasks(&self, now: UnixMs, limit: u32) -> Result<Vec<Task>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM tasks WHERE status = 'pending' AND due_at IS NOT NULL AND due_at <= $1 \
             ORDER BY priority DESC, due_at, created_at, id LIMIT $2",
        )
        .bind(now.0)
        .bind(i64::from(limit));
        let rows = self.readers.answer(query.fetch_all(&self.readers.now())).await;
        rows.and_then(|rows| each(&rows, read)).map_err(|error| Fault::from(error).at("read due tasks"))
    }

    async fn next_task_due(&self) -> Result<Option<UnixMs>, StoreError> {
        let sql = "SELECT due_at FROM tasks WHERE status = 'pending' AND due_at IS NOT NULL ORDER BY due_at LIMIT 1";
        let row = self.readers.answer(sqlx::query(sql).fetch_optional(&self.readers.now())).await;
        row.and_then(|row| row.map(|row| row.time("due_at")).transpose())
            .map_err(|error| Fault::from(error).at("read next task"))
    }

    async fn tasks_in_progress(&self) -> Result<Vec<Task>, StoreError> {
        let sql = "SELECT * FROM tasks WHERE status = 'in_progress' ORDER BY org_id, id";
        let rows = self.readers.answer(sqlx::query(sql).fetch_all(&self.readers.now())).await;
        rows.and_then(|rows| each(&rows, read)).map_err(|error| Fault::from(error).at("read tasks"))
    }
}

/// Our own words, so that they need no placeholders.
fn names(statuses: &[TaskStatus]) -> String {
    statuses.iter().map(|status| format!("'{}'", status.as_str())).collect::<Vec<_>>().join(", ")
}

fn bind<'q>(query: Query<'q, Any, AnyArguments>, row: &Task) -> Query<'q, Any, AnyArguments> {
    query
        .bind(row.org.as_str().to_owned())
        .bind(row.id.as_str().to_owned())
        .bind(row.assistant.as_str().to_owned())
        .bind(row.status.as_str())
        .bind(row.priority)
        .bind(row.due_at.map(|at| at.0))
        .bind(row.call.as_ref().map(|call| call.as_str().to_owned()))
        .bind(row.claimed_at.map(|at| at.0))
        .bind(json(row.details.expose()))
        .bind(row.created_at.0)
        .bind(row.updated_at.0)
}

fn read(row: &AnyRow) -> Result<Task, sqlx::Error> {
    Ok(Task {
        id: row.id("id")?,
        org: row.id("org_id")?,
        assistant: row.id("assistant_id")?,
        status: row.named("status")?,
        priority: row.int("priority")?,
        due_at: row.time_opt("due_at")?,
        call: row.id_opt("call_id")?,
        claimed_at: row.time_opt("claimed_at")?,
        details: Pii::new(row.json("details")?),
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
