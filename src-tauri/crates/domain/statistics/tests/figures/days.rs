//! Facts in short.

use tandem_statistics::*;

pub const MINUTE: i64 = 60_000;

/// Minutes and seconds after the beginning.
pub fn at(minutes: i64, seconds: i64) -> i64 {
    minutes * MINUTE + seconds * 1_000
}

pub fn person(name: &str) -> Taker {
    Taker::Person(name.into())
}

pub fn joined(at_ms: i64, call: &str) -> Fact {
    Fact { at_ms, what: What::Joined { call: call.into(), queue: "support".into() } }
}

pub fn answered(at_ms: i64, call: &str, by: Taker, waited_ms: i64) -> Fact {
    Fact { at_ms, what: What::Answered { call: call.into(), queue: "support".into(), by, waited_ms } }
}

pub fn left(at_ms: i64, call: &str, how: Leaving, waited_ms: i64) -> Fact {
    Fact { at_ms, what: What::Left { call: call.into(), queue: "support".into(), how, waited_ms } }
}

pub fn floor(at_ms: i64, call: &str, floor: Floor) -> Fact {
    Fact { at_ms, what: What::FloorChanged { call: call.into(), floor } }
}

pub fn ended(at_ms: i64, call: &str) -> Fact {
    Fact { at_ms, what: What::CallEnded { call: call.into() } }
}

pub fn agent(at_ms: i64, name: &str, occupation: Occupation) -> Fact {
    Fact { at_ms, what: What::Agent { user: name.into(), occupation } }
}

pub fn paused(reason: &str) -> Occupation {
    Occupation::Paused(reason.into())
}

/// Twenty seconds in every queue.
pub fn thresholds() -> Thresholds {
    Thresholds { of_queues: [("support".into(), 20_000)].into(), other_ms: 20_000 }
}

pub fn fold(boundaries: &[i64], facts: &[Fact]) -> Statistics {
    let mut statistics = Statistics::new(Boundaries::new(boundaries.to_vec()), thresholds());
    facts.iter().for_each(|fact| statistics.fold(fact));
    statistics
}

/// The queue's figures over all intervals.
pub fn support(statistics: &Statistics) -> QueueFigures {
    let mut sum = QueueFigures::default();
    statistics.queues().values().for_each(|figures| sum.add(figures));
    sum
}

/// An agent's figures in one interval.
pub fn of(statistics: &Statistics, index: usize, name: &str, now: i64) -> AgentFigures {
    statistics.agents(now).remove(&(index, name.into())).unwrap_or_default()
}
