//! The contract `audatec`, row by row, as a client of its text uses it.

#[path = "../support/contract.rs"]
mod contract;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/integrator.rs"]
mod receiver;

use std::time::Duration;

use contract::{Contract, told};
use futures_util::future::join_all;
use python::{hmac_sha256, python};
use receiver::Receiver;
use reqwest::Method;
use serde_json::{Value, json};
use tandem_conformance::store::cluster::Cluster;
use tandem_scenarios::Server;
use tandem_switchboard::access::{KEY_RANDOM, KeyWish, mint, sha256};
use tandem_switchboard::records::{Contract as Which, UnixMs, UserRole};

const AGENT: &str = "830f767a-397e-4b39-82ff-235cd344e2f9";
const TRUNK: &str = "d5f3a1c0-8b2e-4f9a-b7d1-1e2c3a4b5c6d";
const RAHUL: &str = "+919876543210";
const BUSY: &str = "+15005550002";
const RINGS: &str = "+15005550003";
const DECLINES: &str = "+15005550004";
const CARRIER_FAILS: &str = "+15005550005";
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";
const REJECTED: &str = "Rejected \u{2014} Capacity";

fn audatec(server: &Server) -> Contract {
    Contract::of(server, "audatec", "/audatec/integration/v1")
}

/// The text's own request, to this number.
fn example(to: &str) -> Value {
    json!({
        "phone_number": to,
        "agent_id": AGENT,
        "sip_trunk_id": TRUNK,
        "metadata": { "customer_name": "Rahul Sharma", "amount_due": "7500", "due_date": "2026-06-20" }
    })
}

fn calling_back(to: &str, receiver: &Receiver) -> Value {
    let mut body = example(to);
    body["callback_url"] = format!("{}/hooks/call-done", receiver.base).into();
    body
}

async fn trigger(client: &Contract, body: Value) -> String {
    client.post("/calls", body).await["call_id"].as_str().expect("an id").to_owned()
}

fn status_of(id: &str) -> String {
    format!("/calls/{id}/status")
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

async fn key_of_role(server: &Server, role: &str) -> String {
    let admin = server.signed_in("admin").await;
    let wish = json!({ "name": role, "role": role, "contract": "audatec", "expires_in_days": 30 });
    let made = admin.post("/keys", wish).await;
    assert!(!admin.get("/keys").await.to_string().contains(made["secret"].as_str().expect("a secret")));
    made["secret"].as_str().expect("a secret").to_owned()
}

/// Sets the trunk's limits.
async fn limit(server: &Server, max_channels: u32, max_cps: u32) {
    let api = server.api();
    let rows = api.get("/trunks").await;
    let row = rows["items"].as_array().expect("rows").iter().find(|row| row["id"] == TRUNK).expect("ours");
    let mut trunk = json!({ "max_channels": max_channels, "max_cps": max_cps });
    for field in
        ["name", "host", "transport", "username", "register_s", "accept_from", "options_every_s", "caller_id"]
    {
        trunk[field] = row[field].clone();
    }
    let changed = api.ask(Method::PUT, &format!("/trunks/{TRUNK}"), Some(trunk)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
}

#[tokio::test]
async fn a1_a_keys_role_decides_and_a_wrong_key_is_told_so() {
    let server = Server::sandbox();
    let client = audatec(&server);
    assert!(client.key.starts_with("audtk_"));
    for wrong in ["", "audtk_your_key_here", "audtk_Wg8xJCrw-I6n3h48v6ZfTFgUzpADscHid36SCM"] {
        let refused = client.with_key(wrong).ask(Method::GET, "/agents", None).await;
        assert_eq!((refused.status, refused.body), (401, json!({ "error": "Invalid or inactive API key" })));
    }
    let viewer = client.with_key(&key_of_role(&server, "agent").await);
    let id = trigger(&client, example(RAHUL)).await;
    viewer.get("/agents").await;
    viewer.get("/sip-trunks").await;
    viewer.get(&status_of(&id)).await;
    let refused = viewer.ask(Method::POST, "/calls", Some(example(RAHUL))).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body["error"].is_string(), "{}", refused.body);
    for role in ["supervisor", "admin", "owner"] {
        trigger(&client.with_key(&key_of_role(&server, role).await), example(RAHUL)).await;
    }
}

#[tokio::test]
async fn a2_active_agents_and_trunks_are_listed_with_what_they_need_and_carry() {
    let server = Server::sandbox();
    let client = audatec(&server);
    let listed = client.get("/agents").await;
    let agents = listed["agents"].as_array().expect("a list");
    let published = json!({
        "id": AGENT,
        "name": "EMI Reminder Agent",
        "agent_code": "emi-reminder-v2",
        "status": "active",
        "input_schema": {
            "fields": ["customer_name", "amount_due", "due_date"],
            "sample_context": {
                "customer_name": "Rahul Sharma", "amount_due": "7500", "due_date": "2026-06-20"
            }
        }
    });
    assert!(agents.contains(&published), "{listed}");
    assert!(agents.iter().all(|agent| agent["input_schema"]["fields"].is_array()));
    let trunks = client.get("/sip-trunks").await;
    let published = json!({ "sip_trunks": [{
        "id": TRUNK, "name": "India Prod Trunk 1", "trunk_phone": "+62215551234", "max_cps": 5,
        "max_channels": 100, "status": "active"
    }] });
    assert_eq!(trunks, published);

    let sauti = Contract::of(&server, "sauti", "/sauti");
    sauti.ask(Method::PATCH, &format!("/v1/assistants/{AGENT}"), Some(json!({ "status": "inactive" }))).await;
    let listed = client.get("/agents").await;
    assert!(listed["agents"].as_array().expect("a list").iter().all(|agent| agent["id"] != AGENT));
    let refused = client.ask(Method::POST, "/calls", Some(example(RAHUL))).await;
    assert_eq!((refused.status, refused.body), (400, json!({ "error": "Agent is not active" })));
}

#[tokio::test]
async fn a3_a_call_is_triggered_and_its_poll_url_leads_to_it() {
    let server = Server::sandbox();
    let client = audatec(&server);
    let told = client.ask(Method::POST, "/calls", Some(example(RAHUL))).await;
    let id = told.body["call_id"].as_str().expect("an id").to_owned();
    assert!(told.status == 201 && is_uuid(&id), "{} {}", told.status, told.body);
    let poll_url = format!("/integration/v1/calls/{id}/status");
    assert_eq!(told.body, json!({ "call_id": id, "status": "triggered", "poll_url": poll_url }));
    for base in ["", "/audatec"] {
        let client = Contract::of(&server, "audatec", base);
        assert_eq!(client.get(&poll_url).await["phone_number"], RAHUL);
    }
    let ours = format!("/calls/call_{}", id.replace('-', ""));
    let ours = server.api().get(&ours).await;
    assert_eq!((&ours["to"], &ours["trunk"]), (&json!(RAHUL), &json!(TRUNK)), "the same call in the console");
}

#[tokio::test]
async fn a4_a_trunks_limits_hold_exactly_for_requests_at_once() {
    let server = Server::sandbox();
    let client = audatec(&server);
    limit(&server, 3, 100).await;
    let ask = || client.ask(Method::POST, "/calls", Some(example(RINGS)));
    let asked = join_all((0..10).map(|_| ask())).await;
    assert_eq!(asked.iter().filter(|told| told.status == 201).count(), 3);
    for told in asked.iter().filter(|told| told.status != 201) {
        let id = told.body["call_id"].as_str().expect("an id");
        let error = "Trunk concurrency (max_channels) exhausted";
        assert_eq!(told.body, json!({ "error": error, "call_id": id, "status": "rejected" }));
        assert!(told.status == 429 && is_uuid(id));
        let wait = told.headers["retry-after"].to_str().expect("text").parse::<u32>().expect("seconds");
        assert!(wait >= 1);
        let status = client.get(&status_of(id)).await;
        assert_eq!((&status["call_status"], &status["is_terminal"]), (&json!(REJECTED), &json!(true)));
        assert_eq!(
            (&status["call_outcome"], &status["duration"], &status["start_timestamp"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
    }
    let ours = asked.iter().find(|told| told.status == 201).expect("one");
    let ours = ours.body["call_id"].as_str().expect("an id");
    server.api().post(&format!("/calls/call_{}/end", ours.replace('-', "")), Value::Null).await;
    client.until(&status_of(ours), 30, |call| call["is_terminal"] == true).await;
    assert_eq!(ask().await.status, 201, "its channel is free again");

    limit(&server, 100, 2).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let asked = join_all((0..5).map(|_| ask())).await;
    let refused: Vec<_> = asked.iter().filter(|told| told.status == 429).collect();
    assert!(!refused.is_empty() && refused.len() <= 3, "{} of 5", refused.len());
    for told in refused {
        assert_eq!(told.body["error"], "Trunk rate (max_cps) exhausted");
        assert!(told.headers.contains_key("retry-after"));
    }
}

#[tokio::test]
async fn a5_what_is_wrong_with_a_request_is_told_in_the_texts_words() {
    let server = Server::sandbox();
    let client = audatec(&server);
    let with = |field: &str, value: Value| {
        let mut body = example(RAHUL);
        body[field] = value;
        body
    };
    for (body, status, error) in [
        (with("phone_number", Value::Null), 400, "phone_number is required"),
        (with("phone_number", json!("")), 400, "phone_number is required"),
        (
            with("phone_number", json!("9876543210")),
            400,
            "phone_number must be in E.164 format, e.g. +919876543210",
        ),
        (with("agent_id", Value::Null), 400, "agent_id is required"),
        (with("sip_trunk_id", Value::Null), 400, "sip_trunk_id is required"),
        (with("agent_id", json!(NOBODY)), 404, "Agent not found"),
        (with("sip_trunk_id", json!(NOBODY)), 404, "SIP trunk not found"),
        (
            with("metadata", json!({ "customer_name": "Rahul Sharma" })),
            400,
            "metadata missing required keys: amount_due, due_date",
        ),
        (
            with("metadata", Value::Null),
            400,
            "metadata missing required keys: customer_name, amount_due, due_date",
        ),
        (
            with("callback_url", json!("your-server.com/hooks")),
            400,
            "callback_url must be a valid http or https URL",
        ),
    ] {
        let refused = client.ask(Method::POST, "/calls", Some(body)).await;
        assert_eq!((refused.status, refused.body), (status, json!({ "error": error })));
    }
    let broken =
        told(client.request(Method::POST, "/calls").body("{").send().await.expect("an answer")).await;
    assert!(broken.status == 400 && broken.body["error"].is_string(), "{}", broken.body);

    let api = server.api();
    let row = api.get("/trunks").await["items"][0].clone();
    let mut off = json!({ "enabled": false });
    for field in ["name", "host", "transport", "max_cps", "max_channels", "caller_id"] {
        off[field] = row[field].clone();
    }
    let changed = api.ask(Method::PUT, &format!("/trunks/{TRUNK}"), Some(off)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let refused = client.ask(Method::POST, "/calls", Some(example(RAHUL))).await;
    assert_eq!((refused.status, refused.body), (400, json!({ "error": "SIP trunk is not active" })));
    assert_eq!(client.get("/sip-trunks").await, json!({ "sip_trunks": [] }));
}

#[tokio::test]
async fn a6_every_status_is_told_by_its_own_word() {
    let server = Server::sandbox();
    let client = audatec(&server);
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let host = silent.local_addr().expect("an address").to_string();
    let trunk = json!({
        "name": "Silent", "host": host, "transport": "udp", "max_cps": 5, "max_channels": 100,
        "accept_from": [], "options_every_s": 0, "enabled": true
    });
    let trunk = server.api().post("/trunks", trunk).await;
    let shown = client.get("/sip-trunks").await;
    let shown = shown["sip_trunks"].as_array().expect("a list").iter().find(|row| row["name"] == "Silent");
    let mut unheard = example(RAHUL);
    unheard["sip_trunk_id"] = shown.expect("the new one")["id"].clone();
    assert!(is_uuid(unheard["sip_trunk_id"].as_str().expect("text")), "{trunk}");
    let unheard = trigger(&client, unheard).await;
    let first = client.get(&status_of(&unheard)).await;
    assert_eq!((&first["call_status"], &first["is_terminal"]), (&json!("Initiating"), &json!(false)));

    let rings = trigger(&client, example(RINGS)).await;
    let ringing = client.until(&status_of(&rings), 20, |call| call["call_status"] == "Ringing").await;
    assert_eq!(ringing["is_terminal"], false);
    for (to, word) in [(BUSY, "Decline"), (DECLINES, "Decline"), (CARRIER_FAILS, "SIP Call Failed")] {
        let id = trigger(&client, example(to)).await;
        let call = client.until(&status_of(&id), 30, |call| call["is_terminal"] == true).await;
        assert_eq!((&call["call_status"], &call["call_outcome"]), (&json!(word), &Value::Null), "{to}");
        assert_eq!((&call["duration"], &call["start_timestamp"]), (&Value::Null, &Value::Null));
        assert!(call["end_timestamp"].is_string());
    }

    let id = trigger(&client, example(RAHUL)).await;
    let answered = client.until(&status_of(&id), 30, |call| call["call_status"] == "Answered").await;
    assert_eq!(
        (&answered["is_terminal"], &answered["stalled"], &answered["end_timestamp"]),
        (&json!(false), &json!(false), &Value::Null)
    );
    let ended = client.until(&status_of(&id), 120, |call| call["recording_url"].is_string()).await;
    let mut fields: Vec<_> = ended.as_object().expect("an object").keys().map(String::as_str).collect();
    fields.sort_unstable();
    let mut published = [
        "id",
        "phone_number",
        "call_status",
        "is_terminal",
        "stalled",
        "call_outcome",
        "duration",
        "start_timestamp",
        "end_timestamp",
        "transcript_url",
        "recording_url",
        "last_updated",
    ];
    published.sort_unstable();
    assert_eq!(fields, published);
    assert_eq!(
        (&ended["id"], &ended["call_status"], &ended["is_terminal"], &ended["stalled"]),
        (&json!(id), &json!("Completed"), &json!(true), &json!(false))
    );
    assert!(ended["duration"].as_i64().is_some_and(|seconds| seconds > 3), "{ended}");
    for field in ["start_timestamp", "end_timestamp", "last_updated"] {
        let text = ended[field].as_str().expect("a time");
        assert!(text.len() == 24 && text.ends_with('Z') && text.as_bytes()[19] == b'.', "{text}");
    }
    let audio = reqwest::get(ended["recording_url"].as_str().expect("an address")).await.expect("an answer");
    assert_eq!(audio.headers()["content-type"], "audio/mpeg");
    let transcript = reqwest::get(ended["transcript_url"].as_str().expect("an address")).await;
    let transcript: Value = transcript.expect("an answer").json().await.expect("JSON");
    assert_eq!(transcript["transcript"][0]["role"], "agent");

    client.until(&status_of(&unheard), 60, |call| call["call_status"] == "SIP Call Failed").await;
    let refused = client.ask(Method::GET, &status_of(NOBODY), None).await;
    assert_eq!((refused.status, refused.body), (404, json!({ "error": "Call not found" })));
}

#[tokio::test]
async fn a6_an_answered_call_of_which_nothing_is_heard_for_ten_minutes_is_stalled() {
    let server = Server::sandbox();
    let client = audatec(&server);
    let id = trigger(&client, example(RAHUL)).await;
    client.until(&status_of(&id), 30, |call| call["call_status"] == "Answered").await;
    let database = server.data().join("tandem.db");
    let database = database.to_str().expect("text");
    let ours = format!("call_{}", id.replace('-', ""));
    // As if all of it had happened that much earlier; it is answered anew where something happens meanwhile.
    let script = "import sys,sqlite3; c=sqlite3.connect(sys.argv[1],timeout=30); \
                  c.execute('UPDATE events SET happened_at=happened_at-601000 WHERE call_id=?',(sys.argv[2],)); c.commit()";
    let mut stalled = false;
    while !stalled {
        python(script, &[database, &ours], "");
        let call = client.get(&status_of(&id)).await;
        assert_eq!(call["is_terminal"], false, "{call}");
        stalled = call["stalled"] == true;
    }
}

#[tokio::test]
async fn a7_a_callback_comes_once_is_signed_and_is_tried_again_under_the_same_id() {
    let server = Server::sandbox();
    let client = audatec(&server);
    let receiver = Receiver::start().await;
    let secret = server.ready["sandbox"]["secrets"]["audatec"].as_str().expect("a secret").to_owned();
    // Of the first call, the first try is refused and the second is not answered before the server dies.
    receiver.answer(500, "no");
    let busy = trigger(&client, calling_back(BUSY, &receiver)).await;
    let first = receiver.until(1, 30, |_| true).await.remove(0);
    let told = first.json();
    let occurred = told["occurred_at"].as_str().expect("a time").to_owned();
    assert_eq!(
        told,
        json!({
            "event": "call.declined", "call_id": busy, "call_status": "Decline", "call_outcome": null,
            "duration": null, "transcript_url": null, "recording_url": null,
            "metadata": example(BUSY)["metadata"], "occurred_at": occurred
        })
    );
    assert_eq!(first.line, "POST /hooks/call-done");
    assert_eq!(first.headers["x-audatec-signature"], hmac_sha256(&secret, &first.body));
    assert!(first.headers["content-type"].starts_with("application/json"));

    let rings = trigger(&client, calling_back(RINGS, &receiver)).await;
    client.until(&status_of(&rings), 20, |call| call["call_status"] == "Ringing").await;
    let server = server.crash_and_restart();
    let client = audatec(&server);
    let again = receiver.until(2, 60, |one| one.body == first.body).await;
    assert_eq!(again[1].headers["webhook-id"], first.headers["webhook-id"]);
    assert_eq!(again[1].headers["x-audatec-signature"], first.headers["x-audatec-signature"]);
    let lost = receiver.until(1, 60, |one| one.body.contains(&rings)).await.remove(0).json();
    assert_eq!(
        (&lost["event"], &lost["call_status"]),
        (&json!("call.failed"), &json!("Trigger Failed")),
        "lost with the server"
    );
    assert_eq!(client.get(&status_of(&rings)).await["call_status"], "Trigger Failed");

    limit(&server, 1, 100).await;
    let mut held = calling_back(RAHUL, &receiver);
    held["metadata"]["loan"] = json!({ "number": 7 });
    let held = trigger(&client, held).await;
    let refused = client.ask(Method::POST, "/calls", Some(calling_back(RAHUL, &receiver))).await;
    assert_eq!(refused.status, 429);
    let refused = refused.body["call_id"].as_str().expect("an id").to_owned();
    let told = receiver.until(1, 30, |one| one.body.contains(&refused)).await.remove(0).json();
    assert_eq!((&told["event"], &told["call_status"]), (&json!("call.rejected"), &json!(REJECTED)));
    let told = receiver.until(1, 120, |one| one.body.contains(&held)).await.remove(0);
    assert_eq!(told.headers["x-audatec-signature"], hmac_sha256(&secret, &told.body));
    let told = told.json();
    assert_eq!((&told["event"], &told["call_status"]), (&json!("call.completed"), &json!("Completed")));
    assert_eq!(told["metadata"]["loan"], json!({ "number": 7 }), "as it was sent");
    assert!(told["duration"].as_i64().is_some_and(|seconds| seconds > 3), "{told}");
    for field in ["disposition", "summary", "sentiment"] {
        assert!(told["call_outcome"][field].is_string(), "{told}");
    }
    // Whatever else was on its way has arrived when the next call's callback has.
    let last = trigger(&client, calling_back(CARRIER_FAILS, &receiver)).await;
    receiver.until(1, 30, |one| one.body.contains(&last)).await;
    for id in [&rings, &held, &refused, &last] {
        let of_call = receiver.received().iter().filter(|one| one.body.contains(id.as_str())).count();
        assert_eq!(of_call, 1, "once a call");
    }
}

#[tokio::test]
async fn a8_metadata_reaches_what_the_agent_says_and_the_outcome_is_told() {
    let server = Server::sandbox();
    let client = audatec(&server);
    let id = trigger(&client, example(RAHUL)).await;
    let call = client.until(&status_of(&id), 120, |call| call["transcript_url"].is_string()).await;
    let transcript = reqwest::get(call["transcript_url"].as_str().expect("an address")).await;
    let transcript: Value = transcript.expect("an answer").json().await.expect("JSON");
    let first = transcript["transcript"][0]["text"].as_str().expect("text");
    assert!(first.contains("Rahul Sharma") && first.contains("7500"), "{first}");
    let outcome = call["call_outcome"].as_object().expect("an outcome");
    let fields: Vec<_> = outcome.keys().map(String::as_str).collect();
    assert_eq!(fields.len(), 3, "{fields:?}");
    assert_eq!(outcome["disposition"], "promise_to_pay");
    assert!(outcome["summary"].as_str().is_some_and(|text| !text.is_empty()));
    assert!(["positive", "neutral", "negative"].map(Some).contains(&outcome["sentiment"].as_str()));
}

#[tokio::test]
async fn a9_what_is_another_organisations_is_not_there() {
    let server = Server::sandbox();
    let client = audatec(&server);
    let id = trigger(&client, example(RAHUL)).await;
    let wish = KeyWish {
        org: "org_other".into(),
        name: "other".into(),
        role: UserRole::Owner,
        contract: Some(Which::Audatec),
        expires_at: None,
    };
    let (row, secret) = mint(wish, UnixMs(1_800_000_000_000), &[7; KEY_RANDOM]);
    let script = "import sys,sqlite3\nc=sqlite3.connect(sys.argv[1],timeout=30); c.row_factory=sqlite3.Row\n\
         def copy(t,w,**new):\n r=dict(c.execute('SELECT * FROM '+t+' WHERE '+w).fetchone()); r.update(new)\n \
         c.execute('INSERT INTO %s (%s) VALUES (%s)'%(t,','.join(r),','.join('?'*len(r))),list(r.values()))\n\
         copy('organisations','1',id='org_other')\n\
         copy('api_keys',\"contract='audatec'\",org_id='org_other',id=sys.argv[2],hash=sys.argv[3])\nc.commit()";
    let database = server.data().join("tandem.db");
    assert_eq!(row.hash, sha256(secret.as_str()));
    python(script, &[database.to_str().expect("text"), row.id.as_str(), &row.hash], "");
    let other = client.with_key(secret.as_str());
    assert_eq!(other.get("/agents").await, json!({ "agents": [] }));
    assert_eq!(other.get("/sip-trunks").await, json!({ "sip_trunks": [] }));
    assert_eq!(other.ask(Method::GET, &status_of(&id), None).await.status, 404);
    let refused = other.ask(Method::POST, "/calls", Some(example(RAHUL))).await;
    assert_eq!((refused.status, refused.body), (404, json!({ "error": "Agent not found" })));
}

#[tokio::test]
async fn a9_a_dialer_that_goes_down_answers_502() {
    let mut server = Server::sandbox();
    let client = audatec(&server);
    let id = trigger(&client, example(RAHUL)).await;
    client.until(&status_of(&id), 30, |call| call["call_status"] == "Answered").await;
    assert_eq!(server.terminate(Duration::ZERO), None, "it lets the call end first");
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    let refused = loop {
        let told = client.ask(Method::POST, "/calls", Some(example(RINGS))).await;
        if told.status != 201 {
            break told;
        }
        assert!(tokio::time::Instant::now() < deadline, "it goes on taking calls");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(refused.status, 502, "{}", refused.body);
    assert!(refused.body["error"].is_string() && refused.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a9_without_a_database_to_ask_authentication_answers_503() {
    let cluster = Cluster::start();
    let server = Server::sandbox_with(&["--database", &cluster.database()]);
    let client = audatec(&server);
    client.get("/agents").await;
    cluster.freeze();
    let refused = client.ask(Method::GET, "/agents", None).await;
    assert!(
        refused.status == 503 && refused.body["error"].is_string(),
        "{} {}",
        refused.status,
        refused.body
    );
    cluster.thaw();
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    loop {
        let told = client.ask(Method::GET, "/agents", None).await;
        if told.status == 200 && told.body["agents"].is_array() {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{} {}", told.status, told.body);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
