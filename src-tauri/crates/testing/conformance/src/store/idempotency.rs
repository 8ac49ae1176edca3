//! Idempotency keys.

use tandem_switchboard::ports::store::IdempotencyClaim::{Fresh, Mismatch, Replay, Running};
use tandem_switchboard::records::UnixMs;
use tokio::task::JoinSet;

use super::Subject;
use super::fixtures::*;

const DAY_MS: i64 = 86_400_000;

pub async fn an_idempotency_key_replays_its_answer(store: Subject) {
    let org = organisation(&store).await;
    let claim = async |hash| store.claim_idempotency(&org, "k", hash, UnixMs(1)).await.expect("claim");
    assert_eq!(claim("h").await, Fresh);
    assert_eq!(claim("h").await, Running);
    assert_eq!(claim("other").await, Mismatch);

    store.release_idempotency(&org, "k").await.expect("release");
    assert_eq!(claim("h2").await, Fresh, "a released key is free for any request");
    store.finish_idempotency(&org, "k", 201, "{\"id\":\"call_1\"}").await.expect("finish");
    assert_eq!(claim("h2").await, Replay { status: 201, body: "{\"id\":\"call_1\"}".to_owned() });
    assert_eq!(claim("h").await, Mismatch);
    store.release_idempotency(&org, "k").await.expect("release");
    assert!(matches!(claim("h2").await, Replay { .. }), "an answered key is not given free");
    not_found(store.finish_idempotency(&org, "never claimed", 200, "").await);
}

pub async fn of_many_claims_at_once_one_is_fresh(store: Subject) {
    let org = organisation(&store).await;
    let mut claims = JoinSet::new();
    for _ in 0..30 {
        let (store, org) = (store.clone(), org.clone());
        claims.spawn(async move { store.claim_idempotency(&org, "k", "h", UnixMs(1)).await.expect("claim") });
    }
    let claims = claims.join_all().await;
    assert_eq!(claims.iter().filter(|claim| **claim == Fresh).count(), 1);
    assert_eq!(claims.iter().filter(|claim| **claim == Running).count(), 29);
}

pub async fn idempotency_keys_are_forgotten_after_a_day(store: Subject) {
    let org = organisation(&store).await;
    let claim = async |hash, at| store.claim_idempotency(&org, "k", hash, UnixMs(at)).await.expect("claim");
    assert_eq!(claim("h", 1_000).await, Fresh);
    store.finish_idempotency(&org, "k", 200, "ok").await.expect("finish");
    assert_eq!(claim("h", 999 + DAY_MS).await, Replay { status: 200, body: "ok".to_owned() });
    assert_eq!(claim("other", 1_000 + DAY_MS).await, Fresh);
}

pub async fn idempotency_keys_are_isolated(store: Subject) {
    let (ours, theirs) = (organisation(&store).await, organisation(&store).await);
    assert_eq!(store.claim_idempotency(&ours, "k", "h", UnixMs(1)).await.expect("claim"), Fresh);
    not_found(store.finish_idempotency(&theirs, "k", 200, "").await);
    assert_eq!(store.claim_idempotency(&theirs, "k", "h", UnixMs(1)).await.expect("claim"), Fresh);
    store.finish_idempotency(&theirs, "k", 200, "theirs").await.expect("finish");
    // Their sweep, far in the future, forgets nothing of ours.
    store.claim_idempotency(&theirs, "later", "h", UnixMs(9 * DAY_MS)).await.expect("claim");
    store.release_idempotency(&theirs, "k").await.expect("release");
    assert_eq!(store.claim_idempotency(&ours, "k", "h", UnixMs(1)).await.expect("claim"), Running);
}
