//! A database server that takes statements and says nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_conformance::store::Subject;
use tandem_conformance::store::cluster::Cluster;
use tandem_conformance::store::fixtures::{new_call, organisation};
use tandem_storage::Storage;
use tandem_switchboard::ports::store::{CallStore, Commit, StoreError};

/// What was promised is a second; the rest is for a test's own machine.
const SOON: Duration = Duration::from_millis(1_500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_and_writes_that_are_under_way_fail_soon_and_both_work_again_after_the_silence() {
    let (folder, cluster) = (tempfile::tempdir().expect("folder"), Cluster::start());
    let key = folder.path().join("tandem.key");
    let storage = Storage::open_with_key(&cluster.database(), &key).await.expect("open");
    let org = organisation(&(Arc::new(storage.clone()) as Subject)).await;
    let commit = |n| Commit { call: Some(new_call(&org, n)), ..Commit::default() };
    storage.commit(&org, commit(1)).await.expect("written");

    cluster.freeze();
    for n in 2..5 {
        let began = Instant::now();
        let (written, read) = tokio::join!(storage.commit(&org, commit(n)), storage.last_seq(&org));
        let took = began.elapsed();
        assert!(took < SOON, "{took:?}");
        assert!(matches!(written, Err(StoreError::Unavailable { .. })), "{written:?}");
        assert!(matches!(read, Err(StoreError::Unavailable { .. })), "{read:?}");
    }
    cluster.thaw();

    let back = Instant::now();
    while storage.commit(&org, commit(9)).await.is_err() || storage.last_seq(&org).await.is_err() {
        assert!(back.elapsed() < Duration::from_secs(10), "it is back and not used");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    storage.check().await.expect("sound");
}
