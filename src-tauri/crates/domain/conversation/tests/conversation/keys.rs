//! Keys pressed by the customer.

use tandem_conversation::io::*;
use tandem_conversation::settings::{KeyAction, KeyRule, Settings};

use crate::world::World;

fn with(rules: &[(&str, KeyAction)]) -> World {
    let key_rules = rules
        .iter()
        .map(|(digits, action)| KeyRule { digits: (*digits).into(), action: action.clone() })
        .collect();
    World::begun(Settings { key_rules, ..Settings::default() })
}

fn press(world: &mut World, digits: &str) {
    for digit in digits.chars() {
        world.input(Input::Digit { digit });
        world.run(400);
    }
}

#[test]
fn digits_without_a_rule_reach_the_model_after_a_gap_or_at_once_with_the_hash() {
    let mut world = with(&[]);
    press(&mut world, "12");
    world.run(2_500);
    assert!(world.asked().is_empty());
    world.run(200);
    assert_eq!(world.asked()[0].last().expect("said").text, "[pressed 12]");
    press(&mut world, "7#");
    assert_eq!(world.asked()[1].last().expect("said").text, "[pressed 7]");
    assert_eq!(world.texts(Speaker::Customer), ["[pressed 12]", "[pressed 7]"]);
}

#[test]
fn a_rule_that_no_other_begins_with_acts_at_once_and_one_that_is_a_beginning_waits() {
    let mut world = with(&[
        ("1", KeyAction::Say("One.".into())),
        ("2", KeyAction::Say("Two.".into())),
        ("22", KeyAction::HangUp),
    ]);
    world.input(Input::Digit { digit: '1' });
    assert_eq!(world.spoken(), ["One."]);
    world.input(Input::Digit { digit: '2' });
    assert_eq!(world.spoken(), ["One."]);
    world.run(3_100);
    assert_eq!(world.spoken(), ["One.", "Two."]);
    press(&mut world, "22");
    world.run_until(is!(Output::EndCall { reason: EndReason::Key }));
}

#[test]
fn an_entry_is_stored_under_its_variable() {
    let mut world = with(&[("", KeyAction::Store { variable: "account".into() })]);
    press(&mut world, "4711#");
    assert_eq!(world.talk.variables().get("account").map(String::as_str), Some("4711"));
    assert_eq!(
        world.count(is!(Output::StoreVariable { name, value } if name == "account" && value == "4711")),
        1
    );
}

#[test]
fn a_key_can_transfer() {
    let mut world = with(&[("0", KeyAction::Transfer("sales".into()))]);
    world.input(Input::Digit { digit: '0' });
    world.run_until(is!(Output::Transfer { to } if to == "sales"));
}

#[test]
fn the_opt_out_key_opts_out_unless_it_begins_a_number() {
    let mut world = with(&[]);
    world.input(Input::Digit { digit: '9' });
    assert_eq!(world.count(is!(Output::OptOut)), 1);
    world.run_until(is!(Output::EndCall { reason: EndReason::OptedOut }));
    let mut world =
        World::new(Settings { first_message: "What is your account number?".into(), ..Settings::default() });
    world.input(Input::Started);
    world.run(4_000);
    press(&mut world, "91#");
    assert_eq!(world.count(is!(Output::OptOut)), 0);
    let mut world = with(&[]);
    press(&mut world, "19#");
    assert_eq!(world.count(is!(Output::OptOut)), 0);
}

#[test]
fn a_key_interrupts_what_may_be_interrupted() {
    let mut world =
        World::speaking("Press one for the bill, two for the balance, or three for a person.", 1_000);
    world.input(Input::Digit { digit: '1' });
    assert_eq!(world.count(is!(Output::StopSpeech { .. })), 1);
    world.run(5_000);
    assert_eq!(world.spoken().last(), Some(&"All right."));
}
