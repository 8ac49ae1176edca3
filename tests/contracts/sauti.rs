//! The contract `sauti`, row by row, as a client of its text uses it.

#[path = "../support/contract.rs"]
mod contract;
#[path = "../support/receiver.rs"]
mod receiver;

use contract::{Contract, told};
use receiver::{Came, Manner, Receiver};
use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::Server;

const RINA: &str = "+62812345678";

fn sauti(server: &Server) -> Contract {
    Contract::of(server, "sauti", "/sauti")
}

/// The text's own request.
fn example() -> Value {
    json!({
        "assistantId": "asst_jane_collections",
        "phoneNumberId": "pn_jakarta_01",
        "customer": { "number": RINA, "name": "Rina Wijaya" }
    })
}

#[tokio::test]
async fn s1_a_key_opens_its_own_contract_alone_and_only_until_it_is_revoked() {
    let server = Server::sandbox();
    let client = sauti(&server);
    assert!(client.key.starts_with("sk_live_"), "{}", &client.key[..8]);
    client.get("/v1/assistants").await;
    let keys = server.ready["sandbox"]["keys"].as_object().expect("keys").clone();
    for (name, key) in keys.iter().filter(|(name, _)| *name != "sauti") {
        let refused =
            client.with_key(key.as_str().expect("text")).ask(Method::GET, "/v1/assistants", None).await;
        assert_eq!(refused.status, 401, "the key of {name}");
    }
    for wrong in ["", "sk_live_your_api_key", "sk_live_00"] {
        let refused = client.with_key(wrong).ask(Method::GET, "/v1/assistants", None).await;
        assert_eq!((refused.status, refused.body["error"]["type"].as_str()), (401, Some("unauthenticated")));
    }
    let ours = server.api().ask(Method::GET, "/session", None).await;
    assert!(ours.status < 300, "our own key opens our own API");

    let admin = server.signed_in("admin").await;
    let wish = json!({ "name": "crm", "role": "admin", "contract": "sauti", "expires_in_days": 30 });
    let made = admin.post("/keys", wish).await;
    let (id, secret) =
        (made["key"]["id"].as_str().expect("an id"), made["secret"].as_str().expect("a secret"));
    assert!(secret.starts_with("sk_live_") && made["key"]["contract"] == "sauti", "{}", made["key"]);
    client.with_key(secret).get("/v1/assistants").await;
    let listed = admin.get("/keys").await.to_string();
    assert!(!listed.contains(secret), "a secret is shown once");

    let rotated = admin.post(&format!("/keys/{id}/rotate"), json!({ "overlap_s": 3600 })).await;
    let newer = rotated["secret"].as_str().expect("a secret");
    for both in [secret, newer] {
        client.with_key(both).get("/v1/assistants").await;
    }
    admin.ask(Method::DELETE, &format!("/keys/{id}"), None).await;
    let refused = client.with_key(secret).ask(Method::GET, "/v1/assistants", None).await;
    assert_eq!(refused.status, 401, "revoked");
    client.with_key(newer).get("/v1/assistants").await;
}

#[tokio::test]
async fn s2_a_call_is_really_placed_over_the_numbers_trunk() {
    let server = Server::sandbox();
    let client = sauti(&server);
    let placed = client.request(Method::POST, "/v1/calls").json(&example());
    let placed = told(placed.header("idempotency-key", "once").send().await.expect("an answer")).await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    let call = placed.body;
    let id = call["id"].as_str().expect("an id").to_owned();
    assert!(id.starts_with("call_"));
    assert_eq!(
        (&call["status"], &call["assistant"], &call["from"], &call["to"]),
        (&json!("ringing"), &json!("asst_jane_collections"), &json!("+62215551234"), &json!(RINA))
    );
    let created = call["created_at"].as_str().expect("a time");
    assert!(created.len() == 20 && created.ends_with('Z'), "{created}");
    let again = client.request(Method::POST, "/v1/calls").json(&example());
    let again = told(again.header("idempotency-key", "once").send().await.expect("an answer")).await;
    assert_eq!((again.status, again.body["id"].as_str()), (201, Some(id.as_str())), "placed once");

    let ours = server.api().get(&format!("/calls/{id}")).await;
    assert_eq!(
        (&ours["number"], &ours["customer_name"], &ours["trunk"]),
        (&json!("pn_jakarta_01"), &json!("Rina Wijaya"), &json!("d5f3a1c0-8b2e-4f9a-b7d1-1e2c3a4b5c6d"))
    );
    client.until(&format!("/v1/calls/{id}"), 60, |call| call["status"] == "in_progress").await;

    for (path, value, status) in [
        ("customer.number", json!({ "assistantId": "a", "customer": {} }), 400),
        (
            "customer.number",
            json!({ "assistantId": "asst_jane_collections", "customer": { "number": "0812" } }),
            400,
        ),
        ("assistantId", json!({ "customer": { "number": RINA } }), 400),
        ("assistantId", json!({ "assistantId": "asst_none", "customer": { "number": RINA } }), 404),
    ] {
        let refused = client.ask(Method::POST, "/v1/calls", Some(value)).await;
        assert_eq!((refused.status, refused.body["error"]["field"].as_str()), (status, Some(path)));
    }
    let nowhere = client.ask(Method::GET, "/v1/nothing", None).await;
    assert_eq!((nowhere.status, nowhere.body["error"]["type"].as_str()), (404, Some("not_found")));
    let method = client.ask(Method::DELETE, "/v1/calls", None).await;
    assert_eq!((method.status, method.headers["allow"].to_str().ok()), (405, Some("POST, GET")));
}

#[tokio::test]
async fn s4_assistants_are_made_read_changed_and_deleted() {
    let server = Server::sandbox();
    let client = sauti(&server);
    let example = json!({
        "name": "Jane",
        "language": "id",
        "personality": { "system_prompt": "You are Jane, a collections agent for Juniper Bank." },
        "voice": { "provider": "elevenlabs", "voice_id": "sari_indonesian" },
        "model": { "provider": "openai", "model": "gpt-4o" }
    });
    let made = client.post("/v1/assistants", example.clone()).await;
    let id = made["id"].as_str().expect("an id").to_owned();
    assert!(id.starts_with("asst_"));
    assert_eq!(
        (&made["name"], &made["status"], &made["language"]),
        (&json!("Jane"), &json!("active"), &json!("id"))
    );
    let path = format!("/v1/assistants/{id}");
    let whole = client.get(&path).await;
    for field in ["voice", "model"] {
        assert_eq!(whole[field], example[field], "read back as it was written");
    }
    assert_eq!(whole["personality"]["system_prompt"], example["personality"]["system_prompt"]);
    let listed = client.get("/v1/assistants?limit=100").await;
    let ids: Vec<_> = listed["data"].as_array().expect("a list").iter().map(|row| &row["id"]).collect();
    assert!(ids.contains(&&json!(id)) && ids.contains(&&json!("asst_jane_collections")));

    let change = json!({ "name": "Janet", "status": "inactive" });
    let changed = client.ask(Method::PATCH, &path, Some(change)).await;
    assert_eq!(
        (changed.status, &changed.body["name"], &changed.body["status"]),
        (200, &json!("Janet"), &json!("inactive"))
    );
    assert_eq!(changed.body["voice"], example["voice"], "what is not sent stays");
    let call = json!({ "assistantId": id, "customer": { "number": RINA } });
    let refused = client.ask(Method::POST, "/v1/calls", Some(call.clone())).await;
    assert_eq!(refused.status, 400, "an inactive assistant does not call");
    client.ask(Method::PATCH, &path, Some(json!({ "status": "active" }))).await;
    client.post("/v1/calls", call).await;

    let refused = client.ask(Method::POST, "/v1/assistants", Some(json!({ "name": "x" }))).await;
    assert_eq!(
        (refused.status, refused.body["error"]["field"].as_str()),
        (400, Some("personality.system_prompt"))
    );
    assert_eq!(client.ask(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(client.ask(Method::GET, &path, None).await.status, 404);
}

#[tokio::test]
async fn s5_a_finished_call_tells_its_transcript_outcome_and_recording() {
    let server = Server::sandbox();
    let client = sauti(&server);
    let id = client.post("/v1/calls", example()).await["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/calls/{id}");
    let call = client.until(&path, 180, |call| call["recording_url"].is_string()).await;
    assert_eq!(
        (&call["status"], &call["outcome"]),
        (&json!("completed"), &json!("promise_to_pay")),
        "{call}"
    );
    assert!(call["duration"].as_i64().is_some_and(|seconds| seconds > 3), "{}", call["duration"]);
    assert!(call["ended_at"].as_str() > call["created_at"].as_str());
    let lines = call["transcript"].as_array().expect("a transcript");
    assert_eq!(lines[0]["role"], "agent");
    let fifth = |line: &Value| line["role"] == "customer" && line["text"].to_string().contains("fifth");
    assert!(lines.iter().any(fifth), "{lines:?}");

    let url = call["recording_url"].as_str().expect("an address");
    assert!(url.split('?').next().is_some_and(|path| path.ends_with(&format!("{id}.mp3"))), "{url}");
    let audio = reqwest::get(url).await.expect("an answer");
    assert_eq!(
        (audio.status().as_u16(), audio.headers()["content-type"].to_str().ok()),
        (200, Some("audio/mpeg"))
    );
    let audio = audio.bytes().await.expect("audio");
    assert!(audio.len() > 20_000 && audio[0] == 0xFF && audio[1] & 0xE0 == 0xE0, "MPEG frames");
    let part = client.request(Method::GET, &format!("/recordings/{id}.mp3")).header("range", "bytes=100-199");
    let part = part.send().await.expect("an answer");
    assert_eq!(part.status().as_u16(), 206);
    assert_eq!(part.bytes().await.expect("audio")[..], audio[100..200]);
    let plain = url.split('?').next().expect("a path");
    for tampered in
        [plain.to_owned(), url.replace("signature=", "signature=0"), url.replace("expires=", "expires=9")]
    {
        assert_eq!(reqwest::get(&tampered).await.expect("an answer").status().as_u16(), 401, "{tampered}");
    }

    let busy = json!({ "assistantId": "asst_jane_collections", "customer": { "number": "+15005550002" } });
    let busy = client.post("/v1/calls", busy).await["id"].as_str().expect("an id").to_owned();
    let busy = client.until(&format!("/v1/calls/{busy}"), 60, |call| call["status"] == "failed").await;
    assert_eq!((&busy["reason"], &busy["outcome"]), (&json!("busy"), &Value::Null));
}

/// Signed by Standard Webhooks with this secret.
fn signed(came: &Came, secret: &str) -> bool {
    let script = "import base64,hashlib,hmac,sys\n\
                  key=base64.b64decode(sys.argv[1].removeprefix('whsec_'))\n\
                  print('v1,'+base64.b64encode(hmac.new(key,sys.argv[2].encode(),hashlib.sha256).digest()).decode())";
    let text = format!("{}.{}.{}", came.id(), came.header("webhook-timestamp"), came.body);
    let out = std::process::Command::new("python3").args(["-c", script, secret, &text]).output();
    let wanted = String::from_utf8(out.expect("python3 runs").stdout).expect("text");
    came.header("webhook-signature").split(' ').any(|one| one == wanted.trim())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s6_s7_what_became_of_a_call_is_told_at_registered_addresses_signed_tried_again_and_logged() {
    let server = Server::sandbox();
    let client = sauti(&server);
    let admin = server.signed_in("admin").await;
    let (all, promises) = (Receiver::new(Manner::Takes).await, Receiver::new(Manner::Takes).await);
    let mut secrets = Vec::new();
    for (receiver, topics) in [(&all, json!([])), (&promises, json!(["payment.promised"]))] {
        let wish = json!({ "url": receiver.url(), "contract": "sauti", "topics": topics, "enabled": true });
        let made = admin.post("/webhooks", wish).await;
        secrets.push(made["secret"].as_str().expect("a secret").to_owned());
    }

    let id = client.post("/v1/calls", example()).await["id"].as_str().expect("an id").to_owned();
    let of = |kind: &'static str, field: &'static str, id: String| {
        move |came: &Came| came.json()["type"] == kind && came.json()["data"][field] == id.as_str()
    };
    let completed = all.until("call.completed", 180, of("call.completed", "id", id.clone())).await;
    let told = completed.json();
    let data = &told["data"];
    assert_eq!(
        (&data["status"], &data["outcome"], &data["to"], &data["assistant"]),
        (&json!("completed"), &json!("promise_to_pay"), &json!(RINA), &json!("asst_jane_collections"))
    );
    assert!(data["duration"].as_i64().is_some_and(|seconds| seconds > 3), "{data}");
    let lines = data["transcript"].as_array().expect("a transcript");
    assert!(lines.len() > 1 && lines[0]["role"] == "agent", "{lines:?}");
    let spoken: Vec<&str> = lines.iter().filter_map(|line| line["text"].as_str()).collect();
    assert!(spoken.iter().all(|text| !text.contains(['{', '}'])), "no place is read out: {spoken:?}");
    assert!(signed(&completed, &secrets[0]) && !signed(&completed, &secrets[1]));

    let promised =
        promises.until("payment.promised", 60, of("payment.promised", "call_id", id.clone())).await;
    let data = promised.json()["data"].clone();
    assert_eq!(data["customer"], json!({ "number": RINA, "name": "Rina Wijaya" }));
    // She says “on the fifth”; no amount is said, and her request has none.
    let date = data["date"].as_str().unwrap_or_default();
    assert!(date.len() == 10 && date.ends_with("-05"), "{data}");
    assert!(data.as_object().expect("an object").contains_key("amount"));
    assert!(signed(&promised, &secrets[1]));
    all.until("the same to who wants everything", 60, of("payment.promised", "call_id", id.clone())).await;
    assert!(promises.came().iter().all(|came| came.json()["type"] == "payment.promised"));

    let busy = json!({ "assistantId": "asst_jane_collections", "customer": { "number": "+15005550002" } });
    let busy = client.post("/v1/calls", busy).await["id"].as_str().expect("an id").to_owned();
    let failed = all.until("call.failed", 60, of("call.failed", "id", busy)).await;
    assert_eq!(failed.json()["data"]["reason"], "busy");
    assert!(signed(&failed, &secrets[0]));

    let log = admin.get("/webhook-deliveries?state=delivered").await;
    let rows = log["items"].as_array().expect("items");
    let row = rows.iter().find(|row| row["id"] == completed.id()).expect("it is in the log");
    assert_eq!(
        (&row["topic"], &row["call"], &row["contract"]),
        (&json!("call.completed"), &json!(id), &json!("sauti"))
    );
    admin.post(&format!("/webhook-deliveries/{}/redeliver", completed.id()), Value::Null).await;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while all.came().iter().filter(|came| came.id() == completed.id()).count() < 2 {
        assert!(tokio::time::Instant::now() < deadline, "it is sent again");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
