//! Providers that are slow or gone: what the customer hears, and what becomes of them.

use std::time::Duration;

use tandem_conversation::io::*;
use tandem_conversation::settings::{Settings, WhenFailed};

use crate::world::{Plan, World};

fn when_failed(when_failed: WhenFailed) -> Settings {
    Settings { when_failed, speculative_replies: false, ..Settings::default() }
}

#[test]
fn who_cannot_be_heard_any_more_is_told_and_the_call_ends() {
    let mut world = World::begun(Settings::default());
    world.noise(900);
    world.run(1_500);
    world.input(Input::CannotHear);
    world.run_until(is!(Output::EndCall { reason: EndReason::Broken }));
    let spoken = world.spoken();
    assert_eq!(spoken[0], "I am sorry, I cannot hear you well.");
    assert_eq!(spoken.last(), Some(&"Goodbye."));
}

#[test]
fn who_cannot_be_heard_from_the_start_hears_the_greeting_first() {
    let mut world = World::new(Settings { first_message: "Hello.".into(), ..Settings::default() });
    world.input(Input::CannotHear);
    world.input(Input::Started);
    world.run_until(is!(Output::EndCall { .. }));
    assert_eq!(&world.spoken()[..2], ["Hello.", "I am sorry, I cannot hear you well."]);
}

#[test]
fn a_person_is_fetched_where_the_settings_say_so_and_a_callback_noted_where_nobody_comes() {
    let mut world = World::begun(when_failed(WhenFailed::Transfer("anyone".into())));
    world.input(Input::CannotHear);
    world.run_until(is!(Output::Transfer { to } if to == "anyone"));
    assert_eq!(world.count(is!(Output::EndCall { .. })), 0);
    world.input(Input::TransferFailed);
    world.run_until(is!(Output::EndCall { reason: EndReason::Broken }));
    assert_eq!(world.count(is!(Output::ScheduleCallback { .. })), 1);
    assert!(world.spoken().iter().any(|text| text.contains("call you back")));
    assert!(world.spoken().iter().all(|text| !text.contains("go on helping")), "{:?}", world.spoken());
}

#[test]
fn a_person_who_holds_the_floor_hears_for_themselves() {
    let mut world = World::begun(Settings::default());
    world.input(Input::TakenOver { person: "Ana".into() });
    world.input(Input::CannotHear);
    world.run(5_000);
    assert_eq!(world.count(is!(Output::Speak { .. } | Output::EndCall { .. })), 0);
    world.input(Input::HandedBack { person: "Ana".into(), note: None });
    world.run_until(is!(Output::EndCall { reason: EndReason::Broken }));
    assert_eq!(world.count(is!(Output::AskModel { .. })), 0, "nobody would hear the answer's answer");
}

#[test]
fn a_model_that_fails_in_two_turns_brings_a_callback_where_the_settings_say_so() {
    let mut world = World::begun(when_failed(WhenFailed::Callback));
    world.plans.extend(vec![Plan::Fail(100); 4]);
    world.says("What is my balance?");
    world.run(7_000);
    assert_eq!(world.count(is!(Output::ScheduleCallback { .. })), 0, "an apology first");
    world.says("What is my balance?");
    world.run_until(is!(Output::EndCall { reason: EndReason::Broken }));
    assert_eq!(world.count(is!(Output::ScheduleCallback { .. })), 1);
}

#[test]
fn a_turn_that_was_long_in_doubt_is_not_followed_by_a_whole_wait_for_the_filler() {
    let mut world = World::begun(when_failed(WhenFailed::Goodbye));
    world.plans.push_back(Plan::Say(4_000, "You owe ninety."));
    world.final_delay = 900;
    let length = world.says("What is my balance");
    let filler = |output: &Output| matches!(output, Output::Speak { text, .. } if text.contains("moment"));
    world.run_until(filler);
    let silent = world.ms() - length;
    assert!((1_500..=1_700).contains(&silent), "{silent}");
}

#[test]
fn voice_that_no_recogniser_has_words_for_is_not_met_with_silence() {
    let mut world = World::begun(Settings::default());
    world.noise(900);
    world.run(4_000);
    assert_eq!(world.spoken(), ["One moment, please."]);
    let mut coughing = World::begun(Settings::default());
    coughing.noise(300);
    coughing.run(4_000);
    assert!(coughing.spoken().is_empty());
}

#[test]
fn a_reply_that_stops_after_its_first_sentence_is_filled_and_then_left() {
    let settings = Settings { model_gap: Duration::from_secs(4), ..when_failed(WhenFailed::Goodbye) };
    let mut world = World::begun(settings);
    world.plans.push_back(Plan::Never);
    world.says("What is my balance?");
    let Output::AskModel { reply, .. } = world.run_until(is!(Output::AskModel { .. })) else {
        unreachable!()
    };
    world.input(Input::ReplyText { reply, text: "Let me see. And".into() });
    world.run(3_500);
    assert_eq!(world.spoken(), ["Let me see.", "One moment, please."]);
    world.run_until(is!(Output::CancelModel { .. }));
    world.run(3_000);
    assert_eq!(world.spoken()[2..], ["And"], "what it had said so far stands");
}

#[test]
fn every_request_made_early_is_counted_once() {
    let mut world = World::begun(Settings::default());
    world.says("What is my balance?");
    world.run(3_000);
    let early = world.count(is!(Output::AskModel { speculative: true, .. }));
    let counted = world.count(is!(Output::Speculated { .. }));
    assert!(early >= 1 && early == counted, "{early} {counted}");
    assert_eq!(world.count(is!(Output::Speculated { used: true })), 1);
}

#[test]
fn how_long_the_recogniser_took_is_told() {
    let mut world = World::begun(Settings::default());
    world.final_delay = 400;
    world.says("What is my balance?");
    world.run(3_000);
    let told = world.first(is!(Output::RecognisedAfter { delay } if delay.as_millis() == 600));
    assert!(told.is_some(), "from the end of speech: 200 ms until it is known, and 400 more");
}
