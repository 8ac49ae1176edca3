//! The port's `CallStore`: commits and the reading of calls, transcripts and events.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Row};
use tandem_foundation::{CallId, OrgId};
use tandem_switchboard::ports::store::{CallFilter, CallStore, Commit, Page, PageKey, StoreError};
use tandem_switchboard::records::{Call, Event, TranscriptItem};

use crate::Storage;
use crate::call_rows::{
    Value, list_sql, plain_number, put_call, put_do_not_call, put_item, read_call, read_item,
};
use crate::error::Fault;
use crate::events;
use crate::routing::put_voicemail;
use crate::row::each;

/// Most rows in a page, and how many where the filter names none.
const PAGE: u32 = 200;
const MOST_EVENTS: u32 = 1000;

#[async_trait]
impl CallStore for Storage {
    async fn commit(&self, org: &OrgId, commit: Commit) -> Result<Vec<Event>, StoreError> {
        let org = org.clone();
        let others = commit.voicemails.iter().any(|voicemail| voicemail.org != org);
        let others = others || commit.conference.as_ref().is_some_and(|conference| conference.org != org);
        let others = others || commit.callbacks.iter().any(|callback| callback.org != org);
        if others || commit.call.as_ref().is_some_and(|call| call.org != org) {
            return Err(Fault::Conflict("org").at("commit"));
        }
        let work = self.writer.write("commit", move |connection| {
            Box::pin(async move {
                if let Some(call) = &commit.call {
                    put_call(connection, call).await?;
                }
                for item in &commit.items {
                    put_item(connection, &org, item).await?;
                }
                for entry in &commit.do_not_call {
                    put_do_not_call(connection, &org, entry).await?;
                }
                for profile in &commit.agents {
                    crate::queues::put_agent(connection, profile).await?;
                }
                for callback in &commit.callbacks {
                    crate::callbacks::put(connection, callback).await?;
                }
                for voicemail in &commit.voicemails {
                    put_voicemail(connection, voicemail).await?;
                }
                if let Some(conference) = &commit.conference {
                    crate::conferences::put(connection, conference).await?;
                }
                events::append(connection, &org, commit.events, &commit.outbox).await
            })
        });
        work.await
    }

    async fn call(&self, org: &OrgId, id: &CallId) -> Result<Call, StoreError> {
        let row = self
            .readers
            .answer(
                sqlx::query("SELECT * FROM calls WHERE org_id = $1 AND id = $2")
                    .bind(org.as_str())
                    .bind(id.as_str())
                    .fetch_one(&self.readers.now()),
            )
            .await;
        row.and_then(|row| read_call(&row)).map_err(|error| Fault::from(error).at("read call"))
    }

    async fn calls(&self, org: &OrgId, filter: CallFilter) -> Result<Page<Call>, StoreError> {
        let limit = if filter.limit == 0 { PAGE } else { filter.limit.min(PAGE) };
        // One more than asked for tells whether there is a next page.
        let (sql, values) = list_sql(org, &filter, i64::from(limit) + 1);
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Int(number) => query.bind(number),
            };
        }
        let rows = self
            .readers
            .answer(query.fetch_all(&self.readers.now()))
            .await
            .and_then(|rows| each(&rows, read_call));
        let mut items = rows.map_err(|error| Fault::from(error).at("list calls"))?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let key = |call: &Call| PageKey { created_at: call.created_at, id: call.id.as_str().to_owned() };
        let next = items.last().filter(|_| more).map(key);
        Ok(Page { items, next })
    }

    async fn transcript(&self, org: &OrgId, call: &CallId) -> Result<Vec<TranscriptItem>, StoreError> {
        let rows = self
            .readers
            .answer(
                sqlx::query(
                    "SELECT * FROM transcript_items WHERE org_id = $1 AND call_id = $2 ORDER BY position, id",
                )
                .bind(org.as_str())
                .bind(call.as_str())
                .fetch_all(&self.readers.now()),
            )
            .await;
        rows.and_then(|rows| each(&rows, read_item)).map_err(|error| Fault::from(error).at("read transcript"))
    }

    async fn call_events(&self, org: &OrgId, call: &CallId) -> Result<Vec<Event>, StoreError> {
        let rows = self
            .readers
            .answer(
                sqlx::query("SELECT * FROM events WHERE org_id = $1 AND call_id = $2 ORDER BY seq")
                    .bind(org.as_str())
                    .bind(call.as_str())
                    .fetch_all(&self.readers.now()),
            )
            .await;
        rows.and_then(|rows| each(&rows, events::read))
            .map_err(|error| Fault::from(error).at("read call events"))
    }

    async fn events_after(&self, org: &OrgId, seq: i64, limit: u32) -> Result<Vec<Event>, StoreError> {
        let rows = self
            .readers
            .answer(
                sqlx::query("SELECT * FROM events WHERE org_id = $1 AND seq > $2 ORDER BY seq LIMIT $3")
                    .bind(org.as_str())
                    .bind(seq)
                    .bind(i64::from(limit.min(MOST_EVENTS)))
                    .fetch_all(&self.readers.now()),
            )
            .await;
        rows.and_then(|rows| each(&rows, events::read)).map_err(|error| Fault::from(error).at("read events"))
    }

    async fn last_seq(&self, org: &OrgId) -> Result<i64, StoreError> {
        let row = self
            .readers
            .answer(
                sqlx::query("SELECT seq FROM events WHERE org_id = $1 ORDER BY seq DESC LIMIT 1")
                    .bind(org.as_str())
                    .fetch_optional(&self.readers.now()),
            )
            .await;
        row.and_then(|row| row.map_or(Ok(0), |row| row.try_get(0)))
            .map_err(|error| Fault::from(error).at("read last sequence number"))
    }

    async fn is_do_not_call(&self, org: &OrgId, number: &str) -> Result<bool, StoreError> {
        let row = self
            .readers
            .answer(
                sqlx::query("SELECT added_at FROM do_not_call WHERE org_id = $1 AND number = $2")
                    .bind(org.as_str())
                    .bind(plain_number(number))
                    .fetch_optional(&self.readers.now()),
            )
            .await;
        row.map(|row| row.is_some()).map_err(|error| Fault::from(error).at("check do-not-call"))
    }

    async fn unfinished_calls(&self) -> Result<Vec<Call>, StoreError> {
        let rows = self
            .readers
            .answer(
                sqlx::query("SELECT * FROM calls WHERE live = 1 ORDER BY org_id, created_at, id")
                    .fetch_all(&self.readers.now()),
            )
            .await;
        rows.and_then(|rows| each(&rows, read_call))
            .map_err(|error| Fault::from(error).at("list unfinished calls"))
    }
}
