//! What reports and the wallboard say of a short day is what its events say.

use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Api, Live, Server};

#[allow(dead_code, reason = "each test uses its part")]
#[path = "support/phone.rs"]
mod phone;
use phone::Phone;

const SUPPORT: &str = "+62215551236";
const CALLERS: [&str; 3] = ["+62812345678", "+919876543210", "+996700000000"];

fn ms(at: &Value) -> i64 {
    let at: jiff::Timestamp = at.as_str().expect("a time").parse().expect("RFC 3339");
    at.as_millisecond()
}

async fn answer(api: &Api, watching: &mut Live, call: &str) {
    watching.event(call, "queue.offered", 20).await;
    let answer = api.ask(Method::POST, &format!("/calls/{call}/answer"), None).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    watching.event(call, "queue.answered", 10).await;
}

async fn call_in(api: &Api, watching: &mut Live, from: &str) -> String {
    api.post("/sandbox/call-in", json!({ "from": from, "to": SUPPORT })).await;
    let joined = watching.until("a caller in the queue", 20, |m| m["kind"] == "queue.joined").await;
    joined["call"].as_str().expect("a call").to_owned()
}

/// Waits for the end of a call and of the wrap-up after it; how long that took.
async fn wrap_up(sam: &Api, alex: &Api, watching: &mut Live, call: &str) -> i64 {
    sam.post(&format!("/calls/{call}/end"), Value::Null).await;
    let state =
        |state: &'static str| move |m: &Value| m["kind"] == "agent.state" && m["data"]["state"] == state;
    let began = watching.until("wrap-up", 20, state("wrap_up")).await;
    alex.post("/me/wrap-up", json!({})).await;
    let over = watching.until("the end of wrap-up", 10, state("ready")).await;
    ms(&over["at"]) - ms(&began["at"])
}

/// Events of one kind among those of some calls.
fn of<'e>(events: &'e [Value], kind: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["kind"] == kind).collect()
}

fn waits(events: &[&Value]) -> Vec<i64> {
    events.iter().map(|event| event["data"]["waited_ms"].as_i64().expect("ms")).collect()
}

#[tokio::test]
async fn two_calls_answered_and_one_given_up_are_the_same_in_report_and_wallboard() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut watching = Live::open(&sam).await;
    let alex = server.signed_in("agent").await;
    let _phone = Phone::connect(&alex, 1_000.0).await;
    let ready = alex.ask(Method::PUT, "/me/presence", Some(json!({ "presence": "ready" }))).await;
    assert_eq!(ready.status, 200, "{}", ready.body);

    let first = call_in(&sam, &mut watching, CALLERS[0]).await;
    answer(&alex, &mut watching, &first).await;
    let second = call_in(&sam, &mut watching, CALLERS[1]).await;
    let board = sam.get("/wallboard").await;
    assert_eq!(board["waiting"], 1, "{board}");
    sam.post(&format!("/calls/{second}/end"), Value::Null).await;
    watching.event(&second, "queue.left", 10).await;
    let mut wrapped = wrap_up(&sam, &alex, &mut watching, &first).await;
    let third = call_in(&sam, &mut watching, CALLERS[2]).await;
    answer(&alex, &mut watching, &third).await;
    wrapped += wrap_up(&sam, &alex, &mut watching, &third).await;

    // A call's end is told when its recording is closed.
    let mut events = Vec::new();
    for call in [&first, &second, &third] {
        for _ in 0..200 {
            let own = sam.get(&format!("/calls/{call}/events")).await["items"].as_array().cloned();
            let own = own.expect("events");
            if !of(&own, "call.ended").is_empty() {
                events.extend(own);
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    let (answered, left) = (of(&events, "queue.answered"), of(&events, "queue.left"));
    assert_eq!((of(&events, "call.ended").len(), answered.len(), left.len()), (3, 2, 1));
    let talk: i64 = answered
        .iter()
        .map(|answered| {
            let ended = of(&events, "call.ended").into_iter().find(|event| event["call"] == answered["call"]);
            let row = &ended.expect("it is over")["data"];
            ms(&row["answered_at"]) + row["duration_ms"].as_i64().expect("ms") - ms(&answered["at"])
        })
        .sum();
    let (answer_waits, left_waits) = (waits(&answered), waits(&left));

    let report = sam.get("/reports/queues").await;
    let board = sam.get("/wallboard").await;
    assert_eq!(report["total"], board["total"]);
    assert_eq!(report["rows"][0]["figures"], board["total"]);
    let total = &report["total"];
    assert_eq!(total["offered"], of(&events, "queue.joined").len());
    assert_eq!(
        (&total["answered"], &total["answered_in_time"], &total["abandoned"]),
        (&json!(2), &json!(2), &json!(1))
    );
    assert_eq!(total["abandoned_short"], u8::from(left_waits[0] < 5_000));
    assert_eq!(total["asa_ms"], (answer_waits.iter().sum::<i64>() + 1) / 2);
    assert_eq!(total["longest_wait_ms"], *answer_waits.iter().chain(&left_waits).max().expect("three"));
    assert_eq!((&total["handled"], &total["average_talk_ms"]), (&json!(2), &json!((talk + 1) / 2)));
    assert_eq!(total["aht_ms"], (talk + wrapped + 1) / 2);
    assert_eq!(board["waiting"], 0);

    let agents = sam.get("/reports/agents").await;
    let row = &agents["rows"][0];
    assert_eq!(agents["rows"].as_array().map(Vec::len), Some(1), "{agents}");
    let figures = &row["figures"];
    assert_eq!((&figures["taken"], &figures["offers"]), (&json!(2), &json!(2)));
    assert_eq!(figures["wrap_up_ms"], wrapped);
    let parts = ["ready_ms", "offered_ms", "busy_ms", "wrap_up_ms", "paused_ms"];
    let sum: i64 = parts.iter().map(|part| figures[part].as_i64().expect("ms")).sum();
    assert_eq!(figures["signed_in_ms"], sum);

    let csv = String::from_utf8(sam.bytes("/reports/queues?format=csv").await).expect("UTF-8");
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!((lines.len(), lines[0].len()), (2, lines[1].len()), "{csv}");
    let cell = |name| lines[1][lines[0].iter().position(|column| *column == name).expect("a column")];
    assert_eq!((cell("offered"), cell("answered"), cell("abandoned")), ("3", "2", "1"));
    let longest = total["longest_wait_ms"].as_i64().expect("ms");
    assert_eq!(cell("longest_wait_s"), format!("{}.{:03}", longest / 1_000, longest % 1_000));
}
