//! People and keys.

use serde_json::{Value, json};
use tandem_switchboard::records::UserRole;

use crate::support::{Show, World, body, code, hash};

#[tokio::test]
async fn nobody_gives_a_role_above_their_own_nor_touches_those_above() {
    let world = World::new().await;
    let admin = world.session("org_1", UserRole::Admin);
    let owner = json!({"email": "x@y.example", "name": "X", "role": "owner", "password": "long enough!"});
    assert_eq!(code(world.send(&admin, "POST", "/users", &owner).await).await, (403, "forbidden".into()));
    let patch = |body: Value, id: &'static str| {
        world.request(&admin, "PATCH", &format!("/users/{id}")).json(&body).send()
    };
    let raise = patch(json!({"role": "owner"}), "user_agent_org_1").await.expect("answered");
    assert_eq!(code(raise).await.0, 403);
    let touch = patch(json!({"enabled": false}), "user_owner_org_1").await.expect("answered");
    assert_eq!(code(touch).await.0, 403);
    let key = world.send(&admin, "POST", "/keys", &json!({"name": "k", "role": "owner"})).await;
    assert_eq!(code(key).await.0, 403);
    let promoted = patch(json!({"role": "supervisor"}), "user_agent_org_1").await.expect("answered");
    assert_eq!(body(promoted).await["role"], "supervisor");
}

#[tokio::test]
async fn one_owner_remains() {
    let world = World::new().await;
    let owner = world.session("org_1", UserRole::Owner);
    for change in [json!({"role": "admin"}), json!({"enabled": false})] {
        let request = world.request(&owner, "PATCH", "/users/user_owner_org_1").json(&change);
        assert_eq!(code(request.send().await.expect("answered")).await, (409, "conflict".into()));
    }
}

#[tokio::test]
async fn a_new_person_gets_a_phone_and_no_secret_is_shown() {
    let world = World::new().await;
    let admin = world.session("org_1", UserRole::Admin);
    let new =
        json!({"email": "Ann.Lee@Example.org", "name": "Ann", "role": "agent", "password": "long enough!"});
    let answer = world.send(&admin, "POST", "/users", &new).await.text().await.expect("text");
    assert!(!answer.contains("argon2") && !answer.contains("password"), "{answer}");
    let made: Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(made["email"], "ann.lee@example.org");
    let id = made["id"].as_str().expect("id").to_owned();
    let phone = world.get(&world.session_of("org_1", &id.into(), |_| {}), "/me/phone").await;
    let phone = body(phone).await;
    assert!(phone["name"].as_str().expect("name").starts_with("ann.lee-"));
    assert_eq!(phone["password"].as_str().expect("password").len(), 32);
    assert_eq!((&phone["registrar"], &phone["transport"]), (&json!("127.0.0.1:5060"), &json!("udp")));
}

#[tokio::test]
async fn a_keys_secret_is_shown_once_stored_as_a_hash_and_ends_with_its_revocation() {
    let world = World::new().await;
    let admin = world.session("org_1", UserRole::Admin);
    let made =
        body(world.send(&admin, "POST", "/keys", &json!({"name": "ci", "role": "supervisor"})).await).await;
    let secret = made["secret"].as_str().expect("secret").to_owned();
    let listed = world.get(&admin, "/keys").await.text().await.expect("text");
    assert!(!listed.contains(&secret));
    {
        let data = world.store.data.lock();
        let row = data.keys.last().expect("stored");
        assert_eq!(row.hash, hash(&secret));
        assert!(!format!("{row:?}").contains(&secret));
    }
    let key = Show::Key(secret);
    let me = body(world.get(&key, "/session").await).await;
    assert_eq!((&me["user"], &me["name"], &me["role"]), (&json!(null), &json!("ci"), &json!("supervisor")));
    let id = made["key"]["id"].as_str().expect("id");
    let revoked = world.request(&admin, "DELETE", &format!("/keys/{id}")).send().await.expect("answered");
    assert!(body(revoked).await["revoked_at"].is_string());
    assert_eq!(world.get(&key, "/session").await.status(), 401);
}
