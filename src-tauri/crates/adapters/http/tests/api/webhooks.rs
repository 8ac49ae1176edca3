//! Webhooks over the API: secrets are shown once, and what is off is sent nothing.

use serde_json::{Value, json};
use tandem_switchboard::records::UserRole;

use crate::support::World;

async fn ask(world: &World, method: &str, path: &str, body: Value) -> (u16, Value) {
    let show = world.session("org_1", UserRole::Admin);
    let answer = world.request(&show, method, path).json(&body).send().await.expect("answered");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

fn wish(url: &str) -> Value {
    json!({ "url": url, "topics": ["call.failed"], "enabled": true })
}

#[tokio::test]
async fn a_secret_is_shown_when_it_is_made_and_never_again() {
    let world = World::new().await;
    let (status, made) = ask(&world, "POST", "/webhooks", wish("https://example.org/")).await;
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    assert!(status == 201 && secret.starts_with("whsec_") && secret.len() == 6 + 44, "{status}");
    let path = format!("/webhooks/{}", made["webhook"]["id"].as_str().expect("an id"));
    let (status, rotated) = ask(&world, "POST", &format!("{path}/rotate"), json!({ "overlap_s": 60 })).await;
    assert!(
        status == 201 && rotated["secret"] != secret && rotated["webhook"]["old_secret_until"].is_string()
    );
    let (_, listed) = ask(&world, "GET", "/webhooks", Value::Null).await;
    assert!(!listed.to_string().contains("whsec_"), "{listed}");
}

#[tokio::test]
async fn one_that_is_off_is_sent_nothing_until_it_is_on_again() {
    let world = World::new().await;
    let mut off = wish("https://example.org/hook");
    off["enabled"] = json!(false);
    assert_eq!(ask(&world, "PUT", "/webhooks/whep_org_1", off).await.0, 200);
    let span = json!({ "from": "2020-01-01T00:00:00Z", "until": "2030-01-01T00:00:00Z" });
    for (path, body) in [
        ("/webhooks/whep_org_1/test", Value::Null),
        ("/webhooks/whep_org_1/redeliver", span),
        ("/webhook-deliveries/whd_org_1/redeliver", Value::Null),
    ] {
        let (status, refused) = ask(&world, "POST", path, body).await;
        assert_eq!((status, refused["code"].as_str()), (409, Some("wrong_state")), "{path}");
    }
    ask(&world, "PUT", "/webhooks/whep_org_1", wish("https://example.org/hook")).await;
    let (status, again) = ask(&world, "POST", "/webhook-deliveries/whd_org_1/redeliver", Value::Null).await;
    assert_eq!((status, &again["state"], &again["attempts"]), (200, &json!("pending"), &json!(0)));
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_field() {
    let world = World::new().await;
    let mut foreign = wish("https://example.org/");
    foreign["contract"] = json!("sauti");
    for (method, path, body, field) in [
        ("POST", "/webhooks", wish("ftp://example.org/"), "url"),
        ("POST", "/webhooks", wish("https://user:password@example.org/"), "url"),
        ("PUT", "/webhooks/whep_org_1", foreign, "contract"),
        ("POST", "/webhooks/whep_org_1/rotate", json!({ "overlap_s": 604_801 }), "overlap_s"),
        ("GET", "/webhook-deliveries?limit=0", Value::Null, "limit"),
        ("GET", "/webhook-deliveries?cursor=x", Value::Null, "cursor"),
    ] {
        let (status, refused) = ask(&world, method, path, body).await;
        assert_eq!((status, refused["errors"][0]["field"].as_str()), (422, Some(field)), "{method} {path}");
    }
}
