//! Settings of which an organisation has one of each.

use std::sync::LazyLock;

use async_trait::async_trait;
use serde_json::Value;
use tandem_foundation::OrgId;
use tandem_switchboard::ports::settings::SettingsStore;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::{Event, NewEvent};

use crate::row::{Columns, json, upsert_sql};
use crate::{Storage, events};

static PUT: LazyLock<String> = LazyLock::new(|| upsert_sql("settings", &["org_id", "name"], &["settings"]));

#[async_trait]
impl SettingsStore for Storage {
    async fn settings(&self, org: &OrgId, name: &'static str) -> Result<Option<Value>, StoreError> {
        let sql = "SELECT name, settings FROM settings WHERE org_id = $1";
        let read = |row: &sqlx::any::AnyRow| Ok((row.text("name")?, row.json::<Value>("settings")?));
        let rows = self.rows_of("read settings", org, sql, read).await?;
        Ok(rows.into_iter().find_map(|(stored, value)| (stored == name).then_some(value)))
    }

    async fn put_settings(
        &self,
        org: &OrgId,
        name: &'static str,
        value: Value,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let org = org.clone();
        let work = self.writer.write("put settings", move |connection| {
            Box::pin(async move {
                sqlx::query(PUT.as_str())
                    .bind(org.as_str())
                    .bind(name)
                    .bind(json(&value))
                    .execute(&mut *connection)
                    .await?;
                events::append(connection, &org, events, &[]).await
            })
        });
        work.await
    }
}
