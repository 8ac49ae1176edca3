//! Breaks, wrap-up, and calls from elsewhere.

use tandem_queue::{Input, Output, Presence, QueueSettings, Standing, Withdrawn};

use crate::world::{World, assistant, person, queue, seconds, ticket};

fn standing(world: &World, name: &str) -> Standing {
    let rows = world.matcher.agents(world.now);
    rows.into_iter().find(|row| row.agent == person(name)).expect("known").standing
}

#[test]
fn a_break_wins_over_an_offer_that_is_not_answered() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.join("c1");
    world.presence("ann", Presence::Paused("lunch".into()));
    assert_eq!(world.withdrawn(), [("c1".into(), "ann".into(), Withdrawn::AgentUnavailable)]);
    assert_eq!(standing(&world, "ann"), Standing::Paused("lunch".into()));
    world.ready("ben");
    assert_eq!(world.rings("c1"), ["ben"]);
}

#[test]
fn a_break_asked_for_during_a_call_begins_after_it_and_its_wrap_up() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.join("c1");
    world.answer("c1", "ann");
    world.presence("ann", Presence::Paused("lunch".into()));
    assert_eq!(standing(&world, "ann"), Standing::Busy(1));
    world.release("ann", "c1");
    assert!(matches!(standing(&world, "ann"), Standing::WrapUp { .. }));
    world.join("c2");
    world.wait(seconds(20));
    assert_eq!(standing(&world, "ann"), Standing::Paused("lunch".into()));
    assert!(world.rings("c2").is_empty());
}

#[test]
fn wrap_up_lasts_as_long_as_its_queue_says_and_may_be_ended_sooner_by_the_agent_alone() {
    let mut world = World::new(QueueSettings { wrap_up: seconds(40), ..QueueSettings::default() });
    world.ready("ann");
    world.join("c1");
    world.answer("c1", "ann");
    world.wait(seconds(100));
    world.release("ann", "c1");
    world.join("c2");
    world.wait(seconds(39));
    assert!(world.rings("c2").is_empty());
    world.wait(seconds(1));
    assert_eq!(world.rings("c2"), ["ann"]);
    world.answer("c2", "ann");
    world.release("ann", "c2");
    world.join("c3");
    world.put(Input::WrappedUp { agent: person("ann") });
    assert_eq!(world.rings("c3"), ["ann"]);
}

#[test]
fn another_queues_shorter_wrap_up_shortens_nothing() {
    let mut world = World::new(QueueSettings { wrap_up: seconds(60), ..QueueSettings::default() });
    let short = QueueSettings { wrap_up: seconds(5), ..QueueSettings::default() };
    world.put(Input::SetQueue { queue: queue("support"), settings: short });
    world.ready_with(person("ann"), &[("sales", 1), ("support", 1)], &[], 2);
    world.join("long");
    world.answer("long", "ann");
    world.put(Input::Join(ticket("short", "support")));
    world.answer("short", "ann");
    world.release("ann", "long");
    world.wait(seconds(1));
    world.release("ann", "short");
    let ends: Vec<_> = world
        .seen
        .iter()
        .filter_map(|output| match output {
            Output::WrapUp { until, .. } => Some(*until),
            _ => None,
        })
        .collect();
    assert_eq!(ends[0], ends[1], "the long one's end stays");
    world.wait(seconds(58));
    assert!(matches!(standing(&world, "ann"), Standing::WrapUp { .. }));
    world.wait(seconds(1));
    assert!(matches!(standing(&world, "ann"), Standing::Ready { .. }));
}

#[test]
fn who_takes_a_call_from_elsewhere_is_not_asked_until_it_is_over() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.join("c1");
    world.put(Input::Engaged { agent: person("ann"), call: "own".into() });
    assert_eq!(world.withdrawn(), [("c1".into(), "ann".into(), Withdrawn::AgentUnavailable)]);
    assert!(world.rings("c1").is_empty());
    world.put(Input::Released { agent: person("ann"), call: "own".into() });
    assert_eq!(world.rings("c1"), ["ann"], "a call of her own has no wrap-up");
}

#[test]
fn an_agent_who_is_taken_away_while_it_rings_leaves_nobody_hanging() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.join("c1");
    world.put(Input::RemoveAgent { agent: person("ann") });
    assert_eq!(world.withdrawn(), [("c1".into(), "ann".into(), Withdrawn::AgentUnavailable)]);
    world.wait(seconds(60));
    assert!(world.rings("c1").is_empty());
    world.ready("ben");
    assert_eq!(world.rings("c1"), ["ben"]);
}

#[test]
fn a_call_of_ones_own_holds_the_agent_and_is_wrapped_up_as_it_was_asked_for() {
    let mut world = World::new(QueueSettings { wrap_up: seconds(60), ..QueueSettings::default() });
    world.ready("ann");
    world.put(Input::Placed { agent: person("ann"), call: "own".into(), wrap_up: seconds(10) });
    assert_eq!(standing(&world, "ann"), Standing::Busy(1));
    world.join("c1");
    assert!(world.rings("c1").is_empty());
    world.wait(seconds(30));
    world.release("ann", "own");
    assert!(
        matches!(standing(&world, "ann"), Standing::WrapUp { until } if until == world.now + seconds(10))
    );
    world.wait(seconds(10));
    assert_eq!(world.rings("c1"), ["ann"]);
    // Without any, the next caller is there at once.
    world.answer("c1", "ann");
    world.release("ann", "c1");
    world.put(Input::WrappedUp { agent: person("ann") });
    world.put(Input::Placed { agent: person("ann"), call: "short".into(), wrap_up: seconds(0) });
    world.join("c2");
    world.release("ann", "short");
    assert_eq!(world.rings("c2"), ["ann"]);
}

#[test]
fn who_may_have_several_calls_is_asked_for_the_next_one_as_soon_as_the_first_is_answered() {
    let mut world = World::new(QueueSettings::default());
    world.ready_with(person("ann"), &[("sales", 1)], &[], 2);
    world.join("first");
    world.join("second");
    assert!(world.rings("second").is_empty(), "nobody is asked twice at a time");
    world.answer("first", "ann");
    assert_eq!(world.rings("second"), ["ann"]);
}

#[test]
fn who_writes_up_one_call_is_not_asked_for_another() {
    let mut world = World::new(QueueSettings::default());
    world.ready_with(person("ann"), &[("sales", 1)], &[], 2);
    world.join("first");
    world.answer("first", "ann");
    world.join("second");
    assert_eq!(world.rings("second"), ["ann"]);
    world.release("ann", "first");
    assert_eq!(world.withdrawn(), [("second".into(), "ann".into(), Withdrawn::AgentUnavailable)]);
    world.wait(seconds(15));
    assert_eq!(world.rings("second"), ["ann"], "and is again when that is done");
}

#[test]
fn an_edit_to_fewer_calls_at_once_takes_the_latest_offers_back() {
    let mut world = World::new(QueueSettings::default());
    world.ready_with(assistant("jane"), &[("sales", 1)], &[], 3);
    for caller in ["c1", "c2", "c3"] {
        world.join(caller);
        assert_eq!(world.rings(caller), ["jane"]);
    }
    world.ready("ann");
    world.ready_with(assistant("jane"), &[("sales", 1)], &[], 1);
    let taken = |caller: &str| (caller.into(), "jane".into(), Withdrawn::AgentUnavailable);
    assert_eq!(world.withdrawn(), [taken("c2"), taken("c3")]);
    assert_eq!(world.rings("c1"), ["jane"]);
    assert_eq!(world.rings("c2"), ["ann"]);
    assert!(world.rings("c3").is_empty());
}
