//! The customer speaks while the assistant does.

use tandem_conversation::io::*;
use tandem_conversation::settings::Settings;

use crate::world::{Plan, World};

const LONG: &str = "Your bill of last month was higher because you called abroad on three days in a row";

#[test]
fn a_voice_over_ours_pauses_it_and_a_longer_one_stops_it_whatever_it_says() {
    let mut world = World::speaking(LONG, 1_500);
    let from = world.ms();
    world.noise(1_000);
    world.after(300, Input::Interim { text: "potato".into() });
    world.run(1_500);
    assert_eq!(world.first(is!(Output::PauseSpeech)), Some(from + 200));
    assert_eq!(
        world.first(is!(Output::StopSpeech { .. })),
        Some(from + 700),
        "the detector's own delay is allowed for"
    );
    assert!(world.items(Speaker::Assistant)[0].interrupted);
}

#[test]
fn an_interruption_by_a_sound_without_words_is_taken_up_again() {
    let mut world = World::speaking(LONG, 1_500);
    let from = world.ms();
    world.noise(2_500);
    world.run(12_000);
    assert_eq!(world.first(is!(Output::StopSpeech { .. })), Some(from + 2_100));
    let said = world.texts(Speaker::Assistant);
    assert_eq!(said.len(), 2);
    assert_eq!(said.join(" "), LONG, "not a word was lost, none twice");
}

#[test]
fn two_words_that_are_no_acknowledgement_stop_us_and_the_model_knows_what_was_heard() {
    let mut world = World::speaking(LONG, 1_500);
    world.plans.push_back(Plan::Say(100, "Ninety."));
    world.says("how much is it?");
    world.run(3_000);
    let item = world.items(Speaker::Assistant)[0].clone();
    assert!(item.interrupted && item.intended.as_deref() == Some(LONG));
    assert!(LONG.starts_with(&item.text) && item.text.len() < LONG.len() && item.text.len() > 20, "{item:?}");
    let context = world.asked().pop().expect("asked again");
    assert!(context.iter().any(|m| m.role == Role::Assistant && m.text == item.text));
    assert_eq!(world.spoken().last(), Some(&"Ninety."));
}

#[test]
fn one_stop_word_is_enough() {
    let mut world = World::speaking(LONG, 1_500);
    world.says("wait");
    world.run(700);
    assert_eq!(world.count(is!(Output::StopSpeech { .. })), 1);
}

#[test]
fn acknowledgements_are_heard_noted_and_talked_over() {
    let mut world = World::speaking(LONG, 1_500);
    world.says("mm-hm");
    world.run(8_000);
    assert_eq!(world.count(is!(Output::StopSpeech { .. })), 0);
    assert_eq!(world.count(is!(Output::ResumeSpeech { rewind_ms: 200 })), 1);
    let heard = world.items(Speaker::Customer)[1];
    assert!(heard.acknowledgement && heard.text == "mm-hm");
    assert_eq!(world.texts(Speaker::Assistant), [LONG]);
    assert!(!world.items(Speaker::Assistant)[0].interrupted);
    assert!(world.talk.context().iter().all(|m| m.text != "mm-hm"));
}

#[test]
fn acknowledgements_do_not_stop_us_however_long_they_are_drawn_out() {
    let mut world = World::speaking(LONG, 1_000);
    world.says("yeah okay I see");
    world.run(8_000);
    assert_eq!(world.texts(Speaker::Assistant), [LONG]);
}

#[test]
fn a_cough_pauses_us_for_a_while_only() {
    let mut world = World::speaking(LONG, 1_500);
    let from = world.ms();
    world.noise(300);
    world.run(8_000);
    assert_eq!(world.first(is!(Output::PauseSpeech)), Some(from + 200));
    assert_eq!(world.first(is!(Output::ResumeSpeech { .. })), Some(from + 1_800));
    assert_eq!(world.texts(Speaker::Assistant), [LONG]);
    assert_eq!(world.count(is!(Output::AskModel { .. })), 1);
}

#[test]
fn a_cough_and_then_an_acknowledgement_are_still_nothing() {
    let mut world = World::speaking(LONG, 1_500);
    world.noise(300);
    world.run(1_000);
    world.says("mm-hm");
    world.run(10_000);
    assert_eq!(world.count(is!(Output::StopSpeech { .. })), 0);
    assert_eq!(world.texts(Speaker::Assistant), [LONG]);
}

#[test]
fn the_first_moments_of_our_speech_are_not_given_up() {
    let mut world = World::new(Settings { first_message: LONG.into(), ..Settings::default() });
    world.input(Input::Started);
    world.run(200);
    world.says("hello?");
    world.run(8_000);
    assert_eq!(world.count(is!(Output::PauseSpeech)), 0);
    assert!(world.items(Speaker::Customer)[0].acknowledgement);
    assert_eq!(world.texts(Speaker::Assistant), [LONG]);
}

#[test]
fn an_uninterruptible_first_message_is_said_to_its_end_and_the_question_answered_then() {
    let settings =
        Settings { first_message: LONG.into(), first_message_interruptible: false, ..Settings::default() };
    let mut world = World::new(settings);
    world.input(Input::Started);
    world.run(1_500);
    world.says("who are you and what do you want?");
    world.run(12_000);
    assert_eq!(world.count(is!(Output::PauseSpeech)) + world.count(is!(Output::StopSpeech { .. })), 0);
    assert_eq!(world.spoken(), [LONG, "All right."]);
}

#[test]
fn an_answer_given_over_our_last_syllable_is_an_answer() {
    let mut world = World::speaking("Is this Rina Wijaya?", 1_000);
    world.says("yes");
    world.run(4_000);
    assert!(!world.items(Speaker::Customer)[1].acknowledgement);
    assert_eq!(world.spoken(), ["Is this Rina Wijaya?", "All right."]);
}

#[test]
fn a_lone_question_word_is_a_turn_and_a_lone_other_word_is_not() {
    let mut world = World::speaking(LONG, 1_500);
    world.says("why?");
    world.run(2_500);
    assert!(world.items(Speaker::Assistant)[0].interrupted);
    let mut world = World::speaking(LONG, 1_500);
    world.says("potato");
    world.run(8_000);
    assert_eq!(world.texts(Speaker::Assistant), [LONG]);
    assert!(world.items(Speaker::Customer)[1].acknowledgement);
}

#[test]
fn an_interruption_cancels_the_rest_of_a_reply_still_being_written() {
    let mut world = World::begun(Settings::default());
    world
        .plans
        .push_back(Plan::Say(100, "One is here now. Two is here now. Three is here now. Four and so on."));
    world.says("Tell me everything.");
    world.run_until(is!(Output::Speak { .. }));
    world.run(100);
    world.says("wait stop it.");
    world.run(2_000);
    assert!(world.texts(Speaker::Customer).last().is_some_and(|text| text.ends_with("wait stop it.")));
    assert!(world.spoken().iter().all(|text| !text.starts_with("Four")));
}

#[test]
fn a_sound_of_middle_length_waits_for_its_words() {
    let mut world = World::speaking(LONG, 1_500);
    world.noise(840);
    world.after(1_150, Input::Final { text: "Mm-hm.".into(), confidence: 0.6, utterance_end: false });
    world.run(8_000);
    assert_eq!(world.count(is!(Output::StopSpeech { .. })), 0);
    assert!(!world.items(Speaker::Assistant)[0].interrupted);
    let mut world = World::speaking(LONG, 1_500);
    world.noise(840);
    world.after(1_150, Input::Final { text: "Potato.".into(), confidence: 0.6, utterance_end: false });
    world.run(8_000);
    assert!(world.items(Speaker::Assistant)[0].interrupted, "long enough for one word to count");
}

#[test]
fn a_long_acknowledgement_that_stopped_us_is_followed_by_the_rest() {
    let mut world = World::speaking(LONG, 1_500);
    world.noise(2_500);
    world.after(2_900, Input::Final { text: "Mm-hm.".into(), confidence: 0.6, utterance_end: false });
    world.run(12_000);
    assert_eq!(world.texts(Speaker::Assistant).join(" "), LONG);
    assert!(world.items(Speaker::Customer)[1].acknowledgement);
}

#[test]
fn a_noise_long_after_an_answered_interruption_starts_nothing() {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(Plan::Say(
        100,
        "One is here now and it is quite long. Two is here. Three. Four. Five. Six. Seven.",
    ));
    world.says("Tell me everything.");
    world.run_until(is!(Output::Speak { .. }));
    world.run(700);
    world.says("wait, how much is it?");
    world.run(6_000);
    let asked = world.asked().len();
    world.noise(300);
    world.run(3_000);
    assert_eq!(world.asked().len(), asked);
}
