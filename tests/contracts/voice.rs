//! The contract `voice`, row by row, as a client of its text uses it.

#[path = "../support/contract.rs"]
mod contract;

use contract::Contract;
use reqwest::Method;
use serde_json::json;
use tandem_scenarios::Server;

const CALLED: &str = "+996700000000";

fn voice(server: &Server) -> Contract {
    Contract::of(server, "voice", "/voice")
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

#[tokio::test]
async fn o1_a_call_by_number_and_agent_answers_its_internal_id_and_nothing_else() {
    let server = Server::sandbox();
    let client = voice(&server);
    for agent in ["akylai", "altai"] {
        let placed =
            client.ask(Method::POST, "/v1/calls", Some(json!({ "phone": CALLED, "agent": agent }))).await;
        assert_eq!(placed.status, 201, "{}", placed.body);
        let fields: Vec<_> = placed.body.as_object().expect("an object").keys().collect();
        assert_eq!(fields, ["call_id"]);
        assert!(is_uuid(placed.body["call_id"].as_str().expect("text")), "{}", placed.body);
    }
    for (field, body) in [
        ("agent", json!({ "phone": CALLED })),
        ("agent", json!({ "phone": CALLED, "agent": "nobody" })),
        ("phone", json!({ "phone": "996", "agent": "altai" })),
    ] {
        let refused = client.ask(Method::POST, "/v1/calls", Some(body)).await;
        assert_eq!((refused.status, refused.body["field"].as_str()), (400, Some(field)), "{}", refused.body);
    }
    let refused = client.with_key("YOUR_SERVICE_API_KEY").ask(Method::GET, "/v1/agents", None).await;
    assert_eq!((refused.status, refused.body["error"].as_str()), (401, Some("unauthenticated")));
}

#[tokio::test]
async fn o2_a_calls_state_transcript_and_duration_are_told_without_who_carried_it() {
    let server = Server::sandbox();
    let client = voice(&server);
    let placed = client.post("/v1/calls", json!({ "phone": CALLED, "agent": "akylai" })).await;
    let path = format!("/v1/calls/{}", placed["call_id"].as_str().expect("an id"));
    let call = client.until(&path, 180, |call| call["status"] == "completed").await;
    assert!(call["duration"].as_i64().is_some_and(|seconds| seconds > 3), "{call}");
    let transcript = call["transcript"].as_str().expect("text");
    assert!(
        transcript.starts_with("agent: Hello, this is Akylai") && transcript.contains("\nuser: "),
        "{transcript}"
    );
    let text = call.to_string();
    for hidden in ["sip", "trunk", "pn_", "d5f3a1c0", "flite", "embedded", "call_0"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    let nobody = client.ask(Method::GET, "/v1/calls/00000000-0000-7000-8000-000000000000", None).await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test]
async fn o3_agents_that_can_be_used_are_listed() {
    let server = Server::sandbox();
    let agents = voice(&server).get("/v1/agents").await;
    let keys: Vec<_> = agents["agents"].as_array().expect("a list").iter().map(|row| &row["agent"]).collect();
    assert!(keys.contains(&&json!("akylai")) && keys.contains(&&json!("altai")), "{keys:?}");
    assert!(!keys.contains(&&json!("emi-reminder-v2")), "it needs variables, which cannot be sent here");
}

#[tokio::test]
async fn o4_a_result_from_outside_is_saved_once_and_what_is_unknown_is_not_lost() {
    let server = Server::sandbox();
    let client = voice(&server);
    let told = |reference: &str, transcript: &str| {
        json!({ "event_type": "call.completed", "provider_call_id": reference, "status": "completed",
                "transcript": transcript, "duration": 120 })
    };
    let path = "/v1/webhooks/call-completed";
    let unknown = client
        .ask(Method::POST, path, Some(told("internal-provider-reference", "agent: Hello\nuser: Hi")))
        .await;
    assert_eq!((unknown.status, unknown.body["field"].as_str()), (404, Some("provider_call_id")));
    assert!(unknown.body["message"].to_string().contains("kept"), "{}", unknown.body);

    let placed = client.post("/v1/calls", json!({ "phone": "+15005550002", "agent": "altai" })).await;
    let id = placed["call_id"].as_str().expect("an id").to_owned();
    let call = format!("/v1/calls/{id}");
    client.until(&call, 60, |call| call["status"] == "busy").await;
    for _ in 0..2 {
        let saved = client.post(path, told(&id, "agent: Hello\nuser: Hi")).await;
        assert_eq!(saved["call_id"], id.as_str());
    }
    client.post(path, told(&id, "agent: Something else")).await;
    let saved = client.get(&call).await;
    assert_eq!(
        (&saved["status"], &saved["transcript"], &saved["duration"]),
        (&json!("completed"), &json!("agent: Hello\nuser: Hi"), &json!(120))
    );
    let wrong = client.ask(Method::POST, path, Some(json!({ "event_type": "call.completed" }))).await;
    assert_eq!((wrong.status, wrong.body["field"].as_str()), (400, Some("provider_call_id")));
}
