//! People give the customer to somebody else, and whatever goes wrong, the customer is with somebody or hears why not.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use tandem_call::{
    CallMachine, EndedBy, Floor, Heard, Input, Mode, Output, PersonRef, Refusal, TransferKind,
    TransferOutcome, TransferStep, Unreached,
};
use tandem_foundation::LegId;

const CUSTOMER: LegId = LegId(1);
const ASSISTANT: LegId = LegId(2);
const ANN: LegId = LegId(3);
const BEN: LegId = LegId(4);

fn ann() -> PersonRef {
    PersonRef::User("user_ann".into())
}

fn ben() -> PersonRef {
    PersonRef::User("user_ben".into())
}

fn holder(floor: &Floor) -> Option<&PersonRef> {
    if let Floor::Person { who, .. } = floor { Some(who) } else { None }
}

/// A call that Ann holds, and what the customer hears of sounds and people.
struct World {
    call: CallMachine,
    now: Instant,
    sound: Option<Heard>,
    hearing: Vec<(LegId, LegId)>,
}

impl World {
    fn with_ann(assistant: bool) -> Self {
        let call = CallMachine::new(CUSTOMER, assistant.then_some(ASSISTANT));
        let mut world = Self { call, now: Instant::now(), sound: None, hearing: Vec::new() };
        world.does(Input::Answered);
        let version = world.call.floor().1;
        world.does(Input::TakeOver { who: ann(), name: "Ann".into(), version });
        world.does(Input::PersonUp { who: ann(), leg: ANN });
        world
    }

    fn does(&mut self, input: Input) -> Vec<Output> {
        self.call.handle(self.now, input).expect("accepted");
        self.drain()
    }

    fn drain(&mut self) -> Vec<Output> {
        let outputs: Vec<_> = std::iter::from_fn(|| self.call.poll_output()).collect();
        for output in &outputs {
            match output {
                Output::CustomerHears(sound) => self.sound = *sound,
                Output::Hearing(pairs) => self.hearing.clone_from(pairs),
                _ => {}
            }
        }
        outputs
    }

    fn begins(&mut self, kind: TransferKind) -> Vec<Output> {
        self.does(Input::TransferBy { by: ann(), to: ben(), name: "Ben".into(), kind })
    }

    fn answers(&mut self) -> Vec<Output> {
        self.does(Input::PersonUp { who: ben(), leg: BEN })
    }

    fn hears(&self, listener: LegId, speaker: LegId) -> bool {
        self.hearing.contains(&(listener, speaker))
    }

    /// Whom the customer hears and who hears the customer.
    fn customer_is_with(&self) -> (Vec<LegId>, Vec<LegId>) {
        let heard = self.hearing.iter().filter(|(listener, _)| *listener == CUSTOMER).map(|(_, leg)| *leg);
        let hearing = self.hearing.iter().filter(|(_, speaker)| *speaker == CUSTOMER).map(|(leg, _)| *leg);
        (heard.collect(), hearing.collect())
    }
}

fn outcome(outputs: &[Output]) -> Option<TransferOutcome> {
    let ended = |output: &Output| match output {
        Output::TransferEnded { by, to, outcome, .. } if *by == ann() && *to == ben() => Some(*outcome),
        _ => None,
    };
    outputs.iter().find_map(ended)
}

fn released(outputs: &[Output]) -> Vec<PersonRef> {
    let who =
        |output: &Output| if let Output::Release { who, .. } = output { Some(who.clone()) } else { None };
    outputs.iter().filter_map(who).collect()
}

fn unreached(why: Unreached) -> Input {
    Input::PersonUnreached { who: ben(), why }
}

#[test]
fn a_blind_transfer_rings_to_the_customer_until_the_target_has_them() {
    let mut world = World::with_ann(false);
    let outputs = world.begins(TransferKind::Blind);
    assert!(outputs.contains(&Output::Ring { who: ben() }), "{outputs:?}");
    assert_eq!((world.sound, world.call.floor().0), (Some(Heard::Ringback), &Floor::Bridging));
    assert_eq!(world.customer_is_with().0, [], "Ann is with them no more");
    let rings = world.does(Input::PersonRinging { who: ben() });
    assert_eq!(rings, [Output::TransferRinging { by: ann(), to: ben() }]);
    let outputs = world.answers();
    assert_eq!(outcome(&outputs), Some(TransferOutcome::Completed));
    assert_eq!((world.sound, holder(world.call.floor().0)), (None, Some(&ben())));
    assert_eq!(released(&outputs), [ann()]);
    assert_eq!(world.customer_is_with(), (vec![BEN], vec![BEN]));
}

#[test]
fn a_blind_transfer_that_fails_comes_back_to_who_is_still_there() {
    for why in [Unreached::Busy, Unreached::NoAnswer, Unreached::Declined, Unreached::Lost] {
        let mut world = World::with_ann(true);
        world.begins(TransferKind::Blind);
        let outputs = world.does(unreached(why));
        assert_eq!(outcome(&outputs), Some(TransferOutcome::Failed(why)));
        assert_eq!((world.sound, holder(world.call.floor().0)), (None, Some(&ann())));
        assert_eq!(world.customer_is_with(), (vec![ANN], vec![ANN]));
    }
}

#[test]
fn a_phone_nobody_answers_is_given_up_and_what_answers_then_is_cleared() {
    let mut world = World::with_ann(true);
    world.begins(TransferKind::Blind);
    let (at, _) = world.call.next_deadline().expect("not for ever");
    assert_eq!(at - world.now, Duration::from_secs(25));
    world.now = at;
    world.call.tick(at);
    let outputs = world.drain();
    assert_eq!(outcome(&outputs), Some(TransferOutcome::Failed(Unreached::NoAnswer)));
    assert_eq!(released(&outputs), [ben()]);
    assert_eq!(holder(world.call.floor().0), Some(&ann()));
    assert_eq!(released(&world.answers()), [ben()], "too late");
}

#[test]
fn a_blind_transfer_that_fails_after_its_author_left_comes_back_to_the_assistant() {
    let mut world = World::with_ann(true);
    world.begins(TransferKind::Blind);
    world.does(Input::PersonGone { who: ann() });
    assert_eq!(world.sound, Some(Heard::Ringback), "it goes on without her");
    let outputs = world.does(unreached(Unreached::Busy));
    assert!(outputs.contains(&Output::AssistantRescues { lost: "Ann".into() }), "{outputs:?}");
    assert_eq!((world.sound, world.call.floor().0), (None, &Floor::Assistant));
    assert_eq!(world.customer_is_with().0, [ASSISTANT]);
}

#[test]
fn with_nobody_left_the_customer_hears_music_and_somebody_is_to_be_found() {
    let mut world = World::with_ann(false);
    world.begins(TransferKind::Blind);
    world.does(Input::PersonGone { who: ann() });
    let outputs = world.does(unreached(Unreached::Declined));
    assert!(outputs.contains(&Output::CustomerAlone { lost: "Ann".into() }), "{outputs:?}");
    assert_eq!((world.sound, world.call.floor().0), (Some(Heard::HoldMusic), &Floor::Nobody));
    assert!(!world.call.is_over());
    let version = world.call.floor().1;
    world.does(Input::TakeOver { who: ben(), name: "Ben".into(), version });
    world.answers();
    assert_eq!((world.sound, world.customer_is_with().0), (None, vec![BEN]));
}

#[test]
fn who_is_consulted_and_the_customer_do_not_hear_each_other() {
    let mut world = World::with_ann(true);
    let outputs = world.begins(TransferKind::Consult);
    assert_eq!((world.sound, holder(world.call.floor().0)), (Some(Heard::HoldMusic), Some(&ann())));
    assert_eq!(world.customer_is_with(), (vec![], vec![]));
    assert!(outputs.contains(&Output::PersonHears { who: ann(), sound: Some(Heard::Ringback) }));
    let outputs = world.answers();
    assert!(outputs.contains(&Output::PersonHears { who: ann(), sound: None }));
    assert!(world.hears(ANN, BEN) && world.hears(BEN, ANN));
    assert_eq!(world.customer_is_with(), (vec![], vec![]));
    assert_eq!(world.sound, Some(Heard::HoldMusic));

    let outputs = world.does(Input::Swap { by: ann() });
    assert_eq!((world.sound, world.customer_is_with()), (None, (vec![ANN], vec![ANN])));
    assert!(!world.hears(ANN, BEN) && !world.hears(BEN, ANN) && !world.hears(BEN, CUSTOMER));
    assert!(outputs.contains(&Output::PersonHears { who: ben(), sound: Some(Heard::HoldMusic) }));

    world.does(Input::Swap { by: ann() });
    assert_eq!(world.customer_is_with(), (vec![], vec![]));
    world.does(Input::ThreeWay { by: ann() });
    assert_eq!((world.sound, world.customer_is_with()), (None, (vec![ANN, BEN], vec![ANN, BEN])));
    assert!(world.hears(ANN, BEN) && world.hears(BEN, ANN));

    let outputs = world.does(Input::CompleteTransfer { by: ann() });
    assert_eq!(outcome(&outputs), Some(TransferOutcome::Completed));
    let told = outputs.iter().position(|o| matches!(o, Output::TransferEnded { .. })).expect("told");
    let cleared = outputs.iter().position(|o| matches!(o, Output::Release { .. })).expect("cleared");
    assert!(told < cleared, "her phone is told before it is hung up on");
    assert_eq!(world.customer_is_with(), (vec![BEN], vec![BEN]));
    assert_eq!(holder(world.call.floor().0), Some(&ben()));
}

#[test]
fn who_watches_is_told_every_step_once() {
    let mut world = World::with_ann(true);
    let steps = |outputs: Vec<Output>| -> Vec<(TransferStep, bool)> {
        let step = |output| match output {
            Output::TransferChanged(report) => Some((report.step, report.held)),
            _ => None,
        };
        outputs.into_iter().filter_map(step).collect()
    };
    assert_eq!(steps(world.begins(TransferKind::Consult)), [(TransferStep::Calling, true)]);
    assert_eq!(steps(world.does(Input::PersonRinging { who: ben() })), []);
    assert_eq!(steps(world.answers()), [(TransferStep::Consulting, true)]);
    assert_eq!(steps(world.does(Input::Swap { by: ann() })), [(TransferStep::Swapped, false)]);
    assert_eq!(steps(world.does(Input::ThreeWay { by: ann() })), [(TransferStep::ThreeWay, false)]);
    assert_eq!(steps(world.does(Input::AbandonTransfer { by: ann() })), []);
    assert_eq!(steps(world.begins(TransferKind::Blind)), [(TransferStep::Ringing, false)]);
}

#[test]
fn a_supervisor_hears_the_consultation_and_not_the_customer_meanwhile() {
    let mut world = World::with_ann(true);
    let (eve, leg) = (PersonRef::User("user_eve".into()), LegId(9));
    world.does(Input::Supervise { who: eve.clone(), name: "Eve".into(), mode: Mode::Listen });
    world.does(Input::PersonUp { who: eve, leg });
    world.begins(TransferKind::Consult);
    world.answers();
    assert!(world.hears(leg, ANN) && world.hears(leg, BEN));
    assert!(!world.hears(leg, CUSTOMER) && !world.hears(ANN, leg));
}

#[test]
fn a_consultation_that_comes_to_nothing_gives_the_customer_back() {
    for input in [
        unreached(Unreached::Busy),
        unreached(Unreached::Declined),
        Input::PersonGone { who: ben() },
        Input::Leave { who: ben() },
        Input::AbandonTransfer { by: ann() },
    ] {
        for (answered, swapped) in [(false, false), (true, false), (true, true)] {
            let mut world = World::with_ann(true);
            world.begins(TransferKind::Consult);
            if answered {
                world.answers();
            }
            if swapped {
                world.does(Input::Swap { by: ann() });
            }
            let outputs = world.does(input.clone());
            assert!(outcome(&outputs).is_some_and(|o| o != TransferOutcome::Completed), "{input:?}");
            assert_eq!(world.sound, None);
            assert_eq!(world.customer_is_with(), (vec![ANN], vec![ANN]), "{input:?}");
            assert_eq!(world.call.people().count(), 1);
        }
    }
}

#[test]
fn completing_before_the_answer_goes_on_as_a_blind_transfer() {
    let mut world = World::with_ann(false);
    world.begins(TransferKind::Consult);
    world.does(Input::CompleteTransfer { by: ann() });
    assert_eq!((world.sound, world.call.floor().0), (Some(Heard::Ringback), &Floor::Bridging));
    assert_eq!(outcome(&world.answers()), Some(TransferOutcome::Completed));
}

#[test]
fn who_is_lost_while_consulting_leaves_the_customer_with_the_consulted() {
    for three_way in [false, true] {
        let mut world = World::with_ann(true);
        world.begins(TransferKind::Consult);
        world.answers();
        if three_way {
            world.does(Input::ThreeWay { by: ann() });
        }
        let outputs = world.does(Input::PersonGone { who: ann() });
        assert_eq!(outcome(&outputs), Some(TransferOutcome::Completed));
        assert_eq!((world.sound, holder(world.call.floor().0)), (None, Some(&ben())));
        assert_eq!(world.customer_is_with(), (vec![BEN], vec![BEN]));
    }
    let mut world = World::with_ann(true);
    world.begins(TransferKind::Consult);
    world.does(Input::PersonGone { who: ann() });
    assert_eq!(world.sound, Some(Heard::Ringback), "not heard to answer yet: the customer waits");
    world.answers();
    assert_eq!(holder(world.call.floor().0), Some(&ben()));
}

#[test]
fn a_customer_who_hangs_up_in_the_middle_ends_it_for_all() {
    for kind in [TransferKind::Blind, TransferKind::Consult] {
        let mut world = World::with_ann(true);
        world.begins(kind);
        let outputs = world.does(Input::CustomerGone);
        assert_eq!(outcome(&outputs), Some(TransferOutcome::CallOver));
        assert_eq!(released(&outputs), [ann(), ben()]);
        assert_eq!(outputs.last(), Some(&Output::Over { by: EndedBy::Customer }));
    }
}

#[test]
fn who_takes_over_ends_the_transfer() {
    for kind in [TransferKind::Blind, TransferKind::Consult] {
        let mut world = World::with_ann(true);
        world.begins(kind);
        let eve = PersonRef::User("user_eve".into());
        let version = world.call.floor().1;
        let outputs = world.does(Input::TakeOver { who: eve.clone(), name: "Eve".into(), version });
        assert_eq!(outcome(&outputs), Some(TransferOutcome::Abandoned));
        assert_eq!(released(&outputs), [ben()]);
        assert_eq!((world.sound, holder(world.call.floor().0)), (None, Some(&eve)));
    }
    let mut world = World::with_ann(true);
    world.begins(TransferKind::Consult);
    world.answers();
    let version = world.call.floor().1;
    let outputs = world.does(Input::HandBack { who: ann(), version, note: None });
    assert_eq!((outcome(&outputs), released(&outputs)), (Some(TransferOutcome::Abandoned), vec![ben()]));
    assert_eq!(world.customer_is_with().0, [ASSISTANT]);
}

#[test]
fn one_who_listened_before_listens_again_when_it_comes_to_nothing() {
    let mut world = World::with_ann(true);
    world.does(Input::Supervise { who: ben(), name: "Ben".into(), mode: Mode::Listen });
    world.answers();
    let outputs = world.begins(TransferKind::Consult);
    assert!(!outputs.contains(&Output::Ring { who: ben() }), "he is there already");
    assert!(world.hears(ANN, BEN));
    let outputs = world.does(Input::AbandonTransfer { by: ann() });
    assert_eq!(released(&outputs), []);
    assert!(world.hears(BEN, CUSTOMER) && !world.hears(ANN, BEN));
    let outputs = world.begins(TransferKind::Blind);
    assert_eq!(outcome(&outputs), Some(TransferOutcome::Completed), "at once");
}

#[test]
fn only_who_holds_the_floor_transfers_and_only_who_began_it_goes_on() {
    let mut world = World::with_ann(true);
    let refused = |world: &mut World, input: Input| {
        let refusal = world.call.handle(world.now, input).expect_err("refused");
        assert!(world.drain().is_empty());
        refusal
    };
    let by_ben = Input::TransferBy { by: ben(), to: ann(), name: "Ann".into(), kind: TransferKind::Blind };
    assert_eq!(refused(&mut world, by_ben.clone()), Refusal::NotHolder);
    let to_self = Input::TransferBy { by: ann(), to: ann(), name: "Ann".into(), kind: TransferKind::Blind };
    assert_eq!(refused(&mut world, to_self), Refusal::NotHolder);
    assert_eq!(refused(&mut world, Input::CompleteTransfer { by: ann() }), Refusal::NoTransfer);
    world.begins(TransferKind::Consult);
    assert_eq!(refused(&mut world, by_ben), Refusal::TransferUnderWay);
    for input in
        [Input::CompleteTransfer { by: ben() }, Input::Swap { by: ben() }, Input::ThreeWay { by: ben() }]
    {
        assert_eq!(refused(&mut world, input), Refusal::NotHolder);
    }
    assert_eq!(
        refused(&mut world, Input::ThreeWay { by: ann() }),
        Refusal::NoTransfer,
        "nobody is there yet"
    );
    let listens = Input::Supervise { who: ben(), name: "Ben".into(), mode: Mode::Listen };
    assert_eq!(refused(&mut world, listens), Refusal::TransferUnderWay);
}

/// Anything that people, phones and the customer may do, at any time.
fn anything() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0_u8..24, 1..40)
}

fn input(step: u8, version: u64) -> Input {
    let by = if step.is_multiple_of(2) { ann() } else { ben() };
    let other = if step.is_multiple_of(2) { ben() } else { ann() };
    let leg = if by == ann() { ANN } else { BEN };
    let why =
        [Unreached::Busy, Unreached::NoAnswer, Unreached::Declined, Unreached::Lost][usize::from(step) % 4];
    match step / 2 {
        0 => Input::TransferBy { by, to: other, name: "x".into(), kind: TransferKind::Blind },
        1 => Input::TransferBy { by, to: other, name: "x".into(), kind: TransferKind::Consult },
        2 => Input::CompleteTransfer { by },
        3 => Input::AbandonTransfer { by },
        4 => Input::Swap { by },
        5 => Input::ThreeWay { by },
        6 => Input::PersonUp { who: by, leg },
        7 => Input::PersonUnreached { who: by, why },
        8 => Input::PersonGone { who: by },
        9 => Input::Leave { who: by },
        10 => Input::TakeOver { who: by, name: "x".into(), version },
        _ => Input::Supervise { who: by, name: "x".into(), mode: Mode::Listen },
    }
}

proptest! {
    #[test]
    fn the_customer_is_never_in_unexplained_silence(steps in anything(), assistant: bool) {
        let mut world = World::with_ann(assistant);
        for step in steps {
            let before = world.call.floor().1;
            let _ = world.call.handle(world.now, input(step, before));
            let outputs = world.drain();
            prop_assert!(world.call.floor().1 >= before);
            if world.call.is_over() {
                let last_is_over = matches!(outputs.last(), Some(Output::Over { .. }));
                prop_assert!(last_is_over);
                prop_assert!(world.call.handle(world.now, Input::Ringing).is_err());
                break;
            }
            let (heard, hearing) = world.customer_is_with();
            // Who takes the floor by their own wish is at their phone: it is connected at once.
            let coming = world.call.people().any(|(who, _, mode, leg)| {
                leg.is_none() && mode == Mode::Floor && holder(world.call.floor().0) == Some(who)
            });
            prop_assert!(!heard.is_empty() || world.sound.is_some() || coming, "{:?}", world.call);
            if world.sound.is_some() {
                prop_assert!(heard.is_empty(), "a sound and people at once: {:?}", world.call);
            }
            if world.sound == Some(Heard::HoldMusic) && *world.call.floor().0 != Floor::Nobody {
                prop_assert!(hearing.is_empty(), "the customer on hold is not overheard");
            }
        }
    }
}
