//! Opening hours.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use tandem_console_api::check::Findings;
use tandem_console_api::problem::Code;
use tandem_console_api::routing::{HoursList, HoursWrite, NamedHours};
use tandem_foundation::HoursId;
use tandem_switchboard::records;

use crate::ask::{Ask, Reply, json, ok};
use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret::unix_ms;
use crate::shared::change;

pub(super) async fn list(ask: Ask) -> Reply {
    let rows = ask.shared.store.hours(ask.org()?).await?;
    let (zone, at) = (zone(&ask).await?, now());
    ok(&HoursList { items: rows.iter().map(|row| NamedHours::new(row, &zone, at)).collect() })
}

pub(super) async fn create(ask: Ask) -> Reply {
    let at = now();
    let id = HoursId::generate(unix_ms(at), rand::random());
    put(&ask, id, at, StatusCode::CREATED).await
}

pub(super) async fn replace(ask: Ask) -> Reply {
    let old = stored(&ask).await?;
    let wanted: HoursWrite = ask.json()?;
    if wanted.name.trim() != old.name && used(&ask, &old.name).await? {
        return Err(Refusal::new(Code::InUse, "a number's route has these hours by their name"));
    }
    put(&ask, old.id, old.created_at, StatusCode::OK).await
}

pub(super) async fn delete(ask: Ask) -> Reply {
    let row = stored(&ask).await?;
    if used(&ask, &row.name).await? {
        return Err(Refusal::new(Code::InUse, "a number's route has these hours by their name"));
    }
    let events = change(ask.caller()?, "hours", &row.id, true);
    let deleted = ask.shared.store.delete_hours(ask.org()?, &row.id, events).await;
    let events = deleted.map_err(Refusal::deleting)?;
    ask.shared.changed(events).await;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn put(ask: &Ask, id: HoursId, created_at: records::UnixMs, status: StatusCode) -> Reply {
    let wanted: HoursWrite = ask.json()?;
    let hours = wanted.hours().map_err(|findings| {
        let mut found = Findings::default();
        findings.iter().for_each(|finding| found.add(&finding.path, &finding.expected));
        Refusal::unless_clean(found).err().unwrap_or_else(|| Refusal::field("body", "hours"))
    })?;
    let name = wanted.name.trim().to_owned();
    let row = records::NamedHours { id, org: ask.org()?.clone(), name, hours, created_at };
    let events = change(ask.caller()?, "hours", &row.id, false);
    let events = ask.shared.store.put_hours(row.clone(), events).await?;
    ask.shared.changed(events).await;
    json(status, &NamedHours::new(&row, &zone(ask).await?, now()))
}

async fn stored(ask: &Ask) -> Result<records::NamedHours, Refusal> {
    let rows = ask.shared.store.hours(ask.org()?).await?;
    rows.into_iter().find(|row| row.id.as_str() == ask.id()).ok_or_else(|| Refusal::not_found("hours"))
}

/// A number's route has these hours.
async fn used(ask: &Ask, name: &str) -> Result<bool, Refusal> {
    let numbers = ask.shared.store.numbers(ask.org()?).await?;
    Ok(numbers.iter().any(|number| number.route.as_ref().is_some_and(|route| route.names_hours(name))))
}

/// The organisation's time zone.
async fn zone(ask: &Ask) -> Result<String, Refusal> {
    let (org, rows) = (ask.org()?, ask.shared.store.organisations().await?);
    Ok(rows.into_iter().find(|row| row.id == *org).map(|row| row.time_zone).unwrap_or_default())
}
