//! What every call task shares: the ports, the bus and the plan of who is where.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use parking_lot::RwLock;
use tandem_foundation::{
    AlertId, CallId, CallbackId, ItemId, OrgId, Pii, RecordingId, TrunkId, UserId, VoicemailId,
};
use tokio::sync::broadcast;

use crate::capacity::{Capacity, Channel, Limits};
use crate::conferencing::Conferences;
use crate::exchange::{ExchangeError, LiveMessage};
use crate::phones::Phones;
use crate::pinned::PinnedLines;
use crate::plan::Plan;
use crate::ports::clock::Clock;
use crate::ports::media::Media;
use crate::ports::signalling::{LegIds, Signalling};
use crate::ports::speech::SpeechProviders;
use crate::ports::store::Store;
use crate::ports::webhook::Webhook;
use crate::queueing::{Distributor, Order};
use crate::recognisers::Recognisers;
use crate::records::{Call, CallStatus, Direction, FloorHolder, RecordingFormat};
use crate::registry::Registry;
use crate::traces::Traces;

/// The world as the switchboard is given it.
#[derive(Clone)]
pub struct Ports {
    pub signalling: Arc<dyn Signalling>,
    pub media: Arc<dyn Media>,
    pub store: Arc<dyn Store>,
    pub speech: Arc<dyn SpeechProviders>,
    pub webhook: Arc<dyn Webhook>,
    pub clock: Arc<dyn Clock>,
    pub leg_ids: Arc<LegIds>,
    /// Recordings go to `recordings/` below this directory.
    pub data_dir: PathBuf,
    pub recordings: RecordingSettings,
}

/// How calls are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingSettings {
    pub format: RecordingFormat,
    /// A pause that nobody ends is ended after this time.
    pub pause_limit: Duration,
}

impl Default for RecordingSettings {
    fn default() -> Self {
        Self { format: RecordingFormat::default(), pause_limit: Duration::from_secs(180) }
    }
}

impl std::fmt::Debug for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ports").field("data_dir", &self.data_dir).finish_non_exhaustive()
    }
}

/// Shared by the switchboard and all of its calls.
pub(crate) struct Context {
    pub ports: Ports,
    pub plan: RwLock<Plan>,
    pub capacity: Arc<Capacity>,
    pub registry: Registry,
    pub phones: Phones,
    pub pinned: PinnedLines,
    pub traces: Traces,
    pub recognisers: Recognisers,
    pub distributor: Distributor,
    pub conferences: Conferences,
    pub bus: broadcast::Sender<LiveMessage>,
    /// The last write found no room on the disk.
    pub disk_full: AtomicBool,
}

impl Context {
    pub fn new(ports: Ports) -> Arc<Self> {
        let (distributor, orders) = Distributor::new();
        let (conferences, conference_orders) = Conferences::new();
        // A subscriber this far behind takes a new snapshot; the engine never waits for it.
        let (bus, _) = broadcast::channel(8_192);
        let context = Arc::new(Self {
            ports,
            plan: RwLock::default(),
            capacity: Arc::default(),
            registry: Registry::default(),
            phones: Phones::default(),
            pinned: PinnedLines::default(),
            traces: Traces::default(),
            recognisers: Recognisers::default(),
            distributor,
            conferences,
            bus,
            disk_full: AtomicBool::new(false),
        });
        Distributor::start(context.clone(), orders);
        Conferences::start(context.clone(), conference_orders);
        context
    }

    pub fn new_call_id(&self) -> CallId {
        CallId::generate(self.unix_ms(), self.ports.clock.random())
    }

    /// A call that has just begun.
    pub fn new_call(&self, org: &OrgId, direction: Direction, from: Pii<String>, to: Pii<String>) -> Call {
        let id = self.new_call_id();
        Call {
            sip_call_id: Some(format!("{id}@tandem")),
            id,
            org: org.clone(),
            direction,
            status: if direction == Direction::Inbound { CallStatus::Ringing } else { CallStatus::Queued },
            from,
            to,
            customer_name: None,
            assistant: None,
            trunk: None,
            number: None,
            placed_by: None,
            placed_for: None,
            floor: FloorHolder::Nobody,
            floor_version: 0,
            variables: Default::default(),
            created_at: self.ports.clock.now(),
            answered_at: None,
            ended_at: None,
            duration_ms: None,
            held_ms: 0,
            end_reason: None,
            outcome: None,
            recording: None,
            latency: None,
            origin: None,
        }
    }

    pub fn new_item_id(&self) -> ItemId {
        ItemId::generate(self.unix_ms(), self.ports.clock.random())
    }

    pub fn new_recording_id(&self) -> RecordingId {
        RecordingId::generate(self.unix_ms(), self.ports.clock.random())
    }

    pub fn new_callback_id(&self) -> CallbackId {
        CallbackId::generate(self.unix_ms(), self.ports.clock.random())
    }

    pub fn new_alert_id(&self) -> AlertId {
        AlertId::generate(self.unix_ms(), self.ports.clock.random())
    }

    pub fn new_voicemail_id(&self) -> VoicemailId {
        VoicemailId::generate(self.unix_ms(), self.ports.clock.random())
    }

    /// Takes a channel of a trunk for a leg that we are about to call.
    ///
    /// # Errors
    /// `AtCapacity`, or `NotFound` where there is no such trunk any more.
    pub fn seize_outbound(&self, trunk: &TrunkId) -> Result<Channel, ExchangeError> {
        let limits = self.plan.read().limits(trunk).ok_or(ExchangeError::NotFound { what: "trunk" })?;
        self.capacity.seize(trunk, limits)
    }

    /// Takes a channel for a call that has come in: how fast those come is not ours to decide.
    ///
    /// # Errors
    /// `AtCapacity` where all channels are in use.
    pub fn seize_inbound(&self, trunk: &TrunkId) -> Result<Channel, ExchangeError> {
        let max_channels = self.plan.read().limits(trunk).map_or(0, |limits| limits.max_channels);
        self.capacity.seize(trunk, Limits { max_channels, max_cps: 0 })
    }

    /// Today in the organisation's time zone.
    pub fn today(&self, org: &OrgId) -> (i16, u8, u8) {
        let zone = self.plan.read().time_zone(org).unwrap_or_else(|| "UTC".into());
        self.ports.clock.today(&zone)
    }

    /// A person's phone came or went.
    pub fn phone_changed(&self, org: OrgId, user: UserId) {
        let connected = self.phones.reachable(&user);
        self.distributor.tell(&org, Order::Phone { user: user.clone(), connected });
        self.publish(LiveMessage::Phone { org, user, connected });
    }

    /// Sends to whoever listens; nobody listening is fine.
    pub fn publish(&self, message: LiveMessage) {
        let _ = self.bus.send(message);
    }

    fn unix_ms(&self) -> u64 {
        u64::try_from(self.ports.clock.now().0).unwrap_or_default()
    }
}
