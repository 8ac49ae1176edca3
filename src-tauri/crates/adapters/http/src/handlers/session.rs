//! Signing in and out, one's own phone, tickets.

use std::sync::{Arc, LazyLock};
use std::time::Instant;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use tandem_console_api::problem::Code;
use tandem_console_api::session::{PhoneAccountView, SignIn, Ticket};
use tandem_foundation::{Pii, SessionId};
use tandem_switchboard::exchange::Actor;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::{Session, UnixMs, User};

use crate::ask::{Ask, Reply, json, ok};
use crate::caller::{ABSOLUTE_MS, Caller, Credential, set_cookie};
use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret;
use crate::shared::Shared;
use crate::tickets;

/// What an unknown person's password is compared with, so that the answer takes as long as for a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| secret::hash_password(&secret::token()));

/// Makes [`NOBODY`] before anybody can measure that it takes time. Blocks.
pub(crate) fn prepare() {
    LazyLock::force(&NOBODY);
}

pub(super) async fn sign_in(ask: Ask) -> Reply {
    let SignIn { email, password } = ask.json()?;
    let email = email.trim().to_lowercase();
    ask.shared.attempts.lock().begin(&email, ask.remote, Instant::now()).map_err(|wait| {
        let seconds = wait.as_secs().max(1);
        Refusal::new(Code::TooManyAttempts, format!("try again in {seconds} s")).after(seconds)
    })?;
    let user = match ask.shared.store.user_by_email(&email).await {
        Ok(user) => Some(user),
        Err(StoreError::NotFound { .. }) => None,
        Err(other) => return Err(other.into()),
    };
    let good =
        password_is(&ask.shared, user.as_ref().map(|user| user.password_hash.clone()), password).await?;
    let user = user
        .filter(|user| good && user.enabled)
        .ok_or_else(|| Refusal::new(Code::InvalidCredentials, "check both and try again"))?;
    ask.shared.attempts.lock().succeeded(&email, ask.remote);
    let (token, caller) = open_session(&ask.shared, user).await?;
    let mut response = ok(&ask.shared.me(&caller).await?)?;
    add_cookie(&ask.shared, &token, response.headers_mut());
    Ok(response)
}

pub(super) async fn me(ask: Ask) -> Reply {
    ok(&ask.shared.me(ask.caller()?).await?)
}

pub(super) async fn sign_out(ask: Ask) -> Reply {
    if let Credential::Session { id, .. } = &ask.caller()?.credential {
        ask.shared.store.delete_session(ask.org()?, id).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    add_cookie(&ask.shared, "", response.headers_mut());
    Ok(response)
}

pub(super) async fn my_phone(ask: Ask) -> Reply {
    let user = ask.caller()?.user.as_ref().ok_or_else(Refusal::unauthenticated)?;
    let (Some(name), Some(password)) = (&user.phone_name, &user.phone_password) else {
        return Err(Refusal::not_found("phone account"));
    };
    let registrar = &ask.shared.config.phone;
    ok(&PhoneAccountView {
        name: name.clone(),
        password: password.as_str().to_owned(),
        domain: registrar.domain.clone(),
        registrar: registrar.registrar.clone(),
        transport: registrar.transport.into(),
    })
}

pub(super) async fn ticket(ask: Ask) -> Reply {
    let credential = ask.caller()?.credential.clone();
    let ticket = ask.shared.tickets.lock().issue(credential, Instant::now());
    let ticket = ticket
        .ok_or_else(|| Refusal::new(Code::StorageUnavailable, "too many tickets are waiting").after(30))?;
    let expires_in_s = u32::try_from(tickets::LIFETIME.as_secs()).unwrap_or(u32::MAX);
    json(StatusCode::CREATED, &Ticket { ticket, expires_in_s })
}

async fn password_is(
    shared: &Arc<Shared>,
    hash: Option<Pii<String>>,
    password: String,
) -> Result<bool, Refusal> {
    let internal = || Refusal::new(Code::Internal, "the password could not be checked");
    let _permit = shared.hashing.acquire().await.map_err(|_| internal())?;
    tokio::task::spawn_blocking(move || match hash {
        Some(hash) => secret::verify_password(&password, hash.as_str()),
        None => {
            secret::verify_password(&password, &NOBODY);
            false
        }
    })
    .await
    .map_err(|_| internal())
}

async fn open_session(shared: &Shared, user: User) -> Result<(String, Caller), Refusal> {
    let (token, at) = (secret::token(), now());
    let session = Session {
        id: SessionId::generate(secret::unix_ms(at), rand::random()),
        org: user.org.clone(),
        user: user.id.clone(),
        token_hash: secret::sha256(&token),
        created_at: at,
        seen_at: at,
        expires_at: UnixMs(at.0 + ABSOLUTE_MS),
    };
    let credential = Credential::Session { id: session.id.clone(), hash: session.token_hash.clone() };
    shared.store.put_session(session).await?;
    let actor = Actor {
        org: user.org.clone(),
        role: user.role,
        user: Some(user.id.clone()),
        name: user.name.clone(),
    };
    Ok((token, Caller { actor, credential, user: Some(user) }))
}

fn add_cookie(shared: &Shared, token: &str, headers: &mut axum::http::HeaderMap) {
    if let Ok(cookie) = HeaderValue::try_from(set_cookie(shared.config.tls, token)) {
        headers.append(header::SET_COOKIE, cookie);
    }
}
