//! Providers and retention in memory, and a registry that notes what it is given.

use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use tandem_foundation::*;
use tandem_switchboard::ports::providers::*;
use tandem_switchboard::ports::retention::RetentionStore;
use tandem_switchboard::ports::settings::SettingsStore;
use tandem_switchboard::ports::speech::{ProviderError, ProviderErrorKind};
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::*;

use super::store::MemoryStore;

type Result<T> = std::result::Result<T, StoreError>;

#[async_trait]
impl ProviderStore for MemoryStore {
    async fn providers(&self, org: &OrgId) -> Result<Vec<Provider>> {
        Ok(self.data.lock().providers.iter().filter(|row| row.org == *org).cloned().collect())
    }

    async fn put_provider(&self, row: Provider, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        let same = |old: &Provider| (&old.org, old.kind, &old.name) == (&row.org, row.kind, &row.name);
        if data.providers.iter().any(|old| same(old) && old.id != row.id) {
            return Err(StoreError::Conflict { operation: "putting a provider", field: "name" });
        }
        let org = row.org.clone();
        data.providers.retain(|old| old.id != row.id);
        data.providers.push(row);
        Ok(data.add(&org, events))
    }

    async fn delete_provider(
        &self,
        org: &OrgId,
        id: &ProviderId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        data.providers.retain(|row| row.org != *org || row.id != *id);
        Ok(data.add(org, events))
    }

    async fn note_check(&self, org: &OrgId, id: &ProviderId, check: ProviderCheck) -> Result<()> {
        let mut data = self.data.lock();
        for row in data.providers.iter_mut().filter(|row| row.org == *org && row.id == *id) {
            row.last_check = Some(check.clone());
        }
        Ok(())
    }

    async fn fallback(&self, _org: &OrgId) -> Result<Option<ProviderFallback>> {
        Ok(self.data.lock().fallback.clone())
    }

    async fn put_fallback(
        &self,
        org: &OrgId,
        row: ProviderFallback,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        data.fallback = Some(row);
        Ok(data.add(org, events))
    }
}

#[async_trait]
impl RetentionStore for MemoryStore {
    async fn retention(&self, _org: &OrgId) -> Result<Retention> {
        Ok(self.data.lock().retention)
    }

    async fn put_retention(&self, org: &OrgId, row: Retention, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        data.retention = row;
        Ok(data.add(org, events))
    }

    async fn due(&self, _org: &OrgId, kept: Retention, _now: UnixMs) -> Result<Swept> {
        Ok(Swept { recordings: kept.recordings_days.map_or(0, |_| 7), ..Swept::default() })
    }

    async fn sweep_organisation(&self, org: &OrgId, now: UnixMs, _: &std::path::Path) -> Result<Swept> {
        let kept = self.data.lock().retention;
        self.due(org, kept, now).await
    }

    async fn last_sweep(&self, _org: &OrgId) -> Result<Option<Sweep>> {
        Ok(None)
    }
}

#[async_trait]
impl SettingsStore for MemoryStore {
    async fn settings(&self, org: &OrgId, name: &'static str) -> Result<Option<serde_json::Value>> {
        Ok(self.data.lock().settings.get(&(org.clone(), name)).cloned())
    }

    async fn put_settings(
        &self,
        org: &OrgId,
        name: &'static str,
        value: serde_json::Value,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        data.settings.insert((org.clone(), name), value);
        Ok(data.add(org, events))
    }
}

/// What the exchange was told to use: organisation, name and key of each provider.
#[derive(Default)]
pub struct Registry {
    pub in_use: Mutex<Vec<(String, String, Option<String>)>>,
}

#[async_trait]
impl ProviderRegistry for Registry {
    fn fixed(&self) -> Vec<FixedProvider> {
        let fixed = |kind, name: &str, built_in| FixedProvider {
            name: name.into(),
            kind,
            vendor: "x".into(),
            built_in,
            base_url: None,
            has_key: !built_in,
        };
        vec![
            fixed(ProviderKind::Recogniser, "embedded", true),
            fixed(ProviderKind::Voice, "embedded", true),
            fixed(ProviderKind::Model, "scripted", true),
            fixed(ProviderKind::Model, "of-file", false),
        ]
    }

    fn fixed_fallback(&self) -> ProviderFallback {
        ProviderFallback::default()
    }

    fn replace(&self, org: &OrgId, rows: &[Provider], _fallback: Option<&ProviderFallback>) {
        let key = |row: &Provider| row.key.as_ref().map(|key| key.expose().clone());
        let used = rows.iter().map(|row| (org.to_string(), row.name.clone(), key(row)));
        *self.in_use.lock() = used.collect();
    }

    async fn check(
        &self,
        _org: &OrgId,
        _kind: ProviderKind,
        name: &str,
    ) -> std::result::Result<Duration, ProviderError> {
        match name {
            "wrong-key" => {
                Err(ProviderError::new(name, "checking", ProviderErrorKind::Auth, "invalid key")
                    .with_code(401))
            }
            _ => Ok(Duration::from_millis(42)),
        }
    }
}
