//! Who is next: priority, ageing, skills that relax, preferred agents, a supervisor's hand.

use tandem_queue::{Input, Need, Preferred, Presence, QueueSettings, Relaxed, Ticket};

use crate::world::{World, assistant, person, queue, seconds, ticket};

fn order(world: &World) -> Vec<String> {
    world.matcher.waiting(world.now, &queue("sales")).into_iter().map(|row| row.caller.to_string()).collect()
}

fn needs(skill: &str, level: u8, relaxed: &[(u64, u8)]) -> Vec<Need> {
    let relaxed =
        relaxed.iter().map(|(after, level)| Relaxed { after: seconds(*after), level: *level }).collect();
    vec![Need { skill: skill.into(), level, relaxed }]
}

#[test]
fn a_higher_priority_goes_first_until_the_lower_one_has_waited_long_enough() {
    let settings = QueueSettings { ageing: Some(seconds(60)), ..QueueSettings::default() };
    let mut world = World::new(settings);
    world.join("patient");
    world.wait(seconds(30));
    world.put(Input::Join(Ticket { priority: 1, ..ticket("urgent", "sales") }));
    assert_eq!(order(&world), ["urgent", "patient"]);
    world.wait(seconds(60));
    world.put(Input::Join(Ticket { priority: 1, ..ticket("later", "sales") }));
    assert_eq!(order(&world), ["urgent", "patient", "later"], "90 s of wait are more than one priority");
}

#[test]
fn of_equals_who_waits_for_longer_goes_first_and_a_wait_elsewhere_counts() {
    let mut world = World::new(QueueSettings::default());
    world.join("a");
    world.wait(seconds(10));
    world.put(Input::Join(Ticket { waited: seconds(25), ..ticket("b", "sales") }));
    world.join("c");
    assert_eq!(order(&world), ["b", "a", "c"]);
    world.ready("ann");
    assert_eq!(world.rings("b"), ["ann"]);
}

#[test]
fn a_skill_is_asked_for_less_and_less_and_nobody_has_to_call_for_that() {
    let mut world = World::new(QueueSettings::default());
    world.ready_with(person("ann"), &[("sales", 1)], &[("swahili", 3)], 1);
    let needs = needs("swahili", 8, &[(20, 5), (40, 3)]);
    world.put(Input::Join(Ticket { needs, ..ticket("c1", "sales") }));
    world.wait(seconds(39));
    assert!(world.rings("c1").is_empty());
    world.wait(seconds(1));
    assert_eq!(world.rings("c1"), ["ann"]);
}

#[test]
fn who_cannot_take_the_first_in_line_takes_the_first_they_can() {
    let mut world = World::new(QueueSettings::default());
    world.put(Input::Join(Ticket { needs: needs("hindi", 5, &[]), ..ticket("hindi", "sales") }));
    world.join("anybody");
    world.ready("ann");
    assert_eq!(world.rings("anybody"), ["ann"]);
    world.ready_with(person("ben"), &[("sales", 1)], &[("hindi", 5)], 1);
    assert_eq!(world.rings("hindi"), ["ben"]);
}

#[test]
fn a_caller_is_kept_for_the_preferred_agent_for_a_time_unless_that_one_is_not_there() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.ready("ben");
    world.join("other");
    assert_eq!(world.rings("other"), ["ann"]);
    world.answer("other", "ann");
    let preferred = Some(Preferred { agent: person("ann"), hold: seconds(30) });
    world.put(Input::Join(Ticket { preferred: preferred.clone(), ..ticket("c1", "sales") }));
    assert!(world.rings("c1").is_empty(), "ann is busy, and ben is not asked yet");
    world.wait(seconds(30));
    assert_eq!(world.rings("c1"), ["ben"]);
    world.answer("c1", "ben");
    world.release("ben", "c1");
    world.put(Input::WrappedUp { agent: person("ben") });
    world.put(Input::Join(Ticket { preferred, ..ticket("c2", "sales") }));
    assert!(world.rings("c2").is_empty());
    world.presence("ann", Presence::Offline);
    assert_eq!(world.rings("c2"), ["ben"], "she went home");
}

#[test]
fn a_supervisor_may_put_somebody_first_or_change_a_priority_or_the_queue() {
    let mut world = World::new(QueueSettings::default());
    for caller in ["a", "b", "c"] {
        world.join(caller);
        world.wait(seconds(1));
    }
    world.put(Input::ToFront { caller: "c".into() });
    assert_eq!(order(&world), ["c", "a", "b"]);
    world.put(Input::Reprioritise { caller: "b".into(), priority: 5 });
    assert_eq!(order(&world), ["b", "c", "a"]);
    world.put(Input::SetQueue { queue: queue("support"), settings: QueueSettings::default() });
    world.wait(seconds(100));
    world.put(Input::Move { caller: "a".into(), queue: queue("support") });
    assert_eq!(order(&world), ["b", "c"]);
    let row = &world.matcher.waiting(world.now, &queue("support"))[0];
    assert_eq!((row.caller.as_str(), row.waited), ("a", seconds(103)));
}

#[test]
fn one_agent_of_two_queues_takes_the_more_urgent_of_both() {
    let mut world = World::new(QueueSettings::default());
    let urgent = QueueSettings { priority: 3, ..QueueSettings::default() };
    world.put(Input::SetQueue { queue: queue("support"), settings: urgent });
    world.join("sales caller");
    world.wait(seconds(30));
    world.put(Input::Join(ticket("support caller", "support")));
    world.ready_with(person("ann"), &[("sales", 1), ("support", 1)], &[], 1);
    world.answer("support caller", "ann");
    assert_eq!(world.connected(), [("support caller".into(), "ann".into())]);
}

#[test]
fn who_is_moved_while_it_rings_keeps_their_turn_with_those_who_ring() {
    let mut world = World::new(QueueSettings::default());
    world.put(Input::SetQueue { queue: queue("support"), settings: QueueSettings::default() });
    world.ready_with(person("ann"), &[("sales", 1), ("support", 1)], &[], 1);
    world.join("first");
    world.wait(seconds(1));
    world.put(Input::Join(ticket("second", "support")));
    world.put(Input::Move { caller: "first".into(), queue: queue("support") });
    world.answer("first", "ann");
    assert_eq!(world.connected(), [("first".into(), "ann".into())]);
}

#[test]
fn when_an_assistant_goes_the_most_urgent_of_its_callers_is_the_first_to_be_offered_to_another() {
    let mut world = World::new(QueueSettings::default());
    world.ready_with(assistant("jane"), &[("sales", 1)], &[], 3);
    world.join("plain");
    world.put(Input::Join(Ticket { priority: 5, ..ticket("urgent", "sales") }));
    world.ready_with(person("ann"), &[("sales", 2)], &[], 1);
    world.put(Input::RemoveAgent { agent: assistant("jane") });
    assert_eq!(world.rings("urgent"), ["ann"]);
    assert!(world.rings("plain").is_empty());
}

#[test]
fn when_an_agent_goes_who_was_kept_for_them_has_their_turn_before_who_rang_for_them() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.join("c1");
    world.ready("ben");
    world.put(Input::Join(Ticket {
        priority: 1,
        preferred: Some(Preferred { agent: person("ann"), hold: seconds(60) }),
        ..ticket("c2", "sales")
    }));
    assert!(world.rings("c2").is_empty());
    world.presence("ann", Presence::Offline);
    assert_eq!(world.rings("c2"), ["ben"]);
    assert!(world.rings("c1").is_empty());
}
