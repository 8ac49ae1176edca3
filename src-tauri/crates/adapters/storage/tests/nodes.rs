//! Several nodes on one PostgreSQL.

use std::sync::Arc;

use tandem_conformance::store::Subject;
use tandem_conformance::store::cluster::Cluster;
use tandem_conformance::store::fixtures::{commit_call, new_call, organisation};
use tandem_storage::Storage;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::Event;

const EACH: i64 = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_of_three_writing_nodes_misses_no_event() {
    let (folder, cluster) = (tempfile::tempdir().expect("folder"), Cluster::start());
    let (url, key) = (cluster.database(), folder.path().join("tandem.key"));
    let mut nodes: Vec<Subject> = Vec::new();
    for _ in 0..3 {
        nodes.push(Arc::new(Storage::open_with_key(&url, &key).await.expect("open")));
    }
    let org = organisation(&nodes[0]).await;
    let mut writers = tokio::task::JoinSet::new();
    for (number, node) in (0..).zip(&nodes) {
        let (node, org) = (node.clone(), org.clone());
        writers.spawn(async move {
            for n in 0..EACH {
                commit_call(&node, &new_call(&org, number * 1_000 + n)).await;
            }
        });
    }
    let mut read: Vec<Event> = Vec::new();
    loop {
        let writing = !writers.is_empty();
        let seq = read.last().map_or(0, |event| event.seq);
        let more = nodes[2].events_after(&org, seq, 1_000).await.expect("read");
        if more.is_empty() && !writing {
            break;
        }
        read.extend(more);
        while let Some(done) = writers.try_join_next() {
            done.expect("a writer failed");
        }
    }
    assert_eq!(read.len(), 3 * usize::try_from(EACH).expect("small"));
    assert!(read.is_sorted_by(|a, b| a.seq + 1 == b.seq), "the sequence has no gap");
}

#[tokio::test]
async fn a_node_with_another_key_and_one_without_are_refused() {
    let (folder, cluster) = (tempfile::tempdir().expect("folder"), Cluster::start());
    let url = cluster.database();
    Storage::open_with_key(&url, &folder.path().join("a.key")).await.expect("open").close().await;
    let other = Storage::open_with_key(&url, &folder.path().join("b.key")).await;
    assert!(matches!(other, Err(StoreError::Broken { .. })), "{other:?}");
    assert!(!folder.path().join("b.key").exists(), "no key is made for a database that has one");
    assert!(matches!(Storage::open(&url).await, Err(StoreError::Broken { .. })));
    cluster.crash();
    let gone = Storage::open_with_key(&url, &folder.path().join("a.key")).await;
    assert!(matches!(gone, Err(StoreError::Unavailable { .. })), "{gone:?}");
}
