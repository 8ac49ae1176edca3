//! Customers who are to be called back.

use axum::http::StatusCode;
use tandem_console_api::callbacks::{
    Callback, CallbackPage, CallbackSettlement, CallbackWrite, CallbacksQuery,
};
use tandem_console_api::cursor;
use tandem_foundation::CallbackId;
use tandem_switchboard::exchange::{ExchangeError, Settlement};
use tandem_switchboard::ports::callbacks::CallbackFilter;

use crate::ask::{Ask, Reply, json, ok};
use crate::refusal::Refusal;

pub(super) async fn list(ask: Ask) -> Reply {
    let query: CallbacksQuery = ask.query()?;
    let after = match &query.cursor {
        Some(text) => {
            Some(cursor::decode(text).ok_or_else(|| Refusal::field("cursor", "next_cursor of a page"))?)
        }
        None => None,
    };
    let (open_only, limit) = (query.open.unwrap_or(false), query.limit.unwrap_or(50));
    let filter = CallbackFilter { open_only, after, limit };
    let page = ask.shared.store.callbacks(ask.org()?, filter).await?;
    ok(&CallbackPage {
        items: page.items.iter().map(Callback::from).collect(),
        next_cursor: page.next.as_ref().map(cursor::encode),
    })
}

pub(super) async fn create(ask: Ask) -> Reply {
    let wanted: CallbackWrite = ask.json()?;
    let (org, store) = (ask.org()?, &ask.shared.store);
    if let Some(agent) = &wanted.agent
        && !store.users(org).await?.iter().any(|user| user.id.as_str() == agent)
    {
        return Err(Refusal::field("agent", "the id of one of your people"));
    }
    if let Some(call) = &wanted.asked_in
        && store.call(org, &call.as_str().into()).await.is_err()
    {
        return Err(Refusal::field("asked_in", "the id of one of your calls"));
    }
    let actor = &ask.caller()?.actor;
    let row = ask.shared.exchange.schedule_callback(actor, wanted.into()).await;
    let row = row.map_err(|error| match error {
        ExchangeError::NotFound { .. } => Refusal::field("queue", "the id of one of your queues"),
        other => other.into(),
    })?;
    json(StatusCode::CREATED, &Callback::from(&row))
}

pub(super) async fn cancel(ask: Ask) -> Reply {
    settle_as(ask, Settlement::Cancel).await
}

pub(super) async fn settle(ask: Ask) -> Reply {
    let wanted: CallbackSettlement = ask.json()?;
    settle_as(ask, wanted.outcome.into()).await
}

async fn settle_as(ask: Ask, act: Settlement) -> Reply {
    let id = CallbackId::from(ask.id());
    ask.shared.store.callback(ask.org()?, &id).await?;
    let row = ask.shared.exchange.settle_callback(&ask.caller()?.actor, &id, act).await?;
    ok(&Callback::from(&row))
}
