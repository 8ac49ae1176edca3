//! Card numbers of the customer: none is in an item, an interim, a request to the model or a variable.

use tandem_conversation::io::*;
use tandem_conversation::settings::{KeyAction, KeyRule, Settings};
use tandem_foundation::card;

use crate::world::World;

/// Numbers of one scheme by a linear congruence: the same on every machine.
fn numbers() -> impl Iterator<Item = String> {
    let mut state: u64 = 20_261_121;
    std::iter::from_fn(move || {
        let mut body = String::from("4");
        for _ in 0..14 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            body.push(char::from(b'0' + u8::try_from((state >> 33) % 10).expect("a digit")));
        }
        (0..10).map(|last| format!("{body}{last}")).find(|number| card::is_card_number(number))
    })
}

fn groups(number: &str) -> Vec<String> {
    (0..4).map(|n| number[n * 4..n * 4 + 4].to_owned()).collect()
}

fn words(digits: &str) -> String {
    let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    digits.bytes().map(|byte| names[usize::from(byte - b'0')]).collect::<Vec<_>>().join(" ")
}

/// Everything that leaves the conversation or stays in it, as one text of figures.
fn all_that_is_kept(world: &World) -> String {
    let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let mut text =
        format!("{:?} {:?} {:?}", world.talk.items(), world.talk.context(), world.talk.variables());
    for (_, output) in &world.log {
        text.push_str(&format!("{output:?}"));
    }
    for (digit, name) in names.iter().enumerate() {
        text = text.replace(name, &digit.to_string());
    }
    text.retain(|c| c.is_ascii_digit() || c.is_ascii_alphabetic());
    text
}

#[test]
fn of_two_hundred_numbers_that_are_said_none_is_kept() {
    for (n, number) in numbers().take(200).enumerate() {
        let mut world = World::begun(Settings::default());
        let said = match n % 3 {
            0 => groups(&number).join(" "),
            1 => words(&number),
            _ => format!("sure it is {}", groups(&number).join("-")),
        };
        world.says(&said);
        world.run(9_000);
        assert_eq!(world.count(is!(Output::CardNumber { .. })), 1, "{said}");
        let items = world.texts(Speaker::Customer);
        assert!(items.iter().any(|text| text.contains(card::CARD_NUMBER)), "{items:?}");
        assert!(!all_that_is_kept(&world).contains(&number), "{number} is kept");
        let asked = world.asked();
        let told = asked.last().expect("the model is asked");
        assert!(told.iter().any(|message| message.text.contains(card::CARD_NUMBER)));
    }
}

#[test]
fn a_number_in_four_finals_or_in_four_turns_is_taken_out_of_all() {
    for gap in [200, 4_000] {
        let mut world = World::begun(Settings::default());
        for group in groups("4111111111111111") {
            world.says(&group);
            world.run(1_000 + gap);
        }
        world.run(3_000);
        assert_eq!(world.count(is!(Output::CardNumber { .. })), 1, "gap {gap}");
        let kept = world.texts(Speaker::Customer).join("|");
        assert!(!kept.contains("1111"), "gap {gap}: {kept}");
        assert!(world.talk.context().iter().all(|message| !message.text.contains("1111")), "gap {gap}");
    }
}

#[test]
fn a_number_that_is_keyed_is_neither_stored_nor_told_to_the_model() {
    let rule = KeyRule { digits: String::new(), action: KeyAction::Store { variable: "card".into() } };
    let mut world = World::begun(Settings { key_rules: vec![rule], ..Settings::default() });
    for digit in "4111111111111111#".chars() {
        world.input(Input::Digit { digit });
        world.run(300);
    }
    assert_eq!(world.talk.variables().get("card").map(String::as_str), Some(card::CARD_NUMBER));
    assert!(!all_that_is_kept(&world).contains("4111111111111111"));

    let mut world = World::begun(Settings::default());
    for digit in "411111111111111".chars() {
        world.input(Input::Digit { digit });
        world.run(300);
    }
    world.input(Input::ForgetKeys);
    world.run(5_000);
    assert_eq!(world.texts(Speaker::Customer), [card::CARD_NUMBER]);
}

#[test]
fn a_person_who_repeats_the_number_is_not_written_down_either() {
    let mut world = World::begun(Settings::default());
    let (person, now) = ("Ann".to_owned(), world.now);
    world.input(Input::TakenOver { person: person.clone() });
    let text = "so that was 4111 1111 1111 1111".to_owned();
    world.input(Input::PersonSaid { person, text, start: now, end: now });
    assert_eq!(world.texts(Speaker::Person), ["so that was [card number]"]);
}
