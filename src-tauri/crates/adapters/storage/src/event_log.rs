//! Events read again by kind and time.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Row};
use tandem_foundation::{OrgId, UserId};
use tandem_switchboard::ports::event_log::{EventLog, EventsOf};
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::{Event, EventBody, UnixMs};

use crate::Storage;
use crate::error::Fault;
use crate::events;
use crate::row::each;

/// Most rows in a page.
const MOST_EVENTS: u32 = 10_000;

/// `$first, $next, …` for so many values.
fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

#[async_trait]
impl EventLog for Storage {
    async fn events_of(&self, org: &OrgId, wanted: EventsOf<'_>) -> Result<Vec<Event>, StoreError> {
        let EventsOf { kinds, after, last, limit } = wanted;
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT * FROM events WHERE org_id = $1 AND seq > $2 AND seq <= $3 AND kind IN ({}) \
             ORDER BY seq LIMIT $4",
            placeholders(5, kinds.len())
        );
        let limit = i64::from(limit.min(MOST_EVENTS));
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(org.as_str()).bind(after).bind(last).bind(limit);
        for kind in kinds {
            query = query.bind(*kind);
        }
        let rows = self.readers.answer(query.fetch_all(&self.readers.now())).await;
        rows.and_then(|rows| each(&rows, events::read))
            .map_err(|error| Fault::from(error).at("read events by kind"))
    }

    async fn numbers_of(
        &self,
        org: &OrgId,
        kinds: &[&'static str],
        from: UnixMs,
        to: UnixMs,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        if kinds.is_empty() {
            return Ok(None);
        }
        let sql = format!(
            "SELECT MIN(seq), MAX(seq) FROM events WHERE org_id = $1 AND happened_at >= $2 \
             AND happened_at < $3 AND kind IN ({})",
            placeholders(4, kinds.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(org.as_str()).bind(from.0).bind(to.0);
        for kind in kinds {
            query = query.bind(*kind);
        }
        let row = self.readers.answer(query.fetch_one(&self.readers.now())).await;
        let bounds = row.and_then(|row| {
            let (first, last): (Option<i64>, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
            Ok(first.zip(last))
        });
        bounds.map_err(|error| Fault::from(error).at("read numbers of events"))
    }

    async fn agent_state_before(
        &self,
        org: &OrgId,
        user: &UserId,
        before: UnixMs,
    ) -> Result<Option<Event>, StoreError> {
        // The agent is in the event's data, which neither database looks into in the same words.
        let named = serde_json::to_string(user.as_str()).expect("a text is JSON");
        let escaped = named.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let sql = "SELECT * FROM events WHERE org_id = $1 AND kind = 'agent.state' AND happened_at < $2 \
                   AND data LIKE $3 ESCAPE '\\' ORDER BY happened_at DESC, seq DESC LIMIT 1";
        let readers = self.readers.now();
        let query = sqlx::query(sql)
            .bind(org.as_str())
            .bind(before.0)
            .bind(format!("%\"user\":{escaped}%"))
            .fetch_optional(&readers);
        let row = self.readers.answer(query).await;
        let event = row.and_then(|row| row.as_ref().map(events::read).transpose());
        let event = event.map_err(|error| Fault::from(error).at("read an agent's last state"))?;
        Ok(event.filter(
            |event| matches!(&event.body, EventBody::AgentStateChanged { user: of, .. } if of == user),
        ))
    }
}
