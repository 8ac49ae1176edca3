//! What only the inside shows: that no query leaves the organisation out, the outbox, and a full disk.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, Row};
use tandem_conformance::store::Subject;
use tandem_conformance::store::fixtures::{commit_call, key_pressed, new_call, organisation};
use tandem_switchboard::ports::store::{CallStore, Commit, StoreError};

use crate::Storage;
use crate::error::Fault;

const SOURCES: [(&str, &str); 17] = [
    ("access.rs", include_str!("access.rs")),
    ("assistants.rs", include_str!("assistants.rs")),
    ("call_rows.rs", include_str!("call_rows.rs")),
    ("calls.rs", include_str!("calls.rs")),
    ("connect.rs", include_str!("connect.rs")),
    ("directory.rs", include_str!("directory.rs")),
    ("events.rs", include_str!("events.rs")),
    ("outside.rs", include_str!("outside.rs")),
    ("people.rs", include_str!("people.rs")),
    ("providers.rs", include_str!("providers.rs")),
    ("queues.rs", include_str!("queues.rs")),
    ("retention.rs", include_str!("retention.rs")),
    ("sip_messages.rs", include_str!("sip_messages.rs")),
    ("trunks.rs", include_str!("trunks.rs")),
    ("webhooks/deliveries.rs", include_str!("webhooks/deliveries.rs")),
    ("webhooks/endpoints.rs", include_str!("webhooks/endpoints.rs")),
    ("writer.rs", include_str!("writer.rs")),
];

/// Queries that cannot name one, each with its reason.
const OVER_ALL_ORGANISATIONS: [(&str, &str); 13] = [
    ("FROM sealing_key", "the key is the server's"),
    ("INTO sealing_key", "the key is the server's"),
    ("UPDATE event_sequence", "the sequence is the server's"),
    ("FROM event_sequence", "the sequence is the server's"),
    ("SELECT current_setting", "the server's settings"),
    ("FROM organisations", "start-up"),
    ("INTO organisations", "the row is the organisation"),
    ("FROM calls WHERE live = 1", "start-up"),
    ("FROM users WHERE email_folded", "sign-in"),
    ("FROM api_keys WHERE hash", "authentication"),
    ("FROM outbox WHERE delivered_at IS NULL ORDER BY event_seq", "the relay serves all"),
    ("GROUP BY org_id, endpoint_id, url", "the relay serves all"),
    ("AS due FROM webhook_deliveries WHERE state", "the relay serves all"),
];

/// The string literals of a source that are queries.
fn queries(source: &str) -> impl Iterator<Item = &str> {
    let literals = source.split('"').skip(1).step_by(2);
    literals
        .filter(|text| ["SELECT ", "INSERT ", "UPDATE ", "DELETE "].iter().any(|verb| text.starts_with(verb)))
}

#[test]
fn every_query_names_its_organisation_or_is_listed_with_a_reason() {
    let mut seen = 0;
    for (file, source) in SOURCES {
        for sql in queries(source) {
            seen += 1;
            let named = match sql.split_once(" WHERE ") {
                // What a row that is there already has to be like, before it is written over.
                Some(_) if sql.starts_with("INSERT ") => sql.contains("(org_id, "),
                Some((_, conditions)) => {
                    conditions.contains("org_id = $1") || sql.contains("s.token_hash = $1")
                }
                None => sql.contains("(org_id, ") || sql.contains("INSERT INTO {table}"),
            };
            let excused = OVER_ALL_ORGANISATIONS.iter().any(|(part, _)| sql.contains(part));
            assert!(named || excused, "{file}: {sql}");
        }
    }
    assert!(seen > 30, "the sources were not read: {seen} queries");
}

#[tokio::test]
async fn outbox_rows_come_with_their_events_and_keep_their_ids() {
    let storage = Storage::open("sqlite::memory:").await.expect("open");
    let org = organisation(&(Arc::new(storage.clone()) as Subject)).await;
    let call = new_call(&org, 1);
    let commit = Commit {
        events: vec![key_pressed(&call.id, 1), key_pressed(&call.id, 2)],
        outbox: vec![(1, "webhooks".to_owned()), (1, "billing".to_owned())],
        call: Some(call),
        ..Commit::default()
    };
    let events = storage.commit(&org, commit).await.expect("commit");
    let rows = sqlx::query("SELECT * FROM outbox WHERE org_id = $1 AND delivered_at IS NULL ORDER BY id")
        .bind(org.as_str())
        .fetch_all(&storage.readers.now())
        .await
        .expect("read");
    let topics: Vec<String> = rows.iter().map(|row| row.get("topic")).collect();
    assert_eq!(topics, ["webhooks", "billing"]);
    assert!(rows.iter().all(|row| row.get::<i64, _>("event_seq") == events[1].seq));
    assert_eq!(rows[0].get::<String, _>("payload"), r#"{"kind":"key.pressed","data":{"at_ms":2}}"#);
    assert_ne!(rows[0].get::<String, _>("id"), rows[1].get::<String, _>("id"));
}

#[tokio::test]
async fn a_full_disk_is_unavailable_and_writing_goes_on_once_there_is_room() {
    let folder = tempfile::tempdir().expect("folder");
    let storage = Storage::open_file(&folder.path().join("tandem.db")).await.expect("open");
    let subject: Subject = Arc::new(storage.clone());
    let org = organisation(&subject).await;
    limit_pages(&storage, 1).await;
    let mut refused = None;
    for n in 0..500 {
        let commit = Commit { call: Some(new_call(&org, n)), ..Commit::default() };
        if let Err(error) = storage.commit(&org, commit).await {
            refused = Some(error);
            break;
        }
    }
    assert!(matches!(refused, Some(StoreError::Unavailable { .. })), "{refused:?}");
    limit_pages(&storage, 1 << 20).await;
    commit_call(&subject, &new_call(&org, 1_000)).await;
    storage.check().await.expect("sound");
}

/// Lets the database grow to so many pages (SQLite keeps what is there, and fails as it does on a full disk).
async fn limit_pages(storage: &Storage, pages: u32) {
    let limit = storage.writer.write("limit pages", move |connection| {
        Box::pin(async move {
            let sql = AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
            sqlx::query(sql).execute(connection).await.map_err(Fault::from)?;
            Ok(())
        })
    });
    limit.await.expect("limit");
}

#[tokio::test]
async fn the_writer_flushes_every_commit_and_readers_cannot_write() {
    let folder = tempfile::tempdir().expect("folder");
    let storage = Storage::open_file(&folder.path().join("tandem.db")).await.expect("open");
    let settings = storage.writer.write("read settings", |connection| {
        Box::pin(async move {
            let synchronous = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
            let foreign_keys = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut *connection).await?;
            let journal = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(connection).await?;
            Ok::<(i64, i64, String), Fault>((synchronous, foreign_keys, journal))
        })
    });
    const FULL: i64 = 2;
    assert_eq!(settings.await.expect("read"), (FULL, 1, "wal".to_owned()));
    let refused = sqlx::query("UPDATE event_sequence SET last_seq = 0").execute(&storage.readers.now()).await;
    assert!(refused.is_err(), "a reader wrote");
}
