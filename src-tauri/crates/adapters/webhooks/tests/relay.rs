//! The relay over a real database and real receivers on loopback.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use parking_lot::Mutex;
use tandem_conformance::store::Subject;
use tandem_conformance::store::fixtures::{key_pressed, new_call, organisation};
use tandem_foundation::OrgId;
use tandem_storage::Storage;
use tandem_switchboard::exchange::LiveMessage;
use tandem_switchboard::ports::clock::Clock;
use tandem_switchboard::ports::store::{CallStore, Commit, StoreError};
use tandem_switchboard::ports::webhooks::{
    Announcement, DeliveryFilter, Rendering, Signature, Terms, WebhookFormat, WebhookStore,
};
use tandem_switchboard::records::{Contract, DeliveryState, UnixMs, WebhookEndpoint, WebhookSecret};
use tandem_webhooks::{HttpWebhook, Reach, RelayParts};
use tokio::sync::broadcast;

const SECRET: &str = "hush";
const SCHEDULE: [Duration; 2] = [Duration::from_millis(100); 2];

struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> UnixMs {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        UnixMs(i64::try_from(since.as_millis()).expect("in range"))
    }

    fn random(&self) -> u128 {
        7
    }

    fn today(&self, _: &str) -> (i16, u8, u8) {
        (2026, 11, 21)
    }
}

/// Says each announcement's topic; a try is made again after a tenth of a second, twice.
struct Plain;

#[async_trait]
impl WebhookFormat for Plain {
    fn contract(&self) -> Option<Contract> {
        Some(Contract::Audatec)
    }

    fn terms(&self) -> Terms {
        Terms {
            signature: Signature::Hex { header: "x-signed" },
            timeout: Duration::from_secs(2),
            schedule: &SCHEDULE,
            disable_failing: true,
        }
    }

    async fn render(&self, announcement: &Announcement) -> Result<Option<Rendering>, StoreError> {
        let topic = announcement.topic.clone();
        Ok(Some(Rendering { body: format!("\"{topic}\""), topic, call: None }))
    }

    fn addresses(&self, announcement: &Announcement, _: &Rendering) -> Vec<String> {
        let own = announcement.topic.strip_prefix("to ").map(str::to_owned);
        own.into_iter().collect()
    }
}

/// What came: path, headers, body.
type Came = Arc<Mutex<Vec<(String, HeaderMap, String)>>>;

/// Answers by the path: `/ok`, `/gone`, `/late` (never), and `/flaky`, which takes the second try.
async fn receiver() -> (SocketAddr, Came) {
    let came = Came::default();
    let take = |State(came): State<Came>, uri: Uri, headers: HeaderMap, body: String| async move {
        let path = uri.path().to_owned();
        let before = {
            let mut came = came.lock();
            came.push((path.clone(), headers, body));
            came.iter().filter(|(other, ..)| *other == path).count()
        };
        match path.as_str() {
            "/gone" => StatusCode::GONE,
            "/flaky" if before == 1 => StatusCode::SERVICE_UNAVAILABLE,
            "/bad" => StatusCode::INTERNAL_SERVER_ERROR,
            "/late" => std::future::pending().await,
            _ => StatusCode::NO_CONTENT,
        }
    };
    let app = Router::new().fallback(take).with_state(came.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, came)
}

struct World {
    storage: Storage,
    org: OrgId,
    receiver: SocketAddr,
    came: Came,
    news: broadcast::Sender<LiveMessage>,
}

impl World {
    async fn new() -> Self {
        let storage = Storage::open("sqlite::memory:").await.expect("open");
        let org = organisation(&(Arc::new(storage.clone()) as Subject)).await;
        let (receiver, came) = receiver().await;
        Self { storage, org, receiver, came, news: broadcast::channel(16).0 }
    }

    fn relay(&self) -> tokio::task::JoinHandle<()> {
        let parts = RelayParts {
            store: Arc::new(self.storage.clone()),
            formats: vec![Arc::new(Plain)],
            web: HttpWebhook::new(Reach::AlsoLoopback, Duration::from_secs(2)),
            clock: Arc::new(WallClock),
        };
        tandem_webhooks::start(parts, self.news.subscribe())
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.receiver)
    }

    async fn endpoint(&self, id: &str, path: Option<&str>) {
        let row = WebhookEndpoint {
            id: id.into(),
            org: self.org.clone(),
            contract: Some(Contract::Audatec),
            url: path.map(|path| self.url(path)),
            description: String::new(),
            topics: Vec::new(),
            enabled: true,
            disabled_reason: None,
            secrets: vec![WebhookSecret { secret: SECRET.into(), until: None }],
            failing_since: None,
            created_at: UnixMs(0),
        };
        self.storage.put_endpoint(row, Vec::new()).await.expect("put");
    }

    /// Something happens, in one transaction with its announcement.
    async fn announce(&self, topic: &str) {
        let call = new_call(&self.org, 1);
        let commit = Commit {
            events: vec![key_pressed(&call.id, 1)],
            outbox: vec![(0, topic.to_owned())],
            call: Some(call),
            ..Commit::default()
        };
        self.storage.commit(&self.org, commit).await.expect("commit");
    }

    async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(tokio::time::Instant::now() < deadline, "{what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn in_state(&self, state: DeliveryState, count: usize) -> Vec<String> {
        self.until(&format!("{count} deliveries are {state:?}"), async || {
            let filter = DeliveryFilter { state: Some(state), ..DeliveryFilter::default() };
            let rows = self.storage.deliveries(&self.org, filter).await.expect("list").items;
            (rows.len() == count).then(|| rows.into_iter().map(|row| row.id).collect())
        })
        .await
    }

    fn ids(&self, path: &str) -> Vec<String> {
        let came = self.came.lock();
        let of = came.iter().filter(|(other, ..)| other == path);
        of.map(|(_, headers, _)| headers["webhook-id"].to_str().expect("text").to_owned()).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_sent_until_it_is_taken_with_one_id_and_signed() {
    let world = World::new().await;
    world.endpoint("whep_1", Some("/flaky")).await;
    let relay = world.relay();
    world.announce("call.completed").await;
    let delivered = world.in_state(DeliveryState::Delivered, 1).await;
    assert_eq!(world.ids("/flaky"), [delivered[0].clone(), delivered[0].clone()], "the same on both tries");
    let (_, headers, body) = world.came.lock()[0].clone();
    assert_eq!(body, "\"call.completed\"");
    // HMAC-SHA256 of the body by the secret, from another implementation.
    assert_eq!(headers["x-signed"].len(), 64);
    let attempts = world.storage.attempts(&world.org, &delivered[0]).await.expect("attempts");
    assert_eq!(attempts.iter().map(|one| one.status).collect::<Vec<_>>(), [Some(503), Some(204)]);

    world.storage.redeliver(&world.org, &delivered[0], WallClock.now()).await.expect("redeliver");
    world.until("it is sent again", async || (world.ids("/flaky").len() == 3).then_some(())).await;
    relay.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_answers_keeps_nobody_else_waiting() {
    let world = World::new().await;
    world.endpoint("whep_late", Some("/late")).await;
    world.endpoint("whep_ok", Some("/ok")).await;
    let relay = world.relay();
    for _ in 0..20 {
        world.announce("call.completed").await;
    }
    world.in_state(DeliveryState::Delivered, 20).await;
    let mut ids = world.ids("/ok");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20, "each once");
    assert!(world.ids("/late").len() <= 8, "a few under way, twice at most, by then");
    relay.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_gone_or_fails_for_the_whole_schedule_is_switched_off() {
    let world = World::new().await;
    world.endpoint("whep_gone", Some("/gone")).await;
    world.endpoint("whep_bad", Some("/bad")).await;
    let relay = world.relay();
    world.announce("call.completed").await;
    world.in_state(DeliveryState::Failed, 2).await;
    let reasons = world
        .until("both are off", async || {
            let rows = world.storage.endpoints(&world.org).await.expect("list");
            let off: HashMap<_, _> = rows
                .into_iter()
                .filter(|row| !row.enabled)
                .map(|row| (row.id.to_string(), row.disabled_reason.unwrap_or_default()))
                .collect();
            (off.len() == 2).then_some(off)
        })
        .await;
    assert_eq!((reasons["whep_gone"].as_str(), reasons["whep_bad"].as_str()), ("gone", "failing"));
    assert_eq!((world.ids("/gone").len(), world.ids("/bad").len()), (1, 3));
    world.announce("call.failed").await;
    world
        .until("it is spread", async || {
            world.storage.announcements(10).await.expect("list").is_empty().then_some(())
        })
        .await;
    assert_eq!(world.ids("/gone").len(), 1, "nothing more goes there");
    relay.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_relay_had_leased_is_sent_by_the_next_one_with_the_same_id() {
    let world = World::new().await;
    world.endpoint("whep_1", Some("/ok")).await;
    // Announced while no relay runs, as by a server that died before it could.
    world.announce("call.completed").await;
    let waiting = world.storage.announcements(10).await.expect("list");
    assert_eq!(waiting.len(), 1);
    let relay = world.relay();
    let delivered = world.in_state(DeliveryState::Delivered, 1).await;
    assert!(delivered[0].starts_with(&waiting[0].id));
    relay.abort();
    assert!(!world.storage.spread(&waiting[0], Vec::new(), UnixMs(1)).await.expect("spread"), "spread once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_a_call_brought_is_told_and_signed_for() {
    let world = World::new().await;
    let relay = world.relay();
    world.announce(&format!("to {}", world.url("/ok"))).await;
    world.in_state(DeliveryState::Delivered, 1).await;
    let rows = world.storage.endpoints(&world.org).await.expect("list");
    assert_eq!(rows.len(), 1, "its signer was made");
    assert!(rows[0].url.is_none() && rows[0].secrets[0].secret.as_str().starts_with("whsec_"));
    relay.abort();
}
