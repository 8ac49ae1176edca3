//! Customers who are to be called back: their places in the queues, and what becomes of each attempt.
//!
//! Invariant: the floor alone changes the rows, and a customer's phone is dialled only after the row that says so is on
//! disk. So what is `waiting` after a crash was not dialled, and what was `dialling` may have been.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use tandem_foundation::{CallId, CallbackId, Pii, UserId};
use tandem_queue::{AgentRef, Input, Kind, Preferred, Ticket};
use tokio::sync::oneshot;

use super::floor::{Floor, millis};
use super::order::Dialled;
use super::settings;
use crate::call_task::{Beginning, CallMessage, CallTask, CallingBack};
use crate::exchange::{ExchangeError, Settlement};
use crate::journal::{Journal, event};
use crate::ports::store::Commit;
use crate::records::{Callback, CallbackOrigin, CallbackState, Direction, EventBody, UnixMs};

/// For so long a callback is kept for the agent who asked for it.
const KEPT: Duration = Duration::from_secs(15 * 60);
/// What could not be dialled for want of a line is tried again after this time.
const NO_LINE: Duration = Duration::from_secs(30);

/// What an agent's answer to a request about a callback is.
pub(super) type CallbackReply = oneshot::Sender<Result<Callback, ExchangeError>>;

/// The callbacks of an organisation that are not over.
#[derive(Debug, Default)]
pub(super) struct Callbacks {
    open: BTreeMap<CallbackId, Callback>,
    /// Those that wait or are dialled, by the call that is for them.
    calls: HashMap<CallId, CallbackId>,
    due: BTreeSet<(Instant, CallbackId)>,
    /// No more calls are to be made.
    draining: bool,
}

impl Callbacks {
    pub fn next_due(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    /// The callback that this call is for.
    pub fn of(&self, call: &CallId) -> Option<&Callback> {
        self.calls.get(call).and_then(|id| self.open.get(id))
    }
}

impl Floor {
    /// What storage has, at the start: who waited waits again, with the wait they have had.
    pub(super) fn restore_callbacks(&mut self, now: Instant, rows: Vec<Callback>) {
        for row in rows {
            let (id, state) = (row.id.clone(), row.state);
            self.callbacks.open.insert(id.clone(), row);
            match state {
                CallbackState::Scheduled => self.arm_callback(now, &id),
                CallbackState::Waiting => self.join_callback(now, &id),
                _ => {}
            }
        }
    }

    /// The caller hangs up; the place and the wait stay. Answered when that is on disk.
    pub(super) fn keep_place(
        &mut self,
        now: Instant,
        caller: &CallId,
        number: Pii<String>,
        name: Option<Pii<String>>,
        reply: oneshot::Sender<bool>,
    ) {
        let Some((queue, since)) = self.waiting.get(caller).cloned() else {
            let _ = reply.send(false);
            return;
        };
        let call = self.context.new_call_id();
        let kept = Input::CallBack { caller: caller.clone(), by: call.clone() };
        if self.matcher.handle(now, kept).is_err() {
            let _ = reply.send(false);
            return;
        }
        let (at, waited_ms) = (self.now(), millis(now.saturating_duration_since(since)));
        let row = Callback {
            id: self.context.new_callback_id(),
            org: self.org.clone(),
            queue: queue.clone(),
            number,
            name,
            origin: CallbackOrigin::Caller,
            state: CallbackState::Waiting,
            reason: None,
            agent: None,
            since: UnixMs(at.0 - waited_ms),
            due_at: at,
            attempts: 0,
            asked_in: Some(caller.clone()),
            call: call.clone(),
            note: Pii::new(String::new()),
            created_at: at,
            updated_at: at,
        };
        self.waiting.remove(caller);
        self.waiting.insert(call.clone(), (queue.clone(), since));
        self.callbacks.calls.insert(call.clone(), row.id.clone());
        self.callbacks.open.insert(row.id.clone(), row.clone());
        let left = EventBody::QueueLeft { queue: queue.clone(), why: "callback".into(), waited_ms };
        let changed = EventBody::CallbackChanged { callback: Box::new(row.clone()), by: None };
        let events = vec![
            event(&self.context, caller, left),
            event(&self.context, caller, changed),
            event(&self.context, &call, EventBody::QueueJoined { queue }),
        ];
        let journal = self.journal.clone();
        tokio::spawn(async move {
            let written = Commit { callbacks: vec![row], events, ..Commit::default() };
            let _ = reply.send(journal.commit_and_wait(written).await);
        });
    }

    /// A new one, of an agent or an assistant. Answered when it is on disk.
    pub(super) fn schedule_callback(
        &mut self,
        now: Instant,
        row: Callback,
        by: Option<UserId>,
        reply: Option<CallbackReply>,
    ) {
        if !self.queues.contains_key(&row.queue) {
            let refused = Err(ExchangeError::NotFound { what: "queue" });
            if let Some(reply) = reply {
                let _ = reply.send(refused);
            }
            return;
        }
        let id = row.id.clone();
        self.callbacks.open.insert(id.clone(), row);
        self.arm_callback(now, &id);
        self.write_callback(&id, by, reply);
        self.callbacks_due(now);
    }

    /// A person says what is to become of one.
    pub(super) fn settle_callback(
        &mut self,
        now: Instant,
        id: &CallbackId,
        act: Settlement,
        by: Option<UserId>,
        reply: CallbackReply,
    ) {
        let Some(state) = self.callbacks.open.get(id).map(|row| row.state) else {
            return drop(reply.send(Err(ExchangeError::WrongState { status: "over" })));
        };
        let (unknown, idle) = (
            state == CallbackState::Unknown,
            matches!(state, CallbackState::Scheduled | CallbackState::Waiting),
        );
        let next = match act {
            Settlement::Cancel if unknown || idle => (CallbackState::Cancelled, None),
            Settlement::Reached if unknown => (CallbackState::Reached, Some("settled")),
            Settlement::Close if unknown => (CallbackState::Failed, Some("settled")),
            Settlement::Again if unknown || state == CallbackState::Scheduled => {
                (CallbackState::Scheduled, None)
            }
            _ => {
                let status = if unknown { "to be settled" } else { state.as_str() };
                return drop(reply.send(Err(ExchangeError::WrongState { status })));
            }
        };
        if next.0.is_final() {
            self.take_out(now, id);
            self.end_callback(id, next.0, next.1, by, Some(reply));
            return;
        }
        let at = self.now();
        if let Some(row) = self.callbacks.open.get_mut(id) {
            (row.state, row.due_at) = (next.0, at);
        }
        self.arm_callback(now, id);
        self.write_callback(id, by, Some(reply));
        self.callbacks_due(now);
    }

    /// An agent is there: the customer may be dialled once this is on disk.
    pub(super) fn claim_callback(&mut self, call: &CallId, reply: oneshot::Sender<bool>) {
        let id = self.callbacks.calls.get(call).cloned();
        let row = id.and_then(|id| self.callbacks.open.get_mut(&id));
        let Some(row) = row.filter(|row| row.state == CallbackState::Waiting) else {
            let _ = reply.send(false);
            return;
        };
        row.state = CallbackState::Dialling;
        row.reason = None;
        row.attempts += 1;
        row.updated_at = self.context.ports.clock.now();
        let commit = changed(&self.context, row, None);
        let journal = self.journal.clone();
        tokio::spawn(async move {
            let _ = reply.send(journal.commit_now_or_never(commit).await);
        });
    }

    /// What came of it once an agent was there.
    pub(super) fn callback_dialled(&mut self, now: Instant, call: &CallId, how: Dialled) {
        let Some(id) = self.callbacks.calls.remove(call) else { return };
        let at = self.now();
        let Some(row) = self.callbacks.open.get_mut(&id) else { return };
        let settings = self.queues.get(&row.queue).map(|queue| queue.settings.callback.clone());
        let settings = settings.unwrap_or_default();
        let (again, why) = match how {
            Dialled::Reached => {
                return self.end_callback(&id, CallbackState::Reached, None, None, None);
            }
            Dialled::Forbidden { why } => {
                return self.end_callback(&id, CallbackState::Failed, Some(why), None, None);
            }
            Dialled::Unreached { why } => {
                if row.attempts >= settings.attempts {
                    return self.end_callback(&id, CallbackState::Failed, Some(&why), None, None);
                }
                (Duration::from_secs(settings.gap_s.into()), why)
            }
            Dialled::NotYet { why } => {
                if row.state == CallbackState::Dialling {
                    row.attempts = row.attempts.saturating_sub(1);
                }
                (if why == "agent_gone" { Duration::ZERO } else { NO_LINE }, why.to_owned())
            }
        };
        row.state = CallbackState::Scheduled;
        row.reason = Some(why);
        row.due_at = UnixMs(at.0 + millis(again));
        self.arm_callback(now, &id);
        self.write_callback(&id, None, None);
        self.callbacks_due(now);
    }

    /// Those whose time has come wait from now on.
    pub(super) fn callbacks_due(&mut self, now: Instant) {
        while let Some((_, id)) = self.callbacks.due.first().filter(|(at, _)| *at <= now).cloned() {
            self.callbacks.due.pop_first();
            let at = self.now();
            let Some(row) = self.callbacks.open.get_mut(&id) else { continue };
            if row.due_at > at {
                // The wall clock was set back, or the machine slept.
                self.arm_callback(now, &id);
                continue;
            }
            row.state = CallbackState::Waiting;
            row.call = self.context.new_call_id();
            let (call, queue) = (row.call.clone(), row.queue.clone());
            self.write_callback(&id, None, None);
            self.note(&call, EventBody::QueueJoined { queue });
            self.join_callback(now, &id);
        }
    }

    /// The call that rings agents for it, and later the customer, is begun with the first offer.
    pub(super) fn begin_callback(&self, caller: &CallId) {
        let Some(row) = self.callbacks.of(caller) else { return };
        if self.callbacks.draining || self.context.registry.is_live(caller) {
            return;
        }
        let anonymous = Pii::new("anonymous".to_owned());
        let mut call = self.context.new_call(&self.org, Direction::Outbound, anonymous, row.number.clone());
        call.id = caller.clone();
        call.sip_call_id = Some(format!("{caller}@tandem"));
        call.customer_name = row.name.clone();
        let calling = CallingBack::new(row.id.clone(), row.queue.clone(), row.since, row.note.clone());
        let journal = Journal::open(self.context.clone(), self.org.clone());
        CallTask::spawn(self.context.clone(), journal, call, None, Beginning::Callback(calling), None);
    }

    /// The queue is gone.
    pub(super) fn callback_has_no_queue(&mut self, caller: &CallId) -> bool {
        let Some(id) = self.callbacks.calls.get(caller).cloned() else { return false };
        self.forget_callback_call(caller);
        self.end_callback(&id, CallbackState::Failed, Some("queue_gone"), None, None);
        true
    }

    /// A callback that is being dialled by a call that is not there any more: nobody knows what came of it.
    pub(super) fn doubt_lost_callbacks(&mut self) {
        let gone = |(call, id): &(&CallId, &CallbackId)| {
            !self.context.registry.is_live(call)
                && self.callbacks.open.get(*id).is_some_and(|row| row.state == CallbackState::Dialling)
        };
        let lost: Vec<_> =
            self.callbacks.calls.iter().filter(gone).map(|(call, id)| (call.clone(), id.clone())).collect();
        for (call, id) in lost {
            tracing::error!(%call, "a callback lost its call");
            self.callbacks.calls.remove(&call);
            if let Some(row) = self.callbacks.open.get_mut(&id) {
                (row.state, row.reason) = (CallbackState::Unknown, Some("lost".to_owned()));
            }
            self.write_callback(&id, None, None);
        }
    }

    /// The server is going down: who waits keeps the place on disk, and nobody is rung for them any more.
    pub(super) fn drain_callbacks(&mut self, now: Instant) {
        self.callbacks.draining = true;
        self.callbacks.due.clear();
        let waiting: Vec<_> =
            self.callbacks.calls.keys().filter(|call| self.waiting.contains_key(*call)).cloned().collect();
        for call in waiting {
            self.forget_callback_call(&call);
            self.waiting.remove(&call);
            let _ = self.matcher.handle(now, Input::Leave { caller: call });
        }
    }

    /// A supervisor put it into another queue.
    pub(super) fn callback_moved(&mut self, call: &CallId, queue: &tandem_foundation::QueueId) {
        let Some(id) = self.callbacks.calls.get(call).cloned() else { return };
        if let Some(row) = self.callbacks.open.get_mut(&id) {
            row.queue = queue.clone();
        }
        self.write_callback(&id, None, None);
    }

    fn join_callback(&mut self, now: Instant, id: &CallbackId) {
        let Some(row) = self.callbacks.open.get(id).cloned() else { return };
        let Some(queue) = self.queues.get(&row.queue) else {
            return self.end_callback(id, CallbackState::Failed, Some("queue_gone"), None, None);
        };
        let waited = Duration::from_millis(u64::try_from(self.now().0 - row.since.0).unwrap_or_default());
        let preferred = row.agent.map(|user| {
            // A hold is counted with the wait they have had.
            Preferred { agent: AgentRef::Person(user), hold: waited + KEPT }
        });
        let ticket = Ticket {
            caller: row.call.clone(),
            queue: row.queue.clone(),
            priority: 0,
            needs: settings::needs(&queue.settings),
            preferred,
            waited,
            kind: Kind::CallBack,
        };
        self.callbacks.calls.insert(row.call.clone(), id.clone());
        self.waiting.insert(row.call.clone(), (row.queue, now.checked_sub(waited).unwrap_or(now)));
        if let Err(refusal) = self.matcher.handle(now, Input::Join(ticket)) {
            tracing::warn!(%refusal, "a callback could not join");
            self.waiting.remove(&row.call);
        }
    }

    /// Out of the queue, where it waits; an agent who is asked is not any more.
    fn take_out(&mut self, now: Instant, id: &CallbackId) {
        let Some(call) = self.callbacks.open.get(id).map(|row| row.call.clone()) else { return };
        self.callbacks.due.retain(|(_, other)| other != id);
        self.callbacks.calls.remove(&call);
        if let Some((queue, since)) = self.waiting.remove(&call) {
            let waited_ms = millis(now.saturating_duration_since(since));
            self.note(&call, EventBody::QueueLeft { queue, why: "cancelled".into(), waited_ms });
            let _ = self.matcher.handle(now, Input::Leave { caller: call.clone() });
            self.forget_callback_call(&call);
        }
    }

    /// The call that only rang agents ends without a trace.
    fn forget_callback_call(&self, call: &CallId) {
        self.context.registry.to_call(call, CallMessage::CallbackOff);
    }

    fn arm_callback(&mut self, now: Instant, id: &CallbackId) {
        let at = self.now();
        let Some(row) = self.callbacks.open.get(id).filter(|_| !self.callbacks.draining) else { return };
        self.callbacks.due.retain(|(_, other)| other != id);
        let left = u64::try_from(row.due_at.0 - at.0).unwrap_or_default();
        self.callbacks.due.insert((now + Duration::from_millis(left), id.clone()));
    }

    fn end_callback(
        &mut self,
        id: &CallbackId,
        state: CallbackState,
        reason: Option<&str>,
        by: Option<UserId>,
        reply: Option<CallbackReply>,
    ) {
        if let Some(row) = self.callbacks.open.get_mut(id) {
            self.callbacks.calls.remove(&row.call);
            (row.state, row.reason) = (state, reason.map(str::to_owned));
        }
        self.write_callback(id, by, reply);
        self.callbacks.open.remove(id);
    }

    fn write_callback(&mut self, id: &CallbackId, by: Option<UserId>, reply: Option<CallbackReply>) {
        let at = self.now();
        let Some(row) = self.callbacks.open.get_mut(id) else { return };
        row.updated_at = at;
        let (row, commit) = (row.clone(), changed(&self.context, row, by));
        let Some(reply) = reply else { return self.journal.commit(commit) };
        let journal = self.journal.clone();
        tokio::spawn(async move {
            let written = journal.commit_and_wait(commit).await;
            let _ = reply.send(if written { Ok(row) } else { Err(ExchangeError::Storage) });
        });
    }
}

fn changed(context: &crate::context::Context, row: &Callback, by: Option<UserId>) -> Commit {
    let body = EventBody::CallbackChanged { callback: Box::new(row.clone()), by };
    let about = row.asked_in.as_ref().unwrap_or(&row.call);
    Commit { events: vec![event(context, about, body)], callbacks: vec![row.clone()], ..Commit::default() }
}
