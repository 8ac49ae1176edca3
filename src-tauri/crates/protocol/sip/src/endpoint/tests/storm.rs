//! A thousand calls at a time over a network that loses, doubles and reorders: all are set up, changed and ended, and
//! nothing is left.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, OFFER, Weather, World, call, pair_with, to_trunk};
use crate::dialog::Refresher;
use crate::endpoint::{Command, Event, SessionTimers, Transport};

/// What became of the calls, as the events of both sides tell.
#[derive(Default)]
struct Tally {
    /// Leg at node 1, by leg at node 0.
    answered: usize,
    confirmed: usize,
    ended: [HashMap<u64, usize>; 2],
    failed: Vec<(usize, u64, u16)>,
}

/// Plays both applications for a while.
fn play(world: &mut World, tally: &mut Tally, time: Duration) {
    let end = world.now + time;
    while world.now < end {
        world.run(Duration::from_millis(50));
        for node in 0..2 {
            for event in std::mem::take(&mut world.nodes[node].events) {
                react(world, tally, node, event);
            }
        }
    }
}

fn react(world: &mut World, tally: &mut Tally, node: usize, event: Event) {
    let answer = Bytes::from_static(ANSWER);
    match event {
        Event::Incoming(incoming) => {
            let leg = incoming.leg;
            if world.draw(2) == 0 {
                world.command(node, Command::Progress { leg, code: 180, answer: None });
            }
            if world.draw(2) == 0 {
                let answer = Some(answer.clone());
                world.command(node, Command::Progress { leg, code: 183, answer });
            }
            world.command(node, Command::Answer { leg, answer });
        }
        Event::Answered { leg, .. } => {
            tally.answered += 1;
            if world.draw(4) == 0 {
                world.command(node, Command::Reoffer { leg, offer: Bytes::from_static(OFFER) });
            }
        }
        Event::Confirmed { leg } => {
            tally.confirmed += 1;
            if world.draw(4) == 0 {
                world.command(node, Command::Reoffer { leg, offer: Bytes::from_static(OFFER) });
            }
        }
        Event::Reoffered { leg, .. } => world.command(node, Command::AcceptReoffer { leg, answer }),
        Event::Ended { leg, .. } => *tally.ended[node].entry(leg).or_default() += 1,
        Event::Failed { leg, code, .. } => tally.failed.push((node, leg, code)),
        _ => {}
    }
}

#[test]
fn a_thousand_calls_complete_on_both_sides_and_leave_nothing_behind() {
    const CALLS: u64 = 1000;
    // Ten worlds of a hundred calls: the seed of the one that fails is in the message.
    for seed in 500..510 {
        let mut world = pair_with(seed, Transport::Udp, |config| {
            config.session_timers = Some(SessionTimers { expires: 120, min: 90, preferred: Refresher::Uas });
        });
        world.weather = Weather { loss: 20, twice: 10, jitter: 300 };
        let mut tally = Tally::default();
        for leg in 1..=CALLS / 10 {
            world.command(0, call(leg, to_trunk("b", "+15550002")));
            play(&mut world, &mut tally, Duration::from_millis(100));
        }
        play(&mut world, &mut tally, Duration::from_secs(25));
        assert_eq!(tally.failed, [], "seed {seed}");
        assert_eq!((tally.answered, tally.confirmed), (100, 100), "seed {seed}");
        for leg in 1..=CALLS / 10 {
            world.command(0, Command::Hangup { leg, cause: None });
        }
        play(&mut world, &mut tally, Duration::from_secs(200));
        for (node, ended) in tally.ended.iter().enumerate() {
            assert!(
                ended.len() == 100 && ended.values().all(|times| *times == 1),
                "seed {seed}, node {node}"
            );
        }
        world.assert_clean(&format!("seed {seed}"));
    }
}
