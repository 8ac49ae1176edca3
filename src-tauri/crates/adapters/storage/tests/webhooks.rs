//! Webhooks in both databases: leases, tries, what is off, sending again, and what a sweep takes.

use std::sync::Arc;

use tandem_conformance::store::Subject;
use tandem_conformance::store::cluster::Cluster;
use tandem_conformance::store::fixtures::organisation;
use tandem_foundation::OrgId;
use tandem_storage::{Retention, Storage};
use tandem_switchboard::ports::retention::RetentionStore;
use tandem_switchboard::ports::webhooks::{AfterAttempt, DeliveryFilter, DeliveryQueue, WebhookStore};
use tandem_switchboard::records::*;

const URL: &str = "https://example.org/hook";
const DAY: i64 = 86_400_000;

fn endpoint(org: &OrgId, id: &str) -> WebhookEndpoint {
    WebhookEndpoint {
        id: id.into(),
        org: org.clone(),
        contract: Some(Contract::Sauti),
        url: Some(URL.into()),
        description: "crm".into(),
        topics: vec!["call.failed".into()],
        enabled: true,
        disabled_reason: None,
        secrets: vec![WebhookSecret { secret: "planted secret".into(), until: None }],
        failing_since: None,
        created_at: UnixMs(0),
    }
}

fn delivery(org: &OrgId, endpoint: &str, id: &str, at: i64) -> Delivery {
    Delivery {
        id: id.into(),
        org: org.clone(),
        endpoint: endpoint.into(),
        contract: Some(Contract::Sauti),
        url: URL.into(),
        topic: "call.failed".into(),
        call: None,
        body: "{}".to_owned().into(),
        state: DeliveryState::Pending,
        attempts: 0,
        next_attempt_at: UnixMs(at),
        created_at: UnixMs(at),
        finished_at: None,
    }
}

fn answered(at: i64, status: Option<u16>) -> DeliveryAttempt {
    let error = status.is_none().then(|| "no answer in time".to_owned());
    DeliveryAttempt {
        at: UnixMs(at),
        duration_ms: 5,
        status,
        error,
        answer: status.map(|_| "ok".to_owned().into()),
    }
}

async fn keeps_webhooks(url: &str) {
    let folder = tempfile::tempdir().expect("folder");
    let storage = Storage::open_with_key(url, &folder.path().join("tandem.key")).await.expect("open");
    let subject: Subject = Arc::new(storage.clone());
    let (org, other) = (organisation(&subject).await, organisation(&subject).await);
    let mut row = endpoint(&org, "whep_1");
    storage.put_endpoint(row.clone(), Vec::new()).await.expect("put");
    assert_eq!(storage.endpoint(&org, &row.id).await.expect("read"), row);
    assert!(storage.endpoint(&other, &row.id).await.is_err(), "it is another's");
    for (id, at) in [("one", 10), ("two", 20), ("three", 30)] {
        storage.put_delivery(delivery(&org, "whep_1", id, at)).await.expect("put");
    }

    let queue = DeliveryQueue { org: org.clone(), endpoint: "whep_1".into(), url: URL.into() };
    assert_eq!(storage.next_due().await.expect("read"), Some(UnixMs(10)));
    assert!(storage.due_queues(UnixMs(9), 10).await.expect("list").is_empty());
    assert_eq!(storage.due_queues(UnixMs(25), 10).await.expect("list"), std::slice::from_ref(&queue));
    let leased = storage.lease(&queue, UnixMs(25), UnixMs(100), 4).await.expect("lease");
    let ids: Vec<_> = leased.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["one", "two"], "what is due, the oldest first");
    assert!(storage.lease(&queue, UnixMs(26), UnixMs(100), 4).await.expect("lease").is_empty(), "once");
    assert_eq!(
        storage.lease(&queue, UnixMs(100), UnixMs(200), 1).await.expect("lease")[0].id,
        "one",
        "run out"
    );

    storage.settle(&org, "one", answered(100, Some(200)), AfterAttempt::Delivered).await.expect("settle");
    let later = AfterAttempt::RetryAt(UnixMs(5_000));
    storage.settle(&org, "two", answered(100, None), later).await.expect("settle");
    storage.settle(&org, "three", answered(100, Some(500)), AfterAttempt::Failed).await.expect("settle");
    assert_eq!(storage.next_due().await.expect("read"), Some(UnixMs(5_000)));
    let tries = storage.attempts(&org, "two").await.expect("list");
    assert_eq!(tries, [answered(100, None)]);
    assert_eq!(storage.attempts(&org, "one").await.expect("list"), [answered(100, Some(200))]);
    assert!(storage.attempts(&other, "one").await.expect("list").is_empty());
    let failed = DeliveryFilter { state: Some(DeliveryState::Failed), ..DeliveryFilter::default() };
    assert_eq!(storage.deliveries(&org, failed).await.expect("list").items[0].id, "three");

    (row.enabled, row.disabled_reason) = (false, Some("gone".into()));
    storage.put_endpoint(row.clone(), Vec::new()).await.expect("put");
    assert!(storage.due_queues(UnixMs(9_000), 10).await.expect("list").is_empty(), "it is off");
    assert_eq!(storage.next_due().await.expect("read"), None);
    row.enabled = true;
    storage.put_endpoint(row, Vec::new()).await.expect("put");
    assert_eq!(
        storage.due_queues(UnixMs(9_000), 10).await.expect("list").len(),
        1,
        "and goes on when it is on"
    );

    let span = (UnixMs(0), UnixMs(1_000));
    let only = |failed| storage.redeliver_range(&org, &queue.endpoint, span, failed, UnixMs(300));
    assert_eq!(only(true).await.expect("again"), 1);
    assert_eq!(only(false).await.expect("again"), 1, "those that wait wait on");
    let again = storage.delivery(&org, "one").await.expect("read");
    assert_eq!((again.state, again.attempts, again.finished_at), (DeliveryState::Pending, 0, None));
    storage.settle(&org, "one", answered(400, Some(200)), AfterAttempt::Delivered).await.expect("settle");
    assert_eq!(storage.attempts(&org, "one").await.expect("list").len(), 2, "former tries stay");

    let kept = Retention { transcripts_days: Some(1), ..Retention::default() };
    storage.put_retention(&org, kept, Vec::new()).await.expect("put");
    storage.sweep(UnixMs(3 * DAY), folder.path()).await.expect("sweep");
    let left = storage.deliveries(&org, DeliveryFilter::default()).await.expect("list").items;
    assert!(left.len() == 2 && left.iter().all(|row| row.state == DeliveryState::Pending), "{left:?}");
    storage.delete_endpoint(&org, &queue.endpoint, Vec::new()).await.expect("delete");
    assert!(storage.deliveries(&org, DeliveryFilter::default()).await.expect("list").items.is_empty());
}

#[tokio::test]
async fn sqlite_keeps_webhooks() {
    let folder = tempfile::tempdir().expect("folder");
    keeps_webhooks(&format!("sqlite://{}/tandem.db", folder.path().display())).await;
}

#[tokio::test]
async fn postgresql_keeps_webhooks() {
    let cluster = Cluster::start();
    keeps_webhooks(&cluster.database()).await;
}
