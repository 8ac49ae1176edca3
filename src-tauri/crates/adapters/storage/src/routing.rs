//! Opening hours, and messages that callers left.

use std::sync::LazyLock;

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};
use tandem_foundation::{HoursId, OrgId, Pii, VoicemailId};
use tandem_switchboard::ports::routing::{RoutingStore, VoicemailFilter};
use tandem_switchboard::ports::store::{Page, PageKey, StoreError};
use tandem_switchboard::records::{Event, Mailbox, NamedHours, NewEvent, Number, Route, UnixMs, Voicemail};

use crate::error::Fault;
use crate::row::{Columns, broken, each, json, upsert_sql};
use crate::seal::Sealer;
use crate::{Storage, events};

/// Most rows in a page, and how many where the filter names none.
const PAGE: u32 = 200;

static PUT_HOURS: LazyLock<String> =
    LazyLock::new(|| upsert_sql("hours", &["org_id", "id"], &["name", "hours", "created_at"]));
static PUT_VOICEMAIL: LazyLock<String> = LazyLock::new(|| {
    let columns =
        ["call_id", "mailbox", "from_number", "created_at", "duration_ms", "file", "transcript", "heard_at"];
    upsert_sql("voicemails", &["org_id", "id"], &columns)
});

#[async_trait]
impl RoutingStore for Storage {
    async fn hours(&self, org: &OrgId) -> Result<Vec<NamedHours>, StoreError> {
        let sql = "SELECT * FROM hours WHERE org_id = $1 ORDER BY created_at, id";
        self.rows_of("list hours", org, sql, |row| {
            Ok(NamedHours {
                id: row.id("id")?,
                org: row.id("org_id")?,
                name: row.text("name")?,
                hours: row.json("hours")?,
                created_at: row.time("created_at")?,
            })
        })
        .await
    }

    async fn put_hours(&self, row: NamedHours, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError> {
        let work = self.writer.write("put hours", move |connection| {
            Box::pin(async move {
                sqlx::query(PUT_HOURS.as_str())
                    .bind(row.org.as_str())
                    .bind(row.id.as_str())
                    .bind(row.name.as_str())
                    .bind(json(&row.hours))
                    .bind(row.created_at.0)
                    .execute(&mut *connection)
                    .await?;
                events::append(connection, &row.org, events, &[]).await
            })
        });
        work.await
    }

    async fn delete_hours(
        &self,
        org: &OrgId,
        id: &HoursId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let sql = "DELETE FROM hours WHERE org_id = $1 AND id = $2";
        self.delete("delete hours", (org, id.as_str()), sql, "hours", events).await
    }

    async fn voicemails(&self, org: &OrgId, filter: VoicemailFilter) -> Result<Page<Voicemail>, StoreError> {
        let limit = if filter.limit == 0 { PAGE } else { filter.limit.min(PAGE) };
        let after = filter.after.map_or((i64::MAX, String::new()), |key| (key.created_at.0, key.id));
        let unheard = if filter.unheard_only { "AND heard_at IS NULL" } else { "" };
        // One more than asked for tells whether there is a next page.
        let sql = format!(
            "SELECT * FROM voicemails WHERE org_id = $1 AND ($2 = '' OR mailbox = $2) {unheard} \
             AND (created_at < $3 OR (created_at = $3 AND id < $4)) \
             ORDER BY created_at DESC, id DESC LIMIT $5"
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(org.as_str())
            .bind(filter.mailbox.unwrap_or_default())
            .bind(after.0)
            .bind(after.1)
            .bind(i64::from(limit) + 1);
        let rows = self.readers.answer(query.fetch_all(&self.readers.now())).await;
        let rows = rows.and_then(|rows| each(&rows, read_voicemail));
        let mut items = rows.map_err(|error| Fault::from(error).at("list voicemails"))?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let key = |row: &Voicemail| PageKey { created_at: row.created_at, id: row.id.as_str().to_owned() };
        let next = items.last().filter(|_| more).map(key);
        Ok(Page { items, next })
    }

    async fn voicemail(&self, org: &OrgId, id: &VoicemailId) -> Result<Voicemail, StoreError> {
        let sql = "SELECT * FROM voicemails WHERE org_id = $1 AND id = $2";
        self.row_of("read voicemail", org, id.as_str(), sql, read_voicemail).await
    }

    async fn note_heard(
        &self,
        org: &OrgId,
        id: &VoicemailId,
        heard_at: Option<UnixMs>,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let (org, id) = (org.clone(), id.clone());
        let work = self.writer.write("note a voicemail as heard", move |connection| {
            Box::pin(async move {
                let done = sqlx::query("UPDATE voicemails SET heard_at = $3 WHERE org_id = $1 AND id = $2")
                    .bind(org.as_str())
                    .bind(id.as_str())
                    .bind(heard_at.map(|at| at.0))
                    .execute(&mut *connection)
                    .await?;
                if done.rows_affected() == 0 {
                    return Err(Fault::NotFound);
                }
                events::append(connection, &org, events, &[]).await
            })
        });
        work.await
    }

    async fn delete_voicemail(
        &self,
        org: &OrgId,
        id: &VoicemailId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let sql = "DELETE FROM voicemails WHERE org_id = $1 AND id = $2";
        self.delete("delete voicemail", (org, id.as_str()), sql, "voicemail", events).await
    }
}

pub(crate) async fn put_voicemail(connection: &mut AnyConnection, row: &Voicemail) -> Result<(), Fault> {
    sqlx::query(PUT_VOICEMAIL.as_str())
        .bind(row.org.as_str())
        .bind(row.id.as_str())
        .bind(row.call.as_str())
        .bind(row.mailbox.to_string())
        .bind(row.from.as_str())
        .bind(row.created_at.0)
        .bind(row.duration_ms)
        .bind(row.file.as_str())
        .bind(row.transcript.as_str())
        .bind(row.heard_at.map(|at| at.0))
        .execute(connection)
        .await?;
    Ok(())
}

fn read_voicemail(row: &AnyRow) -> Result<Voicemail, sqlx::Error> {
    let mailbox = row.text("mailbox")?;
    Ok(Voicemail {
        id: row.id("id")?,
        org: row.id("org_id")?,
        call: row.id("call_id")?,
        mailbox: Mailbox::parse(&mailbox)
            .ok_or_else(|| broken("mailbox", Fault::Invalid("it is nobody's".to_owned())))?,
        from: row.private("from_number")?,
        created_at: row.time("created_at")?,
        duration_ms: row.int("duration_ms")?,
        file: row.text("file")?,
        transcript: row.private("transcript")?,
        heard_at: row.time_opt("heard_at")?,
    })
}

/// The number with the secrets of its route as they are stored.
pub(crate) fn sealed_route(mut number: Number, sealer: &Sealer) -> Number {
    let place = place(&number);
    if let Some(route) = &mut number.route {
        route.walk_mut(&mut |route| {
            for secret in secrets(route) {
                *secret = Pii::new(sealer.seal(&place, secret.expose()));
            }
        });
    }
    number
}

/// The number with the secrets of its route as they are used.
pub(crate) fn opened_route(mut number: Number, sealer: &Sealer) -> Result<Number, sqlx::Error> {
    let place = place(&number);
    let mut fault = None;
    if let Some(route) = &mut number.route {
        route.walk_mut(&mut |route| {
            for secret in secrets(route) {
                match sealer.open(&place, secret.expose()) {
                    Ok(opened) => *secret = Pii::new(opened),
                    Err(error) => fault = Some(error),
                }
            }
        });
    }
    fault.map_or(Ok(number), |error| Err(broken("route", error)))
}

/// What of a route is stored sealed.
fn secrets(route: &mut Route) -> Vec<&mut Pii<String>> {
    match route {
        Route::Webhook { secret, .. } => secret.iter_mut().collect(),
        Route::Conference(conference) => conference.pins_mut().into_iter().flatten().collect(),
        _ => Vec::new(),
    }
}

fn place(number: &Number) -> String {
    format!("numbers.route\n{}\n{}", number.org, number.id)
}
