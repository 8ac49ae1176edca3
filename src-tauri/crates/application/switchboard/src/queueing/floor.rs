//! One organisation's queues and agents: orders into the matcher.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_foundation::{CallId, OrgId, QueueId, UserId};
use tandem_queue::{AgentRef, Input, Matcher, OfferId, Refusal, Ticket};

use super::callbacks::Callbacks;
use super::order::{Order, QueueNews};
use super::settings;
use super::states::Told;
use crate::call_task::CallMessage;
use crate::context::Context;
use crate::exchange::{ExchangeError, Reorder, WrapUp};
use crate::journal::Journal;
use crate::records::{AgentProfile, EventBody, MemberRef, Presence, Queue, UnixMs};

/// The break of somebody whose phone is gone; it ends when the phone is back.
const NO_PHONE: &str = "no_phone";

/// A call that was placed has its task within this time, or never.
const BEGINS_WITHIN: Duration = Duration::from_secs(60);

pub(super) struct Floor {
    pub context: Arc<Context>,
    pub org: OrgId,
    pub matcher: Matcher,
    pub journal: Journal,
    pub queues: BTreeMap<QueueId, Queue>,
    pub names: BTreeMap<UserId, String>,
    pub profiles: BTreeMap<UserId, AgentProfile>,
    assistants: Vec<AgentRef>,
    /// What was last said of each person.
    pub told: HashMap<UserId, Told>,
    /// Who waits, where and since when.
    pub waiting: HashMap<CallId, (QueueId, Instant)>,
    pub offers: HashMap<OfferId, (CallId, QueueId, MemberRef)>,
    /// Calls that each person is on.
    pub calls: HashMap<UserId, Vec<CallId>>,
    /// Calls that assistants took.
    pub assisted: Vec<(AgentRef, CallId)>,
    /// The call that each person was on last.
    pub last_calls: HashMap<UserId, CallId>,
    /// Calls that colleagues place to each person, and that ring.
    pub rung: HashMap<UserId, Vec<CallId>>,
    /// Calls that are placed and may not have a task yet.
    pub(super) beginning: HashMap<CallId, Instant>,
    pub callbacks: Callbacks,
    /// Who changed a person's state, if it was somebody else.
    pub by: Option<UserId>,
}

impl Floor {
    pub fn new(context: Arc<Context>, org: OrgId) -> Self {
        let seed = context.ports.clock.random() as u64;
        Self {
            journal: Journal::open(context.clone(), org.clone()),
            matcher: Matcher::new(seed),
            context,
            org,
            queues: BTreeMap::new(),
            names: BTreeMap::new(),
            profiles: BTreeMap::new(),
            assistants: Vec::new(),
            told: HashMap::new(),
            waiting: HashMap::new(),
            offers: HashMap::new(),
            calls: HashMap::new(),
            assisted: Vec::new(),
            last_calls: HashMap::new(),
            rung: HashMap::new(),
            beginning: HashMap::new(),
            callbacks: Callbacks::default(),
            by: None,
        }
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.matcher.next_deadline().into_iter().chain(self.callbacks.next_due()).min()
    }

    pub fn tick(&mut self, now: Instant) {
        self.matcher.tick(now);
        self.callbacks_due(now);
        self.drain(now);
    }

    pub fn take(&mut self, now: Instant, order: Order) {
        match order {
            Order::Configure { queues, people, profiles } => self.configure(now, queues, people, profiles),
            Order::Join { ticket, front } => self.join(now, ticket, front),
            Order::Leave { caller, why } => self.leave(now, &caller, why),
            Order::Answered { offer } => {
                // Refused: somebody was faster, and the call has been told to release this one.
                let _ = self.matcher.handle(now, Input::Answered { offer });
            }
            Order::Declined { offer } => self.input(now, Input::Declined { offer }),
            Order::Missed { offer } => self.input(now, Input::Missed { offer }),
            Order::Engaged { user, call } => {
                let on = self.calls.entry(user.clone()).or_default();
                if !on.contains(&call) {
                    on.push(call.clone());
                }
                self.input(now, Input::Engaged { agent: AgentRef::Person(user), call });
            }
            Order::Place { user, call, queue, several, reply } => {
                let placed = self.place(now, &user, call, queue, several);
                self.drain(now);
                return drop(reply.send(placed));
            }
            Order::NeverPlaced { user, call } => self.never_placed(now, user, &call),
            Order::Rings { user, call, rings } => {
                let on = self.rung.entry(user).or_default();
                on.retain(|other| *other != call);
                on.extend(rings.then_some(call));
            }
            Order::Released { user, call } => {
                if let Some(on) = self.calls.get_mut(&user)
                    && on.contains(&call)
                {
                    on.retain(|other| *other != call);
                    self.last_calls.insert(user.clone(), call.clone());
                }
                self.input(now, Input::Released { agent: AgentRef::Person(user), call });
            }
            Order::Phone { user, connected } => self.phone(now, user, connected),
            Order::LineLost { user } => self.line_lost(now, &user),
            Order::SetPresence { user, presence, by, reply } => {
                let done = self.set_presence(now, &user, presence, by);
                self.drain(now);
                let _ = reply.send(done.and_then(|()| self.agent(now, &user)));
                return;
            }
            Order::WrapUp { user, act, reply } => {
                let agent = AgentRef::Person(user.clone());
                self.input(
                    now,
                    match act {
                        WrapUp::Done => Input::WrappedUp { agent },
                        WrapUp::Extend { seconds } => {
                            Input::ExtendWrapUp { agent, until: now + Duration::from_secs(seconds.into()) }
                        }
                    },
                );
                self.drain(now);
                let _ = reply.send(self.agent(now, &user));
                return;
            }
            Order::Reorder { call, act, by, reply } => {
                let done = self.reorder(now, &call, act, by);
                self.drain(now);
                self.answer_settled(reply, done);
            }
            Order::Restore { callbacks } => self.restore_callbacks(now, callbacks),
            Order::KeepPlace { caller, number, name, reply } => {
                self.keep_place(now, &caller, number, name, reply);
            }
            Order::Schedule { callback, by, reply } => self.schedule_callback(now, *callback, by, reply),
            Order::Settle { callback, act, by, reply } => {
                self.settle_callback(now, &callback, act, by, reply);
            }
            Order::Claim { call, reply } => self.claim_callback(&call, reply),
            Order::Dialled { call, how } => self.callback_dialled(now, &call, how),
            Order::Drain => self.drain_callbacks(now),
            // Looking changes nothing.
            Order::View(reply) => return drop(reply.send(self.view(now))),
            Order::Agent { user, reply } => return drop(reply.send(self.agent(now, &user))),
        }
        self.drain(now);
    }

    /// Nobody waits and nobody is busy for a call that is not there any more, whatever became of its task.
    pub fn reconcile(&mut self, now: Instant) {
        self.beginning.retain(|_, since| now.saturating_duration_since(*since) < BEGINS_WITHIN);
        let gone = |call: &CallId| !self.context.registry.is_live(call) && !self.beginning.contains_key(call);
        // Nobody is on the line who could have hung up on a callback.
        let lost = |call: &&CallId| gone(call) && self.callbacks.of(call).is_none();
        let waiting: Vec<_> = self.waiting.keys().filter(lost).cloned().collect();
        let of = |(user, on): (&UserId, &Vec<CallId>)| {
            on.iter().filter(|call| gone(call)).map(|call| (user.clone(), call.clone())).collect::<Vec<_>>()
        };
        let busy: Vec<_> = self.calls.iter().flat_map(of).collect();
        for rung in self.rung.values_mut() {
            rung.retain(|call| self.context.registry.is_live(call));
        }
        let (over, on): (Vec<_>, Vec<_>) = self.assisted.iter().cloned().partition(|(_, call)| gone(call));
        self.assisted = on;
        for caller in waiting {
            tracing::error!(call = %caller, "a call that is over was still waiting");
            self.leave(now, &caller, "abandoned");
        }
        for (user, call) in busy {
            tracing::error!(%call, "a call that is over still held an agent");
            self.take(now, Order::Released { user, call });
        }
        self.doubt_lost_callbacks();
        // No telephone tells of an assistant's end of a call; it may take another one in its place.
        for (agent, call) in over {
            self.input(now, Input::Released { agent, call });
        }
        self.drain(now);
    }

    pub(super) fn input(&mut self, now: Instant, input: Input) {
        if let Err(refusal) = self.matcher.handle(now, input) {
            tracing::debug!(%refusal, "too late for the queue");
        }
    }

    fn configure(
        &mut self,
        now: Instant,
        queues: Vec<Queue>,
        people: Vec<(UserId, String)>,
        profiles: Vec<AgentProfile>,
    ) {
        let queues: BTreeMap<_, _> = queues.into_iter().map(|queue| (queue.id.clone(), queue)).collect();
        let gone: Vec<_> = self.queues.keys().filter(|id| !queues.contains_key(*id)).cloned().collect();
        for (id, queue) in &queues {
            let unchanged = self.queues.get(id).is_some_and(|known| known.settings == queue.settings);
            if !unchanged {
                let settings = settings::queue(&queue.settings);
                self.input(now, Input::SetQueue { queue: id.clone(), settings });
            }
        }
        self.queues = queues;
        let mut memberships = settings::memberships(&self.queues);
        for profile in profiles {
            // What a person is at is known here first; storage follows.
            let presence = self.profiles.get(&profile.user).map(|known| known.presence.clone());
            let presence = presence.unwrap_or_else(|| profile.presence.clone());
            self.profiles.insert(profile.user.clone(), AgentProfile { presence, ..profile });
        }
        let former = std::mem::replace(&mut self.names, people.into_iter().collect());
        for user in former.keys().filter(|user| !self.names.contains_key(*user)).cloned().collect::<Vec<_>>()
        {
            self.profiles.remove(&user);
            self.context.pinned.close(&user);
            self.tell_gone(&user);
            self.input(now, Input::RemoveAgent { agent: AgentRef::Person(user) });
        }
        for user in self.names.keys().cloned().collect::<Vec<_>>() {
            let of = memberships.remove(&MemberRef::Person { user: user.clone() }).unwrap_or_default();
            let profile = settings::person(of, self.profiles.get(&user));
            let agent = AgentRef::Person(user.clone());
            self.input(now, Input::SetAgent { agent: agent.clone(), profile });
            if !former.contains_key(&user) {
                let presence = self.profiles.get(&user).map(|p| p.presence.clone()).unwrap_or_default();
                if presence == Presence::Ready && !self.context.phones.reachable(&user) {
                    // After a restart, say: they are there again when their phone is.
                    self.put_presence(now, &user, Presence::Paused { reason: NO_PHONE.into() });
                } else {
                    self.input(now, Input::Presence { agent, presence: settings::presence(&presence) });
                }
            }
        }
        self.configure_assistants(now, memberships);
        for queue in gone {
            self.input(now, Input::RemoveQueue { queue });
        }
        for user in self.names.keys() {
            self.keep_line(user);
        }
    }

    /// Assistants are always there.
    fn configure_assistants(
        &mut self,
        now: Instant,
        memberships: BTreeMap<MemberRef, BTreeMap<QueueId, u32>>,
    ) {
        let mut present = Vec::new();
        for (member, of) in memberships {
            let agent = settings::agent(&member);
            if !matches!(agent, AgentRef::Assistant(_)) {
                continue;
            }
            let profile = settings::assistant(of, &self.queues);
            self.input(now, Input::SetAgent { agent: agent.clone(), profile });
            self.input(
                now,
                Input::Presence { agent: agent.clone(), presence: tandem_queue::Presence::Ready },
            );
            present.push(agent);
        }
        for agent in std::mem::replace(&mut self.assistants, present) {
            if !self.assistants.contains(&agent) {
                self.input(now, Input::RemoveAgent { agent });
            }
        }
    }

    fn join(&mut self, now: Instant, mut ticket: Ticket, front: bool) {
        let (caller, queue) = (ticket.caller.clone(), ticket.queue.clone());
        let Some(settings) = self.queues.get(&queue).map(|queue| &queue.settings) else {
            let news = QueueNews::Elsewhere { queue, why: "queue_gone", waited: ticket.waited };
            self.context.registry.to_call(&caller, CallMessage::Queue(news));
            return;
        };
        if ticket.needs.is_empty() {
            ticket.needs = settings::needs(settings);
        }
        let of = queue.clone();
        self.waiting.insert(caller.clone(), (queue.clone(), now.checked_sub(ticket.waited).unwrap_or(now)));
        self.note(&caller, EventBody::QueueJoined { queue });
        match self.matcher.handle(now, Input::Join(ticket)) {
            Ok(()) => {
                // Told before anybody is held out to them.
                if self.matcher.waiting(now, &of).iter().any(|row| row.caller == caller) {
                    self.context.registry.to_call(&caller, CallMessage::Queue(QueueNews::LetIn));
                }
                if front {
                    self.input(now, Input::ToFront { caller: caller.clone() });
                }
            }
            Err(refusal) => {
                tracing::warn!(%refusal, "a caller could not join");
                self.waiting.remove(&caller);
            }
        }
        self.drain(now);
        self.announce_first(now, &caller);
    }

    /// Somebody who has to wait is told where they stand at once.
    fn announce_first(&self, now: Instant, caller: &CallId) {
        let Some((queue, _)) = self.waiting.get(caller) else { return };
        let rows = self.matcher.waiting(now, queue);
        let own = rows.into_iter().find(|row| row.caller == *caller && row.offered_to.is_empty());
        if let Some(own) = own {
            let news = QueueNews::Announce { position: own.position, estimate: own.estimate };
            self.context.registry.to_call(caller, CallMessage::Queue(news));
        }
    }

    fn leave(&mut self, now: Instant, caller: &CallId, why: &'static str) {
        if let Some((queue, since)) = self.waiting.remove(caller) {
            let waited_ms = millis(now.saturating_duration_since(since));
            self.note(caller, EventBody::QueueLeft { queue, why: why.into(), waited_ms });
            self.input(now, Input::Leave { caller: caller.clone() });
            return;
        }
        // The call ended at the very moment at which somebody answered it, and will never hear of that.
        if why == "abandoned" {
            let holds = |(_, on): &(&UserId, &Vec<CallId>)| on.contains(caller);
            let held: Vec<_> = self.calls.iter().filter(holds).map(|(user, _)| user.clone()).collect();
            for user in held {
                self.forget_call(now, &AgentRef::Person(user), caller);
            }
        }
    }

    fn reorder(
        &mut self,
        now: Instant,
        call: &CallId,
        act: Reorder,
        by: Option<UserId>,
    ) -> Result<(), ExchangeError> {
        let how = match &act {
            Reorder::Priority { .. } => "priority",
            Reorder::ToFront => "to_front",
            Reorder::Move { .. } => "queue",
        };
        let caller = call.clone();
        let input = match act {
            Reorder::Priority { priority } => Input::Reprioritise { caller, priority },
            Reorder::ToFront => Input::ToFront { caller },
            Reorder::Move { queue } => Input::Move { caller, queue },
        };
        let moved = if let Input::Move { queue, .. } = &input { Some(queue.clone()) } else { None };
        self.matcher.handle(now, input).map_err(|refusal| match refusal {
            Refusal::NoSuchQueue => ExchangeError::NotFound { what: "queue" },
            _ => ExchangeError::WrongState { status: "not waiting" },
        })?;
        if let Some((queue, _)) = self.waiting.get(call) {
            let queue = moved.clone().unwrap_or_else(|| queue.clone());
            self.note(call, EventBody::QueueReordered { queue, how: how.to_owned(), by });
        }
        if let Some((queue, (from, since))) = moved.zip(self.waiting.get(call).cloned()) {
            let waited_ms = millis(now.saturating_duration_since(since));
            self.note(call, EventBody::QueueLeft { queue: from, why: "moved".into(), waited_ms });
            self.note(call, EventBody::QueueJoined { queue: queue.clone() });
            self.waiting.insert(call.clone(), (queue.clone(), since));
            self.callback_moved(call, &queue);
            self.context.registry.to_call(call, CallMessage::Queue(QueueNews::Moved { queue }));
        }
        Ok(())
    }

    /// What an act answers is on disk when it is answered.
    fn answer_settled<T: Send + 'static>(&self, reply: tokio::sync::oneshot::Sender<T>, answer: T) {
        let journal = self.journal.clone();
        tokio::spawn(async move {
            journal.settled().await;
            let _ = reply.send(answer);
        });
    }

    fn set_presence(
        &mut self,
        now: Instant,
        user: &UserId,
        presence: Presence,
        by: Option<UserId>,
    ) -> Result<(), ExchangeError> {
        if !self.names.contains_key(user) {
            return Err(ExchangeError::NotFound { what: "agent" });
        }
        if presence == Presence::Ready && !self.context.phones.reachable(user) {
            return Err(ExchangeError::NoPhone);
        }
        self.by = by;
        self.put_presence(now, user, presence);
        Ok(())
    }

    pub(super) fn put_presence(&mut self, now: Instant, user: &UserId, presence: Presence) {
        let agent = AgentRef::Person(user.clone());
        self.input(now, Input::Presence { agent, presence: settings::presence(&presence) });
        let at = self.now();
        let profile = self
            .profiles
            .entry(user.clone())
            .or_insert_with(|| AgentProfile::new(self.org.clone(), user.clone(), at));
        if profile.presence != presence {
            (profile.presence, profile.since) = (presence, at);
        }
        self.keep_line(user);
    }

    /// Nobody is offered a call on a phone that is not there.
    fn phone(&mut self, now: Instant, user: UserId, connected: bool) {
        let Some(profile) = self.profiles.get(&user) else { return };
        match (&profile.presence, connected) {
            (Presence::Ready, false) => {
                self.put_presence(now, &user, Presence::Paused { reason: NO_PHONE.into() });
            }
            (Presence::Paused { reason }, true) if reason == NO_PHONE => {
                self.put_presence(now, &user, Presence::Ready);
            }
            _ => self.keep_line(&user),
        }
    }

    pub(super) fn now(&self) -> UnixMs {
        self.context.ports.clock.now()
    }
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
