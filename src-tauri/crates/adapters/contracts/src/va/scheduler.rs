//! Tasks become calls: when somebody asks for it, or when their time has come.
//!
//! Invariant: a task is claimed, on disk, before its call is asked for; and the exchange writes the call, with the task's
//! id, before anything is dialled. So of a claim that a crash left behind it is known whether anybody was called: there is
//! a call of it, or it goes back to be executed.

use std::sync::Arc;
use std::time::Duration;

use tandem_foundation::{KeyId, Pii};
use tandem_switchboard::exchange::{Actor, ExchangeError, LiveMessage, PlaceCall};
use tandem_switchboard::ports::store::{CallFilter, StoreError};
use tandem_switchboard::records::{
    Call, CallStatus, Contract, EventBody, Origin, Task, TaskStatus, UnixMs, UserRole,
};
use tokio::sync::Notify;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

use crate::ground::{Ground, Kind, Refusal, as_variables};

/// Looked at by itself this often: another node may have written something.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Begun in one go.
const BATCH: u32 = 50;
/// A claim without a call is held for a crash's only after this time.
const CLAIM_LIVES_MS: i64 = 60_000;

static NEWS: Notify = Notify::const_new();

/// Somebody has written a task that may be due.
pub(super) fn look_again() {
    NEWS.notify_one();
}

/// Runs until the handle is aborted.
pub(crate) fn run(ground: Arc<Ground>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut news = ground.exchange.subscribe();
        // Claims from before this start are nobody's any more.
        let started = ground.now();
        if let Err(error) = catch_up(&ground, |claimed| claimed < started).await {
            tracing::warn!(%error, "tasks under way could not be read");
        }
        loop {
            let wait = turn(&ground).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "tasks wait for storage");
                LOOK_EVERY
            });
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = NEWS.notified() => {}
                () = ended(&ground, &mut news) => {}
            }
        }
    })
}

/// Returns once a task's call is over, which is written down first.
async fn ended(ground: &Arc<Ground>, news: &mut tokio::sync::broadcast::Receiver<LiveMessage>) {
    loop {
        match news.recv().await {
            Ok(LiveMessage::Event(event)) => {
                let EventBody::CallEnded(call) = &event.body else { continue };
                let Some(task) = call.origin.as_ref().filter(|origin| origin.contract == Contract::Va) else {
                    continue;
                };
                let Some(task) = task.task.clone() else { continue };
                let done = async {
                    let row = ground.tasks.task(&call.org, &task.into()).await?;
                    settle(ground, row, call).await
                };
                if let Err(error) = done.await {
                    tracing::warn!(%error, "a task's end waits for storage");
                }
                return;
            }
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => return tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}

/// Executes what is due; answers how long nothing will be.
async fn turn(ground: &Arc<Ground>) -> Result<Duration, StoreError> {
    let now = ground.now();
    catch_up(ground, |claimed| claimed.0 < now.0 - CLAIM_LIVES_MS).await?;
    for row in ground.tasks.due_tasks(ground.now(), BATCH).await? {
        let actor =
            Actor { org: row.org.clone(), role: UserRole::Admin, user: None, name: "schedule".to_owned() };
        let id = row.id.clone();
        if let Err(refusal) = execute(ground, &actor, None, row).await {
            tracing::info!(task = %id, kind = ?refusal.kind, "a scheduled task was not executed");
        }
    }
    let due = ground.tasks.next_task_due().await?;
    let wait = due.map_or(LOOK_EVERY, |at| {
        Duration::from_millis(u64::try_from(at.0 - ground.now().0).unwrap_or_default())
    });
    Ok(wait.clamp(Duration::from_millis(200), LOOK_EVERY))
}

/// Tasks under way whose call is over; `lost`: whether a claim of that moment is nobody's any more.
async fn catch_up(ground: &Arc<Ground>, lost: impl Fn(UnixMs) -> bool) -> Result<(), StoreError> {
    for row in ground.tasks.tasks_in_progress().await? {
        match call_of(ground, &row).await? {
            Some(call) if call.status.is_final() => drop(settle(ground, row, &call).await?),
            Some(call) if row.call.is_none() => {
                let row = Task { call: Some(call.id), ..row };
                ground.tasks.change_task(row, &[TaskStatus::InProgress]).await?;
            }
            Some(_) => {}
            // Nothing was written of a call, so nobody was called.
            None if row.claimed_at.is_none_or(&lost) => {
                let row = Task { status: TaskStatus::Pending, updated_at: ground.now(), ..row };
                ground.tasks.change_task(row, &[TaskStatus::InProgress]).await?;
            }
            None => {}
        }
    }
    Ok(())
}

/// The call of a task's latest execution.
async fn call_of(ground: &Ground, row: &Task) -> Result<Option<Call>, StoreError> {
    if let Some(id) = &row.call {
        return match ground.store.call(&row.org, id).await {
            Ok(call) => Ok(Some(call)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        };
    }
    let filter = CallFilter {
        task: Some(row.id.as_str().to_owned()),
        since: row.claimed_at,
        limit: 1,
        ..CallFilter::default()
    };
    Ok(ground.store.calls(&row.org, filter).await?.items.into_iter().next())
}

/// The task as it is now that its call may be over.
pub(super) async fn settled(ground: &Arc<Ground>, row: Task) -> Result<Task, StoreError> {
    if row.status != TaskStatus::InProgress {
        return Ok(row);
    }
    match call_of(ground, &row).await? {
        Some(call) if call.status.is_final() => settle(ground, row, &call).await,
        _ => Ok(row),
    }
}

async fn settle(ground: &Arc<Ground>, mut row: Task, call: &Call) -> Result<Task, StoreError> {
    // A call of an earlier execution says nothing of this one.
    if row.status != TaskStatus::InProgress || row.call.as_ref().is_some_and(|id| *id != call.id) {
        return Ok(row);
    }
    let completed = call.status == CallStatus::Completed;
    row.status = if completed { TaskStatus::Completed } else { TaskStatus::Failed };
    row.call = Some(call.id.clone());
    row.updated_at = call.ended_at.unwrap_or(row.updated_at);
    ground.tasks.change_task(row.clone(), &[TaskStatus::InProgress]).await?;
    Ok(row)
}

/// Claims the task and places its call.
///
/// # Errors
/// `Invalid` where it is not pending; else the exchange's refusal. Without room on the trunk, or with the exchange away,
/// it is pending again; whatever else is in the way, it has failed.
pub(super) async fn execute(
    ground: &Arc<Ground>,
    actor: &Actor,
    key: Option<KeyId>,
    row: Task,
) -> Result<Call, Refusal> {
    let now = ground.now();
    let mut row =
        Task { status: TaskStatus::InProgress, call: None, claimed_at: Some(now), updated_at: now, ..row };
    if !ground.tasks.change_task(row.clone(), &[TaskStatus::Pending]).await? {
        return Err(Refusal::new(Kind::Invalid, "Only pending tasks can be executed"));
    }
    match ground.exchange.place_call(actor, request(&row, key)).await {
        Ok(call) => {
            row.call = Some(call.id.clone());
            // Without this the call is found by the task's id.
            if let Err(error) = ground.tasks.change_task(row, &[TaskStatus::InProgress]).await {
                tracing::warn!(%error, "a task does not name its call yet");
            }
            Ok(call)
        }
        Err(error) => {
            let refusal = refused(&error);
            let again = match error {
                ExchangeError::AtCapacity { retry_after_s, .. } => Some(retry_after_s.max(1)),
                ExchangeError::Draining | ExchangeError::Storage | ExchangeError::StorageFull => Some(5),
                _ => None,
            };
            row.status = if again.is_some() { TaskStatus::Pending } else { TaskStatus::Failed };
            row.claimed_at = None;
            match again {
                Some(seconds) if row.due_at.is_some_and(|due| due <= now) => {
                    row.due_at = Some(UnixMs(now.0 + i64::from(seconds) * 1_000));
                }
                Some(_) => {}
                None => {
                    let mut details = row.details.into_inner();
                    details.error = Some(refusal.message.clone());
                    row.details = Pii::new(details);
                }
            }
            ground.tasks.change_task(row, &[TaskStatus::InProgress]).await?;
            Err(refusal)
        }
    }
}

fn request(row: &Task, key: Option<KeyId>) -> PlaceCall {
    let details = row.details.expose();
    let mut origin = Origin::new(Contract::Va);
    origin.key = key;
    origin.task = Some(row.id.as_str().to_owned());
    origin.metadata =
        details.context_data.clone().map_or_else(Default::default, serde_json::Value::Object).into();
    // Nobody is told of anything where nothing was asked for.
    let none = details.webhook_events.as_ref().is_some_and(Vec::is_empty);
    origin.callback_url = details.webhook_url.clone().filter(|_| !none);
    origin.events = details.webhook_events.clone().unwrap_or_default();
    let mut variables = as_variables(&details.context_data.clone().unwrap_or_default());
    variables.entry("task_name".to_owned()).or_insert_with(|| details.name.clone());
    if let Some(description) = &details.description {
        variables.entry("task_description".to_owned()).or_insert_with(|| description.clone());
    }
    PlaceCall {
        variables,
        origin: Some(origin),
        first_message: details.starting_message.clone().filter(|text| !text.is_empty()).map(Into::into),
        ..PlaceCall::new(details.to_number.clone(), row.assistant.clone())
    }
}

fn refused(error: &ExchangeError) -> Refusal {
    match error {
        ExchangeError::Invalid { field: "to", expected } => Refusal::field("to_number", expected.clone()),
        ExchangeError::Invalid { field: "assistant", .. } => {
            Refusal::new(Kind::Invalid, "Agent is not enabled")
        }
        ExchangeError::Invalid { field: "variables", expected } => {
            Refusal::field("context_data", expected.clone())
        }
        ExchangeError::NotFound { what: "trunk" } => {
            Refusal::new(Kind::Unavailable, "No line is set up to call over")
        }
        ExchangeError::NotFound { what: "assistant" } => Refusal::new(Kind::NotFound, "Agent not found"),
        other => other.clone().into(),
    }
}
