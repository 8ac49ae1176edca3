//! Whom a caller is offered to.

use tandem_queue::{Input, QueueSettings, Strategy};

use crate::world::{World, person, seconds};

const NAMES: [&str; 3] = ["ann", "ben", "cid"];

/// Who gets each of so many calls, of which all are answered and last ten seconds, ann's a minute.
fn calls(strategy: Strategy, count: usize) -> Vec<String> {
    let settings = QueueSettings { strategy, wrap_up: seconds(0), ..QueueSettings::default() };
    let mut world = World::new(settings);
    for name in NAMES {
        world.ready(name);
        world.wait(seconds(1));
    }
    let mut taken = Vec::new();
    for call in 0..count {
        let caller = format!("c{call}");
        world.join(&caller);
        let agent = world.rings(&caller)[0].clone();
        world.answer(&caller, &agent);
        world.wait(seconds(if agent == "ann" { 60 } else { 10 }));
        world.release(&agent, &caller);
        taken.push(agent);
    }
    taken
}

#[test]
fn the_longest_idle_takes_turns_where_one_call_comes_after_the_other() {
    assert_eq!(calls(Strategy::LongestIdle, 6), ["ann", "ben", "cid", "ann", "ben", "cid"]);
    assert_eq!(calls(Strategy::RoundRobin, 6), ["ann", "ben", "cid", "ann", "ben", "cid"]);
    assert_eq!(calls(Strategy::FewestCalls, 6), ["ann", "ben", "cid", "ann", "ben", "cid"]);
}

#[test]
fn who_talked_least_is_asked_first() {
    assert_eq!(calls(Strategy::LeastTalkTime, 6), ["ann", "ben", "cid", "ben", "cid", "ben"]);
}

#[test]
fn the_first_of_the_list_who_is_free_takes_all() {
    assert_eq!(calls(Strategy::Ranked, 4), ["ann"; 4]);
}

#[test]
fn by_chance_everybody_comes_to_their_share() {
    let taken = calls(Strategy::Random, 300);
    for name in NAMES {
        let share = taken.iter().filter(|agent| *agent == name).count();
        assert!((60..=140).contains(&share), "{name} took {share} of 300");
    }
}

#[test]
fn a_burst_does_not_all_go_to_one_agent() {
    let mut world = World::new(QueueSettings::default());
    for name in NAMES {
        world.ready(name);
    }
    for caller in ["c1", "c2", "c3", "c4"] {
        world.join(caller);
    }
    let mut asked: Vec<_> = ["c1", "c2", "c3"].iter().flat_map(|caller| world.rings(caller)).collect();
    asked.sort();
    assert_eq!(asked, NAMES);
    assert!(world.rings("c4").is_empty());
}

#[test]
fn a_lower_rank_is_asked_before_a_longer_idleness() {
    let mut world = World::new(QueueSettings::default());
    world.ready_with(person("second"), &[("sales", 2)], &[], 1);
    world.wait(seconds(600));
    world.ready_with(person("first"), &[("sales", 1)], &[], 1);
    world.join("c1");
    assert_eq!(world.rings("c1"), ["first"]);
    world.put(Input::Declined { offer: world.offer("c1", "first") });
    assert_eq!(world.rings("c1"), ["second"]);
}
