//! Rows of calls, transcript items and the do-not-call list.

use std::sync::LazyLock;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use tandem_foundation::OrgId;
use tandem_switchboard::ports::store::{CallFilter, DoNotCall};
use tandem_switchboard::records::{Call, TranscriptItem};

use crate::error::Fault;
use crate::row::{Columns, flag, json, json_opt, name_of, private, upsert_sql};

static PUT_CALL: LazyLock<String> = LazyLock::new(|| {
    let columns = [
        "direction",
        "status",
        "live",
        "from_number",
        "to_number",
        "customer_name",
        "search_text",
        "assistant_id",
        "trunk_id",
        "number_id",
        "placed_by",
        "placed_for",
        "sip_call_id",
        "floor",
        "floor_version",
        "variables",
        "created_at",
        "answered_at",
        "ended_at",
        "duration_ms",
        "held_ms",
        "end_reason",
        "outcome",
        "recording",
        "latency",
        "origin",
        "contract",
        "task_id",
    ];
    upsert_sql("calls", &["org_id", "id"], &columns)
});

static PUT_ITEM: LazyLock<String> = LazyLock::new(|| {
    let columns = [
        "position",
        "speaker",
        "speaker_name",
        "said",
        "intended",
        "interrupted",
        "acknowledgement",
        "start_ms",
        "end_ms",
        "confidence",
        "latency",
    ];
    upsert_sql("transcript_items", &["org_id", "call_id", "id"], &columns)
});

/// Longest text that is searched for, in characters.
const LONGEST_SEARCH: usize = 100;

pub(crate) async fn put_call(connection: &mut AnyConnection, call: &Call) -> Result<(), Fault> {
    sqlx::query(PUT_CALL.as_str())
        .bind(call.org.as_str())
        .bind(call.id.as_str())
        .bind(name_of(&call.direction))
        .bind(name_of(&call.status))
        .bind(flag(!call.status.is_final()))
        .bind(call.from.as_str())
        .bind(call.to.as_str())
        .bind(private(call.customer_name.as_ref()))
        .bind(search_text(call))
        .bind(call.assistant.as_ref().map(|id| id.as_str().to_owned()))
        .bind(call.trunk.as_ref().map(|id| id.as_str().to_owned()))
        .bind(call.number.as_ref().map(|id| id.as_str().to_owned()))
        .bind(call.placed_by.as_ref().map(|id| id.as_str().to_owned()))
        .bind(call.placed_for.as_ref().map(|id| id.as_str().to_owned()))
        .bind(call.sip_call_id.clone())
        .bind(json(&call.floor))
        .bind(call.floor_version)
        .bind(json(&call.variables))
        .bind(call.created_at.0)
        .bind(call.answered_at.map(|at| at.0))
        .bind(call.ended_at.map(|at| at.0))
        .bind(call.duration_ms)
        .bind(call.held_ms)
        .bind(call.end_reason.clone())
        .bind(json_opt(call.outcome.as_ref()))
        .bind(json_opt(call.recording.as_ref()))
        .bind(json_opt(call.latency.as_ref()))
        .bind(json_opt(call.origin.as_ref()))
        .bind(call.origin.as_ref().map(|origin| origin.contract.as_str()))
        .bind(call.origin.as_ref().and_then(|origin| origin.task.clone()))
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) fn read_call(row: &AnyRow) -> Result<Call, sqlx::Error> {
    Ok(Call {
        id: row.id("id")?,
        org: row.id("org_id")?,
        direction: row.named("direction")?,
        status: row.named("status")?,
        from: row.private("from_number")?,
        to: row.private("to_number")?,
        customer_name: row.private_opt("customer_name")?,
        assistant: row.id_opt("assistant_id")?,
        trunk: row.id_opt("trunk_id")?,
        number: row.id_opt("number_id")?,
        placed_by: row.id_opt("placed_by")?,
        placed_for: row.id_opt("placed_for")?,
        sip_call_id: row.text_opt("sip_call_id")?,
        floor: row.json("floor")?,
        floor_version: row.int("floor_version")?,
        variables: row.json("variables")?,
        created_at: row.time("created_at")?,
        answered_at: row.time_opt("answered_at")?,
        ended_at: row.time_opt("ended_at")?,
        duration_ms: row.int_opt("duration_ms")?,
        held_ms: row.int("held_ms")?,
        end_reason: row.text_opt("end_reason")?,
        outcome: row.json_opt("outcome")?,
        recording: row.json_opt("recording")?,
        latency: row.json_opt("latency")?,
        origin: row.json_opt("origin")?,
    })
}

pub(crate) async fn put_item(
    connection: &mut AnyConnection,
    org: &OrgId,
    item: &TranscriptItem,
) -> Result<(), Fault> {
    sqlx::query(PUT_ITEM.as_str())
        // sqlx 0.9 declares an absent DOUBLE as a REAL to PostgreSQL; a statement that is kept would stay so.
        .persistent(false)
        .bind(org.as_str())
        .bind(item.call.as_str())
        .bind(item.id.as_str())
        .bind(item.position)
        .bind(name_of(&item.speaker))
        .bind(item.speaker_name.clone())
        .bind(item.text.as_str())
        .bind(private(item.intended_text.as_ref()))
        .bind(flag(item.interrupted))
        .bind(flag(item.acknowledgement))
        .bind(item.start_ms)
        .bind(item.end_ms)
        .bind(item.confidence.map(f64::from))
        .bind(json_opt(item.latency.as_ref()))
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) fn read_item(row: &AnyRow) -> Result<TranscriptItem, sqlx::Error> {
    Ok(TranscriptItem {
        id: row.id("id")?,
        call: row.id("call_id")?,
        position: row.int("position")?,
        speaker: row.named("speaker")?,
        speaker_name: row.text_opt("speaker_name")?,
        text: row.private("said")?,
        intended_text: row.private_opt("intended")?,
        interrupted: row.flag("interrupted")?,
        acknowledgement: row.flag("acknowledgement")?,
        start_ms: row.int("start_ms")?,
        end_ms: row.int("end_ms")?,
        // Written from an f32, so nothing is lost on the way back.
        confidence: row.try_get::<Option<f64>, _>("confidence")?.map(|value| value as f32),
        latency: row.json_opt("latency")?,
    })
}

/// The first entry of a number stands: it says when and why the customer asked.
pub(crate) async fn put_do_not_call(
    connection: &mut AnyConnection,
    org: &OrgId,
    entry: &DoNotCall,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO do_not_call (org_id, number, reason, call_id, added_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (org_id, number) DO NOTHING",
    )
    .bind(org.as_str())
    .bind(plain_number(entry.number.as_str()))
    .bind(entry.reason.as_str())
    .bind(entry.call.as_ref().map(|call| call.as_str().to_owned()))
    .bind(entry.at.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// A number without the marks people write into it; anything that is not a number stays as it is.
pub(crate) fn plain_number(text: &str) -> String {
    let text = text.trim();
    let mark = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}');
    let number = text.chars().any(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || mark(c) || matches!(c, '+' | '*' | '#'));
    if number { text.chars().filter(|c| !mark(*c)).collect() } else { text.to_owned() }
}

/// What a search looks through: lower case here, since the databases disagree on what case is.
fn search_text(call: &Call) -> String {
    let name = call.customer_name.as_ref().map_or("", |name| name.as_str());
    format!("{}\n{}\n{name}", plain_number(call.from.as_str()), plain_number(call.to.as_str())).to_lowercase()
}

/// The `LIKE … ESCAPE '!'` pattern of a search; `None` when there is nothing to search for.
fn search_pattern(search: &str) -> Option<String> {
    let text: String = plain_number(search).to_lowercase().chars().take(LONGEST_SEARCH).collect();
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    (!escaped.is_empty()).then(|| format!("%{escaped}%"))
}

/// A value of the list's query.
pub(crate) enum Value {
    Text(String),
    Int(i64),
}

/// The list's query: its conditions in order, so that each finds its index, and their values.
pub(crate) fn list_sql(org: &OrgId, filter: &CallFilter, limit: i64) -> (String, Vec<Value>) {
    let mut sql = String::from("SELECT * FROM calls WHERE org_id = $1");
    let mut values = vec![Value::Text(org.as_str().to_owned())];
    if filter.live_only {
        sql.push_str(" AND live = 1");
    }
    let mut and = |condition: &str, more: Vec<Value>| {
        let mut condition = condition.to_owned();
        for value in more {
            values.push(value);
            condition = condition.replacen('?', &format!("${}", values.len()), 1);
        }
        sql.push_str(&condition);
    };
    if let Some(status) = filter.status {
        and(" AND status = ?", vec![Value::Text(name_of(&status))]);
    }
    if !filter.any_status.is_empty() {
        let marks = vec!["?"; filter.any_status.len()].join(", ");
        let values = filter.any_status.iter().map(|status| Value::Text(name_of(status))).collect();
        and(&format!(" AND status IN ({marks})"), values);
    }
    for (condition, value) in [
        (" AND direction = ?", filter.direction.map(|direction| name_of(&direction))),
        (" AND from_number = ?", private(filter.from.as_ref())),
        (" AND to_number = ?", private(filter.to.as_ref())),
        (" AND contract = ?", filter.contract.map(|contract| contract.as_str().to_owned())),
        (" AND task_id = ?", filter.task.clone()),
    ] {
        if let Some(value) = value {
            and(condition, vec![Value::Text(value)]);
        }
    }
    for (condition, at) in [(" AND created_at >= ?", filter.since), (" AND created_at < ?", filter.until)] {
        if let Some(at) = at {
            and(condition, vec![Value::Int(at.0)]);
        }
    }
    if let Some(assistant) = &filter.assistant {
        and(" AND assistant_id = ?", vec![Value::Text(assistant.as_str().to_owned())]);
    }
    if let Some(pattern) = filter.search.as_deref().and_then(search_pattern) {
        and(" AND search_text LIKE ? ESCAPE '!'", vec![Value::Text(pattern)]);
    }
    if let Some(key) = &filter.after {
        let values = vec![Value::Int(key.created_at.0), Value::Text(key.id.clone())];
        and(" AND (created_at, id) < (?, ?)", values);
    }
    and(" ORDER BY created_at DESC, id DESC LIMIT ?", vec![Value::Int(limit)]);
    if filter.offset > 0 {
        and(" OFFSET ?", vec![Value::Int(i64::from(filter.offset))]);
    }
    (sql, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_written_and_a_name_keeps_its_marks() {
        assert_eq!(plain_number(" +62 (812) 345-678 "), "+62812345678");
        assert_eq!(plain_number("Anna-Maria St. John"), "Anna-Maria St. John");
        assert_eq!(plain_number("sip:anna@example.org"), "sip:anna@example.org");
    }

    #[test]
    fn a_search_matches_its_wildcards_as_text() {
        assert_eq!(search_pattern("50%_!").as_deref(), Some("%50!%!_!!%"));
        assert_eq!(search_pattern("ÅSA").as_deref(), Some("%åsa%"));
        assert_eq!(search_pattern("  "), None);
    }

    #[test]
    fn the_list_numbers_its_values_in_order() {
        let filter = CallFilter { live_only: true, search: Some("a".to_owned()), ..CallFilter::default() };
        let (sql, values) = list_sql(&"org_a".into(), &filter, 3);
        assert_eq!(
            sql,
            "SELECT * FROM calls WHERE org_id = $1 AND live = 1 AND search_text LIKE $2 ESCAPE '!' \
             ORDER BY created_at DESC, id DESC LIMIT $3"
        );
        assert_eq!(values.len(), 3);
    }
}
