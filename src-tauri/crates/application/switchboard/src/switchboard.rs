//! The switchboard: begins calls, finds their tasks, and keeps the plan.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tandem_foundation::{CallId, CallbackId, ConferenceId, NumberId, OrgId, Pii, TrunkId, UserId};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::call_task::{Beginning, CallMessage, CallTask};
use crate::context::{Context, Ports};
use crate::exchange::{
    Act, Actor, AgentView, Colleague, ConferenceAct, ConferenceView, Dial, DialInto, Exchange, ExchangeError,
    FloorView, LiveCall, LiveMessage, NewCallback, PlaceCall, Reorder, Settlement, WrapUp,
};
use crate::journal::{Journal, event};
use crate::plan::Plan;
use crate::ports::media::{AudioLink, MediaEvent};
use crate::ports::signalling::{SignallingCommand, SignallingEvent, TrunkState};
use crate::ports::store::{Commit, StoreError};
use crate::ports::trace::Traced;
use crate::queueing::Order;
use crate::records::{
    Assistant, Call, CallStatus, Callback, CallbackOrigin, CallbackState, Direction, Event, EventBody,
    FloorHolder, Number, Presence, TranscriptItem, UnixMs, UserRole,
};
use crate::registry::CallAddress;
use crate::router;

/// A running exchange; see [`Exchange`] for what it does.
pub struct Switchboard {
    pub(crate) context: Arc<Context>,
    draining: std::sync::atomic::AtomicBool,
}

impl std::fmt::Debug for Switchboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Switchboard").field("calls", &self.context.registry.len()).finish_non_exhaustive()
    }
}

impl Switchboard {
    /// Starts an exchange: closes what a crash left open, reads the plan, and begins to take events.
    ///
    /// # Errors
    /// When storage cannot be read.
    pub async fn start(
        ports: Ports,
        signalling: mpsc::UnboundedReceiver<SignallingEvent>,
        media: mpsc::UnboundedReceiver<MediaEvent>,
    ) -> Result<Arc<Self>, StoreError> {
        let context = Context::new(ports);
        crate::recovery::close_interrupted(&context).await?;
        crate::recovery::doubt_callbacks(&context).await?;
        let exchange = Arc::new(Self { context, draining: false.into() });
        exchange.reload_plan().await?;
        exchange.restore_callbacks().await?;
        router::start(exchange.clone(), signalling, media);
        Ok(exchange)
    }

    /// Keeps what comes from signalling's tap with the calls it belongs to.
    pub fn trace_sip(&self, tap: mpsc::Receiver<Traced>) {
        crate::traces::start(self.context.clone(), tap);
    }

    /// How many calls of all organisations are live.
    pub fn live_count(&self) -> usize {
        self.context.registry.len()
    }

    /// Takes no more calls and waits until the live ones have ended, or until `patience` is over; what is then
    /// still live is hung up and written down.
    pub async fn drain(&self, patience: Duration) {
        self.draining.store(true, std::sync::atomic::Ordering::Release);
        self.context.ports.signalling.send(SignallingCommand::Drain);
        self.end_calls(patience).await;
        self.context.pinned.close_all();
    }

    async fn end_calls(&self, patience: Duration) {
        let orgs = self.context.plan.read().floors();
        for (org, _) in orgs {
            self.context.distributor.tell(&org, Order::Drain);
        }
        if !self.calls_ended_within(patience).await {
            self.context.conferences.tell(crate::conferencing::Order::Shutdown);
            for call in self.context.registry.all() {
                let _ = call.inbox.send(CallMessage::Shutdown);
            }
            self.calls_ended_within(Duration::from_secs(8)).await;
        }
    }

    async fn calls_ended_within(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut bus = self.context.bus.subscribe();
        while self.context.registry.len() > 0 {
            let left = deadline.saturating_duration_since(Instant::now()).min(Duration::from_millis(200));
            if left.is_zero() {
                return false;
            }
            // Any event may be the end of the last call; the short limit covers the gap until it is unregistered.
            let _ = tokio::time::timeout(left, bus.recv()).await;
        }
        true
    }

    async fn reload_plan(&self) -> Result<(), StoreError> {
        let plan = Plan::read(self.context.ports.store.as_ref()).await?;
        let (trunks, phones) = (plan.trunk_accounts(), plan.phone_accounts());
        let floors = plan.floors();
        {
            let mut current = self.context.plan.write();
            let former = std::mem::replace(&mut *current, plan);
            current.succeed(former);
        }
        for (org, order) in floors {
            self.context.distributor.tell(&org, order);
        }
        self.context.ports.signalling.send(SignallingCommand::SetTrunks(trunks));
        self.context.ports.signalling.send(SignallingCommand::SetPhones(phones));
        Ok(())
    }

    /// Who is to be called back keeps the place over a restart.
    async fn restore_callbacks(&self) -> Result<(), StoreError> {
        let mut of_orgs: HashMap<OrgId, Vec<Callback>> = HashMap::new();
        for row in self.context.ports.store.open_callbacks().await? {
            of_orgs.entry(row.org.clone()).or_default().push(row);
        }
        for (org, callbacks) in of_orgs {
            self.context.distributor.tell(&org, Order::Restore { callbacks });
        }
        Ok(())
    }

    async fn prepare(&self, actor: &Actor, request: PlaceCall) -> Result<(Call, Assistant), ExchangeError> {
        crate::gate::is_number(&request.to)?;
        let store = &self.context.ports.store;
        let mut assistant =
            store.assistant(&actor.org, &request.assistant).await.map_err(|e| missing(e, "assistant"))?;
        if !assistant.enabled {
            let expected = "an assistant that is enabled".to_owned();
            return Err(ExchangeError::Invalid { field: "assistant", expected });
        }
        let absent: Vec<_> = assistant
            .settings
            .fields
            .iter()
            .filter(|f| !request.variables.contains_key(*f))
            .cloned()
            .collect();
        if !absent.is_empty() {
            let expected = format!("missing required keys: {}", absent.join(", "));
            return Err(ExchangeError::Invalid { field: "variables", expected });
        }
        if let Some(text) = request.first_message {
            assistant.settings.first_message = text.into_inner();
        }
        crate::gate::may_call(&self.context, &actor.org, request.to.as_str()).await?;
        let number = self.choose_number(&actor.org, request.number.as_ref())?;
        let wanted = request.trunk.as_ref().or(number.as_ref().map(|number| &number.trunk));
        let (trunk, caller_id) = self.choose_trunk(&actor.org, wanted)?;
        let caller_id = number.as_ref().map(|number| number.number.clone()).or(caller_id);
        let from = request.from.or(caller_id).unwrap_or_else(|| "anonymous".into());
        let mut call = self.context.new_call(&actor.org, Direction::Outbound, from, request.to);
        call.customer_name = request
            .customer_name
            .or_else(|| request.variables.get("customer_name").map(|name| Pii::new(name.clone())));
        call.assistant = Some(assistant.id.clone());
        call.trunk = Some(trunk);
        call.number = number.map(|number| number.id);
        call.variables = request.variables;
        call.origin = request.origin.map(Box::new);
        Ok((call, assistant))
    }

    fn choose_number(&self, org: &OrgId, wanted: Option<&NumberId>) -> Result<Option<Number>, ExchangeError> {
        let Some(id) = wanted else { return Ok(None) };
        let found = self.context.plan.read().number_by_id(org, id).cloned();
        found.map(Some).ok_or(ExchangeError::NotFound { what: "number" })
    }

    pub(crate) fn choose_trunk(
        &self,
        org: &OrgId,
        wanted: Option<&TrunkId>,
    ) -> Result<(TrunkId, Option<Pii<String>>), ExchangeError> {
        let plan = self.context.plan.read();
        let trunk = match wanted {
            Some(id) => plan.trunk(org, id),
            None => plan.first_trunk(org),
        };
        trunk
            .map(|trunk| (trunk.id.clone(), trunk.caller_id.clone()))
            .ok_or(ExchangeError::NotFound { what: "trunk" })
    }

    /// Takes a channel of the call's trunk, commits the new call and starts its task. Every call begins here.
    ///
    /// # Errors
    /// `AtCapacity` where the trunk has no room, `Storage` when the call could not be written.
    pub(crate) async fn begin(
        &self,
        call: Call,
        assistant: Option<Assistant>,
        beginning: Beginning,
    ) -> Result<(), ExchangeError> {
        let channel = match (&call.trunk, call.direction) {
            (None, _) | (_, Direction::Internal) => None,
            (Some(trunk), Direction::Outbound) => Some(self.context.seize_outbound(trunk)?),
            (Some(trunk), Direction::Inbound) => Some(self.context.seize_inbound(trunk)?),
        };
        let journal = Journal::open(self.context.clone(), call.org.clone());
        let created = event(&self.context, &call.id, EventBody::CallCreated(Box::new(call.clone())));
        let outbox = call.origin.is_some().then(|| (0, "call.created".to_owned())).into_iter().collect();
        let commit = Commit { call: Some(call.clone()), events: vec![created], outbox, ..Commit::default() };
        // An INVITE leaves only after its call is on disk.
        if !journal.commit_now_or_never(commit).await {
            journal.commit(never_begun(&self.context, call));
            let full = self.context.disk_full.load(std::sync::atomic::Ordering::Relaxed);
            return Err(if full { ExchangeError::StorageFull } else { ExchangeError::Storage });
        }
        CallTask::spawn(self.context.clone(), journal, call, assistant, beginning, channel);
        Ok(())
    }

    /// A call that its trunk had no room for: over before it began, and announced like any that failed.
    async fn write_rejected(&self, mut call: Call, limit: &str) -> Result<(), ExchangeError> {
        let created = event(&self.context, &call.id, EventBody::CallCreated(Box::new(call.clone())));
        call.status = CallStatus::Failed;
        call.ended_at = Some(self.now());
        call.end_reason = Some(limit.to_owned());
        let ended = event(&self.context, &call.id, EventBody::CallEnded(Box::new(call.clone())));
        let journal = Journal::open(self.context.clone(), call.org.clone());
        let outbox = vec![(1, "call.failed".to_owned())];
        let commit = Commit { call: Some(call), events: vec![created, ended], outbox, ..Commit::default() };
        if journal.commit_now_or_never(commit).await { Ok(()) } else { Err(ExchangeError::Storage) }
    }

    /// `None`: the exchange is going down.
    pub(crate) async fn ask_floor<T>(
        &self,
        org: &OrgId,
        order: impl FnOnce(oneshot::Sender<T>) -> Order,
    ) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.context.distributor.tell(org, order(reply));
        answer.await.ok()
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(std::sync::atomic::Ordering::Acquire)
    }

    fn now(&self) -> UnixMs {
        self.context.ports.clock.now()
    }
}

/// Storage that did not answer may have the call all the same, and would hold it to be live; written once it answers.
fn never_begun(context: &Context, mut call: Call) -> Commit {
    call.status = CallStatus::Failed;
    call.ended_at = Some(context.ports.clock.now());
    call.end_reason = Some("storage_unavailable".into());
    let ended = event(context, &call.id, EventBody::CallEnded(Box::new(call.clone())));
    Commit { call: Some(call), events: vec![ended], ..Commit::default() }
}

#[async_trait]
impl Exchange for Switchboard {
    async fn place_call(&self, actor: &Actor, request: PlaceCall) -> Result<Call, ExchangeError> {
        if self.is_draining() {
            return Err(ExchangeError::Draining);
        }
        let keep_rejected = request.keep_rejected;
        let (call, assistant) = self.prepare(actor, request).await?;
        match self.begin(call.clone(), Some(assistant), Beginning::Outbound).await {
            Ok(()) => Ok(call),
            Err(ExchangeError::AtCapacity { limit, retry_after_s, .. }) if keep_rejected => {
                let id = call.id.clone();
                self.write_rejected(call, limit).await?;
                Err(ExchangeError::AtCapacity { limit, retry_after_s, call: Some(id) })
            }
            Err(error) => Err(error),
        }
    }

    async fn dial(&self, actor: &Actor, request: Dial) -> Result<Call, ExchangeError> {
        self.place_own(actor, request).await
    }

    async fn colleagues(&self, org: &OrgId) -> Vec<Colleague> {
        self.colleagues_of(org).await
    }

    async fn act(&self, actor: &Actor, call: &CallId, act: Act) -> Result<(FloorHolder, i64), ExchangeError> {
        let at = Instant::now();
        let Some(address) = self.context.registry.call(&actor.org, call) else {
            let known = self.context.ports.store.call(&actor.org, call).await;
            known.map_err(|e| missing(e, "call"))?;
            return Err(ExchangeError::WrongState { status: "over" });
        };
        let (reply, answer) = oneshot::channel();
        let _ = address.inbox.send(CallMessage::Act { at, actor: actor.clone(), act, reply });
        answer.await.unwrap_or(Err(ExchangeError::WrongState { status: "over" }))
    }

    async fn live_calls(&self, org: &OrgId) -> Vec<LiveCall> {
        let asked: Vec<_> = self
            .context
            .registry
            .of_organisation(org)
            .into_iter()
            .map(|address| ask_for_snapshot(&address))
            .collect();
        let mut calls = Vec::with_capacity(asked.len());
        for answer in asked {
            // Until an agent takes it, a callback is shown where it waits.
            let begun = |call: &LiveCall| call.callback.as_ref().is_none_or(|callback| callback.taken);
            calls.extend(answer.await.ok().filter(begun));
        }
        calls.sort_by(|a, b| (a.call.created_at, &a.call.id).cmp(&(b.call.created_at, &b.call.id)));
        calls
    }

    async fn live_call(&self, org: &OrgId, call: &CallId) -> Option<LiveCall> {
        let address = self.context.registry.call(org, call)?;
        ask_for_snapshot(&address).await.ok()
    }

    async fn live_transcript(&self, org: &OrgId, call: &CallId) -> Vec<TranscriptItem> {
        let Some(address) = self.context.registry.call(org, call) else { return Vec::new() };
        let (reply, answer) = oneshot::channel();
        let _ = address.inbox.send(CallMessage::Transcript(reply));
        answer.await.unwrap_or_default()
    }

    fn subscribe(&self) -> broadcast::Receiver<LiveMessage> {
        self.context.bus.subscribe()
    }

    fn trunk_states(&self, org: &OrgId) -> Vec<(TrunkId, TrunkState)> {
        self.context.plan.read().states(org)
    }

    fn attach_audio(&self, org: &OrgId, user: &UserId) -> AudioLink {
        let link = self.context.phones.attach(user);
        let (context, org, user) = (self.context.clone(), org.clone(), user.clone());
        context.phone_changed(org.clone(), user.clone());
        tokio::spawn(async move {
            if context.phones.browser_gone(&user).await {
                context.phone_changed(org, user);
            }
        });
        link
    }

    fn has_phone(&self, user: &UserId) -> bool {
        self.context.phones.reachable(user)
    }

    async fn floor(&self, org: &OrgId) -> FloorView {
        self.ask_floor(org, Order::View).await.unwrap_or_default()
    }

    async fn agent(&self, org: &OrgId, user: &UserId) -> Result<AgentView, ExchangeError> {
        let user = user.clone();
        self.ask_floor(org, |reply| Order::Agent { user, reply })
            .await
            .unwrap_or(Err(ExchangeError::Draining))
    }

    async fn set_presence(
        &self,
        actor: &Actor,
        user: &UserId,
        presence: Presence,
    ) -> Result<AgentView, ExchangeError> {
        let own = actor.user.as_ref() == Some(user);
        if !own && actor.role < UserRole::Supervisor {
            return Err(ExchangeError::Forbidden);
        }
        let by = actor.user.clone().filter(|_| !own);
        let user = user.clone();
        self.ask_floor(&actor.org, |reply| Order::SetPresence { user, presence, by, reply })
            .await
            .unwrap_or(Err(ExchangeError::Draining))
    }

    async fn wrap_up(&self, actor: &Actor, act: WrapUp) -> Result<AgentView, ExchangeError> {
        let user = actor.user.clone().ok_or(ExchangeError::Forbidden)?;
        self.ask_floor(&actor.org, |reply| Order::WrapUp { user, act, reply })
            .await
            .unwrap_or(Err(ExchangeError::Draining))
    }

    async fn reorder(&self, actor: &Actor, call: &CallId, act: Reorder) -> Result<(), ExchangeError> {
        if actor.role < UserRole::Supervisor {
            return Err(ExchangeError::Forbidden);
        }
        let (call, by) = (call.clone(), actor.user.clone());
        self.ask_floor(&actor.org, |reply| Order::Reorder { call, act, by, reply })
            .await
            .unwrap_or(Err(ExchangeError::Draining))
    }

    async fn schedule_callback(&self, actor: &Actor, wanted: NewCallback) -> Result<Callback, ExchangeError> {
        let at = self.now();
        let due_at = wanted.due_at.map_or(at, |due_at| due_at.max(at));
        let row = Callback {
            id: self.context.new_callback_id(),
            org: actor.org.clone(),
            queue: wanted.queue,
            number: wanted.number,
            name: wanted.name,
            origin: CallbackOrigin::Agent,
            state: CallbackState::Scheduled,
            reason: None,
            agent: wanted.agent,
            since: due_at,
            due_at,
            attempts: 0,
            asked_in: wanted.asked_in,
            call: self.context.new_call_id(),
            note: wanted.note,
            created_at: at,
            updated_at: at,
        };
        let (callback, by) = (Box::new(row), actor.user.clone());
        self.ask_floor(&actor.org, |reply| Order::Schedule { callback, by, reply: Some(reply) })
            .await
            .unwrap_or(Err(ExchangeError::Draining))
    }

    async fn settle_callback(
        &self,
        actor: &Actor,
        callback: &CallbackId,
        act: Settlement,
    ) -> Result<Callback, ExchangeError> {
        if actor.role < UserRole::Supervisor {
            return Err(ExchangeError::Forbidden);
        }
        let (callback, by) = (callback.clone(), actor.user.clone());
        self.ask_floor(&actor.org, |reply| Order::Settle { callback, act, by, reply })
            .await
            .unwrap_or(Err(ExchangeError::Draining))
    }

    async fn conferences(&self, org: &OrgId) -> Vec<ConferenceView> {
        self.live_conferences(org).await
    }

    async fn conference_act(
        &self,
        actor: &Actor,
        conference: &ConferenceId,
        act: ConferenceAct,
    ) -> Result<ConferenceView, ExchangeError> {
        self.act_on_conference(actor, conference, act).await
    }

    async fn dial_into(
        &self,
        actor: &Actor,
        conference: &ConferenceId,
        request: DialInto,
    ) -> Result<Call, ExchangeError> {
        self.dial_into_conference(actor, conference, request).await
    }

    async fn dispose(
        &self,
        actor: &Actor,
        call: &CallId,
        disposition: String,
        notes: Pii<String>,
    ) -> Result<(), ExchangeError> {
        crate::disposition::dispose(&self.context, actor, call, disposition, notes).await
    }

    fn announce(&self, events: Vec<Event>) {
        for event in events {
            self.context.publish(LiveMessage::Event(event));
        }
    }

    async fn reload(&self) -> Result<(), ExchangeError> {
        self.reload_plan().await.map_err(storage)
    }
}

fn ask_for_snapshot(address: &CallAddress) -> oneshot::Receiver<LiveCall> {
    let (reply, answer) = oneshot::channel();
    let _ = address.inbox.send(CallMessage::Snapshot(reply));
    answer
}

pub(crate) fn storage(error: StoreError) -> ExchangeError {
    tracing::error!(%error, "storage failed");
    if error.is_full() { ExchangeError::StorageFull } else { ExchangeError::Storage }
}

pub(crate) fn missing(error: StoreError, what: &'static str) -> ExchangeError {
    match error {
        StoreError::NotFound { .. } => ExchangeError::NotFound { what },
        other => storage(other),
    }
}
