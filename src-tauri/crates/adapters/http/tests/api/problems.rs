//! Whatever goes wrong is said in problem details.

use serde_json::json;
use tandem_switchboard::exchange::ExchangeError;
use tandem_switchboard::records::{FloorHolder, UserRole};

use crate::support::{Show, World, code, problem};

#[tokio::test]
async fn a_wrong_field_is_named_with_what_was_expected() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Owner);
    let wrong = json!({"to": "0812", "assistant": "asst_org_1", "from": "+1"});
    let refusal = problem(world.send(&show, "POST", "/calls", &wrong).await).await;
    assert_eq!(
        (refusal["status"].as_u64(), refusal["code"].as_str()),
        (Some(422), Some("validation_failed"))
    );
    assert_eq!(refusal["errors"][0]["field"], "to");
    assert!(refusal["errors"][0]["expected"].as_str().expect("text").contains("E.164"));
    assert_eq!(refusal["errors"][1]["field"], "from");

    let unknown = json!({"to": "+62812345678", "assistant": "a", "priority": 1});
    let refusal = problem(world.send(&show, "POST", "/calls", &unknown).await).await;
    assert_eq!(refusal["errors"][0]["field"], "priority");

    let refusal = problem(world.get(&show, "/calls?limit=201").await).await;
    assert_eq!(refusal["errors"][0]["field"], "limit");
    let refusal = problem(world.get(&show, "/calls?limit=many").await).await;
    assert_eq!(refusal["errors"][0]["field"], "limit");
    assert_eq!(world.get(&show, "/calls?sort=up").await.status(), 422);
    assert_eq!(problem(world.get(&show, "/calls?cursor=x").await).await["errors"][0]["field"], "cursor");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_before_anything_is_done() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Owner);
    let post = |kind: &'static str, body: Vec<u8>| {
        world.request(&show, "POST", "/calls").header("content-type", kind).body(body).send()
    };
    let refused = |status: u16, name: &str| (status, name.to_owned());
    let answer = post("application/json", b"{\"to\":".to_vec()).await.expect("answered");
    assert_eq!(code(answer).await, refused(400, "malformed_request"));
    let answer = post("text/plain", b"{}".to_vec()).await.expect("answered");
    assert_eq!(code(answer).await, refused(415, "unsupported_media_type"));
    let answer = post("application/json", vec![b' '; (1 << 20) + 1]).await.expect("answered");
    assert_eq!(code(answer).await, refused(413, "body_too_large"));
    let trailing =
        post("application/json; charset=utf-8", b"{\"to\":\"+1234\",\"assistant\":\"a\"} x".to_vec());
    assert_eq!(code(trailing.await.expect("answered")).await.0, 400);
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems_as_well() {
    let world = World::new().await;
    for path in ["/nothing", "/calls/a/b/c", "/api", "/api/v2/calls"] {
        assert_eq!(code(world.get(&Show::Nothing, path).await).await, (404, "not_found".into()), "{path}");
    }
    let answer = world.request(&Show::Nothing, "PUT", "/calls").send().await.expect("answered");
    let mut allow: Vec<_> = answer.headers()["allow"].to_str().expect("text").split(", ").collect();
    allow.sort_unstable();
    assert_eq!(allow, ["GET", "POST"]);
    assert_eq!(code(answer).await, (405, "method_not_allowed".into()));
}

#[tokio::test]
async fn what_the_exchange_refuses_keeps_its_meaning() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Owner);
    let taken = ExchangeError::FloorTaken {
        holder: "Ann".into(),
        floor: FloorHolder::Person { user: "user_x".into(), name: "Ann".into() },
        version: 9,
    };
    *world.exchange.refuse_next.lock() = Some(taken);
    let body = json!({"floor_version": 3});
    let refusal = problem(world.send(&show, "POST", "/calls/call_org_1/takeover", &body).await).await;
    assert_eq!((refusal["status"].as_u64(), refusal["code"].as_str()), (Some(409), Some("floor_taken")));
    assert_eq!((&refusal["floor"]["version"], &refusal["floor"]["name"]), (&json!(9), &json!("Ann")));

    for (error, status, name) in [
        (ExchangeError::NoPhone, 409, "no_phone"),
        (ExchangeError::DoNotCall, 409, "do_not_call"),
        (ExchangeError::Draining, 503, "draining"),
        (ExchangeError::AtCapacity { limit: "max_cps", retry_after_s: 7, call: None }, 429, "at_capacity"),
        (ExchangeError::Storage, 503, "storage_unavailable"),
        (ExchangeError::NotFound { what: "assistant" }, 422, "validation_failed"),
    ] {
        *world.exchange.refuse_next.lock() = Some(error.clone());
        let call = json!({"to": "+62812345678", "assistant": "gone"});
        let answer = world.send(&show, "POST", "/calls", &call).await;
        if matches!(error, ExchangeError::AtCapacity { .. }) {
            assert_eq!(answer.headers()["retry-after"], "7");
        }
        assert_eq!(code(answer).await, (status, name.to_owned()));
    }
}
