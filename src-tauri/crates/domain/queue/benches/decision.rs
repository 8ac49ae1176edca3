//! How long one decision takes with 1,000 callers waiting, 500 agents and 20 skills: an agent becomes free, or a caller
//! joins whom nobody can take.
//!
//! Baseline: the same decisions with a tenth of the callers and of the agents in the same run. It prints figures and
//! ends; nothing of it is a test.

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tandem_foundation::{CallId, QueueId, UserId};
use tandem_queue::{
    AgentRef, Input, Kind, Matcher, Need, Output, Presence, Profile, QueueSettings, Relaxed, Ticket,
};

const SKILLS: u64 = 20;
const QUEUES: u64 = 10;
const DECISIONS: usize = 5_000;

fn main() {
    let small = measure(100, 50);
    let large = measure(1_000, 500);
    for (name, (median, p99)) in [("100 × 50", small), ("1,000 × 500", large)] {
        println!("decision: {name:>12}: {median:7.1} µs median, {p99:7.1} µs p99");
    }
    println!("decision: ten times as many of both: {:.1} times the median", large.0 / small.0);
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn measure(callers: usize, agents: usize) -> (f64, f64) {
    let (mut matcher, mut dice, mut now) = (Matcher::new(1), Dice(1), Instant::now());
    for queue in 0..QUEUES {
        let settings = QueueSettings { wrap_up: Duration::ZERO, ..QueueSettings::default() };
        put(&mut matcher, now, Input::SetQueue { queue: name(queue), settings });
    }
    let mut busy = Vec::new();
    for number in 0..agents {
        let agent = AgentRef::Person(UserId::new(format!("user_{number:032x}")));
        let queues = (0..3).map(|_| (name(dice.roll(QUEUES)), 1)).collect();
        let skills: BTreeMap<_, _> =
            (0..6).map(|_| (skill(dice.roll(SKILLS)), 1 + level(&mut dice))).collect();
        let profile = Profile { memberships: queues, skills, capacity: 1 };
        put(&mut matcher, now, Input::SetAgent { agent: agent.clone(), profile });
        put(&mut matcher, now, Input::Presence { agent: agent.clone(), presence: Presence::Ready });
        put(
            &mut matcher,
            now,
            Input::Engaged { agent: agent.clone(), call: CallId::new(format!("own{number}")) },
        );
        busy.push((agent, CallId::new(format!("own{number}"))));
    }
    let mut next = 0;
    let mut took = Vec::new();
    while next < callers {
        join(&mut matcher, &mut dice, now, &mut next);
    }
    for _ in 0..DECISIONS {
        now += Duration::from_millis(37);
        matcher.tick(now);
        while matcher.poll_output().is_some() {}
        let (agent, call) = busy.swap_remove(usize::try_from(dice.roll(busy.len() as u64)).expect("small"));
        let began = Instant::now();
        let outputs = put(&mut matcher, now, Input::Released { agent: agent.clone(), call });
        took.push(began.elapsed().as_secs_f64() * 1e6);
        let offered = outputs.iter().find_map(|output| match output {
            Output::Offer { offer, caller, .. } => Some((*offer, caller.clone())),
            _ => None,
        });
        match offered {
            Some((offer, caller)) => {
                put(&mut matcher, now, Input::Answered { offer });
                busy.push((agent, caller));
                let began = Instant::now();
                join(&mut matcher, &mut dice, now, &mut next);
                took.push(began.elapsed().as_secs_f64() * 1e6);
            }
            None => {
                let call = CallId::new(format!("idle{next}"));
                put(&mut matcher, now, Input::Engaged { agent: agent.clone(), call: call.clone() });
                busy.push((agent, call));
            }
        }
    }
    took.sort_by(f64::total_cmp);
    (took[took.len() / 2], took[took.len() * 99 / 100])
}

fn join(matcher: &mut Matcher, dice: &mut Dice, now: Instant, next: &mut usize) {
    *next += 1;
    let mut need = || Need {
        skill: skill(dice.roll(SKILLS)),
        level: 1 + level(dice),
        relaxed: vec![Relaxed { after: Duration::from_secs(60), level: 1 }],
    };
    let needs = vec![need(), need()];
    let ticket = Ticket {
        caller: CallId::new(format!("call_{next:032x}")),
        queue: name(dice.roll(QUEUES)),
        priority: i32::from(level(dice)),
        needs,
        preferred: None,
        waited: Duration::ZERO,
        kind: Kind::Live,
    };
    put(matcher, now, Input::Join(ticket));
}

fn put(matcher: &mut Matcher, now: Instant, input: Input) -> Vec<Output> {
    matcher.handle(now, input).expect("accepted");
    std::iter::from_fn(|| matcher.poll_output()).collect()
}

fn name(queue: u64) -> QueueId {
    QueueId::new(format!("queue_{queue:032x}"))
}

fn skill(number: u64) -> String {
    format!("skill {number}")
}

fn level(dice: &mut Dice) -> u8 {
    u8::try_from(dice.roll(10)).expect("small")
}
