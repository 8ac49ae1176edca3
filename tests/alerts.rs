//! A customer says a word of a rule: the floor is told at once, and one key leads to the call and listens to it.

#[path = "support/screen.rs"]
mod screen;
#[path = "support/supervisor.rs"]
mod supervisor;
#[path = "support/webdriver.rs"]
mod webdriver;

use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Api, Live, Server, Wav};
use webdriver::Window;

/// Says: I want to speak to a person please.
const WANTS_A_PERSON: &str = "+15005550008";
const JANE: &str = "asst_jane_collections";

async fn watch_for_a_person(server: &Server) -> Api {
    let admin = server.signed_in("admin").await;
    let mut settings = admin.get("/alerts/settings").await;
    assert_eq!((settings["silence_s"].as_u64(), settings["hold_s"].as_u64()), (Some(30), Some(120)));
    settings["keywords"] = json!([
        { "name": "Wants a person", "phrases": ["Person", "somebody real"], "side": "customer" },
        { "name": "Never said", "phrases": ["persona"] },
    ]);
    let put = |settings: Value| admin.ask(Method::PUT, "/alerts/settings", Some(settings));
    let kept = put(settings.clone()).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
    settings["silence_s"] = json!(1);
    let refused = put(settings).await;
    assert_eq!((refused.status, refused.body["errors"][0]["field"].as_str()), (422, Some("silence_s")));
    admin
}

#[tokio::test]
async fn a_keyword_is_an_event_with_its_evidence_and_is_seen_to_once() {
    let server = Server::sandbox();
    watch_for_a_person(&server).await;
    let api = server.signed_in("supervisor").await;
    let mut live = Live::open(&api).await;
    let call = api.call(WANTS_A_PERSON, JANE).await;
    let raised = live.event(&call, "alert.raised", 60).await;
    let alert = &raised["data"];
    let id = alert["id"].as_str().expect("an id");
    assert_eq!(
        (alert["kind"].as_str(), alert["rule"].as_str(), alert["side"].as_str()),
        (Some("keyword"), Some("Wants a person"), Some("customer"))
    );
    let transcript = api.get(&format!("/calls/{call}/transcript")).await;
    let shown = transcript["items"].as_array().expect("items").iter();
    let evidence: Vec<&Value> = shown.filter(|item| item["id"] == alert["evidence"][0]).collect();
    assert!(evidence[0]["text"].as_str().expect("text").to_lowercase().contains("person"), "{evidence:?}");
    assert!(!raised.to_string().to_lowercase().contains("speak"), "no word of the call is in it: {raised}");

    let open = api.get("/alerts").await;
    assert_eq!((open["items"][0]["id"].as_str(), open["items"][1].is_null()), (Some(id), true), "{open}");
    let path = format!("/alerts/{id}/acknowledge");
    for _ in 0..2 {
        let seen = api.post(&path, Value::Null).await;
        assert!(seen["acknowledged"]["by"].is_string(), "{seen}");
    }
    let agent = server.signed_in("agent").await;
    assert_eq!(agent.ask(Method::GET, "/alerts", None).await.status, 403);
    live.event(&call, "call.ended", 90).await;
    let events = api.get(&format!("/calls/{call}/events")).await;
    let count = |kind: &str| {
        events["items"].as_array().expect("items").iter().filter(|event| event["kind"] == kind).count()
    };
    let told = (count("alert.raised"), count("alert.acknowledged"), count("alert.cleared"));
    assert_eq!(told, (1, 1, 1), "{events}");
    assert_eq!(api.get("/alerts").await["items"], json!([]));
    assert_eq!(api.ask(Method::POST, &path, None).await.status, 404);
}

#[tokio::test]
async fn one_key_leads_to_the_newest_alert_and_listens() {
    let server = Server::sandbox();
    watch_for_a_person(&server).await;
    let folder = tempfile::tempdir().expect("a folder");
    let microphone = folder.path().join("microphone.wav");
    Wav::mono(8_000, vec![0; 8_000]).write_mono(&microphone);
    let window = Window::chromium(&folder.path().join("profile"), server.http(), &microphone).await;
    let user = &server.ready["sandbox"]["users"]["supervisor"];
    let text = |field: &str| user[field].as_str().expect("text");
    supervisor::sign_in(&window, text("email"), text("password")).await;
    let api = server.signed_in("supervisor").await;
    let mut live = Live::open(&api).await;
    let call = api.call(WANTS_A_PERSON, JANE).await;
    live.event(&call, "alert.raised", 60).await;
    let row = "[...document.querySelectorAll('[role=option]')].some((row) => /Wants a person/.test(row.textContent))";
    window.until("the badge on the row", row, |found| *found == json!(true)).await;
    let said = "[...document.querySelectorAll('[role=status]')].some((region) => /Alert: Wants a person/.test(region.textContent))";
    window.until("what a reader of the screen is told", said, |found| *found == json!(true)).await;
    window.run("document.activeElement?.blur()").await;
    window.key("a").await;
    let listens = live
        .until("the supervisor listens", 20, |m| {
            m["kind"] == "supervision.changed" && m["data"]["mode"] == "listen" && m["call"] == call.as_str()
        })
        .await;
    assert!(listens["data"]["by"].is_string());
    let pressed = "[...document.querySelectorAll('button[aria-pressed=true]')].some((b) => /Listen/.test(b.textContent))";
    window.until("the call's own controls", pressed, |found| *found == json!(true)).await;
    for scheme in ["light", "dark"] {
        window.run(&format!("document.documentElement.dataset.mantineColorScheme = '{scheme}'")).await;
        window.picture(&std::env::temp_dir().join(format!("tandem-alert-{scheme}.png"))).await;
    }
    window.close().await;
}
