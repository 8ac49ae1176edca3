//! Any facts in any order: intervals add up to the whole, and asking in between changes nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tandem_foundation::UserId;
use tandem_statistics::*;

use super::days::thresholds;

const END: i64 = 20_000;

fn occupation() -> impl Strategy<Value = Occupation> {
    prop_oneof![
        Just(Occupation::Offline),
        Just(Occupation::Ready),
        Just(Occupation::Offered),
        Just(Occupation::Busy),
        Just(Occupation::WrapUp),
        "[ab]".prop_map(Occupation::Paused),
    ]
}

fn what() -> impl Strategy<Value = What> {
    let call = || "[a-e]".prop_map(|id| id.as_str().into());
    let queue = || "[q-r]".prop_map(|id| id.as_str().into());
    let user = || "[x-z]".prop_map(|id| UserId::from(id.as_str()));
    let taker =
        move || prop_oneof![4 => user().prop_map(Taker::Person), 1 => Just(Taker::Assistant("jane".into()))];
    let how = prop_oneof![
        Just(Leaving::Abandoned),
        Just(Leaving::Moved),
        Just(Leaving::TakenOver),
        Just(Leaving::Overflowed("full".into())),
    ];
    let end = prop_oneof![Just(OfferEnd::Missed), Just(OfferEnd::Declined), Just(OfferEnd::Other)];
    let floor = prop_oneof![user().prop_map(Floor::Person), Just(Floor::Assistant), Just(Floor::Other)];
    prop_oneof![
        (call(), queue()).prop_map(|(call, queue)| What::Joined { call, queue }),
        (queue(), taker()).prop_map(|(queue, to)| What::Offered { queue, to }),
        (queue(), taker(), end).prop_map(|(queue, to, how)| What::OfferEnded { queue, to, how }),
        (call(), queue(), taker(), 0..60_000_i64).prop_map(|(call, queue, by, waited_ms)| What::Answered {
            call,
            queue,
            by,
            waited_ms
        }),
        (call(), queue(), how, 0..60_000_i64).prop_map(|(call, queue, how, waited_ms)| What::Left {
            call,
            queue,
            how,
            waited_ms
        }),
        (call(), floor).prop_map(|(call, floor)| What::FloorChanged { call, floor }),
        call().prop_map(|call| What::CallEnded { call }),
        (user(), occupation()).prop_map(|(user, occupation)| What::Agent { user, occupation }),
    ]
}

/// Mostly one after the other, now and then a little out of order.
fn facts() -> impl Strategy<Value = Vec<Fact>> {
    prop::collection::vec((what(), -20..300_i64), 0..120).prop_map(|steps| {
        let mut at_ms = 0;
        let fact = |(what, step): (What, i64)| {
            at_ms += step;
            Fact { at_ms, what }
        };
        steps.into_iter().map(fact).collect()
    })
}

fn folded(boundaries: &[i64], facts: &[Fact]) -> Statistics {
    super::days::fold(boundaries, facts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn intervals_add_up_to_the_whole(
        facts in facts(),
        inner in prop::collection::vec(1_000..END, 0..12),
        now in 0..END * 2,
    ) {
        let fine: Vec<i64> = [500, END].into_iter().chain(inner).collect();
        let (fine, whole) = (folded(&fine, &facts), folded(&[500, END], &facts));
        let mut queues = BTreeMap::new();
        for ((_, queue), figures) in fine.queues() {
            queues.entry((0, queue.clone())).or_insert_with(QueueFigures::default).add(figures);
        }
        prop_assert_eq!(&queues, whole.queues());
        let mut agents = BTreeMap::new();
        for ((_, user), figures) in fine.agents(now) {
            agents.entry((0, user)).or_insert_with(AgentFigures::default).add(&figures);
        }
        prop_assert_eq!(agents, whole.agents(now));
    }

    #[test]
    fn asking_in_between_changes_nothing(facts in facts(), cut in 0..120_usize, now in 0..END) {
        let boundaries = [0, 3_000, 6_000, END];
        let at_once = folded(&boundaries, &facts);
        let (before, after) = facts.split_at(cut.min(facts.len()));
        let mut kept = Statistics::new(Boundaries::new(boundaries.to_vec()), thresholds());
        for fact in before {
            kept.fold(fact);
            let _ = (kept.agents(now), kept.queues().len(), kept.waiting());
        }
        let mut resumed = kept.clone();
        after.iter().for_each(|fact| resumed.fold(fact));
        prop_assert_eq!(resumed.queues(), at_once.queues());
        prop_assert_eq!(resumed.agents(now), at_once.agents(now));
        prop_assert_eq!(resumed.waiting(), at_once.waiting());
    }

    /// What an agent was at sums up to the time between signing in and out, by a reckoning of its own.
    #[test]
    fn time_in_states_is_the_time_signed_in(
        steps in prop::collection::vec((occupation(), 0..500_i64), 0..60),
        inner in prop::collection::vec(0..END, 0..8),
    ) {
        let mut facts = Vec::new();
        let (mut at_ms, mut signed_in, mut present) = (0, 0, false);
        for (occupation, step) in steps {
            let before = at_ms;
            at_ms = (at_ms + step).min(END);
            signed_in += if present { at_ms - before } else { 0 };
            present = occupation != Occupation::Offline;
            facts.push(Fact { at_ms, what: What::Agent { user: "x".into(), occupation } });
        }
        signed_in += if present { END - at_ms } else { 0 };
        let boundaries: Vec<i64> = [0, END].into_iter().chain(inner).collect();
        let rows = folded(&boundaries, &facts).agents(END);
        prop_assert_eq!(rows.values().map(AgentFigures::signed_in_ms).sum::<i64>(), signed_in);
        let boundaries = Boundaries::new(boundaries);
        for ((index, _), figures) in rows {
            let (from, to) = boundaries.interval(index).expect("an interval");
            prop_assert!(figures.signed_in_ms() <= to - from);
        }
    }
}
