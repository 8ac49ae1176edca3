//! Silence, length, opt-out, failures: everything that brings a call to its end or keeps it from one.

use std::time::Duration;

use tandem_conversation::io::*;
use tandem_conversation::settings::Settings;

use crate::world::{Plan, World};

#[test]
fn a_silent_customer_is_asked_twice_and_then_left() {
    let mut world = World::new(Settings { first_message: "Hello.".into(), ..Settings::default() });
    world.input(Input::Started);
    let Output::EndCall { reason } = world.run_until(is!(Output::EndCall { .. })) else { unreachable!() };
    assert_eq!(reason, EndReason::Idle);
    let spoken = world.spoken();
    assert_eq!(
        spoken,
        [
            "Hello.",
            "Are you still there?",
            "I cannot hear you.",
            "Are you there?",
            "Thank you for your time.",
            "Goodbye."
        ]
    );
    assert!((30_000..36_000).contains(&world.ms()), "{}", world.ms());
}

#[test]
fn whoever_answers_a_prompt_has_all_of_them_again() {
    let mut world = World::begun(Settings::default());
    world.run(13_000);
    world.says("Yes, I am here.");
    world.run(25_000);
    assert_eq!(world.count(is!(Output::EndCall { .. })), 0);
    assert_eq!(world.spoken().iter().filter(|text| **text == "Are you still there?").count(), 2);
}

#[test]
fn nobody_is_prompted_while_a_tool_runs_or_the_model_thinks() {
    let settings = Settings { tool_patience: Duration::from_secs(60), ..Settings::default() };
    let mut world = World::begun(settings);
    world.plans.push_back(Plan::Tool(100, "look_up", "{}"));
    world.says("What is my balance?");
    world.run(40_000);
    assert!(world.spoken().iter().all(|text| !text.contains("there")), "{:?}", world.spoken());
    assert_eq!(world.spoken(), ["One moment, please.", "I am still looking into that."]);
}

#[test]
fn fillers_come_while_the_model_is_slow_and_are_not_what_it_remembers() {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(Plan::Say(8_200, "You owe ninety."));
    let length = world.says("What is my balance?");
    world.run(15_000);
    assert_eq!(world.spoken(), ["One moment, please.", "I am still looking into that.", "You owe ninety."]);
    let first = world.first(is!(Output::Speak { .. })).expect("filler");
    assert!((length + 1_500..length + 1_550).contains(&first), "{first}");
    assert!(world.talk.context().iter().all(|m| !m.text.contains("One moment")));
}

#[test]
fn the_longest_call_is_warned_of_and_ended() {
    let settings = Settings {
        longest_call: Duration::from_secs(20),
        longest_call_warning: Duration::from_secs(12),
        idle_prompt_after: Duration::from_secs(100),
        ..Settings::default()
    };
    let mut world = World::begun(settings);
    world.run(12_100);
    assert_eq!(world.spoken(), ["I have to end this call in about a minute."]);
    world.run_until(is!(Output::EndCall { reason: EndReason::LongestCall }));
    assert!(world.ms() >= 20_000 && world.spoken().last() == Some(&"Goodbye."));
}

#[test]
fn stop_calling_is_written_down_at_once_and_ends_the_call_politely() {
    for words in ["Stop calling me.", "please remove me from this", "do not call again"] {
        let mut world = World::begun(Settings::default());
        let length = world.says(words);
        world.run_until(is!(Output::EndCall { reason: EndReason::OptedOut }));
        let at = world.first(is!(Output::OptOut)).expect("written down");
        assert!(at <= length + 400, "{words}: {at}");
        assert_eq!(world.spoken(), ["I understand.", "We will not call you again.", "Goodbye."]);
        assert_eq!(world.count(is!(Output::OptOut)), 1);
        assert_eq!(world.texts(Speaker::Customer), [words]);
        assert!(world.talk.has_opted_out());
    }
}

#[test]
fn opting_out_over_our_voice_stops_it() {
    let mut world =
        World::speaking("Your bill of last month was higher than usual because of calls abroad.", 1_500);
    world.says("stop calling me");
    world.run_until(is!(Output::EndCall { reason: EndReason::OptedOut }));
    assert!(world.items(Speaker::Assistant)[0].interrupted);
}

#[test]
fn opting_out_towards_a_person_is_written_down_and_left_to_them() {
    let mut world = World::begun(Settings::default());
    world.input(Input::TakenOver { person: "Ana".into() });
    world.says("Stop calling me.");
    world.run(5_000);
    assert_eq!(world.count(is!(Output::OptOut)), 1);
    assert_eq!(world.count(is!(Output::Speak { .. } | Output::EndCall { .. })), 0);
}

#[test]
fn who_wants_to_go_on_being_called_has_not_opted_out() {
    let mut world = World::begun(Settings::default());
    world.says("please don't stop calling");
    world.run(3_000);
    assert_eq!(world.count(is!(Output::OptOut)), 0);
}

#[test]
fn a_goodbye_is_not_interrupted() {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(Plan::Tool(100, "end_call", "{}"));
    world.says("That is all.");
    world.run_until(is!(Output::Speak { .. }));
    world.run(500);
    world.says("wait stop one more thing.");
    world.run_until(is!(Output::EndCall { reason: EndReason::AssistantEnded }));
    assert_eq!(world.count(is!(Output::PauseSpeech)) + world.count(is!(Output::StopSpeech { .. })), 0);
}

#[test]
fn a_model_that_fails_once_is_asked_again_at_once() {
    let mut world = World::begun(Settings::default());
    world.plans.extend([Plan::Fail(1_000), Plan::Say(100, "Here I am.")]);
    world.says("What is my balance?");
    world.run(6_000);
    assert_eq!(world.spoken().last(), Some(&"Here I am."));
    assert!(world.spoken().iter().all(|text| !text.contains("technical")));
}

#[test]
fn a_model_that_fails_twice_is_excused_and_a_second_such_turn_ends_the_call() {
    let mut world = World::begun(Settings { speculative_replies: false, ..Settings::default() });
    world.plans.extend([Plan::Fail(100), Plan::Fail(100), Plan::Fail(100), Plan::Fail(100)]);
    world.says("What is my balance?");
    world.run(7_000);
    assert_eq!(world.spoken().len(), 2);
    assert_eq!(world.count(is!(Output::EndCall { .. })), 0);
    world.says("What is my balance?");
    world.run_until(is!(Output::EndCall { reason: EndReason::Broken }));
}

#[test]
fn a_model_that_never_answers_is_given_up_on() {
    let mut world = World::begun(Settings::default());
    world.plans.extend([Plan::Never, Plan::Never]);
    world.says("What is my balance?");
    world.run_until(is!(Output::Speak { text, .. } if text.contains("technical")));
    assert!(world.ms() < 35_000);
}

#[test]
fn at_the_end_the_record_is_settled_and_nothing_more_comes() {
    let mut world =
        World::speaking("Your bill of last month was higher than usual because of calls abroad.", 1_500);
    world.input(Input::Interim { text: "mm".into() });
    world.input(Input::Ended);
    assert_eq!(world.texts(Speaker::Assistant), ["Your bill of last month"]);
    assert_eq!(world.texts(Speaker::Customer).last(), Some(&"mm"));
    let before = world.log.len();
    world.says("Hello?");
    world.input(Input::TakenOver { person: "Ana".into() });
    world.run(30_000);
    assert_eq!(world.log.len(), before);
    assert_eq!(world.talk.next_deadline(), None);
}

#[test]
fn the_assistant_waits_for_the_customer_where_it_has_no_first_message() {
    let mut world = World::begun(Settings::default());
    world.run(5_000);
    assert!(world.spoken().is_empty());
    world.says("Hello?");
    world.run(3_000);
    assert_eq!(world.spoken(), ["All right."]);
}
