//! Retention: what an organisation no longer wants to keep is deleted, a little at a time.
//!
//! Each batch is one write among those of the calls, which therefore wait for no more than one batch. A file is
//! deleted before the row that names it: a crash in between leaves a name without a file, which the next sweep takes
//! away, and never a file that nobody knows of.

use std::io;
use std::path::{Component, Path};

use async_trait::async_trait;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use tandem_foundation::OrgId;
use tandem_switchboard::ports::retention::RetentionStore;
use tandem_switchboard::ports::store::{Directory, StoreError};
use tandem_switchboard::records::{Event, EventBody, NewEvent, Recording, Retention, Sweep, Swept, UnixMs};

use crate::error::Fault;
use crate::row::{Columns, broken};
use crate::{Storage, events};

const DAY_MS: i64 = 86_400_000;
/// Rows in a batch.
pub(crate) const BATCH: i64 = 100;

impl Storage {
    /// Deletes what each organisation no longer keeps at `now`; recordings are below `data_dir`. An organisation of
    /// which something was deleted gets an event that says so.
    ///
    /// # Errors
    /// The first batch that fails ends the sweep; what was deleted stays so, and the next sweep goes on.
    pub async fn sweep(&self, now: UnixMs, data_dir: &Path) -> Result<Swept, StoreError> {
        let mut all = Swept::default();
        for org in self.organisations().await? {
            let swept = self.sweep_organisation(&org.id, now, data_dir).await?;
            all.recordings += swept.recordings;
            all.transcript_items += swept.transcript_items;
            all.events += swept.events;
            all.sip_messages += swept.sip_messages;
        }
        Ok(all)
    }

    async fn sweep_recordings(&self, org: &OrgId, before: i64, data_dir: &Path) -> Result<u64, StoreError> {
        let mut swept = 0;
        loop {
            let rows = self
                .readers
                .answer(
                    sqlx::query(
                        "SELECT id, recording FROM calls WHERE org_id = $1 AND ended_at < $2 AND live = 0 \
                 AND recording IS NOT NULL ORDER BY ended_at LIMIT $3",
                    )
                    .bind(org.as_str())
                    .bind(before)
                    .bind(BATCH)
                    .fetch_all(&self.readers.now()),
                )
                .await
                .map_err(|error| Fault::from(error).at("sweep recordings"))?;
            if rows.is_empty() {
                return Ok(swept);
            }
            let mut ids = Vec::with_capacity(rows.len());
            for row in &rows {
                let recording: Recording =
                    row.json("recording").map_err(|error| Fault::from(error).at("sweep recordings"))?;
                delete_file(data_dir, &recording.file).await.map_err(|fault| fault.at("sweep recordings"))?;
                ids.push(row.text("id").map_err(|error| Fault::from(error).at("sweep recordings"))?);
            }
            swept += ids.len() as u64;
            let org = org.clone();
            let work = self.writer.write("sweep recordings", move |connection| {
                Box::pin(async move {
                    for id in ids {
                        sqlx::query("UPDATE calls SET recording = NULL WHERE org_id = $1 AND id = $2")
                            .bind(org.as_str())
                            .bind(id)
                            .execute(&mut *connection)
                            .await?;
                    }
                    Ok(())
                })
            });
            work.await?;
        }
    }

    /// Messages of callers go as a whole.
    async fn sweep_voicemails(&self, org: &OrgId, before: i64, data_dir: &Path) -> Result<u64, StoreError> {
        let mut swept = 0;
        loop {
            let query = sqlx::query(
                "SELECT id, file FROM voicemails WHERE org_id = $1 AND created_at < $2 \
                 ORDER BY created_at LIMIT $3",
            );
            let query = query.bind(org.as_str()).bind(before).bind(BATCH);
            let rows = self.readers.answer(query.fetch_all(&self.readers.now())).await;
            let named = |row: &AnyRow| Ok((row.text("id")?, row.text("file")?));
            let rows = rows.and_then(|rows| crate::row::each(&rows, named));
            let rows = rows.map_err(|error| Fault::from(error).at("sweep voicemails"))?;
            if rows.is_empty() {
                return Ok(swept);
            }
            for (_, file) in &rows {
                delete_file(data_dir, file).await.map_err(|fault| fault.at("sweep voicemails"))?;
            }
            swept += rows.len() as u64;
            let org = org.clone();
            let work = self.writer.write("sweep voicemails", move |connection| {
                Box::pin(async move {
                    for (id, _) in rows {
                        sqlx::query("DELETE FROM voicemails WHERE org_id = $1 AND id = $2")
                            .bind(org.as_str())
                            .bind(id)
                            .execute(&mut *connection)
                            .await?;
                    }
                    Ok(())
                })
            });
            work.await?;
        }
    }

    async fn sweep_rows(
        &self,
        org: &OrgId,
        before: i64,
        steps: &'static [&'static str],
    ) -> Result<u64, StoreError> {
        let mut swept = 0;
        loop {
            let org = org.clone();
            let work = self.writer.write("sweep", move |connection| {
                Box::pin(async move { delete_batch(connection, &org, before, steps).await })
            });
            let done = work.await?;
            swept += done;
            if done == 0 {
                return Ok(swept);
            }
        }
    }

    /// Remembers the sweep; an organisation of which nothing was deleted gets no event.
    async fn say_swept(&self, org: &OrgId, swept: Swept, now: UnixMs) -> Result<(), StoreError> {
        let org = org.clone();
        let work = self.writer.write("record a sweep", move |connection| {
            Box::pin(async move {
                let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
                let columns = ["swept_at", "recordings", "transcript_items", "events", "sip_messages"];
                let sql = crate::row::upsert_sql("retention_sweeps", &["org_id"], &columns);
                sqlx::query(sqlx::AssertSqlSafe(sql))
                    .bind(org.as_str())
                    .bind(now.0)
                    .bind(count(swept.recordings))
                    .bind(count(swept.transcript_items))
                    .bind(count(swept.events))
                    .bind(count(swept.sip_messages))
                    .execute(&mut *connection)
                    .await?;
                if swept != Swept::default() {
                    let event = NewEvent { call: None, at: now, body: EventBody::RetentionSwept(swept) };
                    events::append(connection, &org, vec![event], &[]).await?;
                }
                Ok(())
            })
        });
        work.await
    }
}

#[async_trait]
impl RetentionStore for Storage {
    async fn retention(&self, org: &OrgId) -> Result<Retention, StoreError> {
        let days = |row: &AnyRow, column: &str| {
            let days = row.int_opt(column)?;
            days.map(u32::try_from).transpose().map_err(|error| broken(column, error))
        };
        let rows = self.rows_of("read retention", org, "SELECT * FROM retention WHERE org_id = $1", |row| {
            Ok(Retention {
                recordings_days: days(row, "recordings_days")?,
                transcripts_days: days(row, "transcripts_days")?,
                events_days: days(row, "events_days")?,
                sip_traces_days: days(row, "sip_traces_days")?,
            })
        });
        Ok(rows.await?.into_iter().next().unwrap_or_default())
    }

    async fn put_retention(
        &self,
        org: &OrgId,
        row: Retention,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let org = org.clone();
        let work = self.writer.write("put retention", move |connection| {
            Box::pin(async move {
                let columns = ["recordings_days", "transcripts_days", "events_days", "sip_traces_days"];
                let sql = crate::row::upsert_sql("retention", &["org_id"], &columns);
                sqlx::query(sqlx::AssertSqlSafe(sql))
                    .bind(org.as_str())
                    .bind(row.recordings_days.map(i64::from))
                    .bind(row.transcripts_days.map(i64::from))
                    .bind(row.events_days.map(i64::from))
                    .bind(row.sip_traces_days.map(i64::from))
                    .execute(&mut *connection)
                    .await?;
                events::append(connection, &org, events, &[]).await
            })
        });
        work.await
    }

    async fn due(&self, org: &OrgId, kept: Retention, now: UnixMs) -> Result<Swept, StoreError> {
        let count = async |days: Option<u32>, sql: &'static str| {
            let Some(days) = days else { return Ok(0) };
            let counted = self
                .readers
                .answer(
                    sqlx::query_scalar(sql)
                        .bind(org.as_str())
                        .bind(before(now, days))
                        .fetch_one(&self.readers.now()),
                )
                .await;
            let rows: i64 = counted.map_err(|error| Fault::from(error).at("count what is due"))?;
            Ok::<u64, StoreError>(u64::try_from(rows).unwrap_or_default())
        };
        Ok(Swept {
            recordings: count(kept.recordings_days, DUE_RECORDINGS).await?
                + count(kept.recordings_days, DUE_VOICEMAILS).await?
                + count(kept.recordings_days, DUE_CONFERENCES).await?,
            transcript_items: count(kept.transcripts_days, DUE_TRANSCRIPTS).await?,
            events: count(kept.events_days, DUE_EVENTS).await?,
            sip_messages: count(kept.sip_traces_days, DUE_SIP_MESSAGES).await?,
        })
    }

    async fn sweep_organisation(
        &self,
        org: &OrgId,
        now: UnixMs,
        data_dir: &Path,
    ) -> Result<Swept, StoreError> {
        let kept = self.retention(org).await?;
        let before = |days: u32| before(now, days);
        let mut swept = Swept::default();
        if let Some(days) = kept.recordings_days {
            swept.recordings = self.sweep_recordings(org, before(days), data_dir).await?;
            swept.recordings += self.sweep_voicemails(org, before(days), data_dir).await?;
            swept.recordings += self.sweep_conferences(org, before(days), data_dir).await?;
        }
        if let Some(days) = kept.transcripts_days {
            swept.transcript_items = self.sweep_rows(org, before(days), TRANSCRIPTS).await?;
            self.sweep_rows(org, before(days), SPOKEN_EVENTS).await?;
            self.sweep_rows(org, before(days), SPOKEN_MESSAGES).await?;
            self.sweep_rows(org, before(days), SENT).await?;
        }
        if let Some(days) = kept.events_days {
            swept.events = self.sweep_rows(org, before(days), EVENTS).await?;
        }
        if let Some(days) = kept.sip_traces_days {
            swept.sip_messages = self.sweep_rows(org, before(days), SIP_MESSAGES).await?;
        }
        self.say_swept(org, swept, now).await?;
        Ok(swept)
    }

    async fn last_sweep(&self, org: &OrgId) -> Result<Option<Sweep>, StoreError> {
        let sql = "SELECT * FROM retention_sweeps WHERE org_id = $1";
        let rows = self.rows_of("read the last sweep", org, sql, |row| {
            let count = |column: &str| u64::try_from(row.int(column)?).map_err(|error| broken(column, error));
            let swept = Swept {
                recordings: count("recordings")?,
                transcript_items: count("transcript_items")?,
                events: count("events")?,
                sip_messages: count("sip_messages")?,
            };
            Ok(Sweep { at: row.time("swept_at")?, swept })
        });
        Ok(rows.await?.into_iter().next())
    }
}

const DUE_RECORDINGS: &str = "SELECT COUNT(*) FROM calls WHERE org_id = $1 AND ended_at < $2 AND live = 0 \
     AND recording IS NOT NULL";
const DUE_VOICEMAILS: &str = "SELECT COUNT(*) FROM voicemails WHERE org_id = $1 AND created_at < $2";
const DUE_CONFERENCES: &str =
    "SELECT COUNT(*) FROM conferences WHERE org_id = $1 AND ended_at < $2 AND recordings <> '[]'";
const DUE_TRANSCRIPTS: &str = "SELECT COUNT(*) FROM transcript_items i \
     JOIN calls c ON c.org_id = i.org_id AND c.id = i.call_id \
     WHERE i.org_id = $1 AND c.live = 0 AND c.ended_at < $2";
/// Those whose delivery is still to come stay.
const DUE_EVENTS: &str = "SELECT COUNT(*) FROM events e \
     LEFT JOIN calls c ON c.org_id = e.org_id AND c.id = e.call_id \
     WHERE e.org_id = $1 AND e.happened_at < $2 AND (c.id IS NULL OR c.live = 0) \
     AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.event_seq = e.seq AND o.delivered_at IS NULL)";
const DUE_SIP_MESSAGES: &str = "SELECT COUNT(*) FROM sip_messages WHERE org_id = $1 AND happened_at < $2";
/// The last statement of a batch says how many rows it took.
const TRANSCRIPTS: &[&str] = &["DELETE FROM transcript_items WHERE org_id = $1 AND (call_id, id) IN (\
     SELECT i.call_id, i.id FROM transcript_items i JOIN calls c ON c.org_id = i.org_id AND c.id = i.call_id \
     WHERE i.org_id = $1 AND c.live = 0 AND c.ended_at < $2 LIMIT $3)"];
/// What was said is in these events as well.
const SPOKEN_EVENTS: &[&str] = &[
    "DELETE FROM outbox WHERE org_id = $1 AND delivered_at IS NOT NULL AND event_seq IN (\
     SELECT e.seq FROM events e WHERE e.org_id = $1 AND e.kind = 'transcript.item' AND e.happened_at < $2 \
     AND EXISTS (SELECT 1 FROM outbox d WHERE d.event_seq = e.seq AND d.delivered_at IS NOT NULL) \
     ORDER BY e.seq LIMIT $3)",
    "DELETE FROM events WHERE org_id = $1 AND seq IN (\
     SELECT e.seq FROM events e JOIN calls c ON c.org_id = e.org_id AND c.id = e.call_id \
     WHERE e.org_id = $1 AND e.kind = 'transcript.item' AND c.live = 0 AND c.ended_at < $2 \
     AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.event_seq = e.seq) ORDER BY e.seq LIMIT $3)",
];
const SPOKEN_MESSAGES: &[&str] = &["UPDATE voicemails SET transcript = '' WHERE org_id = $1 AND id IN (\
     SELECT id FROM voicemails WHERE org_id = $1 AND created_at < $2 AND transcript <> '' LIMIT $3)"];
/// Webhooks say what was said, and answers may repeat it; not those that are still on their way.
const SENT: &[&str] = &[
    "DELETE FROM webhook_attempts WHERE org_id = $1 AND delivery_id IN (\
     SELECT id FROM webhook_deliveries WHERE org_id = $1 AND state <> 'pending' AND created_at < $2 \
     ORDER BY created_at, id LIMIT $3)",
    "DELETE FROM webhook_deliveries WHERE org_id = $1 AND id IN (\
     SELECT id FROM webhook_deliveries WHERE org_id = $1 AND state <> 'pending' AND created_at < $2 \
     ORDER BY created_at, id LIMIT $3)",
];
const SIP_MESSAGES: &[&str] = &["DELETE FROM sip_messages WHERE org_id = $1 AND (call_id, position) IN (\
     SELECT call_id, position FROM sip_messages WHERE org_id = $1 AND happened_at < $2 \
     ORDER BY happened_at LIMIT $3)"];
/// Not those of live calls, nor those that still have to be delivered.
const EVENTS: &[&str] = &[
    "DELETE FROM outbox WHERE org_id = $1 AND delivered_at IS NOT NULL AND event_seq IN (\
     SELECT e.seq FROM events e WHERE e.org_id = $1 AND e.happened_at < $2 \
     AND EXISTS (SELECT 1 FROM outbox d WHERE d.event_seq = e.seq AND d.delivered_at IS NOT NULL) \
     ORDER BY e.seq LIMIT $3)",
    "DELETE FROM events WHERE org_id = $1 AND seq IN (\
     SELECT e.seq FROM events e LEFT JOIN calls c ON c.org_id = e.org_id AND c.id = e.call_id \
     WHERE e.org_id = $1 AND e.happened_at < $2 AND (c.id IS NULL OR c.live = 0) \
     AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.event_seq = e.seq) ORDER BY e.seq LIMIT $3)",
];

/// Days before `now`.
fn before(now: UnixMs, days: u32) -> i64 {
    now.0.saturating_sub(i64::from(days) * DAY_MS)
}

async fn delete_batch(
    connection: &mut AnyConnection,
    org: &OrgId,
    before: i64,
    steps: &[&'static str],
) -> Result<u64, Fault> {
    let mut rows = 0;
    for sql in steps {
        let done = sqlx::query(*sql).bind(org.as_str()).bind(before).bind(BATCH);
        rows = done.execute(&mut *connection).await?.rows_affected();
    }
    Ok(rows)
}

/// Deletes a file below the data directory; one that is gone already is deleted.
pub(crate) async fn delete_file(data_dir: &Path, file: &str) -> Result<(), Fault> {
    if !Path::new(file).components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(Fault::Invalid("a recording's file is not below the data directory".to_owned()));
    }
    match tokio::fs::remove_file(data_dir.join(file)).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
