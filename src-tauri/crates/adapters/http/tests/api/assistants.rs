//! Assistants are replaced by whoever read the newest version.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tandem_switchboard::records::{Route, UserRole};

use crate::support::{World, body, code};

#[tokio::test]
async fn of_two_editors_the_second_is_told_to_read_again() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Admin);
    let read = world.get(&show, "/assistants/asst_org_1").await;
    assert_eq!(read.headers()["etag"], "\"1\"");
    let put = |tag: Option<&'static str>| {
        let request = world.request(&show, "PUT", "/assistants/asst_org_1");
        let request = match tag {
            Some(tag) => request.header("if-match", tag),
            None => request,
        };
        let settings =
            json!({"language": "id", "tools": [{"kind": "end_call"}], "turns": {"idle_prompts": 2}});
        request.json(&json!({"name": "Jane", "code": "jane", "settings": settings})).send()
    };
    let answer = put(None).await.expect("answered");
    assert_eq!(code(answer).await, (428, "precondition_required".into()));
    let first = put(Some("\"1\"")).await.expect("answered");
    assert_eq!((first.status().as_u16(), &first.headers()["etag"]), (200, &"\"2\"".parse().expect("tag")));
    let first: Value = first.json().await.expect("JSON");
    assert_eq!((&first["version"], &first["settings"]["language"]), (&json!(2), &json!("id")));
    assert_eq!(first["settings"]["tools"], json!([{"kind": "end_call"}]));
    let second = put(Some("\"1\"")).await.expect("answered");
    assert_eq!(code(second).await, (412, "precondition_failed".into()));
    assert_eq!(world.exchange.reloads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_new_assistant_has_the_embedded_defaults_and_a_code_of_its_own() {
    let world = World::new().await;
    let show = world.key("org_1", UserRole::Admin);
    let wanted = json!({"name": "Akylai", "code": "akylai"});
    let made = body(world.send(&show, "POST", "/assistants", &wanted).await).await;
    assert!(made["id"].as_str().expect("id").starts_with("asst_"));
    assert_eq!(made["settings"]["speech"]["model_provider"], "scripted");
    let again = world.send(&show, "POST", "/assistants", &wanted).await;
    assert_eq!(code(again).await, (409, "conflict".into()));
    let wrong = json!({"name": "X", "code": "x", "settings": {"tools": [{"kind": "webhook", "name": "", "url": "ftp://x"}]}});
    let refusal = crate::support::problem(world.send(&show, "POST", "/assistants", &wrong).await).await;
    assert_eq!(refusal["errors"][0]["field"], "settings.tools.0.name");
    assert_eq!(refusal["errors"][1]["field"], "settings.tools.0.url");
}

#[tokio::test]
async fn an_assistant_that_answers_a_number_cannot_be_deleted() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Admin);
    world.store.data.lock().numbers[0].route = Some(Route::Assistant { assistant: "asst_org_1".into() });
    let delete = || world.request(&show, "DELETE", "/assistants/asst_org_1").send();
    assert_eq!(code(delete().await.expect("answered")).await, (409, "in_use".into()));
    world.store.data.lock().numbers[0].route = None;
    assert_eq!(delete().await.expect("answered").status(), 204);
    assert_eq!(world.get(&show, "/assistants/asst_org_1").await.status(), 404);
}
