//! Signing in with a password.

use argon2::password_hash::{PasswordHasher as _, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use serde_json::{Value, json};
use tandem_foundation::Pii;

use crate::support::{Show, World, body, code};

/// A hash at a cost that a test can pay; verification takes the cost from the hash.
fn cheap(password: &str) -> Pii<String> {
    let params = Params::new(8, 1, 1, None).expect("parameters");
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash = argon.hash_password(password.as_bytes()).expect("hash");
    hash.to_string().into()
}

async fn world(tls: bool) -> World {
    let world = World::with(|config| config.tls = tls).await;
    world.store.data.lock().users[1].password_hash = cheap("correct horse");
    world
}

async fn sign_in(world: &World, email: &str, password: &str) -> reqwest::Response {
    let body = json!({"email": email, "password": password});
    world.send(&Show::Nothing, "POST", "/session", &body).await
}

fn token(answer: &reqwest::Response) -> String {
    let cookie = answer.headers()["set-cookie"].to_str().expect("text");
    let (pair, _) = cookie.split_once(';').expect("attributes");
    pair.split_once('=').expect("a value").1.to_owned()
}

#[tokio::test]
async fn a_session_is_opened_used_and_closed() {
    let world = world(false).await;
    let answer = sign_in(&world, "Supervisor@Org_1.example", "correct horse").await;
    let cookie = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(cookie.starts_with("tandem_session="), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("Secure"));
    let show = Show::Cookie(token(&answer));
    let me: Value = body(answer).await;
    assert_eq!(
        (&me["role"], &me["organisation"]["time_zone"]),
        (&json!("supervisor"), &json!("Asia/Jakarta"))
    );
    assert_eq!(body(world.get(&show, "/session").await).await, me);
    let stored = format!("{:?}", world.store.data.lock().sessions);
    let Show::Cookie(secret) = &show else { panic!("a cookie") };
    assert!(!stored.contains(secret), "the token itself is not stored");
    let out = world.request(&show, "DELETE", "/session").send().await.expect("answered");
    assert_eq!(out.status(), 204);
    assert!(out.headers()["set-cookie"].to_str().expect("text").contains("Max-Age=0"));
    assert_eq!(world.get(&show, "/session").await.status(), 401);
}

#[tokio::test]
async fn behind_tls_the_cookie_is_secure_and_bound_to_the_host() {
    let world = world(true).await;
    let answer = sign_in(&world, "supervisor@org_1.example", "correct horse").await;
    let cookie = answer.headers()["set-cookie"].to_str().expect("text");
    assert!(cookie.starts_with("__Host-tandem_session=") && cookie.ends_with("; Secure"), "{cookie}");
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
}

#[tokio::test]
async fn an_unknown_person_and_a_wrong_password_get_the_same_answer() {
    let world = world(false).await;
    let mut answers = Vec::new();
    for email in ["supervisor@org_1.example", "nobody@org_1.example"] {
        let mut refusal = crate::support::problem(sign_in(&world, email, "guess").await).await;
        refusal["request_id"] = json!("");
        answers.push(refusal);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0]["code"], "invalid_credentials");
}

#[tokio::test]
async fn failed_tries_are_delayed_and_a_disabled_person_stays_out() {
    let world = world(false).await;
    world.store.data.lock().users[1].enabled = false;
    let refused = sign_in(&world, "supervisor@org_1.example", "correct horse").await;
    assert_eq!(code(refused).await, (401, "invalid_credentials".into()));
    world.store.data.lock().users[1].enabled = true;
    for _ in 0..4 {
        assert_eq!(sign_in(&world, "supervisor@org_1.example", "guess").await.status(), 401);
    }
    let delayed = sign_in(&world, "supervisor@org_1.example", "correct horse").await;
    assert_eq!(delayed.headers()["retry-after"], "1");
    assert_eq!(code(delayed).await, (429, "too_many_attempts".into()));
}

#[tokio::test]
async fn another_sites_page_cannot_sign_anyone_in() {
    let world = world(false).await;
    let body = json!({"email": "supervisor@org_1.example", "password": "correct horse"});
    let request = world.request(&Show::Nothing, "POST", "/session").header("origin", "https://evil.example");
    let answer = request.json(&body).send().await.expect("answered");
    assert_eq!(code(answer).await, (403, "origin_refused".into()));
}
