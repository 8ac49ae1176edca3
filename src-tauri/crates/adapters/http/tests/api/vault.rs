//! Providers, their keys and the order of their fallbacks; retention.

use serde_json::{Value, json};
use tandem_switchboard::records::UserRole;

use crate::support::{Show, World, body, code, problem};

const KEY: &str = "planted-key-0123456789";

fn nova() -> Value {
    json!({ "name": "nova", "kind": "recogniser", "vendor": "deepgram", "key": KEY })
}

async fn send(world: &World, show: &Show, method: &str, path: &str, body: Value) -> reqwest::Response {
    world.request(show, method, path).json(&body).send().await.expect("answered")
}

async fn get(world: &World, show: &Show, path: &str) -> Value {
    body(world.request(show, "GET", path).send().await.expect("answered")).await
}

#[tokio::test]
async fn a_key_goes_in_and_only_its_end_comes_out() {
    let world = World::new().await;
    let admin = world.session("org_1", UserRole::Admin);
    let made = body(send(&world, &admin, "POST", "/providers", nova()).await).await;
    assert_eq!((made["has_key"].as_bool(), made["key_ends"].as_str()), (Some(true), Some("6789")), "{made}");
    assert_eq!(made["base_url"], "wss://api.deepgram.com", "the vendor's own");
    let in_use = |world: &World| {
        let mut used = world.registry.in_use.lock().clone();
        used.retain(|(_, name, _)| name == "nova");
        used
    };
    assert_eq!(in_use(&world), [("org_1".into(), "nova".into(), Some(KEY.into()))], "at once");

    let path = format!("/providers/{}", made["id"].as_str().expect("id"));
    let settings = json!({ "settings": { "model": "flux-general-en" }, "key": "" });
    let changed = body(send(&world, &admin, "PATCH", &path, settings).await).await;
    assert_eq!(changed["settings"]["model"], "flux-general-en");
    assert_eq!(in_use(&world)[0].2.as_deref(), Some(KEY), "an empty key keeps the old one");
    for path in ["/providers", path.as_str()] {
        let shown = get(&world, &admin, path).await.to_string();
        assert!(shown.contains("nova") && !shown.contains("planted"), "{shown}");
    }
    let events = format!("{:?}", world.store.data.lock().events);
    assert!(events.contains("provider") && !events.contains("planted"), "{events}");

    let elsewhere = json!({ "base_url": "wss://collector.example" });
    let refused = problem(send(&world, &admin, "PATCH", &path, elsewhere).await).await;
    assert_eq!(refused["errors"][0]["field"], "key", "a kept key is not sent to a new address");
    let without = body(send(&world, &admin, "PATCH", &path, json!({ "remove_key": true })).await).await;
    assert_eq!((without["has_key"].as_bool(), in_use(&world)[0].2.clone()), (Some(false), None));
}

#[tokio::test]
async fn what_is_wrong_with_a_provider_is_named() {
    let world = World::new().await;
    let admin = world.session("org_1", UserRole::Admin);
    body(send(&world, &admin, "POST", "/providers", nova()).await).await;
    let conflict = problem(send(&world, &admin, "POST", "/providers", nova()).await).await;
    assert_eq!(
        (conflict["status"].as_u64(), conflict["errors"][0]["field"].as_str()),
        (Some(409), Some("name"))
    );
    for (field, wrong) in [
        ("vendor", json!({ "name": "x", "kind": "model", "vendor": "deepgram" })),
        ("name", json!({ "name": "A b", "kind": "model", "vendor": "openai" })),
        ("name", json!({ "name": "of-file", "kind": "model", "vendor": "openai" })),
        ("base_url", json!({ "name": "x", "kind": "model", "vendor": "openai", "base_url": "ftp://x" })),
        ("key", json!({ "name": "x", "kind": "model", "vendor": "openai", "key": "a b" })),
        (
            "settings.voice",
            json!({ "name": "x", "kind": "model", "vendor": "openai", "settings": { "voice": "x" } }),
        ),
    ] {
        let refused = problem(send(&world, &admin, "POST", "/providers", wrong).await).await;
        assert_eq!((&refused["status"], &refused["errors"][0]["field"]), (&json!(422), &json!(field)));
    }
    let file = "/providers/model:of-file";
    assert_eq!(get(&world, &admin, file).await["source"], "file");
    let answer = world.request(&admin, "DELETE", file).send().await.expect("answered");
    assert_eq!(code(answer).await, (409, "read_only".into()));
}

#[tokio::test]
async fn a_provider_in_use_stays_and_those_who_use_it_are_named() {
    let world = World::new().await;
    let admin = world.session("org_1", UserRole::Admin);
    let unknown = json!({ "name": "Jo", "code": "jo", "settings": { "speech": { "recogniser": "nova" } } });
    let refused = problem(send(&world, &admin, "POST", "/assistants", unknown.clone()).await).await;
    assert_eq!(refused["errors"][0]["field"], "settings.speech.recogniser");
    let made = body(send(&world, &admin, "POST", "/providers", nova()).await).await;
    let path = format!("/providers/{}", made["id"].as_str().expect("id"));
    let jo = body(send(&world, &admin, "POST", "/assistants", unknown).await).await;
    let delete = async || world.request(&admin, "DELETE", &path).send().await.expect("answered");
    let refused = problem(delete().await).await;
    assert_eq!(
        (refused["code"].as_str(), refused["detail"].as_str()),
        (Some("in_use"), Some("assistants use it: Jo"))
    );
    assert_eq!(get(&world, &admin, &path).await["used_by"], json!([{ "id": jo["id"], "name": "Jo" }]));
    let assistant = format!("/assistants/{}", jo["id"].as_str().expect("id"));
    world.request(&admin, "DELETE", &assistant).send().await.expect("answered");
    assert_eq!(delete().await.status(), 204);
    assert!(
        !world.registry.in_use.lock().iter().any(|(_, name, _)| name == "nova"),
        "no call finds it any more"
    );
}

#[tokio::test]
async fn a_check_says_how_long_it_took_or_what_the_provider_said_and_is_remembered() {
    let world = World::new().await;
    let admin = world.session("org_1", UserRole::Admin);
    for (name, ok, message) in
        [("nova", true, ""), ("wrong-key", false, "refused the key (401): invalid key")]
    {
        let mut row = nova();
        row["name"] = name.into();
        let made = body(send(&world, &admin, "POST", "/providers", row).await).await;
        let path = format!("/providers/{}", made["id"].as_str().expect("id"));
        let check = world.request(&admin, "POST", &format!("{path}/check")).send().await.expect("answered");
        let check = body(check).await;
        assert_eq!(check["ok"], ok);
        assert!(check["message"].as_str().is_some_and(|said| said.ends_with(message)), "{check}");
        assert_eq!(get(&world, &admin, &path).await["last_check"], check);
    }
}

#[tokio::test]
async fn the_order_of_fallbacks_names_known_providers_and_keeps_them() {
    let world = World::new().await;
    let admin = world.session("org_1", UserRole::Admin);
    let order = |model: &str| json!({ "voices": [{ "provider": "embedded", "option": "slt" }], "models": [{ "provider": model }] });
    let refused = problem(send(&world, &admin, "PUT", "/provider-fallback", order("groq")).await).await;
    assert_eq!(
        refused["errors"][0],
        json!({ "field": "models.0.provider", "expected": "one of: of-file, spare" })
    );
    let groq = json!({ "name": "groq", "kind": "model", "vendor": "openai" });
    let made = body(send(&world, &admin, "POST", "/providers", groq).await).await;
    body(send(&world, &admin, "PUT", "/provider-fallback", order("groq")).await).await;
    assert_eq!(get(&world, &admin, "/provider-fallback").await["models"][0]["provider"], "groq");
    let path = format!("/providers/{}", made["id"].as_str().expect("id"));
    let answer = world.request(&admin, "DELETE", &path).send().await.expect("answered");
    assert_eq!(code(answer).await, (409, "in_use".into()));
}

#[tokio::test]
async fn retention_is_kept_and_says_what_is_due() {
    let world = World::new().await;
    let admin = world.session("org_1", UserRole::Admin);
    let nothing = get(&world, &admin, "/retention").await;
    assert_eq!(nothing["settings"]["recordings_days"], Value::Null);
    let wanted = json!({ "recordings_days": 30, "transcripts_days": null });
    let kept = body(send(&world, &admin, "PUT", "/retention", wanted).await).await;
    assert_eq!((&kept["settings"]["recordings_days"], &kept["due"]["recordings"]), (&json!(30), &json!(7)));
    assert_eq!(get(&world, &admin, "/retention").await, kept);
    let refused = problem(send(&world, &admin, "PUT", "/retention", json!({ "events_days": 0 })).await).await;
    assert_eq!(refused["errors"][0]["field"], "events_days");
}
