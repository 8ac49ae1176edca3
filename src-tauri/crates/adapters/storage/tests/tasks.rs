//! Tasks in storage: who claims one, and which are due.

use tandem_foundation::Pii;
use tandem_storage::Storage;
use tandem_switchboard::ports::store::{Directory, StoreError};
use tandem_switchboard::ports::tasks::{TaskFilter, TaskStore};
use tandem_switchboard::records::{Organisation, Task, TaskDetails, TaskStatus, UnixMs};

async fn store() -> Storage {
    let store = Storage::open("sqlite::memory:").await.expect("open");
    for id in ["org_1", "org_2"] {
        let row =
            Organisation { id: id.into(), name: id.into(), time_zone: "UTC".into(), created_at: UnixMs(1) };
        store.put_organisation(row).await.expect("put");
    }
    store
}

fn task(id: &str, priority: i64, due_at: Option<i64>) -> Task {
    Task {
        id: id.into(),
        org: "org_1".into(),
        assistant: "asst_1".into(),
        status: TaskStatus::Pending,
        priority,
        due_at: due_at.map(UnixMs),
        call: None,
        claimed_at: None,
        details: Pii::new(TaskDetails {
            name: "Call".into(),
            to_number: "+12345678".into(),
            webhook_events: Some(vec!["call_failed".into()]),
            ..TaskDetails::default()
        }),
        created_at: UnixMs(5),
        updated_at: UnixMs(6),
    }
}

#[tokio::test]
async fn a_task_is_read_as_it_was_written_by_its_own_organisation_alone() {
    let store = store().await;
    let mut row = task("task_1", 2, Some(9));
    store.add_task(row.clone()).await.expect("added");
    assert_eq!(store.task(&row.org, &row.id).await.expect("read"), row);
    let other = store.task(&"org_2".into(), &row.id).await;
    assert!(matches!(other, Err(StoreError::NotFound { .. })));
    assert!(store.tasks(&"org_2".into(), TaskFilter::default()).await.expect("read").is_empty());
    (row.status, row.call, row.claimed_at) = (TaskStatus::InProgress, Some("call_1".into()), Some(UnixMs(7)));
    assert!(store.change_task(row.clone(), &[TaskStatus::Pending]).await.expect("changed"));
    assert_eq!(store.tasks_in_progress().await.expect("read"), [row.clone()]);
    let pending = TaskFilter { status: Some(TaskStatus::Pending), ..TaskFilter::default() };
    assert!(store.tasks(&row.org, pending).await.expect("read").is_empty());
    let may = [TaskStatus::Pending, TaskStatus::Failed];
    assert!(!store.delete_task(&row.org, &row.id, &may).await.expect("asked"));
    assert!(store.delete_task(&row.org, &row.id, &[TaskStatus::InProgress]).await.expect("asked"));
}

#[tokio::test]
async fn of_many_who_claim_a_task_one_has_it() {
    let store = store().await;
    let row = task("task_1", 0, None);
    store.add_task(row.clone()).await.expect("added");
    let claims = (0..20).map(|_| {
        let (store, row) = (store.clone(), Task { status: TaskStatus::InProgress, ..row.clone() });
        tokio::spawn(async move { store.change_task(row, &[TaskStatus::Pending]).await.expect("asked") })
    });
    let mut won = 0;
    for claim in claims.collect::<Vec<_>>() {
        won += usize::from(claim.await.expect("no panic"));
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn due_tasks_come_by_priority_and_then_by_time() {
    let store = store().await;
    for (id, priority, due) in [
        ("task_late", 0, Some(30)),
        ("task_early", 0, Some(10)),
        ("task_urgent", 5, Some(20)),
        ("task_future", 9, Some(99)),
        ("task_unscheduled", 9, None),
    ] {
        store.add_task(task(id, priority, due)).await.expect("added");
    }
    let due = store.due_tasks(UnixMs(30), 10).await.expect("read");
    let ids: Vec<_> = due.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["task_urgent", "task_early", "task_late"]);
    assert_eq!(store.next_task_due().await.expect("read"), Some(UnixMs(10)));
}
