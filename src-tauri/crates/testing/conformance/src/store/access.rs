//! Keys and sessions.

use tandem_switchboard::records::{ApiKey, Session, UnixMs};

use super::Subject;
use super::fixtures::*;

pub async fn a_key_is_found_by_its_hash_until_it_is_revoked(store: Subject) {
    let org = organisation(&store).await;
    let mut row = key(&org);
    let events = store.put_key(row.clone(), vec![changed("key", row.id.as_str())]).await.expect("put");
    assert_eq!(events.len(), 1);
    assert_eq!(store.key_by_hash(&row.hash).await.expect("found"), row);
    not_found(store.key_by_hash("another").await);
    let copy = ApiKey { hash: row.hash.clone(), ..key(&org) };
    conflict(store.put_key(copy, Vec::new()).await, "hash");

    store.touch_key(&org, &row.id, UnixMs(70)).await.expect("touch");
    row.last_used_at = Some(UnixMs(70));
    assert_eq!(store.key_by_hash(&row.hash).await.expect("found"), row);

    store.revoke_key(&org, &row.id, UnixMs(80), Vec::new()).await.expect("revoke");
    not_found(store.key_by_hash(&row.hash).await);
    store.revoke_key(&org, &row.id, UnixMs(90), Vec::new()).await.expect("revoke again");
    row.revoked_at = Some(UnixMs(80));
    assert_eq!(store.keys(&org).await.expect("list"), [row], "the first revocation stands");
    not_found(store.revoke_key(&org, &"key_none".into(), UnixMs(1), Vec::new()).await);
    not_found(store.touch_key(&org, &"key_none".into(), UnixMs(1)).await);
}

pub async fn a_session_ends_at_its_time_or_when_deleted(store: Subject) {
    let org = organisation(&store).await;
    let user = user(&org);
    store.put_user(user.clone(), Vec::new()).await.expect("put user");
    let mut row = session(&user);
    store.put_session(row.clone()).await.expect("put session");
    let found = store.session_by_hash(&row.token_hash, UnixMs(1_059)).await.expect("found");
    assert_eq!(found, (row.clone(), user.clone()));
    not_found(store.session_by_hash(&row.token_hash, UnixMs(1_060)).await);
    not_found(store.session_by_hash("another", UnixMs(100)).await);

    store.touch_session(&org, &row.id, UnixMs(500)).await.expect("touch");
    row.seen_at = UnixMs(500);
    assert_eq!(store.session_by_hash(&row.token_hash, UnixMs(600)).await.expect("found").0, row);

    let later = Session { created_at: UnixMs(900), expires_at: UnixMs(9_000), ..session(&user) };
    store.put_session(later.clone()).await.expect("a second device");
    store.delete_session(&org, &row.id).await.expect("sign out");
    not_found(store.session_by_hash(&row.token_hash, UnixMs(600)).await);
    not_found(store.touch_session(&org, &row.id, UnixMs(700)).await);
    store.session_by_hash(&later.token_hash, UnixMs(1_000)).await.expect("the other device stays");
}

pub async fn access_is_isolated(store: Subject) {
    let (ours, theirs) = (organisation(&store).await, organisation(&store).await);
    let (key, user) = (key(&ours), user(&ours));
    let session = session(&user);
    store.put_key(key.clone(), Vec::new()).await.expect("put key");
    store.put_user(user.clone(), Vec::new()).await.expect("put user");
    store.put_session(session.clone()).await.expect("put session");

    assert!(store.keys(&theirs).await.expect("list").is_empty());
    not_found(store.revoke_key(&theirs, &key.id, UnixMs(1), Vec::new()).await);
    not_found(store.touch_key(&theirs, &key.id, UnixMs(1)).await);
    not_found(store.touch_session(&theirs, &session.id, UnixMs(1)).await);
    // Nothing to delete there is no failure, and nothing of ours goes.
    store.delete_session(&theirs, &session.id).await.expect("sign out");
    assert_eq!(store.key_by_hash(&key.hash).await.expect("found"), key);
    assert_eq!(
        store.session_by_hash(&session.token_hash, UnixMs(100)).await.expect("found"),
        (session.clone(), user)
    );
    let forged = Session { org: theirs, id: fresh("sess").into(), token_hash: fresh("token"), ..session };
    not_found(store.put_session(forged).await);
}
