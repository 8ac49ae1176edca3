//! What the contracts stand on, and none of them has of its own.
//!
//! A contract is a [`Manner`] (how it says things) and [`Operations`] (what it does); a handler takes an [`Ask`] and gives
//! a [`Reply`]. Authentication, roles, limits, bodies and idempotency are carried out in front of every handler.

mod allowance;
mod ask;
mod assistants;
mod audio;
mod calls;
mod dispatch;
mod ids;
mod manner;
mod operations;
mod paging;
mod quotas;
mod read;
mod refusal;
mod speech;
mod time;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tandem_switchboard::exchange::Exchange;
use tandem_switchboard::ports::clock::Clock;
use tandem_switchboard::ports::outside::OutsideResults;
use tandem_switchboard::ports::providers::ProviderRegistry;
use tandem_switchboard::ports::recorded_audio::RecordedAudio;
use tandem_switchboard::ports::store::Store;
use tandem_switchboard::ports::tasks::TaskStore;
use tandem_switchboard::records::{Event, EventBody, NewEvent, UnixMs};

pub use allowance::{Allowance, Quota, Window};
pub use ask::{Answer, Ask, Reply, error_response, json, ok};
pub use assistants::{all_there, assistant_name, delete_assistant, new_assistant, prompt, put_assistant};
pub use audio::{call_behind, link, linked, recording, serve_file, sign};
pub use calls::{as_variables, new_code, transcript_of};
pub use ids::{found_under, text_id, uuid_of};
pub use manner::{About, Manner};
pub use operations::{Access, Operation, Operations};
pub use paging::{Offset, OffsetQuery};
use quotas::Quotas;
pub use refusal::{Fault, Kind, Refusal};
pub use speech::{SpeechWish, speech_for};
pub use time::{read_moment, rfc3339_ms, rfc3339_s};

/// After which times Standard Webhooks tries again: ten tries over three days and some hours.
pub const STANDARD_SCHEDULE: [Duration; 9] = {
    const HOUR: u64 = 3_600;
    let seconds = [5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
    let mut schedule = [Duration::ZERO; 9];
    let mut at = 0;
    while at < 9 {
        schedule[at] = Duration::from_secs(seconds[at]);
        at += 1;
    }
    schedule
};

/// What the composition root gives.
#[derive(Clone)]
pub struct GroundParts {
    pub exchange: Arc<dyn Exchange>,
    pub store: Arc<dyn Store>,
    pub outside: Arc<dyn OutsideResults>,
    pub audio: Arc<dyn RecordedAudio>,
    pub tasks: Arc<dyn TaskStore>,
    /// Hashes a password for storage; takes tens of milliseconds.
    pub hash_password: fn(&str) -> String,
    /// Addresses on this machine may be told of calls in plain HTTP.
    pub sandbox: bool,
    /// Which providers an assistant may name.
    pub providers: Option<Arc<dyn ProviderRegistry>>,
    pub clock: Arc<dyn Clock>,
    /// Signs links to recordings; the same from one start to the next, so that links outlive a restart.
    pub link_key: [u8; 32],
}

impl std::fmt::Debug for GroundParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GroundParts")
    }
}

/// Shared by all contracts of a running server.
pub struct Ground {
    pub exchange: Arc<dyn Exchange>,
    pub store: Arc<dyn Store>,
    pub outside: Arc<dyn OutsideResults>,
    pub audio: Arc<dyn RecordedAudio>,
    pub tasks: Arc<dyn TaskStore>,
    pub hash_password: fn(&str) -> String,
    pub sandbox: bool,
    pub providers: Option<Arc<dyn ProviderRegistry>>,
    pub clock: Arc<dyn Clock>,
    link_key: [u8; 32],
    quotas: Quotas,
    /// Where clients reach us, once that is known.
    public_url: OnceLock<String>,
}

impl Ground {
    /// Where clients reach us (`http://127.0.0.1:7700`), for links in what nobody asked for.
    pub fn public_url(&self) -> Option<String> {
        self.public_url.get().cloned()
    }

    /// Told once the server listens; a second call changes nothing.
    pub fn set_public_url(&self, url: String) {
        let _ = self.public_url.set(url);
    }

    pub fn new(parts: GroundParts) -> Arc<Self> {
        let GroundParts {
            exchange,
            store,
            outside,
            audio,
            tasks,
            hash_password,
            sandbox,
            providers,
            clock,
            link_key,
        } = parts;
        Arc::new(Self {
            exchange,
            store,
            outside,
            audio,
            tasks,
            hash_password,
            sandbox,
            providers,
            clock,
            link_key,
            quotas: Quotas::default(),
            public_url: OnceLock::new(),
        })
    }

    /// Now.
    pub fn now(&self) -> UnixMs {
        self.clock.now()
    }

    /// The event that reports a change of one row of the configuration.
    pub fn change(&self, what: &str, id: impl ToString, deleted: bool) -> Vec<NewEvent> {
        let body = EventBody::ConfigChanged { what: what.to_owned(), id: id.to_string(), deleted, by: None };
        vec![NewEvent { call: None, at: self.now(), body }]
    }

    /// Lets calls see a change of the configuration that is stored.
    pub async fn changed(&self, events: Vec<Event>) {
        if let Err(error) = self.exchange.reload().await {
            tracing::error!(%error, "the exchange could not read the new configuration");
        }
        self.exchange.announce(events);
    }
}

impl std::fmt::Debug for Ground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ground").field("quotas", &self.quotas).finish_non_exhaustive()
    }
}
