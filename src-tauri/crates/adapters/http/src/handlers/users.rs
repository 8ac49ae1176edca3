//! People. Nobody gives a role above their own, and there is always an owner who can sign in.

use axum::http::StatusCode;
use tandem_console_api::people::{User, UserCreate, UserPatch, Users};
use tandem_console_api::problem::Code;
use tandem_foundation::UserId;
use tandem_switchboard::records::{self, UserRole};

use super::calls::named;
use crate::ask::{Ask, Reply, json, ok};
use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret;
use crate::shared::change;

pub(super) async fn list(ask: Ask) -> Reply {
    let mut rows = ask.shared.store.users(ask.org()?).await?;
    rows.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    let connected = |row: &records::User| ask.shared.exchange.has_phone(&row.id);
    ok(&Users { items: rows.iter().map(|row| User::new(row, connected(row))).collect() })
}

pub(super) async fn create(ask: Ask) -> Reply {
    let wanted: UserCreate = ask.json()?;
    let role = wanted.role.into();
    not_above(&ask, role)?;
    let at = now();
    let email = wanted.email.trim().to_lowercase();
    let row = records::User {
        id: UserId::generate(secret::unix_ms(at), rand::random()),
        org: ask.org()?.clone(),
        name: wanted.name.trim().to_owned(),
        role,
        password_hash: hash(&ask, wanted.password).await?.into(),
        phone_name: Some(phone_name(&email)),
        phone_password: Some(secret::hex(&rand::random::<[u8; 16]>()).into()),
        email: email.into(),
        enabled: true,
        created_at: at,
    };
    put(&ask, row, StatusCode::CREATED).await
}

pub(super) async fn update(ask: Ask) -> Reply {
    let wanted: UserPatch = ask.json()?;
    let store = &ask.shared.store;
    let mut row = store.user(ask.org()?, &ask.id().into()).await.map_err(|error| named(error, "person"))?;
    not_above(&ask, row.role)?;
    if let Some(role) = wanted.role {
        not_above(&ask, role.into())?;
        row.role = role.into();
    }
    row.enabled = wanted.enabled.unwrap_or(row.enabled);
    if let Some(name) = wanted.name {
        row.name = name.trim().to_owned();
    }
    if let Some(password) = wanted.password {
        row.password_hash = hash(&ask, password).await?.into();
    }
    let others = store.users(ask.org()?).await?;
    let owner = |user: &records::User| user.enabled && user.role == UserRole::Owner;
    let had_one = others.iter().any(owner);
    if had_one && !owner(&row) && !others.iter().any(|user| user.id != row.id && owner(user)) {
        return Err(Refusal::new(Code::Conflict, "one owner has to remain"));
    }
    put(&ask, row, StatusCode::OK).await
}

/// Refuses what is above the caller's own role.
pub(super) fn not_above(ask: &Ask, role: UserRole) -> Result<(), Refusal> {
    if role > ask.caller()?.actor.role {
        return Err(Refusal::new(Code::Forbidden, "this role is above your own"));
    }
    Ok(())
}

async fn put(ask: &Ask, row: records::User, status: StatusCode) -> Reply {
    let events = change(ask.caller()?, "user", &row.id, false);
    let events = ask.shared.store.put_user(row.clone(), events).await?;
    ask.shared.changed(events).await;
    json(status, &User::new(&row, ask.shared.exchange.has_phone(&row.id)))
}

async fn hash(ask: &Ask, password: String) -> Result<String, Refusal> {
    let internal = || Refusal::new(Code::Internal, "the password could not be hashed");
    let _permit = ask.shared.hashing.acquire().await.map_err(|_| internal())?;
    tokio::task::spawn_blocking(move || secret::hash_password(&password)).await.map_err(|_| internal())
}

/// A SIP user name that can be read and does not collide.
fn phone_name(email: &str) -> String {
    let local: String = email
        .split('@')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
        .take(24)
        .collect();
    format!("{local}-{}", secret::hex(&rand::random::<[u8; 3]>()))
}
