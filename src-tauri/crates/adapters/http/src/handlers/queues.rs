//! Queues, and what people can do.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use tandem_console_api::check::Findings;
use tandem_console_api::floor::{AgentView, AgentWrite};
use tandem_console_api::queues::{MemberRef, Overflow, Queue, QueueWrite, Queues};
use tandem_foundation::{QueueId, UserId};
use tandem_switchboard::records::{self, AgentProfile};

use crate::ask::{Ask, Reply, json, ok};
use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret::unix_ms;
use crate::shared::change;

pub(super) async fn list(ask: Ask) -> Reply {
    let rows = ask.shared.store.queues(ask.org()?).await?;
    ok(&Queues { items: rows.iter().map(Into::into).collect() })
}

pub(super) async fn create(ask: Ask) -> Reply {
    let wanted: QueueWrite = ask.json()?;
    let at = now();
    let id = QueueId::generate(unix_ms(at), rand::random());
    let row = row(&ask, wanted, id, at).await?;
    put(&ask, row, StatusCode::CREATED).await
}

pub(super) async fn replace(ask: Ask) -> Reply {
    let wanted: QueueWrite = ask.json()?;
    let old = queue(&ask).await?;
    let row = row(&ask, wanted, old.id, old.created_at).await?;
    put(&ask, row, StatusCode::OK).await
}

pub(super) async fn delete(ask: Ask) -> Reply {
    let (row, org, store) = (queue(&ask).await?, ask.org()?, &ask.shared.store);
    let mut used = false;
    for route in store.numbers(org).await?.iter().filter_map(|number| number.route.as_ref()) {
        route.walk("route", &mut |_, route| {
            used |= matches!(route, records::Route::Queue { queue, .. } if *queue == row.id);
        });
    }
    if used {
        return Err(Refusal::new(
            tandem_console_api::problem::Code::InUse,
            "a number still leads to this queue",
        ));
    }
    let events = change(ask.caller()?, "queue", &row.id, true);
    let events = store.delete_queue(org, &row.id, events).await.map_err(Refusal::deleting)?;
    ask.shared.changed(events).await;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What a person is at stays as it is.
pub(super) async fn replace_agent(ask: Ask) -> Reply {
    let AgentWrite { skills, capacity, pinned } = ask.json()?;
    let (org, store) = (ask.org()?, &ask.shared.store);
    let user: UserId = ask.id().into();
    store.user(org, &user).await.map_err(|error| super::calls::named(error, "agent"))?;
    let known = store.agent_profiles(org).await?.into_iter().find(|profile| profile.user == user);
    let profile = known.unwrap_or_else(|| AgentProfile::new(org.clone(), user.clone(), now()));
    let row = AgentProfile { skills, capacity, pinned, ..profile };
    let events = change(ask.caller()?, "agent", &user, false);
    let events = store.put_agent_profile(row, events).await?;
    ask.shared.changed(events).await;
    ok(&AgentView::from(ask.shared.exchange.agent(org, &user).await?))
}

async fn queue(ask: &Ask) -> Result<records::Queue, Refusal> {
    let rows = ask.shared.store.queues(ask.org()?).await?;
    rows.into_iter().find(|row| row.id.as_str() == ask.id()).ok_or_else(|| Refusal::not_found("queue"))
}

/// Whom the queue names has to be the organisation's own.
async fn row(
    ask: &Ask,
    wanted: QueueWrite,
    id: QueueId,
    created_at: records::UnixMs,
) -> Result<records::Queue, Refusal> {
    let (org, store) = (ask.org()?, &ask.shared.store);
    let (users, assistants, queues) =
        (store.users(org).await?, store.assistants(org).await?, store.queues(org).await?);
    let is_user = |id: &str| users.iter().any(|user| user.id.as_str() == id);
    let is_assistant = |id: &str| assistants.iter().any(|assistant| assistant.id.as_str() == id);
    let mut found = Findings::default();
    for (at, member) in wanted.members.iter().enumerate() {
        match &member.who {
            MemberRef::Person { user } if !is_user(user) => {
                found.add(&format!("members.{at}.user"), "the id of one of your people");
            }
            MemberRef::Assistant { assistant } if !is_assistant(assistant) => {
                found.add(&format!("members.{at}.assistant"), "the id of one of your assistants");
            }
            _ => {}
        }
    }
    if wanted.settings.bridge.as_deref().is_some_and(|bridge| !is_assistant(bridge)) {
        found.add("settings.bridge", "the id of one of your assistants");
    }
    match &wanted.settings.overflow {
        Overflow::Queue { queue } if *queue == id.as_str() => {
            found.add("settings.overflow.queue", "another queue than itself");
        }
        Overflow::Queue { queue } if !queues.iter().any(|row| row.id.as_str() == queue) => {
            found.add("settings.overflow.queue", "the id of one of your queues");
        }
        Overflow::Assistant { assistant } if !is_assistant(assistant) => {
            found.add("settings.overflow.assistant", "the id of one of your assistants");
        }
        Overflow::Person { user } if !is_user(user) => {
            found.add("settings.overflow.user", "the id of one of your people");
        }
        _ => {}
    }
    Refusal::unless_clean(found)?;
    Ok(records::Queue {
        id,
        org: org.clone(),
        name: wanted.name.trim().to_owned(),
        settings: wanted.settings.into(),
        members: wanted.members.into_iter().map(Into::into).collect(),
        created_at,
    })
}

async fn put(ask: &Ask, row: records::Queue, status: StatusCode) -> Reply {
    let events = change(ask.caller()?, "queue", &row.id, false);
    let events = ask.shared.store.put_queue(row.clone(), events).await?;
    ask.shared.changed(events).await;
    json(status, &Queue::from(&row))
}
