//! The floor, and the desk of whoever asks.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use tandem_console_api::floor::{
    AgentView, Desk, DeskCall, DispositionWrite, FloorView, PresenceWrite, ReorderWrite, WrapUpWrite,
};
use tandem_console_api::problem::Code;
use tandem_foundation::UserId;
use tandem_switchboard::exchange::{self, Act, LiveCall, Reorder, WrapUp};
use tandem_switchboard::ports::store::CallFilter;
use tandem_switchboard::records::{AgentState, Call, Direction, EventBody, Queue};

use super::calls::{call, named};
use super::supervision::act;
use crate::ask::{Ask, Reply, ok};
use crate::refusal::Refusal;

/// Earlier calls with the same customer that an agent is shown.
const CONTACTS: u32 = 5;

pub(super) async fn floor(ask: Ask) -> Reply {
    ok(&FloorView::from(ask.shared.exchange.floor(ask.org()?).await))
}

pub(super) async fn set_presence(ask: Ask) -> Reply {
    let user: UserId = ask.id().into();
    ask.shared.store.user(ask.org()?, &user).await.map_err(|error| named(error, "agent"))?;
    put_presence(ask, user).await
}

pub(super) async fn set_my_presence(ask: Ask) -> Reply {
    let user = own_id(&ask)?;
    put_presence(ask, user).await
}

async fn put_presence(ask: Ask, user: UserId) -> Reply {
    let wanted: PresenceWrite = ask.json()?;
    let actor = &ask.caller()?.actor;
    ok(&AgentView::from(ask.shared.exchange.set_presence(actor, &user, wanted.into()).await?))
}

pub(super) async fn wrap_up(ask: Ask) -> Reply {
    let WrapUpWrite { extend_s } = ask.json()?;
    let act = extend_s.map_or(WrapUp::Done, |seconds| WrapUp::Extend { seconds });
    if act == WrapUp::Done {
        refuse_undisposed(&ask).await?;
    }
    ok(&AgentView::from(ask.shared.exchange.wrap_up(&ask.caller()?.actor, act).await?))
}

pub(super) async fn reorder(ask: Ask) -> Reply {
    let wanted: ReorderWrite = ask.json()?;
    let call = call(&ask).await?.id;
    let act = match (wanted.queue, wanted.priority) {
        (Some(queue), _) => Reorder::Move { queue: queue.into() },
        (None, Some(priority)) => Reorder::Priority { priority },
        (None, None) => Reorder::ToFront,
    };
    ask.shared.exchange.reorder(&ask.caller()?.actor, &call, act).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn answer(ask: Ask) -> Reply {
    act(ask, Act::AnswerOffer).await
}

pub(super) async fn decline(ask: Ask) -> Reply {
    act(ask, Act::DeclineOffer).await
}

pub(super) async fn dispose(ask: Ask) -> Reply {
    let DispositionWrite { disposition, notes } = ask.json()?;
    let (call, actor) = (call(&ask).await?.id, &ask.caller()?.actor);
    let disposition = disposition.trim().to_owned();
    ask.shared.exchange.dispose(actor, &call, disposition, notes.into()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn desk(ask: Ask) -> Reply {
    let (org, store) = (ask.org()?, &ask.shared.store);
    let agent = own(&ask).await?;
    let queues = store.queues(org).await?;
    let mut calls = Vec::new();
    for live in own_calls(&ask, &agent).await? {
        calls.push(desk_call(&ask, &queues, live).await?);
    }
    let mut desk = Desk {
        wrapping_up: None,
        dispositions: Vec::new(),
        disposition_required: false,
        calls,
        agent: agent.clone().into(),
    };
    if let Some((call, queue)) = wrapping_up(&ask, &agent, &queues).await? {
        desk.wrapping_up = Some((&call).into());
        if let Some(queue) = queue {
            desk.dispositions = queue.settings.dispositions.clone();
            desk.disposition_required = queue.settings.disposition_required;
        }
    }
    ok(&desk)
}

async fn desk_call(ask: &Ask, queues: &[Queue], live: LiveCall) -> Result<DeskCall, Refusal> {
    let org = ask.org()?;
    let queue = live.queue.as_ref().and_then(|of| queues.iter().find(|queue| queue.id == of.queue));
    let script = queue.map(|queue| filled(&queue.settings.script, &live.call));
    let transcript = ask.shared.exchange.live_transcript(org, &live.call.id).await;
    let customer = match live.call.direction {
        Direction::Inbound => &live.call.from,
        Direction::Outbound | Direction::Internal => &live.call.to,
    };
    let filter = CallFilter {
        search: Some(customer.as_str().to_owned()),
        limit: CONTACTS + 1,
        ..CallFilter::default()
    };
    let known = ask.shared.store.calls(org, filter).await?.items;
    let others = known.iter().filter(|call| call.id != live.call.id).take(CONTACTS as usize);
    Ok(DeskCall {
        queue: queue.map(|queue| queue.name.clone()),
        script: script.filter(|script| !script.is_empty()),
        transcript: transcript.iter().map(Into::into).collect(),
        contacts: others.map(Into::into).collect(),
        live: (&live).into(),
    })
}

/// `{name}` is the call's variable of that name; what the call does not have stays as it is written.
fn filled(script: &str, call: &Call) -> String {
    let name = call.customer_name.as_ref().map(|name| ("customer_name", name.as_str()));
    let variables = call.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    variables
        .chain(name)
        .fold(script.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

async fn own(ask: &Ask) -> Result<exchange::AgentView, Refusal> {
    Ok(ask.shared.exchange.agent(ask.org()?, &own_id(ask)?).await?)
}

/// What an agent is on or asked to take, oldest first.
async fn own_calls(ask: &Ask, agent: &exchange::AgentView) -> Result<Vec<LiveCall>, Refusal> {
    let mut calls = Vec::new();
    for call in &agent.calls {
        calls.extend(ask.shared.exchange.live_call(ask.org()?, call).await);
    }
    calls.sort_by(|a, b| (a.call.created_at, &a.call.id).cmp(&(b.call.created_at, &b.call.id)));
    Ok(calls)
}

fn own_id(ask: &Ask) -> Result<UserId, Refusal> {
    ask.caller()?.actor.user.clone().ok_or_else(|| Refusal::new(Code::PersonRequired, "keys have no desk"))
}

/// The call that an agent is wrapping up, and the queue it came through.
async fn wrapping_up<'a>(
    ask: &Ask,
    agent: &exchange::AgentView,
    queues: &'a [Queue],
) -> Result<Option<(Call, Option<&'a Queue>)>, Refusal> {
    let Some(id) = agent.last_call.as_ref().filter(|_| agent.state == AgentState::WrapUp) else {
        return Ok(None);
    };
    let (org, store) = (ask.org()?, &ask.shared.store);
    let call = store.call(org, id).await?;
    let events = store.call_events(org, id).await?;
    let queue = events.iter().rev().find_map(|event| match &event.body {
        EventBody::QueueAnswered { queue, .. } => queues.iter().find(|row| row.id == *queue),
        _ => None,
    });
    Ok(Some((call, queue)))
}

/// Where the queue wants a disposition, wrap-up is not over before there is one.
async fn refuse_undisposed(ask: &Ask) -> Result<(), Refusal> {
    let (org, store) = (ask.org()?, &ask.shared.store);
    let (agent, queues) = (own(ask).await?, store.queues(org).await?);
    let Some((call, Some(queue))) = wrapping_up(ask, &agent, &queues).await? else { return Ok(()) };
    if !queue.settings.disposition_required {
        return Ok(());
    }
    let events = store.call_events(org, &call.id).await?;
    let disposed = |body: &EventBody| matches!(body, EventBody::CallDisposed { by, .. } if *by == agent.user);
    if events.iter().any(|event| disposed(&event.body)) {
        return Ok(());
    }
    Err(Refusal::new(Code::DispositionRequired, "say what came of the call first"))
}
