//! The same key and request place one call.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tandem_switchboard::exchange::ExchangeError;
use tandem_switchboard::records::UserRole;

use crate::support::{Show, World, code};

async fn place(world: &World, show: &Show, key: &str, to: &str) -> reqwest::Response {
    let body = json!({"to": to, "assistant": "asst_org_1"});
    let request = world.request(show, "POST", "/calls").header("idempotency-key", key);
    request.json(&body).send().await.expect("answered")
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_no_second_call() {
    let world = World::new().await;
    let show = world.key("org_1", UserRole::Supervisor);
    let first = place(&world, &show, "k1", "+62812345678").await;
    assert_eq!(first.status(), 201);
    assert!(first.headers().get("idempotent-replayed").is_none());
    let first: Value = first.json().await.expect("JSON");
    let again = place(&world, &show, "k1", "+62812345678").await;
    assert_eq!(again.status(), 201);
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(again.json::<Value>().await.expect("JSON"), first);
    assert_eq!(world.exchange.placed.load(Ordering::SeqCst), 1);

    let other = place(&world, &show, "k1", "+62812345679").await;
    assert_eq!(code(other).await, (422, "idempotency_mismatch".into()));
    let stranger = world.key("org_2", UserRole::Supervisor);
    assert_eq!(
        place(&world, &stranger, "k1", "+62812345679").await.status(),
        201,
        "keys are per organisation"
    );
}

#[tokio::test]
async fn a_request_that_is_still_running_is_not_started_twice() {
    let world = World::new().await;
    let show = world.key("org_1", UserRole::Supervisor);
    let held = world.exchange.placing.acquire_many(1_000).await.expect("permits");
    let (first, second) = tokio::join!(place(&world, &show, "k1", "+62812345678"), async {
        // The claim is visible in storage before the exchange is asked.
        while world.store.data.lock().idempotency.is_empty() {
            tokio::task::yield_now().await;
        }
        let second = place(&world, &show, "k1", "+62812345678").await;
        drop(held);
        second
    });
    assert_eq!(first.status(), 201);
    assert_eq!(code(second).await, (409, "idempotency_running".into()));
    assert_eq!(world.exchange.placed.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_client_that_hangs_up_half_way_leaves_the_answer_behind() {
    let world = World::new().await;
    let show = world.key("org_1", UserRole::Supervisor);
    let held = world.exchange.placing.acquire_many(1_000).await.expect("permits");
    tokio::select! {
        _ = place(&world, &show, "k1", "+62812345678") => panic!("it cannot be placed yet"),
        () = async {
            while world.store.data.lock().idempotency.is_empty() {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    drop(held);
    while !world.store.data.lock().idempotency.values().any(|(_, answer)| answer.is_some()) {
        tokio::task::yield_now().await;
    }
    let again = place(&world, &show, "k1", "+62812345678").await;
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(world.exchange.placed.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_refused_request_may_be_sent_again() {
    let world = World::new().await;
    let show = world.key("org_1", UserRole::Supervisor);
    *world.exchange.refuse_next.lock() = Some(ExchangeError::Draining);
    assert_eq!(place(&world, &show, "k1", "+62812345678").await.status(), 503);
    assert_eq!(place(&world, &show, "k1", "+62812345678").await.status(), 201);
    let long = "k".repeat(256);
    assert_eq!(place(&world, &show, &long, "+62812345678").await.status(), 422);
}
