//! An exchange that notes what it is asked and answers at once, or when told to.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use parking_lot::Mutex;
use tandem_console_api::sandbox::SandboxCustomer;
use tandem_foundation::*;
use tandem_http::{SandboxControl, SandboxRefusal};
use tandem_switchboard::exchange::*;
use tandem_switchboard::ports::media::AudioLink;
use tandem_switchboard::ports::signalling::TrunkState;
use tandem_switchboard::records::*;
use tokio::sync::{Semaphore, broadcast, mpsc};

use super::rows;

type Frame = Box<[i16]>;
/// Whose it is, what they say, what they hear.
type Link = (UserId, mpsc::Receiver<Frame>, mpsc::Sender<Frame>);

pub struct PretendExchange {
    pub live: Mutex<Vec<LiveCall>>,
    pub acts: Mutex<Vec<(CallId, Act)>>,
    pub agents: Mutex<Vec<AgentView>>,
    pub reordered: Mutex<Vec<(CallId, Reorder)>>,
    pub disposed: Mutex<Vec<(CallId, String)>>,
    pub conference_acts: Mutex<Vec<ConferenceAct>>,
    pub refuse_next: Mutex<Option<ExchangeError>>,
    pub placed: AtomicUsize,
    pub reloads: AtomicUsize,
    /// Placing a call takes a permit; take them away to keep calls from being placed.
    pub placing: Semaphore,
    pub stream: broadcast::Sender<LiveMessage>,
    /// The exchange's ends of the audio links, in the order they were attached.
    pub links: Mutex<Vec<Link>>,
}

impl Default for PretendExchange {
    fn default() -> Self {
        Self {
            live: Mutex::default(),
            acts: Mutex::default(),
            agents: Mutex::new(rows::agents()),
            reordered: Mutex::default(),
            disposed: Mutex::default(),
            conference_acts: Mutex::default(),
            refuse_next: Mutex::default(),
            placed: AtomicUsize::default(),
            reloads: AtomicUsize::default(),
            placing: Semaphore::new(1_000),
            stream: broadcast::channel(4_096).0,
            links: Mutex::default(),
        }
    }
}

impl PretendExchange {
    pub fn tell(&self, message: LiveMessage) {
        let _ = self.stream.send(message);
    }
}

#[async_trait]
impl Exchange for PretendExchange {
    async fn place_call(&self, actor: &Actor, request: PlaceCall) -> Result<Call, ExchangeError> {
        let _permit = self.placing.acquire().await.expect("open");
        if let Some(error) = self.refuse_next.lock().take() {
            return Err(error);
        }
        let n = self.placed.fetch_add(1, Ordering::SeqCst);
        let mut call = rows::call(actor.org.as_str(), &format!("call_new_{n}"), 5_000, CallStatus::Queued);
        call.to = request.to;
        Ok(call)
    }

    async fn dial(&self, actor: &Actor, request: Dial) -> Result<Call, ExchangeError> {
        if let Some(error) = self.refuse_next.lock().take() {
            return Err(error);
        }
        let mut call = rows::call(actor.org.as_str(), "call_dialled", 5_000, CallStatus::Queued);
        (call.placed_by, call.placed_for) = (actor.user.clone(), request.queue);
        Ok(call)
    }

    async fn colleagues(&self, _: &OrgId) -> Vec<Colleague> {
        let agents = self.agents.lock();
        let shown = |agent: &AgentView| Colleague {
            user: agent.user.clone(),
            name: agent.name.clone(),
            state: ColleagueState::Available,
            phone: agent.phone,
        };
        agents.iter().map(shown).collect()
    }

    async fn act(&self, _: &Actor, call: &CallId, act: Act) -> Result<(FloorHolder, i64), ExchangeError> {
        if let Some(error) = self.refuse_next.lock().take() {
            return Err(error);
        }
        self.acts.lock().push((call.clone(), act));
        Ok((FloorHolder::Assistant, 4))
    }

    async fn live_calls(&self, org: &OrgId) -> Vec<LiveCall> {
        self.live.lock().iter().filter(|live| live.call.org == *org).cloned().collect()
    }

    async fn live_call(&self, org: &OrgId, call: &CallId) -> Option<LiveCall> {
        self.live_calls(org).await.into_iter().find(|live| live.call.id == *call)
    }

    async fn live_transcript(&self, _org: &OrgId, call: &CallId) -> Vec<TranscriptItem> {
        vec![rows::item(call.as_str(), 1, "still being spoken")]
    }

    fn subscribe(&self) -> broadcast::Receiver<LiveMessage> {
        self.stream.subscribe()
    }

    fn trunk_states(&self, org: &OrgId) -> Vec<(TrunkId, TrunkState)> {
        vec![(format!("trunk_{org}").into(), TrunkState::Registered { expires_s: 600 })]
    }

    fn attach_audio(&self, _org: &OrgId, user: &UserId) -> AudioLink {
        let (to_room, heard) = mpsc::channel(50);
        let (said, from_room) = mpsc::channel(50);
        self.links.lock().push((user.clone(), heard, said));
        AudioLink { to_room, from_room }
    }

    fn has_phone(&self, user: &UserId) -> bool {
        self.links.lock().iter().any(|(owner, ..)| owner == user)
    }

    async fn floor(&self, _: &OrgId) -> FloorView {
        FloorView { queues: Vec::new(), agents: self.agents.lock().clone() }
    }

    async fn agent(&self, _: &OrgId, user: &UserId) -> Result<AgentView, ExchangeError> {
        let found = self.agents.lock().iter().find(|agent| agent.user == *user).cloned();
        found.ok_or(ExchangeError::NotFound { what: "agent" })
    }

    async fn set_presence(
        &self,
        _: &Actor,
        user: &UserId,
        presence: Presence,
    ) -> Result<AgentView, ExchangeError> {
        let mut agents = self.agents.lock();
        let agent = agents.iter_mut().find(|agent| agent.user == *user);
        let agent = agent.ok_or(ExchangeError::NotFound { what: "agent" })?;
        agent.state = match presence {
            Presence::Offline => AgentState::Offline,
            Presence::Ready => AgentState::Ready,
            Presence::Paused { .. } => AgentState::Paused,
        };
        Ok(agent.clone())
    }

    async fn wrap_up(&self, actor: &Actor, _: WrapUp) -> Result<AgentView, ExchangeError> {
        let agents = self.agents.lock();
        let own = agents.iter().find(|agent| Some(&agent.user) == actor.user.as_ref());
        own.cloned().ok_or(ExchangeError::NotFound { what: "agent" })
    }

    async fn reorder(&self, actor: &Actor, call: &CallId, act: Reorder) -> Result<(), ExchangeError> {
        let others =
            call.as_str().strip_prefix("call_org_").is_some_and(|org| !actor.org.as_str().ends_with(org));
        if others {
            return Err(ExchangeError::WrongState { status: "not waiting" });
        }
        self.reordered.lock().push((call.clone(), act));
        Ok(())
    }

    async fn conferences(&self, _: &OrgId) -> Vec<ConferenceView> {
        Vec::new()
    }

    async fn conference_act(
        &self,
        actor: &Actor,
        id: &ConferenceId,
        act: ConferenceAct,
    ) -> Result<ConferenceView, ExchangeError> {
        if *id != ConferenceId::from(format!("conf_{}", actor.org)) {
            return Err(ExchangeError::NotFound { what: "conference" });
        }
        self.conference_acts.lock().push(act);
        Ok(ConferenceView::over(rows::conference(actor.org.as_str())))
    }

    async fn dial_into(
        &self,
        actor: &Actor,
        id: &ConferenceId,
        request: DialInto,
    ) -> Result<Call, ExchangeError> {
        if *id != ConferenceId::from(format!("conf_{}", actor.org)) {
            return Err(ExchangeError::NotFound { what: "conference" });
        }
        let mut call = rows::call(actor.org.as_str(), "call_dialled", 5_000, CallStatus::Queued);
        call.to = request.to;
        Ok(call)
    }

    async fn schedule_callback(&self, actor: &Actor, wanted: NewCallback) -> Result<Callback, ExchangeError> {
        let mut row = rows::callback(actor.org.as_str());
        (row.id, row.queue, row.number) = ("cb_new".into(), wanted.queue, wanted.number);
        Ok(row)
    }

    async fn settle_callback(
        &self,
        actor: &Actor,
        callback: &CallbackId,
        act: Settlement,
    ) -> Result<Callback, ExchangeError> {
        if let Some(error) = self.refuse_next.lock().take() {
            return Err(error);
        }
        if !callback.as_str().ends_with(actor.org.as_str()) {
            return Err(ExchangeError::NotFound { what: "callback" });
        }
        let state = if act == Settlement::Cancel { CallbackState::Cancelled } else { CallbackState::Reached };
        Ok(Callback { id: callback.clone(), state, ..rows::callback(actor.org.as_str()) })
    }

    async fn dispose(
        &self,
        _: &Actor,
        call: &CallId,
        disposition: String,
        _: Pii<String>,
    ) -> Result<(), ExchangeError> {
        self.disposed.lock().push((call.clone(), disposition));
        Ok(())
    }

    async fn reload(&self) -> Result<(), ExchangeError> {
        self.reloads.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

pub struct PretendSandbox;

#[async_trait]
impl SandboxControl for PretendSandbox {
    async fn customers(&self) -> Vec<SandboxCustomer> {
        vec![SandboxCustomer {
            number: "+62812345678".into(),
            name: "Rina".into(),
            description: "pays".into(),
        }]
    }

    async fn call_in(&self, from: &str, _to: &str) -> Result<String, SandboxRefusal> {
        if from == "+62812345678" { Ok("abc@sandbox".into()) } else { Err(SandboxRefusal::UnknownCustomer) }
    }
}
