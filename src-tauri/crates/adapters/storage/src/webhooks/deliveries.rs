//! Announcements into deliveries, leases on them, and what became of each try.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use tandem_foundation::{EndpointId, OrgId, Pii};
use tandem_switchboard::ports::store::{Page, PageKey, StoreError};
use tandem_switchboard::ports::webhooks::{AfterAttempt, Announcement, DeliveryFilter, DeliveryQueue};
use tandem_switchboard::records::{Delivery, DeliveryAttempt, UnixMs};

use crate::Storage;
use crate::error::Fault;
use crate::row::{Columns, broken, each, name_of};

/// Most rows in a page, and how many where the filter names none.
const PAGE: u32 = 200;

impl Storage {
    pub(super) async fn waiting_announcements(&self, limit: u32) -> Result<Vec<Announcement>, StoreError> {
        let rows = self
            .readers
            .answer(
                sqlx::query(
                    "SELECT * FROM outbox WHERE delivered_at IS NULL ORDER BY event_seq, id LIMIT $1",
                )
                .bind(i64::from(limit))
                .fetch_all(&self.readers.now()),
            )
            .await;
        rows.and_then(|rows| each(&rows, read_announcement))
            .map_err(|error| Fault::from(error).at("list announcements"))
    }

    pub(super) async fn spread_announcement(
        &self,
        announcement: &Announcement,
        deliveries: Vec<Delivery>,
        now: UnixMs,
    ) -> Result<bool, StoreError> {
        let (org, id) = (announcement.org.clone(), announcement.id.clone());
        let work = self.writer.write("spread announcement", move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE outbox SET delivered_at = $3 WHERE org_id = $1 AND id = $2 AND delivered_at IS NULL",
                )
                .bind(org.as_str())
                .bind(id)
                .bind(now.0)
                .execute(&mut *connection)
                .await?;
                if done.rows_affected() == 0 {
                    return Ok(false);
                }
                for delivery in &deliveries {
                    insert(connection, delivery).await?;
                }
                Ok(true)
            })
        });
        work.await
    }

    pub(super) async fn put_webhook_delivery(&self, row: Delivery) -> Result<(), StoreError> {
        let work = self.writer.write("put webhook delivery", move |connection| {
            Box::pin(async move { insert(connection, &row).await })
        });
        work.await
    }

    pub(super) async fn due_delivery_queues(
        &self,
        now: UnixMs,
        limit: u32,
    ) -> Result<Vec<DeliveryQueue>, StoreError> {
        let rows = self
            .readers
            .answer(
                sqlx::query(
                    "SELECT org_id, endpoint_id, url, MIN(next_attempt_at) AS due FROM webhook_deliveries \
                     WHERE state = 'pending' AND next_attempt_at <= $1 AND lease_until <= $1 AND EXISTS \
                     (SELECT 1 FROM webhook_endpoints AS it WHERE it.org_id = webhook_deliveries.org_id \
                     AND it.id = webhook_deliveries.endpoint_id AND it.enabled = 1) \
                     GROUP BY org_id, endpoint_id, url ORDER BY due LIMIT $2",
                )
                .bind(now.0)
                .bind(i64::from(limit))
                .fetch_all(&self.readers.now()),
            )
            .await;
        let read = |row: &AnyRow| {
            Ok(DeliveryQueue {
                org: row.id("org_id")?,
                endpoint: row.id("endpoint_id")?,
                url: row.text("url")?,
            })
        };
        rows.and_then(|rows| each(&rows, read)).map_err(|error| Fault::from(error).at("list due deliveries"))
    }

    pub(super) async fn next_delivery_due(&self) -> Result<Option<UnixMs>, StoreError> {
        let row = self
            .readers
            .answer(
                sqlx::query(
                    "SELECT MIN(CASE WHEN lease_until > next_attempt_at THEN lease_until ELSE next_attempt_at END) \
                     AS due FROM webhook_deliveries WHERE state = 'pending' AND EXISTS \
                     (SELECT 1 FROM webhook_endpoints AS it WHERE it.org_id = webhook_deliveries.org_id \
                     AND it.id = webhook_deliveries.endpoint_id AND it.enabled = 1)",
                )
                .fetch_one(&self.readers.now()),
            )
            .await;
        row.and_then(|row| row.time_opt("due"))
            .map_err(|error| Fault::from(error).at("find the next delivery"))
    }

    pub(super) async fn lease_deliveries(
        &self,
        queue: &DeliveryQueue,
        now: UnixMs,
        until: UnixMs,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let queue = queue.clone();
        let work = self.writer.write("lease deliveries", move |connection| {
            Box::pin(async move {
                let rows = sqlx::query(
                    "SELECT * FROM webhook_deliveries WHERE org_id = $1 AND endpoint_id = $2 AND url = $3 \
                     AND state = 'pending' AND next_attempt_at <= $4 AND lease_until <= $4 \
                     ORDER BY created_at, id LIMIT $5",
                )
                .bind(queue.org.as_str())
                .bind(queue.endpoint.as_str())
                .bind(queue.url)
                .bind(now.0)
                .bind(i64::from(limit))
                .fetch_all(&mut *connection)
                .await?;
                let mut leased = Vec::new();
                for delivery in each(&rows, read_delivery)? {
                    // Another node may have taken it since it was read.
                    let done = sqlx::query(
                        "UPDATE webhook_deliveries SET lease_until = $3 WHERE org_id = $1 AND id = $2 \
                         AND state = 'pending' AND lease_until <= $4",
                    )
                    .bind(queue.org.as_str())
                    .bind(delivery.id.as_str())
                    .bind(until.0)
                    .bind(now.0)
                    .execute(&mut *connection)
                    .await?;
                    if done.rows_affected() == 1 {
                        leased.push(delivery);
                    }
                }
                Ok(leased)
            })
        });
        work.await
    }

    pub(super) async fn settle_delivery(
        &self,
        org: &OrgId,
        id: &str,
        attempt: DeliveryAttempt,
        after: AfterAttempt,
    ) -> Result<(), StoreError> {
        let (org, id) = (org.clone(), id.to_owned());
        let finished = attempt.at.0.saturating_add(attempt.duration_ms);
        let (state, next, finished_at) = match after {
            AfterAttempt::Delivered => ("delivered", finished, Some(finished)),
            AfterAttempt::RetryAt(at) => ("pending", at.0, None),
            AfterAttempt::Failed => ("failed", finished, Some(finished)),
        };
        let work = self.writer.write("settle delivery", move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE webhook_deliveries SET state = $3, attempts = attempts + 1, next_attempt_at = $4, \
                     finished_at = $5, lease_until = 0 WHERE org_id = $1 AND id = $2",
                )
                .bind(org.as_str())
                .bind(id.as_str())
                .bind(state)
                .bind(next)
                .bind(finished_at)
                .execute(&mut *connection)
                .await?;
                if done.rows_affected() == 0 {
                    // The endpoint was deleted meanwhile, and this with it.
                    return Ok(());
                }
                sqlx::query(
                    "INSERT INTO webhook_attempts (org_id, delivery_id, number, happened_at, duration_ms, status, \
                     error, answer) SELECT $1, $2, COALESCE(MAX(number), 0) + 1, $3, $4, $5, $6, $7 \
                     FROM webhook_attempts \
                     WHERE org_id = $1 AND delivery_id = $2",
                )
                .bind(org.as_str())
                .bind(id.as_str())
                .bind(attempt.at.0)
                .bind(attempt.duration_ms)
                .bind(attempt.status.map(i64::from))
                .bind(attempt.error)
                .bind(attempt.answer.map(Pii::into_inner))
                .execute(connection)
                .await?;
                Ok(())
            })
        });
        work.await
    }

    pub(super) async fn list_deliveries(
        &self,
        org: &OrgId,
        filter: DeliveryFilter,
    ) -> Result<Page<Delivery>, StoreError> {
        let limit = if filter.limit == 0 { PAGE } else { filter.limit.min(PAGE) };
        let after = filter.after.map_or((i64::MAX, String::new()), |key| (key.created_at.0, key.id));
        // One more than asked for tells whether there is a next page.
        let query = sqlx::query(
            "SELECT * FROM webhook_deliveries WHERE org_id = $1 AND ($2 = '' OR endpoint_id = $2) \
             AND ($3 = '' OR state = $3) AND (created_at < $4 OR (created_at = $4 AND id < $5)) \
             ORDER BY created_at DESC, id DESC LIMIT $6",
        )
        .bind(org.as_str())
        .bind(filter.endpoint.map_or_else(String::new, |id| id.as_str().to_owned()))
        .bind(filter.state.map_or_else(String::new, |state| name_of(&state)))
        .bind(after.0)
        .bind(after.1)
        .bind(i64::from(limit) + 1);
        let rows = self.readers.answer(query.fetch_all(&self.readers.now())).await;
        let rows = rows.and_then(|rows| each(&rows, read_delivery));
        let mut items = rows.map_err(|error| Fault::from(error).at("list deliveries"))?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let key = |row: &Delivery| PageKey { created_at: row.created_at, id: row.id.clone() };
        let next = items.last().filter(|_| more).map(key);
        Ok(Page { items, next })
    }

    pub(super) async fn read_delivery(&self, org: &OrgId, id: &str) -> Result<Delivery, StoreError> {
        let sql = "SELECT * FROM webhook_deliveries WHERE org_id = $1 AND id = $2";
        self.row_of("read delivery", org, id, sql, read_delivery).await
    }

    pub(super) async fn delivery_attempts(
        &self,
        org: &OrgId,
        id: &str,
    ) -> Result<Vec<DeliveryAttempt>, StoreError> {
        let sql = "SELECT * FROM webhook_attempts WHERE org_id = $1 AND delivery_id = $2 ORDER BY number";
        let query = sqlx::query(sql).bind(org.as_str()).bind(id.to_owned());
        let rows = self.readers.answer(query.fetch_all(&self.readers.now())).await;
        rows.and_then(|rows| each(&rows, read_attempt))
            .map_err(|error| Fault::from(error).at("list delivery attempts"))
    }

    pub(super) async fn redeliver_one(&self, org: &OrgId, id: &str, now: UnixMs) -> Result<(), StoreError> {
        let conditions = "id = $3";
        let done = self.begin_anew(org, now, conditions, vec![id.to_owned()], None).await?;
        if done == 0 { Err(Fault::NotFound.at("redeliver")) } else { Ok(()) }
    }

    pub(super) async fn redeliver_span(
        &self,
        org: &OrgId,
        endpoint: &EndpointId,
        span: (UnixMs, UnixMs),
        failed_only: bool,
        now: UnixMs,
    ) -> Result<u64, StoreError> {
        let conditions = if failed_only {
            "endpoint_id = $3 AND created_at >= $4 AND created_at < $5 AND state = 'failed'"
        } else {
            "endpoint_id = $3 AND created_at >= $4 AND created_at < $5 AND state <> 'pending'"
        };
        self.begin_anew(org, now, conditions, vec![endpoint.as_str().to_owned()], Some(span)).await
    }

    async fn begin_anew(
        &self,
        org: &OrgId,
        now: UnixMs,
        conditions: &'static str,
        texts: Vec<String>,
        span: Option<(UnixMs, UnixMs)>,
    ) -> Result<u64, StoreError> {
        let org = org.clone();
        let work = self.writer.write("redeliver", move |connection| {
            Box::pin(async move {
                let sql = format!(
                    "UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_attempt_at = $2, \
                     finished_at = NULL WHERE org_id = $1 AND {conditions}"
                );
                let mut query = sqlx::query(AssertSqlSafe(sql)).bind(org.as_str()).bind(now.0);
                for text in texts {
                    query = query.bind(text);
                }
                if let Some((from, until)) = span {
                    query = query.bind(from.0).bind(until.0);
                }
                Ok(query.execute(connection).await?.rows_affected())
            })
        });
        work.await
    }
}

async fn insert(connection: &mut AnyConnection, row: &Delivery) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO webhook_deliveries (org_id, id, endpoint_id, contract, url, topic, call_id, body, state, \
         attempts, next_attempt_at, lease_until, created_at, finished_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13)",
    )
    .bind(row.org.as_str())
    .bind(row.id.as_str())
    .bind(row.endpoint.as_str())
    .bind(row.contract.map(|contract| contract.as_str()))
    .bind(row.url.as_str())
    .bind(row.topic.as_str())
    .bind(row.call.as_ref().map(|call| call.as_str().to_owned()))
    .bind(row.body.as_str())
    .bind(name_of(&row.state))
    .bind(i64::from(row.attempts))
    .bind(row.next_attempt_at.0)
    .bind(row.created_at.0)
    .bind(row.finished_at.map(|at| at.0))
    .execute(connection)
    .await?;
    Ok(())
}

fn read_announcement(row: &AnyRow) -> Result<Announcement, sqlx::Error> {
    Ok(Announcement {
        id: row.text("id")?,
        org: row.id("org_id")?,
        topic: row.text("topic")?,
        event: row.json("payload")?,
        at: row.time("created_at")?,
    })
}

fn read_delivery(row: &AnyRow) -> Result<Delivery, sqlx::Error> {
    Ok(Delivery {
        id: row.text("id")?,
        org: row.id("org_id")?,
        endpoint: row.id("endpoint_id")?,
        contract: row.named_opt("contract")?,
        url: row.text("url")?,
        topic: row.text("topic")?,
        call: row.id_opt("call_id")?,
        body: Pii::new(row.text("body")?),
        state: row.named("state")?,
        attempts: row.small("attempts")?,
        next_attempt_at: row.time("next_attempt_at")?,
        created_at: row.time("created_at")?,
        finished_at: row.time_opt("finished_at")?,
    })
}

fn read_attempt(row: &AnyRow) -> Result<DeliveryAttempt, sqlx::Error> {
    let status = row.try_get::<Option<i64>, _>("status")?;
    Ok(DeliveryAttempt {
        at: row.time("happened_at")?,
        duration_ms: row.int("duration_ms")?,
        status: status.map(u16::try_from).transpose().map_err(|error| broken("status", error))?,
        error: row.text_opt("error")?,
        answer: row.text_opt("answer")?.map(Pii::new),
    })
}
