//! Endpoints: their rows, and their secrets, which are in the database only sealed.

use std::sync::LazyLock;

use sqlx::any::AnyRow;
use tandem_foundation::{EndpointId, OrgId};
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::{Event, NewEvent, UnixMs, WebhookEndpoint};

use crate::error::Fault;
use crate::row::{Columns, broken, flag, json, upsert_sql};
use crate::seal::Sealer;
use crate::{Storage, events};

static PUT: LazyLock<String> = LazyLock::new(|| {
    let columns = [
        "contract",
        "url",
        "description",
        "topics",
        "enabled",
        "disabled_reason",
        "secrets_sealed",
        "failing_since",
        "created_at",
    ];
    upsert_sql("webhook_endpoints", &["org_id", "id"], &columns)
});

impl Storage {
    pub(super) async fn webhook_endpoints(&self, org: &OrgId) -> Result<Vec<WebhookEndpoint>, StoreError> {
        let sql = "SELECT * FROM webhook_endpoints WHERE org_id = $1 ORDER BY created_at, id";
        self.rows_of("list webhook endpoints", org, sql, |row| read(row, &self.sealer)).await
    }

    pub(super) async fn webhook_endpoint(
        &self,
        org: &OrgId,
        id: &EndpointId,
    ) -> Result<WebhookEndpoint, StoreError> {
        let sql = "SELECT * FROM webhook_endpoints WHERE org_id = $1 AND id = $2";
        self.row_of("read webhook endpoint", org, id.as_str(), sql, |row| read(row, &self.sealer)).await
    }

    pub(super) async fn put_webhook_endpoint(
        &self,
        row: WebhookEndpoint,
        told: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let secrets = self.sealer.seal(&place(&row.org, row.id.as_str()), &json(&row.secrets));
        let work = self.writer.write("put webhook endpoint", move |connection| {
            Box::pin(async move {
                sqlx::query(PUT.as_str())
                    .bind(row.org.as_str())
                    .bind(row.id.as_str())
                    .bind(row.contract.map(|contract| contract.as_str()))
                    .bind(row.url)
                    .bind(row.description)
                    .bind(json(&row.topics))
                    .bind(flag(row.enabled))
                    .bind(row.disabled_reason)
                    .bind(secrets)
                    .bind(row.failing_since.map(|at| at.0))
                    .bind(row.created_at.0)
                    .execute(&mut *connection)
                    .await?;
                events::append(connection, &row.org, told, &[]).await
            })
        });
        work.await
    }

    pub(super) async fn delete_webhook_endpoint(
        &self,
        org: &OrgId,
        id: &EndpointId,
        told: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let (org, id) = (org.clone(), id.clone());
        let work = self.writer.write("delete webhook endpoint", move |connection| {
            Box::pin(async move {
                let mut gone = 0;
                for sql in [
                    "DELETE FROM webhook_attempts WHERE org_id = $1 AND delivery_id IN \
                     (SELECT id FROM webhook_deliveries WHERE org_id = $1 AND endpoint_id = $2)",
                    "DELETE FROM webhook_deliveries WHERE org_id = $1 AND endpoint_id = $2",
                    "DELETE FROM webhook_endpoints WHERE org_id = $1 AND id = $2",
                ] {
                    let done = sqlx::query(sql)
                        .bind(org.as_str())
                        .bind(id.as_str())
                        .execute(&mut *connection)
                        .await?;
                    gone = done.rows_affected();
                }
                if gone == 0 {
                    return Err(Fault::NotFound);
                }
                events::append(connection, &org, told, &[]).await
            })
        });
        work.await
    }

    pub(super) async fn note_webhook_failing(
        &self,
        org: &OrgId,
        id: &EndpointId,
        since: Option<UnixMs>,
    ) -> Result<(), StoreError> {
        let (org, id) = (org.clone(), id.clone());
        let work = self.writer.write("note failing webhook endpoint", move |connection| {
            Box::pin(async move {
                sqlx::query("UPDATE webhook_endpoints SET failing_since = $3 WHERE org_id = $1 AND id = $2")
                    .bind(org.as_str())
                    .bind(id.as_str())
                    .bind(since.map(|at| at.0))
                    .execute(connection)
                    .await?;
                Ok(())
            })
        });
        work.await
    }
}

fn place(org: &OrgId, id: &str) -> String {
    format!("webhook_endpoints.secrets\n{org}\n{id}")
}

fn read(row: &AnyRow, sealer: &Sealer) -> Result<WebhookEndpoint, sqlx::Error> {
    let (org, id): (OrgId, String) = (row.id("org_id")?, row.text("id")?);
    let secrets = row.sealed_opt("secrets_sealed", sealer, &place(&org, &id))?.unwrap_or_default();
    Ok(WebhookEndpoint {
        id: id.into(),
        org,
        contract: row.named_opt("contract")?,
        url: row.text_opt("url")?,
        description: row.text("description")?,
        topics: row.json("topics")?,
        enabled: row.flag("enabled")?,
        disabled_reason: row.text_opt("disabled_reason")?,
        secrets: serde_json::from_str(secrets.as_str()).map_err(|error| broken("secrets_sealed", error))?,
        failing_since: row.time_opt("failing_since")?,
        created_at: row.time("created_at")?,
    })
}
