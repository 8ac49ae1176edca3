//! How many times as many commits a second group commit gives as a transaction (and a flush) for each.
//!
//! `cargo bench -p tandem-storage --bench group_commit` prints one JSON object. The ratio is what to compare: the
//! commits per second are the disk's.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use tandem_conformance::store::Subject;
use tandem_conformance::store::fixtures::{commit_call, new_call, organisation};
use tandem_foundation::OrgId;
use tandem_storage::Storage;

const COMMITS: i64 = 3_000;
const CALLERS: i64 = 64;

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("folder");
    let storage = Storage::open_file(&folder.path().join("tandem.db")).await.expect("open");
    let store: Subject = Arc::new(storage);
    let org = organisation(&store).await;
    // One caller at a time finds nobody to share a transaction with.
    let alone = commits_per_second(&store, &org, 1).await;
    let grouped = commits_per_second(&store, &org, CALLERS).await;
    let line = format!(
        "{{\"alone_per_s\":{alone:.0},\"grouped_per_s\":{grouped:.0},\"ratio\":{:.1}}}\n",
        grouped / alone
    );
    std::io::stdout().write_all(line.as_bytes()).expect("stdout is read");
}

async fn commits_per_second(store: &Subject, org: &OrgId, callers: i64) -> f64 {
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for caller in 0..callers {
        let (store, org) = (store.clone(), org.clone());
        tasks.spawn(async move {
            for n in 0..COMMITS / callers {
                commit_call(&store, &new_call(&org, caller * COMMITS + n)).await;
            }
        });
    }
    tasks.join_all().await;
    (COMMITS / callers * callers) as f64 / begun.elapsed().as_secs_f64()
}
