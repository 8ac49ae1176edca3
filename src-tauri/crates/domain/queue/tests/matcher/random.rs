//! Any order of any inputs keeps the invariants.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tandem_foundation::CallId;
use tandem_queue::{
    AgentRef, Input, Kind, Matcher, Need, OfferId, Output, Preferred, Presence, Profile, QueueSettings,
    Relaxed, Staffing, Standing, Strategy, Ticket,
};

use crate::world::{assistant, person, queue};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        (!all.is_empty()).then(|| all[usize::try_from(self.roll(all.len() as u64)).expect("small")].clone())
    }
}

/// What somebody outside would know from the outputs alone.
#[derive(Default)]
struct Known {
    offers: BTreeMap<OfferId, (CallId, AgentRef)>,
    connected: BTreeSet<CallId>,
    gone: BTreeSet<CallId>,
    calls: BTreeMap<AgentRef, BTreeSet<CallId>>,
    wrap_up: BTreeMap<AgentRef, Instant>,
    presence: BTreeMap<AgentRef, Presence>,
}

const QUEUES: [&str; 3] = ["a", "b", "c"];
const SKILLS: [&str; 2] = ["x", "y"];

fn agents() -> Vec<AgentRef> {
    ["p1", "p2", "p3", "p4", "p5"].map(person).into_iter().chain([assistant("ai")]).collect()
}

fn settings(dice: &mut Dice) -> QueueSettings {
    let strategies = [
        Strategy::LongestIdle,
        Strategy::RoundRobin,
        Strategy::FewestCalls,
        Strategy::LeastTalkTime,
        Strategy::RingAll,
        Strategy::Random,
        Strategy::Ranked,
    ];
    let staffing = [Staffing::Nobody, Staffing::Nobody, Staffing::SignedIn, Staffing::Ready];
    let maybe =
        |dice: &mut Dice, most: u64| (dice.roll(3) == 0).then(|| Duration::from_secs(1 + dice.roll(most)));
    QueueSettings {
        strategy: dice.one_of(&strategies).expect("some"),
        priority: i32::try_from(dice.roll(3)).expect("small"),
        ageing: maybe(dice, 60),
        offer_timeout: Duration::from_secs(1 + dice.roll(20)),
        auto_pause: dice.roll(3) == 0,
        retry_after: Duration::from_secs(dice.roll(30)),
        wrap_up: Duration::from_secs(dice.roll(20)),
        longest_wait: maybe(dice, 120),
        most_waiting: (dice.roll(4) == 0).then_some(4),
        longest_estimate: maybe(dice, 900),
        join_with: dice.one_of(&staffing).expect("some"),
        stay_with: dice.one_of(&staffing).expect("some"),
        announce_every: maybe(dice, 30),
        usual_handling: Duration::from_secs(180),
    }
}

fn profile(dice: &mut Dice, agent: &AgentRef) -> Profile {
    let of_it = |dice: &mut Dice, name: &&str| {
        (dice.roll(3) != 0).then(|| (queue(name), 1 + u32::try_from(dice.roll(3)).expect("small")))
    };
    let capacity = if matches!(agent, AgentRef::Assistant(_)) { 3 } else { 1 };
    Profile {
        memberships: QUEUES.iter().filter_map(|name| of_it(dice, name)).collect(),
        skills: SKILLS
            .iter()
            .map(|skill| ((*skill).to_owned(), u8::try_from(dice.roll(11)).expect("small")))
            .collect(),
        capacity,
    }
}

fn input(dice: &mut Dice, known: &Known, next: &mut u32, waiting: &[CallId]) -> Option<Input> {
    let offers: Vec<_> = known.offers.keys().copied().collect();
    let agent = dice.one_of(&agents())?;
    let caller = dice.one_of(waiting);
    Some(match dice.roll(30) {
        0..=6 => {
            *next += 1;
            let need = |dice: &mut Dice, skill: &&str| {
                (dice.roll(3) == 0).then(|| Need {
                    skill: (*skill).to_owned(),
                    level: u8::try_from(dice.roll(11)).expect("small"),
                    relaxed: vec![Relaxed { after: Duration::from_secs(dice.roll(60)), level: 1 }],
                })
            };
            Input::Join(Ticket {
                caller: CallId::new(format!("call{next}")),
                queue: queue(dice.one_of(&QUEUES)?),
                priority: i32::try_from(dice.roll(4)).expect("small"),
                needs: SKILLS.iter().filter_map(|skill| need(dice, skill)).collect(),
                preferred: (dice.roll(5) == 0)
                    .then(|| Preferred { agent: agent.clone(), hold: Duration::from_secs(dice.roll(40)) }),
                waited: Duration::from_secs(dice.roll(10)),
                kind: if dice.roll(8) == 0 { Kind::CallBack } else { Kind::Live },
            })
        }
        7 | 8 => Input::Leave { caller: caller? },
        9 => Input::Move { caller: caller?, queue: queue(dice.one_of(&QUEUES)?) },
        10 => Input::ToFront { caller: caller? },
        11 => {
            *next += 1;
            Input::CallBack { caller: caller?, by: CallId::new(format!("back{next}")) }
        }
        12 => Input::Reprioritise { caller: caller?, priority: 2 },
        13..=17 => Input::Answered { offer: dice.one_of(&offers)? },
        18 => Input::Declined { offer: dice.one_of(&offers)? },
        19 => Input::Missed { offer: dice.one_of(&offers)? },
        20..=22 => {
            let call = dice.one_of(&known.calls.get(&agent)?.iter().cloned().collect::<Vec<_>>())?;
            Input::Released { agent, call }
        }
        23 => Input::WrappedUp { agent },
        24 => Input::Engaged { agent, call: CallId::new(format!("own{}", dice.roll(50))) },
        25 | 26 => Input::Presence { agent, presence: Presence::Ready },
        27 => Input::Presence { agent, presence: Presence::Paused("lunch".into()) },
        28 if dice.roll(3) == 0 => Input::Presence { agent, presence: Presence::Offline },
        28 => Input::SetAgent { profile: profile(dice, &agent), agent },
        _ if dice.roll(4) == 0 => {
            Input::SetQueue { queue: queue(dice.one_of(&QUEUES)?), settings: settings(dice) }
        }
        _ => return None,
    })
}

fn learn(known: &mut Known, output: Output) {
    match output {
        Output::Offer { offer, caller, agent, .. } => {
            assert!(
                !known.connected.contains(&caller) && !known.gone.contains(&caller),
                "offered after the end"
            );
            assert!(known.offers.insert(offer, (caller, agent)).is_none(), "an offer's id is used twice");
        }
        Output::Withdraw { offer, .. } => {
            assert!(known.offers.remove(&offer).is_some(), "withdrawn without an offer");
        }
        Output::Connect { offer, caller, agent, .. } => {
            let (whom, to) = known.offers.remove(&offer).expect("connected without an offer");
            assert_eq!((&whom, &to), (&caller, &agent));
            assert!(known.connected.insert(caller.clone()), "{caller} has two agents");
            known.calls.entry(agent).or_default().insert(caller);
        }
        Output::WrapUp { agent, until } => {
            let before = known.wrap_up.insert(agent, until);
            assert!(before.is_none_or(|before| before <= until), "wrap-up was shortened");
        }
        Output::WrappedUp { agent } => {
            known.wrap_up.remove(&agent);
        }
        Output::AutoPaused { agent } => {
            known.presence.insert(agent, Presence::Paused("no_answer".into()));
        }
        Output::Elsewhere { caller, .. } => {
            known.gone.insert(caller);
        }
        Output::Announce { position, .. } => assert!(position >= 1),
    }
}

fn check(matcher: &Matcher, known: &Known, now: Instant, rings_all: &BTreeSet<String>) {
    let mut by_agent: BTreeMap<&AgentRef, usize> = BTreeMap::new();
    let mut by_caller: BTreeMap<&CallId, usize> = BTreeMap::new();
    for (caller, agent) in known.offers.values() {
        *by_agent.entry(agent).or_default() += 1;
        *by_caller.entry(caller).or_default() += 1;
        assert_eq!(known.presence.get(agent), Some(&Presence::Ready), "{agent:?} rings and is not there");
        assert!(!known.wrap_up.contains_key(agent), "{agent:?} rings in wrap-up");
    }
    for (agent, offers) in by_agent {
        let calls = known.calls.get(agent).map_or(0, BTreeSet::len);
        let most = if matches!(agent, AgentRef::Assistant(_)) { 3 } else { 1 };
        assert!(offers + calls <= most, "{agent:?} has {offers} offers beside {calls} calls");
    }
    let mut waiting = BTreeSet::new();
    for name in QUEUES {
        for row in matcher.waiting(now, &queue(name)) {
            let asked = by_caller.get(&row.caller).copied().unwrap_or(0);
            assert_eq!(asked, row.offered_to.len(), "what is shown is what rings");
            // A queue that rang all may have become one that asks one while it rang.
            assert!(asked <= 1 || rings_all.contains(name), "{} rings at {asked}", row.caller);
            waiting.insert(row.caller);
        }
    }
    assert!(by_caller.keys().all(|caller| waiting.contains(*caller)), "it rings for nobody");
    for row in matcher.agents(now) {
        let held = known.offers.values().any(|(_, agent)| *agent == row.agent);
        assert_eq!(
            held,
            matches!(row.standing, Standing::Offered) || (held && matches!(row.standing, Standing::Busy(_)))
        );
    }
    assert_eq!(matcher.overlooked(now), None);
    let next = matcher.next_deadline();
    assert!(known.offers.is_empty() || next.is_some(), "an offer without an end");
    assert!(next.is_none_or(|at| at > now), "a deadline that has passed");
}

#[test]
fn whatever_happens_in_whatever_order() {
    for seed in 0..150 {
        let mut dice = Dice(seed);
        let (mut matcher, mut known) = (Matcher::new(seed), Known::default());
        let (mut now, mut next, mut log) = (Instant::now(), 0, Vec::new());
        let mut rings_all = BTreeSet::new();
        let mut inputs: Vec<Input> = Vec::new();
        for name in QUEUES {
            inputs.push(Input::SetQueue { queue: queue(name), settings: settings(&mut dice) });
        }
        for agent in agents() {
            inputs.push(Input::SetAgent { profile: profile(&mut dice, &agent), agent: agent.clone() });
            inputs.push(Input::Presence { agent, presence: Presence::Ready });
        }
        for _ in 0..400 {
            let waiting: Vec<_> = QUEUES
                .iter()
                .flat_map(|name| matcher.waiting(now, &queue(name)))
                .map(|row| row.caller)
                .collect();
            inputs.extend(input(&mut dice, &known, &mut next, &waiting));
            let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                for input in inputs.drain(..) {
                    log.push(format!("{input:?}"));
                    if let Input::SetQueue { queue, settings } = &input
                        && settings.strategy == Strategy::RingAll
                    {
                        rings_all.insert(queue.to_string());
                    }
                    step(&mut matcher, &mut known, now, input);
                }
                if dice.roll(2) == 0 {
                    now += Duration::from_millis(dice.roll(15_000));
                }
                // Somebody whose wait elsewhere was too long already is due at once.
                if matcher.next_deadline().is_some_and(|at| at <= now) {
                    log.push(format!(
                        "+{:?}",
                        matcher.next_deadline().map(|at| at.saturating_duration_since(now))
                    ));
                    matcher.tick(now);
                    drain(&mut matcher, &mut known);
                }
                check(&matcher, &known, now, &rings_all);
            }));
            if failed.is_err() {
                let tail: Vec<_> = log.iter().rev().take(12).rev().cloned().collect();
                panic!("seed {seed} after {} inputs, the last of them:\n{}", log.len(), tail.join("\n"));
            }
        }
    }
}

fn step(matcher: &mut Matcher, known: &mut Known, now: Instant, input: Input) {
    let before = input.clone();
    if matcher.handle(now, input).is_ok() {
        match before {
            Input::Presence { agent, presence } => {
                known.presence.insert(agent, presence);
            }
            Input::CallBack { caller, .. } => {
                known.gone.insert(caller);
            }
            Input::Engaged { agent, call } => {
                known.calls.entry(agent).or_default().insert(call);
            }
            Input::Released { agent, call } => {
                known.calls.entry(agent).or_default().remove(&call);
            }
            _ => {}
        }
    }
    drain(matcher, known);
}

fn drain(matcher: &mut Matcher, known: &mut Known) {
    while let Some(output) = matcher.poll_output() {
        learn(known, output);
    }
}
