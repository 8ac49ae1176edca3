//! A request as its handler sees it, and what a handler gives back.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use axum::response::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tandem_foundation::OrgId;
use tandem_switchboard::exchange::Actor;
use tandem_switchboard::records::{ApiKey, User};

use super::manner::About;
use super::refusal::{Kind, Refusal};
use super::{Ground, read};

/// What a handler takes: authenticated, authorised, its body whole.
pub struct Ask {
    pub ground: Arc<Ground>,
    /// Who asks; `None` on operations that are open to everybody.
    pub actor: Option<Actor>,
    /// `None` unless a key was shown.
    pub key: Option<ApiKey>,
    /// `None` unless a person's session was shown.
    pub user: Option<User>,
    pub parts: Parts,
    pub path: HashMap<String, String>,
    pub body: Bytes,
    pub remote: IpAddr,
    pub about: About,
}

/// What a handler gives.
#[derive(Debug)]
pub enum Answer {
    /// Sent as the contract's manner has it.
    Json(StatusCode, Value),
    /// Sent as it is.
    Raw(Response),
}

pub type Reply = Result<Answer, Refusal>;

impl Ask {
    pub fn actor(&self) -> Result<&Actor, Refusal> {
        self.actor.as_ref().ok_or_else(Refusal::unauthenticated)
    }

    /// The caller's organisation, which every query names.
    pub fn org(&self) -> Result<&OrgId, Refusal> {
        Ok(&self.actor()?.org)
    }

    /// A part of the path by its name.
    pub fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The `{id}` of the path.
    pub fn id(&self) -> &str {
        self.part("id")
    }

    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// The body; what does not fit names its field.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        read::json(&self.body)
    }

    /// The query; what does not fit names its field.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        read::query(&self.parts.uri)
    }

    /// The text behind `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        bearer(self.headers())
    }

    /// How the client reached us (`http://127.0.0.1:7700`), for addresses that it is to use next. A proxy that ends TLS
    /// says so in `x-forwarded-proto`.
    pub fn base_url(&self) -> String {
        let text = |name: &str| self.headers().get(name).and_then(|value| value.to_str().ok());
        let plain = |host: &&str| {
            host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'-' | b'[' | b']'))
        };
        let host = text("host").or_else(|| self.parts.uri.authority().map(|host| host.as_str()));
        let host = host.filter(plain).unwrap_or("localhost");
        let secure = text("x-forwarded-proto").is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
        format!("{}://{host}", if secure { "https" } else { "http" })
    }
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ask").field("about", &self.about).finish_non_exhaustive()
    }
}

/// A refusal's status and a JSON body.
pub fn error_response(refusal: &Refusal, body: &Value) -> Response {
    json_response(refusal.kind.status(), body)
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

/// An answer with a status and a JSON body.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Reply {
    let value = serde_json::to_value(value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        Refusal::new(Kind::Internal, "the answer could not be written")
    })?;
    Ok(Answer::Json(status, value))
}

/// 200 with a JSON body.
pub fn ok<T: Serialize>(value: &T) -> Reply {
    json(StatusCode::OK, value)
}

pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
