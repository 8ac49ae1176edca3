//! Conferences: written with their events, read by page, found after a crash.

use tandem_foundation::{ConferenceId, OrgId};
use tandem_switchboard::ports::store::Commit;
use tandem_switchboard::records::{
    Conference, EventBody, NewEvent, Recording, RecordingFormat, RecordingState, UnixMs,
};

use super::Subject;
use super::fixtures::*;

fn conference(org: &OrgId, at: i64) -> Conference {
    let id: ConferenceId = fresh("conf").into();
    Conference {
        id,
        org: org.clone(),
        name: "standup".to_owned(),
        created_at: UnixMs(at),
        started_at: None,
        ended_at: None,
        end_reason: None,
        calls: vec!["call_1".into(), "call_2".into()],
        recordings: Vec::new(),
    }
}

pub async fn conferences_are_replaced_with_their_events_and_listed_newest_first(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    let mut rows: Vec<_> = (1..=3).map(|at| conference(&org, at)).collect();
    for row in &rows {
        let commit = Commit { conference: Some(row.clone()), ..Commit::default() };
        store.commit(&org, commit).await.expect("committed");
    }
    let last = &mut rows[2];
    last.started_at = Some(UnixMs(4));
    last.ended_at = Some(UnixMs(9));
    last.end_reason = Some("empty".to_owned());
    last.recordings.push(Recording {
        id: "rec_1".into(),
        file: "recordings/rec_1.wav".to_owned(),
        duration_ms: 3_000,
        complete: true,
        state: Some(RecordingState::Complete),
        format: RecordingFormat::Wav,
        bytes: Some(96_044),
        sha256: Some("ab".to_owned()),
    });
    let (id, name) = (last.id.clone(), last.name.clone());
    let body = EventBody::ConferenceEnded { conference: id, name, why: "empty".to_owned(), by: None };
    let events = vec![NewEvent { call: None, at: UnixMs(9), body }];
    let commit = Commit { conference: Some(last.clone()), events, ..Commit::default() };
    assert_eq!(store.commit(&org, commit).await.expect("committed").len(), 1);

    assert_eq!(store.conference(&org, &rows[2].id).await.expect("read"), rows[2]);
    not_found(store.conference(&other, &rows[2].id).await);
    let first = store.conferences(&org, None, 2).await.expect("list");
    assert_eq!(first.items, [rows[2].clone(), rows[1].clone()]);
    let rest = store.conferences(&org, first.next, 2).await.expect("list");
    assert_eq!((rest.items, rest.next), (vec![rows[0].clone()], None));
    assert!(store.conferences(&other, None, 2).await.expect("list").items.is_empty());

    let unfinished = store.unfinished_conferences().await.expect("list");
    let own: Vec<_> = unfinished.into_iter().filter(|row| row.org == org).map(|row| row.id).collect();
    assert_eq!(own.len(), 2, "the one that ended is not among them");
    let foreign = Commit { conference: Some(rows[0].clone()), ..Commit::default() };
    store.commit(&other, foreign).await.expect_err("another organisation's");
}
