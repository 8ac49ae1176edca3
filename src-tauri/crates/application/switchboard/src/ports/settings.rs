//! The part of storage that holds settings of which an organisation has one of each.

use async_trait::async_trait;
use serde_json::Value;
use tandem_foundation::OrgId;

use super::store::StoreError;
use crate::records::{Event, NewEvent, OrganisationSettings};

/// Settings by name.
#[async_trait]
pub trait SettingsStore: Send + Sync {
    /// `None` where nothing was chosen.
    async fn settings(&self, org: &OrgId, name: &'static str) -> Result<Option<Value>, StoreError>;
    /// Replaces them.
    async fn put_settings(
        &self,
        org: &OrgId,
        name: &'static str,
        value: Value,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
}

/// An organisation's settings of one kind, or their defaults.
///
/// # Errors
/// When storage cannot be read. What a later version wrote and this one cannot read is as if nothing was chosen.
pub async fn settings_of<T: OrganisationSettings>(
    store: &(impl SettingsStore + ?Sized),
    org: &OrgId,
) -> Result<T, StoreError> {
    let stored = store.settings(org, T::NAME).await?;
    Ok(stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
}
