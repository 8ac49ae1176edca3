//! Keys, organisations and people, for a person who is signed in; no key opens these.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tandem_foundation::{OrgId, Pii, UserId};
use tandem_switchboard::access::{KEY_RANDOM, KeyWish, hex, mint};
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::{ApiKey, Contract, Organisation, User, UserRole};

use crate::ground::{self, Ask, Kind, Refusal, Reply, ok, rfc3339_ms, text_id, uuid_of};

#[derive(Debug, Deserialize)]
struct NewKey {
    name: String,
}

#[derive(Debug, Deserialize)]
struct OrganizationWish {
    name: Option<String>,
    time_zone: Option<String>,
    /// Who owns a new one.
    owner_email: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Invitation {
    email: String,
    name: Option<String>,
    role: Option<String>,
}

pub(super) async fn keys(ask: Ask) -> Reply {
    let mut rows = ask.ground.store.keys(ask.org()?).await?;
    rows.retain(|row| row.contract == Some(Contract::Va) && row.revoked_at.is_none());
    rows.sort_by(|one, other| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
    ok(&json!({ "api_keys": rows.iter().map(key).collect::<Vec<_>>() }))
}

fn key(row: &ApiKey) -> Value {
    json!({
        "id": uuid_of(row.id.as_str()),
        "name": row.name,
        "key_prefix": row.shown_prefix,
        "created_at": rfc3339_ms(row.created_at),
        "last_used_at": row.last_used_at.map(rfc3339_ms),
        "expires_at": row.expires_at.map(rfc3339_ms),
    })
}

pub(super) async fn create_key(ask: Ask) -> Reply {
    let wish: NewKey = ask.json()?;
    let told = made(&ask, named(&wish.name)?, ask.actor()?.role).await?;
    ground::json(StatusCode::CREATED, &told)
}

/// A new key; its secret is in the answer and nowhere else.
async fn made(ask: &Ask, name: String, role: UserRole) -> Result<Value, Refusal> {
    let mut random = [0; KEY_RANDOM];
    for piece in random.chunks_mut(16) {
        piece.copy_from_slice(&ask.ground.clock.random().to_be_bytes()[..piece.len()]);
    }
    let wish =
        KeyWish { org: ask.org()?.clone(), name, role, contract: Some(Contract::Va), expires_at: None };
    let (row, secret) = mint(wish, ask.ground.now(), &random);
    let mut told = key(&row);
    told["key"] = secret.into_inner().into();
    let events = ask.ground.change("key", &row.id, false);
    let events = ask.ground.store.put_key(row, events).await?;
    ask.ground.changed(events).await;
    Ok(told)
}

async fn stored_key(ask: &Ask) -> Result<ApiKey, Refusal> {
    let id = text_id("key", ask.id());
    let rows = ask.ground.store.keys(ask.org()?).await?;
    let ours = |row: &ApiKey| row.id.as_str() == id && row.contract == Some(Contract::Va);
    let found = rows.into_iter().find(|row| ours(row) && row.revoked_at.is_none());
    let row = found.ok_or_else(|| Refusal::new(Kind::NotFound, "API key not found"))?;
    not_above(ask, row.role)?;
    Ok(row)
}

pub(super) async fn delete_key(ask: Ask) -> Reply {
    let row = stored_key(&ask).await?;
    revoke(&ask, &row).await?;
    ok(&json!({ "id": uuid_of(row.id.as_str()), "deleted": true }))
}

/// The new key is there before the old one goes.
pub(super) async fn regenerate_key(ask: Ask) -> Reply {
    let row = stored_key(&ask).await?;
    let told = made(&ask, row.name.clone(), row.role).await?;
    revoke(&ask, &row).await?;
    ok(&told)
}

async fn revoke(ask: &Ask, row: &ApiKey) -> Result<(), Refusal> {
    let events = ask.ground.change("key", &row.id, true);
    let events = ask.ground.store.revoke_key(&row.org, &row.id, ask.ground.now(), events).await?;
    ask.ground.changed(events).await;
    Ok(())
}

pub(super) async fn organizations(ask: Ask) -> Reply {
    ok(&json!({ "organizations": [organisation(&own(&ask).await?)] }))
}

pub(super) async fn organization(ask: Ask) -> Reply {
    ok(&organisation(&by_id(&ask).await?))
}

pub(super) async fn update_organization(ask: Ask) -> Reply {
    let wish: OrganizationWish = ask.json()?;
    let mut row = by_id(&ask).await?;
    if let Some(name) = &wish.name {
        row.name = named(name)?;
    }
    if let Some(zone) = wish.time_zone {
        row.time_zone = time_zone(zone)?;
    }
    ask.ground.store.put_organisation(row.clone()).await?;
    ask.ground.changed(Vec::new()).await;
    ok(&organisation(&row))
}

pub(super) async fn create_organization(ask: Ask) -> Reply {
    let wish: OrganizationWish = ask.json()?;
    let now = ask.ground.now();
    let name = named(wish.name.as_deref().unwrap_or_default())?;
    let time_zone = time_zone(wish.time_zone.unwrap_or_else(|| "UTC".to_owned()))?;
    let email = wish.owner_email.as_deref().map(address).transpose()?;
    if let Some(email) = &email {
        free(&ask, email).await?;
    }
    let id = OrgId::generate(u64::try_from(now.0).unwrap_or_default(), ask.ground.clock.random());
    let row = Organisation { id, name, time_zone, created_at: now };
    ask.ground.store.put_organisation(row.clone()).await?;
    let mut told = organisation(&row);
    if let Some(email) = email {
        told["owner"] = person(&ask, row.id.clone(), email, None, UserRole::Owner).await?;
    }
    ground::json(StatusCode::CREATED, &told)
}

async fn own(ask: &Ask) -> Result<Organisation, Refusal> {
    let org = ask.org()?;
    let rows = ask.ground.store.organisations().await?;
    rows.into_iter().find(|row| row.id == *org).ok_or_else(|| Refusal::not_found("organization"))
}

/// Nobody's but one's own is there.
async fn by_id(ask: &Ask) -> Result<Organisation, Refusal> {
    let row = own(ask).await?;
    let ours = uuid_of(row.id.as_str()) == ask.id() || row.id.as_str() == ask.id();
    if ours { Ok(row) } else { Err(Refusal::new(Kind::NotFound, "Organization not found")) }
}

fn organisation(row: &Organisation) -> Value {
    json!({
        "id": uuid_of(row.id.as_str()),
        "name": row.name,
        "time_zone": row.time_zone,
        "created_at": rfc3339_ms(row.created_at),
    })
}

pub(super) async fn users(ask: Ask) -> Reply {
    let mut rows = ask.ground.store.users(ask.org()?).await?;
    rows.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    ok(&json!({ "users": rows.iter().map(user).collect::<Vec<_>>() }))
}

fn user(row: &User) -> Value {
    json!({
        "id": uuid_of(row.id.as_str()),
        "email": row.email.as_str(),
        "name": row.name,
        "role": role_name(row.role),
        "enabled": row.enabled,
        "created_at": rfc3339_ms(row.created_at),
    })
}

pub(super) async fn invite(ask: Ask) -> Reply {
    let wish: Invitation = ask.json()?;
    let email = address(&wish.email)?;
    let role = match wish.role.as_deref().unwrap_or("agent") {
        "agent" | "member" | "user" => UserRole::Agent,
        "supervisor" => UserRole::Supervisor,
        "admin" => UserRole::Admin,
        "owner" => UserRole::Owner,
        _ => return Err(Refusal::field("role", "expected agent, supervisor, admin or owner")),
    };
    not_above(&ask, role)?;
    free(&ask, &email).await?;
    let told = person(&ask, ask.org()?.clone(), email, wish.name, role).await?;
    ground::json(StatusCode::CREATED, &told)
}

/// A new person with a first password, which is in the answer and nowhere else.
async fn person(
    ask: &Ask,
    org: OrgId,
    email: String,
    name: Option<String>,
    role: UserRole,
) -> Result<Value, Refusal> {
    let now = ask.ground.now();
    let password = hex(&ask.ground.clock.random().to_be_bytes());
    let (hash, to_hash) = (ask.ground.hash_password, password.clone());
    let hashed = tokio::task::spawn_blocking(move || hash(&to_hash)).await;
    let hashed = hashed.map_err(|_| Refusal::new(Kind::Internal, "The password could not be hashed"))?;
    let local: String =
        email.split('@').next().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
    let random = ask.ground.clock.random().to_be_bytes();
    let row = User {
        id: UserId::generate(u64::try_from(now.0).unwrap_or_default(), ask.ground.clock.random()),
        org,
        name: name
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| local.clone()),
        email: email.into(),
        role,
        password_hash: Pii::new(hashed),
        phone_name: Some(format!("{local}-{}", hex(&random[..3]))),
        phone_password: Some(Pii::new(hex(&ask.ground.clock.random().to_be_bytes()))),
        enabled: true,
        created_at: now,
    };
    let mut told = user(&row);
    told["temporary_password"] = password.into();
    let ours = row.org == *ask.org()?;
    let events = if ours { ask.ground.change("user", &row.id, false) } else { Vec::new() };
    let events = ask.ground.store.put_user(row, events).await?;
    ask.ground.changed(events).await;
    Ok(told)
}

async fn free(ask: &Ask, email: &str) -> Result<(), Refusal> {
    match ask.ground.store.user_by_email(email).await {
        Err(StoreError::NotFound { .. }) => Ok(()),
        Ok(_) => Err(Refusal::field("email", "is another person's already")),
        Err(error) => Err(error.into()),
    }
}

fn address(text: &str) -> Result<String, Refusal> {
    let email = text.trim().to_lowercase();
    let good = email.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
        && email.len() <= 254
        && !email.contains(char::is_whitespace);
    if good { Ok(email) } else { Err(Refusal::field("email", "expected an e-mail address")) }
}

fn named(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    if (1..=100).contains(&name.chars().count()) {
        return Ok(name.to_owned());
    }
    Err(Refusal::field("name", "expected 1 to 100 characters"))
}

fn time_zone(zone: String) -> Result<String, Refusal> {
    match jiff::tz::TimeZone::get(&zone) {
        Ok(_) => Ok(zone),
        Err(_) => Err(Refusal::field("time_zone", "expected a name as Asia/Jakarta")),
    }
}

fn not_above(ask: &Ask, role: UserRole) -> Result<(), Refusal> {
    if role > ask.actor()?.role {
        return Err(Refusal::new(Kind::Forbidden, "This role is above your own"));
    }
    Ok(())
}

const fn role_name(role: UserRole) -> &'static str {
    match role {
        UserRole::Agent => "agent",
        UserRole::Supervisor => "supervisor",
        UserRole::Admin => "admin",
        UserRole::Owner => "owner",
    }
}
