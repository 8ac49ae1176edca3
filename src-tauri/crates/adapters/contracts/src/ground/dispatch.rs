//! What happens in front of every handler: who, may they, how often, what did they send.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts as _, RawPathParams, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use axum::response::Response;
use serde_json::Value;
use tandem_foundation::OrgId;
use tandem_switchboard::access::{self, Done, Once, OnceError, once};
use tandem_switchboard::exchange::Actor;
use tandem_switchboard::records::{ApiKey, Contract, User, UserRole};
use uuid::Uuid;

use super::Ground;
use super::allowance::{Allowance, Quota};
use super::ask::{Answer, Ask, Reply, bearer};
use super::manner::{About, Manner};
use super::operations::{Access, Handler, Operation};
use super::quotas::Whose;
use super::refusal::{Kind, Refusal};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// A body that trickles in slower than this is given up.
const BODY_WITHIN: Duration = Duration::from_secs(20);

/// Where a contract's operations are carried out.
pub(super) struct Stage<M> {
    pub ground: Arc<Ground>,
    pub manner: M,
}

/// Who was found to be asking.
#[derive(Debug, Default)]
struct Caller {
    actor: Option<Actor>,
    key: Option<ApiKey>,
    user: Option<User>,
}

impl Ground {
    /// The key of a contract with this text, if it opens it now.
    ///
    /// # Errors
    /// `Unauthenticated` where it does not; `Unavailable` where that cannot be known.
    pub async fn open(&self, contract: Contract, text: &str) -> Result<ApiKey, Refusal> {
        if !access::is_key(Some(contract), text) {
            return Err(Refusal::unauthenticated());
        }
        let hash = access::sha256(text);
        let found = access::opened(self.store.as_ref(), Some(contract), &hash, self.now(), true).await?;
        found.ok_or_else(Refusal::unauthenticated)
    }
}

/// What a key may do in the exchange.
pub(super) fn actor_of(key: &ApiKey) -> Actor {
    Actor { org: key.org.clone(), role: key.role, user: None, name: key.name.clone() }
}

/// Answers one request to an operation.
///
/// The work is a task of its own: a client that hangs up half way does not leave half of it undone.
pub(super) async fn dispatch<M: Manner>(
    stage: Arc<Stage<M>>,
    operation: Operation,
    handler: Handler,
    request: Request,
) -> Response {
    let mut about = about(&stage.ground);
    let (parts, body) = request.into_parts();
    let remote = remote(&parts);
    let authorised = authorise(&stage.ground, M::CONTRACT, operation, &parts).await;
    about.quota = match count(&stage, &authorised, remote) {
        Ok(quota) => Some(quota),
        Err(quota) => {
            about.quota = Some(quota);
            let wait = (quota.resets_in + Duration::from_millis(999)).as_secs().max(1);
            let refusal = Refusal::new(Kind::RateLimited, "rate limit exceeded").after(wait);
            return finish(&stage.manner, Err(refusal), about);
        }
    };
    let caller = match authorised {
        Ok(caller) => caller,
        Err(refusal) => return finish(&stage.manner, Err(refusal), about),
    };
    let largest = stage.manner.largest_body();
    let ground = stage.ground.clone();
    let asked = about.clone();
    let work = async move {
        let mut parts = parts;
        let path = path(&mut parts).await?;
        let body = read(&parts.headers, body, largest).await?;
        let Caller { actor, key, user } = caller;
        let org = actor.as_ref().map(|actor| actor.org.clone());
        let once_key = parts.headers.get(IDEMPOTENCY_KEY).cloned().filter(|_| operation.idempotent);
        let ask = Ask {
            ground: ground.clone(),
            actor,
            key,
            user,
            parts,
            path,
            body: body.clone(),
            remote,
            about: asked,
        };
        match org.zip(once_key) {
            Some((org, key)) => only_once(&ground, &org, operation, &key, &body, handler(ask)).await,
            None => handler(ask).await,
        }
    };
    let reply = tokio::spawn(work).await.unwrap_or_else(|error| {
        tracing::error!(operation = operation.name, %error, "a handler did not finish");
        Err(Refusal::new(Kind::Internal, "the request could not be carried out"))
    });
    finish(&stage.manner, reply, about)
}

/// Answers a request to a path that is not there, or to one that is with another method than it has.
pub(super) async fn nowhere<M: Manner>(
    stage: Arc<Stage<M>>,
    allow: Option<String>,
    _request: Request,
) -> Response {
    let refusal = match allow {
        Some(methods) => Refusal {
            allow: Some(methods.as_str().into()),
            ..Refusal::new(Kind::MethodNotAllowed, format!("offered here: {methods}"))
        },
        None => Refusal::not_found("resource"),
    };
    finish(&stage.manner, Err(refusal), about(&stage.ground))
}

fn about(ground: &Ground) -> About {
    let id = Uuid::from_u128(ground.clock.random());
    let id = uuid::Builder::from_u128(id.as_u128()).with_version(uuid::Version::Random).into_uuid();
    About { request_id: id.to_string(), now: ground.now(), quota: None }
}

fn finish<M: Manner>(manner: &M, reply: Reply, about: About) -> Response {
    let mut response = match reply {
        Ok(Answer::Json(status, body)) => manner.answer(status, body, &about),
        Ok(Answer::Raw(response)) => response,
        Err(refusal) => {
            tracing::debug!(contract = %M::CONTRACT, kind = ?refusal.kind, "refused");
            let mut response = manner.refuse(&refusal, &about);
            let headers = response.headers_mut();
            if let Some(seconds) = refusal.retry_after_s {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            if refusal.kind == Kind::Unauthenticated {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            if let Some(Ok(methods)) = refusal.allow.as_deref().map(HeaderValue::try_from) {
                headers.insert(header::ALLOW, methods);
            }
            response
        }
    };
    if let Ok(id) = HeaderValue::try_from(&about.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    manner.dress(&mut response, &about);
    response
}

async fn authorise(
    ground: &Ground,
    contract: Contract,
    operation: Operation,
    parts: &Parts,
) -> Result<Caller, Refusal> {
    match operation.access {
        Access::Open => Ok(Caller::default()),
        Access::Key(role) => {
            let key = ground.open(contract, bearer(&parts.headers).unwrap_or_default()).await?;
            allowed(key.role, role)?;
            Ok(Caller { actor: Some(actor_of(&key)), key: Some(key), user: None })
        }
        Access::Session(role) => {
            let user = signed_in(ground, parts).await?;
            allowed(user.role, role)?;
            let actor = Actor {
                org: user.org.clone(),
                role: user.role,
                user: Some(user.id.clone()),
                name: user.name.clone(),
            };
            Ok(Caller { actor: Some(actor), key: None, user: Some(user) })
        }
    }
}

fn allowed(has: UserRole, needs: UserRole) -> Result<(), Refusal> {
    if has < needs { Err(Refusal::new(Kind::Forbidden, "insufficient permissions")) } else { Ok(()) }
}

/// The person whose session's cookie came along; a page of somebody else's may not use it.
async fn signed_in(ground: &Ground, parts: &Parts) -> Result<User, Refusal> {
    let text = |name: header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST))
        && origin.split_once("://").is_none_or(|(_, from)| !from.eq_ignore_ascii_case(host))
    {
        return Err(Refusal::new(Kind::Forbidden, "the request comes from another site"));
    }
    let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let names = [access::cookie_name(true), access::cookie_name(false)];
    let token = cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| names.contains(name) && !value.is_empty())
        .map(|(_, value)| access::sha256(value))
        .ok_or_else(Refusal::unauthenticated)?;
    let found = access::session(ground.store.as_ref(), &token, ground.now(), true).await?;
    found.map(|(_, user)| user).ok_or_else(Refusal::unauthenticated)
}

fn count<M: Manner>(
    stage: &Stage<M>,
    authorised: &Result<Caller, Refusal>,
    remote: IpAddr,
) -> Result<Quota, Quota> {
    let key = authorised.as_ref().ok().and_then(|caller| caller.key.as_ref());
    let whose = match key {
        Some(key) => Whose::Key(key.id.clone()),
        None => Whose::Address(M::CONTRACT, remote),
    };
    let allowance: Allowance = stage.manner.allowance();
    stage.ground.quotas.take(whose, allowance)
}

fn remote(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip())
}

async fn path(parts: &mut Parts) -> Result<HashMap<String, String>, Refusal> {
    let params =
        RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Refusal::not_found("resource"))?;
    Ok(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

async fn read(headers: &HeaderMap, body: Body, largest: usize) -> Result<Bytes, Refusal> {
    let too_large = || Refusal::new(Kind::TooLarge, format!("the body has more than {largest} bytes"));
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > largest as u64) {
        return Err(too_large());
    }
    tokio::time::timeout(BODY_WITHIN, to_bytes(body, largest))
        .await
        .map_err(|_| Refusal::new(Kind::Invalid, "the body did not arrive in time"))?
        .map_err(|_| too_large())
}

async fn only_once(
    ground: &Ground,
    org: &OrgId,
    operation: Operation,
    key: &HeaderValue,
    body: &Bytes,
    work: impl Future<Output = Reply>,
) -> Reply {
    let request = Once {
        org,
        operation: operation.name,
        key: key.to_str().unwrap_or_default(),
        body,
        now: ground.now(),
    };
    let work = async {
        match work.await? {
            Answer::Json(status, value) => {
                let text = value.to_string();
                Ok((Answer::Json(status, value), status.as_u16(), text))
            }
            // What is not JSON is not kept; none of the operations that are done once gives such.
            Answer::Raw(response) => {
                let status = response.status().as_u16();
                Ok((Answer::Raw(response), status, Value::Null.to_string()))
            }
        }
    };
    match once(ground.store.as_ref(), request, work).await {
        Ok(Done::Now(answer)) => Ok(answer),
        Ok(Done::Before { status, body }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            Ok(Answer::Json(status, serde_json::from_str(&body).unwrap_or_default()))
        }
        Err(OnceError::BadKey) => {
            Err(Refusal::field("Idempotency-Key", "expected 1 to 255 visible ASCII characters"))
        }
        Err(OnceError::Running) => {
            Err(Refusal::new(Kind::Conflict, "the same request is under way").after(1))
        }
        Err(OnceError::Mismatch) => {
            Err(Refusal::new(Kind::Mismatch, "the Idempotency-Key came with another request before"))
        }
        Err(OnceError::Store(error)) => Err(error.into()),
        Err(OnceError::Work(refusal)) => Err(refusal),
    }
}
