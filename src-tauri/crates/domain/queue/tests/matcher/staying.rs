//! Joining, staying, being told where one stands, and being sent elsewhere.

use tandem_queue::{Input, Output, Presence, QueueSettings, Staffing, Why};

use crate::world::{World, queue, seconds, ticket};

#[test]
fn nobody_may_join_where_nobody_is_there_or_too_many_are() {
    let settings =
        QueueSettings { join_with: Staffing::Ready, most_waiting: Some(1), ..QueueSettings::default() };
    let mut world = World::new(settings);
    world.join("early");
    assert_eq!(world.elsewhere(), [("early".into(), Why::Unstaffed)]);
    world.ready("ann");
    world.join("offered");
    world.join("waits");
    world.join("late");
    assert_eq!(world.elsewhere()[1..], [("late".into(), Why::Full)]);
    assert_eq!(world.rings("offered"), ["ann"], "who can be offered at once is never too many");
}

#[test]
fn a_long_estimate_sends_elsewhere_and_a_short_one_does_not() {
    let settings = QueueSettings { longest_estimate: Some(seconds(400)), ..QueueSettings::default() };
    let mut world = World::new(settings);
    world.ready("ann");
    for caller in ["now", "next", "after", "late"] {
        world.join(caller);
    }
    // One agent at 180 s a call: the first who waits has one before them, the next two …
    assert_eq!(world.elsewhere(), [("late".into(), Why::EstimateTooLong)]);
}

#[test]
fn when_the_last_agent_leaves_those_who_may_not_stay_go_elsewhere_but_not_who_is_called_back() {
    let settings = QueueSettings { stay_with: Staffing::SignedIn, ..QueueSettings::default() };
    let mut world = World::new(settings);
    world.ready("ann");
    world.presence("ann", Presence::Paused("lunch".into()));
    world.join("waits");
    world.join("home");
    world.put(Input::CallBack { caller: "home".into(), by: "home".into() });
    assert!(world.elsewhere().is_empty(), "a break is not home");
    world.presence("ann", Presence::Offline);
    assert_eq!(world.elsewhere(), [("waits".into(), Why::Unstaffed)]);
    assert_eq!(world.matcher.waiting(world.now, &queue("sales")).len(), 1);
}

#[test]
fn the_longest_wait_is_kept_but_nobody_is_sent_away_while_it_rings_for_them() {
    let settings = QueueSettings { longest_wait: Some(seconds(60)), ..QueueSettings::default() };
    let mut world = World::new(settings);
    world.join("first");
    world.join("second");
    world.wait(seconds(50));
    world.ready("ann");
    world.wait(seconds(10));
    assert_eq!(world.elsewhere(), [("second".into(), Why::WaitedTooLong)]);
    assert_eq!(world.rings("first"), ["ann"]);
    world.wait(seconds(5));
    assert_eq!(world.elsewhere()[1], ("first".into(), Why::WaitedTooLong), "ann did not answer");
}

#[test]
fn callers_are_told_their_place_and_their_wait() {
    let settings = QueueSettings { announce_every: Some(seconds(30)), ..QueueSettings::default() };
    let mut world = World::new(settings);
    world.ready("ann");
    world.join("talks");
    world.answer("talks", "ann");
    world.join("a");
    world.join("b");
    world.wait(seconds(30));
    let told: Vec<_> = world
        .seen
        .iter()
        .filter_map(|output| match output {
            Output::Announce { caller, position, estimate, .. } => {
                Some((caller.to_string(), *position, estimate.expect("ann serves").mean))
            }
            _ => None,
        })
        .collect();
    assert_eq!(told, [("a".into(), 1, seconds(180)), ("b".into(), 2, seconds(360))]);
    world.wait(seconds(60));
    let again = world.seen.iter().filter(|output| matches!(output, Output::Announce { .. })).count();
    assert_eq!(again, 6);
}

#[test]
fn settings_that_change_drop_nobody_and_a_queue_that_goes_sends_everybody_elsewhere() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.join("rings");
    world.join("waits");
    world.put(Input::SetQueue { queue: queue("sales"), settings: QueueSettings::default() });
    assert_eq!(world.rings("rings"), ["ann"]);
    assert!(world.elsewhere().is_empty() && world.withdrawn().is_empty());
    world.put(Input::RemoveQueue { queue: queue("sales") });
    let gone = world.elsewhere();
    assert_eq!(gone.len(), 2);
    assert_eq!(world.withdrawn().len(), 1, "it does not ring for the next one of those who go");
    assert!(gone.iter().all(|(_, why)| *why == Why::QueueGone));
    assert!(world.try_put(Input::Join(ticket("late", "sales"))).is_err());
    assert_eq!(world.matcher.next_deadline(), None, "no deadline of anybody is left");
}
