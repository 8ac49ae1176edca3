//! What an operation is: enough to serve it, to document it and to test its authorisation.

use std::borrow::Cow;
use std::collections::BTreeSet;

use utoipa::ToSchema;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::{RefOr, Schema};

use crate::problem::Code;
use crate::words::Role;

/// One operation of the API.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Unique, `snake_case`; the handler's name and the OpenAPI `operationId`.
    pub id: &'static str,
    pub method: Method,
    /// Below `/api/v1`, with `{name}` for parameters.
    pub path: &'static str,
    /// The group it is shown in.
    pub tag: &'static str,
    pub summary: &'static str,
    pub access: Access,
    /// Query parameters.
    pub query: Option<fn() -> Vec<Parameter>>,
    /// JSON body.
    pub request: Option<Body>,
    pub answer: Answer,
    /// Refusals of its own; [`Operation::refusals`] adds those that its other fields imply.
    pub errors: &'static [Code],
    /// Takes an `Idempotency-Key`.
    pub idempotent: bool,
    /// Demands `If-Match`.
    pub if_match: bool,
}

/// HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// Who may use an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// The holder of a single-use ticket (`?ticket=`).
    Ticket,
    /// A person or a key with at least this role.
    Role(Role),
    /// A signed-in person with at least this role; keys are refused.
    Person(Role),
}

/// What a successful answer carries.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// Status and JSON body.
    Json(u16, Body),
    /// 204.
    Nothing,
    /// `audio/wav`, whole (200) or in part (206).
    Audio,
    /// `text/plain`, 200.
    Text,
    /// 101.
    Socket,
}

/// A JSON body: its name and schemas.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// The component's name.
    pub name: fn() -> Cow<'static, str>,
    /// The component's schema.
    pub schema: fn() -> RefOr<Schema>,
    /// Adds the schemas that `schema` refers to.
    pub referred: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Body {
    /// The body that serde makes of `T`.
    pub const fn of<T: ToSchema>() -> Self {
        Self { name: T::name, schema: T::schema, referred: T::schemas }
    }
}

impl Method {
    /// `GET`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// It may change something.
    pub const fn is_mutation(self) -> bool {
        !matches!(self, Self::Get)
    }
}

impl Access {
    /// The least role, where one is asked for.
    pub const fn role(self) -> Option<Role> {
        match self {
            Self::Public | Self::Ticket => None,
            Self::Role(role) | Self::Person(role) => Some(role),
        }
    }
}

impl Operation {
    pub(crate) const fn get(id: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self::new(id, Method::Get, path, summary)
    }

    pub(crate) const fn new(
        id: &'static str,
        method: Method,
        path: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            id,
            method,
            path,
            tag: "",
            summary,
            access: Access::Role(Role::Owner),
            query: None,
            request: None,
            answer: Answer::Nothing,
            errors: &[],
            idempotent: false,
            if_match: false,
        }
    }

    /// Names of the path's parameters, in order.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Every refusal it can answer with.
    pub fn refusals(&self) -> BTreeSet<Code> {
        let mut codes: BTreeSet<Code> = self.errors.iter().copied().collect();
        codes.extend([Code::Internal, Code::StorageUnavailable, Code::StorageFull]);
        match self.access {
            Access::Public => {}
            Access::Ticket => codes.extend([Code::Unauthenticated, Code::OriginRefused]),
            Access::Role(_) => codes.extend([Code::Unauthenticated]),
            Access::Person(_) => codes.extend([Code::Unauthenticated, Code::PersonRequired]),
        }
        if self.access.role().is_some_and(|role| role > Role::Agent) {
            codes.insert(Code::Forbidden);
        }
        if self.method.is_mutation() {
            codes.insert(Code::OriginRefused);
        }
        if self.request.is_some() {
            codes.extend([
                Code::MalformedRequest,
                Code::UnsupportedMediaType,
                Code::BodyTooLarge,
                Code::ValidationFailed,
            ]);
        }
        if self.query.is_some() {
            codes.insert(Code::ValidationFailed);
        }
        if self.path.contains('{') {
            codes.insert(Code::NotFound);
        }
        if self.idempotent {
            codes.extend([Code::IdempotencyMismatch, Code::IdempotencyRunning, Code::ValidationFailed]);
        }
        if self.if_match {
            codes.extend([Code::PreconditionFailed, Code::PreconditionRequired, Code::ValidationFailed]);
        }
        codes
    }
}
