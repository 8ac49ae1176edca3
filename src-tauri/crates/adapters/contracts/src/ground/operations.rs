//! A contract's operations, as its module lists them.

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use tandem_switchboard::records::UserRole;

use super::Ground;
use super::ask::{Ask, Reply};
use super::dispatch::{Stage, dispatch, nowhere};
use super::manner::Manner;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever has a key of the contract with at least this role.
    Key(UserRole),
    /// A person who is signed in to the console, with at least this role.
    Session(UserRole),
    /// Everybody; the handler sees for itself (a signed link, a key in the query).
    Open,
}

/// What is carried out in front of a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Unique over all contracts (`sauti.place_call`); names it in figures and idempotency keys.
    pub name: &'static str,
    pub access: Access,
    /// An `Idempotency-Key` is heeded.
    pub idempotent: bool,
}

impl Operation {
    /// For any key of the contract that is good.
    pub const fn new(name: &'static str) -> Self {
        Self { name, access: Access::Key(UserRole::Agent), idempotent: false }
    }

    pub const fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// For keys of this role and above.
    pub const fn role(self, role: UserRole) -> Self {
        self.access(Access::Key(role))
    }

    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }
}

pub(super) type Handler = Arc<dyn Fn(Ask) -> Pin<Box<dyn Future<Output = Reply> + Send>> + Send + Sync>;

type Ways = Vec<(Method, Operation, Handler)>;

/// Collects a contract's operations into its router.
pub struct Operations<M> {
    stage: Arc<Stage<M>>,
    paths: Vec<(&'static str, Ways)>,
}

impl<M: Manner> Operations<M> {
    pub fn new(ground: &Arc<Ground>, manner: M) -> Self {
        Self { stage: Arc::new(Stage { ground: ground.clone(), manner }), paths: Vec::new() }
    }

    /// Adds an operation at a path below the mount (`/v1/calls/{id}`).
    pub fn on<F, W>(mut self, method: Method, path: &'static str, operation: Operation, handler: F) -> Self
    where
        F: Fn(Ask) -> W + Send + Sync + 'static,
        W: Future<Output = Reply> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |ask| Box::pin(handler(ask)));
        match self.paths.iter_mut().find(|(known, _)| *known == path) {
            Some((_, methods)) => methods.push((method, operation, handler)),
            None => self.paths.push((path, vec![(method, operation, handler)])),
        }
        self
    }

    /// The router; what it does not know is refused in the contract's manner.
    pub fn into_router(self) -> Router {
        let mut router = Router::new();
        for (path, methods) in self.paths {
            router = router.route(path, at_path(&self.stage, methods));
        }
        let stage = self.stage;
        router.fallback(move |request: Request| nowhere(stage.clone(), None, request))
    }
}

impl<M> std::fmt::Debug for Operations<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.paths.iter().map(|(path, _)| path)).finish()
    }
}

fn at_path<M: Manner>(stage: &Arc<Stage<M>>, methods: Vec<(Method, Operation, Handler)>) -> MethodRouter {
    let allow = methods.iter().map(|(method, ..)| method.as_str()).collect::<Vec<_>>().join(", ");
    let mut router = MethodRouter::new();
    for (method, operation, handler) in methods {
        let filter = MethodFilter::try_from(method).expect("contracts use the usual methods");
        let stage = stage.clone();
        let serve = move |request: Request| -> Pin<Box<dyn Future<Output = Response> + Send>> {
            Box::pin(dispatch(stage.clone(), operation, handler.clone(), request))
        };
        router = router.merge(on(filter, serve));
    }
    let stage = stage.clone();
    router.fallback(move |request: Request| nowhere(stage.clone(), Some(allow.clone()), request))
}
