//! The relay: announcements become deliveries, and deliveries are tried until they are taken or given up.
//!
//! Each queue (an endpoint at an address) has its own tries under way and no more than a few, so that a receiver that is
//! slow, or none at all, keeps nobody else waiting.
//!
//! Invariant: a delivery is leased while it is tried; a relay that dies leaves a lease that runs out, and the try is made
//! again with the same id.

mod outcome;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tandem_foundation::{OrgId, Pii};
use tandem_switchboard::exchange::LiveMessage;
use tandem_switchboard::ports::clock::Clock;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::ports::webhooks::{
    Announcement, DeliveryQueue, Rendering, Terms, WebhookFormat, WebhookStore,
};
use tandem_switchboard::records::{
    Contract, Delivery, DeliveryAttempt, DeliveryState, UnixMs, WebhookEndpoint, WebhookSecret,
};
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;

use crate::HttpWebhook;
use crate::signature;
use outcome::{Verdict, failing_for_all_of, judge};

/// Tries under way in one queue at once.
const PER_QUEUE: u32 = 4;
/// Announcements that are spread at a time.
const BATCH: u32 = 100;
/// Queues that are looked at, at a time: more than there are endpoints, since those that stand still come first.
const QUEUES: u32 = 10_000;
/// Beyond the terms' timeout, a lease leaves this much time to write down what came of the try.
const LEASE_GRACE: Duration = Duration::from_secs(30);
/// The relay looks by itself this often: another node may have announced something.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What the relay works with.
#[derive(Clone)]
pub struct RelayParts {
    pub store: Arc<dyn WebhookStore>,
    /// One for each contract, and one for our own endpoints.
    pub formats: Vec<Arc<dyn WebhookFormat>>,
    pub web: HttpWebhook,
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for RelayParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RelayParts")
    }
}

struct Relay {
    parts: RelayParts,
    under_way: Mutex<HashMap<DeliveryQueue, u32>>,
    /// Queues whose receiver is overloaded, and until when they are left alone.
    throttled: Mutex<HashMap<DeliveryQueue, UnixMs>>,
    /// A try has ended, so that its queue may have room.
    room: Notify,
}

/// Runs the relay until the handle is aborted; `news` wakes it when something has happened.
pub fn start(parts: RelayParts, mut news: broadcast::Receiver<LiveMessage>) -> JoinHandle<()> {
    let relay = Arc::new(Relay {
        parts,
        under_way: Mutex::default(),
        throttled: Mutex::default(),
        room: Notify::new(),
    });
    tokio::spawn(async move {
        loop {
            let wait = match relay.turn().await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::warn!(%error, "webhooks wait for storage");
                    LOOK_EVERY
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = relay.room.notified() => {}
                () = happened(&mut news) => {}
            }
        }
    })
}

/// Waits for an event; those that came meanwhile are one with it, and what is heard and measured in calls is none.
async fn happened(news: &mut broadcast::Receiver<LiveMessage>) {
    loop {
        match news.recv().await {
            Ok(LiveMessage::Event(_)) | Err(broadcast::error::RecvError::Lagged(_)) => break,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
    while news.try_recv().is_ok() {}
}

impl Relay {
    /// Spreads what was announced and begins what is due; answers how long nothing will be.
    async fn turn(self: &Arc<Self>) -> Result<Duration, StoreError> {
        loop {
            let waiting = self.parts.store.announcements(BATCH).await?;
            let more = waiting.len() as u32 == BATCH;
            for announcement in waiting {
                self.spread(&announcement).await?;
            }
            if !more {
                break;
            }
        }
        let now = self.parts.clock.now();
        self.throttled.lock().retain(|_, until| *until > now);
        for queue in self.parts.store.due_queues(now, QUEUES).await? {
            self.serve(queue, now).await?;
        }
        let due = self.parts.store.next_due().await?;
        let wait = due.map_or(LOOK_EVERY, |at| millis(at.0 - self.parts.clock.now().0));
        // What is due and not begun waits for room in its queue, which is told.
        Ok(wait.clamp(Duration::from_millis(50), LOOK_EVERY))
    }

    async fn spread(&self, announcement: &Announcement) -> Result<(), StoreError> {
        let now = self.parts.clock.now();
        let endpoints = self.parts.store.endpoints(&announcement.org).await?;
        let mut deliveries = Vec::new();
        for format in &self.parts.formats {
            let Some(rendering) = format.render(announcement).await? else { continue };
            let ours = endpoints.iter().filter(|endpoint| endpoint.contract == format.contract());
            let mut to: Vec<(&WebhookEndpoint, String)> = ours
                .clone()
                .filter(|endpoint| endpoint.wants(&rendering.topic))
                .filter_map(|endpoint| Some((endpoint, endpoint.url.clone()?)))
                .collect();
            let addresses = format.addresses(announcement, &rendering);
            let signer;
            if !addresses.is_empty() {
                signer = match ours.clone().find(|endpoint| endpoint.url.is_none()) {
                    Some(known) => known.clone(),
                    None => self.make_signer(announcement, format.contract(), now).await?,
                };
                to.extend(addresses.into_iter().map(|url| (&signer, url)));
            }
            for (endpoint, url) in to {
                let id = format!("{}_{}", announcement.id, deliveries.len());
                deliveries.push(delivery(id, endpoint, url, &rendering, now));
            }
        }
        self.parts.store.spread(announcement, deliveries, now).await?;
        Ok(())
    }

    /// Signs for addresses that calls bring along; made when the first of them does.
    async fn make_signer(
        &self,
        announcement: &Announcement,
        contract: Option<Contract>,
        now: UnixMs,
    ) -> Result<WebhookEndpoint, StoreError> {
        let random = [self.parts.clock.random(), self.parts.clock.random()];
        let signer = signer(announcement.org.clone(), contract, random, now);
        self.parts.store.put_endpoint(signer.clone(), Vec::new()).await?;
        Ok(signer)
    }

    /// Begins as many tries of a queue as it has room for.
    async fn serve(self: &Arc<Self>, queue: DeliveryQueue, now: UnixMs) -> Result<(), StoreError> {
        let busy = self.under_way.lock().get(&queue).copied().unwrap_or(0);
        if busy >= PER_QUEUE || self.throttled.lock().get(&queue).is_some_and(|until| *until > now) {
            return Ok(());
        }
        let mut endpoint = match self.parts.store.endpoint(&queue.org, &queue.endpoint).await {
            Ok(endpoint) => endpoint,
            Err(StoreError::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        if endpoint.secrets.is_empty() {
            // It signs as the contract does for all of the organisation.
            let all = self.parts.store.endpoints(&queue.org).await?;
            let signer = all.into_iter().find(|one| one.contract == endpoint.contract && one.url.is_none());
            endpoint.secrets = signer.map(|signer| signer.secrets).unwrap_or_default();
        }
        let Some(format) = self.parts.formats.iter().find(|format| format.contract() == endpoint.contract)
        else {
            return Ok(());
        };
        let until = UnixMs(now.0 + as_ms(format.terms().timeout + LEASE_GRACE));
        let leased = self.parts.store.lease(&queue, now, until, PER_QUEUE - busy).await?;
        for delivery in leased {
            *self.under_way.lock().entry(queue.clone()).or_default() += 1;
            let (relay, format, endpoint, queue) =
                (self.clone(), format.clone(), endpoint.clone(), queue.clone());
            tokio::spawn(async move {
                relay.attempt(format.as_ref(), endpoint, delivery, &queue).await;
                relay.leave(&queue);
            });
        }
        Ok(())
    }

    fn leave(&self, queue: &DeliveryQueue) {
        let mut under_way = self.under_way.lock();
        if let Some(count) = under_way.get_mut(queue) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(queue);
            }
        }
        drop(under_way);
        self.room.notify_one();
    }

    /// One try, written down with what becomes of the delivery.
    async fn attempt(
        &self,
        format: &dyn WebhookFormat,
        mut endpoint: WebhookEndpoint,
        delivery: Delivery,
        queue: &DeliveryQueue,
    ) {
        let (at, began, terms) = (self.parts.clock.now(), Instant::now(), format.terms());
        let headers = signature::of(terms.signature, &endpoint.live_secrets(at), &delivery, at);
        let answered =
            self.parts.web.send(&delivery.url, delivery.body.as_str(), headers, terms.timeout).await;
        let duration_ms = as_ms(began.elapsed());
        let now = UnixMs(at.0 + duration_ms);
        let jitter = (self.parts.clock.random() % 1_000) as f64 / 1_000.0;
        let verdict = judge(&answered, terms, delivery.attempts, now, jitter);
        let attempt = DeliveryAttempt {
            at,
            duration_ms,
            status: answered.as_ref().ok().map(|answer| answer.status),
            error: answered.as_ref().err().cloned(),
            answer: answered.ok().map(|answer| answer.excerpt).filter(|text| !text.is_empty()).map(Pii::new),
        };
        if let Some(until) = verdict.throttle {
            self.throttled.lock().insert(queue.clone(), until);
        }
        if attempt.status.is_none_or(|status| !(200..300).contains(&status)) {
            tracing::info!(id = delivery.id, status = attempt.status, "a webhook was not taken");
        }
        let settled = self.parts.store.settle(&delivery.org, &delivery.id, attempt, verdict.after).await;
        let noted = self.note(&mut endpoint, &verdict, terms, now).await;
        if let Err(error) = settled.and(noted) {
            // The lease runs out and the try is made again, with the same id.
            tracing::warn!(%error, "what came of a webhook was not written down");
        }
    }

    /// What the try says of its endpoint: one that is gone, or failed for a whole schedule, is switched off.
    async fn note(
        &self,
        endpoint: &mut WebhookEndpoint,
        verdict: &Verdict,
        terms: Terms,
        now: UnixMs,
    ) -> Result<(), StoreError> {
        if let Some(reason) = verdict.disable.filter(|_| endpoint.url.is_some()) {
            *endpoint = self.parts.store.endpoint(&endpoint.org, &endpoint.id).await?;
            if !endpoint.enabled
                || (reason == "failing" && !failing_for_all_of(terms, endpoint.failing_since, now))
            {
                return Ok(());
            }
            tracing::warn!(endpoint = %endpoint.id, reason, "a webhook's endpoint was switched off");
            endpoint.enabled = false;
            endpoint.disabled_reason = Some(reason.to_owned());
            let body = tandem_switchboard::records::EventBody::ConfigChanged {
                what: "webhook".to_owned(),
                id: endpoint.id.to_string(),
                deleted: false,
                by: None,
            };
            let told = tandem_switchboard::records::NewEvent { call: None, at: now, body };
            return self.parts.store.put_endpoint(endpoint.clone(), vec![told]).await.map(|_| ());
        }
        let since = if verdict.taken { None } else { endpoint.failing_since.or(Some(now)) };
        if since != endpoint.failing_since {
            self.parts.store.note_failing(&endpoint.org, &endpoint.id, since).await?;
        }
        Ok(())
    }
}

/// The row that signs what goes to addresses which calls of a contract bring along; its id is the same on every node.
pub fn signer(org: OrgId, contract: Option<Contract>, random: [u128; 2], now: UnixMs) -> WebhookEndpoint {
    let bytes: Vec<u8> = random.iter().flat_map(|bits| bits.to_be_bytes()).collect();
    let name = contract.map_or("own", Contract::as_str);
    WebhookEndpoint {
        id: format!("whep_calls_{name}").into(),
        org,
        contract,
        url: None,
        description: "Addresses that calls bring along".to_owned(),
        topics: Vec::new(),
        enabled: true,
        disabled_reason: None,
        secrets: vec![WebhookSecret { secret: signature::new_secret(&bytes), until: None }],
        failing_since: None,
        created_at: now,
    }
}

fn delivery(
    id: String,
    endpoint: &WebhookEndpoint,
    url: String,
    rendering: &Rendering,
    now: UnixMs,
) -> Delivery {
    Delivery {
        id,
        org: endpoint.org.clone(),
        endpoint: endpoint.id.clone(),
        contract: endpoint.contract,
        url,
        topic: rendering.topic.clone(),
        call: rendering.call.clone(),
        body: rendering.body.clone().into(),
        state: DeliveryState::Pending,
        attempts: 0,
        next_attempt_at: now,
        created_at: now,
        finished_at: None,
    }
}

fn as_ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 4)
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}
