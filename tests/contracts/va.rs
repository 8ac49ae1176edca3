//! The contract `va`, row by row, as a client of its text uses it.

#[path = "../support/contract.rs"]
mod contract;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/integrator.rs"]
mod receiver;
#[path = "../support/va_client.rs"]
mod va_client;

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt};
use python::python;
use receiver::Receiver;
use reqwest::{Client, Method, header};
use serde_json::{Value, json};
use tandem_scenarios::Server;
use tokio_tungstenite::tungstenite::Message;
use va_client::{PRESSES_ONE, RINA, RINGS, agent_for, executed, new_task, task_on, va};

#[tokio::test]
async fn v1_a_key_opens_agents_and_a_session_opens_the_keys() {
    let server = Server::sandbox();
    let client = va(&server);
    assert!(client.key.starts_with("va_"));
    client.get("/agents").await;
    for wrong in ["", "va_your_api_key_here"] {
        let refused = client.with_key(wrong).ask(Method::GET, "/agents", None).await;
        assert_eq!((refused.status, &refused.body["success"]), (401, &json!(false)));
    }
    assert_eq!(client.ask(Method::GET, "/api-keys", None).await.status, 401, "no key opens these");

    let http = Client::new();
    let user = &server.ready["sandbox"]["users"]["admin"];
    let signed = http
        .post(format!("{}/api/v1/session", server.http()))
        .header(header::ORIGIN, server.http())
        .json(&json!({ "email": user["email"], "password": user["password"] }))
        .send()
        .await
        .expect("an answer");
    let cookie = signed.headers()[header::SET_COOKIE].to_str().expect("text").split(';').next();
    let cookie = cookie.expect("a cookie").to_owned();
    let ask = async |method: Method, path: &str, body: Value| {
        let request = http.request(method, format!("{}/va/api/v1{path}", server.http()));
        let request = request.header(header::COOKIE, &cookie);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.expect("JSON"))
    };
    let (status, made) = ask(Method::POST, "/api-keys", json!({ "name": "crm" })).await;
    assert_eq!(status, 201, "{made}");
    let (id, secret) =
        (made["data"]["id"].as_str().expect("an id"), made["data"]["key"].as_str().expect("a key"));
    client.with_key(secret).get("/agents").await;
    let (_, listed) = ask(Method::GET, "/api-keys", Value::Null).await;
    assert!(listed.to_string().contains(id) && !listed.to_string().contains(secret), "shown once");
    let (_, newer) = ask(Method::POST, &format!("/api-keys/{id}/regenerate"), Value::Null).await;
    assert_eq!(client.with_key(secret).ask(Method::GET, "/agents", None).await.status, 401);
    let (id, secret) =
        (newer["data"]["id"].as_str().expect("an id"), newer["data"]["key"].as_str().expect("a key"));
    client.with_key(secret).get("/agents").await;
    assert_eq!(ask(Method::DELETE, &format!("/api-keys/{id}"), Value::Null).await.0, 200);
    assert_eq!(client.with_key(secret).ask(Method::GET, "/agents", None).await.status, 401);

    let (_, orgs) = ask(Method::GET, "/organizations", Value::Null).await;
    let org = orgs["data"]["organizations"][0]["id"].as_str().expect("an id").to_owned();
    let (status, changed) =
        ask(Method::PATCH, &format!("/organizations/{org}"), json!({ "name": "Bank" })).await;
    assert_eq!((status, &changed["data"]["name"]), (200, &json!("Bank")));
    let wish = json!({ "name": "Other", "owner_email": "owner@other.test" });
    let (status, other) = ask(Method::POST, "/organizations", wish).await;
    assert_eq!((status, &other["data"]["owner"]["email"]), (201, &json!("owner@other.test")));
    let other = other["data"]["id"].as_str().expect("an id");
    assert_eq!(
        ask(Method::GET, &format!("/organizations/{other}"), Value::Null).await.0,
        404,
        "not one's own"
    );
    let (status, invited) = ask(Method::POST, "/users/invite", json!({ "email": "new@sandbox.test" })).await;
    assert_eq!(status, 201, "{invited}");
    let (_, users) = ask(Method::GET, "/users", Value::Null).await;
    assert!(
        users["data"]["users"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|user| user["email"] == "new@sandbox.test")
    );
}

#[tokio::test]
async fn v2_a_thousand_requests_a_minute_pass_and_every_answer_counts_them() {
    let server = Server::sandbox();
    let client = va(&server);
    let number = |told: &contract::Told, name: &str| {
        told.headers[name].to_str().expect("text").parse::<i64>().expect("a number")
    };
    let first = client.ask(Method::GET, "/agents?limit=1", None).await;
    assert_eq!((number(&first, "x-ratelimit-limit"), number(&first, "x-ratelimit-remaining")), (1000, 999));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let resets = number(&first, "x-ratelimit-reset") - i64::try_from(now.as_secs()).expect("seconds");
    assert!((50..=62).contains(&resets), "{resets}");
    let refused = client.ask(Method::GET, "/agents/none", None).await;
    assert_eq!((refused.status, number(&refused, "x-ratelimit-remaining")), (404, 998));
    let unknown = client.with_key("va_wrong").ask(Method::GET, "/agents", None).await;
    assert!(unknown.headers.contains_key("x-ratelimit-limit"));
    let mut passed = 2;
    loop {
        let asked = join_all((0..10).map(|_| client.ask(Method::GET, "/agents?limit=1", None))).await;
        passed += asked.iter().filter(|told| told.status == 200).count();
        assert!(asked.iter().all(|told| matches!(told.status, 200 | 429)), "{asked:?}");
        if asked.iter().any(|told| told.status == 429) {
            break;
        }
    }
    assert_eq!(passed, 1000);
    let refused = client.ask(Method::GET, "/agents", None).await;
    assert_eq!((refused.status, &refused.body["success"]), (429, &json!(false)));
    assert_eq!(number(&refused, "x-ratelimit-remaining"), 0);
    assert!(refused.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn v3_every_answer_is_in_the_envelope() {
    let server = Server::sandbox();
    let client = va(&server);
    let meta = |body: &Value| {
        let at = body["meta"]["timestamp"].as_str().expect("a time").to_owned();
        let id = body["meta"]["request_id"].as_str().expect("an id").to_owned();
        assert!(at.len() == 24 && at.ends_with('Z') && id.len() == 36, "{body}");
    };
    let good = client.get("/agents").await;
    assert!(good["success"] == true && good["data"].is_object(), "{good}");
    meta(&good);
    for (method, path, body, status) in [
        (Method::POST, "/agents", Some(json!({ "name": "x" })), 400),
        (Method::GET, "/agents?limit=101", None, 400),
        (Method::GET, "/agents/none", None, 404),
        (Method::GET, "/nothing", None, 404),
        (Method::PUT, "/agents", None, 404),
    ] {
        let refused = client.ask(method, path, body).await;
        assert_eq!((refused.status, &refused.body["success"]), (status, &json!(false)), "{path}");
        assert!(refused.body["error"].is_string() && refused.body["details"].is_object(), "{}", refused.body);
        meta(&refused.body);
    }
    let refused = client.ask(Method::POST, "/agents", Some(json!({ "name": "x" }))).await;
    assert_eq!(refused.body["details"]["fields"][0]["field"], "system_prompt");
    let admin = server.signed_in("admin").await;
    let wish = json!({ "name": "low", "role": "agent", "contract": "va", "expires_in_days": 30 });
    let low = admin.post("/keys", wish).await;
    let low = client.with_key(low["secret"].as_str().expect("a secret"));
    let body = json!({ "name": "x", "system_prompt": "y" });
    assert_eq!(low.ask(Method::POST, "/agents", Some(body)).await.status, 403);
}

#[tokio::test]
async fn v4_agents_are_made_read_changed_and_deleted_without_active_tasks() {
    let server = Server::sandbox();
    let client = va(&server);
    let example = json!({
        "name": "Customer Service Agent",
        "system_prompt": "You are a helpful customer service agent...",
        "description": "Handles customer inquiries",
        "starting_message": "Hello! How can I help you today?",
        "enabled": true,
        "voice_settings": { "stability": 0.5, "similarity_boost": 0.75 }
    });
    let made = client.ask(Method::POST, "/agents", Some(example.clone())).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["data"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(id.len(), 36);
    let read = client.get(&format!("/agents/{id}")).await;
    for (field, value) in example.as_object().expect("an object") {
        assert_eq!(&read["data"][field], value, "{field}");
    }
    let listed = client.get("/agents?enabled=true&limit=10").await;
    assert_eq!(listed["data"]["agents"][0]["id"], id.as_str(), "newest first");
    let path = format!("/agents/{id}");
    let changed = client.ask(Method::PATCH, &path, Some(json!({ "enabled": false }))).await;
    assert_eq!(
        (&changed.body["data"]["enabled"], &changed.body["data"]["name"]),
        (&json!(false), &example["name"])
    );
    let off = client.get("/agents?enabled=false").await;
    assert_eq!(off["data"]["agents"].as_array().map(Vec::len), Some(1));
    let second = client.get("/agents?limit=1&offset=1").await;
    assert!(
        second["data"]["agents"][0]["id"] != id.as_str() && second["data"]["pagination"]["has_more"] == true
    );
    client.ask(Method::PATCH, &path, Some(json!({ "enabled": true }))).await;

    let task = new_task(&client, task_on(&id, RINA)).await;
    let refused = client.ask(Method::DELETE, &path, None).await;
    assert_eq!((refused.status, &refused.body["error"]), (400, &json!("Agent has active tasks")));
    client.ask(Method::DELETE, &format!("/tasks/{task}"), None).await;
    assert_eq!(client.ask(Method::DELETE, &path, None).await.status, 200);
    assert_eq!(client.ask(Method::GET, &path, None).await.status, 404);
}

#[tokio::test]
async fn v5_a_task_goes_from_pending_to_its_end_and_back() {
    let server = Server::sandbox();
    let client = va(&server);
    let agent = agent_for(&client, "Hello, this is the bank.", Value::Null).await;
    let example = json!({
        "agent_id": agent, "name": "Call customer", "to_number": RINGS, "description": "Follow up call",
        "starting_message": "Hello, this is a call from our company",
        "context_data": { "customer_name": "John Doe", "order_id": "12345" },
        "priority": 0, "scheduled_at": null, "webhook_url": "https://your-app.com/webhooks",
        "webhook_events": ["call_started", "call_completed"]
    });
    let id = new_task(&client, example.clone()).await;
    let path = format!("/tasks/{id}");
    let read = client.get(&path).await["data"].clone();
    for (field, value) in example.as_object().expect("an object") {
        assert_eq!(&read[field], value, "{field}");
    }
    assert_eq!((&read["status"], &read["agent"]["id"]), (&json!("pending"), &json!(agent)));
    let changed = client.ask(Method::PATCH, &path, Some(json!({ "priority": 3, "webhook_url": null }))).await;
    assert_eq!(
        (&changed.body["data"]["priority"], &changed.body["data"]["name"]),
        (&json!(3), &example["name"])
    );
    for (field, value) in [
        ("to_number", json!("0812")),
        ("webhook_url", json!("http://your-app.com/webhooks")),
        ("webhook_events", json!(["call_exploded"])),
        ("scheduled_at", json!("tomorrow")),
    ] {
        let refused = client.ask(Method::PATCH, &path, Some(json!({ field: value }))).await;
        assert_eq!((refused.status, &refused.body["details"]["fields"][0]["field"]), (400, &json!(field)));
    }
    assert_eq!(client.ask(Method::POST, &format!("{path}/reset"), None).await.status, 400, "pending already");

    let execute = format!("/tasks/{id}/execute");
    let begun = join_all((0..4).map(|_| client.ask(Method::POST, &execute, None))).await;
    let won: Vec<_> = begun.iter().filter(|told| told.status == 200).collect();
    assert_eq!(won.len(), 1, "of several at once, one executes");
    let call = won[0].body["data"]["call_id"].as_str().expect("an id").to_owned();
    assert_eq!(won[0].body["data"]["message"], "Call initiated");
    assert_eq!(client.get(&path).await["data"]["status"], "in_progress");
    for (method, path) in [(Method::DELETE, path.clone()), (Method::PATCH, path.clone())] {
        assert_eq!(client.ask(method, &path, Some(json!({}))).await.status, 400, "under way");
    }
    client.ask(Method::POST, &format!("/calls/{call}/cancel"), None).await;
    let failed = client.until(&path, 30, |task| task["data"]["status"] == "failed").await;
    assert_eq!(failed["data"]["call_id"], call.as_str());
    let listed = client.get(&format!("/tasks?agent_id={agent}&status=failed")).await;
    assert_eq!(listed["data"]["tasks"][0]["id"], id.as_str());
    assert_eq!(client.get("/tasks?status=pending").await["data"]["tasks"], json!([]));
    let reset = client.ask(Method::POST, &format!("{path}/reset"), None).await;
    assert_eq!(reset.body["data"]["status"], "pending");
    client.ask(Method::PATCH, &path, Some(json!({ "to_number": RINA }))).await;
    executed(&client, &id).await;
    let done = client.until(&path, 120, |task| task["data"]["status"] == "completed").await;
    assert_eq!(client.ask(Method::DELETE, &path, None).await.status, 400, "completed: {done}");
    let spoken = done["data"]["call_id"].as_str().expect("an id");
    let spoken = client.get(&format!("/calls/{spoken}/transcript")).await;
    assert_eq!(spoken["data"]["transcript"][0]["message"], example["starting_message"]);
}

#[tokio::test]
async fn v5_a_scheduled_task_starts_by_itself_and_no_crash_dials_twice() {
    let server = Server::sandbox();
    let client = va(&server);
    let agent = agent_for(&client, "Hello.", Value::Null).await;
    let soon = jiff::Timestamp::now() + Duration::from_secs(2);
    let mut later = task_on(&agent, RINGS);
    later["scheduled_at"] = soon.to_string().into();
    let scheduled = new_task(&client, later).await;
    let path = format!("/tasks/{scheduled}");
    let begun = client.until(&path, 30, |task| task["data"]["status"] == "in_progress").await;
    assert!(jiff::Timestamp::now() >= soon, "not before its time: {begun}");
    let claimed = new_task(&client, task_on(&agent, RINGS)).await;
    let script = "import sys,sqlite3; c=sqlite3.connect(sys.argv[1],timeout=30); c.execute(\"UPDATE tasks SET \
                  status='in_progress',claimed_at=created_at WHERE id=?\",(sys.argv[2],)); c.commit()";
    let ours = format!("task_{}", claimed.replace('-', ""));
    let database = server.data().join("tandem.db");
    client
        .until(&format!("/calls?task_id={scheduled}"), 30, |page| page["data"]["calls"][0].is_object())
        .await;
    python(script, &[database.to_str().expect("text"), &ours], "");

    let server = server.crash_and_restart();
    let client = va(&server);
    client.until(&path, 30, |task| task["data"]["status"] == "failed").await;
    let calls = client.get(&format!("/calls?task_id={scheduled}")).await;
    assert_eq!(calls["data"]["calls"].as_array().map(Vec::len), Some(1), "dialled once");
    client.until(&format!("/tasks/{claimed}"), 30, |task| task["data"]["status"] == "pending").await;
    let calls = client.get(&format!("/calls?task_id={claimed}")).await;
    assert_eq!(calls["data"]["calls"], json!([]), "it was never dialled");
}

#[tokio::test]
async fn v6_calls_are_listed_read_heard_and_ended() {
    let server = Server::sandbox();
    let client = va(&server);
    let agent = agent_for(&client, "Hello, can you pay this month?", Value::Null).await;
    let task = new_task(&client, task_on(&agent, RINA)).await;
    let id = executed(&client, &task).await;
    let path = format!("/calls/{id}");
    let early = client.ask(Method::GET, &format!("{path}/recording"), None).await;
    assert_eq!(early.status, 400, "under way");
    let call =
        client.until(&path, 120, |call| call["data"]["recording_url"].is_string()).await["data"].clone();
    assert_eq!(
        (&call["status"], &call["task_id"], &call["agent_id"]),
        (&json!("completed"), &json!(task), &json!(agent))
    );
    assert!(
        call["transcript"].as_array().is_some_and(|lines| lines.len() >= 2)
            && call["report"]["summary"].is_string()
    );
    let listed = client.get(&format!("/calls?task_id={task}&agent_id={agent}&status=completed")).await;
    assert_eq!(listed["data"]["calls"][0]["id"], id.as_str());
    let report = client.get(&format!("{path}/report")).await;
    assert_eq!(report["data"]["report"]["summary"], call["report"]["summary"]);
    let url = client.get(&format!("{path}/recording")).await["data"]["recording_url"]
        .as_str()
        .expect("text")
        .to_owned();
    let audio = reqwest::get(&url).await.expect("an answer").bytes().await.expect("audio");
    assert!(audio.len() > 10_000);
    let part =
        client.request(Method::GET, &format!("{path}/recording/stream")).header("range", "bytes=10-19");
    let part = part.send().await.expect("an answer");
    assert_eq!(part.status().as_u16(), 206);
    assert_eq!(part.bytes().await.expect("audio")[..], audio[10..20]);
    let tampered = reqwest::get(url.replace("signature=", "signature=0")).await.expect("an answer");
    assert_eq!(tampered.status().as_u16(), 401);

    for (act, status) in [("end", "completed"), ("cancel", "failed")] {
        let task = new_task(&client, task_on(&agent, "+996700000000")).await;
        let id = executed(&client, &task).await;
        client.until(&format!("/calls/{id}"), 30, |call| call["data"]["status"] == "in_progress").await;
        let ended = client.ask(Method::POST, &format!("/calls/{id}/{act}"), None).await;
        assert_eq!((ended.status, &ended.body["data"]["status"]), (200, &json!(status)), "{}", ended.body);
        client.until(&format!("/tasks/{task}"), 20, |task| task["data"]["status"] == status).await;
        let again = client.ask(Method::POST, &format!("/calls/{id}/{act}"), None).await;
        assert_eq!(again.status, 400, "over");
    }
    assert_eq!(
        client.ask(Method::GET, "/calls/00000000-0000-7000-8000-000000000000", None).await.status,
        404
    );
}

#[tokio::test]
async fn v6_a_transcript_is_fetched_from_elevenlabs_and_kept() {
    let server = Server::sandbox();
    let client = va(&server);
    let agent = agent_for(&client, "Hello.", Value::Null).await;
    let task = new_task(&client, task_on(&agent, "+15005550002")).await;
    let id = executed(&client, &task).await;
    client.until(&format!("/calls/{id}"), 30, |call| call["data"]["status"] == "failed").await;
    let path = format!("/calls/{id}/transcript");
    assert_eq!(client.ask(Method::POST, &path, None).await.status, 503, "not set up");
    let double = Receiver::start().await;
    let provider = json!({ "name": "elevenlabs", "kind": "voice", "vendor": "elevenlabs", "key": "planted-key",
        "base_url": double.base, "settings": { "voice": "v" } });
    server.api().post("/providers", provider).await;
    double.answer(500, "{}");
    assert_eq!(client.ask(Method::POST, &path, None).await.status, 503, "it failed");
    let conversation = json!({
        "status": "done", "metadata": { "call_duration_secs": 12 },
        "transcript": [
            { "role": "agent", "message": "Hello", "time_in_call_secs": 0 },
            { "role": "user", "message": "I will pay", "time_in_call_secs": 3 }
        ],
        "analysis": { "transcript_summary": "They will pay.", "call_successful": "success",
            "data_collection_results": { "amount": { "value": 200, "rationale": "said so" } } }
    });
    double.answer(200, &conversation.to_string());
    let told = client.ask(Method::POST, &path, Some(json!({ "conversation_id": "conv_1" }))).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let data = &told.body["data"];
    assert_eq!(
        (&data["transcript"][1]["message"], &data["extracted_data"]),
        (&json!("I will pay"), &json!({ "amount": 200 }))
    );
    assert_eq!(data["report"]["summary"], "They will pay.");
    let asked = double.received().pop().expect("a request");
    assert_eq!(asked.line, "GET /v1/convai/conversations/conv_1");
    assert_eq!(asked.headers["xi-api-key"], "planted-key");
    let stored = client.get(&path).await;
    assert_eq!(stored["data"]["transcript"], data["transcript"]);
    assert_eq!(client.get(&format!("/calls/{id}/report")).await["data"]["report"], data["report"]);
}

#[tokio::test]
async fn v7_what_is_said_is_told_while_it_is_said() {
    let server = Server::sandbox();
    let client = va(&server);
    let agent = agent_for(&client, "Hello, can you pay this month?", Value::Null).await;
    let task = new_task(&client, task_on(&agent, RINA)).await;
    let id = executed(&client, &task).await;
    let live = client.get(&format!("/calls/{id}/live")).await["data"].clone();
    let url = live["websocket_url"].as_str().expect("an address").to_owned();
    assert_eq!(url, format!("{}/va/ws/calls/{id}", server.http().replacen("http", "ws", 1)));
    assert_eq!(
        live["connection_info"],
        json!({
            "url": url, "auth_method": "query_param", "auth_param": "api_key", "temp_auth_param": "session_token",
            "example": format!("{url}?api_key=YOUR_API_KEY"),
            "example_session": format!("{url}?session_token=TEMP_TOKEN"),
            "message_format": "json",
            "message_types": ["connected", "transcript_update", "call_status_update", "error"]
        })
    );
    let token = live["temp_token"].as_str().expect("a token");
    let other = executed(&client, &new_task(&client, task_on(&agent, RINGS)).await).await;
    for wrong in [
        url.clone(),
        format!("{url}?api_key=va_wrong"),
        format!("{url}?session_token=x{token}"),
        format!("{}?session_token={token}", url.replace(&id, &other)),
    ] {
        let refused = tokio_tungstenite::connect_async(&wrong).await.expect_err("refused");
        assert!(refused.to_string().contains("401"), "{refused}");
    }
    let with_key = format!("{url}?api_key={}", client.key);
    let with_token = format!("{url}?session_token={token}");
    let (one, other) = tokio::join!(until_closed(&with_key), until_closed(&with_token));
    for seen in [one, other] {
        assert_eq!(seen[0]["type"], "connected");
        for kind in ["pong", "error", "transcript_update", "call_status_update"] {
            assert!(seen.iter().any(|message| message["type"] == kind), "{kind}: {seen:?}");
        }
        let last = seen.iter().rfind(|message| message["type"] == "transcript_update").expect("one");
        assert!(last["data"]["transcript"].as_array().is_some_and(|lines| lines.len() >= 2), "{last}");
        let status = seen.iter().rfind(|message| message["type"] == "call_status_update").expect("one");
        assert_eq!(status["data"]["status"], "completed");
    }
}

/// Everything that the live socket at this address says until it closes.
async fn until_closed(address: &str) -> Vec<Value> {
    let (mut socket, _) = tokio_tungstenite::connect_async(address).await.expect("a socket");
    socket.send(Message::text(json!({ "type": "ping" }).to_string())).await.expect("sent");
    socket.send(Message::text("{")).await.expect("sent");
    let mut seen: Vec<Value> = Vec::new();
    let all = async {
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Text(text) = message {
                seen.push(serde_json::from_str(&text).expect("JSON"));
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(120), all).await.expect("it closes with the call");
    seen
}

#[tokio::test]
async fn v8_webhooks_tell_of_a_tasks_call_once_and_hold_nothing_up() {
    let server = Server::sandbox();
    let client = va(&server);
    let receiver = Receiver::start().await;
    let agent = agent_for(&client, "Hello, can you pay this month?", Value::Null).await;
    let told = |task: Value| {
        let mut task = task;
        task["webhook_url"] = format!("{}/webhooks", receiver.base).into();
        task
    };
    // The first is never answered.
    receiver.answer(0, "");
    let task = new_task(&client, told(task_on(&agent, RINA))).await;
    let id = executed(&client, &task).await;
    let started = receiver.until(1, 30, |one| one.body.contains("call_started")).await.remove(0);
    assert_eq!(
        started.json(),
        json!({ "event_type": "call_started", "task_id": task, "call_id": id, "status": "initiated",
            "data": { "transcript_excerpt": null, "report_excerpt": null } })
    );
    let done = receiver.until(1, 120, |one| one.body.contains("call_completed")).await.remove(0).json();
    assert_eq!(
        (&done["task_id"], &done["call_id"], &done["status"]),
        (&json!(task), &json!(id), &json!("completed"))
    );
    assert!(done["data"]["transcript_excerpt"].as_str().is_some_and(|text| text.starts_with("agent: Hello")));
    assert!(done["data"]["report_excerpt"].as_str().is_some_and(|text| !text.is_empty()));

    receiver.answer(500, "{}");
    let mut only = told(task_on(&agent, "+15005550002"));
    only["webhook_events"] = json!(["call_failed"]);
    let task = new_task(&client, only).await;
    executed(&client, &task).await;
    receiver.until(1, 30, |one| one.body.contains("call_failed")).await;
    // What would have been tried again would come before this one's.
    let last = new_task(&client, told(task_on(&agent, "+15005550004"))).await;
    executed(&client, &last).await;
    receiver.until(1, 30, |one| one.body.contains(&last) && one.body.contains("call_failed")).await;
    let all = receiver.received();
    let of = |text: &str| all.iter().filter(|one| one.body.contains(text)).count();
    assert_eq!((of(&task), of(&id)), (1, 2), "no event that was not asked for, and none twice");
}

#[tokio::test]
async fn v9_words_and_numbers_are_as_listed() {
    let server = Server::sandbox();
    let client = va(&server);
    let agent = agent_for(&client, "Hello.", Value::Null).await;
    for number in
        ["0812345678", "+", "+0812345678", "+12345678901234567", "+44 20 7123 4567", "tel:+442071234567"]
    {
        let refused = client.ask(Method::POST, "/tasks", Some(task_on(&agent, number))).await;
        assert_eq!(
            (refused.status, &refused.body["details"]["fields"][0]["field"]),
            (400, &json!("to_number")),
            "{number}"
        );
    }
    new_task(&client, task_on(&agent, "+442071234567")).await;
    for (path, words) in [
        ("/tasks", ["pending", "in_progress", "completed", "failed"]),
        ("/calls", ["initiated", "in_progress", "completed", "failed"]),
    ] {
        for word in words {
            client.get(&format!("{path}?status={word}")).await;
        }
        assert_eq!(client.ask(Method::GET, &format!("{path}?status=ringing"), None).await.status, 400);
    }
    let task = new_task(&client, task_on(&agent, RINGS)).await;
    let id = executed(&client, &task).await;
    assert_eq!(client.get(&format!("/calls/{id}")).await["data"]["status"], "initiated");
    assert_eq!(client.get("/calls?status=initiated").await["data"]["calls"][0]["id"], id.as_str());
}

#[tokio::test]
async fn v10_keys_act_during_a_call() {
    let server = Server::sandbox();
    let client = va(&server);
    let press = "Welcome to the bank, this is Maya. Press one for your balance, or tell me how I can help.";
    let call = async |rule: Value| {
        let agent = agent_for(&client, press, json!({ "1": rule })).await;
        executed(&client, &new_task(&client, task_on(&agent, PRESSES_ONE)).await).await
    };
    let said = call(json!({ "action": "say", "text": "Your balance is ninety dollars." })).await;
    let hung_up = call(json!({ "action": "hang_up" })).await;
    let queued = call(json!({ "action": "transfer", "to": "Support" })).await;
    let stored = call(json!({ "action": "store", "variable": "choice" })).await;
    let api = server.api();
    let done = |id: &str| format!("/calls/call_{}", id.replace('-', ""));
    client
        .until(&format!("/calls/{said}/transcript"), 90, |told| {
            told["data"]["transcript"].to_string().contains("ninety dollars")
        })
        .await;
    client.until(&format!("/calls/{hung_up}"), 90, |call| call["data"]["end_reason"] == "key").await;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(90);
    loop {
        let events = api.get(&format!("{}/events", done(&queued))).await.to_string();
        let variables = api.get(&done(&stored)).await["variables"]["choice"] == "1";
        if events.contains("queue.joined") && variables {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "variables {variables}: {events}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let outside = call(json!({ "action": "transfer", "to": RINA })).await;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(90);
    while !api.get(&format!("{}/events", done(&outside))).await.to_string().contains("\"outside\"") {
        assert!(tokio::time::Instant::now() < deadline, "nobody outside was fetched");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}
