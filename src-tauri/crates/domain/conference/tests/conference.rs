//! The conference's rules: the moderator, who hears whom, tones, and its ends.

use std::time::{Duration, Instant};

use tandem_conference::{
    Beep, Conference, Ended, Entry, Input, Left, MOST_MEMBERS, Output, Refusal, Tone, WAIT_LIMIT,
};
use tandem_foundation::LegId;

const VOICE: LegId = LegId(0);
const ANN: LegId = LegId(1);
const BEN: LegId = LegId(2);
const CAT: LegId = LegId(3);

fn room() -> Conference {
    Conference::new(Instant::now(), VOICE)
}

fn guest() -> Entry {
    Entry { starts: false, ..Entry::default() }
}

fn outputs(conference: &mut Conference) -> Vec<Output> {
    std::iter::from_fn(|| conference.poll_output()).collect()
}

fn join(conference: &mut Conference, leg: LegId, entry: Entry) -> Vec<Output> {
    conference.handle(Input::Join { leg, entry }).expect("may join");
    outputs(conference)
}

fn hearing(outputs: &[Output]) -> Vec<(LegId, LegId)> {
    let last = outputs.iter().rev().find_map(|output| match output {
        Output::Hearing(pairs) => Some(pairs.clone()),
        _ => None,
    });
    last.expect("the matrix changed")
}

/// Whom a member hears, the room's voice left out.
fn heard_by(pairs: &[(LegId, LegId)], listener: LegId) -> Vec<LegId> {
    pairs.iter().filter(|(to, from)| *to == listener && *from != VOICE).map(|(_, from)| *from).collect()
}

#[test]
fn everybody_hears_exactly_the_others() {
    let mut conference = room();
    join(&mut conference, ANN, Entry::default());
    join(&mut conference, BEN, Entry::default());
    let pairs = hearing(&join(&mut conference, CAT, Entry::default()));
    assert_eq!(heard_by(&pairs, ANN), [BEN, CAT]);
    assert_eq!(heard_by(&pairs, BEN), [ANN, CAT]);
    assert_eq!(heard_by(&pairs, CAT), [ANN, BEN]);
    assert_eq!(heard_by(&pairs, VOICE), [ANN, BEN, CAT]);
}

#[test]
fn who_comes_before_the_moderator_waits_and_hears_nobody() {
    let mut conference = room();
    let early = join(&mut conference, ANN, guest());
    assert_eq!(early, [Output::Joined { leg: ANN, waits: true }, Output::Waits { leg: ANN, on: true }]);
    join(&mut conference, BEN, guest());
    assert!(!conference.is_started());
    let started = join(&mut conference, CAT, Entry::default());
    assert_eq!(
        started[..4],
        [
            Output::Joined { leg: CAT, waits: false },
            Output::Started,
            Output::Waits { leg: ANN, on: false },
            Output::Waits { leg: BEN, on: false },
        ]
    );
    assert_eq!(heard_by(&hearing(&started), ANN), [BEN, CAT]);
}

#[test]
fn a_moderator_who_only_starts_it_may_go_again() {
    let mut conference = room();
    join(&mut conference, ANN, guest());
    join(&mut conference, CAT, Entry::default());
    conference.handle(Input::Leave { leg: CAT }).expect("is there");
    outputs(&mut conference);
    assert!(conference.is_started());
    let late = join(&mut conference, BEN, guest());
    assert_eq!(late[0], Output::Joined { leg: BEN, waits: false });
    assert_eq!(heard_by(&hearing(&late), ANN), [BEN]);
}

#[test]
fn a_muted_member_hears_and_is_not_heard() {
    let mut conference = room();
    join(&mut conference, ANN, Entry::default());
    join(&mut conference, BEN, Entry::default());
    conference.handle(Input::Mute { leg: ANN, muted: true }).expect("is there");
    let muted = outputs(&mut conference);
    assert_eq!(muted[0], Output::Muted { leg: ANN, muted: true });
    assert_eq!(heard_by(&hearing(&muted), ANN), [BEN]);
    assert!(heard_by(&hearing(&muted), BEN).is_empty());
    assert_eq!(heard_by(&hearing(&muted), VOICE), [BEN], "nor is it recorded");
    conference.handle(Input::Mute { leg: ANN, muted: true }).expect("is there");
    assert!(outputs(&mut conference).is_empty(), "what is so already is not told again");
    conference.handle(Input::Mute { leg: ANN, muted: false }).expect("is there");
    assert_eq!(heard_by(&hearing(&outputs(&mut conference)), BEN), [ANN]);
}

#[test]
fn nobody_gets_into_a_locked_room() {
    let mut conference = room();
    join(&mut conference, ANN, Entry::default());
    conference.handle(Input::Lock { locked: true }).expect("may be locked");
    assert_eq!(outputs(&mut conference), [Output::Locked { locked: true }]);
    let refused = conference.handle(Input::Join { leg: BEN, entry: Entry::default() });
    assert_eq!(refused, Err(Refusal::Locked));
    assert!(outputs(&mut conference).is_empty());
    conference.handle(Input::Lock { locked: false }).expect("may be unlocked");
    assert_eq!(conference.handle(Input::Join { leg: BEN, entry: Entry::default() }), Ok(()));
}

#[test]
fn the_room_ends_for_all_when_a_member_leaves_whose_leaving_ends_it() {
    let mut conference = room();
    join(&mut conference, ANN, Entry { ends: true, ..Entry::default() });
    join(&mut conference, BEN, Entry::default());
    join(&mut conference, CAT, guest());
    conference.handle(Input::Leave { leg: ANN }).expect("is there");
    assert_eq!(
        outputs(&mut conference),
        [
            Output::Left { leg: ANN, why: Left::Own },
            Output::Left { leg: BEN, why: Left::Ended },
            Output::Left { leg: CAT, why: Left::Ended },
            Output::Ended { why: Ended::MemberLeft },
        ]
    );
    assert_eq!(conference.handle(Input::Lock { locked: true }), Err(Refusal::Over));
}

#[test]
fn the_last_one_out_ends_it_and_a_removed_one_is_told_so() {
    let mut conference = room();
    join(&mut conference, ANN, Entry::default());
    join(&mut conference, BEN, Entry::default());
    conference.handle(Input::Remove { leg: BEN }).expect("is there");
    let removed = outputs(&mut conference);
    assert_eq!(removed[0], Output::Left { leg: BEN, why: Left::Removed });
    assert_eq!(conference.handle(Input::Remove { leg: BEN }), Err(Refusal::NoSuchMember));
    conference.handle(Input::Leave { leg: ANN }).expect("is there");
    assert_eq!(outputs(&mut conference).last(), Some(&Output::Ended { why: Ended::Empty }));
}

#[test]
fn tones_are_heard_as_each_member_is_to_be_announced() {
    for (beep, enters, exits) in [
        (Beep::Both, true, true),
        (Beep::Enter, true, false),
        (Beep::Exit, false, true),
        (Beep::Never, false, false),
    ] {
        let mut conference = room();
        join(&mut conference, ANN, Entry::default());
        let entered = join(&mut conference, BEN, Entry { beep, ..Entry::default() });
        assert_eq!(entered.contains(&Output::Tone(Tone::Entered)), enters, "{beep:?}");
        conference.handle(Input::Leave { leg: BEN }).expect("is there");
        let left = outputs(&mut conference);
        assert_eq!(left.contains(&Output::Tone(Tone::Exited)), exits, "{beep:?}");
    }
}

#[test]
fn those_who_wait_hear_no_tones() {
    let mut conference = room();
    join(&mut conference, ANN, guest());
    let second = join(&mut conference, BEN, guest());
    assert!(!second.contains(&Output::Tone(Tone::Entered)));
}

#[test]
fn nobody_waits_for_a_moderator_for_ever() {
    let begun = Instant::now();
    let mut conference = Conference::new(begun, VOICE);
    join(&mut conference, ANN, guest());
    conference.tick(begun + WAIT_LIMIT - Duration::from_secs(1));
    assert!(!conference.is_over());
    conference.tick(begun + WAIT_LIMIT);
    assert_eq!(
        outputs(&mut conference),
        [Output::Left { leg: ANN, why: Left::Ended }, Output::Ended { why: Ended::NeverStarted }]
    );
    assert_eq!(conference.next_deadline(), None);
}

#[test]
fn a_started_conference_has_no_deadline_and_a_full_one_takes_nobody() {
    let mut conference = room();
    for leg in 1..=MOST_MEMBERS as u64 {
        join(&mut conference, LegId(leg), Entry::default());
    }
    assert_eq!(conference.next_deadline(), None);
    let refused = conference.handle(Input::Join { leg: LegId(9_999), entry: Entry::default() });
    assert_eq!(refused, Err(Refusal::Full));
    let again = conference.handle(Input::Join { leg: ANN, entry: Entry::default() });
    assert_eq!(again, Err(Refusal::AlreadyThere));
}
