//! A queue, its people, and a clock that stands still until it is told otherwise.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tandem_foundation::{AssistantId, CallId, QueueId, UserId};
use tandem_queue::{
    AgentRef, Input, Kind, Matcher, OfferId, Output, Presence, Profile, QueueSettings, Refusal, Ticket, Why,
    Withdrawn,
};

pub struct World {
    pub matcher: Matcher,
    pub now: Instant,
    pub seen: Vec<Output>,
}

pub fn person(name: &str) -> AgentRef {
    AgentRef::Person(UserId::new(name))
}

pub fn assistant(name: &str) -> AgentRef {
    AgentRef::Assistant(AssistantId::new(name))
}

pub fn queue(name: &str) -> QueueId {
    QueueId::new(name)
}

pub fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub fn ticket(caller: &str, in_queue: &str) -> Ticket {
    Ticket {
        caller: CallId::new(caller),
        queue: queue(in_queue),
        priority: 0,
        needs: Vec::new(),
        preferred: None,
        waited: Duration::ZERO,
        kind: Kind::Live,
    }
}

impl World {
    /// One queue named `sales`.
    pub fn new(settings: QueueSettings) -> Self {
        let mut world = Self { matcher: Matcher::new(7), now: Instant::now(), seen: Vec::new() };
        world.put(Input::SetQueue { queue: queue("sales"), settings });
        world
    }

    pub fn try_put(&mut self, input: Input) -> Result<(), Refusal> {
        let result = self.matcher.handle(self.now, input);
        self.drain();
        result
    }

    pub fn put(&mut self, input: Input) {
        self.try_put(input).expect("accepted");
    }

    fn drain(&mut self) {
        while let Some(output) = self.matcher.poll_output() {
            self.seen.push(output);
        }
    }

    /// Lets time pass, doing what is due when it is due.
    pub fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.matcher.next_deadline().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.matcher.tick(self.now);
            self.drain();
        }
        self.now = until;
    }

    /// A person who takes calls of `sales`.
    pub fn ready(&mut self, name: &str) {
        self.ready_with(person(name), &[("sales", 1)], &[], 1);
    }

    pub fn ready_with(
        &mut self,
        agent: AgentRef,
        queues: &[(&str, u32)],
        skills: &[(&str, u8)],
        capacity: usize,
    ) {
        let memberships = queues.iter().map(|(name, rank)| (queue(name), *rank)).collect();
        let skills: BTreeMap<_, _> =
            skills.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect();
        let profile = Profile { memberships, skills, capacity };
        self.put(Input::SetAgent { agent: agent.clone(), profile });
        self.put(Input::Presence { agent, presence: Presence::Ready });
    }

    pub fn presence(&mut self, name: &str, presence: Presence) {
        self.put(Input::Presence { agent: person(name), presence });
    }

    pub fn join(&mut self, caller: &str) {
        self.put(Input::Join(ticket(caller, "sales")));
    }

    pub fn leave(&mut self, caller: &str) {
        self.put(Input::Leave { caller: CallId::new(caller) });
    }

    pub fn release(&mut self, name: &str, caller: &str) {
        self.put(Input::Released { agent: person(name), call: CallId::new(caller) });
    }

    /// Who is being asked for this caller now.
    pub fn rings(&self, caller: &str) -> Vec<String> {
        let caller = CallId::new(caller);
        let all = self.matcher.waiting(self.now, &queue("sales"));
        let rows = all.iter().filter(|row| row.caller == caller);
        rows.flat_map(|row| row.offered_to.iter().map(name)).collect()
    }

    /// The newest offer of this caller to this agent.
    pub fn offer(&self, caller: &str, to: &str) -> OfferId {
        let fits = |output: &&Output| match output {
            Output::Offer { caller: whom, agent, .. } => whom.as_str() == caller && name(agent) == to,
            _ => false,
        };
        match self.seen.iter().rev().find(fits) {
            Some(Output::Offer { offer, .. }) => *offer,
            _ => panic!("{caller} was never offered to {to}: {:?}", self.seen),
        }
    }

    pub fn answer(&mut self, caller: &str, by: &str) {
        let offer = self.offer(caller, by);
        self.put(Input::Answered { offer });
    }

    pub fn connected(&self) -> Vec<(String, String)> {
        let of = |output: &Output| match output {
            Output::Connect { caller, agent, .. } => Some((caller.to_string(), name(agent))),
            _ => None,
        };
        self.seen.iter().filter_map(of).collect()
    }

    pub fn withdrawn(&self) -> Vec<(String, String, Withdrawn)> {
        let of = |output: &Output| match output {
            Output::Withdraw { caller, agent, why, .. } => Some((caller.to_string(), name(agent), *why)),
            _ => None,
        };
        self.seen.iter().filter_map(of).collect()
    }

    pub fn elsewhere(&self) -> Vec<(String, Why)> {
        let of = |output: &Output| match output {
            Output::Elsewhere { caller, why, .. } => Some((caller.to_string(), *why)),
            _ => None,
        };
        self.seen.iter().filter_map(of).collect()
    }
}

pub fn name(agent: &AgentRef) -> String {
    match agent {
        AgentRef::Person(user) => user.to_string(),
        AgentRef::Assistant(assistant) => assistant.to_string(),
    }
}
