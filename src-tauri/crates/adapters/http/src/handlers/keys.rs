//! Programs' keys.

use axum::http::StatusCode;
use tandem_console_api::people::{Key, KeyCreate, KeyRotate, Keys, NewKey};
use tandem_console_api::problem::Code;
use tandem_switchboard::access::KeyWish;
use tandem_switchboard::records::{ApiKey, UnixMs};

use super::users::not_above;
use crate::ask::{Ask, Reply, json, ok};
use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret::new_api_key;
use crate::shared::change;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

pub(super) async fn list(ask: Ask) -> Reply {
    let mut rows = ask.shared.store.keys(ask.org()?).await?;
    rows.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    ok(&Keys { items: rows.iter().map(Into::into).collect() })
}

pub(super) async fn create(ask: Ask) -> Reply {
    let wanted: KeyCreate = ask.json()?;
    let role = wanted.role.into();
    not_above(&ask, role)?;
    let at = now();
    let wish = KeyWish {
        org: ask.org()?.clone(),
        name: wanted.name.trim().to_owned(),
        role,
        contract: wanted.contract.map(Into::into),
        expires_at: wanted.expires_in_days.map(|days| UnixMs(at.0 + i64::from(days) * DAY_MS)),
    };
    let (row, secret) = new_api_key(wish, at);
    let key = Key::from(&row);
    let events = change(ask.caller()?, "key", &row.id, false);
    let events = ask.shared.store.put_key(row, events).await?;
    ask.shared.changed(events).await;
    json(StatusCode::CREATED, &NewKey { key, secret: secret.into_inner() })
}

/// The new key is there before the old one ends, so that a failure in between leaves two and not none.
pub(super) async fn rotate(ask: Ask) -> Reply {
    let wanted: KeyRotate = ask.json()?;
    let mut old = stored(&ask).await?;
    let at = now();
    if old.revoked_at.is_some() || old.expires_at.is_some_and(|end| end <= at) {
        return Err(Refusal::new(Code::WrongState, "the key is revoked or has expired"));
    }
    let wish = KeyWish {
        org: old.org.clone(),
        name: old.name.clone(),
        role: old.role,
        contract: old.contract,
        expires_at: old.expires_at,
    };
    let (row, secret) = new_api_key(wish, at);
    let key = Key::from(&row);
    let mut events =
        ask.shared.store.put_key(row.clone(), change(ask.caller()?, "key", &row.id, false)).await?;
    let end = UnixMs(at.0 + i64::from(wanted.overlap_s) * 1_000);
    old.expires_at = Some(old.expires_at.map_or(end, |already| already.min(end)));
    let told = change(ask.caller()?, "key", &old.id, false);
    events.extend(ask.shared.store.put_key(old, told).await?);
    ask.shared.changed(events).await;
    json(StatusCode::CREATED, &NewKey { key, secret: secret.into_inner() })
}

async fn stored(ask: &Ask) -> Result<ApiKey, Refusal> {
    let rows = ask.shared.store.keys(ask.org()?).await?;
    let row =
        rows.into_iter().find(|row| row.id.as_str() == ask.id()).ok_or_else(|| Refusal::not_found("key"))?;
    not_above(ask, row.role)?;
    Ok(row)
}

pub(super) async fn revoke(ask: Ask) -> Reply {
    let mut row = stored(&ask).await?;
    if row.revoked_at.is_none() {
        let at = now();
        let events = change(ask.caller()?, "key", &row.id, true);
        let events = ask.shared.store.revoke_key(ask.org()?, &row.id, at, events).await?;
        row.revoked_at = Some(at);
        ask.shared.changed(events).await;
    }
    ok(&Key::from(&row))
}
