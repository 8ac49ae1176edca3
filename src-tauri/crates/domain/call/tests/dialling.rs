//! Somebody of ours calls the customer, and has them in hand: ringing, hold, and another phone.

use std::time::{Duration, Instant};

use tandem_call::{
    CallMachine, EndedBy, Floor, Heard, Input, Output, PersonRef, Refusal, TransferKind, Unreached,
};
use tandem_foundation::LegId;

const CUSTOMER: LegId = LegId(1);
const ANN: LegId = LegId(3);
const OTHER: LegId = LegId(4);
const BEN: LegId = LegId(5);

struct World {
    call: CallMachine,
    now: Instant,
    hearing: Vec<(LegId, LegId)>,
    /// What the customer hears in place of people, and what Ann does.
    sounds: (Option<Heard>, Option<Heard>),
}

fn person(name: &str) -> PersonRef {
    PersonRef::User(format!("user_{name}").into())
}

impl World {
    fn new() -> Self {
        let call = CallMachine::new(CUSTOMER, None);
        Self { call, now: Instant::now(), hearing: Vec::new(), sounds: (None, None) }
    }

    fn dialled(leg: Option<LegId>) -> Self {
        let mut world = Self::new();
        world.does(Input::Dial { who: person("ann"), name: "Ann".into(), leg });
        world
    }

    /// Ann and the customer talk.
    fn talking() -> Self {
        let mut world = Self::dialled(None);
        world.does(Input::PersonUp { who: person("ann"), leg: ANN });
        world.does(Input::Answered);
        world
    }

    fn does(&mut self, input: Input) -> Vec<Output> {
        self.call.handle(self.now, input).expect("accepted");
        self.outputs()
    }

    fn outputs(&mut self) -> Vec<Output> {
        let outputs: Vec<_> = std::iter::from_fn(|| self.call.poll_output()).collect();
        for output in &outputs {
            match output {
                Output::Hearing(pairs) => self.hearing.clone_from(pairs),
                Output::CustomerHears(sound) => self.sounds.0 = *sound,
                Output::PersonHears { who, sound } if *who == person("ann") => self.sounds.1 = *sound,
                _ => {}
            }
        }
        outputs
    }

    fn refused(&mut self, input: Input) -> Refusal {
        self.call.handle(self.now, input).expect_err("refused")
    }

    fn hold(&mut self, name: &str) -> Result<Vec<Output>, Refusal> {
        self.call.handle(self.now, Input::Hold { by: person(name) })?;
        Ok(self.outputs())
    }
}

#[test]
fn the_customer_is_called_once_the_callers_own_phone_is_up() {
    let mut world = World::new();
    let begun = world.does(Input::Dial { who: person("ann"), name: "Ann".into(), leg: None });
    assert!(begun.contains(&Output::Fetch { who: person("ann") }));
    assert!(!begun.contains(&Output::CallCustomer));
    assert!(matches!(world.call.floor().0, Floor::Person { name, .. } if name == "Ann"));
    let up = world.does(Input::PersonUp { who: person("ann"), leg: ANN });
    assert!(up.contains(&Output::CallCustomer));
    assert_eq!((world.hearing.as_slice(), world.sounds.1), ([].as_slice(), None), "nothing rings yet");
    world.does(Input::Ringing);
    assert_eq!(world.sounds.1, Some(Heard::Ringback));
    world.does(Input::Answered);
    assert_eq!(world.sounds.1, None);
    assert_eq!(world.hearing, [(CUSTOMER, ANN), (ANN, CUSTOMER)]);
}

#[test]
fn whoever_dials_on_a_phone_is_there_already_and_hears_what_the_far_network_says() {
    let mut world = World::new();
    let begun = world.does(Input::Dial { who: person("ann"), name: "Ann".into(), leg: Some(ANN) });
    assert!(begun.contains(&Output::CallCustomer));
    world.does(Input::EarlyMedia);
    assert_eq!((world.hearing.as_slice(), world.sounds.1), ([(ANN, CUSTOMER)].as_slice(), None));
    world.does(Input::Answered);
    assert_eq!(world.hearing, [(CUSTOMER, ANN), (ANN, CUSTOMER)]);
}

#[test]
fn without_the_caller_there_is_no_call() {
    for gone in [
        Input::PersonGone { who: person("ann") },
        Input::PersonFailed { who: person("ann") },
        Input::PersonUnreached { who: person("ann"), why: Unreached::NoAnswer },
        Input::Leave { who: person("ann") },
    ] {
        let mut world = World::dialled(Some(ANN));
        world.does(Input::Ringing);
        let over = world.does(gone.clone());
        assert!(over.contains(&Output::ClearCustomer), "{gone:?}: {over:?}");
        assert!(over.contains(&Output::Over { by: EndedBy::Person("Ann".into()) }), "{gone:?}: {over:?}");
    }
    let mut world = World::dialled(None);
    world.call.tick(world.now + Duration::from_secs(60));
    assert!(
        world.outputs().contains(&Output::Over { by: EndedBy::Person("Ann".into()) }),
        "no answer at all"
    );
}

#[test]
fn a_customer_who_cannot_be_reached_ends_it() {
    let mut world = World::dialled(Some(ANN));
    let over = world.does(Input::Failed { code: 486 });
    assert!(over.contains(&Output::Release { who: person("ann"), leg: Some(ANN) }));
    assert!(over.contains(&Output::Over { by: EndedBy::Unreached(486) }));
}

#[test]
fn only_one_calls_and_only_at_the_beginning() {
    let again = || Input::Dial { who: person("ben"), name: "Ben".into(), leg: None };
    assert_eq!(World::dialled(None).refused(again()), Refusal::AlreadyThere);
    assert_eq!(World::talking().refused(again()), Refusal::AlreadyThere);
}

#[test]
fn on_hold_there_is_music_and_nobody() {
    let mut world = World::talking();
    let held = world.hold("ann").expect("hers");
    assert!(held.contains(&Output::HoldChanged { held: true, by: Some(person("ann")) }));
    assert_eq!((world.hearing.as_slice(), world.sounds.0), ([].as_slice(), Some(Heard::HoldMusic)));
    assert_eq!(world.hold("ann"), Ok(Vec::new()), "again changes nothing");
    let back = world.does(Input::Resume { by: person("ann") });
    assert!(back.contains(&Output::HoldChanged { held: false, by: Some(person("ann")) }));
    assert_eq!(world.sounds.0, None);
    assert_eq!(world.hearing, [(CUSTOMER, ANN), (ANN, CUSTOMER)]);
}

#[test]
fn hold_is_for_whoever_holds_the_floor_and_ends_with_it() {
    let mut world = World::talking();
    assert_eq!(world.hold("ben"), Err(Refusal::NotHolder));
    world.hold("ann").expect("hers");
    let (_, version) = world.call.floor();
    let taken = world.does(Input::TakeOver { who: person("ben"), name: "Ben".into(), version });
    assert!(taken.contains(&Output::HoldChanged { held: false, by: Some(person("ben")) }));
    world.does(Input::PersonUp { who: person("ben"), leg: BEN });
    assert_eq!(world.sounds.0, None);
    assert!(world.hearing.contains(&(CUSTOMER, BEN)));

    let mut world = World::talking();
    world.hold("ann").expect("hers");
    let over = world.does(Input::CustomerGone);
    assert!(over.contains(&Output::HoldChanged { held: false, by: None }), "its time is known: {over:?}");
}

#[test]
fn a_consultation_has_its_own_hold() {
    let mut world = World::talking();
    world.hold("ann").expect("hers");
    let (by, to) = (person("ann"), person("ben"));
    world.does(Input::TransferBy { by, to, name: "Ben".into(), kind: TransferKind::Consult });
    assert!(!world.call.is_on_hold() && world.call.customer_is_held());
    assert_eq!(world.hold("ann"), Err(Refusal::TransferUnderWay));
    world.does(Input::AbandonTransfer { by: person("ann") });
    assert_eq!(world.sounds.0, None, "she asked to have the customer back");
}

#[test]
fn another_phone_of_the_same_person_takes_the_firsts_place() {
    let mut world = World::talking();
    let moved = world.does(Input::PersonUp { who: person("ann"), leg: OTHER });
    assert_eq!(world.hearing, [(CUSTOMER, OTHER), (OTHER, CUSTOMER)]);
    assert!(!moved.iter().any(|output| matches!(output, Output::FloorChanged { .. } | Output::CallCustomer)));
}
