//! Offers: answered, missed, declined, too late.

use tandem_queue::{Input, Kind, QueueSettings, Refusal, Staffing, Strategy, Ticket, Withdrawn};

use crate::world::{World, assistant, person, queue, seconds, ticket};

#[test]
fn a_caller_is_offered_to_one_agent_and_connected_when_that_one_answers() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.join("c1");
    world.wait(seconds(4));
    world.answer("c1", "ann");
    assert_eq!(world.connected(), [("c1".into(), "ann".into())]);
    assert!(world.matcher.waiting(world.now, &queue("sales")).is_empty());
    world.join("c2");
    assert!(world.rings("c2").is_empty(), "ann is on a call");
}

#[test]
fn who_does_not_answer_is_put_on_a_break_and_the_caller_goes_first_to_the_next_one() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.join("first");
    world.join("second");
    world.wait(seconds(5));
    world.ready("ben");
    assert_eq!(world.rings("second"), ["ben"]);
    world.wait(seconds(10));
    assert_eq!(world.withdrawn(), [("first".into(), "ann".into(), Withdrawn::TimedOut)]);
    world.answer("second", "ben");
    // Ann is on a break; back from it she is not asked for the same caller again within the half minute, but is then.
    world.presence("ann", tandem_queue::Presence::Ready);
    assert!(world.rings("first").is_empty());
    world.wait(seconds(30));
    assert_eq!(world.rings("first"), ["ann"]);
}

#[test]
fn who_declines_takes_no_break_and_somebody_else_is_asked() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.ready("ben");
    world.join("c1");
    let offer = world.offer("c1", "ann");
    world.put(Input::Declined { offer });
    assert_eq!(world.rings("c1"), ["ben"]);
    world.join("c2");
    assert_eq!(world.rings("c2"), ["ann"]);
}

#[test]
fn an_answer_that_comes_too_late_is_refused_and_nothing_else_changes() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.join("c1");
    let offer = world.offer("c1", "ann");
    world.leave("c1");
    assert_eq!(world.withdrawn(), [("c1".into(), "ann".into(), Withdrawn::CallerLeft)]);
    assert_eq!(world.try_put(Input::Answered { offer }), Err(Refusal::OfferGone));
    assert!(world.connected().is_empty());
    world.join("c2");
    assert_eq!(world.rings("c2"), ["ann"], "she is free again");
}

#[test]
fn with_all_ringing_the_first_who_answers_has_the_call_and_the_others_are_free() {
    let mut world = World::new(QueueSettings { strategy: Strategy::RingAll, ..QueueSettings::default() });
    for name in ["ann", "ben", "cid"] {
        world.ready(name);
    }
    world.join("c1");
    assert_eq!(world.rings("c1"), ["ann", "ben", "cid"]);
    world.ready("dot");
    assert_eq!(world.rings("c1").len(), 4, "who comes later rings too");
    let late = world.offer("c1", "cid");
    world.answer("c1", "ben");
    assert_eq!(world.try_put(Input::Answered { offer: late }), Err(Refusal::OfferGone));
    assert_eq!(world.connected(), [("c1".into(), "ben".into())]);
    assert!(world.withdrawn().iter().all(|(_, _, why)| *why == Withdrawn::AnsweredElsewhere));
    world.join("c2");
    assert_eq!(world.rings("c2"), ["ann", "cid", "dot"]);
}

#[test]
fn an_assistant_takes_as_many_as_it_can_have_and_a_person_is_preferred_by_rank() {
    let mut world = World::new(QueueSettings::default());
    world.ready_with(assistant("jane"), &[("sales", 2)], &[], 3);
    world.ready("ann");
    for caller in ["c1", "c2", "c3", "c4", "c5"] {
        world.join(caller);
    }
    assert_eq!(world.rings("c1"), ["ann"]);
    for caller in ["c2", "c3", "c4"] {
        assert_eq!(world.rings(caller), ["jane"]);
        world.answer(caller, "jane");
    }
    assert!(world.rings("c5").is_empty());
    world.put(Input::Released { agent: assistant("jane"), call: "c3".into() });
    assert_eq!(world.rings("c5"), ["jane"], "no wrap-up for an assistant");
}

#[test]
fn a_caller_who_is_called_back_keeps_the_place_and_is_given_to_a_person() {
    let mut world = World::new(QueueSettings::default());
    world.join("first");
    world.join("second");
    world.put(Input::CallBack { caller: "first".into(), by: "back".into() });
    world.wait(seconds(60));
    world.ready_with(assistant("jane"), &[("sales", 1)], &[], 1);
    assert_eq!((world.rings("back"), world.rings("second")), (vec![], vec!["jane".to_owned()]));
    world.join("third");
    world.ready("ann");
    assert_eq!(world.rings("back"), ["ann"], "before who came later");
    world.answer("back", "ann");
    assert!(matches!(
        world.seen.last(),
        Some(tandem_queue::Output::Connect { call_back: true, waited, .. }) if *waited == seconds(60)
    ));
}

#[test]
fn whoever_rings_for_a_caller_who_hangs_up_to_be_called_back_rings_for_the_call_back() {
    let mut world = World::new(QueueSettings::default());
    world.ready("ann");
    world.join("first");
    world.join("second");
    assert_eq!(world.rings("first"), ["ann"]);
    world.put(Input::CallBack { caller: "first".into(), by: "back".into() });
    assert_eq!(world.withdrawn(), [("first".into(), "ann".into(), Withdrawn::Moved)]);
    assert_eq!((world.rings("back"), world.rings("second")), (vec!["ann".to_owned()], vec![]));
    assert_eq!(world.try_put(Input::Leave { caller: "first".into() }), Err(Refusal::NoSuchCaller));
    let taken = Input::CallBack { caller: "second".into(), by: "back".into() };
    assert_eq!(world.try_put(taken), Err(Refusal::AlreadyWaiting));
}

#[test]
fn who_is_to_be_called_back_is_let_in_whatever_the_queue_asks_of_callers_and_is_told_nothing() {
    let mut world = World::new(QueueSettings {
        join_with: Staffing::Ready,
        most_waiting: Some(0),
        longest_wait: Some(seconds(30)),
        announce_every: Some(seconds(10)),
        ..QueueSettings::default()
    });
    let back = Ticket { kind: Kind::CallBack, waited: seconds(600), ..ticket("back", "sales") };
    world.put(Input::Join(back));
    world.wait(seconds(60));
    assert!(world.seen.is_empty(), "{:?}", world.seen);
    world.ready("ann");
    assert_eq!(world.rings("back"), ["ann"]);
}

#[test]
fn nobody_waits_twice() {
    let mut world = World::new(QueueSettings::default());
    world.join("c1");
    assert_eq!(world.try_put(Input::Join(ticket("c1", "sales"))), Err(Refusal::AlreadyWaiting));
    assert_eq!(world.try_put(Input::Join(ticket("c2", "nowhere"))), Err(Refusal::NoSuchQueue));
    assert_eq!(world.try_put(Input::Leave { caller: "c2".into() }), Err(Refusal::NoSuchCaller));
    let of_nobody = Input::WrappedUp { agent: person("nobody") };
    assert_eq!(world.try_put(of_nobody), Err(Refusal::NoSuchAgent));
}
