//! How things stand, for screens.

use std::time::{Duration, Instant};

use tandem_foundation::{CallId, QueueId};

use crate::agent::{Agent, AgentRef, Presence};
use crate::estimate::Estimate;
use crate::machine::Matcher;
use crate::waiting::Kind;

/// What an agent is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Offline,
    Paused(String),
    /// Somebody rings for them.
    Offered,
    /// On so many calls.
    Busy(usize),
    WrapUp {
        until: Instant,
    },
    Ready {
        idle: Duration,
    },
}

/// An agent and what they are at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentStanding {
    pub agent: AgentRef,
    pub standing: Standing,
    pub calls_taken: u64,
    pub talked: Duration,
}

/// A caller and where they stand; 1 is next. Who is being offered to somebody is not counted by those behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingStanding {
    pub caller: CallId,
    pub position: usize,
    pub waited: Duration,
    pub priority: i32,
    pub kind: Kind,
    /// Who is asked at this moment.
    pub offered_to: Vec<AgentRef>,
    pub estimate: Option<Estimate>,
}

impl Agent {
    fn standing(&self, agent: &AgentRef, now: Instant) -> AgentStanding {
        let standing = match (&self.presence, self.wrap_up) {
            _ if !self.calls.is_empty() => Standing::Busy(self.calls.len()),
            _ if !self.offers.is_empty() => Standing::Offered,
            (Presence::Offline, _) => Standing::Offline,
            (_, Some(until)) => Standing::WrapUp { until },
            (Presence::Paused(reason), None) => Standing::Paused(reason.clone()),
            (Presence::Ready, None) => {
                Standing::Ready { idle: now.saturating_duration_since(self.idle_since) }
            }
        };
        let (calls_taken, talked) = (self.calls_taken, self.talked);
        AgentStanding { agent: agent.clone(), standing, calls_taken, talked }
    }
}

impl Matcher {
    /// Every agent. What they are doing counts before what they want to do next.
    pub fn agents(&self, now: Instant) -> Vec<AgentStanding> {
        self.agents.iter().map(|(agent, known)| known.standing(agent, now)).collect()
    }

    /// One of them.
    pub fn agent(&self, now: Instant, agent: &AgentRef) -> Option<AgentStanding> {
        self.agents.get(agent).map(|known| known.standing(agent, now))
    }

    /// A caller and a free agent who could take them and is not asked to: there is none, and tests look for one.
    pub fn overlooked(&self, now: Instant) -> Option<(CallId, AgentRef)> {
        let free: Vec<_> = self.agents.iter().filter(|(agent, known)| known.is_free(agent)).collect();
        self.waiting.iter().filter(|(_, waiting)| waiting.offers.is_empty()).find_map(|(caller, waiting)| {
            let able = free.iter().find(|(agent, known)| self.may_take(now, waiting, agent, known));
            able.map(|(agent, _)| (caller.clone(), (*agent).clone()))
        })
    }

    /// Everybody who waits in a queue, the next one first.
    pub fn waiting(&self, now: Instant, queue: &QueueId) -> Vec<WaitingStanding> {
        let Some(settings) = self.queues.get(queue).map(|queue| &queue.settings) else { return Vec::new() };
        let mut rows: Vec<_> =
            self.waiting.values().filter(|waiting| waiting.ticket.queue == *queue).collect();
        rows.sort_by(|a, b| a.place(now, settings).cmp(&b.place(now, settings)));
        let mut unanswered = 0;
        let of = |waiting: &crate::waiting::Waiting| {
            let ahead = unanswered;
            unanswered += usize::from(waiting.offers.is_empty());
            WaitingStanding {
                caller: waiting.ticket.caller.clone(),
                position: ahead + 1,
                waited: waiting.waited(now),
                priority: waiting.ticket.priority,
                kind: waiting.ticket.kind,
                offered_to: waiting.offers.iter().map(|offer| self.offers[offer].agent.clone()).collect(),
                estimate: self.estimate(queue, ahead),
            }
        };
        rows.into_iter().map(of).collect()
    }
}
