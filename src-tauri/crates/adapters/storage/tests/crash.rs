//! A server killed in mid-commit loses nothing that it acknowledged.
//!
//! The test starts itself again as a child that commits and prints what was acknowledged, and kills it.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use tandem_conformance::store::Subject;
use tandem_conformance::store::cluster::Cluster;
use tandem_conformance::store::fixtures::{item, key_pressed, new_call, organisation};
use tandem_storage::Storage;
use tandem_switchboard::ports::store::{CallStore, Commit, Directory};

const DATABASE: &str = "TANDEM_CRASH_TEST_DATABASE";
const KEY: &str = "TANDEM_CRASH_TEST_KEY";
const ROUNDS: usize = 10;
const COMMITS_BEFORE_THE_KILL: usize = 100;

/// Not a test by itself: what the child runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the test below"]
async fn commit_until_killed() {
    let (Ok(url), Ok(key)) = (std::env::var(DATABASE), std::env::var(KEY)) else { return };
    let storage: Subject = Arc::new(Storage::open_with_key(&url, Path::new(&key)).await.expect("open"));
    let org = organisation(&storage).await;
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (storage, org) = (storage.clone(), org.clone());
            tokio::spawn(async move {
                for n in 0.. {
                    let call = new_call(&org, writer * 1_000_000 + n);
                    let commit = Commit {
                        items: vec![item(&call.id, 1, "Hello")],
                        events: vec![key_pressed(&call.id, n), key_pressed(&call.id, n + 1)],
                        outbox: vec![(0, "webhooks".to_owned())],
                        call: Some(call.clone()),
                        ..Commit::default()
                    };
                    let events = storage.commit(&org, commit).await.expect("commit");
                    let line = format!("ack {} {} {}\n", org, call.id, events[1].seq);
                    std::io::stdout().write_all(line.as_bytes()).expect("the parent reads");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("writer");
    }
}

/// What a round ends with.
#[derive(Clone, Copy)]
enum Crash<'a> {
    OfTheProcess,
    OfTheServer(&'a Cluster),
}

#[tokio::test]
async fn every_commit_acknowledged_by_sqlite_outlives_kill_9() {
    let folder = tempfile::tempdir().expect("folder");
    let url = format!("sqlite://{}/tandem.db", folder.path().display());
    crash_again_and_again(&url, &folder.path().join("tandem.key"), Crash::OfTheProcess).await;
}

#[tokio::test]
async fn every_commit_acknowledged_by_postgresql_outlives_kill_9() {
    let (folder, cluster) = (tempfile::tempdir().expect("folder"), Cluster::start());
    let key = folder.path().join("tandem.key");
    crash_again_and_again(&cluster.database(), &key, Crash::OfTheProcess).await;
}

#[tokio::test]
async fn every_commit_acknowledged_by_postgresql_outlives_the_servers_crash() {
    let (folder, cluster) = (tempfile::tempdir().expect("folder"), Cluster::start());
    let key = folder.path().join("tandem.key");
    crash_again_and_again(&cluster.database(), &key, Crash::OfTheServer(&cluster)).await;
}

async fn crash_again_and_again(url: &str, key: &Path, crash: Crash<'_>) {
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let commits = COMMITS_BEFORE_THE_KILL + 37 * (round % 4);
        acknowledged.extend(acknowledged_before_a_crash(url, key, commits, crash));
        let storage = Storage::open_with_key(url, key).await.expect("open after the crash");
        storage.check().await.expect("the database is sound");
        let calls = storage.unfinished_calls().await.expect("list");
        let stored: HashSet<&str> = calls.iter().map(|call| call.id.as_str()).collect();
        for (org, call, seq) in &acknowledged {
            let (org, id) = (org.as_str().into(), call.as_str().into());
            let events = storage.call_events(&org, &id).await.expect("read");
            assert_eq!(events.last().map(|event| event.seq), Some(*seq), "an acknowledged event is gone");
            assert!(stored.contains(call.as_str()), "an acknowledged call is gone");
            assert_eq!(storage.transcript(&org, &id).await.expect("read").len(), 1);
        }
        // Also what was not acknowledged is there as a whole or not at all.
        for call in &calls {
            assert_eq!(storage.call_events(&call.org, &call.id).await.expect("read").len(), 2);
            assert_eq!(storage.transcript(&call.org, &call.id).await.expect("read").len(), 1);
        }
        assert_eq!(storage.organisations().await.expect("list").len(), round + 1);
        storage.close().await;
    }
    assert!(acknowledged.len() >= ROUNDS * COMMITS_BEFORE_THE_KILL);
}

/// Starts the child, crashes it or its server after so many acknowledgements, and gives all that it printed until its end:
/// (organisation, call, sequence number of its last event).
fn acknowledged_before_a_crash(
    url: &str,
    key: &Path,
    commits: usize,
    crash: Crash<'_>,
) -> Vec<(String, String, i64)> {
    let mut child = Command::new(std::env::current_exe().expect("this test's file"))
        .args(["--exact", "commit_until_killed", "--ignored", "--nocapture"])
        .env(DATABASE, url)
        .env(KEY, key)
        .stdout(Stdio::piped())
        // A child whose server is gone says so at length.
        .stderr(Stdio::null())
        .spawn()
        .expect("start the child");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let mut acknowledged = Vec::new();
    for line in output.lines() {
        let line = line.expect("read the child");
        let words: Vec<&str> = line.split(' ').collect();
        // A line cut short by the kill says nothing.
        if let ["ack", org, call, seq] = words[..] {
            acknowledged.push((org.to_owned(), call.to_owned(), seq.parse().expect("a number")));
            if acknowledged.len() == commits {
                match crash {
                    // SIGKILL on Unix: nothing in the child runs afterwards.
                    Crash::OfTheProcess => child.kill().expect("kill the child"),
                    Crash::OfTheServer(cluster) => cluster.crash(),
                }
            }
        }
    }
    if let Crash::OfTheServer(cluster) = crash {
        cluster.start_again();
    }
    assert!(!child.wait().expect("the child ended").success());
    assert!(acknowledged.len() >= commits, "the child ended by itself after {}", acknowledged.len());
    acknowledged
}
