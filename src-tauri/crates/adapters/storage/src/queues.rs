//! Rows of queues and agents.

use std::sync::LazyLock;

use async_trait::async_trait;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use tandem_foundation::{OrgId, QueueId};
use tandem_switchboard::ports::queues::QueueStore;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::{AgentProfile, Event, NewEvent, Queue};

use crate::error::Fault;
use crate::row::{Columns, flag, json, upsert_sql};
use crate::{Storage, events};

static PUT_QUEUE: LazyLock<String> =
    LazyLock::new(|| upsert_sql("queues", &["org_id", "id"], &["name", "settings", "members", "created_at"]));

static PUT_AGENT: LazyLock<String> = LazyLock::new(|| {
    upsert_sql("agents", &["org_id", "user_id"], &["skills", "capacity", "pinned", "presence", "since"])
});

#[async_trait]
impl QueueStore for Storage {
    async fn queues(&self, org: &OrgId) -> Result<Vec<Queue>, StoreError> {
        let sql = "SELECT * FROM queues WHERE org_id = $1 ORDER BY created_at, id";
        self.rows_of("list queues", org, sql, read_queue).await
    }

    async fn put_queue(&self, row: Queue, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError> {
        let work = self.writer.write("put queue", move |connection| {
            Box::pin(async move {
                sqlx::query(PUT_QUEUE.as_str())
                    .bind(row.org.as_str())
                    .bind(row.id.as_str())
                    .bind(row.name.as_str())
                    .bind(json(&row.settings))
                    .bind(json(&row.members))
                    .bind(row.created_at.0)
                    .execute(&mut *connection)
                    .await?;
                events::append(connection, &row.org, events, &[]).await
            })
        });
        work.await
    }

    async fn delete_queue(
        &self,
        org: &OrgId,
        id: &QueueId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let sql = "DELETE FROM queues WHERE org_id = $1 AND id = $2";
        self.delete("delete queue", (org, id.as_str()), sql, "queue", events).await
    }

    async fn agent_profiles(&self, org: &OrgId) -> Result<Vec<AgentProfile>, StoreError> {
        let sql = "SELECT * FROM agents WHERE org_id = $1 ORDER BY user_id";
        self.rows_of("list agents", org, sql, read_agent).await
    }

    async fn put_agent_profile(
        &self,
        row: AgentProfile,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let work = self.writer.write("put agent", move |connection| {
            Box::pin(async move {
                put_agent(connection, &row).await?;
                events::append(connection, &row.org, events, &[]).await
            })
        });
        work.await
    }
}

pub(crate) async fn put_agent(connection: &mut AnyConnection, row: &AgentProfile) -> Result<(), Fault> {
    sqlx::query(PUT_AGENT.as_str())
        .bind(row.org.as_str())
        .bind(row.user.as_str())
        .bind(json(&row.skills))
        .bind(i64::from(row.capacity))
        .bind(flag(row.pinned))
        .bind(json(&row.presence))
        .bind(row.since.0)
        .execute(connection)
        .await?;
    Ok(())
}

fn read_queue(row: &AnyRow) -> Result<Queue, sqlx::Error> {
    Ok(Queue {
        id: row.id("id")?,
        org: row.id("org_id")?,
        name: row.text("name")?,
        settings: row.json("settings")?,
        members: row.json("members")?,
        created_at: row.time("created_at")?,
    })
}

fn read_agent(row: &AnyRow) -> Result<AgentProfile, sqlx::Error> {
    Ok(AgentProfile {
        org: row.id("org_id")?,
        user: row.id("user_id")?,
        skills: row.json("skills")?,
        capacity: row.small("capacity")?,
        pinned: row.flag("pinned")?,
        presence: row.json("presence")?,
        since: row.time("since")?,
    })
}
