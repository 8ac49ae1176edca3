//! Tasks: made, read, changed, executed, reset.

use axum::http::{StatusCode, Uri};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use tandem_foundation::{Pii, TaskId};
use tandem_switchboard::is_e164;
use tandem_switchboard::ports::tasks::TaskFilter;
use tandem_switchboard::records::{Task, TaskDetails, TaskStatus};

use super::{agents, scheduler, view};
use crate::ground::{
    self, Ask, Kind, OffsetQuery, Refusal, Reply, found_under, ok, read_moment, text_id, uuid_of,
};

/// What can be asked for in `webhook_events`.
pub(super) const EVENTS: [&str; 3] = ["call_started", "call_completed", "call_failed"];
const LONGEST: usize = 10_000;

/// A new task, or what of one is to change. A field that is absent stays; null empties it.
#[derive(Debug, Deserialize)]
struct Wish {
    agent_id: Option<String>,
    name: Option<String>,
    to_number: Option<String>,
    #[serde(default, deserialize_with = "sent")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "sent")]
    starting_message: Option<Option<String>>,
    #[serde(default, deserialize_with = "sent")]
    context_data: Option<Option<Map<String, Value>>>,
    priority: Option<i64>,
    #[serde(default, deserialize_with = "sent")]
    scheduled_at: Option<Option<String>>,
    #[serde(default, deserialize_with = "sent")]
    webhook_url: Option<Option<String>>,
    #[serde(default, deserialize_with = "sent")]
    webhook_events: Option<Option<Vec<String>>>,
}

fn sent<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

#[derive(Debug, Deserialize)]
struct Query {
    agent_id: Option<String>,
    status: Option<String>,
    limit: Option<u32>,
    offset: Option<u32>,
}

pub(super) async fn list(ask: Ask) -> Reply {
    let query: Query = ask.query()?;
    let part = OffsetQuery { limit: query.limit, offset: query.offset }.part(50, 100)?;
    let status = query.status.map(|text| text.parse::<TaskStatus>()).transpose();
    let status = status.map_err(|expected| Refusal::field("status", expected))?;
    let mut rows = Vec::new();
    // An id that a client brought along is a UUID as ours are, so both are looked under.
    let under = query.agent_id.as_deref().map(|id| found_under("asst", id));
    for assistant in under.map_or(vec![None], |ids| ids.into_iter().map(|id| Some(id.into())).collect()) {
        let filter = TaskFilter { assistant, status, offset: part.offset, limit: part.limit + 1 };
        rows.extend(ask.ground.tasks.tasks(ask.org()?, filter).await?);
    }
    let more = rows.len() > part.limit as usize;
    rows.truncate(part.limit as usize);
    ok(&view::list("tasks", rows.iter().map(view::task).collect(), part, more))
}

pub(super) async fn create(ask: Ask) -> Reply {
    let wish: Wish = ask.json()?;
    let required = |field: &str| Refusal::field(field, "is required");
    let agent = wish.agent_id.clone().ok_or_else(|| required("agent_id"))?;
    wish.to_number.as_ref().ok_or_else(|| required("to_number"))?;
    let agent = agents::stored(&ask, &agent).await?;
    let now = ask.ground.now();
    let row = Task {
        id: TaskId::generate(u64::try_from(now.0).unwrap_or_default(), ask.ground.clock.random()),
        org: ask.org()?.clone(),
        assistant: agent.id,
        status: TaskStatus::Pending,
        priority: 0,
        due_at: None,
        call: None,
        claimed_at: None,
        details: Pii::new(TaskDetails { name: "Call".to_owned(), ..TaskDetails::default() }),
        created_at: now,
        updated_at: now,
    };
    let row = apply(&ask, row, wish)?;
    ask.ground.tasks.add_task(row.clone()).await?;
    scheduler::look_again();
    ground::json(StatusCode::CREATED, &view::task(&row))
}

pub(super) async fn get(ask: Ask) -> Reply {
    let row = scheduler::settled(&ask.ground, stored(&ask).await?).await?;
    let agent = ask.ground.store.assistant(&row.org, &row.assistant).await.ok();
    let mut told = view::task(&row);
    told["agent"] = agent.as_ref().map(view::agent).unwrap_or_default();
    ok(&told)
}

pub(super) async fn update(ask: Ask) -> Reply {
    let wish: Wish = ask.json()?;
    let mut row = apply(&ask, stored(&ask).await?, wish)?;
    row.updated_at = ask.ground.now();
    if !ask.ground.tasks.change_task(row.clone(), &[TaskStatus::Pending]).await? {
        return Err(Refusal::new(Kind::Invalid, "Only pending tasks can be updated"));
    }
    scheduler::look_again();
    ok(&view::task(&row))
}

pub(super) async fn delete(ask: Ask) -> Reply {
    let row = scheduler::settled(&ask.ground, stored(&ask).await?).await?;
    let may = [TaskStatus::Pending, TaskStatus::Failed];
    if !ask.ground.tasks.delete_task(&row.org, &row.id, &may).await? {
        return Err(Refusal::new(Kind::Invalid, "Only pending or failed tasks can be deleted"));
    }
    ok(&json!({ "id": uuid_of(row.id.as_str()), "deleted": true }))
}

pub(super) async fn execute(ask: Ask) -> Reply {
    let row = stored(&ask).await?;
    let key = ask.key.as_ref().map(|key| key.id.clone());
    let call = scheduler::execute(&ask.ground, ask.actor()?, key, row).await?;
    ok(&json!({ "call_id": uuid_of(call.id.as_str()), "message": "Call initiated" }))
}

pub(super) async fn reset(ask: Ask) -> Reply {
    let mut row = scheduler::settled(&ask.ground, stored(&ask).await?).await?;
    let now = ask.ground.now();
    if let (TaskStatus::InProgress, Some(call)) = (row.status, &row.call)
        && ask.ground.exchange.live_call(&row.org, call).await.is_some()
    {
        return Err(Refusal::new(Kind::Invalid, "The task's call is under way; end it first"));
    }
    row.status = TaskStatus::Pending;
    row.updated_at = now;
    let mut details = row.details.into_inner();
    details.error = None;
    row.due_at = details.scheduled_at.filter(|at| *at > now);
    row.details = Pii::new(details);
    let from = [TaskStatus::InProgress, TaskStatus::Completed, TaskStatus::Failed];
    if !ask.ground.tasks.change_task(row.clone(), &from).await? {
        return Err(Refusal::new(Kind::Invalid, "The task is pending already"));
    }
    scheduler::look_again();
    ok(&view::task(&row))
}

async fn stored(ask: &Ask) -> Result<Task, Refusal> {
    let id = text_id("task", ask.id()).into();
    let found = ask.ground.tasks.task(ask.org()?, &id).await;
    found.map_err(|error| match Refusal::of_row(error, "task") {
        refusal if refusal.kind == Kind::NotFound => Refusal::new(Kind::NotFound, "Task not found"),
        refusal => refusal,
    })
}

fn apply(ask: &Ask, mut row: Task, wish: Wish) -> Result<Task, Refusal> {
    let mut details = row.details.into_inner();
    if let Some(number) = wish.to_number {
        if !is_e164(&number) {
            return Err(Refusal::field("to_number", "expected E.164 format, as +1234567890"));
        }
        details.to_number = number;
    }
    if let Some(name) = wish.name {
        if !(1..=200).contains(&name.trim().chars().count()) {
            return Err(Refusal::field("name", "expected 1 to 200 characters"));
        }
        details.name = name.trim().to_owned();
    }
    for (field, text) in [("description", &wish.description), ("starting_message", &wish.starting_message)] {
        if text.as_ref().and_then(Option::as_ref).is_some_and(|text| text.len() > LONGEST) {
            return Err(Refusal::field(field, format!("expected {LONGEST} bytes at most")));
        }
    }
    details.description = wish.description.unwrap_or(details.description);
    details.starting_message = wish.starting_message.unwrap_or(details.starting_message);
    details.context_data = wish.context_data.unwrap_or(details.context_data);
    if let Some(at) = wish.scheduled_at {
        let read = at.map(|text| {
            read_moment(&text).ok_or_else(|| Refusal::field("scheduled_at", "expected an RFC 3339 time"))
        });
        details.scheduled_at = read.transpose()?;
        row.due_at = details.scheduled_at;
    }
    if let Some(url) = wish.webhook_url {
        if url.as_deref().is_some_and(|url| !may_be_told(url, ask.ground.sandbox)) {
            return Err(Refusal::field("webhook_url", "must be HTTPS"));
        }
        details.webhook_url = url;
    }
    if let Some(events) = wish.webhook_events {
        let unknown = |events: &Vec<String>| events.iter().any(|event| !EVENTS.contains(&event.as_str()));
        if events.as_ref().is_some_and(unknown) {
            return Err(Refusal::field("webhook_events", format!("expected some of {}", EVENTS.join(", "))));
        }
        details.webhook_events = events;
    }
    row.priority = wish.priority.unwrap_or(row.priority);
    row.details = Pii::new(details);
    Ok(row)
}

/// HTTPS; in a sandbox also plain HTTP to this machine.
fn may_be_told(url: &str, sandbox: bool) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    let here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match uri.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => sandbox && here,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_are_https_but_for_this_machine_in_a_sandbox() {
        for (url, sandbox, may) in [
            ("https://your-app.com/webhooks", false, true),
            ("http://your-app.com/webhooks", true, false),
            ("http://127.0.0.1:9000/x", true, true),
            ("http://127.0.0.1:9000/x", false, false),
            ("http://127.0.0.1.evil.example/x", true, false),
            ("your-app.com", true, false),
        ] {
            assert_eq!(may_be_told(url, sandbox), may, "{url}");
        }
    }
}
