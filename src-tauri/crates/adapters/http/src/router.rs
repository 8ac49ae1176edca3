//! The router, built from the declared operations.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, get};
use axum::{Router, middleware};
use tandem_console_api::problem::Code;
use tandem_console_api::{Method, Operation, openapi, operations};

use crate::disk::free_bytes;
use crate::dispatch::{Handler, dispatch};
use crate::headers::RequestId;
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::{assets, figures, handlers, headers};

/// The declaration and the handlers do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouterError {
    #[error("building the router: operation {0} has no handler")]
    NoHandler(&'static str),
    #[error("building the router: handler {0} has no operation")]
    NoOperation(&'static str),
}

/// All routes.
///
/// # Errors
/// When an operation has no handler or a handler no operation.
pub(crate) fn router(shared: Arc<Shared>) -> Result<Router, RouterError> {
    let mut router = Router::new();
    for (path, pairs) in by_path(handlers::all())? {
        router = router.route(&format!("/api/v1{path}"), methods(&shared, pairs));
    }
    let router = router
        .route("/openapi.json", get(document))
        .route("/health/live", get(async || alive()))
        .route("/health/ready", get(ready))
        .route("/metrics", get(figures::page))
        .fallback(assets::fallback)
        .layer(middleware::from_fn_with_state(shared.clone(), headers::guard))
        .with_state(shared.clone());
    // Beside the guard: a published API has headers of its own, and no pages to be guarded.
    Ok(shared.config.mounts.iter().fold(router, |router, (path, mount)| router.nest(path, mount.clone())))
}

type Pairs = Vec<(&'static Operation, Handler)>;

fn by_path(handlers: Vec<(&'static str, Handler)>) -> Result<BTreeMap<&'static str, Pairs>, RouterError> {
    let mut handlers: HashMap<&'static str, Handler> = handlers.into_iter().collect();
    let mut paths: BTreeMap<&'static str, Pairs> = BTreeMap::new();
    for operation in operations::all() {
        let handler = handlers.remove(operation.id).ok_or(RouterError::NoHandler(operation.id))?;
        paths.entry(operation.path).or_default().push((operation, handler));
    }
    match handlers.into_keys().next() {
        Some(left) => Err(RouterError::NoOperation(left)),
        None => Ok(paths),
    }
}

fn methods(shared: &Arc<Shared>, pairs: Pairs) -> MethodRouter<Arc<Shared>> {
    let allow = pairs.iter().map(|(operation, _)| operation.method.name()).collect::<Vec<_>>().join(", ");
    let mut router = MethodRouter::new();
    for (operation, handler) in pairs {
        let shared = shared.clone();
        let serve = move |request: Request| dispatch(shared.clone(), operation, handler.clone(), request);
        router = router.on(filter(operation.method), serve);
    }
    router.fallback(move |request: Request| {
        let allow = allow.clone();
        async move {
            let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default().0;
            let refusal = Refusal::new(Code::MethodNotAllowed, format!("offered here: {allow}"));
            refusal.allowing(allow).respond(request.uri().path(), &id)
        }
    })
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], openapi().to_string())
        .into_response()
}

fn alive() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#).into_response()
}

/// Ready to serve means that storage answers, and soon. A disk that is nearly full is told and no reason to take the
/// calls away: they go on, and new ones are only not recorded.
async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    let answer = tokio::time::timeout(Duration::from_secs(1), shared.store.organisations()).await;
    let folder = shared.config.data_dir.clone();
    let asked = tokio::task::spawn_blocking(move || free_bytes(&folder));
    let free = tokio::time::timeout(Duration::from_secs(1), asked).await.ok().and_then(Result::ok).flatten();
    let disk = if free.is_some_and(|free| free < shared.config.low_disk_bytes) { "low" } else { "ok" };
    let (code, status) = if matches!(answer, Ok(Ok(_))) {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "storage_unavailable")
    };
    let body = serde_json::json!({ "status": status, "disk": disk }).to_string();
    (code, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_handler_and_every_handler_an_operation() {
        assert_eq!(by_path(handlers::all()).err(), None);
        let mut fewer = handlers::all();
        let (missing, _) = fewer.pop().expect("there are handlers");
        assert_eq!(by_path(fewer).err(), Some(RouterError::NoHandler(missing)));
        let mut more = handlers::all();
        more.push(("undeclared", more[0].1.clone()));
        assert_eq!(by_path(more).err(), Some(RouterError::NoOperation("undeclared")));
    }
}
