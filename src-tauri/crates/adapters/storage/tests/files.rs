//! What is in the files beside each other: no secret in the database, and a database that says when it cannot work.

use std::path::Path;
use std::sync::Arc;

use tandem_conformance::store::Subject;
use tandem_conformance::store::fixtures::{commit_call, new_call, organisation, trunk, user};
use tandem_storage::Storage;
use tandem_switchboard::ports::store::{Access, CallStore, Directory, StoreError};
use tandem_switchboard::records::{Trunk, UnixMs, User};

const PLANTED: [&str; 3] = ["planted-trunk-password", "planted-phone-password", "planted-shown-once-key"];

#[tokio::test]
async fn no_file_of_the_database_holds_a_secret_and_the_secrets_are_read_back() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("new folder #1/tandem.db");
    let storage = Storage::open_file(&path).await.expect("open");
    let subject: Subject = Arc::new(storage.clone());
    let org = organisation(&subject).await;
    let trunk = Trunk { password: Some(PLANTED[0].into()), ..trunk(&org) };
    let user =
        User { phone_password: Some(PLANTED[1].into()), name: "in the clear".to_owned(), ..user(&org) };
    storage.put_trunk(trunk.clone(), Vec::new()).await.expect("put trunk");
    storage.put_user(user.clone(), Vec::new()).await.expect("put user");
    storage.claim_idempotency(&org, "k", "h", UnixMs(1)).await.expect("claim");
    storage.finish_idempotency(&org, "k", 201, PLANTED[2]).await.expect("finish");

    assert!(holds(&path, "in the clear"), "the search sees what is not sealed");
    for secret in PLANTED {
        assert!(!holds(&path, secret), "{secret}");
    }
    storage.close().await;
    for secret in PLANTED {
        assert!(!holds(&path, secret), "{secret}, after closing");
    }
    let storage = Storage::open_file(&path).await.expect("open again");
    assert_eq!(storage.trunks(&org).await.expect("list"), [trunk]);
    assert_eq!(storage.users(&org).await.expect("list"), [user]);
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("data/tandem.db");
    let subject: Subject = Arc::new(Storage::open_file(&path).await.expect("open"));
    organisation(&subject).await;
    let mut files = 0;
    for entry in path.parent().expect("folder").read_dir().expect("list") {
        let entry = entry.expect("entry");
        let mode = entry.metadata().expect("metadata").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", entry.file_name());
        files += 1;
    }
    assert!(files >= 3, "database, write-ahead log and key, at least");
}

#[tokio::test]
async fn a_database_without_its_key_is_refused_and_its_key_not_replaced() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("tandem.db");
    Storage::open_file(&path).await.expect("open").close().await;
    let key = folder.path().join("tandem.key");
    let text = std::fs::read_to_string(&key).expect("the key");
    std::fs::remove_file(&key).expect("lose the key");
    let refused = Storage::open_file(&path).await;
    assert!(matches!(refused, Err(StoreError::Broken { .. })), "{refused:?}");
    assert!(!key.exists());
    std::fs::write(&key, text).expect("restore the key");
    Storage::open_file(&path).await.expect("open with its key");
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_unavailable() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("a file");
    std::fs::write(&file, "x").expect("write");
    let refused = Storage::open_file(&file.join("tandem.db")).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    let refused = Storage::open("mysql://host/tandem").await;
    assert!(matches!(refused, Err(StoreError::Broken { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_closed_store_finishes_its_writes_and_takes_no_more() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("tandem.db");
    let storage = Storage::open_file(&path).await.expect("open");
    let subject: Subject = Arc::new(storage.clone());
    let org = organisation(&subject).await;
    let writes: Vec<_> = (0..20)
        .map(|n| {
            let (subject, call) = (subject.clone(), new_call(&org, n));
            tokio::spawn(async move { commit_call(&subject, &call).await })
        })
        .collect();
    for write in writes {
        write.await.expect("committed");
    }
    storage.close().await;
    let refused = storage.organisations().await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    let refused = storage.commit(&org, Default::default()).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    let storage = Storage::open_file(&path).await.expect("open again");
    assert_eq!(storage.events_after(&org, 0, 100).await.expect("read").len(), 20);
}

/// Two processes may have the database open: the server, and a command that makes a key.
#[tokio::test]
async fn two_writers_on_one_file_share_the_sequence() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("tandem.db");
    let one: Subject = Arc::new(Storage::open_file(&path).await.expect("open"));
    let two: Subject = Arc::new(Storage::open_file(&path).await.expect("open a second time"));
    let org = organisation(&one).await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..40 {
        let (subject, call) = (if n % 2 == 0 { one.clone() } else { two.clone() }, new_call(&org, n));
        tasks.spawn(async move { commit_call(&subject, &call).await[0].seq });
    }
    let mut seqs = tasks.join_all().await;
    seqs.sort_unstable();
    seqs.dedup();
    assert_eq!(seqs.len(), 40);
}

/// Whether any file beside the database contains `text`.
fn holds(path: &Path, text: &str) -> bool {
    let folder = path.parent().expect("folder");
    folder.read_dir().expect("list").any(|entry| {
        let bytes = std::fs::read(entry.expect("entry").path()).expect("read");
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}
