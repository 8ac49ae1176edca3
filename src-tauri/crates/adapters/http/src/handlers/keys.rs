//! Programs' keys.

use axum::http::StatusCode;
use tandem_console_api::people::{Key, KeyCreate, Keys, NewKey};

use super::users::not_above;
use crate::ask::{Ask, Reply, json, ok};
use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret::new_api_key;
use crate::shared::change;

pub(super) async fn list(ask: Ask) -> Reply {
    let mut rows = ask.shared.store.keys(ask.org()?).await?;
    rows.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    ok(&Keys { items: rows.iter().map(Into::into).collect() })
}

pub(super) async fn create(ask: Ask) -> Reply {
    let wanted: KeyCreate = ask.json()?;
    let role = wanted.role.into();
    not_above(&ask, role)?;
    let (row, secret) = new_api_key(ask.org()?.clone(), wanted.name.trim(), role, now());
    let key = Key::from(&row);
    let events = change(ask.caller()?, "key", &row.id, false);
    let events = ask.shared.store.put_key(row, events).await?;
    ask.shared.changed(events).await;
    json(StatusCode::CREATED, &NewKey { key, secret: secret.into_inner() })
}

pub(super) async fn revoke(ask: Ask) -> Reply {
    let rows = ask.shared.store.keys(ask.org()?).await?;
    let mut row =
        rows.into_iter().find(|row| row.id.as_str() == ask.id()).ok_or_else(|| Refusal::not_found("key"))?;
    not_above(&ask, row.role)?;
    if row.revoked_at.is_none() {
        let at = now();
        let events = change(ask.caller()?, "key", &row.id, true);
        let events = ask.shared.store.revoke_key(ask.org()?, &row.id, at, events).await?;
        row.revoked_at = Some(at);
        ask.shared.changed(events).await;
    }
    ok(&Key::from(&row))
}
