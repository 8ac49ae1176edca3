//! The floor changes hands, and the customer is never left alone.

use std::time::{Duration, Instant};

use tandem_call::{CallMachine, EndedBy, Floor, Input, Mode, Output, PersonRef, Refusal};
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

struct World {
    call: CallMachine,
    now: Instant,
}

impl World {
    fn answered() -> Self {
        let mut world = Self { call: CallMachine::new(CUSTOMER, Some(ASSISTANT)), now: Instant::now() };
        world.does(Input::Answered);
        world
    }

    fn does(&mut self, input: Input) -> Vec<Output> {
        self.call.handle(self.now, input).expect("accepted");
        self.drain()
    }

    fn drain(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.call.poll_output()).collect()
    }

    fn take_over(&mut self, who: PersonRef, name: &str, version: u64) -> Vec<Output> {
        self.does(Input::TakeOver { who, name: name.into(), version })
    }
}

fn hearing(outputs: &[Output]) -> Vec<(LegId, LegId)> {
    outputs
        .iter()
        .rev()
        .find_map(|o| if let Output::Hearing(pairs) = o { Some(pairs.clone()) } else { None })
        .expect("the matrix changed")
}

#[test]
fn an_answered_call_begins_with_the_assistant_on_the_floor() {
    let mut call = CallMachine::new(CUSTOMER, Some(ASSISTANT));
    call.handle(Instant::now(), Input::Answered).expect("accepted");
    let outputs: Vec<_> = std::iter::from_fn(|| call.poll_output()).collect();
    assert!(outputs.contains(&Output::AssistantStarts));
    assert_eq!(hearing(&outputs), vec![(CUSTOMER, ASSISTANT)]);
    assert_eq!(call.floor(), (&Floor::Assistant, 1));
}

#[test]
fn taking_over_silences_the_assistant_before_the_phone_has_answered() {
    let mut world = World::answered();
    let outputs = world.take_over(ann(), "Ann", 1);
    let silent = outputs.iter().position(|o| matches!(o, Output::AssistantSilent { .. })).expect("silenced");
    let fetch = outputs.iter().position(|o| matches!(o, Output::Fetch { .. })).expect("fetched");
    assert!(silent < fetch);
    assert_eq!(hearing(&outputs), vec![], "the customer hears nobody until the phone is up");

    let outputs = world.does(Input::PersonUp { who: ann(), leg: ANN });
    assert_eq!(hearing(&outputs), vec![(CUSTOMER, ANN), (ANN, CUSTOMER)]);
}

#[test]
fn of_two_who_take_over_at_once_one_wins_and_the_other_is_told_who() {
    let mut world = World::answered();
    world.take_over(ann(), "Ann", 1);
    let refused =
        world.call.handle(world.now, Input::TakeOver { who: ben(), name: "Ben".into(), version: 1 });
    assert_eq!(
        refused,
        Err(Refusal::FloorTaken { floor: Floor::Person { who: ann(), name: "Ann".into() }, version: 2 })
    );
    assert!(world.drain().is_empty(), "a refusal changes nothing");
}

#[test]
fn handing_back_leaves_the_person_listening_and_tells_the_assistant() {
    let mut world = World::answered();
    world.take_over(ann(), "Ann", 1);
    world.does(Input::PersonUp { who: ann(), leg: ANN });
    let outputs = world.does(Input::HandBack { who: ann(), version: 2, note: Some("fee waived".into()) });
    assert!(
        outputs.contains(&Output::AssistantGoesOn { after: "Ann".into(), note: Some("fee waived".into()) })
    );
    assert_eq!(hearing(&outputs), vec![(CUSTOMER, ASSISTANT), (ANN, CUSTOMER), (ANN, ASSISTANT)]);
}

#[test]
fn only_the_holder_hands_back() {
    let mut world = World::answered();
    world.take_over(ann(), "Ann", 1);
    let refused = world.call.handle(world.now, Input::HandBack { who: ben(), version: 2, note: None });
    assert_eq!(refused, Err(Refusal::NotHolder));
}

#[test]
fn when_the_holders_leg_dies_the_assistant_resumes() {
    let mut world = World::answered();
    world.take_over(ann(), "Ann", 1);
    world.does(Input::PersonUp { who: ann(), leg: ANN });
    let outputs = world.does(Input::PersonGone { who: ann() });
    assert!(outputs.contains(&Output::AssistantRescues { lost: "Ann".into() }));
    assert_eq!(world.call.floor(), (&Floor::Assistant, 3));
    assert_eq!(hearing(&outputs), vec![(CUSTOMER, ASSISTANT)]);
}

#[test]
fn a_phone_that_never_answers_gives_the_floor_back_when_patience_ends() {
    let mut world = World::answered();
    world.take_over(ann(), "Ann", 1);
    let (deadline, _) = world.call.next_deadline().expect("a deadline holds the floor");
    assert!(deadline > world.now + Duration::from_secs(5));
    world.call.tick(deadline);
    let outputs = world.drain();
    assert!(outputs.contains(&Output::AssistantRescues { lost: "Ann".into() }));
    assert!(outputs.contains(&Output::Release { who: ann(), leg: None }));
}

#[test]
fn a_second_takeover_demotes_the_first_holder() {
    let mut world = World::answered();
    world.take_over(ann(), "Ann", 1);
    world.does(Input::PersonUp { who: ann(), leg: ANN });
    world.take_over(ben(), "Ben", 2);
    let outputs = world.does(Input::PersonUp { who: ben(), leg: BEN });
    assert_eq!(hearing(&outputs), vec![(CUSTOMER, BEN), (ANN, CUSTOMER), (ANN, BEN), (BEN, CUSTOMER)]);
}

#[test]
fn listening_whispering_and_barging_are_three_rows_of_one_matrix() {
    let mut world = World::answered();
    for (mode, heard_by_customer) in [(Mode::Listen, false), (Mode::Whisper, false), (Mode::Barge, true)] {
        world.does(Input::Supervise { who: ann(), name: "Ann".into(), mode });
        let outputs = world.does(Input::PersonUp { who: ann(), leg: ANN });
        let pairs = hearing(&outputs);
        assert_eq!(pairs.contains(&(CUSTOMER, ANN)), heard_by_customer, "{mode:?}");
        assert!(pairs.contains(&(ANN, CUSTOMER)) && pairs.contains(&(ANN, ASSISTANT)), "{mode:?}");
        world.does(Input::Leave { who: ann() });
    }
}

#[test]
fn a_whisper_reaches_our_side_and_not_the_customer() {
    let mut world = World::answered();
    world.take_over(ben(), "Ben", 1);
    world.does(Input::PersonUp { who: ben(), leg: BEN });
    world.does(Input::Supervise { who: ann(), name: "Ann".into(), mode: Mode::Whisper });
    let pairs = hearing(&world.does(Input::PersonUp { who: ann(), leg: ANN }));
    assert!(pairs.contains(&(BEN, ANN)) && !pairs.contains(&(CUSTOMER, ANN)));
}

#[test]
fn a_transfer_bridges_until_the_person_is_there_and_has_a_way_back() {
    let mut world = World::answered();
    let outputs = world.does(Input::Transfer { who: ann(), name: "Ann".into() });
    assert!(outputs.contains(&Output::Fetch { who: ann() }));
    assert_eq!(world.call.floor().0, &Floor::Bridging);
    let outputs = world.does(Input::PersonFailed { who: ann() });
    assert!(outputs.contains(&Output::TransferFailed));
    assert_eq!(world.call.floor().0, &Floor::Assistant);

    world.does(Input::Transfer { who: ann(), name: "Ann".into() });
    let outputs = world.does(Input::PersonUp { who: ann(), leg: ANN });
    assert!(outputs.contains(&Output::AssistantSilent { for_whom: "Ann".into() }));
    assert_eq!(world.call.floor().0, &Floor::Person { who: ann(), name: "Ann".into() });
}

#[test]
fn taking_over_during_a_transfer_to_oneself_keeps_the_ringing_phone() {
    let mut world = World::answered();
    world.does(Input::Transfer { who: ann(), name: "Ann".into() });
    let outputs = world.take_over(ann(), "Ann", 2);
    assert!(
        !outputs.iter().any(|o| matches!(o, Output::Release { .. } | Output::Fetch { .. })),
        "{outputs:?}"
    );
}

#[test]
fn the_end_releases_everyone_and_nothing_follows() {
    let mut world = World::answered();
    world.does(Input::Supervise { who: ann(), name: "Ann".into(), mode: Mode::Listen });
    world.does(Input::PersonUp { who: ann(), leg: ANN });
    let outputs = world.does(Input::End { by: EndedBy::Person("Ann".into()) });
    assert!(outputs.contains(&Output::ClearCustomer));
    assert!(outputs.contains(&Output::Release { who: ann(), leg: Some(ANN) }));
    assert_eq!(outputs.last(), Some(&Output::Over { by: EndedBy::Person("Ann".into()) }));
    assert_eq!(world.call.handle(world.now, Input::Answered), Err(Refusal::NotInProgress));
    assert!(world.call.next_deadline().is_none());
}

#[test]
fn a_leg_that_comes_up_after_its_person_left_is_released() {
    let mut world = World::answered();
    world.does(Input::Supervise { who: ann(), name: "Ann".into(), mode: Mode::Listen });
    world.does(Input::Leave { who: ann() });
    let outputs = world.does(Input::PersonUp { who: ann(), leg: ANN });
    assert_eq!(outputs, vec![Output::Release { who: ann(), leg: Some(ANN) }]);
}

/// An answered call without an assistant, on a route.
fn routed() -> World {
    let mut world = World { call: CallMachine::new(CUSTOMER, None), now: Instant::now() };
    assert_eq!(world.does(Input::Answered), []);
    world
}

#[test]
fn an_assistant_joins_a_caller_who_is_with_nobody_only() {
    let mut world = routed();
    let outputs = world.does(Input::AssistantJoins { leg: ASSISTANT });
    assert!(outputs.contains(&Output::AssistantStarts));
    assert_eq!(hearing(&outputs), [(CUSTOMER, ASSISTANT)]);
    // From here on it is a call like any other: the floor can be taken and handed back.
    let (_, version) = world.call.floor();
    world.take_over(ann(), "Ann", version);
    world.does(Input::PersonUp { who: ann(), leg: ANN });
    let (_, version) = world.call.floor();
    let back = world.does(Input::HandBack { who: ann(), version, note: None });
    assert!(back.iter().any(|output| matches!(output, Output::AssistantGoesOn { .. })));

    let mut world = routed();
    world.take_over(ann(), "Ann", 0);
    let refused = world.call.handle(world.now, Input::AssistantJoins { leg: ASSISTANT });
    assert!(matches!(refused, Err(Refusal::FloorTaken { .. })));
}

#[test]
fn whom_a_route_cannot_reach_leaves_the_call_on_its_route() {
    let mut world = routed();
    let fetched = world.does(Input::Connect { who: ann(), name: "Ann".into() });
    assert!(fetched.contains(&Output::Fetch { who: ann() }));
    let lost = world.does(Input::PersonGone { who: ann() });
    assert!(lost.contains(&Output::Unreachable) && !world.call.is_over());
    assert_eq!(world.call.floor().0, &Floor::Nobody);

    // The next one rings too long.
    world.does(Input::Connect { who: ben(), name: "Ben".into() });
    let (at, _) = world.call.next_deadline().expect("a limit");
    world.call.tick(at);
    let late = world.drain();
    assert!(late.contains(&Output::Release { who: ben(), leg: None }) && late.contains(&Output::Unreachable));
}

#[test]
fn whom_a_route_has_reached_ends_the_call_by_leaving_it() {
    let mut world = routed();
    world.does(Input::Connect { who: ann(), name: "Ann".into() });
    let up = world.does(Input::PersonUp { who: ann(), leg: ANN });
    assert_eq!(hearing(&up), [(CUSTOMER, ANN), (ANN, CUSTOMER)]);
    let gone = world.does(Input::PersonGone { who: ann() });
    assert!(gone.contains(&Output::Over { by: EndedBy::Person("Ann".into()) }), "{gone:?}");
}
