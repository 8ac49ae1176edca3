//! Sentences on their way to the voice, and what is known to have been heard.

use tandem_conversation::io::*;
use tandem_conversation::settings::Settings;

use crate::world::{Plan, World};

#[test]
fn the_first_sentence_is_said_before_the_model_has_finished_and_few_are_sent_ahead() {
    let mut world = World::begun(Settings::default());
    world
        .plans
        .push_back(Plan::Say(100, "One is here. Two is here. Three is here. Four is here. Five is here."));
    world.says("Tell me everything.");
    world.run_until(is!(Output::Speak { .. }));
    assert_eq!(world.spoken(), ["One is here."]);
    world.run(400);
    assert_eq!(world.spoken().len(), 3, "one heard and two ahead");
    world.run(6_000);
    assert_eq!(
        world.texts(Speaker::Assistant),
        ["One is here. Two is here. Three is here. Four is here. Five is here."]
    );
    assert_eq!(world.items(Speaker::Assistant)[0].intended, None);
}

#[test]
fn a_sentence_the_voice_fails_on_is_left_out_and_the_rest_is_said() {
    let mut world = World::begun(Settings::default());
    world.voice_fails.push("Two is bad.");
    world.plans.push_back(Plan::Say(100, "One is here. Two is bad. Three is here."));
    world.says("Tell me everything.");
    world.run(6_000);
    let item = world.items(Speaker::Assistant)[0];
    assert_eq!(item.text, "One is here. Three is here.");
    assert_eq!(item.intended.as_deref(), Some("One is here. Two is bad. Three is here."));
    assert!(!item.interrupted);
    assert!(world.talk.context().iter().all(|m| !m.text.contains("bad")));
}

#[test]
fn a_voice_that_reports_nothing_is_given_up_on() {
    let mut silent = World::begun(Settings::default());
    silent.talk.handle(silent.now, Input::ForceSay { person: "Ana".into(), text: "Hello.".into() });
    while silent.talk.poll_output().is_some() {}
    silent.run(16_000);
    silent.says("Are you there?");
    silent.run(4_000);
    assert_eq!(silent.spoken(), ["All right."]);
}

#[test]
fn without_any_voice_the_call_ends() {
    let mut world = World::begun(Settings::default());
    world.voice_fails.extend(["One.", "Two.", "Three.", "Four."]);
    world.plans.push_back(Plan::Say(100, "One. Two. Three. Four."));
    world.says("Tell me everything.");
    world.run_until(is!(Output::EndCall { reason: EndReason::Broken }));
}

#[test]
fn what_was_heard_is_cut_by_words_where_the_voice_knows_them() {
    let mut world = World::speaking("Your balance is ninety dollars and twelve cents today.", 0);
    let Some((_, Output::Speak { speech, .. })) =
        world.log.iter().rev().find(|(_, o)| matches!(o, Output::Speak { .. }))
    else {
        panic!("nothing said")
    };
    let speech = *speech;
    let words = vec![(0, 0), (5, 100), (13, 200), (16, 2_000), (23, 2_300)];
    world.input(Input::SpeechReady { speech, length_ms: 3_000, words });
    world.run(1_200);
    world.says("Stop");
    world.run(1_500);
    let item = world.items(Speaker::Assistant)[0];
    assert_eq!(item.text, "Your balance");
    assert_eq!(item.intended.as_deref(), Some("Your balance is ninety dollars and twelve cents today."));
    assert!(item.interrupted);
}

#[test]
fn the_voices_last_report_corrects_the_cut_and_the_model_is_told_the_same() {
    let mut world = World::speaking("Your balance is ninety dollars and twelve cents today.", 1_000);
    world.input(Input::TakenOver { person: "Ana".into() });
    world.run(10);
    let heard = world.texts(Speaker::Assistant)[0].to_owned();
    assert_eq!(heard, "Your balance is");
    assert!(world.talk.context().iter().any(|m| m.role == Role::Assistant && m.text == heard));
    let speech = SpeechId(1);
    world.input(Input::SpeechOver { speech, played_ms: 2_000, complete: false });
    assert_eq!(world.texts(Speaker::Assistant)[0], heard, "reported once only");
}
