//! Who is asking: a session's cookie or a key, looked up in storage on every request.
//!
//! Nothing is cached, so that a revoked key or session, a lowered role and a disabled person count at once.

use axum::http::{HeaderMap, header};
use tandem_foundation::{KeyId, SessionId};
use tandem_switchboard::access;
pub(crate) use tandem_switchboard::access::{ABSOLUTE_MS, cookie_name};
use tandem_switchboard::exchange::Actor;
use tandem_switchboard::records::User;

use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret;
use crate::shared::Shared;

/// An authenticated caller.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    pub(crate) credential: Credential,
    /// `None` for keys.
    pub(crate) user: Option<User>,
}

/// What the caller showed; holds hashes, never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    Session { id: SessionId, hash: String },
    Key { id: KeyId, hash: String },
}

impl Caller {
    pub(crate) fn is_session(&self) -> bool {
        matches!(self.credential, Credential::Session { .. })
    }
}

/// The `Set-Cookie` of a session; an empty token removes it.
pub(crate) fn set_cookie(tls: bool, token: &str) -> String {
    let age = if token.is_empty() { 0 } else { ABSOLUTE_MS / 1_000 };
    let secure = if tls { "; Secure" } else { "" };
    let name = cookie_name(tls);
    format!("{name}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}")
}

/// The caller by what came with the request. A key in `Authorization` counts before any cookie.
pub(crate) async fn authenticate(shared: &Shared, headers: &HeaderMap) -> Result<Caller, Refusal> {
    if let Some(authorization) = headers.get(header::AUTHORIZATION) {
        let key = authorization.to_str().ok().and_then(|text| {
            let (scheme, key) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
        });
        let key = key.filter(|key| access::is_key(None, key)).ok_or_else(Refusal::unauthenticated)?;
        return by_key(shared, secret::sha256(key), true).await;
    }
    let token = cookie(headers, cookie_name(shared.config.tls)).ok_or_else(Refusal::unauthenticated)?;
    by_session(shared, secret::sha256(token), true).await
}

/// The same caller once more: whether the credential still holds, and which role it has now.
pub(crate) async fn again(shared: &Shared, credential: &Credential) -> Result<Caller, Refusal> {
    match credential {
        Credential::Session { hash, .. } => by_session(shared, hash.clone(), false).await,
        Credential::Key { hash, .. } => by_key(shared, hash.clone(), false).await,
    }
}

/// Notes that a socket's session is in use.
pub(crate) async fn touch(shared: &Shared, caller: &Caller) {
    if let Credential::Session { id, .. } = &caller.credential
        && let Err(error) = shared.store.touch_session(&caller.actor.org, id, now()).await
    {
        tracing::warn!(%error, "a session's use was not noted");
    }
}

async fn by_key(shared: &Shared, hash: String, used: bool) -> Result<Caller, Refusal> {
    let found = access::opened(shared.store.as_ref(), None, &hash, now(), used).await?;
    let row = found.ok_or_else(Refusal::unauthenticated)?;
    let actor = Actor { org: row.org, role: row.role, user: None, name: row.name };
    Ok(Caller { actor, credential: Credential::Key { id: row.id, hash }, user: None })
}

async fn by_session(shared: &Shared, hash: String, used: bool) -> Result<Caller, Refusal> {
    let found = access::session(shared.store.as_ref(), &hash, now(), used).await?;
    let (session, user) = found.ok_or_else(Refusal::unauthenticated)?;
    let actor = Actor {
        org: user.org.clone(),
        role: user.role,
        user: Some(user.id.clone()),
        name: user.name.clone(),
    };
    Ok(Caller { actor, credential: Credential::Session { id: session.id, hash }, user: Some(user) })
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_the_cookie_is_bound_to_the_host_and_secure() {
        let cookie = set_cookie(true, "abc");
        assert!(cookie.starts_with("__Host-tandem_session=abc; Path=/; Max-Age=43200"), "{cookie}");
        assert!(cookie.contains("HttpOnly; SameSite=Strict; Secure") && !cookie.contains("Domain"));
        assert!(set_cookie(false, "").contains("Max-Age=0"));
    }

    #[test]
    fn the_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; xtandem_session=no".parse().expect("header"));
        headers.append(header::COOKIE, "tandem_session=yes".parse().expect("header"));
        assert_eq!(cookie(&headers, "tandem_session"), Some("yes"));
        assert_eq!(cookie(&headers, "__Host-tandem_session"), None);
    }
}
