//! `kill -9` in the middle of ten calls: nothing stays live for ever, nothing that was said to have happened is gone.

use serde_json::Value;
use tandem_scenarios::{Live, Server, Wav};

#[tokio::test]
async fn after_a_crash_no_call_is_live_and_every_acknowledged_event_is_there() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    let mut calls = Vec::new();
    for _ in 0..2 {
        for _ in 0..5 {
            calls.push(api.call("+62812345678", "asst_jane_collections").await);
        }
        // Five a second is what the trunk takes.
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    }
    for call in &calls {
        let speaks = |m: &Value| {
            m["kind"] == "transcript.item"
                && m["call"] == call.as_str()
                && m["data"]["speaker"] == "assistant"
        };
        if !live.seen.iter().any(speaks) {
            live.until("the assistant in every call", 60, speaks).await;
        }
    }
    // Let all of them talk for two seconds, so that there is something to lose.
    let talking = tokio::time::sleep(std::time::Duration::from_secs(2));
    tokio::pin!(talking);
    loop {
        tokio::select! {
            () = &mut talking => break,
            _ = live.next() => {}
        }
    }
    let acknowledged: Vec<Value> = live.seen.iter().filter(|m| m["type"] == "event").cloned().collect();
    assert!(acknowledged.len() >= 40, "{} events", acknowledged.len());

    let server = server.crash_and_restart();
    let api = server.api();
    assert_eq!(api.get("/live/calls").await["items"].as_array().map(Vec::len), Some(0));
    for call in &calls {
        let row = api.get(&format!("/calls/{call}")).await;
        assert_eq!(
            (row["status"].as_str(), row["end_reason"].as_str()),
            (Some("interrupted"), Some("restart"))
        );
        let events = api.get(&format!("/calls/{call}/events")).await;
        let kept: Vec<i64> =
            events["items"].as_array().expect("items").iter().filter_map(|e| e["seq"].as_i64()).collect();
        for event in acknowledged.iter().filter(|e| e["call"] == call.as_str()) {
            assert!(kept.contains(&event["seq"].as_i64().expect("seq")), "lost: {event}");
        }
        let wav = Wav::parse(&api.bytes(&format!("/calls/{call}/recording")).await);
        let loudest = wav.stretch(1, 0.0, wav.seconds()).iter().map(|s| s.unsigned_abs()).max().unwrap_or(0);
        assert!(wav.seconds() > 0.5 && loudest > 1_000, "{:.1} s, loudest {loudest}", wav.seconds());
    }
}
