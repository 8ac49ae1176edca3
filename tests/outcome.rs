//! What came of a call, told by the assistant's own model and checked against the transcript.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Live, Server};
use tandem_simulation::{OpenAiDouble, Script};

const RINA: &str = "+62812345678";
const GOOD: &str = r#"{"disposition": "promise_to_pay", "summary": "Rina will pay on the fifth.",
 "sentiment": "positive", "fields": [{"name": "channel", "value": "transfer", "evidence": [2]}]}"#;

/// A sandbox whose model `double` answers as scripted, and an assistant that uses it.
async fn sandbox(double: &OpenAiDouble) -> (Server, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let providers = folder.path().join("providers.toml");
    let table = format!("[models.double]\nbase_url = '{}'\nmodel = 'tiny'\n", double.base_url());
    std::fs::write(&providers, table).expect("written");
    let server = Server::sandbox_with(&["--providers", providers.to_str().expect("a path")]);
    let settings = json!({ "language": "en", "first_message": "Hello. Can you pay this month?",
        "speech": { "model_provider": "double", "model": "tiny" },
        "tools": [{ "kind": "end_call" }] });
    let body = json!({ "code": "teller", "name": "Tell", "settings": settings });
    let made = server.api().ask(Method::POST, "/assistants", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["id"].as_str().expect("an id").to_owned();
    (server, id)
}

/// Rina says that she can pay on the fifth, and the assistant ends the call.
async fn ended_call(server: &Server, assistant: &str, live: &mut Live) -> Value {
    let id = server.api().call(RINA, assistant).await;
    live.event(&id, "call.ended", 60).await
}

fn goodbye() -> Script {
    Script::Tool { name: "end_call", arguments: vec!["{}"] }
}

#[tokio::test]
async fn a_model_is_asked_again_for_evidence_and_its_outcome_replaces_the_rules_one() {
    let double = OpenAiDouble::start().await;
    let (server, assistant) = sandbox(&double).await;
    let unproven = r#"{"disposition": "promise_to_pay", "summary": "?", "sentiment": "positive",
        "fields": [{"name": "channel", "value": "transfer", "evidence": [99]}]}"#;
    for script in [goodbye(), Script::Text(vec![unproven]), Script::Text(vec!["```json\n", GOOD, "\n```"])] {
        double.push(script);
    }
    let mut live = Live::open(&server.api()).await;
    let ended = ended_call(&server, &assistant, &mut live).await;
    let id = ended["call"].as_str().expect("an id").to_owned();
    assert!(ended["data"]["outcome"]["disposition"].is_string(), "rules have spoken at the end: {ended}");
    let analyzed = live.event(&id, "call.analyzed", 20).await;
    let outcome = &analyzed["data"]["outcome"];
    assert_eq!(outcome["summary"], "Rina will pay on the fifth.");
    assert_eq!(
        (&outcome["needs_review"], &outcome["fields"][0]["value"]),
        (&json!(false), &json!("transfer"))
    );
    let stored = server.api().get(&format!("/calls/{id}")).await;
    assert_eq!(&stored["outcome"], outcome);
    let transcript = server.api().get(&format!("/calls/{id}/transcript")).await;
    let evidence = &outcome["fields"][0]["evidence"][0];
    let shown = transcript["items"].as_array().expect("items").iter().find(|item| &item["id"] == evidence);
    assert_eq!(shown.expect("the item is there")["speaker"], "customer");
    let asked = double.requests();
    let hint = &asked.last().expect("asked").1["messages"];
    assert!(hint.to_string().contains("there is no transcript item 99"), "{hint}");
}

#[tokio::test]
async fn a_model_that_talks_nonsense_changes_nothing() {
    let double = OpenAiDouble::start().await;
    let (server, assistant) = sandbox(&double).await;
    for script in [goodbye(), Script::Text(vec!["It went well."]), Script::Text(vec!["Really."])] {
        double.push(script);
    }
    let mut live = Live::open(&server.api()).await;
    let ended = ended_call(&server, &assistant, &mut live).await;
    let id = ended["call"].as_str().expect("an id").to_owned();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while double.requests().len() < 3 {
        assert!(tokio::time::Instant::now() < deadline, "the model is asked twice");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let stored = server.api().get(&format!("/calls/{id}")).await;
    assert_eq!(stored["outcome"], ended["data"]["outcome"]);
}
