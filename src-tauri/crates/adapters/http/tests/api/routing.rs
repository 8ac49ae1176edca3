//! Routes of numbers, opening hours and voicemail.

use serde_json::{Value, json};
use tandem_switchboard::records::{Mailbox, UserRole};

use crate::support::{World, body, code, problem, rows};

fn number(route: &Value) -> Value {
    json!({ "number": "+15551230000", "trunk": "trunk_org_1", "route": route })
}

#[tokio::test]
async fn a_route_is_refused_with_the_path_of_every_field() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Admin);
    let shape =
        json!({ "kind": "menu", "prompt": "Well?", "keys": { "1": { "kind": "say", "text": "Hm." } } });
    let names = json!({
        "kind": "hours", "hours": "no such hours",
        "open": { "kind": "menu", "prompt": "Well?", "keys": {
            "1": { "kind": "assistant", "assistant": "asst_org_2" },
            "2": { "kind": "voicemail", "user": "nobody" },
        } },
        "closed": { "kind": "person", "user": "user_agent_org_2" },
    });
    for (route, expected) in [
        (shape, vec!["route.keys.1.then"]),
        (
            names,
            vec!["route.hours", "route.open.keys.1.assistant", "route.open.keys.2.user", "route.closed.user"],
        ),
    ] {
        let answer = problem(world.send(&show, "POST", "/numbers", &number(&route)).await).await;
        assert_eq!(answer["code"], "validation_failed");
        let fields: Vec<_> = answer["errors"].as_array().expect("errors").iter().collect();
        let fields: Vec<_> = fields.iter().filter_map(|error| error["field"].as_str()).collect();
        assert_eq!(fields, expected);
    }
}

#[tokio::test]
async fn a_routes_secret_is_written_kept_and_never_shown() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Admin);
    let route = |secret: Value| {
        number(&json!({
            "kind": "webhook", "url": "https://example.com/r", "secret": secret, "fallback": { "kind": "hangup" }
        }))
    };
    let stored = || {
        let data = world.store.data.lock();
        let row = data.numbers.iter().find(|row| row.id.as_str() == "pn_org_1").expect("there");
        serde_json::to_value(row.route.as_ref().expect("routed")).expect("written")["secret"].clone()
    };
    for (secret, kept) in
        [(json!("hush"), json!("hush")), (Value::Null, json!("hush")), (json!(""), Value::Null)]
    {
        let answer = body(world.send(&show, "PUT", "/numbers/pn_org_1", &route(secret)).await).await;
        assert_eq!(answer["route"]["secret"], Value::Null, "{answer}");
        assert_eq!(stored(), kept);
    }
}

#[tokio::test]
async fn what_a_route_needs_stays() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Admin);
    let route = json!({
        "kind": "hours", "hours": "office",
        "open": { "kind": "assistant", "assistant": "asst_org_1" }, "closed": { "kind": "hangup" },
    });
    let put = world.send(&show, "PUT", "/numbers/pn_org_1", &number(&route)).await;
    assert_eq!(put.status(), 200);
    for path in ["/hours/hours_org_1", "/assistants/asst_org_1"] {
        let answer = world.request(&show, "DELETE", path).send().await.expect("answered");
        assert_eq!(code(answer).await, (409, "in_use".into()), "{path}");
    }
}

#[tokio::test]
async fn hours_say_whether_they_are_open_and_which_field_is_wrong() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Admin);
    let listed = body(world.get(&show, "/hours").await).await;
    assert_eq!((&listed["items"][0]["name"], &listed["items"][0]["open"]), (&json!("office"), &json!(true)));
    let closed = json!({ "name": "never", "week": [] });
    let made = body(world.send(&show, "POST", "/hours", &closed).await).await;
    assert_eq!((&made["open"], &made["opens_at"]), (&json!(false), &Value::Null));
    for (hours, field) in [
        (json!({ "name": "x", "time_zone": "Mars/Olympus" }), "time_zone"),
        (json!({ "name": "x", "week": [{ "days": ["mon"], "from": "9", "to": "17:00" }] }), "week.0.from"),
        (json!({ "name": "x", "exceptions": [{ "date": "31-12" }] }), "exceptions.0.date"),
        (json!({ "name": "" }), "name"),
    ] {
        let answer = problem(world.send(&show, "POST", "/hours", &hours).await).await;
        assert_eq!(answer["errors"][0]["field"], field, "{answer}");
    }
}

#[tokio::test]
async fn a_message_is_listed_played_marked_and_deleted() {
    let world = World::new().await;
    std::fs::create_dir(world.data.path().join("recordings")).expect("directory");
    let file = world.data.path().join("recordings/vm.wav");
    std::fs::write(&file, b"RIFF and so on").expect("file");
    let show = world.session("org_1", UserRole::Supervisor);
    let listed = body(world.get(&show, "/voicemails?unheard=true").await).await;
    let message = &listed["items"][0];
    assert_eq!((&message["id"], &message["transcript"]), (&json!("vm_org_1"), &json!("call me")));
    let path = message["url"].as_str().expect("a path").trim_start_matches("/api/v1");
    let audio = world.get(&show, path).await;
    assert_eq!(audio.headers()["content-type"], "audio/wav");
    assert_eq!(audio.bytes().await.expect("body"), "RIFF and so on");

    let heard = json!({ "heard": true });
    let marked = body(world.send(&show, "PATCH", "/voicemails/vm_org_1", &heard).await).await;
    assert!(marked["heard_at"].is_string(), "{marked}");
    let listed = body(world.get(&show, "/voicemails?unheard=true").await).await;
    assert_eq!(listed["items"], json!([]));

    let deleted = world.request(&show, "DELETE", "/voicemails/vm_org_1").send().await.expect("answered");
    assert_eq!(deleted.status(), 204);
    assert!(!file.exists());
    assert_eq!(world.get(&show, path).await.status(), 404);
}

#[tokio::test]
async fn an_agent_reaches_their_own_box_alone() {
    let world = World::new().await;
    let agent = world.session("org_1", UserRole::Agent);
    let own = Mailbox::User(rows::user_id("org_1", UserRole::Agent)).to_string();
    for path in ["/voicemails".to_owned(), format!("/voicemails?mailbox={own}")] {
        let listed = body(world.get(&agent, &path).await).await;
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{path}");
    }
    let others = world.get(&agent, "/voicemails?mailbox=box:main").await;
    assert_eq!(code(others).await, (403, "forbidden".into()));
    world.store.data.lock().voicemails[0].mailbox = Mailbox::Named("main".into());
    let answer = world.get(&agent, "/voicemails/vm_org_1/audio").await;
    assert_eq!(code(answer).await, (404, "not_found".into()));
}
