//! What is found in utterances.

use crate::scripted::dates::ordinal_words;
use crate::scripted::slots::Slot;
use crate::scripted::words::words;

fn named(slot: Slot, heard: &str) -> Option<String> {
    slot.find(&words(heard))
}

#[test]
fn days_are_found_in_the_customers_words() {
    for (heard, day) in [
        ("yes i can pay on the fifth", "on the fifth"),
        ("Yes, I will pay on June twentieth.", "on june twentieth"),
        ("on june the twenty first please", "on june the twenty first"),
        ("by the tenth", "by the tenth"),
        ("the twenty first of june", "on the twenty first of june"),
        ("on fifth", "on fifth"),
        ("fifth", "on the fifth"),
        ("i can pay tomorrow", "tomorrow"),
        ("the day after tomorrow", "the day after tomorrow"),
        ("i can pay next week", "next week"),
        ("at the end of the month", "at the end of the month"),
        ("at the end of this month", "at the end of this month"),
        ("in two weeks", "in two weeks"),
        ("maybe friday", "on friday"),
        ("before next friday", "next friday"),
        ("by monday", "by monday"),
        ("june 20", "on june 20"),
        ("on the 5th", "on the 5th"),
        ("not on the fifth but on the tenth", "on the tenth"),
    ] {
        // After "on", an article is put in where the recogniser lost it.
        let found = named(Slot::Date, heard).unwrap_or_else(|| panic!("{heard}"));
        assert_eq!(found, if day == "on fifth" { "on the fifth" } else { day }, "{heard}");
    }
    for heard in ["i may pay", "wait a second", "how much do i have to pay", "i want it in full", "one", ""] {
        assert_eq!(named(Slot::Date, heard), None, "{heard}");
    }
}

#[test]
fn amounts_and_numbers_are_runs_of_number_words() {
    assert_eq!(
        named(Slot::Amount, "i pay two hundred and fifty dollars now").as_deref(),
        Some("two hundred and fifty dollars")
    );
    assert_eq!(named(Slot::Amount, "in two weeks fifty dollars").as_deref(), Some("fifty dollars"));
    assert_eq!(named(Slot::Amount, "two hundred"), None);
    assert_eq!(named(Slot::Number, "maybe a seven").as_deref(), Some("seven"));
    assert_eq!(named(Slot::Number, "[pressed 12]").as_deref(), Some("12"));
    assert_eq!(named(Slot::Number, "and so on"), None);
}

#[test]
fn a_yes_with_a_no_in_it_is_no_yes() {
    assert!(named(Slot::Yes, "Yes, that is fine.").is_some());
    assert!(
        named(Slot::Yes, "no that is not right").is_none() && named(Slot::Yes, "i am not sure").is_none()
    );
    assert!(named(Slot::No, "no thank you").is_some() && named(Slot::No, "know").is_none());
}

#[test]
fn days_of_the_month_have_their_words() {
    let said: Vec<String> = [1, 12, 20, 22, 30, 31].map(ordinal_words).into();
    assert_eq!(said, ["first", "twelfth", "twentieth", "twenty second", "thirtieth", "thirty first"]);
}
