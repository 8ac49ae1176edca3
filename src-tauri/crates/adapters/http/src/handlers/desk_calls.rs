//! Calls of one's own, what one does to the call one holds, and one's colleagues.

use axum::http::StatusCode;
use tandem_console_api::calls::Call;
use tandem_console_api::desk_calls::{Colleagues, Destination, Dial, SendKeys};
use tandem_switchboard::exchange::{Act, ExchangeError};

use super::supervision::act;
use crate::ask::{Ask, Reply, json, ok};
use crate::refusal::Refusal;

pub(super) async fn dial(ask: Ask) -> Reply {
    let wanted: Dial = ask.json()?;
    let call = ask.shared.exchange.dial(&ask.caller()?.actor, wanted.into()).await.map_err(|error| {
        // What a field of the request names is that field's fault, not the address's.
        match error {
            ExchangeError::NotFound { what } => Refusal::field(what, "the id of one of yours"),
            other => other.into(),
        }
    })?;
    json(StatusCode::CREATED, &Call::from(&call))
}

pub(super) async fn colleagues(ask: Ask) -> Reply {
    let (org, store) = (ask.org()?, &ask.shared.store);
    let own = ask.caller()?.actor.user.clone();
    let mut people = ask.shared.exchange.colleagues(org).await;
    people.retain(|person| Some(&person.user) != own.as_ref());
    let destination = |id: String, name: &str| Destination { id, name: name.to_owned() };
    let queues = store.queues(org).await?;
    let assistants = store.assistants(org).await?;
    let takes_calls = assistants.iter().filter(|assistant| assistant.enabled);
    ok(&Colleagues {
        people: people.into_iter().map(Into::into).collect(),
        queues: by_name(queues.iter().map(|row| destination(row.id.to_string(), &row.name))),
        assistants: by_name(takes_calls.map(|row| destination(row.id.to_string(), &row.name))),
    })
}

pub(super) async fn hold(ask: Ask) -> Reply {
    act(ask, Act::Hold).await
}

pub(super) async fn resume(ask: Ask) -> Reply {
    act(ask, Act::Resume).await
}

pub(super) async fn send_keys(ask: Ask) -> Reply {
    let SendKeys { digits } = ask.json()?;
    act(ask, Act::SendKeys { digits: digits.into() }).await
}

fn by_name(rows: impl Iterator<Item = Destination>) -> Vec<Destination> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|one, other| (one.name.to_lowercase(), &one.id).cmp(&(other.name.to_lowercase(), &other.id)));
    rows
}
