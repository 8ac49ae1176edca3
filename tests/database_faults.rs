//! A database that stops answering: who asks is told within a second, calls go on, and nothing of them is lost.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tandem_conformance::store::cluster::Cluster;
use tandem_scenarios::{Live, Server};

const RINA: &str = "+62812345678";
const JANE: &str = "asst_jane_collections";
/// What was promised is a second; the rest is for a test's own machine.
const SOON: Duration = Duration::from_millis(1_500);
const SILENCE: Duration = Duration::from_secs(8);

#[tokio::test]
async fn a_frozen_postgresql_is_told_of_at_once_and_a_call_goes_on_and_is_written_after() {
    let cluster = Cluster::start();
    let server = Server::sandbox_with(&["--database", &cluster.database()]);
    let api = server.api();
    let mut live = Live::open(&api).await;
    let id = api.call(RINA, JANE).await;
    live.said(&id, "assistant", "", 30).await;

    cluster.freeze();
    let frozen = Instant::now();
    let mut tries = 0;
    while frozen.elapsed() < SILENCE {
        for (method, path, body) in [
            (Method::GET, "/calls", None),
            (Method::GET, "/assistants", None),
            (Method::POST, "/calls", Some(json!({ "to": "+996700000000", "assistant": JANE }))),
            (Method::PUT, "/retention", Some(json!({ "events_days": 30 }))),
        ] {
            let asked = Instant::now();
            let answer = api.ask(method.clone(), path, body).await;
            let took = asked.elapsed();
            assert!(took < SOON, "{method} {path} took {took:?}");
            assert_eq!((answer.status, answer.body["code"].as_str()), (503, Some("storage_unavailable")));
            tries += 1;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(tries > 12, "{tries}");
    cluster.thaw();

    let ended = live.event(&id, "call.ended", 60).await;
    assert_eq!(ended["data"]["outcome"]["disposition"], "promise_to_pay", "the call went on: {ended}");
    let events = api.get(&format!("/calls/{id}/events")).await;
    let events = events["items"].as_array().expect("items");
    let of_kind = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
    assert_eq!((of_kind("call.created"), of_kind("call.ended")), (1, 1));
    let transcript = api.get(&format!("/calls/{id}/transcript")).await;
    let spoken: Vec<_> = transcript["items"].as_array().expect("items").iter().collect();
    assert!(spoken.iter().any(|item| item["speaker"] == "customer"), "{transcript}");
    let placed = api.get("/calls").await;
    let to_aibek = placed["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|call| call["to"] == "+996700000000" && call["status"] != "failed");
    assert_eq!(to_aibek.count(), 0, "a call that was refused is not placed afterwards");
}

#[tokio::test]
async fn a_postgresql_whose_connections_break_is_used_again_once_it_is_back() {
    let cluster = Cluster::start();
    let server = Server::sandbox_with(&["--database", &cluster.database()]);
    let api = server.api();
    cluster.crash();
    let asked = Instant::now();
    let answer = api.ask(Method::GET, "/calls", None).await;
    assert_eq!(answer.status, 503);
    assert!(asked.elapsed() < SOON);
    cluster.start_again();
    let back = Instant::now();
    while api.ask(Method::GET, "/calls", None).await.status != 200 {
        assert!(back.elapsed() < Duration::from_secs(10), "it is back and not used");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let kept = api.ask(Method::PUT, "/retention", Some(json!({ "events_days": 30 }))).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
}
