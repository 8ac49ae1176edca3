//! A backup is one moment of a server that goes on, and either database is restored from either's.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tandem_conformance::store::cluster::Cluster;
use tandem_conformance::store::fixtures::*;
use tandem_conformance::store::{Subject, sip_message};
use tandem_storage::Storage;
use tandem_storage::backup::{BackupError, Place, back_up, restore};
use tandem_switchboard::ports::store::{Commit, Directory};
use tandem_switchboard::records::{Recording, Trunk, UnixMs};

/// A store with something in every kind of row, and a recording.
async fn filled(url: &str, data: &Path) -> (Subject, Trunk) {
    let storage = Storage::open_with_key(url, &data.join("tandem.key")).await.expect("open");
    let store: Subject = Arc::new(storage);
    let org = organisation(&store).await;
    let (trunk, user) = (trunk(&org), user(&org));
    store.put_trunk(trunk.clone(), Vec::new()).await.expect("put trunk");
    store.put_number(number(&trunk), Vec::new()).await.expect("put number");
    store.put_user(user.clone(), Vec::new()).await.expect("put user");
    store.put_session(session(&user)).await.expect("put session");
    store.put_key(key(&org), Vec::new()).await.expect("put key");
    store.put_assistant(assistant(&org), None, Vec::new()).await.expect("put assistant");
    let mut call = full_call(&org, 5);
    fs::create_dir_all(data.join("recordings")).expect("folder");
    fs::write(data.join("recordings/rec_1.wav"), [7; 5_000]).expect("record");
    let commit = Commit {
        items: vec![item(&call.id, 1, "Её слова: «да» ✓")],
        events: vec![key_pressed(&call.id, 1)],
        outbox: vec![(0, "webhooks".to_owned())],
        call: Some(call.clone()),
        ..Commit::default()
    };
    store.commit(&org, commit).await.expect("commit");
    store.put_sip_messages(&org, vec![sip_message(&call, 1, Some(200))]).await.expect("put messages");
    call = full_call(&org, 6);
    call.recording =
        Some(Recording { file: "recordings/lost.wav".to_owned(), ..call.recording.expect("set") });
    commit_call(&store, &call).await;
    (store, trunk)
}

/// Every entry but the head and the manifest; a table's lines sorted, since databases keep them in orders of their own.
fn content(backup: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(fs::File::open(backup).expect("open"));
    let entries = archive.entries().expect("entries").map(|entry| {
        let mut entry = entry.expect("entry");
        let name = entry.path().expect("path").to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("read");
        if name.starts_with("tables/") {
            let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
            lines.sort_unstable();
            bytes = lines.join(&b'\n');
        }
        (name, bytes)
    });
    entries.filter(|(name, _)| name != "backup.json" && name != "manifest.json").collect()
}

async fn there_and_back(from: &str, to: &str) {
    let folder = tempfile::tempdir().expect("folder");
    let dir = |name: &str| -> PathBuf {
        let path = folder.path().join(name);
        fs::create_dir_all(&path).expect("folder");
        path
    };
    let (source, target) = (dir("source"), dir("target"));
    let url = |url: &str, dir: &Path| {
        if url.is_empty() { format!("sqlite://{}/tandem.db", dir.display()) } else { url.to_owned() }
    };
    let (from, to) = (url(from, &source), url(to, &target));
    let (store, trunk) = filled(&from, &source).await;

    // Calls go on while it is made.
    let stop = Arc::new(AtomicBool::new(false));
    let (writing, stopped, org) = (store.clone(), stop.clone(), trunk.org.clone());
    let writer = tokio::spawn(async move {
        let mut written = 0;
        while !stopped.load(Ordering::Relaxed) {
            commit_call(&writing, &new_call(&org, written)).await;
            written += 1;
        }
        written
    });
    while store.last_seq(&trunk.org).await.expect("read") < 20 {}
    let place = Place::new(Some(&from), &source).expect("place");
    let file = folder.path().join("one.backup");
    let made = back_up(&place, &file, UnixMs(1)).await.expect("back up");
    assert_eq!((made.recordings, made.missing.as_slice()), (1, &["recordings/lost.wav".to_owned()][..]));
    while store.last_seq(&trunk.org).await.expect("read") < 60 {}
    stop.store(true, Ordering::Relaxed);
    assert!(writer.await.expect("the writer went on") > 20);

    let other = Place::new(Some(&to), &target).expect("place");
    let restored = restore(&file, &other).await.expect("restore");
    assert_eq!(restored, made);
    let again = folder.path().join("two.backup");
    back_up(&other, &again, UnixMs(2)).await.expect("back up what was restored");
    assert_eq!(content(&file), content(&again));

    let storage = Storage::open_with_key(&to, &target.join("tandem.key")).await.expect("open");
    storage.check().await.expect("sound");
    assert_eq!(
        storage.trunks(&trunk.org).await.expect("list"),
        std::slice::from_ref(&trunk),
        "its password opens"
    );
    let subject: Subject = Arc::new(storage);
    let last = subject.last_seq(&trunk.org).await.expect("read");
    let next = commit_call(&subject, &new_call(&trunk.org, 9)).await;
    assert_eq!(next[0].seq, last + 1, "the sequence goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_is_restored_into_sqlite() {
    there_and_back("", "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_database_is_restored_into_the_other() {
    let cluster = Cluster::start();
    there_and_back("", &cluster.database()).await;
    there_and_back(&cluster.database(), "").await;
    there_and_back(&cluster.database(), &cluster.database()).await;
}

#[tokio::test]
async fn a_target_in_use_and_a_damaged_backup_are_refused_by_name() {
    let folder = tempfile::tempdir().expect("folder");
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    fs::create_dir_all(&source).expect("folder");
    filled(&format!("sqlite://{}/tandem.db", source.display()), &source).await;
    let place = Place::new(None, &source).expect("place");
    let file = folder.path().join("one.backup");
    back_up(&place, &file, UnixMs(1)).await.expect("back up");
    assert!(
        matches!(back_up(&place, &file, UnixMs(1)).await, Err(BackupError::File { .. })),
        "replaced a backup"
    );

    let refused = restore(&file, &place).await.expect_err("in use").to_string();
    assert!(refused.contains("not empty") && refused.contains("tandem.key"), "{refused}");

    let empty = Place::new(None, &target).expect("place");
    let whole = fs::read(&file).expect("read");
    let flipped = folder.path().join("flipped.backup");
    let at = whole.windows(9).position(|bytes| bytes == b"+62215551").expect("a number is in it");
    let mut bytes = whole.clone();
    bytes[at + 1] = b'7';
    fs::write(&flipped, bytes).expect("write");
    let refused = restore(&flipped, &empty).await.expect_err("flipped").to_string();
    assert!(refused.contains("tables/") && refused.contains("manifest"), "{refused}");
    fs::write(&flipped, &whole[..whole.len() / 2]).expect("write");
    let refused = restore(&flipped, &empty).await.expect_err("cut short");
    assert!(matches!(refused, BackupError::Damaged(_)), "{refused}");
    assert!(!target.exists(), "a refused backup leaves nothing behind");

    let cluster = Cluster::start();
    let used = cluster.database();
    Storage::open_with_key(&used, &folder.path().join("k")).await.expect("open").close().await;
    let used = Place::new(Some(&used), &target).expect("place");
    let refused = restore(&file, &used).await.expect_err("in use").to_string();
    assert!(refused.contains("tables"), "{refused}");
}
