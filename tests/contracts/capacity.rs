//! A trunk's limits through a contract: exact for requests at once, and whoever waits as told gets through.

#[path = "../support/contract.rs"]
mod contract;

use std::time::Duration;

use contract::{Contract, Told};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use tandem_scenarios::Server;

/// Rings for ever, so that its call keeps its channel.
const RINGS: &str = "+15005550003";

async fn place(client: &Contract) -> Told {
    let body = json!({ "assistantId": "asst_jane_collections", "customer": { "number": RINGS } });
    client.ask(Method::POST, "/v1/calls", Some(body)).await
}

fn wait_of(told: &Told) -> Duration {
    let text = told.headers["retry-after"].to_str().expect("text");
    Duration::from_secs(text.parse().expect("seconds"))
}

#[tokio::test]
async fn those_who_are_refused_at_once_and_wait_as_they_are_told_get_through() {
    let server = Server::sandbox();
    let client = Contract::of(&server, "sauti", "/sauti");
    let asked = join_all((0..18).map(|_| place(&client))).await;
    let refused: Vec<_> = asked.iter().filter(|told| told.status == 429).collect();
    assert!(!refused.is_empty(), "the trunk begins five calls a second");
    assert!(asked.iter().all(|told| matches!(told.status, 201 | 429)));
    let waited = join_all(refused.iter().map(|told| {
        assert!(told.body["error"]["message"].to_string().contains("max_cps"), "{}", told.body);
        let client = client.clone();
        async move {
            tokio::time::sleep(wait_of(told)).await;
            let again = place(&client).await;
            if again.status != 429 {
                return again.status;
            }
            // A machine that is busy enough brings two of those who were told different seconds together.
            tokio::time::sleep(wait_of(&again)).await;
            place(&client).await.status
        }
    }))
    .await;
    assert!(waited.iter().all(|status| *status == 201), "{waited:?}");
}

#[tokio::test]
async fn channels_are_counted_exactly_and_come_back() {
    let server = Server::sandbox();
    let client = Contract::of(&server, "sauti", "/sauti");
    let api = server.api();
    let rows = api.get("/trunks").await;
    let row = &rows["items"][0];
    let mut trunk = json!({ "max_channels": 3, "max_cps": 100 });
    for field in
        ["name", "host", "transport", "username", "register_s", "accept_from", "options_every_s", "caller_id"]
    {
        trunk[field] = row[field].clone();
    }
    let path = format!("/trunks/{}", row["id"].as_str().expect("an id"));
    let changed = api.ask(Method::PUT, &path, Some(trunk)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let asked = join_all((0..10).map(|_| place(&client))).await;
    let placed: Vec<_> = asked.iter().filter(|told| told.status == 201).collect();
    assert_eq!(placed.len(), 3, "exactly as many as there are channels");
    for told in asked.iter().filter(|told| told.status != 201) {
        assert_eq!(told.status, 429);
        assert!(told.body["error"]["message"].to_string().contains("max_channels"), "{}", told.body);
        assert!(
            told.headers["retry-after"].to_str().is_ok_and(|text| text.parse::<u32>().is_ok_and(|s| s > 0))
        );
    }
    let id = placed[0].body["id"].as_str().expect("an id");
    api.post(&format!("/calls/{id}/end"), json!(null)).await;
    client.until(&format!("/v1/calls/{id}"), 30, |call| call["status"] == "failed").await;
    assert_eq!(place(&client).await.status, 201, "its channel is free again");
    assert_eq!(place(&client).await.status, 429);
}
