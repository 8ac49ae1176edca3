//! What a supervisor does in the console, by its keys, whatever window it is in.

#![allow(dead_code, reason = "each test uses its part")]
#![allow(clippy::print_stdout, reason = "measurements are for people")]

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tandem_scenarios::{Wav, find_envelope, speech};

use crate::webdriver::Window;

/// Lets the assistant finish and stays on the line.
pub const RINA: &str = "+62812345678";
const JANE: &str = "asst_jane_collections";
/// In the pauses of the person, which are too short for the customer to say anything.
const PAUSE_MS: usize = 700;
const RATE: u32 = 8_000;

/// What the supervisor says over and over, once, with its pause.
pub async fn sentence() -> Wav {
    let mut samples = speech("We will waive the late fee.").await;
    samples.extend(vec![0; RATE as usize * PAUSE_MS / 1_000]);
    Wav::mono(RATE, samples)
}

/// Fills the sign-in form where it is empty and sends it.
pub async fn sign_in(window: &Window, email: &str, password: &str) {
    for (field, text) in [("input[type=email]", email), ("input[autocomplete=current-password]", password)] {
        if window.value(field).await != text {
            window.type_into(field, text).await;
        }
    }
    window.press("button[type=submit]").await;
    window.find("#main h1").await;
}

/// Calls Rina, watches her call, takes it over with a key, speaks, and hands it back with a key. Shows the transcript
/// and the two times. Ends the call.
pub async fn takes_over_and_hands_back(window: &Window, picture: &Path) {
    let call = json!({ "to": RINA, "assistant": JANE });
    let placed = window.run(&post("/calls", &call)).await;
    let id = placed["id"].as_str().unwrap_or_else(|| panic!("no call: {placed}")).to_owned();
    window.press("[role=option]").await;
    window.until("the assistant's words", &said("assistant", "hello"), |found| *found == json!(true)).await;
    // Keys go to the page and not into its search field.
    window.run("document.activeElement?.blur()").await;

    window.key("t").await;
    let holds =
        "[...document.querySelectorAll('button')].some((button) => /Hand back/.test(button.textContent))";
    window.until("the floor", holds, |found| *found == json!(true)).await;
    window.until("the person's words", &said("person", "late fee"), |found| *found == json!(true)).await;
    // Heard from the start of the sentence to its end at least once more.
    tokio::time::sleep(Duration::from_secs(5)).await;
    window.picture(picture).await;

    window.key("h").await;
    window.type_into("[role=dialog] textarea", "Be kind.").await;
    window.key("\u{E007}").await;
    window.until("the bridge", &said("assistant", "late fee"), |found| *found == json!(true)).await;
    let events = window.run(&get(&format!("/calls/{id}/events?limit=200"))).await;
    for (kind, most) in [("floor.silenced", 150), ("floor.audible", 300)] {
        let event = events["items"].as_array().and_then(|items| items.iter().find(|e| e["kind"] == kind));
        let after = event.and_then(|event| event["data"]["after_ms"].as_u64());
        let after = after.unwrap_or_else(|| panic!("no {kind}: {events}"));
        println!("{kind} after {after} ms");
        // One of twenty may be slower; their median is looked at elsewhere.
        assert!(after <= most * 3, "{kind} after {after} ms");
    }
    window.run(&post(&format!("/calls/{id}/end"), &Value::Null)).await;
    let state = get(&format!("/calls/{id}"));
    window.until("the end", &state, |call| call["status"] == "completed").await;
}

/// The customer heard the whole sentence and its pause, and nothing of the assistant under it.
pub fn was_heard(sentence: &Wav, recording: &Path) {
    let heard = Wav::read(recording);
    let (place, alike) = find_envelope(&sentence.envelope(0), &heard.envelope(0));
    println!("the sentence was heard after {} ms, {alike:.3} alike", place * 20);
    assert!(alike > 0.95, "what the customer heard is not what was said: {alike:.3}");
    let before = &heard.envelope(0)[..place];
    assert!(before.iter().any(|loud| *loud > 500.0), "the assistant was heard before");
}

fn said(speaker: &str, part: &str) -> String {
    format!(
        "[...document.querySelectorAll('[data-speaker={speaker}]')]\
         .some((line) => line.textContent.toLowerCase().includes('{part}'))"
    )
}

fn get(path: &str) -> String {
    format!("fetch('/api/v1{path}').then((answer) => answer.json())")
}

/// An expression that posts to the API as the signed-in person and answers the body.
pub fn post(path: &str, body: &Value) -> String {
    format!(
        "fetch('/api/v1{path}', {{ method: 'POST', \
         headers: {{ 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }}, \
         body: JSON.stringify({body}) }}).then((answer) => answer.json())"
    )
}
