//! Webhooks: their addresses and secrets, a test, and what became of what was sent.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json as value;
use tandem_console_api::cursor;
use tandem_console_api::problem::Code;
use tandem_console_api::time::Time;
use tandem_console_api::webhooks::{
    NewWebhook, Redelivered, Webhook, WebhookAttempt, WebhookDeliveriesQuery, WebhookDelivery,
    WebhookDeliveryDetail, WebhookDeliveryPage, WebhookRedeliver, WebhookRotate, WebhookWrite, Webhooks,
};
use tandem_foundation::{EndpointId, Pii, new_id};
use tandem_switchboard::ports::webhooks::{DeliveryFilter, WebhookStore};
use tandem_switchboard::records::{Delivery, DeliveryState, UnixMs, WebhookEndpoint, WebhookSecret};

use crate::ask::{Ask, Reply, json, ok};
use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret::unix_ms;
use crate::shared::change;

const TEST: &str = "webhook.test";
const PAGE: u32 = 50;

pub(super) async fn list(ask: Ask) -> Reply {
    let at = now();
    let rows = store(&ask)?.endpoints(ask.org()?).await?;
    ok(&Webhooks { items: rows.iter().map(|row| Webhook::new(row, at)).collect() })
}

pub(super) async fn create(ask: Ask) -> Reply {
    let wanted: WebhookWrite = ask.json()?;
    let at = now();
    let secret = new_secret();
    let row = WebhookEndpoint {
        id: EndpointId::generate(unix_ms(at), rand::random()),
        org: ask.org()?.clone(),
        contract: wanted.contract.map(Into::into),
        url: Some(wanted.url),
        description: wanted.description.trim().to_owned(),
        topics: wanted.topics,
        enabled: wanted.enabled,
        disabled_reason: None,
        secrets: vec![WebhookSecret { secret: secret.clone(), until: None }],
        failing_since: None,
        created_at: at,
    };
    let webhook = put(&ask, row, at).await?;
    json(StatusCode::CREATED, &NewWebhook { webhook, secret: secret.into_inner() })
}

pub(super) async fn replace(ask: Ask) -> Reply {
    let wanted: WebhookWrite = ask.json()?;
    let (mut row, at) = (registered(&ask).await?, now());
    if row.contract != wanted.contract.map(Into::into) {
        return Err(Refusal::field("contract", "the one it was made with"));
    }
    if wanted.enabled && (!row.enabled || row.url.as_ref() != Some(&wanted.url)) {
        // What it did at another address, or before it was switched off, is not held against it.
        (row.disabled_reason, row.failing_since) = (None, None);
    }
    row.url = Some(wanted.url);
    wanted.description.trim().clone_into(&mut row.description);
    (row.topics, row.enabled) = (wanted.topics, wanted.enabled);
    ok(&put(&ask, row, at).await?)
}

pub(super) async fn delete(ask: Ask) -> Reply {
    let row = registered(&ask).await?;
    let told = change(ask.caller()?, "webhook", &row.id, true);
    let events = store(&ask)?.delete_endpoint(&row.org, &row.id, told).await?;
    ask.shared.tell(events);
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn rotate(ask: Ask) -> Reply {
    let wanted: WebhookRotate = ask.json()?;
    let (mut row, at) = (stored(&ask).await?, now());
    let secret = new_secret();
    row.rotate(secret.clone(), UnixMs(at.0 + i64::from(wanted.overlap_s) * 1_000));
    let webhook = put(&ask, row, at).await?;
    json(StatusCode::CREATED, &NewWebhook { webhook, secret: secret.into_inner() })
}

pub(super) async fn test(ask: Ask) -> Reply {
    let (row, at) = (switched_on(registered(&ask).await?)?, now());
    let body =
        value!({ "type": TEST, "timestamp": Time::from(at).0, "data": { "webhook": row.id.as_str() } });
    let delivery = Delivery {
        id: new_id("whtest", unix_ms(at), rand::random()),
        org: row.org,
        endpoint: row.id,
        contract: row.contract,
        url: row.url.unwrap_or_default(),
        topic: TEST.to_owned(),
        call: None,
        body: Pii::new(body.to_string()),
        state: DeliveryState::Pending,
        attempts: 0,
        next_attempt_at: at,
        created_at: at,
        finished_at: None,
    };
    let shown = WebhookDelivery::from(&delivery);
    store(&ask)?.put_delivery(delivery).await?;
    json(StatusCode::CREATED, &shown)
}

pub(super) async fn redeliver_span(ask: Ask) -> Reply {
    let wanted: WebhookRedeliver = ask.json()?;
    let span = wanted.span().ok_or_else(|| Refusal::field("until", "a time after `from`"))?;
    let row = switched_on(stored(&ask).await?)?;
    let count = store(&ask)?.redeliver_range(&row.org, &row.id, span, wanted.failed_only, now()).await?;
    ok(&Redelivered { count })
}

pub(super) async fn deliveries(ask: Ask) -> Reply {
    let query: WebhookDeliveriesQuery = ask.query()?;
    let after = match &query.cursor {
        Some(text) => {
            Some(cursor::decode(text).ok_or_else(|| Refusal::field("cursor", "next_cursor of a page"))?)
        }
        None => None,
    };
    let filter = DeliveryFilter {
        endpoint: query.webhook.map(Into::into),
        state: query.state.map(Into::into),
        after,
        limit: query.limit.unwrap_or(PAGE),
    };
    let page = store(&ask)?.deliveries(ask.org()?, filter).await?;
    ok(&WebhookDeliveryPage {
        items: page.items.iter().map(WebhookDelivery::from).collect(),
        next_cursor: page.next.as_ref().map(cursor::encode),
    })
}

pub(super) async fn delivery(ask: Ask) -> Reply {
    let (store, org) = (store(&ask)?, ask.org()?);
    let row = store.delivery(org, ask.id()).await?;
    let tries = store.attempts(org, ask.id()).await?;
    ok(&WebhookDeliveryDetail {
        delivery: WebhookDelivery::from(&row),
        tries: tries.iter().map(WebhookAttempt::from).collect(),
    })
}

pub(super) async fn redeliver(ask: Ask) -> Reply {
    let (store, org) = (store(&ask)?, ask.org()?);
    let row = store.delivery(org, ask.id()).await?;
    switched_on(store.endpoint(org, &row.endpoint).await?)?;
    store.redeliver(org, &row.id, now()).await?;
    ok(&WebhookDelivery::from(&store.delivery(org, &row.id).await?))
}

fn store(ask: &Ask) -> Result<&Arc<dyn WebhookStore>, Refusal> {
    let store = ask.shared.config.webhooks.as_ref();
    store.ok_or_else(|| Refusal::new(Code::NotFound, "this server sends no webhooks"))
}

async fn stored(ask: &Ask) -> Result<WebhookEndpoint, Refusal> {
    Ok(store(ask)?.endpoint(ask.org()?, &ask.id().into()).await?)
}

/// One that somebody made, with an address of its own.
async fn registered(ask: &Ask) -> Result<WebhookEndpoint, Refusal> {
    let row = stored(ask).await?;
    if row.url.is_none() {
        return Err(Refusal::new(Code::ReadOnly, "it signs for addresses that calls bring along"));
    }
    Ok(row)
}

fn switched_on(row: WebhookEndpoint) -> Result<WebhookEndpoint, Refusal> {
    if row.enabled { Ok(row) } else { Err(Refusal::new(Code::WrongState, "the webhook is switched off")) }
}

async fn put(ask: &Ask, row: WebhookEndpoint, at: UnixMs) -> Result<Webhook, Refusal> {
    let shown = Webhook::new(&row, at);
    let told = change(ask.caller()?, "webhook", &row.id, false);
    let events = store(ask)?.put_endpoint(row, told).await?;
    ask.shared.tell(events);
    Ok(shown)
}

/// As Standard Webhooks writes them, of 256 random bits.
fn new_secret() -> Pii<String> {
    Pii::new(format!("whsec_{}", STANDARD.encode(rand::random::<[u8; 32]>())))
}
