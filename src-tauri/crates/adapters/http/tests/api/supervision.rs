//! A supervisor's acts reach the exchange as they were meant.

use serde_json::json;
use tandem_switchboard::exchange::{Act, ExchangeError, TransferKind, TransferTo};
use tandem_switchboard::records::{SupervisionMode, UserRole};

use crate::support::{World, body, code};

#[tokio::test]
async fn each_act_reaches_the_exchange_and_answers_the_floor() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Supervisor);
    for (path, what) in [
        ("supervision", json!({"mode": "barge"})),
        ("takeover", json!({"floor_version": 3})),
        ("handback", json!({"floor_version": 4, "note": "he pays on Friday"})),
        ("whisper", json!({"text": "offer a plan"})),
        ("say", json!({"text": "One moment."})),
        ("end", json!({})),
    ] {
        let answer = body(world.send(&show, "POST", &format!("/calls/call_org_1/{path}"), &what).await).await;
        let floor = json!({"holder": "assistant", "user": null, "name": null, "version": 4});
        assert_eq!(answer["floor"], floor, "{path}");
    }
    let acts: Vec<_> = world.exchange.acts.lock().iter().map(|(_, act)| act.clone()).collect();
    let expected = [
        Act::Supervise(SupervisionMode::Barge),
        Act::TakeOver { floor_version: 3 },
        Act::HandBack { floor_version: 4, note: Some("he pays on Friday".into()) },
        Act::WhisperText { text: "offer a plan".into() },
        Act::Say { text: "One moment.".into() },
        Act::End,
    ];
    assert_eq!(acts, expected);
}

#[tokio::test]
async fn an_agents_transfers_reach_the_exchange() {
    let world = World::new().await;
    let agent = world.session("org_1", UserRole::Agent);
    for (path, what) in [
        ("transfer", json!({"to": {"user": "user_2"}, "kind": "consult"})),
        ("transfer/swap", json!({})),
        ("transfer/three-way", json!({})),
        ("transfer/complete", json!({})),
        ("transfer/abandon", json!({})),
        ("transfer", json!({"to": {"number": "+15550100"}, "kind": "blind"})),
    ] {
        let answer = world.send(&agent, "POST", &format!("/calls/call_org_1/{path}"), &what).await;
        assert_eq!(answer.status(), 200, "{path}");
    }
    let acts: Vec<_> = world.exchange.acts.lock().iter().map(|(_, act)| act.clone()).collect();
    let expected = [
        Act::Transfer { to: TransferTo::User("user_2".into()), kind: TransferKind::Consult },
        Act::SwapTransfer,
        Act::ThreeWay,
        Act::CompleteTransfer,
        Act::AbandonTransfer,
        Act::Transfer { to: TransferTo::Number("+15550100".into()), kind: TransferKind::Blind },
    ];
    assert_eq!(acts, expected);
    let wrong = json!({"to": {"number": "5550100"}, "kind": "blind"});
    let refused = world.send(&agent, "POST", "/calls/call_org_1/transfer", &wrong).await;
    assert_eq!(code(refused).await.0, 422);
}

#[tokio::test]
async fn the_floor_is_not_a_mode_and_a_call_that_is_over_is_a_conflict() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Supervisor);
    let floor = world.send(&show, "POST", "/calls/call_org_1/supervision", &json!({"mode": "floor"})).await;
    assert_eq!(code(floor).await.0, 422);
    *world.exchange.refuse_next.lock() = Some(ExchangeError::NotFound { what: "call" });
    let over = world.send(&show, "POST", "/calls/call_org_1/end", &json!({})).await;
    assert_eq!(code(over).await, (409, "wrong_state".into()));
}

#[tokio::test]
async fn a_live_calls_transcript_comes_from_the_exchange() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Supervisor);
    let transcript = body(world.get(&show, "/calls/call_org_1/transcript").await).await;
    assert_eq!(transcript["items"][0]["text"], "still being spoken");
    world.store.data.lock().calls[0].status = tandem_switchboard::records::CallStatus::Completed;
    world.store.data.lock().items.push(crate::support::rows::item("call_org_1", 1, "what was said"));
    let transcript = body(world.get(&show, "/calls/call_org_1/transcript").await).await;
    assert_eq!(transcript["items"][0]["text"], "what was said");
}
