//! Outcomes: what is read out of a finished conversation, and what is not.

use std::collections::BTreeMap;

use tandem_conversation::io::{ItemKey, Speaker};
use tandem_conversation::outcome::{Circumstances, Field, Outcome, Said, check, derive};

fn facts() -> Circumstances {
    let variables = BTreeMap::from([("amount_due".to_owned(), "200".to_owned())]);
    Circumstances { variables, today: (2027, 6, 10), ..Circumstances::default() }
}

/// Lines of "a: …" for the assistant and "c: …" for the customer; keys count from one.
fn said(lines: &[&str]) -> Vec<Said> {
    let item = |(place, line): (usize, &&str)| {
        let (who, text) = line.split_once(": ").expect("who: what");
        let speaker = if who == "a" { Speaker::Assistant } else { Speaker::Customer };
        Said { key: ItemKey(place as u64 + 1), speaker, text: text.to_owned(), acknowledgement: who == "ack" }
    };
    lines.iter().enumerate().map(item).collect()
}

fn outcome(lines: &[&str]) -> Outcome {
    derive(&said(lines), &facts())
}

fn promise(lines: &[&str]) -> Option<(String, Vec<u64>, bool)> {
    let outcome = outcome(lines);
    let field = outcome.field("promise_to_pay")?;
    assert_eq!(outcome.disposition, "promise_to_pay");
    Some((field.value.clone(), field.evidence.iter().map(|key| key.0).collect(), outcome.needs_review))
}

#[test]
fn a_promise_names_its_day_and_amount_and_the_item_that_shows_it() {
    let greeting = "a: Hello, this is Jane. When can you pay?";
    let found = |line| promise(&[greeting, line]).unwrap_or_else(|| panic!("{line}"));
    assert_eq!(found("c: Yes, I can pay on the fifth."), (r#"{"date":"2027-07-05"}"#.into(), vec![2], false));
    assert_eq!(found("c: yes i will pay on june twentieth").0, r#"{"date":"2027-06-20"}"#);
    let (value, evidence, review) = found("c: I will pay ninety dollars tomorrow.");
    assert_eq!(value, r#"{"amount":90.0,"currency":"USD","date":"2027-06-11"}"#);
    assert_eq!((evidence, review), (vec![2], false));
    assert_eq!(found("c: I can pay the full amount on Friday").0, r#"{"amount":200.0,"date":"2027-06-11"}"#);
}

#[test]
fn an_answer_to_our_question_is_shown_by_both() {
    let found = promise(&["a: When can you pay?", "c: On the fifth."]).expect("a day");
    assert_eq!(found, (r#"{"date":"2027-07-05"}"#.into(), vec![1, 2], false));
    let found = promise(&["a: Can you pay 90 dollars on the fifth?", "c: Yes, of course."]).expect("agreed");
    assert_eq!(found.0, r#"{"amount":90.0,"currency":"USD","date":"2027-07-05"}"#);
}

#[test]
fn questions_refusals_and_doubts_are_no_promises() {
    for line in [
        "c: Can I pay on the fifth?",
        "c: can i pay on the fifth",
        "c: I can't pay on the fifth.",
        "c: I cannot pay tomorrow",
        "c: I will not pay ninety dollars.",
        "c: Maybe I can pay on the fifth.",
        "c: What happens if I pay tomorrow?",
        "c: How much do I have to pay?",
        "c: I don't know.",
        "c: No.",
    ] {
        assert_eq!(promise(&["a: When can you pay?", line]), None, "{line}");
    }
    assert_eq!(promise(&["a: You owe ninety dollars by the fifth.", "c: Okay."]), None, "told, not asked");
}

#[test]
fn a_refusal_after_a_promise_takes_it_back_and_a_turn_within_a_sentence_counts() {
    assert_eq!(
        promise(&["a: Hello.", "c: I will pay tomorrow.", "a: Good.", "c: Actually, I can't pay tomorrow."]),
        None
    );
    let found = promise(&["a: Hello.", "c: I can't pay today, but I can pay tomorrow."]).expect("tomorrow");
    assert_eq!(found.0, r#"{"date":"2027-06-11"}"#);
}

#[test]
fn values_that_do_not_hold_are_kept_for_a_person_to_look_at() {
    assert!(promise(&["a: When?", "c: I will pay on June first."]).expect("past").2);
    assert!(promise(&["a: When?", "c: I will pay five hundred dollars tomorrow."]).expect("too much").2);
    assert!(promise(&["a: When?", "c: I will pay."]).expect("no day").2);
    assert!(!promise(&["a: When?", "c: I will pay two hundred dollars today."]).expect("all right").2);
}

#[test]
fn the_other_endings_have_their_names() {
    let of = |lines: &[&str]| outcome(lines).disposition;
    assert_eq!(of(&["a: Hello.", "c: Stop calling me."]), "opt_out");
    assert_eq!(of(&["a: Hello.", "c: I want to speak to a person please."]), "transfer_requested");
    assert_eq!(
        of(&["c: you have reached the voicemail of daniel please leave a message after the tone"]),
        "voicemail"
    );
    assert_eq!(
        of(&["a: Hello.", "c: What are your opening hours?", "a: From nine to five.", "c: Thank you."]),
        "question_answered"
    );
    assert_eq!(of(&["a: Hello.", "c: I already paid it."]), "payment_confirmed");
    assert_eq!(of(&["a: Hello.", "c: Please call me back tomorrow."]), "callback");
    assert_eq!(of(&["a: Hello.", "c: All fine. Goodbye."]), "completed");
    assert_eq!(of(&["a: Hello.", "ack: mm-hm"]), "no_speech");
    let gone = Circumstances { ended_by_customer: true, ..facts() };
    assert_eq!(derive(&said(&["a: Hel"]), &gone).disposition, "hung_up");
}

#[test]
fn opt_out_callback_and_right_party_have_evidence() {
    let opted = outcome(&["a: Hello.", "c: Remove me from your list."]);
    assert_eq!(
        opted.field("opt_out").map(|f| (f.value.as_str(), f.evidence.clone())),
        Some(("true", vec![ItemKey(2)]))
    );
    assert_eq!(opted.sentiment, "negative");
    let back = outcome(&["a: Hello.", "c: Please call me back tomorrow."]);
    assert_eq!(back.field("callback_time").map(|f| f.value.as_str()), Some(r#""2027-06-11""#));
    let right = outcome(&["a: Am I speaking with Rina Wijaya?", "c: Yes, this is me."]);
    assert_eq!(right.field("right_party").map(|f| (f.value.as_str(), f.evidence.len())), Some(("true", 2)));
    let wrong = outcome(&["a: Am I speaking with Rina Wijaya?", "c: No, wrong number."]);
    assert_eq!(wrong.field("right_party").map(|f| f.value.as_str()), Some("false"));
}

fn proposal(value: &str, evidence: &[u64]) -> Outcome {
    let evidence = evidence.iter().map(|key| ItemKey(*key)).collect();
    let field = Field { name: "promise_to_pay".into(), value: value.into(), evidence };
    Outcome {
        disposition: "promise_to_pay".into(),
        summary: "They will pay.".into(),
        sentiment: "neutral".into(),
        fields: vec![field],
        needs_review: false,
    }
}

#[test]
fn a_models_proposal_needs_evidence_that_exists_and_values_that_hold() {
    let items = said(&["a: When?", "c: Tomorrow."]);
    let good = proposal(r#"{"amount":90,"date":"2027-06-11"}"#, &[2]);
    assert_eq!(check(good.clone(), &items, &facts()), Ok(good));
    for (value, evidence, hint) in [
        (r#"{"date":"2027-06-11"}"#, vec![], "name the transcript items"),
        (r#"{"date":"2027-06-11"}"#, vec![7], "no transcript item 7"),
        (r#"{"date":"2027-06-09"}"#, vec![2], "before today"),
        (r#"{"date":"tomorrow"}"#, vec![2], "YYYY-MM-DD"),
        (r#"{"amount":900}"#, vec![2], "above the balance"),
        ("ninety", vec![2], "not JSON"),
    ] {
        let repair = check(proposal(value, &evidence), &items, &facts()).expect_err(hint);
        assert!(repair.hint.contains(hint), "{}", repair.hint);
        assert!(repair.fallback.needs_review);
        let shown = |field: &Field| !field.evidence.is_empty() && field.evidence.iter().all(|key| key.0 <= 2);
        assert!(repair.fallback.fields.iter().all(shown));
    }
    let opted = Circumstances { opted_out: true, ..facts() };
    let repair = check(proposal("{}", &[2]), &items, &opted).expect_err("opted out");
    assert_eq!(repair.fallback.disposition, "opt_out");
}
