//! Rows of providers and the order of their fallbacks.

use std::sync::LazyLock;

use async_trait::async_trait;
use sqlx::any::AnyRow;
use tandem_foundation::{OrgId, ProviderId};
use tandem_switchboard::ports::providers::ProviderStore;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::{Event, NewEvent, Provider, ProviderCheck, ProviderFallback};

use crate::error::Fault;
use crate::row::{Columns, json, json_opt, name_of, upsert_sql};
use crate::seal::Sealer;
use crate::{Storage, events};

static PUT_PROVIDER: LazyLock<String> = LazyLock::new(|| {
    let columns = [
        "name",
        "kind",
        "vendor",
        "base_url",
        "settings",
        "key_sealed",
        "key_ends",
        "last_check",
        "created_at",
        "updated_at",
    ];
    upsert_sql("providers", &["org_id", "id"], &columns)
});

static PUT_FALLBACK: LazyLock<String> =
    LazyLock::new(|| upsert_sql("provider_fallback", &["org_id"], &["next_ones"]));

#[async_trait]
impl ProviderStore for Storage {
    async fn providers(&self, org: &OrgId) -> Result<Vec<Provider>, StoreError> {
        let sql = "SELECT * FROM providers WHERE org_id = $1 ORDER BY created_at, id";
        self.rows_of("list providers", org, sql, |row| read(row, &self.sealer)).await
    }

    async fn put_provider(&self, row: Provider, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError> {
        let place = place(&row.org, &row.id);
        let sealed = row.key.as_ref().map(|key| self.sealer.seal(&place, key.expose()));
        let work = self.writer.write("put provider", move |connection| {
            Box::pin(async move {
                sqlx::query(PUT_PROVIDER.as_str())
                    .bind(row.org.as_str())
                    .bind(row.id.as_str())
                    .bind(row.name.as_str())
                    .bind(name_of(&row.kind))
                    .bind(name_of(&row.vendor))
                    .bind(row.base_url.as_str())
                    .bind(json(&row.settings))
                    .bind(sealed)
                    .bind(row.key_ends())
                    .bind(json_opt(row.last_check.as_ref()))
                    .bind(row.created_at.0)
                    .bind(row.updated_at.0)
                    .execute(&mut *connection)
                    .await?;
                events::append(connection, &row.org, events, &[]).await
            })
        });
        work.await
    }

    async fn delete_provider(
        &self,
        org: &OrgId,
        id: &ProviderId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let sql = "DELETE FROM providers WHERE org_id = $1 AND id = $2";
        self.delete("delete provider", (org, id.as_str()), sql, "provider", events).await
    }

    async fn note_check(&self, org: &OrgId, id: &ProviderId, check: ProviderCheck) -> Result<(), StoreError> {
        let (org, id) = (org.clone(), id.clone());
        let work = self.writer.write("note a provider's check", move |connection| {
            Box::pin(async move {
                let done = sqlx::query("UPDATE providers SET last_check = $3 WHERE org_id = $1 AND id = $2")
                    .bind(org.as_str())
                    .bind(id.as_str())
                    .bind(json(&check))
                    .execute(connection)
                    .await?;
                if done.rows_affected() == 0 { Err(Fault::NotFound) } else { Ok(()) }
            })
        });
        work.await
    }

    async fn fallback(&self, org: &OrgId) -> Result<Option<ProviderFallback>, StoreError> {
        let sql = "SELECT next_ones FROM provider_fallback WHERE org_id = $1";
        let rows = self.rows_of("read the fallbacks", org, sql, |row| row.json("next_ones")).await?;
        Ok(rows.into_iter().next())
    }

    async fn put_fallback(
        &self,
        org: &OrgId,
        row: ProviderFallback,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let org = org.clone();
        let work = self.writer.write("put the fallbacks", move |connection| {
            Box::pin(async move {
                sqlx::query(PUT_FALLBACK.as_str())
                    .bind(org.as_str())
                    .bind(json(&row))
                    .execute(&mut *connection)
                    .await?;
                events::append(connection, &org, events, &[]).await
            })
        });
        work.await
    }
}

fn read(row: &AnyRow, sealer: &Sealer) -> Result<Provider, sqlx::Error> {
    let (org, id): (OrgId, ProviderId) = (row.id("org_id")?, row.id("id")?);
    Ok(Provider {
        name: row.text("name")?,
        kind: row.named("kind")?,
        vendor: row.named("vendor")?,
        base_url: row.text("base_url")?,
        settings: row.json("settings")?,
        key: row.sealed_opt("key_sealed", sealer, &place(&org, &id))?,
        last_check: row.json_opt("last_check")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        org,
        id,
    })
}

fn place(org: &OrgId, id: &ProviderId) -> String {
    format!("providers.key\n{org}\n{id}")
}
