//! What happens in front of every handler, from the operation's declaration: who, may they, what did they send.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts as _, RawPathParams, Request};
use axum::http::{HeaderMap, header, request::Parts};
use axum::response::Response;
use futures_util::future::BoxFuture;
use tandem_console_api::problem::Code;
use tandem_console_api::{Access, Operation};

use crate::ask::{Ask, Reply};
use crate::caller::{self, Caller};
use crate::headers::RequestId;
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::{idempotency, origin};

/// The code behind an operation.
pub(crate) type Handler = Arc<dyn Fn(Ask) -> BoxFuture<'static, Reply> + Send + Sync>;

/// Bytes of a request's body.
const LARGEST_BODY: usize = 1 << 20;
/// A body that trickles in slower than this is given up.
const BODY_WITHIN: Duration = Duration::from_secs(20);

/// Answers one request to `operation`.
///
/// The work is a task of its own: a client that hangs up half way does not leave half of it undone.
pub(crate) async fn dispatch(
    shared: Arc<Shared>,
    operation: &'static Operation,
    handler: Handler,
    request: Request,
) -> Response {
    let instance = request.uri().path().to_owned();
    let request_id = request.extensions().get::<RequestId>().cloned().unwrap_or_default().0;
    let began = Instant::now();
    let answer = tokio::spawn(run(shared, operation, handler, request)).await;
    let refusal = match answer {
        Ok(Ok(response)) => {
            measure(operation, began, &response);
            return response;
        }
        Ok(Err(refusal)) => refusal,
        Err(error) => {
            tracing::error!(operation = operation.id, %error, "a handler did not finish");
            Refusal::new(Code::Internal, "the request could not be carried out")
        }
    };
    tracing::debug!(operation = operation.id, code = ?refusal.code(), request_id, "refused");
    let response = refusal.respond(&instance, &request_id);
    measure(operation, began, &response);
    response
}

fn measure(operation: &Operation, began: Instant, response: &Response) {
    let status = match response.status().as_u16() / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "1xx",
    };
    metrics::histogram!("tandem_http_request_seconds", "operation" => operation.id, "status" => status)
        .record(began.elapsed());
}

async fn run(
    shared: Arc<Shared>,
    operation: &'static Operation,
    handler: Handler,
    request: Request,
) -> Reply {
    let (mut parts, body) = request.into_parts();
    let caller = authorise(&shared, operation, &parts).await?;
    let path = path(&mut parts).await?;
    let body = match operation.request {
        Some(_) => read(&parts.headers, body).await?,
        None => Bytes::new(),
    };
    let remote = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
    let org = caller.as_ref().map(|caller| caller.actor.org.clone());
    let headers = parts.headers.clone();
    let ask = Ask { shared: shared.clone(), caller, parts, path, body: body.clone(), remote };
    match org {
        Some(org) if operation.idempotent => {
            idempotency::once(&shared, &org, operation, &headers, &body, handler(ask)).await
        }
        _ => handler(ask).await,
    }
}

async fn authorise(shared: &Shared, operation: &Operation, parts: &Parts) -> Result<Option<Caller>, Refusal> {
    let caller = match operation.access {
        Access::Public => {
            origin::check(&shared.config, &parts.headers)?;
            return Ok(None);
        }
        Access::Ticket => {
            origin::check(&shared.config, &parts.headers)?;
            return by_ticket(shared, parts).await.map(Some);
        }
        Access::Role(_) | Access::Person(_) => caller::authenticate(shared, &parts.headers).await?,
    };
    if operation.method.is_mutation() && caller.is_session() {
        origin::check(&shared.config, &parts.headers)?;
    }
    if matches!(operation.access, Access::Person(_)) && caller.user.is_none() {
        return Err(Refusal::new(Code::PersonRequired, "keys cannot do this"));
    }
    match operation.access.role() {
        Some(role) if caller.actor.role < role.into() => {
            Err(Refusal::new(Code::Forbidden, format!("this takes the role {role:?}").to_lowercase()))
        }
        _ => Ok(Some(caller)),
    }
}

async fn by_ticket(shared: &Shared, parts: &Parts) -> Result<Caller, Refusal> {
    let query = parts.uri.query().unwrap_or_default();
    let ticket = query.split('&').find_map(|pair| pair.strip_prefix("ticket="));
    let credential = ticket.and_then(|ticket| shared.tickets.lock().redeem(ticket, Instant::now()));
    caller::again(shared, &credential.ok_or_else(Refusal::unauthenticated)?).await
}

async fn path(parts: &mut Parts) -> Result<HashMap<String, String>, Refusal> {
    let params =
        RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Refusal::not_found("resource"))?;
    Ok(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::new(Code::UnsupportedMediaType, "send Content-Type: application/json"));
    }
    let too_large = || Refusal::new(Code::BodyTooLarge, format!("at most {LARGEST_BODY} bytes"));
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > LARGEST_BODY as u64) {
        return Err(too_large());
    }
    tokio::time::timeout(BODY_WITHIN, to_bytes(body, LARGEST_BODY))
        .await
        .map_err(|_| Refusal::new(Code::MalformedRequest, "the body did not arrive in time"))?
        .map_err(|_| too_large())
}
