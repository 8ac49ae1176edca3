//! Days that were counted by hand.

use tandem_statistics::*;

use super::days::*;

#[test]
fn a_break_over_the_hour_is_split_at_the_hour() {
    let facts = [
        agent(at(540, 0), "ann", Occupation::Ready),
        agent(at(590, 0), "ann", paused("lunch")),
        agent(at(620, 0), "ann", Occupation::Ready),
        agent(at(660, 0), "ann", Occupation::Offline),
    ];
    let day = fold(&[at(540, 0), at(600, 0), at(660, 0), at(720, 0)], &facts);
    let (nine, ten) = (of(&day, 0, "ann", at(700, 0)), of(&day, 1, "ann", at(700, 0)));
    assert_eq!(nine.paused_ms["lunch"], 10 * MINUTE);
    assert_eq!(ten.paused_ms["lunch"], 20 * MINUTE);
    assert_eq!((nine.ready_ms, ten.ready_ms), (50 * MINUTE, 40 * MINUTE));
    assert_eq!(of(&day, 2, "ann", at(700, 0)), AgentFigures::default(), "gone home");
}

#[test]
fn two_are_answered_one_hangs_up_and_the_figures_are_these() {
    let day = fold(
        &[0, at(60, 0)],
        &[
            agent(at(0, 0), "ann", Occupation::Ready),
            joined(at(1, 0), "a"),
            joined(at(1, 0), "b"),
            joined(at(1, 0), "c"),
            answered(at(1, 10), "a", person("ann"), 10_000),
            agent(at(1, 10), "ann", Occupation::Busy),
            floor(at(1, 11), "a", Floor::Person("ann".into())),
            left(at(1, 40), "b", Leaving::Abandoned, 40_000),
            agent(at(3, 10), "ann", Occupation::WrapUp),
            ended(at(3, 10), "a"),
            agent(at(3, 30), "ann", Occupation::Ready),
            answered(at(3, 30), "c", person("ann"), 150_000),
            agent(at(3, 30), "ann", Occupation::Busy),
            agent(at(4, 30), "ann", Occupation::Ready),
            ended(at(4, 30), "c"),
        ],
    );
    let queue = support(&day);
    assert_eq!((queue.offered, queue.answered, queue.abandoned), (3, 2, 1));
    assert_eq!(queue.answered_in_time, 1);
    assert_eq!(queue.service_level_percent(), Some(100.0 / 3.0));
    assert_eq!(queue.asa_ms(), Some(80_000));
    assert_eq!(queue.longest_wait_ms, 150_000);
    assert_eq!(queue.average_abandon_wait_ms(), Some(40_000));
    assert_eq!(queue.average_talk_ms(), Some(90_000), "two minutes and one");
    assert_eq!(queue.aht_ms(), Some(100_000), "and 20 s of wrap-up over two calls");
    let ann = of(&day, 0, "ann", at(10, 0));
    assert_eq!((ann.taken, ann.handled, ann.busy_ms, ann.wrap_up_ms), (2, 2, at(3, 0), at(0, 20)));
    assert_eq!((ann.average_talk_ms(), ann.average_wrap_up_ms()), (Some(90_000), Some(10_000)));
    assert_eq!(ann.signed_in_ms(), at(10, 0));
    assert_eq!(ann.occupancy_percent(), Some(200.0 / 6.0));
}

#[test]
fn what_was_under_way_before_the_first_interval_counts_from_there() {
    let facts = [
        agent(at(0, 0), "ann", Occupation::Ready),
        joined(at(50, 0), "a"),
        answered(at(55, 0), "a", person("ann"), 300_000),
        agent(at(55, 0), "ann", Occupation::Busy),
        ended(at(65, 0), "a"),
    ];
    let hour = fold(&[at(60, 0), at(120, 0)], &facts);
    let queue = support(&hour);
    assert_eq!((queue.offered, queue.answered, queue.handled), (0, 0, 1));
    assert_eq!(queue.talk_ms, at(10, 0), "talk counts when it is over, and whole");
    assert_eq!(of(&hour, 0, "ann", at(70, 0)).busy_ms, at(10, 0));
}

#[test]
fn who_keeps_a_caller_company_does_not_end_the_talk_that_follows() {
    let day = fold(
        &[0, at(60, 0)],
        &[
            joined(0, "a"),
            floor(at(0, 1), "a", Floor::Assistant),
            answered(at(1, 0), "a", person("ann"), 60_000),
            floor(at(1, 0), "a", Floor::Other),
            floor(at(1, 1), "a", Floor::Person("ann".into())),
            floor(at(3, 0), "a", Floor::Person("sam".into())),
            ended(at(9, 0), "a"),
        ],
    );
    assert_eq!((support(&day).handled, support(&day).talk_ms), (1, at(2, 0)));
    let ann = of(&day, 0, "ann", at(10, 0));
    assert_eq!((ann.transferred, ann.talk_ms), (1, at(2, 0)));
}

#[test]
fn whoever_is_put_back_waits_from_then_and_their_talk_is_no_wait() {
    let day = fold(
        &[0, at(60, 0)],
        &[
            joined(0, "a"),
            answered(at(0, 10), "a", person("ann"), 10_000),
            floor(at(0, 10), "a", Floor::Person("ann".into())),
            joined(at(5, 0), "a"),
            // The exchange tells the time since the call joined first.
            answered(at(5, 15), "a", person("sam"), at(5, 15)),
        ],
    );
    let queue = support(&day);
    assert_eq!((queue.offered, queue.answered, queue.answered_in_time), (2, 2, 2));
    assert_eq!(queue.longest_wait_ms, 15_000);
    assert_eq!((queue.handled, queue.talk_ms), (1, at(4, 50)));
}

#[test]
fn whoever_is_sent_elsewhere_counts_by_reason_and_not_against_the_service_level() {
    let over = |reason: &str| Leaving::Overflowed(reason.into());
    let facts: Vec<_> = ["a", "b", "c", "d", "e", "f"].iter().map(|call| joined(0, call)).collect();
    let mut day = fold(&[0, at(60, 0)], &facts);
    assert_eq!(day.waiting()[&"support".into()], (6, 0));
    for fact in [
        left(at(1, 0), "a", over("full"), 60_000),
        left(at(1, 0), "b", over("full"), 60_000),
        left(at(1, 0), "c", over("unstaffed"), 60_000),
        left(at(2, 0), "d", Leaving::Moved, 120_000),
        left(at(2, 0), "e", Leaving::TakenOver, 120_000),
        left(at(0, 4), "f", Leaving::Abandoned, 4_000),
    ] {
        day.fold(&fact);
    }
    let queue = support(&day);
    assert_eq!((queue.overflowed["full"], queue.overflowed["unstaffed"], queue.overflows()), (2, 1, 3));
    assert_eq!((queue.moved, queue.taken_over, queue.abandoned, queue.abandoned_short), (1, 1, 1, 1));
    assert_eq!(queue.service_level_percent(), None, "nobody of them counts");
    assert!(day.waiting().is_empty());
}

#[test]
fn offers_count_for_the_queue_and_for_the_agent() {
    let offer_ended =
        |how| Fact { at_ms: 5, what: What::OfferEnded { queue: "support".into(), to: person("ann"), how } };
    let offered = Fact { at_ms: 1, what: What::Offered { queue: "support".into(), to: person("ann") } };
    let day = fold(
        &[0, 10],
        &[
            offered.clone(),
            offer_ended(OfferEnd::Missed),
            offered.clone(),
            offer_ended(OfferEnd::Declined),
            offered,
            offer_ended(OfferEnd::Other),
        ],
    );
    assert_eq!((support(&day).missed, support(&day).declined), (1, 1));
    let ann = of(&day, 0, "ann", 10);
    assert_eq!((ann.offers, ann.missed, ann.declined), (3, 1, 1));
}

#[test]
fn an_assistant_takes_calls_but_has_no_row() {
    let day = fold(
        &[0, at(60, 0)],
        &[
            joined(0, "a"),
            answered(0, "a", Taker::Assistant("jane".into()), 0),
            floor(at(0, 1), "a", Floor::Assistant),
            ended(at(2, 0), "a"),
        ],
    );
    assert_eq!((support(&day).answered, support(&day).talk_ms), (1, at(2, 0)));
    assert!(day.agents(at(3, 0)).is_empty());
}

#[test]
fn a_clock_that_was_set_back_takes_nothing_away() {
    let day = fold(
        &[0, at(60, 0)],
        &[
            agent(at(10, 0), "ann", Occupation::Ready),
            agent(at(20, 0), "ann", Occupation::Busy),
            agent(at(15, 0), "ann", Occupation::Ready),
            agent(at(30, 0), "ann", Occupation::Offline),
        ],
    );
    let ann = of(&day, 0, "ann", at(40, 0));
    assert_eq!((ann.ready_ms, ann.busy_ms), (at(20, 0), 0));
}
