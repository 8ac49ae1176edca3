//! Events: one sequence that a reader can resume from.

use tandem_switchboard::ports::store::Commit;
use tandem_switchboard::records::*;
use tokio::task::JoinSet;

use super::Subject;
use super::fixtures::*;

pub async fn events_are_resumed_after_a_sequence_number(store: Subject) {
    let (ours, theirs) = (organisation(&store).await, organisation(&store).await);
    assert_eq!(store.last_seq(&ours).await.expect("read"), 0);
    let mut committed = Vec::new();
    for n in 0..7 {
        committed.extend(commit_call(&store, &new_call(&ours, n)).await);
        commit_call(&store, &new_call(&theirs, n)).await;
    }
    let mut read = Vec::new();
    let mut seq = 0;
    loop {
        let some = store.events_after(&ours, seq, 3).await.expect("read");
        assert!(some.len() <= 3);
        let Some(last) = some.last() else { break };
        seq = last.seq;
        read.extend(some);
    }
    assert_eq!(read, committed, "ours alone, each once, in order");
    assert_eq!(store.last_seq(&ours).await.expect("read"), seq);
    assert!(store.last_seq(&theirs).await.expect("read") > seq, "one sequence over the whole server");
}

pub async fn a_reader_never_sees_a_lower_number_appear(store: Subject) {
    let org = organisation(&store).await;
    let mut writers = JoinSet::new();
    for n in 0..40 {
        let (store, org) = (store.clone(), org.clone());
        writers.spawn(async move { commit_call(&store, &new_call(&org, n)).await });
    }
    // A reader that always goes on from the last number it saw must end with them all.
    let mut read = Vec::new();
    while read.len() < 40 {
        let seq = read.last().map_or(0, |event: &Event| event.seq);
        let more = store.events_after(&org, seq, 1_000).await.expect("read");
        if more.is_empty() && writers.join_next().await.is_none() {
            break;
        }
        read.extend(more);
    }
    assert_eq!(read.len(), 40, "an event appeared below a number that was already read");
}

pub async fn every_body_of_an_event_survives(store: Subject) {
    let org = organisation(&store).await;
    let call = full_call(&org, 100);
    let by = tandem_foundation::UserId::from("user_1");
    let bodies = vec![
        EventBody::CallCreated(Box::new(call.clone())),
        EventBody::TranscriptItem(Box::new(item(&call.id, 1, "Ünïcode — ✓"))),
        EventBody::FloorChanged {
            floor: FloorHolder::Bridging,
            version: 3,
            by: Some(by.clone()),
            reason: "take_over".to_owned(),
            at_ms: 5,
        },
        EventBody::FloorSilenced { after_ms: 12 },
        EventBody::SupervisionChanged { by, name: "Ann".to_owned(), mode: SupervisionMode::Whisper },
        EventBody::ConfigChanged { what: "trunk".to_owned(), id: "t".to_owned(), deleted: true, by: None },
    ];
    let events: Vec<NewEvent> = bodies
        .iter()
        .map(|body| NewEvent { call: Some(call.id.clone()), at: UnixMs(9), body: body.clone() })
        .collect();
    let commit = Commit { call: Some(call.clone()), events, ..Commit::default() };
    let committed = store.commit(&org, commit).await.expect("commit");
    let read = store.call_events(&org, &call.id).await.expect("read");
    assert_eq!(read, committed);
    assert_eq!(read.into_iter().map(|event| event.body).collect::<Vec<_>>(), bodies);
}
