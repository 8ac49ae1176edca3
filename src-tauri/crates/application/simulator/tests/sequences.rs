//! Any sequence of anything that may be asked of the matcher, made as short as it can be where a promise is broken.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tandem_foundation::{AssistantId, CallId, QueueId, UserId};
use tandem_queue::{
    AgentRef, Input, Kind, Need, Preferred, Presence, Profile, QueueSettings, Relaxed, Staffing,
    Strategy as Turn, Ticket,
};
use tandem_simulator::Watched;

const QUEUES: usize = 3;
/// The last one is an assistant.
const AGENTS: usize = 5;

/// Places are taken modulo how many there are.
#[derive(Debug, Clone)]
enum Act {
    Joins {
        queue: usize,
        priority: i32,
        level: u8,
        relaxed: u64,
        prefers: Option<usize>,
        at_home: bool,
    },
    Leaves(usize),
    Moves(usize, usize),
    ToFront(usize),
    Reprioritised(usize, i32),
    CallBack(usize),
    Answers(usize),
    /// An offer of any time.
    AnswersLate(u64),
    Declines(usize),
    Misses(usize),
    Releases(usize, usize),
    Engages(usize, u8),
    WrappedUp(usize),
    Extends(usize, u64),
    Ready(usize),
    Pauses(usize),
    GoesHome(usize),
    Edited {
        agent: usize,
        queues: u8,
        level: u8,
        capacity: usize,
    },
    Removed(usize),
    QueueEdited {
        queue: usize,
        turn: usize,
        wrap_up: u64,
        longest: Option<u64>,
        staffing: usize,
    },
    QueueRemoved(usize),
    Passes(u64),
}

fn acts() -> impl Strategy<Value = Act> {
    let (agent, queue, any) = (0..AGENTS, 0..QUEUES, 0..8_usize);
    prop_oneof![
        6 => (queue.clone(), 0..3_i32, 0..9_u8, 0..60_u64, proptest::option::weighted(0.2, agent.clone()), prop::bool::weighted(0.1))
            .prop_map(|(queue, priority, level, relaxed, prefers, at_home)| Act::Joins { queue, priority, level, relaxed, prefers, at_home }),
        2 => any.clone().prop_map(Act::Leaves),
        1 => (any.clone(), queue.clone()).prop_map(|(a, b)| Act::Moves(a, b)),
        1 => any.clone().prop_map(Act::ToFront),
        1 => (any.clone(), 0..4_i32).prop_map(|(a, b)| Act::Reprioritised(a, b)),
        1 => any.clone().prop_map(Act::CallBack),
        5 => any.clone().prop_map(Act::Answers),
        1 => (0..40_u64).prop_map(Act::AnswersLate),
        1 => any.clone().prop_map(Act::Declines),
        1 => any.clone().prop_map(Act::Misses),
        3 => (agent.clone(), any.clone()).prop_map(|(a, b)| Act::Releases(a, b)),
        1 => (agent.clone(), 0..4_u8).prop_map(|(a, b)| Act::Engages(a, b)),
        1 => agent.clone().prop_map(Act::WrappedUp),
        1 => (agent.clone(), 0..90_u64).prop_map(|(a, b)| Act::Extends(a, b)),
        3 => agent.clone().prop_map(Act::Ready),
        1 => agent.clone().prop_map(Act::Pauses),
        1 => agent.clone().prop_map(Act::GoesHome),
        1 => (agent.clone(), 0..8_u8, 0..11_u8, 1..4_usize)
            .prop_map(|(agent, queues, level, capacity)| Act::Edited { agent, queues, level, capacity }),
        1 => agent.prop_map(Act::Removed),
        1 => (queue.clone(), 0..7_usize, 0..30_u64, proptest::option::of(5..200_u64), 0..3_usize)
            .prop_map(|(queue, turn, wrap_up, longest, staffing)| Act::QueueEdited { queue, turn, wrap_up, longest, staffing }),
        1 => queue.prop_map(Act::QueueRemoved),
        4 => (0..40_000_u64).prop_map(Act::Passes),
    ]
}

fn agent(place: usize) -> AgentRef {
    match place {
        4 => AgentRef::Assistant(AssistantId::new("jane")),
        _ => AgentRef::Person(UserId::new(format!("person{place}"))),
    }
}

fn queue(place: usize) -> QueueId {
    QueueId::new(format!("queue{place}"))
}

fn profile(queues: u8, level: u8, capacity: usize) -> Profile {
    let of_it = (0..QUEUES).filter(|place| queues & (1 << place) != 0);
    let memberships = of_it.map(|place| (queue(place), 1 + u32::from(level) % 2)).collect();
    Profile { memberships, skills: BTreeMap::from([("x".to_owned(), level)]), capacity }
}

struct Floor {
    watched: Watched,
    now: Instant,
    joined: u64,
}

impl Floor {
    fn new() -> Self {
        let mut floor = Self { watched: Watched::new(5), now: Instant::now(), joined: 0 };
        for place in 0..QUEUES {
            floor.put(Input::SetQueue { queue: queue(place), settings: QueueSettings::default() });
        }
        for place in 0..AGENTS {
            let capacity = if place == 4 { 3 } else { 1 };
            floor.put(Input::SetAgent { agent: agent(place), profile: profile(7, 5, capacity) });
            floor.put(Input::Presence { agent: agent(place), presence: Presence::Ready });
        }
        floor
    }

    /// What is refused is no fault: sequences ask for anything.
    fn put(&mut self, input: Input) {
        let _ = self.watched.put(self.now, input);
        if self.watched.next_deadline().is_some_and(|at| at <= self.now) {
            self.watched.tick(self.now);
        }
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.watched.next_deadline().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.watched.tick(self.now);
        }
        self.now = until;
    }

    fn caller(&self, place: usize) -> Option<CallId> {
        let all: Vec<_> = self.watched.waiting().collect();
        (!all.is_empty()).then(|| all[place % all.len()].clone())
    }

    fn act(&mut self, act: &Act) {
        let offers: Vec<_> = self.watched.offers().collect();
        let offer = |place: usize| (!offers.is_empty()).then(|| offers[place % offers.len()]);
        let input = match act.clone() {
            Act::Joins { queue: at, priority, level, relaxed, prefers, at_home } => {
                self.joined += 1;
                let relaxed = vec![Relaxed { after: Duration::from_secs(relaxed), level: 0 }];
                let need = Need { skill: "x".into(), level, relaxed };
                Some(Input::Join(Ticket {
                    caller: CallId::new(format!("call{}", self.joined)),
                    queue: queue(at),
                    priority,
                    needs: if level > 4 { vec![need] } else { Vec::new() },
                    preferred: prefers.map(|a| Preferred { agent: agent(a), hold: Duration::from_secs(20) }),
                    waited: Duration::from_secs(u64::from(level)),
                    kind: if at_home { Kind::CallBack } else { Kind::Live },
                }))
            }
            Act::Leaves(at) => self.caller(at).map(|caller| Input::Leave { caller }),
            Act::Moves(at, to) => self.caller(at).map(|caller| Input::Move { caller, queue: queue(to) }),
            Act::ToFront(at) => self.caller(at).map(|caller| Input::ToFront { caller }),
            Act::Reprioritised(at, priority) => {
                self.caller(at).map(|caller| Input::Reprioritise { caller, priority })
            }
            Act::CallBack(at) => self.caller(at).map(|caller| {
                let by = CallId::from(format!("{caller}_back"));
                Input::CallBack { caller, by }
            }),
            Act::Answers(at) => offer(at).map(|offer| Input::Answered { offer }),
            Act::AnswersLate(id) => Some(Input::Answered { offer: tandem_queue::OfferId(id) }),
            Act::Declines(at) => offer(at).map(|offer| Input::Declined { offer }),
            Act::Misses(at) => offer(at).map(|offer| Input::Missed { offer }),
            Act::Releases(who, at) => {
                let calls: Vec<_> = self.watched.calls(&agent(who)).cloned().collect();
                let call = (!calls.is_empty()).then(|| calls[at % calls.len()].clone());
                call.map(|call| Input::Released { agent: agent(who), call })
            }
            Act::Engages(who, n) => {
                Some(Input::Engaged { agent: agent(who), call: CallId::new(format!("own{who}{n}")) })
            }
            Act::WrappedUp(who) => Some(Input::WrappedUp { agent: agent(who) }),
            Act::Extends(who, seconds) => {
                let until = self.now + Duration::from_secs(seconds);
                Some(Input::ExtendWrapUp { agent: agent(who), until })
            }
            Act::Ready(who) => Some(Input::Presence { agent: agent(who), presence: Presence::Ready }),
            Act::Pauses(who) => {
                Some(Input::Presence { agent: agent(who), presence: Presence::Paused("lunch".into()) })
            }
            Act::GoesHome(who) => Some(Input::Presence { agent: agent(who), presence: Presence::Offline }),
            Act::Edited { agent: who, queues, level, capacity } => {
                Some(Input::SetAgent { agent: agent(who), profile: profile(queues, level, capacity) })
            }
            Act::Removed(who) => Some(Input::RemoveAgent { agent: agent(who) }),
            Act::QueueEdited { queue: at, turn, wrap_up, longest, staffing } => {
                let turns = [
                    Turn::LongestIdle,
                    Turn::RoundRobin,
                    Turn::FewestCalls,
                    Turn::LeastTalkTime,
                    Turn::RingAll,
                    Turn::Random,
                    Turn::Ranked,
                ];
                let settings = QueueSettings {
                    strategy: turns[turn],
                    auto_pause: turn % 2 == 0,
                    wrap_up: Duration::from_secs(wrap_up),
                    longest_wait: longest.map(Duration::from_secs),
                    stay_with: [Staffing::Nobody, Staffing::SignedIn, Staffing::Ready][staffing],
                    ..QueueSettings::default()
                };
                Some(Input::SetQueue { queue: queue(at), settings })
            }
            Act::QueueRemoved(at) => Some(Input::RemoveQueue { queue: queue(at) }),
            Act::Passes(time) => {
                self.pass(Duration::from_millis(time));
                None
            }
        };
        if let Some(input) = input {
            self.put(input);
        }
    }

    /// Everybody comes back, answers whatever rings, and ends whatever they are on.
    fn ends(&mut self) {
        for place in 0..QUEUES {
            let settings = QueueSettings { auto_pause: false, ..QueueSettings::default() };
            self.put(Input::SetQueue { queue: queue(place), settings });
        }
        for place in 0..AGENTS {
            self.put(Input::SetAgent { agent: agent(place), profile: profile(7, 10, 3) });
            self.put(Input::Presence { agent: agent(place), presence: Presence::Ready });
        }
        for _ in 0..400 {
            for offer in self.watched.offers().collect::<Vec<_>>() {
                self.put(Input::Answered { offer });
            }
            for place in 0..AGENTS {
                for call in self.watched.calls(&agent(place)).cloned().collect::<Vec<_>>() {
                    self.put(Input::Released { agent: agent(place), call });
                }
            }
            self.pass(Duration::from_secs(10));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_keeps_every_promise_and_leaves_nobody_stuck(sequence in prop::collection::vec(acts(), 1..120)) {
        let mut floor = Floor::new();
        for act in &sequence {
            floor.act(act);
            prop_assert!(floor.watched.violations.is_empty(), "{:#?}", floor.watched.violations);
        }
        floor.ends();
        prop_assert!(floor.watched.violations.is_empty(), "{:#?}", floor.watched.violations);
        prop_assert_eq!(floor.watched.waiting().count(), 0, "they wait for ever");
        prop_assert_eq!(floor.watched.offers().count(), 0);
    }
}
