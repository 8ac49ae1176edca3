//! Callers on routes, in virtual time.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::route::{Mailbox, Prompt};

/// A machine and its clock.
pub(super) struct Line {
    pub(super) machine: RouteMachine,
    pub(super) now: Instant,
}

impl Line {
    pub(super) fn on(route: Value) -> Self {
        let now = Instant::now();
        Self { machine: RouteMachine::new(now, Route::read(&route, "").expect("a route")), now }
    }

    pub(super) fn outputs(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.machine.poll_output()).collect()
    }

    pub(super) fn give(&mut self, input: Input) -> Vec<Output> {
        self.machine.handle(self.now, input);
        self.outputs()
    }

    pub(super) fn keys(&mut self, keys: &str) -> Vec<Output> {
        keys.chars().flat_map(|key| self.give(Input::Digit(key))).collect()
    }

    /// Reports the end of what was said last.
    fn said(&mut self) -> Vec<Output> {
        let id = self.machine.saying;
        self.give(Input::Said(id))
    }

    fn wait(&mut self, seconds: f32) -> Vec<Output> {
        self.now += Duration::from_secs_f32(seconds);
        self.machine.tick(self.now);
        self.outputs()
    }
}

fn heard(text: &str, last: bool) -> Input {
    Input::Heard { text: text.into(), last }
}

fn texts(outputs: &[Output]) -> Vec<&str> {
    let said = |output: &Output| {
        matches!(output, Output::Say { .. }).then(|| match output {
            Output::Say { what: Saying::Prompt(Prompt::Text(_)), .. } => "",
            Output::Say { what: Saying::Prompt(Prompt::Sound { .. }), .. } => "(sound)",
            Output::Say { what: Saying::Invalid, .. } => "(invalid)",
            Output::Say { what: Saying::Unavailable, .. } => "(unavailable)",
            _ => "(leave a message)",
        })
    };
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Say { what: Saying::Prompt(Prompt::Text(text)), .. } => Some(text.as_str()),
            other => said(other),
        })
        .collect()
}

fn connects(outputs: &[Output], assistant: &str) -> bool {
    let target = Target::Assistant(assistant.into());
    outputs.iter().any(|output| matches!(output, Output::Connect { target: other } if *other == target))
}

fn assistant(id: &str) -> Value {
    json!({ "kind": "assistant", "assistant": id })
}

fn menu() -> Value {
    json!({
        "kind": "menu", "prompt": "Choose.", "retries": 1, "timeout_s": 5,
        "keys": { "1": assistant("one"), "12": assistant("twelve"), "2": assistant("two") },
        "speech": [{ "phrases": ["billing"], "route": assistant("billing") }],
        "otherwise": assistant("nobody"),
    })
}

#[test]
fn a_key_cuts_the_prompt_and_is_the_choice() {
    let mut line = Line::on(menu());
    let begin = line.outputs();
    assert!(matches!(&begin[0], Output::Listen { phrases } if phrases == &["billing"]), "{begin:?}");
    assert_eq!(texts(&begin), ["Choose."]);
    let pressed = line.keys("2");
    assert_eq!(pressed[..2], [Output::StopSaying, Output::StopListening]);
    assert!(connects(&pressed, "two") && line.machine.is_connected());
}

#[test]
fn a_key_that_may_be_the_first_of_two_waits_three_seconds() {
    let mut line = Line::on(menu());
    line.outputs();
    line.said();
    assert_eq!(line.keys("1"), []);
    assert_eq!(line.wait(2.9), []);
    assert!(connects(&line.wait(0.2), "one"));

    let mut line = Line::on(menu());
    assert!(connects(&line.keys("12"), "twelve"));
}

#[test]
fn the_terminator_ends_an_entry_at_once() {
    let mut line = Line::on(menu());
    assert!(connects(&line.keys("1#"), "one"));
}

#[test]
fn the_end_of_a_prompt_that_was_cut_is_not_taken_for_the_next_ones() {
    let mut line = Line::on(menu());
    line.outputs();
    let cut = line.machine.saying;
    assert_eq!(texts(&line.keys("7")), ["(invalid)", "Choose."]);
    line.give(Input::Said(cut));
    // Still being said: nothing is overdue five seconds later.
    assert_eq!(line.wait(6.0), []);
}

#[test]
fn invalid_and_no_input_are_counted_apart() {
    let mut line = Line::on(menu());
    line.outputs();
    assert_eq!(texts(&line.keys("9")), ["(invalid)", "Choose."]);
    line.said();
    assert_eq!(texts(&line.wait(5.0)), ["Choose."], "the first silence, though one key was wrong");
    line.said();
    let over = line.wait(5.0);
    assert!(connects(&over, "nobody"), "{over:?}");

    let mut line = Line::on(menu());
    line.said();
    line.wait(5.0);
    line.said();
    assert_eq!(texts(&line.keys("9")), ["(invalid)", "Choose."], "the first wrong key, though one silence");
    assert!(connects(&line.keys("9"), "nobody"));
}

#[test]
fn a_word_is_a_choice_and_cuts_the_prompt_before_it_is_final() {
    let mut line = Line::on(menu());
    line.outputs();
    assert_eq!(line.give(heard("my billing", false)), [Output::StopSaying]);
    assert!(connects(&line.give(heard("my billing please", true)), "billing"));
}

#[test]
fn other_words_leave_the_prompt_alone_and_are_no_choice_after_it() {
    let mut line = Line::on(menu());
    line.outputs();
    assert_eq!(line.give(heard("who is there", true)), []);
    line.said();
    assert_eq!(line.give(heard("hm", false)), []);
    // Whoever is speaking is not overdue.
    assert_eq!(line.wait(6.0), []);
    assert_eq!(texts(&line.give(heard("hm hm", true))), ["(invalid)", "Choose."]);
}

#[test]
fn hours_lead_to_one_of_two() {
    let route =
        json!({ "kind": "hours", "hours": "office", "open": assistant("day"), "closed": assistant("night") });
    for (open, who) in [(true, "day"), (false, "night")] {
        let mut line = Line::on(route.clone());
        assert!(matches!(line.outputs()[..], [Output::AskHours { .. }]));
        assert!(connects(&line.give(Input::HoursAre { open }), who));
    }
    let mut line = Line::on(route);
    assert!(connects(&line.wait(10.0), "night"), "closed where nobody knows");
}

#[test]
fn a_server_answers_with_a_route_or_its_fallback_is_taken() {
    let route = json!({ "kind": "webhook", "url": "https://x", "fallback": assistant("fallback") });
    let answer = Route::read(&assistant("answered"), "").expect("route");
    let mut line = Line::on(route.clone());
    assert!(connects(&line.give(Input::WebhookAnswered(Box::new(answer))), "answered"));
    let mut line = Line::on(route.clone());
    assert!(connects(&line.give(Input::WebhookFailed), "fallback"));
    let mut line = Line::on(route);
    assert!(connects(&line.wait(10.0), "fallback"));
}

#[test]
fn servers_that_send_callers_in_circles_are_left() {
    let circle = json!({ "kind": "webhook", "url": "https://x", "fallback": assistant("fallback") });
    let answer = Route::read(&circle, "").expect("route");
    let mut line = Line::on(circle);
    for _ in 0..MOST_WEBHOOKS {
        line.give(Input::WebhookAnswered(Box::new(answer.clone())));
    }
    assert!(line.machine.is_connected());
}

#[test]
fn who_cannot_be_reached_is_followed_by_their_otherwise_then_the_menus_then_the_end() {
    let mut line = Line::on(json!({
        "kind": "menu", "prompt": "Choose.",
        "keys": { "1": { "kind": "person", "user": "ann", "otherwise": { "kind": "number", "number": "+155512345" } } },
        "otherwise": assistant("desk"),
    }));
    line.keys("1");
    let next = line.give(Input::TargetFailed);
    assert!(matches!(&next[..], [Output::Connect { target: Target::Number(_) }]), "{next:?}");
    assert!(connects(&line.give(Input::TargetFailed), "desk"));
    assert_eq!(texts(&line.give(Input::TargetFailed)), ["(unavailable)"]);
    assert_eq!(line.said(), [Output::HangUp]);
    assert!(line.machine.is_over());
}

#[test]
fn a_message_ends_with_silence_a_key_or_its_longest_time() {
    let route = json!({ "kind": "voicemail", "box": "sales", "max_s": 30 });
    let begin = || {
        let mut line = Line::on(route.clone());
        assert_eq!(texts(&line.outputs()), ["(leave a message)"]);
        let mailbox = Mailbox::Named("sales".into());
        assert_eq!(line.said(), [Output::RecordVoicemail { mailbox, max_s: 30 }]);
        line
    };
    let mut line = begin();
    line.give(Input::Voice { active: true });
    assert_eq!(line.wait(20.0), [], "while the caller speaks");
    line.give(Input::Voice { active: false });
    assert_eq!(line.wait(4.9), []);
    assert_eq!(line.wait(0.1), [Output::StopVoicemail]);
    assert_eq!(line.give(Input::VoicemailDone), [Output::HangUp]);

    assert_eq!(begin().keys("#"), [Output::StopVoicemail]);
    let mut line = begin();
    line.give(Input::Voice { active: true });
    assert_eq!(line.wait(31.0), [Output::StopVoicemail]);
    assert_eq!(line.wait(15.0), [Output::HangUp], "though storing it never ends");
}

#[test]
fn a_greeting_may_be_skipped() {
    let mut line = Line::on(json!({ "kind": "voicemail", "user": "u", "greeting": "Hello." }));
    line.outputs();
    let pressed = line.keys("#");
    assert!(matches!(pressed[..], [Output::StopSaying, Output::RecordVoicemail { .. }]), "{pressed:?}");
}

#[test]
fn something_is_said_before_the_end() {
    let mut line =
        Line::on(json!({ "kind": "say", "text": "One.", "then": { "kind": "hangup", "say": "Two." } }));
    assert_eq!(texts(&line.outputs()), ["One."]);
    assert_eq!(texts(&line.said()), ["Two."]);
    assert_eq!(line.said(), [Output::HangUp]);
}

fn routes() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(assistant("a")),
        Just(json!({ "kind": "hangup" })),
        Just(json!({ "kind": "hangup", "say": "Bye." })),
        Just(json!({ "kind": "voicemail", "max_s": 20 })),
        Just(json!({ "kind": "person", "user": "u" })),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let (a, b, c) = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            (a.clone(), b.clone()).prop_map(|(open, closed)| {
                json!({ "kind": "hours", "hours": "h", "open": open, "closed": closed })
            }),
            a.clone().prop_map(|then| json!({ "kind": "say", "text": "x", "then": then })),
            a.clone().prop_map(|other| json!({ "kind": "queue", "queue": "q", "otherwise": other })),
            a.clone().prop_map(|route| json!({ "kind": "webhook", "url": "http://x", "fallback": route })),
            (a, b, c, 0..3_u32).prop_map(|(one, two, word, retries)| {
                json!({
                    "kind": "menu", "prompt": "x", "retries": retries,
                    "keys": { "1": one.clone(), "12": two, "#": one },
                    "speech": [{ "phrases": ["yes"], "route": word.clone() }],
                    "otherwise": word,
                })
            }),
        ]
    })
}

fn inputs() -> impl Strategy<Value = Option<Input>> {
    prop_oneof![
        // Time passes to the deadline.
        3 => Just(None),
        3 => proptest::char::range('0', '3').prop_map(|key| Some(Input::Digit(key))),
        1 => Just(Some(Input::Digit('#'))),
        1 => Just(Some(Input::Digit('*'))),
        2 => any::<bool>().prop_map(|last| Some(heard("oh yes", last))),
        2 => any::<bool>().prop_map(|last| Some(heard("no", last))),
        3 => (0..40_u64).prop_map(|id| Some(Input::Said(SayId(id)))),
        1 => any::<bool>().prop_map(|active| Some(Input::Voice { active })),
        1 => any::<bool>().prop_map(|open| Some(Input::HoursAre { open })),
        1 => Just(Some(Input::WebhookFailed)),
        1 => Just(Some(Input::TargetFailed)),
        1 => Just(Some(Input::VoicemailDone)),
    ]
}

proptest! {
    #[test]
    fn a_caller_is_never_stuck_and_comes_to_an_end(
        route in routes(),
        answer in routes(),
        inputs in proptest::collection::vec(inputs(), 0..60),
    ) {
        let mut line = Line::on(route);
        let answer = Route::read(&answer, "").expect("a route");
        let settled = |machine: &RouteMachine| machine.is_connected() || machine.is_over();
        for input in inputs {
            line.outputs();
            prop_assert!(settled(&line.machine) || line.machine.next_deadline().is_some());
            match input {
                Some(input) => line.machine.handle(line.now, input),
                None => {
                    line.machine.handle(line.now, Input::WebhookAnswered(Box::new(answer.clone())));
                    line.now = line.machine.next_deadline().map_or(line.now, |(at, _)| at.max(line.now));
                    line.machine.tick(line.now);
                }
            }
        }
        // Left alone it ends by its deadlines, and by failing targets, within so many steps.
        let mut steps = 0;
        while !line.machine.is_over() {
            steps += 1;
            prop_assert!(steps < 1_000, "no end in sight");
            line.outputs();
            match line.machine.next_deadline() {
                Some((at, _)) => {
                    line.now = at.max(line.now);
                    line.machine.tick(line.now);
                }
                None => line.machine.handle(line.now, Input::TargetFailed),
            }
        }
        let last = line.outputs();
        prop_assert!(last.is_empty() || last.contains(&Output::HangUp));
        // Nothing more comes out of one that is over.
        for input in [Input::Digit('1'), Input::TargetFailed, Input::HoursAre { open: true }, Input::VoicemailDone] {
            line.machine.handle(line.now, input);
        }
        prop_assert!(line.outputs().is_empty());
    }
}
