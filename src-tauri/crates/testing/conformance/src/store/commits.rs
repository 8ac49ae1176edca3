//! Commits: whole or not at all, also when many come at once.

use std::collections::BTreeSet;

use tandem_switchboard::ports::routing::VoicemailFilter;
use tandem_switchboard::ports::store::{Commit, DoNotCall, StoreError};
use tandem_switchboard::records::UnixMs;
use tokio::task::JoinSet;

use super::Subject;
use super::fixtures::*;

pub async fn a_commit_that_fails_leaves_nothing(store: Subject) {
    let org = organisation(&store).await;
    let call = new_call(&org, 100);
    let stray = item(&fresh("call").into(), 1, "of a call that does not exist");
    let number = "+15005550009";
    let entry = DoNotCall { number: number.into(), reason: "opt_out".to_owned(), call: None, at: UnixMs(1) };
    let commit = Commit {
        callbacks: Vec::new(),
        call: Some(call.clone()),
        items: vec![item(&call.id, 1, "Hello"), stray],
        do_not_call: vec![entry],
        agents: vec![agent_profile(&org, "user_a")],
        voicemails: vec![voicemail(&call, 1)],
        conference: None,
        events: vec![key_pressed(&call.id, 1)],
        outbox: vec![(0, "webhooks".to_owned())],
    };
    not_found(store.commit(&org, commit).await);
    not_found(store.call(&org, &call.id).await);
    assert!(store.transcript(&org, &call.id).await.expect("read").is_empty());
    assert!(store.call_events(&org, &call.id).await.expect("read").is_empty());
    assert!(!store.is_do_not_call(&org, number).await.expect("check"));
    assert_eq!(store.agent_profiles(&org).await.expect("read"), []);
    assert!(store.voicemails(&org, VoicemailFilter::default()).await.expect("list").items.is_empty());
    assert_eq!(store.last_seq(&org).await.expect("read"), 0);
}

pub async fn an_outbox_row_needs_its_event(store: Subject) {
    let org = organisation(&store).await;
    let call = new_call(&org, 100);
    let commit = |outbox| Commit {
        call: Some(call.clone()),
        events: vec![key_pressed(&call.id, 1)],
        outbox,
        ..Commit::default()
    };
    let failed = store.commit(&org, commit(vec![(1, "webhooks".to_owned())])).await;
    assert!(matches!(failed, Err(StoreError::Broken { .. })), "{failed:?}");
    not_found(store.call(&org, &call.id).await);
    let twice = vec![(0, "webhooks".to_owned()), (0, "billing".to_owned())];
    assert_eq!(store.commit(&org, commit(twice)).await.expect("two topics").len(), 1);
}

pub async fn a_commit_to_another_organisation_is_refused(store: Subject) {
    let (ours, theirs) = (organisation(&store).await, organisation(&store).await);
    let call = new_call(&ours, 100);
    conflict(store.commit(&theirs, Commit { call: Some(call), ..Commit::default() }).await, "org");
    let nobody = fresh("org").into();
    let call = new_call(&nobody, 100);
    not_found(store.commit(&nobody, Commit { call: Some(call), ..Commit::default() }).await);
}

pub async fn fifty_commits_at_once_are_each_whole_and_in_order(store: Subject) {
    let org = organisation(&store).await;
    let mut commits = JoinSet::new();
    for n in 0..50 {
        let (store, org) = (store.clone(), org.clone());
        commits.spawn(async move {
            let call = new_call(&org, n);
            let events = (0..3).map(|at| key_pressed(&call.id, at)).collect();
            let commit = Commit { call: Some(call.clone()), events, ..Commit::default() };
            let events = store.commit(&org, commit).await.expect("commit");
            let answered: Vec<i64> = events.iter().map(|event| event.seq).collect();
            // What is acknowledged can be read at once.
            let read = store.call_events(&org, &call.id).await.expect("read");
            assert_eq!(read, events);
            assert_eq!(store.call(&org, &call.id).await.expect("read"), call);
            answered
        });
    }
    let mut seqs = BTreeSet::new();
    while let Some(answered) = commits.join_next().await {
        let answered = answered.expect("a commit panicked");
        assert!(answered.is_sorted_by(|a, b| a + 1 == *b), "a commit's events stand together: {answered:?}");
        seqs.extend(answered);
    }
    assert_eq!(seqs.len(), 150, "no number was given twice");
    let stored: Vec<i64> =
        store.events_after(&org, 0, 1_000).await.expect("read").iter().map(|event| event.seq).collect();
    assert_eq!(stored, seqs.into_iter().collect::<Vec<_>>());
}

pub async fn a_failing_commit_takes_no_neighbour_with_it(store: Subject) {
    let org = organisation(&store).await;
    let mut commits = JoinSet::new();
    for n in 0..60 {
        let (store, org) = (store.clone(), org.clone());
        commits.spawn(async move {
            let call = new_call(&org, n);
            let fails = n % 3 == 0;
            let belongs = if fails { fresh("call").into() } else { call.id.clone() };
            let commit = Commit {
                call: Some(call.clone()),
                items: vec![item(&belongs, 1, "Hello")],
                events: vec![key_pressed(&call.id, n)],
                ..Commit::default()
            };
            let done = store.commit(&org, commit).await;
            assert_eq!(done.is_err(), fails, "{done:?}");
            assert_eq!(store.call(&org, &call.id).await.is_err(), fails);
            assert_eq!(store.transcript(&org, &call.id).await.expect("read").len(), usize::from(!fails));
        });
    }
    while let Some(done) = commits.join_next().await {
        done.expect("a commit was not whole");
    }
    assert_eq!(store.events_after(&org, 0, 1_000).await.expect("read").len(), 40);
}
