//! Routes from JSON and back.

use serde_json::{Value, json};

use super::*;
use crate::route::Mailbox;

fn refused(value: &Value) -> Vec<(String, String)> {
    let found = Route::read(value, "route").expect_err("refused");
    found.into_iter().map(|finding| (finding.path, finding.expected)).collect()
}

fn paths(value: &Value) -> Vec<String> {
    refused(value).into_iter().map(|(path, _)| path).collect()
}

fn whole() -> Value {
    json!({
        "kind": "hours",
        "hours": { "time_zone": "Asia/Jakarta", "week": [{ "days": ["mon"], "from": "08:00", "to": "24:00" }] },
        "open": {
            "kind": "menu",
            "prompt": "Press 1 for sales, or say so.",
            "keys": {
                "1": { "kind": "assistant", "assistant": "a1" },
                "2": { "kind": "queue", "queue": "q1", "otherwise": { "kind": "hangup", "say": "Later." } },
                "*9": { "kind": "number", "number": "+15551234567" },
            },
            "speech": [{ "phrases": ["sales"], "route": { "kind": "assistant", "assistant": "a1" } }],
            "invalid": { "sound": "no-such-choice" },
            "otherwise": { "kind": "person", "user": "u1" },
        },
        "closed": {
            "kind": "webhook",
            "url": "https://example.com/route",
            "secret": "hush",
            "fallback": {
                "kind": "say",
                "text": "We are closed.",
                "then": { "kind": "voicemail", "queue": "q1", "greeting": "Speak.", "max_s": 60 },
            },
        },
    })
}

#[test]
fn a_route_of_every_kind_survives_being_stored() {
    let route = Route::read(&whole(), "route").expect("read");
    let stored = serde_json::to_string(&route).expect("written");
    assert_eq!(serde_json::from_str::<Route>(&stored).expect("read back"), route);
}

#[test]
fn what_was_stored_before_there_were_other_kinds_reads() {
    for old in [r#"{"kind":"assistant","assistant":"akylai"}"#, r#"{"kind":"person","user":"user_1"}"#] {
        serde_json::from_str::<Route>(old).expect(old);
    }
}

#[test]
fn every_fault_is_named_by_its_path() {
    let value = json!({
        "kind": "menu",
        "keys": {
            "12345": { "kind": "hangup" },
            "1": { "kind": "asistant", "assistant": "a" },
            "2": { "kind": "number", "number": "555" },
            "3": { "kind": "say", "text": "", "then": { "kind": "hangup", "sya": "Bye" } },
        },
        "speech": [{ "phrases": ["…"], "route": { "kind": "person" } }],
        "timeout_s": 0,
        "retries": "two",
        "invalid": { "sound": "../x" },
    });
    let expected = [
        "route.prompt",
        "route.keys.1.kind",
        "route.keys.12345",
        "route.keys.2.number",
        "route.keys.3.text",
        "route.keys.3.then.sya",
        "route.speech.0.phrases.0",
        "route.speech.0.route.user",
        "route.timeout_s",
        "route.retries",
        "route.invalid.sound",
    ];
    assert_eq!(paths(&value), expected);
}

#[test]
fn fields_that_belong_together_are_checked_together() {
    let box_twice = json!({ "kind": "voicemail", "user": "u", "box": "b" });
    assert_eq!(paths(&box_twice), ["route"]);
    let no_choice = json!({ "kind": "menu", "prompt": "Well?" });
    assert_eq!(paths(&no_choice), ["route.keys"]);
    let address = json!({ "kind": "webhook", "url": "ftp://x", "fallback": { "kind": "hangup" } });
    assert_eq!(paths(&address), ["route.url"]);
    let hours = json!({ "kind": "hours", "hours": { "week": [{}] }, "open": { "kind": "hangup" } });
    let expected =
        ["route.hours.week.0.days", "route.hours.week.0.from", "route.hours.week.0.to", "route.closed"];
    assert_eq!(paths(&hours), expected);
}

#[test]
fn depth_and_size_are_limited() {
    let mut deep = json!({ "kind": "hangup" });
    for _ in 0..DEEPEST {
        deep = json!({ "kind": "say", "text": "x", "then": deep });
    }
    let (path, expected) = refused(&deep).remove(0);
    assert_eq!(path, format!("route{}", ".then".repeat(DEEPEST)));
    assert_eq!(expected, "at most 10 routes within each other");

    let keys: serde_json::Map<_, _> =
        (0..MOST_ROUTES).map(|key| (key.to_string(), json!({ "kind": "hangup" }))).collect();
    let (_, expected) = refused(&json!({ "kind": "menu", "prompt": "x", "keys": keys })).remove(0);
    assert_eq!(expected, "at most 300 routes in all");
}

#[test]
fn secrets_are_not_shown_kept_when_left_out_and_removed_when_empty() {
    let former = Route::read(&whole(), "").expect("read");
    let shown = serde_json::to_value(former.without_secrets()).expect("written");
    assert_eq!(shown["closed"]["secret"], Value::Null);
    assert!(!format!("{former:?}").contains("hush"));

    let mut again = Route::read(&shown, "").expect("what is shown can be written");
    again.keep_secrets(Some(&former));
    assert_eq!(again, former);

    let mut emptied = shown;
    emptied["closed"]["secret"] = json!("");
    let mut emptied = Route::read(&emptied, "").expect("read");
    emptied.keep_secrets(Some(&former));
    assert_eq!(emptied, former.without_secrets());
}

#[test]
fn a_tree_knows_its_assistants_and_a_box_its_owner() {
    let route = Route::read(&whole(), "").expect("read");
    assert_eq!(route.assistants(), ["a1".into()]);
    assert!(!route.names_hours("office"));
    let mut paths = Vec::new();
    route.walk("route", &mut |path, _| paths.push(path.to_owned()));
    let expected = [
        "route",
        "route.open",
        "route.open.keys.*9",
        "route.open.keys.1",
        "route.open.keys.2",
        "route.open.keys.2.otherwise",
        "route.open.speech.0.route",
        "route.open.otherwise",
        "route.closed",
        "route.closed.fallback",
        "route.closed.fallback.then",
    ];
    assert_eq!(paths, expected);
    let mailbox = |value: Value| match Route::read(&value, "").expect("read") {
        Route::Voicemail(voicemail) => voicemail.mailbox(),
        other => panic!("{other:?}"),
    };
    assert_eq!(mailbox(json!({ "kind": "voicemail" })), Mailbox::Named("main".into()));
    assert_eq!(mailbox(json!({ "kind": "voicemail", "user": "u" })), Mailbox::User("u".into()));
    for text in ["user:u", "queue:q:1", "box:main"] {
        assert_eq!(Mailbox::parse(text).expect(text).to_string(), text);
    }
}
