//! Calls: list, place, read.

use axum::http::StatusCode;
use tandem_console_api::call_requests::{CallsQuery, PlaceCall};
use tandem_console_api::calls::{Call, CallPage, LiveCalls};
use tandem_console_api::cursor;
use tandem_console_api::events::Events;
use tandem_console_api::transcript::Transcript;
use tandem_switchboard::exchange::{self, ExchangeError};
use tandem_switchboard::ports::store::CallFilter;
use tandem_switchboard::records;

use crate::ask::{Ask, Reply, json, ok};
use crate::refusal::Refusal;

pub(super) async fn list(ask: Ask) -> Reply {
    let query: CallsQuery = ask.query()?;
    let after = match &query.cursor {
        Some(text) => {
            Some(cursor::decode(text).ok_or_else(|| Refusal::field("cursor", "next_cursor of a page"))?)
        }
        None => None,
    };
    let filter = CallFilter {
        status: query.status.map(Into::into),
        live_only: query.live.unwrap_or(false),
        assistant: query.assistant.map(Into::into),
        search: query.search.filter(|text| !text.trim().is_empty()),
        after,
        limit: query.limit.unwrap_or(50),
        ..CallFilter::default()
    };
    let page = ask.shared.store.calls(ask.org()?, filter).await?;
    ok(&CallPage {
        items: page.items.iter().map(Call::from).collect(),
        next_cursor: page.next.as_ref().map(cursor::encode),
    })
}

pub(super) async fn place(ask: Ask) -> Reply {
    let wanted: PlaceCall = ask.json()?;
    let request = exchange::PlaceCall {
        to: wanted.to.into(),
        assistant: wanted.assistant.into(),
        trunk: wanted.trunk.map(Into::into),
        from: wanted.from.map(Into::into),
        customer_name: wanted.customer_name.map(Into::into),
        variables: wanted.variables,
        number: None,
        origin: None,
        keep_rejected: false,
        first_message: None,
    };
    let call = ask.shared.exchange.place_call(&ask.caller()?.actor, request).await.map_err(|error| {
        // What a field of the request names is that field's fault, not the address's.
        match error {
            ExchangeError::NotFound { what } => Refusal::field(what, "the id of one of yours"),
            other => other.into(),
        }
    })?;
    json(StatusCode::CREATED, &Call::from(&call))
}

pub(super) async fn live(ask: Ask) -> Reply {
    let calls = ask.shared.exchange.live_calls(ask.org()?).await;
    ok(&LiveCalls { items: calls.iter().map(Into::into).collect() })
}

pub(super) async fn get(ask: Ask) -> Reply {
    ok(&Call::from(&call(&ask).await?))
}

pub(super) async fn transcript(ask: Ask) -> Reply {
    let call = call(&ask).await?;
    let org = ask.org()?;
    tracing::info!(call = %call.id, by = ?ask.caller()?.actor.user, "a transcript was read");
    let mut items = Vec::new();
    if !call.status.is_final() {
        items = ask.shared.exchange.live_transcript(org, &call.id).await;
    }
    if items.is_empty() {
        items = ask.shared.store.transcript(org, &call.id).await?;
    }
    ok(&Transcript { items: items.iter().map(Into::into).collect() })
}

pub(super) async fn events(ask: Ask) -> Reply {
    let call = call(&ask).await?;
    let events = ask.shared.store.call_events(ask.org()?, &call.id).await?;
    ok(&Events { items: events.iter().map(Into::into).collect() })
}

/// The call of the path, of the caller's organisation.
pub(super) async fn call(ask: &Ask) -> Result<records::Call, Refusal> {
    let found = ask.shared.store.call(ask.org()?, &ask.id().into()).await;
    found.map_err(|error| named(error, "call"))
}

/// Says what was not found.
pub(super) fn named(error: tandem_switchboard::ports::store::StoreError, what: &str) -> Refusal {
    match error {
        tandem_switchboard::ports::store::StoreError::NotFound { .. } => Refusal::not_found(what),
        other => other.into(),
    }
}
