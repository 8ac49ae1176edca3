//! A customer who waits is held out to people, and one of them has them in the end.

use std::time::Instant;

use tandem_call::{CallMachine, EndedBy, Floor, Input, Mode, Output, PersonRef, Refusal};
use tandem_foundation::LegId;

const CUSTOMER: LegId = LegId(1);
const ASSISTANT: LegId = LegId(2);
const ANN: LegId = LegId(3);
const BEN: LegId = LegId(4);

struct World {
    call: CallMachine,
    /// The last matrix that came out.
    hearing: Vec<(LegId, LegId)>,
}

fn person(name: &str) -> PersonRef {
    PersonRef::User(format!("user_{name}").into())
}

impl World {
    fn new(assistant: Option<LegId>) -> Self {
        let mut world = Self { call: CallMachine::new(CUSTOMER, assistant), hearing: Vec::new() };
        world.does(Input::Answered);
        world
    }

    fn does(&mut self, input: Input) -> Vec<Output> {
        self.call.handle(Instant::now(), input).expect("accepted");
        let outputs: Vec<_> = std::iter::from_fn(|| self.call.poll_output()).collect();
        for output in &outputs {
            if let Output::Hearing(pairs) = output {
                self.hearing.clone_from(pairs);
            }
        }
        outputs
    }

    fn offer(&mut self, name: &str) -> Vec<Output> {
        self.does(Input::Offer { who: person(name), name: name.into() })
    }

    fn has(&mut self, name: &str, leg: LegId) {
        self.offer(name);
        self.does(Input::PersonUp { who: person(name), leg });
        self.does(Input::Granted { who: person(name) });
    }
}

#[test]
fn who_answers_is_not_heard_before_the_customer_is_theirs() {
    let mut world = World::new(None);
    assert_eq!(world.offer("ann"), [Output::Ring { who: person("ann") }]);
    let up = world.does(Input::PersonUp { who: person("ann"), leg: ANN });
    assert_eq!(up, [Output::OfferAnswered { who: person("ann") }]);
    assert_eq!(world.hearing, []);
    world.does(Input::Granted { who: person("ann") });
    assert_eq!(world.hearing, [(CUSTOMER, ANN), (ANN, CUSTOMER)]);
    assert!(matches!(world.call.floor().0, Floor::Person { name, .. } if name == "ann"));
}

#[test]
fn of_two_who_answer_one_has_the_customer_and_the_other_is_released() {
    let mut world = World::new(None);
    for (name, leg) in [("ann", ANN), ("ben", BEN)] {
        world.offer(name);
        world.does(Input::PersonUp { who: person(name), leg });
    }
    world.does(Input::Granted { who: person("ben") });
    let gone = world.does(Input::Withdraw { who: person("ann") });
    assert_eq!(gone, [Output::Release { who: person("ann"), leg: Some(ANN) }]);
    assert_eq!(world.hearing, [(CUSTOMER, BEN), (BEN, CUSTOMER)]);
}

#[test]
fn the_assistant_keeps_company_until_somebody_has_the_customer() {
    let mut world = World::new(Some(ASSISTANT));
    world.offer("ann");
    assert_eq!(world.call.floor().0, &Floor::Assistant);
    world.does(Input::PersonUp { who: person("ann"), leg: ANN });
    assert_eq!(world.hearing, [(CUSTOMER, ASSISTANT)], "an agent who is asked hears nothing of it yet");
    let granted = world.does(Input::Granted { who: person("ann") });
    assert!(granted.contains(&Output::AssistantSilent { for_whom: "ann".into() }));
    let ended = world.does(Input::PersonGone { who: person("ann") });
    assert!(
        ended.contains(&Output::Over { by: EndedBy::Person("ann".into()) }),
        "an agent who hangs up means it, {ended:?}"
    );
}

#[test]
fn an_offer_that_comes_to_nothing_changes_nothing_for_the_customer() {
    let mut world = World::new(Some(ASSISTANT));
    let before = world.call.floor().1;
    world.offer("ann");
    let failed = world.does(Input::PersonGone { who: person("ann") });
    assert_eq!(failed, [Output::OfferFailed { who: person("ann") }]);
    world.offer("ann");
    let taken_back = world.does(Input::Withdraw { who: person("ann") });
    assert_eq!(taken_back, [Output::Release { who: person("ann"), leg: None }]);
    assert_eq!(world.call.floor().1, before);
    assert_eq!(world.call.people().count(), 0);
}

#[test]
fn who_takes_part_already_is_not_offered_the_call() {
    let mut world = World::new(Some(ASSISTANT));
    world.does(Input::Supervise { who: person("ann"), name: "ann".into(), mode: Mode::Listen });
    let refused = world.call.handle(Instant::now(), Input::Offer { who: person("ann"), name: "ann".into() });
    assert_eq!(refused, Err(Refusal::AlreadyThere));
}

#[test]
fn a_lost_agent_leaves_the_customer_to_be_put_back_not_hung_up() {
    let mut world = World::new(None);
    world.has("ann", ANN);
    let lost = world.does(Input::PersonFailed { who: person("ann") });
    assert!(lost.contains(&Output::CustomerAlone { lost: "ann".into() }), "{lost:?}");
    assert!(!world.call.is_over());
    world.has("ben", BEN);
    assert_eq!(world.hearing, [(CUSTOMER, BEN), (BEN, CUSTOMER)]);
}

#[test]
fn the_end_of_the_call_stops_every_phone_that_rings() {
    let mut world = World::new(None);
    world.offer("ann");
    world.offer("ben");
    let ended = world.does(Input::CustomerGone);
    for name in ["ann", "ben"] {
        assert!(ended.contains(&Output::Release { who: person(name), leg: None }));
    }
    assert!(
        !ended.iter().any(|output| matches!(output, Output::Supervision { .. })),
        "they were never in it"
    );
}

#[test]
fn an_assistant_may_join_a_call_that_waits() {
    let mut world = World::new(None);
    let joined = world.does(Input::AssistantJoins { leg: ASSISTANT });
    assert!(joined.contains(&Output::AssistantStarts));
    assert_eq!(world.hearing, [(CUSTOMER, ASSISTANT)]);
    let again = world.call.handle(Instant::now(), Input::AssistantJoins { leg: ASSISTANT });
    assert_eq!(again, Err(Refusal::AlreadyThere));
}

#[test]
fn somebody_takes_a_callback_before_the_customer_is_called_and_both_hear_each_other_when_they_are_there() {
    let mut world = World { call: CallMachine::people_first(CUSTOMER), hearing: Vec::new() };
    world.has("ann", ANN);
    assert!(matches!(world.call.floor().0, Floor::Person { .. }));
    assert_eq!(world.hearing, [], "nobody else is there");
    world.does(Input::Answered);
    assert_eq!(world.hearing, [(CUSTOMER, ANN), (ANN, CUSTOMER)]);
    let over = world.does(Input::PersonGone { who: person("ann") });
    assert!(over.contains(&Output::Over { by: EndedBy::Person("ann".into()) }));
}

#[test]
fn a_callback_whose_customer_does_not_answer_frees_who_took_it() {
    let mut world = World { call: CallMachine::people_first(CUSTOMER), hearing: Vec::new() };
    world.has("ann", ANN);
    let over = world.does(Input::Failed { code: 486 });
    assert!(over.contains(&Output::Release { who: person("ann"), leg: Some(ANN) }));
    assert!(over.contains(&Output::Over { by: EndedBy::Unreached(486) }));
    // Nobody is asked to take a customer of whom nobody knows whether they will answer.
    let mut other = CallMachine::new(CUSTOMER, None);
    let offer = Input::Offer { who: person("ann"), name: "ann".into() };
    assert_eq!(other.handle(Instant::now(), offer), Err(Refusal::NotInProgress));
}

#[test]
fn who_leaves_the_customer_to_a_queue_or_an_assistant_is_free_and_nobody_else_may() {
    let mut world = World::new(None);
    world.has("ann", ANN);
    let by = || person("ben");
    assert_eq!(world.call.handle(Instant::now(), Input::LeaveToQueue { by: by() }), Err(Refusal::NotHolder));
    let left = world.does(Input::LeaveToQueue { by: person("ann") });
    assert_eq!(*world.call.floor().0, Floor::Nobody);
    assert!(left.contains(&Output::Release { who: person("ann"), leg: Some(ANN) }));
    assert_eq!(world.hearing, []);
    world.has("ben", BEN);
    let left = world.does(Input::LeaveToAssistant { by: by(), leg: ASSISTANT });
    assert_eq!(*world.call.floor().0, Floor::Assistant);
    assert!(left.contains(&Output::AssistantStarts));
    assert_eq!(world.hearing, [(CUSTOMER, ASSISTANT)]);
}
