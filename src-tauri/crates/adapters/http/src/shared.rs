//! What all requests share.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tandem_console_api::session::Me;
use tandem_foundation::{OrgId, UserId};
use tandem_switchboard::exchange::{Exchange, LiveMessage};
use tandem_switchboard::ports::store::Store;
use tandem_switchboard::records::{Event, EventBody, NewEvent, Organisation};
use tandem_switchboard::reports::Boards;
use tokio::sync::{Semaphore, broadcast, oneshot, watch};

use crate::attempts::Attempts;
use crate::caller::Caller;
use crate::clock::now;
use crate::config::HttpConfig;
use crate::refusal::Refusal;
use crate::tickets::Tickets;

/// State of the running server.
pub(crate) struct Shared {
    pub(crate) config: HttpConfig,
    pub(crate) exchange: Arc<dyn Exchange>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) tickets: Mutex<Tickets>,
    pub(crate) attempts: Mutex<Attempts>,
    /// Password hashing takes 19 MiB and a core each; more at once would starve the calls.
    pub(crate) hashing: Semaphore,
    /// Reading whole recordings takes a blocking thread each.
    pub(crate) reading: Semaphore,
    /// Converting one keeps a core busy; more at once are refused.
    pub(crate) converting: Arc<Semaphore>,
    /// Held while the providers of calls are replaced by those that are stored.
    pub(crate) providers: tokio::sync::Mutex<()>,
    /// Changes of the configuration, which the exchange does not report.
    pub(crate) changes: broadcast::Sender<LiveMessage>,
    /// Each person's browser audio: who to tell when a newer one takes over.
    pub(crate) phones: Mutex<HashMap<UserId, oneshot::Sender<()>>>,
    /// Today's figures.
    pub(crate) boards: Boards,
    /// Turns true when the server shuts down.
    pub(crate) closing: watch::Sender<bool>,
}

impl Shared {
    pub(crate) fn new(config: HttpConfig, exchange: Arc<dyn Exchange>, store: Arc<dyn Store>) -> Self {
        Self {
            converting: Arc::new(Semaphore::new(config.conversions)),
            config,
            exchange,
            store,
            tickets: Mutex::default(),
            attempts: Mutex::default(),
            hashing: Semaphore::new(2),
            reading: Semaphore::new(2),
            providers: tokio::sync::Mutex::default(),
            changes: broadcast::channel(256).0,
            phones: Mutex::default(),
            boards: Boards::default(),
            closing: watch::channel(false).0,
        }
    }

    /// The organisation's own row.
    pub(crate) async fn organisation(&self, id: &OrgId) -> Result<Organisation, Refusal> {
        let rows = self.store.organisations().await?;
        rows.into_iter().find(|row| row.id == *id).ok_or_else(|| Refusal::not_found("organisation"))
    }

    /// Who the caller is, as the API shows it.
    pub(crate) async fn me(&self, caller: &Caller) -> Result<Me, Refusal> {
        let organisation = self.organisation(&caller.actor.org).await?;
        Ok(match &caller.user {
            Some(user) => Me::person(user, &organisation, self.exchange.has_phone(&user.id)),
            None => Me {
                user: None,
                name: caller.actor.name.clone(),
                email: None,
                role: caller.actor.role.into(),
                organisation: (&organisation).into(),
                phone_connected: false,
            },
        })
    }

    /// Tells the exchange and every live socket that the configuration changed.
    pub(crate) async fn changed(&self, events: Vec<Event>) {
        if let Err(error) = self.exchange.reload().await {
            tracing::error!(%error, "the exchange could not read the new configuration");
        }
        self.tell(events);
    }

    /// Tells the live listeners.
    pub(crate) fn tell(&self, events: Vec<Event>) {
        for event in events {
            // Nobody listening is no error.
            let _ = self.changes.send(LiveMessage::Event(event));
        }
    }
}

/// The event that reports a change of one row.
pub(crate) fn change(caller: &Caller, what: &str, id: impl ToString, deleted: bool) -> Vec<NewEvent> {
    let by = caller.actor.user.clone();
    let body = EventBody::ConfigChanged { what: what.to_owned(), id: id.to_string(), deleted, by };
    vec![NewEvent { call: None, at: now(), body }]
}
