//! Providers as rows, and the registry that calls find them in.

use std::time::Duration;

use async_trait::async_trait;
use tandem_foundation::{OrgId, ProviderId};

use super::speech::ProviderError;
use super::store::StoreError;
use crate::records::{Event, NewEvent, Provider, ProviderCheck, ProviderFallback, ProviderKind};

/// The part of storage that keeps providers. Keys are sealed before they are written.
#[async_trait]
pub trait ProviderStore: Send + Sync {
    async fn providers(&self, org: &OrgId) -> Result<Vec<Provider>, StoreError>;
    /// Inserts or replaces by id; a name that another provider of the kind has is a `Conflict` on `name`.
    async fn put_provider(&self, row: Provider, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError>;
    async fn delete_provider(
        &self,
        org: &OrgId,
        id: &ProviderId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
    /// Keeps what came of a check, and changes nothing else.
    async fn note_check(&self, org: &OrgId, id: &ProviderId, check: ProviderCheck) -> Result<(), StoreError>;
    /// The organisation's own order; `None`: it has set none.
    async fn fallback(&self, org: &OrgId) -> Result<Option<ProviderFallback>, StoreError>;
    async fn put_fallback(
        &self,
        org: &OrgId,
        row: ProviderFallback,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError>;
}

/// A provider that the console shows and does not change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedProvider {
    pub name: String,
    pub kind: ProviderKind,
    /// `pocketsphinx`, `flite`, `espeak`, `scripted`, or whose protocol it speaks.
    pub vendor: String,
    /// Part of the program; else it is in the providers' file.
    pub built_in: bool,
    pub base_url: Option<String>,
    pub has_key: bool,
}

/// The providers that calls use.
#[async_trait]
pub trait ProviderRegistry: Send + Sync {
    /// Those that every organisation has.
    fn fixed(&self) -> Vec<FixedProvider>;
    /// The order of the providers' file, for organisations that have set none.
    fn fixed_fallback(&self) -> ProviderFallback;
    /// From the next call on the organisation has these; calls under way keep those that they have.
    fn replace(&self, org: &OrgId, rows: &[Provider], fallback: Option<&ProviderFallback>);
    /// Asks a provider for something small; answers how long that took.
    ///
    /// # Errors
    /// What the provider said, without its key.
    async fn check(&self, org: &OrgId, kind: ProviderKind, name: &str) -> Result<Duration, ProviderError>;
}
