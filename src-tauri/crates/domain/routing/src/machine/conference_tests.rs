//! Callers on their way into a conference, and out of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::tests::Line;
use super::*;

/// Whether they are let in, and whether that starts it and ends it.
fn let_in(outputs: &[Output]) -> Option<(bool, bool)> {
    outputs.iter().find_map(|output| match output {
        Output::Connect { target: Target::Conference { starts, ends, .. } } => Some((*starts, *ends)),
        _ => None,
    })
}

fn two_pins() -> Line {
    let mut line = Line::on(json!({
        "kind": "conference", "name": "board", "pin": "1234", "moderator_pin": "987654", "ends_with_moderator": true,
        "otherwise": {"kind": "voicemail"},
    }));
    assert!(matches!(line.outputs()[..], [Output::Say { what: Saying::AskPin, .. }]));
    line
}

#[test]
fn without_a_pin_everybody_is_in_at_once_and_starts_it() {
    let mut line = Line::on(json!({"kind": "conference", "name": "standup"}));
    assert_eq!(let_in(&line.outputs()), Some((true, false)));
    assert!(line.machine.is_connected());
    assert_eq!(line.give(Input::TargetOver), [Output::HangUp]);
}

#[test]
fn the_moderators_pin_makes_a_moderator_and_the_other_a_guest() {
    let mut line = two_pins();
    assert_eq!(let_in(&line.keys("1234#")), Some((false, false)));
    let mut line = two_pins();
    let entered = line.keys("987654");
    assert_eq!(let_in(&entered), Some((true, true)));
    assert!(entered.contains(&Output::StopSaying), "the prompt is cut by the first key");
}

#[test]
fn after_three_wrong_pins_a_caller_goes_elsewhere() {
    let mut line = two_pins();
    for _ in 0..2 {
        let wrong = line.keys("555#");
        assert!(wrong.iter().any(|output| matches!(output, Output::Say { what: Saying::WrongPin, .. })));
        assert!(line.machine.next_deadline().is_some());
    }
    let away = line.keys("555#");
    assert!(away.iter().any(|output| matches!(output, Output::Say { what: Saying::LeaveMessage, .. })));
}

#[test]
fn a_star_begins_again_and_silence_counts_as_the_end() {
    let mut line = two_pins();
    line.keys("99*1234");
    line.now += Duration::from_secs(9);
    line.machine.tick(line.now);
    assert_eq!(let_in(&line.outputs()), Some((false, false)));
}

#[test]
fn where_only_moderators_have_a_pin_the_hash_key_lets_guests_in() {
    let mut line = Line::on(json!({"kind": "conference", "name": "town hall", "moderator_pin": "4711"}));
    line.outputs();
    assert_eq!(let_in(&line.keys("#")), Some((false, false)));
}

#[test]
fn after_the_conference_the_route_goes_on_and_a_refused_caller_goes_elsewhere() {
    let route = json!({
        "kind": "conference", "name": "standup",
        "then": {"kind": "say", "text": "How was it?", "then": {"kind": "hangup"}},
        "otherwise": {"kind": "number", "number": "+15550100"},
    });
    let mut line = Line::on(route.clone());
    line.outputs();
    assert!(matches!(line.give(Input::TargetOver)[..], [Output::Say { .. }]));
    let mut line = Line::on(route);
    line.outputs();
    let elsewhere = line.give(Input::TargetFailed);
    assert!(matches!(&elsewhere[..], [Output::Connect { target: Target::Number(_) }]), "{elsewhere:?}");
}

#[test]
fn pins_are_digits_unlike_each_other_hidden_and_kept() {
    let read = |route: Value| Route::read(&route, "route");
    let faults = |route: Value| {
        read(route).expect_err("refused").into_iter().map(|finding| finding.path).collect::<Vec<_>>()
    };
    assert_eq!(faults(json!({"kind": "conference", "name": "a", "pin": "12"})), ["route.pin"]);
    assert_eq!(faults(json!({"kind": "conference", "name": "a", "pin": "12a4"})), ["route.pin"]);
    let same = json!({"kind": "conference", "name": "a", "pin": "1234", "moderator_pin": "1234"});
    assert_eq!(faults(same), ["route.moderator_pin"]);
    let stored = read(json!({"kind": "conference", "name": "a", "pin": "1234", "moderator_pin": "9999"}));
    let stored = stored.expect("a route");
    let shown = serde_json::to_value(stored.without_secrets()).expect("json");
    assert_eq!((&shown["pin"], &shown["moderator_pin"]), (&Value::Null, &Value::Null));
    let mut written = read(json!({"kind": "conference", "name": "a", "pin": ""})).expect("a route");
    written.keep_secrets(Some(&stored));
    let Route::Conference(kept) = written else { panic!("a conference") };
    assert_eq!(kept.pin, None, "an empty one is removed");
    assert_eq!(kept.moderator_pin.expect("kept").expose(), "9999");
}
