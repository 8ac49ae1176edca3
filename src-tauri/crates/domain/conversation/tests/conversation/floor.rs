//! Takeover and hand-back, whispers, and words put into the assistant's mouth.

use tandem_conversation::io::*;
use tandem_conversation::settings::Settings;

use crate::world::{Plan, World};

fn take(world: &mut World) {
    world.input(Input::TakenOver { person: "Ana".into() });
}

fn hand_back(world: &mut World, note: Option<&str>) {
    world.input(Input::HandedBack { person: "Ana".into(), note: note.map(str::to_owned) });
}

#[test]
fn a_takeover_silences_at_once_and_cuts_the_record() {
    let mut world =
        World::speaking("Your bill of last month was higher than usual because of calls abroad.", 1_500);
    take(&mut world);
    let at = world.ms();
    assert_eq!(world.first(is!(Output::StopSpeech { fade_ms: 40 })), Some(at));
    assert_eq!(world.texts(Speaker::Assistant), ["Your bill of last month"]);
    assert!(world.items(Speaker::Assistant)[0].interrupted);
    assert_eq!(world.texts(Speaker::System), ["Ana took over"]);
}

#[test]
fn a_takeover_while_the_model_writes_cancels_it_and_nothing_is_said() {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(Plan::Say(900, "One. Two. Three."));
    world.says("Tell me everything.");
    world.run(1_600);
    take(&mut world);
    assert_eq!(world.count(is!(Output::CancelModel { .. })), 1);
    world.run(10_000);
    assert!(world.spoken().is_empty());
}

#[test]
fn while_a_person_speaks_all_is_written_down_and_nothing_else_is_done() {
    let mut world = World::begun(Settings::default());
    take(&mut world);
    let (start, end) = (world.now, world.now);
    world.says("Can you help me?");
    world.run(3_000);
    world.input(Input::PersonSaid { person: "Ana".into(), text: "Yes, I can.".into(), start, end });
    world.input(Input::Digit { digit: '1' });
    world.run(60_000);
    assert_eq!(world.texts(Speaker::Customer), ["Can you help me?", "[pressed 1]"]);
    let person = world.items(Speaker::Person)[0];
    assert_eq!((person.text.as_str(), person.name.as_deref()), ("Yes, I can.", Some("Ana")));
    assert_eq!(world.count(is!(Output::AskModel { .. } | Output::Speak { .. } | Output::EndCall { .. })), 0);
    let roles: Vec<Role> = world.talk.context().iter().map(|m| m.role).collect();
    assert_eq!(roles, [Role::System, Role::Customer, Role::Person, Role::Customer]);
}

#[test]
fn a_hand_back_begins_with_the_bridge_and_the_model_knows_everything() {
    let mut world = World::begun(Settings::default());
    take(&mut world);
    let (start, end) = (world.now, world.now);
    world.says("I want the cheaper plan.");
    world.run(3_000);
    world.input(Input::PersonSaid { person: "Ana".into(), text: "That is plan B.".into(), start, end });
    world.plans.push_back(Plan::Say(200, "So, plan B it is."));
    let at = world.ms();
    hand_back(&mut world, Some("offer ten percent"));
    assert_eq!(world.first(is!(Output::AskModel { .. })), Some(at));
    let context = world.asked().pop().expect("asked");
    for part in ["cheaper plan", "plan B", "offer ten percent", "handed the call back"] {
        assert!(context.iter().any(|m| m.text.contains(part)), "{part} is not in {context:?}");
    }
    world.run(8_000);
    assert_eq!(world.spoken(), ["Thank you.", "I am taking over from Ana again.", "So, plan B it is."]);
    assert_eq!(
        world.texts(Speaker::Assistant),
        ["Thank you. I am taking over from Ana again. So, plan B it is."]
    );
    assert!(world.items(Speaker::Customer).iter().all(|item| !item.text.contains("offer ten")));
}

#[test]
fn without_a_bridge_line_the_model_is_told_to_make_one() {
    let mut world = World::begun(Settings { bridge_line: String::new(), ..Settings::default() });
    take(&mut world);
    hand_back(&mut world, None);
    let context = world.asked().pop().expect("asked");
    assert!(context.last().expect("note").text.contains("Begin with one short sentence"));
}

#[test]
fn a_hand_back_while_the_customer_speaks_waits_for_them() {
    let mut world = World::begun(Settings::default());
    take(&mut world);
    world.says("and then I want to know more.");
    world.run(400);
    hand_back(&mut world, None);
    assert!(world.spoken().is_empty());
    world.run(5_000);
    assert_eq!(world.spoken().first(), Some(&"Thank you."));
    assert!(world.asked().pop().expect("asked").iter().any(|m| m.text.contains("know more")));
}

#[test]
fn a_lost_person_is_excused_and_the_call_goes_on() {
    let mut world = World::begun(Settings::default());
    take(&mut world);
    world.input(Input::PersonLost { person: "Ana".into() });
    world.run(6_000);
    assert_eq!(world.spoken(), ["I am sorry, we lost my colleague.", "I am back with you.", "All right."]);
    assert!(!world.talk.is_held_by_person());
}

#[test]
fn a_takeover_in_the_goodbye_keeps_the_call() {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(Plan::Tool(100, "end_call", "{}"));
    world.says("That is all.");
    world.run_until(is!(Output::Speak { .. }));
    world.run(300);
    take(&mut world);
    world.run(20_000);
    assert_eq!(world.count(is!(Output::EndCall { .. })), 0);
}

#[test]
fn a_takeover_in_a_transfer_announcement_drops_the_transfer() {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(Plan::Tool(100, "transfer", r#"{"to":"sales"}"#));
    world.says("I want a person.");
    world.run_until(is!(Output::Speak { .. }));
    take(&mut world);
    world.run(20_000);
    assert_eq!(world.count(is!(Output::Transfer { .. })), 0);
}

#[test]
fn a_takeover_while_paused_leaves_nothing_paused() {
    let mut world =
        World::speaking("Your bill of last month was higher than usual because of calls abroad.", 1_500);
    world.noise(300);
    world.run(250);
    assert_eq!(world.count(is!(Output::PauseSpeech)), 1);
    take(&mut world);
    world.run(5_000);
    assert_eq!(world.count(is!(Output::ResumeSpeech { .. })), 0);
    hand_back(&mut world, None);
    world.run(5_000);
    assert_eq!(world.spoken().last(), Some(&"All right."));
}

#[test]
fn a_whisper_changes_the_next_reply_and_is_not_heard() {
    let mut world = World::begun(Settings::default());
    world.input(Input::Whispered { person: "Ana".into(), text: "offer a discount".into() });
    world.run(3_000);
    assert!(world.spoken().is_empty() && world.asked().is_empty());
    world.says("It is too expensive.");
    world.run(2_000);
    assert!(world.asked()[0].iter().any(|m| m.role == Role::System && m.text.contains("offer a discount")));
}

#[test]
fn forced_words_replace_what_is_being_said_and_only_a_stop_word_ends_them() {
    let mut world =
        World::speaking("Your bill of last month was higher than usual because of calls abroad.", 1_500);
    world.input(Input::ForceSay {
        person: "Ana".into(),
        text: "I must tell you that this call is recorded.".into(),
    });
    assert_eq!(world.count(is!(Output::StopSpeech { .. })), 1);
    world.run(1_000);
    world.says("what do you mean by that?");
    world.run(6_000);
    let said = world.items(Speaker::Assistant)[1];
    assert_eq!(
        (said.text.as_str(), said.name.as_deref()),
        ("I must tell you that this call is recorded.", Some("Ana"))
    );
    assert!(!said.interrupted);
    assert_eq!(world.spoken().last(), Some(&"All right."), "the question is answered after it");

    world.input(Input::ForceSay {
        person: "Ana".into(),
        text: "I must tell you that this call is recorded.".into(),
    });
    world.run(1_000);
    world.says("stop");
    world.run(3_000);
    assert!(world.items(Speaker::Assistant)[3].interrupted);
}

#[test]
fn what_a_person_took_does_not_count_towards_the_longest_call() {
    let mut world = World::begun(Settings::default());
    take(&mut world);
    world.run(700_000);
    hand_back(&mut world, None);
    world.run(9_000);
    assert_eq!(world.count(is!(Output::EndCall { .. })), 0);
}
