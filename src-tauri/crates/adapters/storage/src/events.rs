//! Events and the outbox: appended inside the transaction of the state that they report.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use tandem_foundation::OrgId;
use tandem_switchboard::records::{Event, EventBody, NewEvent};

use crate::error::Fault;
use crate::row::{Columns, broken};

/// Appends events, and an outbox row for each (index, topic) of `outbox`.
///
/// The sequence's row stays locked until the commit, so a reader that has seen a number never sees a lower one
/// appear afterwards, with however many writers.
pub(crate) async fn append(
    connection: &mut AnyConnection,
    org: &OrgId,
    events: Vec<NewEvent>,
    outbox: &[(usize, String)],
) -> Result<Vec<Event>, Fault> {
    if let Some((index, _)) = outbox.iter().find(|(index, _)| *index >= events.len()) {
        return Err(Fault::Invalid(format!("outbox row for event {index} of {}", events.len())));
    }
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let count = i64::try_from(events.len()).expect("a list of events fits memory");
    let last: i64 = sqlx::query(
        "UPDATE event_sequence SET last_seq = last_seq + $1 WHERE name = 'events' RETURNING last_seq",
    )
    .bind(count)
    .fetch_one(&mut *connection)
    .await?
    .try_get(0)?;
    let mut appended = Vec::with_capacity(events.len());
    for (seq, event) in (last - count + 1..).zip(events) {
        appended.push(insert(connection, org, seq, event).await?);
    }
    for (number, (index, topic)) in outbox.iter().enumerate() {
        queue(connection, &appended[*index], number, topic).await?;
    }
    Ok(appended)
}

async fn insert(
    connection: &mut AnyConnection,
    org: &OrgId,
    seq: i64,
    event: NewEvent,
) -> Result<Event, Fault> {
    let (kind, data) = event.body.to_parts();
    sqlx::query(
        "INSERT INTO events (org_id, seq, call_id, happened_at, kind, data) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(org.as_str())
    .bind(seq)
    .bind(event.call.as_ref().map(|call| call.as_str().to_owned()))
    .bind(event.at.0)
    .bind(kind)
    .bind(data.to_string())
    .execute(connection)
    .await?;
    Ok(Event { seq, org: org.clone(), call: event.call, at: event.at, body: event.body })
}

/// The id stays the same over all deliveries of the row, so a receiver can tell a repetition.
async fn queue(
    connection: &mut AnyConnection,
    event: &Event,
    number: usize,
    topic: &str,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO outbox (org_id, id, event_seq, topic, payload, created_at, attempts, next_attempt_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 0, $6)",
    )
    .bind(event.org.as_str())
    .bind(format!("msg_{:016x}_{number}", event.seq))
    .bind(event.seq)
    .bind(topic)
    .bind(crate::row::json(&event.body))
    .bind(event.at.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// Reads a row of `events`.
pub(crate) fn read(row: &AnyRow) -> Result<Event, sqlx::Error> {
    let body = EventBody::from_parts(&row.text("kind")?, row.json("data")?);
    Ok(Event {
        org: row.id("org_id")?,
        seq: row.int("seq")?,
        call: row.id_opt("call_id")?,
        at: row.time("happened_at")?,
        body: body.map_err(|error| broken("data", error))?,
    })
}
