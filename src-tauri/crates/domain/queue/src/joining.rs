//! Coming into a queue, waiting in it, and leaving it unanswered.

use std::time::Instant;

use tandem_foundation::{CallId, QueueId};

use crate::agent::Presence;
use crate::estimate::Estimate;
use crate::io::{Output, Refusal, Why, Withdrawn};
use crate::machine::Matcher;
use crate::settings::Staffing;
use crate::timers::Timer;
use crate::waiting::{Kind, Ticket, Waiting};

impl Matcher {
    /// Who can be offered to somebody at once is never too many, and who is to be called back was let in before.
    pub(crate) fn join(&mut self, now: Instant, ticket: Ticket) -> Result<(), Refusal> {
        let settings = &self.queues.get(&ticket.queue).ok_or(Refusal::NoSuchQueue)?.settings;
        if self.waiting.contains_key(&ticket.caller) {
            return Err(Refusal::AlreadyWaiting);
        }
        let (caller, queue, live) = (ticket.caller.clone(), ticket.queue.clone(), ticket.kind == Kind::Live);
        let (join_with, most, longest) =
            (settings.join_with, settings.most_waiting, settings.longest_estimate);
        self.waiting.insert(caller.clone(), Waiting::new(ticket, now, settings));
        if live && !self.is_staffed(&queue, join_with) {
            self.send_elsewhere(now, &caller, Why::Unstaffed);
            return Ok(());
        }
        self.match_caller(now, &caller);
        if live && self.waiting[&caller].offers.is_empty() {
            let ahead = self.unanswered(&queue) - 1;
            let too_long = longest.is_some_and(|longest| {
                self.estimate(&queue, ahead).is_none_or(|estimate| estimate.mean > longest)
            });
            if most.is_some_and(|most| ahead >= most) {
                self.send_elsewhere(now, &caller, Why::Full);
                return Ok(());
            }
            if too_long {
                self.send_elsewhere(now, &caller, Why::EstimateTooLong);
                return Ok(());
            }
        }
        self.arm(now, &caller);
        Ok(())
    }

    pub(crate) fn leave(&mut self, now: Instant, caller: &CallId) -> Result<(), Refusal> {
        self.remove(now, caller, Withdrawn::CallerLeft).map(drop).ok_or(Refusal::NoSuchCaller)
    }

    /// The wait goes along.
    pub(crate) fn move_to(&mut self, now: Instant, caller: &CallId, queue: QueueId) -> Result<(), Refusal> {
        let every = self.queues.get(&queue).ok_or(Refusal::NoSuchQueue)?.settings.announce_every;
        let waiting = self.waiting.get(caller).ok_or(Refusal::NoSuchCaller)?;
        let offers: Vec<_> = waiting.offers.iter().copied().collect();
        let ended: Vec<_> =
            offers.into_iter().filter_map(|offer| self.withdraw(offer, Withdrawn::Moved)).collect();
        if let Some(waiting) = self.waiting.get_mut(caller) {
            (waiting.ticket.queue, waiting.boost) = (queue, 0);
            waiting.announce_at =
                every.filter(|_| waiting.ticket.kind == Kind::Live).map(|every| now + every);
            waiting.spared.clear();
        }
        // Whoever rang for them may be of the new queue as well, and they have kept their place.
        for offer in ended {
            self.match_agent(now, &offer.agent);
        }
        self.match_caller(now, caller);
        self.arm(now, caller);
        Ok(())
    }

    /// Whoever is asked at this moment is asked for the other call instead, for the first one is about to end.
    pub(crate) fn call_back(&mut self, now: Instant, caller: &CallId, by: CallId) -> Result<(), Refusal> {
        if *caller != by && self.waiting.contains_key(&by) {
            return Err(Refusal::AlreadyWaiting);
        }
        let waiting = self.waiting.get_mut(caller).ok_or(Refusal::NoSuchCaller)?;
        // Before offers go back, so that nobody is asked for the one or the other meanwhile.
        waiting.ticket.kind = Kind::CallBack;
        let offers: Vec<_> = waiting.offers.iter().copied().collect();
        let ended: Vec<_> =
            offers.into_iter().filter_map(|offer| self.withdraw(offer, Withdrawn::Moved)).collect();
        let Some(mut waiting) = self.waiting.remove(caller) else { return Err(Refusal::NoSuchCaller) };
        if let Some(due) = waiting.due.take() {
            self.timers.clear(due, Timer::Caller(caller.clone()));
        }
        waiting.ticket.caller = by.clone();
        // Nobody hears where they stand any more.
        waiting.announce_at = None;
        self.waiting.insert(by.clone(), waiting);
        self.match_caller(now, &by);
        self.arm(now, &by);
        for offer in ended {
            self.match_agent(now, &offer.agent);
        }
        Ok(())
    }

    pub(crate) fn put_first(&mut self, now: Instant, caller: &CallId) -> Result<(), Refusal> {
        let waiting = self.waiting.get(caller).ok_or(Refusal::NoSuchCaller)?;
        let Some(queue) = self.queues.get(&waiting.ticket.queue) else { return Err(Refusal::NoSuchQueue) };
        let others = self
            .waiting
            .iter()
            .filter(|(other, w)| *other != caller && w.ticket.queue == waiting.ticket.queue);
        let first = others.map(|(_, other)| other.rank(now, &queue.settings)).max();
        let missing = first.map_or(0, |first| first + 1 - waiting.rank(now, &queue.settings));
        if missing > 0
            && let Some(waiting) = self.waiting.get_mut(caller)
        {
            waiting.boost += missing;
        }
        Ok(())
    }

    /// What time alone changes for a caller.
    pub(crate) fn look_at(&mut self, now: Instant, caller: &CallId) -> Result<(), Refusal> {
        let waiting = self.waiting.get_mut(caller).ok_or(Refusal::NoSuchCaller)?;
        if let Some(due) = waiting.due.take() {
            self.timers.clear(due, Timer::Caller(caller.clone()));
        }
        waiting.spared.retain(|_, until| *until > now);
        let queue = waiting.ticket.queue.clone();
        let settings = &self.queues.get(&queue).ok_or(Refusal::NoSuchQueue)?.settings;
        let (rings, live) = (!waiting.offers.is_empty(), waiting.ticket.kind == Kind::Live);
        // Nobody is sent away while somebody is about to answer.
        let over = settings.longest_wait.is_some_and(|longest| waiting.waited(now) >= longest);
        if over && live && !rings {
            self.send_elsewhere(now, caller, Why::WaitedTooLong);
            return Ok(());
        }
        let tells = waiting.announce_at.is_some_and(|at| at <= now);
        if tells {
            waiting.announce_at = settings.announce_every.filter(|_| live).map(|every| now + every);
        }
        self.match_caller(now, caller);
        if tells && live && self.waiting.get(caller).is_some_and(|waiting| waiting.offers.is_empty()) {
            let position = self.position(now, caller);
            let estimate = self.estimate(&queue, position - 1);
            self.outputs.push_back(Output::Announce { caller: caller.clone(), queue, position, estimate });
        }
        self.arm(now, caller);
        Ok(())
    }

    /// Sets the time at which a caller is looked at again.
    pub(crate) fn arm(&mut self, now: Instant, caller: &CallId) {
        let Some(waiting) = self.waiting.get_mut(caller) else { return };
        let Some(queue) = self.queues.get(&waiting.ticket.queue) else { return };
        if let Some(before) = waiting.due.take() {
            self.timers.clear(before, Timer::Caller(caller.clone()));
        }
        if let Some(at) = waiting.next_change(now, &queue.settings) {
            waiting.due = Some(at);
            self.timers.set(at, Timer::Caller(caller.clone()));
        }
    }

    /// Who waits and is not being offered to anybody; the others are as good as answered.
    fn unanswered(&self, queue: &QueueId) -> usize {
        let of_it = |waiting: &&Waiting| waiting.ticket.queue == *queue && waiting.offers.is_empty();
        self.waiting.values().filter(of_it).count()
    }

    /// 1 is next.
    pub(crate) fn position(&self, now: Instant, caller: &CallId) -> usize {
        let Some(own) = self.waiting.get(caller) else { return 1 };
        let Some(queue) = self.queues.get(&own.ticket.queue) else { return 1 };
        let own_key = own.place(now, &queue.settings);
        let before = |other: &&Waiting| {
            other.ticket.queue == own.ticket.queue
                && other.offers.is_empty()
                && other.place(now, &queue.settings) < own_key
        };
        1 + self.waiting.values().filter(before).count()
    }

    /// The wait of a caller with so many before them; `None` with nobody serving.
    pub fn estimate(&self, queue: &QueueId, ahead: usize) -> Option<Estimate> {
        let serving = self.agents.values().filter(|agent| {
            agent.presence == Presence::Ready && agent.profile.memberships.contains_key(queue)
        });
        let serving = serving.map(|agent| agent.profile.capacity).sum();
        Estimate::new(ahead, serving, self.queues.get(queue)?.handling.mean())
    }

    fn is_staffed(&self, queue: &QueueId, wanted: Staffing) -> bool {
        let mut members = self.agents.values().filter(|agent| agent.profile.memberships.contains_key(queue));
        match wanted {
            Staffing::Nobody => true,
            Staffing::SignedIn => members.any(crate::agent::Agent::is_signed_in),
            Staffing::Ready => members.any(|agent| agent.presence == Presence::Ready),
        }
    }

    pub(crate) fn check_all_staffing(&mut self, now: Instant) {
        for queue in self.queues.keys().cloned().collect::<Vec<_>>() {
            self.check_staffing(now, &queue);
        }
    }

    /// Who is called back does not stand in a queue without agents; they wait for the next ones.
    pub(crate) fn check_staffing(&mut self, now: Instant, queue: &QueueId) {
        let Some(wanted) = self.queues.get(queue).map(|queue| queue.settings.stay_with) else { return };
        if self.is_staffed(queue, wanted) {
            return;
        }
        for caller in self.callers_of(queue) {
            if self.waiting[&caller].ticket.kind == Kind::Live {
                self.send_elsewhere(now, &caller, Why::Unstaffed);
            }
        }
    }

    pub(crate) fn send_elsewhere(&mut self, now: Instant, caller: &CallId, why: Why) {
        if let Some(waiting) = self.remove(now, caller, Withdrawn::Moved) {
            let queue = waiting.ticket.queue;
            self.outputs.push_back(Output::Elsewhere { caller: caller.clone(), queue, why });
        }
    }

    fn remove(&mut self, now: Instant, caller: &CallId, why: Withdrawn) -> Option<Waiting> {
        let offers: Vec<_> = self.waiting.get(caller)?.offers.iter().copied().collect();
        let ended: Vec<_> = offers.into_iter().filter_map(|offer| self.withdraw(offer, why)).collect();
        let waiting = self.waiting.remove(caller)?;
        if let Some(due) = waiting.due {
            self.timers.clear(due, Timer::Caller(caller.clone()));
        }
        for offer in ended {
            self.match_agent(now, &offer.agent);
        }
        Some(Waiting { due: None, ..waiting })
    }
}
