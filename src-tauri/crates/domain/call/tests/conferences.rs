//! A call in a conference: who hears the room, and who has the customer when it is out again.

use std::time::Instant;

use tandem_call::{CallMachine, Floor, Input, Mode, Output, PersonRef, Refusal, TransferKind};
use tandem_foundation::LegId;

const CUSTOMER: LegId = LegId(1);
const ASSISTANT: LegId = LegId(2);
const ANN: LegId = LegId(3);
const BEN: LegId = LegId(4);
const BRIDGE: LegId = LegId(9);

fn person(name: &str) -> PersonRef {
    PersonRef::User(format!("user_{name}").into())
}

fn call(assistant: Option<LegId>) -> CallMachine {
    let mut call = CallMachine::new(CUSTOMER, assistant);
    does(&mut call, Input::Answered);
    call
}

fn does(call: &mut CallMachine, input: Input) -> Vec<Output> {
    call.handle(Instant::now(), input).expect("accepted");
    std::iter::from_fn(|| call.poll_output()).collect()
}

fn bridged() -> Input {
    Input::Bridged { leg: BRIDGE, name: "standup".into() }
}

fn hearing(outputs: &[Output]) -> Vec<(LegId, LegId)> {
    let last = outputs.iter().rev().find_map(|output| match output {
        Output::Hearing(pairs) => Some(pairs.clone()),
        _ => None,
    });
    last.expect("the matrix changed")
}

fn held_by_ann(assistant: Option<LegId>) -> CallMachine {
    let mut call = call(assistant);
    let version = call.floor().1;
    does(&mut call, Input::TakeOver { who: person("ann"), name: "Ann".into(), version });
    does(&mut call, Input::PersonUp { who: person("ann"), leg: ANN });
    call
}

#[test]
fn a_customer_alone_and_the_room_hear_each_other() {
    let mut call = call(None);
    assert_eq!(hearing(&does(&mut call, bridged())), [(CUSTOMER, BRIDGE), (BRIDGE, CUSTOMER)]);
    assert_eq!(call.conference(), Some("standup"));
    assert_eq!(call.handle(Instant::now(), bridged()), Err(Refusal::AlreadyThere));
    assert!(hearing(&does(&mut call, Input::Unbridged)).is_empty());
}

#[test]
fn the_assistant_is_silent_in_it_and_goes_on_after_it() {
    let mut call = call(Some(ASSISTANT));
    let into = does(&mut call, bridged());
    assert_eq!(into[0], Output::AssistantSilent { for_whom: "standup".into() });
    assert_eq!(*call.floor().0, Floor::Nobody);
    assert!(hearing(&into).iter().all(|(_, speaker)| *speaker != ASSISTANT));
    let out = does(&mut call, Input::Unbridged);
    assert!(out.contains(&Output::AssistantGoesOn { after: "standup".into(), note: None }), "{out:?}");
    assert_eq!(*call.floor().0, Floor::Assistant);
}

#[test]
fn the_room_hears_who_holds_the_floor_but_no_whisper() {
    let mut call = held_by_ann(None);
    does(&mut call, Input::Supervise { who: person("ben"), name: "Ben".into(), mode: Mode::Whisper });
    does(&mut call, Input::PersonUp { who: person("ben"), leg: BEN });
    let pairs = hearing(&does(&mut call, bridged()));
    assert!(pairs.contains(&(BRIDGE, ANN)) && pairs.contains(&(ANN, BRIDGE)));
    assert!(pairs.contains(&(BEN, BRIDGE)), "a supervisor hears the room");
    assert!(!pairs.contains(&(BRIDGE, BEN)), "and whispers to their own side alone");
}

#[test]
fn who_put_the_call_into_it_may_go() {
    let mut call = held_by_ann(None);
    does(&mut call, bridged());
    let gone = does(&mut call, Input::PersonGone { who: person("ann") });
    assert!(!call.is_over());
    assert_eq!(*call.floor().0, Floor::Nobody);
    assert_eq!(hearing(&gone), [(CUSTOMER, BRIDGE), (BRIDGE, CUSTOMER)]);
}

#[test]
fn what_is_said_in_private_is_not_for_the_room() {
    let mut call = held_by_ann(None);
    does(&mut call, bridged());
    let (by, to) = (person("ann"), person("ben"));
    does(&mut call, Input::TransferBy { by, to, name: "Ben".into(), kind: TransferKind::Consult });
    let private = hearing(&does(&mut call, Input::PersonUp { who: person("ben"), leg: BEN }));
    assert_eq!(private, [(ANN, BEN), (BEN, ANN)]);
}

#[test]
fn a_call_that_is_being_transferred_joins_nothing() {
    let mut call = held_by_ann(None);
    let (by, to) = (person("ann"), person("ben"));
    does(&mut call, Input::TransferBy { by, to, name: "Ben".into(), kind: TransferKind::Blind });
    assert_eq!(call.handle(Instant::now(), bridged()), Err(Refusal::TransferUnderWay));
}
