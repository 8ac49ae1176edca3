//! When a turn is over, guesses before it is, and repair when it was not.

use std::time::Duration;

use tandem_conversation::io::*;
use tandem_conversation::settings::Settings;

use crate::world::{Plan, World};

/// From the end of the customer's voice to the request for a reply, ms.
fn wait_after(text: &str) -> u64 {
    let settings = Settings { speculative_replies: false, ..Settings::default() };
    let mut world = World::begun(settings);
    let length = world.says(text);
    world.run(6_000);
    world.first(is!(Output::AskModel { .. })).expect("asked") - length
}

#[test]
fn a_finished_sentence_is_answered_at_once_and_an_unfinished_one_is_waited_for() {
    assert!((300..=320).contains(&wait_after("I would like to pay.")));
    assert!((500..=520).contains(&wait_after("I would like to pay")));
    assert!((1_000..=1_020).contains(&wait_after("my number is five five two")));
    assert!((2_500..=2_520).contains(&wait_after("I would like to and")));
}

#[test]
fn after_a_question_for_a_number_the_digits_are_given_more_time() {
    let settings = Settings { first_message: "What is your account number?".into(), ..Settings::default() };
    let mut world = World::new(settings);
    world.input(Input::Started);
    world.run(4_000);
    let (from, length) = (world.ms(), world.says("five five two"));
    world.run(6_000);
    let committed = world.first(is!(Output::AskModel { speculative: true, .. })).expect("guessed");
    assert!(committed > from + length);
    let spoken =
        world.log.iter().find(|(ms, o)| *ms > from && matches!(o, Output::Speak { .. })).expect("answered").0;
    assert!(spoken >= from + length + 2_000, "{spoken}");
}

#[test]
fn the_recognisers_final_is_waited_for_and_its_delay_is_learned() {
    let mut world = World::begun(Settings::default());
    world.final_delay = 650;
    let length = world.says("I want to pay.");
    world.run(length + 830);
    assert_eq!(world.count(is!(Output::AskModel { speculative: false, .. })), 0);
    assert!(world.items(Speaker::Customer).is_empty(), "no item before the final");
    world.run(50);
    assert_eq!(world.texts(Speaker::Customer), ["I want to pay."]);
}

#[test]
fn a_final_that_never_comes_does_not_hold_the_turn() {
    let mut world = World::begun(Settings::default());
    world.final_delay = 100_000;
    let length = world.says("I want to pay.");
    world.run(length + 1_100);
    assert_eq!(world.texts(Speaker::Customer), ["I want to pay."]);
    world.run(1_000);
    assert_eq!(world.spoken(), ["All right."]);
}

#[test]
fn a_late_final_that_differs_corrects_the_record_and_the_unheard_answer() {
    let mut world = World::begun(Settings { speculative_replies: false, ..Settings::default() });
    world.final_delay = 1_000;
    world.plans.push_back(Plan::Say(900, "You owe ninety."));
    world.says("how mush do I know");
    world.after(
        250 * 5 + 1_150,
        Input::Final { text: "How much do I owe?".into(), confidence: 0.8, utterance_end: true },
    );
    world.schedule_drop_final("how mush do I know");
    world.run(6_000);
    assert_eq!(world.texts(Speaker::Customer), ["How much do I owe?"]);
    let last = world.asked().pop().expect("asked");
    assert_eq!(last.last().expect("context").text, "How much do I owe?");
    // It waits for two seconds and more, and is told so.
    assert_eq!(world.spoken(), ["One moment, please.", "You owe ninety."]);
}

#[test]
fn the_recogniser_is_told_to_finish_when_the_voice_ends_and_its_own_end_of_turn_is_believed() {
    let mut world = World::begun(Settings::default());
    let length = world.says("I would like to pay");
    world.run(length + 310);
    assert_eq!(world.first(is!(Output::FinaliseRecogniser)), Some(length + 200));
    world.input(Input::EndOfTurn { confidence: 0.9, eager: false });
    world.run(10);
    assert_eq!(world.talk.context().last().expect("said").role, Role::Customer, "not five hundred but three");
}

#[test]
fn a_guess_is_made_on_stable_text_held_back_and_used_when_it_was_right() {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(Plan::Say(50, "Certainly. Which day?"));
    let length = world.says("I would like to and");
    world.run(length + 1_500);
    assert_eq!(world.count(is!(Output::AskModel { speculative: true, .. })), 1);
    assert!(world.spoken().is_empty(), "held back until the turn is over");
    world.run(3_000);
    assert_eq!(world.count(is!(Output::AskModel { .. })), 1, "not asked again");
    assert_eq!(world.spoken(), ["Certainly.", "Which day?"]);
}

#[test]
fn a_guess_that_was_wrong_is_dropped_and_no_more_than_three_are_made() {
    let mut world = World::begun(Settings::default());
    world.plans.extend([Plan::Never, Plan::Never, Plan::Never]);
    for text in ["I want to and", "pay it but", "on the fifth or", "the sixth and"] {
        let length = world.says(text);
        world.run(length + 1_000);
    }
    assert_eq!(world.count(is!(Output::AskModel { speculative: true, .. })), 3);
    assert_eq!(world.count(is!(Output::CancelModel { .. })), 3);
    world.run(4_000);
    assert_eq!(world.count(is!(Output::AskModel { speculative: false, .. })), 1);
    assert_eq!(world.texts(Speaker::Customer), ["I want to and pay it but on the fifth or the sixth and"]);
}

#[test]
fn an_eager_end_of_turn_begins_a_guess_and_its_withdrawal_ends_it() {
    let mut world = World::begun(Settings::default());
    let at = world.now;
    world.input(Input::VoiceStarted { at });
    world.input(Input::Interim { text: "I can pay".into() });
    world.input(Input::EndOfTurn { confidence: 0.4, eager: true });
    assert_eq!(world.count(is!(Output::AskModel { speculative: true, .. })), 1);
    world.input(Input::TurnResumed);
    assert_eq!(world.count(is!(Output::CancelModel { .. })), 1);
}

#[test]
fn a_customer_who_goes_on_before_the_answer_is_heard_is_answered_once_to_all() {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(Plan::Say(900, "First answer."));
    let length = world.says("I want to pay.");
    world.run(length + 600);
    assert_eq!(world.texts(Speaker::Customer), ["I want to pay."]);
    world.says("on the fifth of June.");
    world.run(8_000);
    assert_eq!(world.texts(Speaker::Customer), ["I want to pay. on the fifth of June."]);
    assert_eq!(world.items(Speaker::Assistant).len(), 1);
    assert_eq!(world.spoken().len(), 1);
    let customer = |m: &&Message| m.role == Role::Customer;
    assert_eq!(world.talk.context().iter().filter(customer).count(), 1);
}

#[test]
fn a_customer_who_goes_on_with_our_first_sound_is_merged_too() {
    let mut world = World::speaking("Certainly, I can tell you everything about your bill.", 100);
    world.says("the one from last month.");
    world.run(8_000);
    assert_eq!(world.texts(Speaker::Customer), ["I have a question about my bill. the one from last month."]);
    assert_eq!(world.count(is!(Output::StopSpeech { .. })), 1);
}

#[test]
fn a_cough_before_the_answer_delays_it_and_does_not_cancel_it() {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(Plan::Say(900, "You owe ninety."));
    let length = world.says("I want to pay.");
    world.run(length + 500);
    world.noise(200);
    world.run(5_000);
    assert_eq!(world.spoken(), ["You owe ninety."]);
    assert_eq!(world.count(is!(Output::CancelModel { .. })), 0);
}

#[test]
fn interim_text_is_shown_as_it_grows_and_cleared_in_the_end() {
    let mut world = World::begun(Settings::default());
    world.says("I want to pay.");
    world.run(3_000);
    let shown: Vec<String> = world
        .log
        .iter()
        .filter_map(
            |(_, o)| if let Output::CustomerInterim { text, .. } = o { Some(text.clone()) } else { None },
        )
        .collect();
    assert_eq!(shown.first().map(String::as_str), Some("I"));
    assert_eq!(shown.last().map(String::as_str), Some(""));
    let item = world.items(Speaker::Customer)[0];
    assert_eq!(item.start, world.start);
    assert_eq!(item.end, world.start + Duration::from_millis(1_000));
}

#[test]
fn voice_without_words_is_answered_with_nothing() {
    let mut world = World::begun(Settings::default());
    world.noise(400);
    world.run(4_000);
    assert_eq!(world.count(is!(Output::AskModel { .. })), 0);
    assert!(world.talk.items().is_empty());
}

#[test]
fn noise_that_never_ends_does_not_keep_a_finished_utterance_waiting() {
    let mut world = World::begun(Settings::default());
    let at = world.now;
    world.input(Input::VoiceStarted { at });
    world.input(Input::Final { text: "I want to pay.".into(), confidence: 0.9, utterance_end: true });
    world.run(2_600);
    assert_eq!(world.count(is!(Output::AskModel { .. })), 1);
}

#[test]
fn each_answered_turn_has_its_timeline() {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(Plan::Say(400, "You owe ninety."));
    world.says("How much do I owe?");
    let Output::Latency { item, latency } = world.run_until(is!(Output::Latency { .. })) else {
        unreachable!()
    };
    assert_eq!(world.items(Speaker::Assistant)[0].key, item);
    assert_eq!(latency.recognised, Some(300));
    assert!(latency.committed.is_some_and(|ms| (300..=320).contains(&ms)), "{latency:?}");
    assert!(latency.first_token <= latency.first_sentence && latency.first_sentence < latency.first_sound);
    assert!(latency.first_sound.is_some_and(|ms| (700..1_900).contains(&ms)), "{latency:?}");
}

#[test]
fn words_that_come_after_their_voice_was_given_up_are_answered_at_once_and_the_recogniser_is_known_to_be_slow()
 {
    let settings = Settings { longest_silence: Duration::from_secs(5), ..Settings::default() };
    let mut world = World::begun(settings);
    for round in 1..=2 {
        let from = world.now;
        world.noise(1_000);
        world.after(
            2_700,
            Input::Final { text: "I want to pay.".into(), confidence: 0.9, utterance_end: true },
        );
        world.run(2_720);
        assert_eq!(world.count(is!(Output::AskModel { .. })), round);
        assert_eq!(world.items(Speaker::Customer)[round - 1].start, from);
        world.run(5_000);
    }
    world.noise(1_000);
    world.run(2_500);
    let (deadline, timer) = world.talk.next_deadline().expect("waits");
    assert_eq!(timer, tandem_conversation::Timer::EndOfTurn);
    assert!(deadline > world.now, "1.5 s after the voice it still waits");
}
