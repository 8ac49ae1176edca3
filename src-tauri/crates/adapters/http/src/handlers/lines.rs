//! Trunks and numbers.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use tandem_console_api::check::Findings;
use tandem_console_api::lines::{Number, NumberWrite, Numbers, Route, Trunk, TrunkWrite, Trunks};
use tandem_console_api::problem::Code;
use tandem_foundation::{NumberId, Pii, TrunkId, UserId};
use tandem_switchboard::records::HoursRef;
use tandem_switchboard::{opening, records};

use crate::ask::{Ask, Reply, json, ok};
use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret::unix_ms;
use crate::shared::change;

pub(super) async fn list_trunks(ask: Ask) -> Reply {
    let mut rows = ask.shared.store.trunks(ask.org()?).await?;
    rows.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    let states = ask.shared.exchange.trunk_states(ask.org()?);
    let state = |id: &TrunkId| states.iter().find(|(trunk, _)| trunk == id).map(|(_, state)| state);
    ok(&Trunks { items: rows.iter().map(|row| Trunk::new(row, state(&row.id))).collect() })
}

pub(super) async fn create_trunk(ask: Ask) -> Reply {
    let wanted: TrunkWrite = ask.json()?;
    let at = now();
    let id = TrunkId::generate(unix_ms(at), rand::random());
    let row = trunk_row(&ask, wanted, id, at, None)?;
    put_trunk(&ask, row, StatusCode::CREATED).await
}

pub(super) async fn replace_trunk(ask: Ask) -> Reply {
    let wanted: TrunkWrite = ask.json()?;
    let old = trunk(&ask).await?;
    let row = trunk_row(&ask, wanted, old.id, old.created_at, old.password)?;
    put_trunk(&ask, row, StatusCode::OK).await
}

pub(super) async fn delete_trunk(ask: Ask) -> Reply {
    let row = trunk(&ask).await?;
    if ask.shared.store.numbers(ask.org()?).await?.iter().any(|number| number.trunk == row.id) {
        return Err(Refusal::new(Code::InUse, "a number still comes through this trunk"));
    }
    let events = change(ask.caller()?, "trunk", &row.id, true);
    let deleted = ask.shared.store.delete_trunk(ask.org()?, &row.id, events).await;
    let events = deleted.map_err(Refusal::deleting)?;
    ask.shared.changed(events).await;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn list_numbers(ask: Ask) -> Reply {
    let mut rows = ask.shared.store.numbers(ask.org()?).await?;
    rows.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    ok(&Numbers { items: rows.iter().map(Into::into).collect() })
}

pub(super) async fn create_number(ask: Ask) -> Reply {
    let wanted: NumberWrite = ask.json()?;
    let at = now();
    let id = NumberId::generate(unix_ms(at), rand::random());
    let row = number_row(&ask, wanted, id, at, None).await?;
    put_number(&ask, row, StatusCode::CREATED).await
}

pub(super) async fn replace_number(ask: Ask) -> Reply {
    let wanted: NumberWrite = ask.json()?;
    let old = number(&ask).await?;
    let row = number_row(&ask, wanted, old.id, old.created_at, old.route.as_ref()).await?;
    put_number(&ask, row, StatusCode::OK).await
}

pub(super) async fn delete_number(ask: Ask) -> Reply {
    let row = number(&ask).await?;
    let events = change(ask.caller()?, "number", &row.id, true);
    let deleted = ask.shared.store.delete_number(ask.org()?, &row.id, events).await;
    let events = deleted.map_err(Refusal::deleting)?;
    ask.shared.changed(events).await;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn trunk(ask: &Ask) -> Result<records::Trunk, Refusal> {
    let rows = ask.shared.store.trunks(ask.org()?).await?;
    rows.into_iter().find(|row| row.id.as_str() == ask.id()).ok_or_else(|| Refusal::not_found("trunk"))
}

async fn number(ask: &Ask) -> Result<records::Number, Refusal> {
    let rows = ask.shared.store.numbers(ask.org()?).await?;
    rows.into_iter().find(|row| row.id.as_str() == ask.id()).ok_or_else(|| Refusal::not_found("number"))
}

fn trunk_row(
    ask: &Ask,
    wanted: TrunkWrite,
    id: TrunkId,
    created_at: records::UnixMs,
    old_password: Option<Pii<String>>,
) -> Result<records::Trunk, Refusal> {
    let password = match wanted.password {
        None => old_password,
        Some(text) if text.is_empty() => None,
        Some(text) => Some(text.into()),
    };
    Ok(records::Trunk {
        id,
        org: ask.org()?.clone(),
        name: wanted.name.trim().to_owned(),
        host: wanted.host,
        transport: wanted.transport.into(),
        domain: wanted.domain,
        username: wanted.username,
        password,
        register_s: wanted.register_s,
        accept_from: wanted.accept_from,
        options_every_s: wanted.options_every_s,
        srtp: wanted.srtp.map(Into::into),
        codecs: wanted.codecs.into_iter().map(Into::into).collect(),
        caller_id: wanted.caller_id.map(Into::into),
        max_cps: wanted.max_cps,
        max_channels: wanted.max_channels,
        enabled: wanted.enabled,
        created_at,
    })
}

async fn put_trunk(ask: &Ask, row: records::Trunk, status: StatusCode) -> Reply {
    let events = change(ask.caller()?, "trunk", &row.id, false);
    let events = ask.shared.store.put_trunk(row.clone(), events).await?;
    ask.shared.changed(events).await;
    let states = ask.shared.exchange.trunk_states(ask.org()?);
    let state = states.iter().find(|(trunk, _)| *trunk == row.id).map(|(_, state)| state);
    json(status, &Trunk::new(&row, state))
}

/// What the number refers to has to be the organisation's own.
async fn number_row(
    ask: &Ask,
    wanted: NumberWrite,
    id: NumberId,
    created_at: records::UnixMs,
    former: Option<&Route>,
) -> Result<records::Number, Refusal> {
    let (org, store) = (ask.org()?, &ask.shared.store);
    let mut found = Findings::default();
    if !store.trunks(org).await?.iter().any(|trunk| trunk.id.as_str() == wanted.trunk) {
        found.add("trunk", "the id of one of your trunks");
    }
    let mut route = match &wanted.route {
        Some(route) => Some(read_route(ask, route, &mut found).await?),
        None => None,
    };
    if let Some(route) = &mut route {
        route.keep_secrets(former);
    }
    Refusal::unless_clean(found)?;
    Ok(records::Number {
        id,
        org: org.clone(),
        number: wanted.number.into(),
        label: wanted.label,
        trunk: wanted.trunk.into(),
        route,
        created_at,
    })
}

/// The route, whose shape was checked; what it names has to be there.
async fn read_route(ask: &Ask, route: &serde_json::Value, found: &mut Findings) -> Result<Route, Refusal> {
    let (org, store) = (ask.org()?, &ask.shared.store);
    let route = Route::read(route, "route").map_err(|_| Refusal::field("route", "a route"))?;
    let assistants = store.assistants(org).await?;
    let (users, hours) = (store.users(org).await?, store.hours(org).await?);
    let queues = store.queues(org).await?;
    let person = |id: &UserId| users.iter().any(|row| row.id == *id);
    route.walk("route", &mut |path, route| match route {
        Route::Assistant { assistant } if !assistants.iter().any(|row| row.id == *assistant) => {
            found.add(&format!("{path}.assistant"), "the id of one of your assistants");
        }
        Route::Person { user, .. } if !person(user) => {
            found.add(&format!("{path}.user"), "the id of one of your people");
        }
        Route::Queue { queue, .. } if !queues.iter().any(|row| row.id == *queue) => {
            found.add(&format!("{path}.queue"), "the id of one of your queues");
        }
        Route::Voicemail(voicemail) if voicemail.user.as_ref().is_some_and(|user| !person(user)) => {
            found.add(&format!("{path}.user"), "the id of one of your people");
        }
        Route::Hours { hours: HoursRef::Named(name), .. } if !hours.iter().any(|row| row.name == *name) => {
            found.add(&format!("{path}.hours"), "the name of some of your hours");
        }
        Route::Hours { hours: HoursRef::Inline(hours), .. }
            if hours.time_zone.as_deref().is_some_and(|zone| !opening::is_time_zone(zone)) =>
        {
            found.add(&format!("{path}.hours.time_zone"), "an IANA time zone");
        }
        _ => {}
    });
    Ok(route)
}

async fn put_number(ask: &Ask, row: records::Number, status: StatusCode) -> Reply {
    let events = change(ask.caller()?, "number", &row.id, false);
    let events = ask.shared.store.put_number(row.clone(), events).await?;
    ask.shared.changed(events).await;
    json(status, &Number::from(&row))
}
