//! The call that calls a customer back: an agent takes it first, and their phone is dialled when the agent is there.

use std::time::Instant;

use tandem_call::{CallMachine, EndedBy, Floor, Input, PersonRef};
use tandem_foundation::{CallbackId, LegId, Pii, QueueId, TrunkId};
use tokio::sync::oneshot;

use super::queueing::InQueue;
use super::{CallMessage, CallTask};
use crate::gate;
use crate::ports::media::Sound;
use crate::queueing::{Dialled, Order};
use crate::records::{CallStatus, Direction, EventBody, UnixMs};
use crate::terms::Wishes;

/// What a call is told of the callback it is for.
#[derive(Debug)]
pub(crate) struct CallingBack {
    pub id: CallbackId,
    queue: QueueId,
    since: UnixMs,
    pub note: Pii<String>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Agents are asked; nothing of this call is written down.
    Offered,
    /// An agent is there, and it is being asked whether the customer may be dialled.
    Claiming,
    /// The request has left.
    Dialling,
    Reached,
}

/// By which line, and with which number of ours.
#[derive(Debug)]
pub(crate) struct Line {
    trunk: Option<TrunkId>,
    from: Option<Pii<String>>,
}

impl CallingBack {
    pub fn new(id: CallbackId, queue: QueueId, since: UnixMs, note: Pii<String>) -> Self {
        Self { id, queue, since, note, stage: Stage::Offered }
    }
}

impl CallTask {
    pub(super) fn begin_callback(&mut self, calling: CallingBack) {
        self.machine = CallMachine::people_first(self.customer);
        self.context.ports.media.open_room(&self.call.id);
        let waited = u64::try_from(self.now().0 - calling.since.0).unwrap_or_default();
        let now = Instant::now();
        self.queue = Some(InQueue {
            queue: calling.queue.clone(),
            joined: now.checked_sub(std::time::Duration::from_millis(waited)).unwrap_or(now),
            joined_at: calling.since,
            waiting: true,
            offers: Vec::new(),
            overflows: 0,
            greeted: true,
        });
        self.calling_back = Some(calling);
    }

    /// Nobody has taken it yet, so that nothing is written down of this call.
    pub(super) fn is_only_offered(&self) -> bool {
        self.callback_is_at(Stage::Offered)
    }

    /// The customer is not there yet.
    pub(super) fn is_before_callback(&self) -> bool {
        self.calling_back.as_ref().is_some_and(|calling| calling.stage != Stage::Reached)
    }

    /// An agent took it: from now on it is a call like any other.
    pub(super) fn callback_taken(&mut self) {
        if self.callback_is_at(Stage::Offered) {
            self.callback_stage(Stage::Claiming);
            self.commit_call(EventBody::CallCreated);
        }
    }

    /// Asks whether the customer may be dialled, and has it written down that they are.
    pub(super) fn claim_callback(&mut self) {
        if !self.callback_is_at(Stage::Claiming) {
            return;
        }
        let (context, call, journal) = (self.context.clone(), self.call.clone(), self.journal.clone());
        let inbox = self.inbox.clone();
        let id = self.calling_back.as_ref().map(|calling| calling.id.clone());
        tokio::spawn(async move {
            let claimed = async {
                gate::may_call(&context, &call.org, call.to.as_str()).await.map_err(gate::refused)?;
                let line = match id {
                    Some(id) => line(&context, &call.org, &id).await,
                    None => Line { trunk: None, from: None },
                };
                journal.settled().await;
                let (reply, answer) = oneshot::channel();
                context.distributor.tell(&call.org, Order::Claim { call: call.id.clone(), reply });
                match answer.await {
                    Ok(true) => Ok(line),
                    _ => Err(Dialled::NotYet { why: "storage" }),
                }
            };
            let _ = inbox.send(CallMessage::CallbackClaimed(claimed.await));
        });
    }

    /// It is on disk that this customer is dialled: the request may leave, unless the agent is gone meanwhile.
    pub(super) fn callback_claimed(&mut self, claimed: Result<Line, Dialled>) {
        if self.machine.is_over() || !self.callback_is_at(Stage::Claiming) {
            return;
        }
        let line = match claimed {
            Ok(line) => line,
            Err(how) => return self.callback_refused(how),
        };
        let Some(agent) = self.agent_leg() else {
            return self.callback_refused(Dialled::NotYet { why: "agent_gone" });
        };
        match self.seize_line(line) {
            Ok(()) => {
                self.callback_stage(Stage::Dialling);
                self.context.ports.media.set_sound(&self.call.id, agent, Some(Sound::Ringback));
                self.commit_call(EventBody::CallUpdated);
                self.invite_customer();
            }
            Err(why) => self.callback_refused(Dialled::NotYet { why }),
        }
    }

    /// The customer answered.
    pub(super) fn callback_reached(&mut self) {
        if !self.callback_is_at(Stage::Dialling) {
            return;
        }
        self.callback_stage(Stage::Reached);
        if let Some(agent) = self.agent_leg() {
            self.context.ports.media.set_sound(&self.call.id, agent, None);
        }
        self.tell_dialled(Dialled::Reached);
    }

    /// The callback is not for this call any more.
    pub(super) fn callback_off(&mut self) {
        if self.callback_is_at(Stage::Offered) {
            self.input(Input::End { by: EndedBy::Assistant });
        }
    }

    /// The agent is gone before the customer was there.
    pub(super) fn callback_alone(&mut self) {
        self.end_reason = Some("agent_gone".to_owned());
        self.input(Input::End { by: EndedBy::Assistant });
    }

    /// The call is over, however it came to that.
    pub(super) fn callback_over(&mut self) {
        let Some(stage) = self.calling_back.as_ref().map(|calling| calling.stage) else { return };
        match stage {
            // The place is not this call's to give up.
            Stage::Offered => {
                if let Some(queue) = &mut self.queue {
                    queue.waiting = false;
                }
            }
            Stage::Claiming => self.tell_dialled(Dialled::NotYet { why: "agent_gone" }),
            Stage::Dialling => {
                let why = match self.call.status {
                    CallStatus::Cancelled => "agent_gone".to_owned(),
                    status => status.as_str().to_owned(),
                };
                self.tell_dialled(Dialled::Unreached { why });
            }
            Stage::Reached => {}
        }
        self.callback_stage(Stage::Reached);
    }

    fn callback_refused(&mut self, how: Dialled) {
        self.end_reason = Some(match &how {
            Dialled::Forbidden { why } | Dialled::NotYet { why } => (*why).to_owned(),
            Dialled::Reached | Dialled::Unreached { .. } => "callback".to_owned(),
        });
        self.tell_dialled(how);
        self.callback_stage(Stage::Reached);
        self.input(Input::End { by: EndedBy::Assistant });
    }

    fn seize_line(&mut self, line: Line) -> Result<(), &'static str> {
        let plan = self.context.plan.read();
        let trunk = line.trunk.as_ref().and_then(|id| plan.trunk(&self.call.org, id));
        let trunk = trunk.or_else(|| plan.first_trunk(&self.call.org)).ok_or("no_trunk")?;
        let (id, caller_id) = (trunk.id.clone(), trunk.caller_id.clone());
        self.wishes = Wishes::of_trunk(trunk).certified(self.context.ports.media.fingerprint());
        drop(plan);
        let channel = self.context.seize_outbound(&id).map_err(|_| "at_capacity")?;
        self.channels.insert(self.customer, channel);
        if let Some(from) = line.from.or(caller_id) {
            self.call.from = from;
        }
        self.call.trunk = Some(id);
        Ok(())
    }

    fn agent_leg(&self) -> Option<LegId> {
        let Floor::Person { who: who @ PersonRef::User(_), .. } = self.machine.floor().0 else { return None };
        self.machine.people().find(|(other, ..)| *other == who).and_then(|person| person.3)
    }

    fn callback_is_at(&self, stage: Stage) -> bool {
        self.calling_back.as_ref().is_some_and(|calling| calling.stage == stage)
    }

    fn callback_stage(&mut self, stage: Stage) {
        if let Some(calling) = &mut self.calling_back {
            calling.stage = stage;
        }
    }

    fn tell_dialled(&self, how: Dialled) {
        let order = Order::Dialled { call: self.call.id.clone(), how };
        self.context.distributor.tell(&self.call.org, order);
    }
}

/// The customer sees the number that they called, or that called them.
async fn line(context: &crate::context::Context, org: &tandem_foundation::OrgId, id: &CallbackId) -> Line {
    let store = &context.ports.store;
    let asked_in = store.callback(org, id).await.ok().and_then(|row| row.asked_in);
    let call = match asked_in {
        Some(call) => store.call(org, &call).await.ok(),
        None => None,
    };
    let from = call.as_ref().filter(|call| call.trunk.is_some()).map(|call| match call.direction {
        Direction::Inbound => call.to.clone(),
        Direction::Outbound | Direction::Internal => call.from.clone(),
    });
    Line { trunk: call.and_then(|call| call.trunk), from }
}
