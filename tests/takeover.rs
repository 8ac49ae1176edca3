//! Taking a live AI call over and handing it back, proven by what the customer heard.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Api, Live, Server, Wav, speech, tone_strength};
use tokio_tungstenite::tungstenite::Message;

const JANE: &str = "asst_jane_collections";
/// Rina lets the assistant finish and stays on the line.
const RINA: &str = "+62812345678";

/// A person's browser phone whose microphone hears one tone; it ends when dropped.
struct Phone {
    task: tokio::task::JoinHandle<()>,
}

impl Phone {
    /// A microphone that hears one tone for ever.
    async fn connect(api: &Api, hz: f64) -> Self {
        let mut n = 0_u32;
        let tone = move || {
            n += 1;
            Some(((f64::from(n) * hz / 8_000.0 * std::f64::consts::TAU).sin() * 9_000.0) as i16)
        };
        Self::with_microphone(api, tone).await
    }

    /// A microphone that hears this sound once the gate opens, and silence before and after.
    async fn speaking(
        api: &Api,
        sound: Vec<i16>,
        gate: std::sync::Arc<std::sync::atomic::AtomicBool>,
    ) -> Self {
        let mut sound = sound.into_iter();
        let voice = move || if gate.load(std::sync::atomic::Ordering::Acquire) { sound.next() } else { None };
        Self::with_microphone(api, voice).await
    }

    async fn with_microphone(api: &Api, mut sample: impl FnMut() -> Option<i16> + Send + 'static) -> Self {
        let (socket, _) =
            tokio_tungstenite::connect_async(api.socket("phone").await).await.expect("a phone socket");
        let (mut send, mut receive) = socket.split();
        // The server's hello says that the phone is connected.
        receive.next().await.expect("open").expect("hello");
        let task = tokio::spawn(async move {
            let mut clock = tokio::time::interval(Duration::from_millis(20));
            loop {
                tokio::select! {
                    _ = clock.tick() => {
                        let frame: Vec<u8> =
                            (0..160).flat_map(|_| sample().unwrap_or(0).to_le_bytes()).collect();
                        if send.send(Message::binary(frame)).await.is_err() {
                            return;
                        }
                    }
                    message = receive.next() => if message.is_none() { return },
                }
            }
        });
        Self { task }
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn floor_version(api: &Api, call: &str) -> i64 {
    api.get(&format!("/calls/{call}")).await["floor"]["version"].as_i64().expect("a version")
}

async fn take_over(api: &Api, call: &str) -> tandem_scenarios::Answer {
    let version = floor_version(api, call).await;
    api.ask(Method::POST, &format!("/calls/{call}/takeover"), Some(json!({ "floor_version": version }))).await
}

/// A call in which the assistant is speaking right now.
async fn speaking_call(api: &Api, live: &mut Live) -> String {
    let id = api.call(RINA, JANE).await;
    live.until("the call in progress", 30, |m| {
        m["kind"] == "call.updated" && m["call"] == id.as_str() && m["data"]["status"] == "in_progress"
    })
    .await;
    live.until("the assistant's first words", 20, |m| {
        m["kind"] == "transcript.item" && m["call"] == id.as_str() && m["data"]["speaker"] == "assistant"
    })
    .await;
    id
}

#[tokio::test]
async fn the_customer_hears_the_supervisor_and_not_the_assistant_and_then_the_assistant_again() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut live = Live::open(&sam).await;
    let _phone = Phone::connect(&sam, 1_000.0).await;
    let call = speaking_call(&sam, &mut live).await;

    let answer = take_over(&sam, &call).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let silenced = live.event(&call, "floor.silenced", 10).await;
    let audible = live.event(&call, "floor.audible", 10).await;
    assert!(silenced["data"]["after_ms"].as_u64().expect("ms") <= 150, "{silenced}");
    assert!(audible["data"]["after_ms"].as_u64().expect("ms") <= 300, "{audible}");
    tokio::time::sleep(Duration::from_secs(2)).await;

    let version = floor_version(&sam, &call).await;
    let back = json!({ "floor_version": version, "note": "We waive the late fee." });
    sam.post(&format!("/calls/{call}/handback"), back).await;
    live.said(&call, "assistant", "sam", 20).await;
    sam.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 20).await;

    // The customer's own recording: left is what was heard. Find the stretch with the supervisor's tone.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let heard = Wav::read(&server.heard_by(RINA));
    let strengths: Vec<f64> = (0..(heard.seconds() * 5.0) as usize)
        .map(|n| tone_strength(heard.stretch(0, n as f64 / 5.0, (n + 1) as f64 / 5.0), heard.rate, 1_000.0))
        .collect();
    let with_tone = strengths.iter().filter(|s| **s > 0.95).count();
    assert!(with_tone >= 7, "the tone alone for 1.4 s at least: {strengths:?}");
    let first = strengths.iter().position(|s| *s > 0.95).expect("the tone");
    let last = strengths.iter().rposition(|s| *s > 0.95).expect("the tone");
    let mixed = strengths[first..=last].iter().filter(|s| **s < 0.9).count();
    assert!(mixed <= 1, "the assistant is not heard under the supervisor: {strengths:?}");
    assert!(strengths[..first].iter().any(|s| *s < 0.5), "the assistant was heard before");
}

#[tokio::test]
async fn the_assistant_takes_up_what_the_supervisor_said_aloud() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut live = Live::open(&sam).await;
    let gate = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let _phone = Phone::speaking(&sam, speech("We will waive the late fee.").await, gate.clone()).await;
    let call = speaking_call(&sam, &mut live).await;
    assert_eq!(take_over(&sam, &call).await.status, 200);
    gate.store(true, std::sync::atomic::Ordering::Release);
    let said = live.said(&call, "person", "late fee", 20).await;
    assert_eq!(said["data"]["speaker_name"], "Sam Supervisor");
    let version = floor_version(&sam, &call).await;
    sam.post(&format!("/calls/{call}/handback"), json!({ "floor_version": version })).await;
    let bridge = live.said(&call, "assistant", "late fee", 20).await;
    let text = bridge["data"]["text"].as_str().unwrap_or_default();
    assert!(text.contains("As Sam Supervisor said"), "{text}");
}

#[tokio::test]
async fn of_two_supervisors_one_wins_and_the_other_is_told_who() {
    let server = Server::sandbox();
    let (sam, sue) = (server.signed_in("supervisor").await, server.signed_in("supervisor_2").await);
    let mut live = Live::open(&sam).await;
    let _phones = (Phone::connect(&sam, 500.0).await, Phone::connect(&sue, 700.0).await);
    let call = speaking_call(&sam, &mut live).await;
    let body = json!({ "floor_version": floor_version(&sam, &call).await });
    let path = format!("/calls/{call}/takeover");
    let (a, b) = tokio::join!(
        sam.ask(Method::POST, &path, Some(body.clone())),
        sue.ask(Method::POST, &path, Some(body))
    );
    let (winner, loser) = if a.status == 200 { ("Sam Supervisor", b) } else { ("Sue Supervisor", a) };
    assert_eq!(loser.status, 409, "{}", loser.body);
    assert!(loser.body["detail"].as_str().is_some_and(|text| text.contains(winner)), "{}", loser.body);
    let changed = live
        .until("the floor with a person", 10, |m| {
            m["kind"] == "floor.changed" && m["data"]["floor"]["holder"] == "person"
        })
        .await;
    assert_eq!(changed["data"]["floor"]["name"], winner);
}

#[tokio::test]
async fn when_the_supervisors_phone_dies_the_assistant_resumes() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut live = Live::open(&sam).await;
    let phone = Phone::connect(&sam, 1_000.0).await;
    let call = speaking_call(&sam, &mut live).await;
    assert_eq!(take_over(&sam, &call).await.status, 200);
    live.event(&call, "floor.audible", 10).await;
    drop(phone);
    live.until("the floor back with the assistant", 10, |m| {
        m["kind"] == "floor.changed"
            && m["data"]["floor"]["holder"] == "assistant"
            && m["data"]["reason"] == "person_lost"
    })
    .await;
    live.until("the assistant speaking again", 20, |m| {
        m["kind"] == "transcript.item" && m["data"]["speaker"] == "assistant" && m["call"] == call.as_str()
    })
    .await;
}

#[tokio::test]
async fn nobody_takes_over_without_a_phone() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut live = Live::open(&sam).await;
    let call = speaking_call(&sam, &mut live).await;
    let refused = take_over(&sam, &call).await;
    assert!(
        refused.status >= 400 && refused.body["detail"].as_str().is_some_and(|d| d.contains("phone")),
        "{}",
        refused.body
    );
    assert_eq!(sam.get(&format!("/calls/{call}")).await["floor"]["holder"], "assistant");
}

#[tokio::test]
async fn a_listener_is_not_heard_and_a_barge_is() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut live = Live::open(&sam).await;
    let _phone = Phone::connect(&sam, 1_000.0).await;
    let call = speaking_call(&sam, &mut live).await;
    sam.post(&format!("/calls/{call}/supervision"), json!({ "mode": "listen" })).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    sam.post(&format!("/calls/{call}/supervision"), json!({ "mode": "barge" })).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    sam.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 20).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let heard = Wav::read(&server.heard_by(RINA));
    let seconds = heard.seconds();
    let barged = tone_strength(heard.stretch(0, seconds - 1.5, seconds - 0.5), heard.rate, 1_000.0);
    let listened = tone_strength(heard.stretch(0, seconds - 3.6, seconds - 2.6), heard.rate, 1_000.0);
    assert!(barged > 0.1 && listened < barged / 5.0, "barged {barged:.3}, listened {listened:.3}");
}

/// The two times of a takeover, twenty times: medians within the product's goals.
#[tokio::test]
async fn twenty_takeovers_have_medians_within_150_and_300_ms() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut live = Live::open(&sam).await;
    let _phone = Phone::connect(&sam, 1_000.0).await;
    let (mut silent, mut audible) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        let call = speaking_call(&sam, &mut live).await;
        assert_eq!(take_over(&sam, &call).await.status, 200);
        // The two arrive in either order.
        for _ in 0..2 {
            let event = live
                .until("the takeover's times", 10, |m| {
                    m["call"] == call.as_str()
                        && m["kind"].as_str().is_some_and(|k| k.starts_with("floor.") && k != "floor.changed")
                })
                .await;
            let ms = event["data"]["after_ms"].as_u64().expect("ms");
            if event["kind"] == "floor.silenced" { silent.push(ms) } else { audible.push(ms) }
        }
        sam.post(&format!("/calls/{call}/end"), Value::Null).await;
        live.event(&call, "call.ended", 20).await;
    }
    silent.sort_unstable();
    audible.sort_unstable();
    let (silent_median, audible_median) = (silent[silent.len() / 2], audible[audible.len() / 2]);
    assert!(silent_median <= 150 && audible_median <= 300, "silent {silent:?}\naudible {audible:?}");
}
