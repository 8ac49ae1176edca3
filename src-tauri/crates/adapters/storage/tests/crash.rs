//! A server killed in mid-commit loses nothing that it acknowledged.
//!
//! The test starts itself again as a child that commits and prints what was acknowledged, and kills it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use tandem_conformance::store::Subject;
use tandem_conformance::store::fixtures::{item, key_pressed, new_call, organisation};
use tandem_storage::Storage;
use tandem_switchboard::ports::store::{CallStore, Commit, Directory};

const DATABASE: &str = "TANDEM_CRASH_TEST_DATABASE";
const ROUNDS: usize = 3;
const COMMITS_BEFORE_THE_KILL: usize = 150;

/// Not a test by itself: what the child runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the test below"]
async fn commit_until_killed() {
    let Ok(path) = std::env::var(DATABASE) else { return };
    let storage: Subject = Arc::new(Storage::open_file(Path::new(&path)).await.expect("open"));
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

#[tokio::test]
async fn every_acknowledged_commit_outlives_kill_9() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("tandem.db");
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        acknowledged.extend(acknowledged_before_a_kill(&path, COMMITS_BEFORE_THE_KILL + 37 * round));
        let storage = Storage::open_file(&path).await.expect("open after the kill");
        storage.check().await.expect("the database is sound");
        let calls = storage.unfinished_calls().await.expect("list");
        for (org, call, seq) in &acknowledged {
            let (org, call) = (org.as_str().into(), call.as_str().into());
            let events = storage.call_events(&org, &call).await.expect("read");
            assert_eq!(events.last().map(|event| event.seq), Some(*seq), "an acknowledged event is gone");
            assert!(calls.iter().any(|row| row.id == call), "an acknowledged call is gone");
            assert_eq!(storage.transcript(&org, &call).await.expect("read").len(), 1);
        }
        // Also what was not acknowledged is there as a whole or not at all.
        for call in &calls {
            assert_eq!(storage.call_events(&call.org, &call.id).await.expect("read").len(), 2);
            assert_eq!(storage.transcript(&call.org, &call.id).await.expect("read").len(), 1);
        }
        let events = storage.organisations().await.expect("list").len();
        assert_eq!(events, round + 1);
        storage.close().await;
    }
    assert!(acknowledged.len() >= ROUNDS * COMMITS_BEFORE_THE_KILL);
}

/// Starts the child, kills it after so many acknowledgements, and gives all that it printed until its end:
/// (organisation, call, sequence number of its last event).
fn acknowledged_before_a_kill(path: &Path, commits: usize) -> Vec<(String, String, i64)> {
    let mut child = Command::new(std::env::current_exe().expect("this test's file"))
        .args(["--exact", "commit_until_killed", "--ignored", "--nocapture"])
        .env(DATABASE, path)
        .stdout(Stdio::piped())
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
                // SIGKILL on Unix: nothing in the child runs afterwards.
                child.kill().expect("kill the child");
            }
        }
    }
    assert!(!child.wait().expect("the child ended").success());
    assert!(acknowledged.len() >= commits, "the child ended by itself after {}", acknowledged.len());
    acknowledged
}
