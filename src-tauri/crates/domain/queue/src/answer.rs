//! What becomes of an offer, and of an agent's calls.

use std::time::{Duration, Instant};

use tandem_foundation::CallId;

use crate::agent::{AgentRef, NO_ANSWER, Presence};
use crate::io::{OfferId, Output, Refusal, Withdrawn};
use crate::machine::Matcher;
use crate::timers::Timer;
use crate::waiting::Kind;

impl Matcher {
    /// The first who answers has the caller; the offer of everybody else who rings is withdrawn.
    pub(crate) fn answered(&mut self, now: Instant, offer: OfferId) -> Result<(), Refusal> {
        let taken = self.offers.remove(&offer).ok_or(Refusal::OfferGone)?;
        self.timers.clear(taken.until, Timer::Offer(offer));
        let waiting = self.waiting.remove(&taken.caller).ok_or(Refusal::NoSuchCaller)?;
        if let Some(due) = waiting.due {
            self.timers.clear(due, Timer::Caller(taken.caller.clone()));
        }
        if let Some(known) = self.agents.get_mut(&taken.agent) {
            known.offers.remove(&offer);
            known.calls.insert(taken.caller.clone(), (Some(taken.queue.clone()), now));
            known.calls_taken += 1;
        }
        let others: Vec<_> = waiting.offers.iter().copied().filter(|other| *other != offer).collect();
        let others: Vec<_> = others
            .into_iter()
            .filter_map(|other| self.withdraw(other, Withdrawn::AnsweredElsewhere))
            .collect();
        self.outputs.push_back(Output::Connect {
            offer,
            caller: taken.caller,
            agent: taken.agent,
            queue: taken.queue,
            waited: waiting.waited(now),
            call_back: waiting.ticket.kind == Kind::CallBack,
        });
        for other in others {
            self.match_agent(now, &other.agent);
        }
        Ok(())
    }

    /// An offer came to nothing by the agent's doing; the caller keeps the place.
    pub(crate) fn refused(&mut self, now: Instant, offer: OfferId, why: Withdrawn) -> Result<(), Refusal> {
        let ended = self.withdraw(offer, why).ok_or(Refusal::OfferGone)?;
        let settings = self.queues.get(&ended.queue).map(|queue| &queue.settings);
        let (auto_pause, retry_after) =
            settings.map(|settings| (settings.auto_pause, settings.retry_after)).unwrap_or_default();
        if let Some(waiting) = self.waiting.get_mut(&ended.caller) {
            waiting.spared.insert(ended.agent.clone(), now + retry_after);
        }
        let person = matches!(ended.agent, AgentRef::Person(_));
        let pauses = auto_pause && person && why != Withdrawn::Declined;
        if pauses && let Some(known) = self.agents.get_mut(&ended.agent) {
            known.presence = Presence::Paused(NO_ANSWER.into());
            self.outputs.push_back(Output::AutoPaused { agent: ended.agent.clone() });
        }
        self.match_caller(now, &ended.caller);
        self.arm(now, &ended.caller);
        self.match_agent(now, &ended.agent);
        if pauses {
            self.check_all_staffing(now);
        }
        Ok(())
    }

    /// A call from elsewhere; what is being offered goes to somebody else.
    pub(crate) fn engaged(&mut self, now: Instant, agent: &AgentRef, call: CallId) -> Result<(), Refusal> {
        let known = self.agents.get_mut(agent).ok_or(Refusal::NoSuchAgent)?;
        known.calls.entry(call).or_insert((None, now));
        if known.calls.len() + known.offers.len() > known.profile.capacity {
            self.take_back(now, self.offers_of(agent));
        }
        Ok(())
    }

    /// As [`Matcher::engaged`]; what came from no queue does not tell how long the calls of queues take.
    pub(crate) fn placed(
        &mut self,
        now: Instant,
        agent: &AgentRef,
        call: CallId,
        wrap_up: Duration,
    ) -> Result<(), Refusal> {
        let known = self.agents.get_mut(agent).ok_or(Refusal::NoSuchAgent)?;
        known.placed.insert(call.clone(), wrap_up);
        self.engaged(now, agent, call)
    }

    pub(crate) fn released(&mut self, now: Instant, agent: &AgentRef, call: &CallId) -> Result<(), Refusal> {
        let known = self.agents.get_mut(agent).ok_or(Refusal::NoSuchAgent)?;
        let placed = known.placed.remove(call);
        let Some((queue, since)) = known.calls.remove(call) else { return Ok(()) };
        let talked = now.saturating_duration_since(since);
        known.idle_since = now;
        let may_wrap_up = matches!(agent, AgentRef::Person(_)) && known.is_signed_in();
        let queue = queue.and_then(|queue| self.queues.get_mut(&queue));
        let own = placed.unwrap_or_default();
        let mut needed = if may_wrap_up { own } else { Duration::ZERO };
        if let Some(queue) = queue {
            let wrap_up = queue.settings.wrap_up;
            let wraps_up = may_wrap_up && !wrap_up.is_zero();
            known.talked += talked;
            queue.handling.took(if wraps_up { talked + wrap_up } else { talked });
            if wraps_up {
                needed = needed.max(wrap_up);
            }
        }
        if !needed.is_zero() {
            // Another queue's longer wrap-up is not shortened.
            let until = known.wrap_up.map_or(now + needed, |already| already.max(now + needed));
            if let Some(before) = known.wrap_up.replace(until) {
                self.timers.clear(before, Timer::WrapUp(agent.clone()));
            }
            self.timers.set(until, Timer::WrapUp(agent.clone()));
            self.outputs.push_back(Output::WrapUp { agent: agent.clone(), until });
        }
        self.match_agent(now, agent);
        Ok(())
    }

    /// Only while it lasts, and never to an earlier time.
    pub(crate) fn extend_wrap_up(&mut self, agent: &AgentRef, until: Instant) -> Result<(), Refusal> {
        let known = self.agents.get_mut(agent).ok_or(Refusal::NoSuchAgent)?;
        let Some(before) = known.wrap_up.filter(|before| *before < until) else { return Ok(()) };
        known.wrap_up = Some(until);
        self.timers.clear(before, Timer::WrapUp(agent.clone()));
        self.timers.set(until, Timer::WrapUp(agent.clone()));
        self.outputs.push_back(Output::WrapUp { agent: agent.clone(), until });
        Ok(())
    }

    pub(crate) fn wrapped_up(&mut self, now: Instant, agent: &AgentRef) -> Result<(), Refusal> {
        let known = self.agents.get_mut(agent).ok_or(Refusal::NoSuchAgent)?;
        let Some(until) = known.wrap_up.take() else { return Ok(()) };
        known.idle_since = now;
        self.timers.clear(until, Timer::WrapUp(agent.clone()));
        self.outputs.push_back(Output::WrappedUp { agent: agent.clone() });
        self.match_agent(now, agent);
        Ok(())
    }
}
