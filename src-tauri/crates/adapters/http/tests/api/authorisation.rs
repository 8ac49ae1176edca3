//! Every declared operation × no credentials, a lower role, another organisation's ids, a revoked key, an expired
//! session: generated from the declaration, so that a new operation cannot be forgotten.

use serde_json::{Value, json};
use tandem_console_api::problem::Code;
use tandem_console_api::{Access, Answer, Operation, operations};
use tandem_switchboard::records::{UnixMs, UserRole};

use crate::support::{ROLES, Show, World, code, now, rows};

/// The operation's path with `org`'s own ids in it.
fn path(operation: &Operation, org: &str) -> String {
    let kind = match operation.path.split('/').nth(1) {
        Some("calls") => "call",
        Some("assistants") => "asst",
        Some("trunks") => "trunk",
        Some("numbers") => "pn",
        Some("providers") => "prov",
        Some("hours") => "hours",
        Some("voicemails") => "vm",
        Some("conferences") => "conf",
        Some("callbacks") => "cb",
        Some("keys") => "key",
        Some("webhooks") => "whep",
        Some("webhook-deliveries") => "whd",
        Some("alerts") => "alert",
        Some("queues") => "queue",
        Some("users" | "agents") => "user_agent",
        _ => "",
    };
    operation.path.replace("{id}", &format!("{kind}_{org}"))
}

/// A body that the operation accepts.
fn example(operation: &Operation) -> Value {
    match operation.id {
        "sign_in" => json!({"email": "a@b", "password": "x"}),
        "place_call" => json!({"to": "+62812345678", "assistant": "asst_org_1"}),
        "supervise" => json!({"mode": "listen"}),
        "take_over" | "hand_back" => json!({"floor_version": 3}),
        "dial" => json!({"to": "+62812345678"}),
        "send_keys" => json!({"digits": "1"}),
        "join_conference" => json!({"name": "standup"}),
        "mute_conference_member" => json!({"call": "call_org_1", "muted": true}),
        "remove_conference_member" => json!({"call": "call_org_1"}),
        "lock_conference" => json!({"locked": true}),
        "record_conference" => json!({"on": true}),
        "dial_into_conference" => json!({"to": "+62812345678"}),
        "transfer" => json!({"to": {"user": "user_2"}, "kind": "blind"}),
        "whisper_text" | "say" => json!({"text": "hello"}),
        "create_assistant" | "replace_assistant" => json!({"name": "New", "code": "new"}),
        "create_trunk" | "replace_trunk" => json!({"name": "New", "host": "sip.example"}),
        "create_queue" | "replace_queue" => json!({"name": "New"}),
        "set_agent_queues" => json!({"queues": []}),
        "create_callback" => json!({"queue": "queue_org_1", "number": "+62812345678"}),
        "settle_callback" => json!({"outcome": "reached"}),
        "replace_agent" => json!({"skills": {"hindi": 7}}),
        "set_agent_presence" | "set_my_presence" => json!({"presence": "paused", "reason": "lunch"}),
        "reorder_caller" => json!({"to_front": true}),
        "end_wrap_up" => json!({"extend_s": 30}),
        "dispose_call" => json!({"disposition": "sold"}),
        "create_number" | "replace_number" => json!({"number": "+15551230000", "trunk": "trunk_org_1"}),
        "create_user" => {
            json!({"email": "new@example.org", "name": "New", "role": "agent", "password": "long enough!"})
        }
        "update_user" => json!({"name": "Renamed"}),
        "create_webhook" | "replace_webhook" => json!({"url": "https://example.org/", "enabled": true}),
        "rotate_key" | "rotate_webhook_secret" => json!({"overlap_s": 60}),
        "redeliver_webhooks" => json!({"from": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}),
        "replace_alert_settings" => json!({"keywords": []}),
        "replace_recording_rules" => json!({"default": "all"}),
        "create_key" => json!({"name": "New", "role": "agent"}),
        "create_provider" => json!({"name": "new", "kind": "model", "vendor": "openai"}),
        "update_provider" => json!({"settings": {"model": "m"}}),
        "replace_provider_fallback" => json!({"voices": [{"provider": "embedded"}]}),
        "create_hours" | "replace_hours" => json!({"name": "new"}),
        "update_voicemail" => json!({"heard": true}),
        "replace_retention" => json!({"events_days": 90}),
        "offer_phone" => json!({"sdp": crate::support::browsers::OFFER}),
        "sandbox_call_in" => json!({"from": "+62812345678", "to": "+62215551234"}),
        id => {
            assert!(operation.request.is_none(), "{id} needs an example");
            Value::Null
        }
    }
}

async fn ask(world: &World, show: &Show, operation: &Operation, org: &str) -> reqwest::Response {
    let request = world.request(show, operation.method.name(), &path(operation, org));
    let request = if operation.if_match { request.header("if-match", "\"1\"") } else { request };
    let request = match operation.request {
        Some(_) => request.json(&example(operation)),
        None => request,
    };
    request.send().await.expect("answered")
}

fn asking() -> impl Iterator<Item = &'static Operation> {
    operations::all().filter(|operation| operation.access != Access::Public)
}

#[tokio::test]
async fn without_credentials_nothing_is_answered() {
    let world = World::new().await;
    for operation in asking() {
        let answer = ask(&world, &Show::Nothing, operation, "org_1").await;
        assert_eq!(code(answer).await, (401, "unauthenticated".into()), "{}", operation.id);
    }
}

#[tokio::test]
async fn credentials_that_hold_no_longer_are_no_credentials() {
    let world = World::new().await;
    let owner = rows::user_id("org_1", UserRole::Owner);
    let revoked = world.key("org_1", UserRole::Owner);
    for key in &mut world.store.data.lock().keys {
        key.revoked_at = Some(now());
    }
    let expired = world.session_of("org_1", &owner, |session| session.expires_at = UnixMs(now().0 - 1));
    let idle =
        world.session_of("org_1", &owner, |session| session.seen_at = UnixMs(now().0 - 31 * 60 * 1_000));
    let dismissed = world.session("org_1", UserRole::Admin);
    for user in &mut world.store.data.lock().users {
        user.enabled = user.role != UserRole::Admin;
    }
    let mistyped = Show::Key("tk_000000000000_0".into());
    for operation in asking() {
        for show in [&revoked, &expired, &idle, &dismissed, &mistyped] {
            let answer = ask(&world, show, operation, "org_1").await;
            assert_eq!(code(answer).await.0, 401, "{} {show:?}", operation.id);
        }
    }
}

#[tokio::test]
async fn a_lower_role_is_refused() {
    let world = World::new().await;
    let mut tried = 0;
    for operation in asking() {
        let Some(least) = operation.access.role().map(UserRole::from) else { continue };
        for role in ROLES.into_iter().filter(|role| *role < least) {
            for show in [world.session("org_1", role), world.key("org_1", role)] {
                let answer = ask(&world, &show, operation, "org_1").await;
                assert_eq!(answer.status(), 403, "{} as {role:?}", operation.id);
                tried += 1;
            }
        }
    }
    assert!(tried > 80, "{tried}");
    assert_eq!(world.exchange.placed.load(std::sync::atomic::Ordering::SeqCst), 0);
    assert!(world.exchange.acts.lock().is_empty());
}

#[tokio::test]
async fn keys_cannot_do_what_takes_a_person() {
    let world = World::new().await;
    let key = world.key("org_1", UserRole::Owner);
    for operation in asking().filter(|operation| matches!(operation.access, Access::Person(_))) {
        let answer = ask(&world, &key, operation, "org_1").await;
        assert_eq!(code(answer).await, (403, "person_required".into()), "{}", operation.id);
    }
}

#[tokio::test]
async fn another_organisations_ids_do_not_exist() {
    let world = World::new().await;
    let before = world.store.data.lock().events.len();
    for operation in asking().filter(|operation| operation.path.contains('{')) {
        let stranger = world.session("org_2", UserRole::Owner);
        let answer = ask(&world, &stranger, operation, "org_1").await;
        assert_eq!(answer.status(), 404, "{}", operation.id);
        assert_eq!(code(answer).await, (404, "not_found".into()), "{}", operation.id);
    }
    assert!(world.exchange.acts.lock().is_empty());
    assert_eq!(world.store.data.lock().events.len(), before, "nothing was changed");
}

#[tokio::test]
async fn the_least_role_suffices_for_every_operation() {
    for operation in asking() {
        let (Some(role), false) = (operation.access.role(), matches!(operation.answer, Answer::Audio)) else {
            continue;
        };
        if operation.id == "get_waveform" {
            continue;
        }
        let world = World::new().await;
        world.store.data.lock().numbers.retain(|number| {
            !matches!(operation.id, "delete_trunk") || number.trunk.as_str() != "trunk_org_1"
        });
        if operation.id == "acknowledge_alert" {
            world.exchange.live.lock().push(rows::alerted_call("org_1"));
        }
        let show = world.session("org_1", role.into());
        let answer = ask(&world, &show, operation, "org_1").await;
        let expected = match operation.answer {
            Answer::Json(status, _) => status,
            Answer::Text => 200,
            _ => 204,
        };
        let status = answer.status().as_u16();
        assert_eq!(status, expected, "{}: {}", operation.id, answer.text().await.unwrap_or_default());
    }
}

#[tokio::test]
async fn a_mutation_from_another_sites_page_is_refused_where_the_cookie_speaks() {
    let world = World::new().await;
    let owner = world.session("org_1", UserRole::Owner);
    for operation in asking().filter(|operation| operation.method.is_mutation()) {
        let request = world.request(&owner, operation.method.name(), &path(operation, "org_1"));
        let answer = request.header("origin", "https://evil.example").send().await.expect("answered");
        let refused = (403, Code::OriginRefused.as_text());
        assert_eq!(code(answer).await, refused, "{}", operation.id);
    }
    let key = world.key("org_1", UserRole::Owner);
    let request = world.request(&key, "POST", "/live/ticket").header("origin", "https://evil.example");
    assert_eq!(request.send().await.expect("answered").status(), 201, "a key is not sent by itself");
}
