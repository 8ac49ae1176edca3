//! `GET /metrics`: figures for Prometheus, for whoever asks from this machine or has a key.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use tandem_console_api::problem::Code;
use tandem_switchboard::records::UserRole;

use crate::caller;
use crate::headers::RequestId;
use crate::refusal::Refusal;
use crate::shared::Shared;

pub(crate) async fn page(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let refusal = match permitted(&shared, &parts).await {
        Ok(()) => match &shared.config.metrics {
            Some(metrics) => {
                let kind = "text/plain; version=0.0.4; charset=utf-8";
                return ([(header::CONTENT_TYPE, kind)], metrics()).into_response();
            }
            None => Refusal::not_found("page"),
        },
        Err(refusal) => refusal,
    };
    let id = parts.extensions.get::<RequestId>().cloned().unwrap_or_default().0;
    refusal.respond(parts.uri.path(), &id)
}

async fn permitted(shared: &Shared, parts: &Parts) -> Result<(), Refusal> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    if peer.is_some_and(|ConnectInfo(peer)| peer.ip().is_loopback()) && !is_forwarded(&parts.headers) {
        return Ok(());
    }
    let caller = caller::authenticate(shared, &parts.headers).await?;
    if caller.actor.role < UserRole::Supervisor {
        return Err(Refusal::new(Code::Forbidden, "this takes the role supervisor"));
    }
    Ok(())
}

/// A proxy on this machine asks for somebody else.
fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-real-ip", "via"].iter().any(|name| headers.contains_key(*name))
}
