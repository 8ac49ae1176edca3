//! What a floor is like, drawn from a seed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tandem_foundation::{AssistantId, CallId, QueueId, UserId};
use tandem_queue::{
    AgentRef, Kind, Need, Preferred, Profile, QueueSettings, Relaxed, Staffing, Strategy, Ticket,
};

use crate::random::Random;

const SKILLS: [&str; 3] = ["hindi", "swahili", "billing"];
const STRATEGIES: [Strategy; 7] = [
    Strategy::LongestIdle,
    Strategy::RoundRobin,
    Strategy::FewestCalls,
    Strategy::LeastTalkTime,
    Strategy::RingAll,
    Strategy::Random,
    Strategy::Ranked,
];

/// A floor's people, queues and callers.
#[derive(Debug)]
pub(super) struct Drawn {
    pub random: Random,
    pub queues: Vec<QueueId>,
    pub agents: Vec<AgentRef>,
    /// One queue, equal agents, nobody takes breaks: as fair as can be.
    pub even: bool,
}

impl Drawn {
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let even = seed.is_multiple_of(10);
        let queues = if even { 1 } else { 1 + random.below(5) };
        let people = if even { 5 + random.below(11) } else { 2 + random.below(14) };
        let assistants = if even { 0 } else { random.below(3) };
        let person = |n| AgentRef::Person(UserId::new(format!("person{n:02}")));
        let assistant = |n| AgentRef::Assistant(AssistantId::new(format!("assistant{n}")));
        Self {
            queues: (0..queues).map(|n| QueueId::new(format!("queue{n}"))).collect(),
            agents: (0..people).map(person).chain((0..assistants).map(assistant)).collect(),
            random,
            even,
        }
    }

    pub fn queue(&mut self) -> QueueId {
        let place = self.random.below(self.queues.len());
        self.queues[place].clone()
    }

    pub fn agent(&mut self) -> AgentRef {
        let place = self.random.below(self.agents.len());
        self.agents[place].clone()
    }

    /// Between these, s.
    pub fn time(&mut self, from: f64, to: f64) -> Duration {
        Duration::from_secs_f64(from + (to - from) * self.random.unit())
    }

    fn maybe(&mut self, chance: f64, from: f64, to: f64) -> Option<Duration> {
        self.random.chance(chance).then(|| self.time(from, to))
    }

    pub fn settings(&mut self) -> QueueSettings {
        if self.even {
            let wrap_up = self.time(0.0, 20.0);
            return QueueSettings { wrap_up, ..QueueSettings::default() };
        }
        let staffing = [Staffing::Nobody, Staffing::Nobody, Staffing::SignedIn, Staffing::Ready];
        QueueSettings {
            strategy: STRATEGIES[self.random.below(STRATEGIES.len())],
            priority: small(self.random.below(3)),
            // The same for most, so that turns across queues can be told.
            ageing: if self.random.chance(0.7) {
                Some(Duration::from_secs(60))
            } else {
                self.maybe(0.6, 5.0, 120.0)
            },
            offer_timeout: self.time(3.0, 25.0),
            auto_pause: self.random.chance(0.5),
            retry_after: self.time(0.0, 60.0),
            wrap_up: if self.random.chance(0.2) { Duration::ZERO } else { self.time(0.0, 60.0) },
            longest_wait: self.maybe(0.4, 20.0, 300.0),
            most_waiting: self.random.chance(0.3).then(|| 3 + self.random.below(20)),
            longest_estimate: self.maybe(0.2, 60.0, 900.0),
            join_with: staffing[self.random.below(4)],
            stay_with: staffing[self.random.below(4)],
            announce_every: self.maybe(0.4, 10.0, 60.0),
            usual_handling: Duration::from_secs(120),
        }
    }

    /// Settings with which everybody is served in the end.
    pub fn patient(&mut self) -> QueueSettings {
        QueueSettings { longest_wait: None, stay_with: Staffing::Nobody, ..self.settings() }
    }

    pub fn profile(&mut self, agent: &AgentRef) -> Profile {
        let assistant = matches!(agent, AgentRef::Assistant(_));
        let capacity = match assistant {
            true => 1 + self.random.below(10),
            false if !self.even && self.random.chance(0.1) => 2,
            false => 1,
        };
        let mut memberships = BTreeMap::new();
        for queue in self.queues.clone() {
            if self.even || self.random.chance(0.7) {
                let rank = if self.even { 1 } else { 1 + self.random.below(3) };
                memberships.insert(queue, u32::try_from(rank).unwrap_or(1));
            }
        }
        let mut skills = BTreeMap::new();
        for skill in SKILLS {
            if !self.even && self.random.chance(0.7) {
                skills.insert(skill.to_owned(), level(self.random.below(11)));
            }
        }
        Profile { memberships, skills, capacity }
    }

    /// Of somebody who can do everything everywhere.
    pub fn able(&self, agent: &AgentRef) -> Profile {
        let memberships = self.queues.iter().map(|queue| (queue.clone(), 1)).collect();
        let skills = SKILLS.iter().map(|skill| ((*skill).to_owned(), 10)).collect();
        let capacity = if matches!(agent, AgentRef::Assistant(_)) { 5 } else { 1 };
        Profile { memberships, skills, capacity }
    }

    pub fn ticket(&mut self, caller: CallId) -> Ticket {
        let plain = self.even;
        let mut needs = Vec::new();
        for skill in SKILLS {
            if !plain && self.random.chance(0.15) {
                let after = self.time(1.0, 90.0);
                let relaxed = vec![
                    Relaxed { after, level: level(self.random.below(6)) },
                    Relaxed { after: after + self.time(1.0, 60.0), level: 0 },
                ];
                needs.push(Need {
                    skill: skill.to_owned(),
                    level: level(1 + self.random.below(10)),
                    relaxed,
                });
            }
        }
        let preferred = (!plain && self.random.chance(0.1))
            .then(|| Preferred { agent: self.agent(), hold: self.time(1.0, 40.0) });
        Ticket {
            caller,
            queue: self.queue(),
            priority: if plain { 0 } else { small(self.random.below(4)) },
            needs,
            preferred,
            waited: Duration::ZERO,
            kind: if !plain && self.random.chance(0.03) { Kind::CallBack } else { Kind::Live },
        }
    }

    /// So long from now, with this mean, s.
    pub fn after(&mut self, now: Instant, mean: f64) -> Instant {
        now + super::super::queue::seconds(self.random.exponential(mean))
    }
}

fn small(value: usize) -> i32 {
    i32::try_from(value).unwrap_or(0)
}

fn level(value: usize) -> u8 {
    u8::try_from(value).unwrap_or(10)
}
