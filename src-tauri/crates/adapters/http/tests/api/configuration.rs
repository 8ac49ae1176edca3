//! Trunks, numbers and the sandbox.

use serde_json::json;
use tandem_switchboard::records::UserRole;

use crate::support::{World, body, code, problem};

#[tokio::test]
async fn a_trunks_password_is_written_and_never_read() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Admin);
    let listed = world.get(&show, "/trunks").await.text().await.expect("text");
    assert!(!listed.contains("trunk password"));
    assert!(listed.contains(r#""has_password":true"#) && listed.contains(r#""state":"registered""#));

    let password = || {
        world
            .store
            .data
            .lock()
            .trunks
            .iter()
            .find(|t| t.id.as_str() == "trunk_org_1")
            .map(|t| t.password.clone())
    };
    let put = |password: serde_json::Value| {
        let mut body = json!({"name": "Carrier", "host": "sip.example"});
        if !password.is_null() {
            body["password"] = password;
        }
        world.request(&show, "PUT", "/trunks/trunk_org_1").json(&body).send()
    };
    assert!(put(json!(null)).await.expect("answered").status().is_success());
    assert_eq!(password(), Some(Some("trunk password".into())), "not given: kept");
    let answer = put(json!("a new one")).await.expect("answered").text().await.expect("text");
    assert!(!answer.contains("a new one"));
    assert_eq!(password(), Some(Some("a new one".into())));
    put(json!("")).await.expect("answered");
    assert_eq!(password(), Some(None), "an empty text removes it");
}

#[tokio::test]
async fn a_trunk_in_use_stays_and_wrong_addresses_are_named() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Admin);
    let answer = world.request(&show, "DELETE", "/trunks/trunk_org_1").send().await.expect("answered");
    assert_eq!(code(answer).await, (409, "in_use".into()));
    let wrong = json!({"name": "", "host": "sip:a@b", "accept_from": ["10.0.0.1", "x"], "max_cps": 0});
    let refusal = problem(world.send(&show, "POST", "/trunks", &wrong).await).await;
    let fields: Vec<_> =
        refusal["errors"].as_array().expect("errors").iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["name", "host", "accept_from.1", "max_cps"]);
}

#[tokio::test]
async fn a_number_leads_only_to_ones_own() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Admin);
    let foreign = json!({"number": "+15551230000", "trunk": "trunk_org_2",
        "route": {"kind": "assistant", "assistant": "asst_org_2"}});
    let refusal = problem(world.send(&show, "POST", "/numbers", &foreign).await).await;
    assert_eq!(refusal["errors"][0]["field"], "trunk");
    assert_eq!(refusal["errors"][1]["field"], "route.assistant");
    let own = json!({"number": "+15551230000", "trunk": "trunk_org_1", "label": "Sales",
        "route": {"kind": "person", "user": "user_agent_org_1"}});
    let made = body(world.send(&show, "POST", "/numbers", &own).await).await;
    assert_eq!(made["route"], json!({"kind": "person", "user": "user_agent_org_1", "otherwise": null}));
    assert_eq!(code(world.send(&show, "POST", "/numbers", &own).await).await, (409, "conflict".into()));
}

#[tokio::test]
async fn without_a_sandbox_there_is_none() {
    let world = World::with(|config| config.sandbox = None).await;
    let show = world.session("org_1", UserRole::Owner);
    assert_eq!(world.get(&show, "/sandbox/customers").await.status(), 404);
    let call_in = json!({"from": "+62812345678", "to": "+62215551234"});
    assert_eq!(world.send(&show, "POST", "/sandbox/call-in", &call_in).await.status(), 404);
}

#[tokio::test]
async fn a_sandbox_customer_calls_ones_own_numbers_only() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Supervisor);
    let call_in = |from: &str, to: &str| json!({"from": from, "to": to});
    let good = world.send(&show, "POST", "/sandbox/call-in", &call_in("+62812345678", "+62215551234")).await;
    assert_eq!(body(good).await["sip_call_id"], "abc@sandbox");
    let foreign =
        world.send(&show, "POST", "/sandbox/call-in", &call_in("+62812345678", "+62215559999")).await;
    assert_eq!(problem(foreign).await["errors"][0]["field"], "to");
    let unknown = world.send(&show, "POST", "/sandbox/call-in", &call_in("+15550000", "+62215551234")).await;
    assert_eq!(problem(unknown).await["errors"][0]["field"], "from");
}
