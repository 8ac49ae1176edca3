//! What an organisation no longer keeps goes, and nothing else.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tandem_conformance::store::cluster::Cluster;
use tandem_conformance::store::fixtures::*;
use tandem_conformance::store::{Subject, sip_message};
use tandem_foundation::OrgId;
use tandem_storage::{Retention, Storage, Swept};
use tandem_switchboard::ports::retention::RetentionStore;
use tandem_switchboard::ports::routing::RoutingStore;
use tandem_switchboard::ports::store::{CallStore, Commit};
use tandem_switchboard::records::*;

const DAY: i64 = 86_400_000;

/// An ended call with a recording of its own, an item and the event of it.
async fn recorded(storage: &Storage, org: &OrgId, at: i64, data: &Path) -> Call {
    let mut call = full_call(org, at);
    let file = format!("recordings/{}.wav", call.id);
    fs::write(data.join(&file), "sound").expect("record");
    call.recording = Some(Recording { file, ..call.recording.expect("set") });
    let said = item(&call.id, 1, "planted words");
    let body = EventBody::TranscriptItem(Box::new(said.clone()));
    let heard = NewEvent { call: Some(call.id.clone()), at: UnixMs(at), body };
    let commit = Commit {
        items: vec![said],
        events: vec![heard, key_pressed(&call.id, at)],
        call: Some(call.clone()),
        ..Commit::default()
    };
    storage.commit(org, commit).await.expect("commit");
    call
}

async fn deletes_what_is_old(url: &str) {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path();
    fs::create_dir(data.join("recordings")).expect("folder");
    let storage = Storage::open_with_key(url, &data.join("tandem.key")).await.expect("open");
    let subject: Subject = Arc::new(storage.clone());
    let (org, other) = (organisation(&subject).await, organisation(&subject).await);
    // More than one batch of them.
    let mut old = Vec::new();
    for _ in 0..230 {
        old.push(recorded(&storage, &org, 0, data).await);
    }
    let young = recorded(&storage, &org, 9 * DAY, data).await;
    let theirs = recorded(&storage, &other, 0, data).await;
    let live = new_call(&org, 0);
    commit_call(&subject, &live).await;

    let now = UnixMs(12 * DAY);
    assert_eq!(
        storage.sweep(now, data).await.expect("sweep"),
        Swept::default(),
        "no settings: kept for ever"
    );
    let kept = Retention { recordings_days: Some(5), transcripts_days: Some(5), ..Retention::default() };
    storage.put_retention(&org, kept, Vec::new()).await.expect("put");
    assert_eq!(storage.retention(&org).await.expect("read"), kept);
    let due = storage.due(&org, kept, now).await.expect("count");
    assert_eq!(
        due,
        Swept { recordings: 230, transcript_items: 230, ..Swept::default() },
        "told before it is done"
    );
    assert_eq!(storage.due(&other, kept, now).await.expect("count").recordings, 1);
    let swept = storage.sweep(now, data).await.expect("sweep");
    assert_eq!(swept, Swept { recordings: 230, transcript_items: 230, ..Swept::default() });
    for call in &old {
        assert!(!data.join(&call.recording.as_ref().expect("set").file).exists());
        assert_eq!(storage.call(&org, &call.id).await.expect("the call stays").recording, None);
        assert!(storage.transcript(&org, &call.id).await.expect("read").is_empty());
        let events = storage.call_events(&org, &call.id).await.expect("read");
        assert!(matches!(events[..], [Event { body: EventBody::KeyPressed { .. }, .. }]), "{events:?}");
    }
    for (org, call) in [(&org, &young), (&other, &theirs)] {
        assert!(data.join(&call.recording.as_ref().expect("set").file).exists());
        assert_eq!(storage.call(org, &call.id).await.expect("read"), *call);
        assert_eq!(storage.transcript(org, &call.id).await.expect("read").len(), 1);
        assert_eq!(storage.call_events(org, &call.id).await.expect("read").len(), 2);
    }
    let last = storage.last_seq(&org).await.expect("read");
    let told = storage.events_after(&org, last - 1, 1).await.expect("read").remove(0).body;
    assert_eq!(told, EventBody::RetentionSwept(swept));
    assert_eq!(storage.sweep(now, data).await.expect("sweep again"), Swept::default());
    assert_eq!(storage.last_seq(&org).await.expect("read"), last, "nothing happened, nothing is told");
    let sweep = Sweep { at: now, swept: Swept::default() };
    assert_eq!(storage.last_sweep(&org).await.expect("read"), Some(sweep));

    let kept = Retention { events_days: Some(2), ..Retention::default() };
    storage.put_retention(&org, kept, Vec::new()).await.expect("put");
    let due = storage.due(&org, kept, now).await.expect("count");
    let swept = storage.sweep(now, data).await.expect("sweep");
    assert_eq!(due, swept);
    assert_eq!(swept.events, 230 + 2, "of the old calls and of the young one, which is three days old");
    assert_eq!(
        storage.call_events(&org, &live.id).await.expect("read").len(),
        1,
        "a live call keeps its own"
    );
    assert_eq!(storage.call_events(&other, &theirs.id).await.expect("read").len(), 2);
    storage.check().await.expect("sound");
}

async fn deletes_old_messages_of_callers(url: &str) {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path();
    fs::create_dir(data.join("recordings")).expect("folder");
    let storage = Storage::open_with_key(url, &data.join("tandem.key")).await.expect("open");
    let subject: Subject = Arc::new(storage.clone());
    let (org, other) = (organisation(&subject).await, organisation(&subject).await);
    let left = async |org: &OrgId, at: i64| {
        let call = new_call(org, at);
        let row = voicemail(&call, at);
        fs::write(data.join(&row.file), "sound").expect("record");
        let commit = Commit { call: Some(call), voicemails: vec![row.clone()], ..Commit::default() };
        storage.commit(org, commit).await.expect("commit");
        row
    };
    let (old, young) = (left(&org, 0).await, left(&org, 9 * DAY).await);
    let theirs = left(&other, 0).await;

    // What was said goes by the days of transcripts, the sound by those of recordings.
    let kept = Retention { transcripts_days: Some(5), ..Retention::default() };
    storage.put_retention(&org, kept, Vec::new()).await.expect("put");
    storage.sweep(UnixMs(12 * DAY), data).await.expect("sweep");
    assert_eq!(storage.voicemail(&org, &old.id).await.expect("it stays").transcript.as_str(), "");
    assert!(data.join(&old.file).exists());

    let kept = Retention { recordings_days: Some(5), ..kept };
    storage.put_retention(&org, kept, Vec::new()).await.expect("put");
    assert_eq!(storage.due(&org, kept, UnixMs(12 * DAY)).await.expect("count").recordings, 1);
    assert_eq!(storage.sweep(UnixMs(12 * DAY), data).await.expect("sweep").recordings, 1);
    not_found(storage.voicemail(&org, &old.id).await);
    assert!(!data.join(&old.file).exists());
    for (org, row) in [(&org, young), (&other, theirs)] {
        assert_eq!(storage.voicemail(org, &row.id).await.expect("it stays"), row);
        assert!(data.join(&row.file).exists());
    }
}

async fn deletes_old_sip_messages(url: &str) {
    let folder = tempfile::tempdir().expect("folder");
    let storage = Storage::open_with_key(url, &folder.path().join("tandem.key")).await.expect("open");
    let subject: Subject = Arc::new(storage.clone());
    let (org, keeper) = (organisation(&subject).await, organisation(&subject).await);
    let for_ever = Retention { sip_traces_days: None, ..Retention::default() };
    storage.put_retention(&keeper, for_ever, Vec::new()).await.expect("put");
    let mut calls = Vec::new();
    for (org, at) in [(&org, 0), (&org, 6 * DAY), (&keeper, 0)] {
        let call = full_call(org, at);
        commit_call(&subject, &call).await;
        let messages = (1..=120).map(|position| sip_message(&call, position, None)).collect();
        subject.put_sip_messages(org, messages).await.expect("put");
        calls.push(call);
    }
    let swept = storage.sweep(UnixMs(8 * DAY), folder.path()).await.expect("sweep");
    assert_eq!(swept, Swept { sip_messages: 120, ..Swept::default() }, "kept a week where nothing is chosen");
    let mut left = Vec::new();
    for call in &calls {
        left.push(subject.sip_messages(&call.org, &call.id).await.expect("read").len());
    }
    assert_eq!(left, [0, 120, 120]);
    assert_eq!(subject.sip_trace_days(&keeper).await.expect("read"), None);
}

#[tokio::test]
async fn old_sip_messages_go_on_either_database() {
    let folder = tempfile::tempdir().expect("folder");
    deletes_old_sip_messages(&format!("sqlite://{}/tandem.db", folder.path().display())).await;
    let cluster = Cluster::start();
    deletes_old_sip_messages(&cluster.database()).await;
}

#[tokio::test]
async fn old_messages_of_callers_go_on_either_database() {
    let folder = tempfile::tempdir().expect("folder");
    deletes_old_messages_of_callers(&format!("sqlite://{}/tandem.db", folder.path().display())).await;
    let cluster = Cluster::start();
    deletes_old_messages_of_callers(&cluster.database()).await;
}

#[tokio::test]
async fn a_sweep_of_sqlite_deletes_what_is_old_and_nothing_else() {
    let folder = tempfile::tempdir().expect("folder");
    deletes_what_is_old(&format!("sqlite://{}/tandem.db", folder.path().display())).await;
}

#[tokio::test]
async fn a_sweep_of_postgresql_deletes_what_is_old_and_nothing_else() {
    let cluster = Cluster::start();
    deletes_what_is_old(&cluster.database()).await;
}
