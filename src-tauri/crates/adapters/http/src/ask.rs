//! A request as its handler sees it: authenticated, authorised, its body whole.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tandem_console_api::check::{Check, Findings};
use tandem_console_api::problem::Code;
use tandem_foundation::OrgId;

use crate::caller::Caller;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What a handler gets.
pub(crate) struct Ask {
    pub(crate) shared: Arc<Shared>,
    /// Present on every operation but the public ones.
    pub(crate) caller: Option<Caller>,
    pub(crate) parts: Parts,
    pub(crate) path: HashMap<String, String>,
    pub(crate) body: Bytes,
    pub(crate) remote: IpAddr,
}

/// What a handler answers.
pub(crate) type Reply = Result<Response, Refusal>;

impl Ask {
    /// Who is asking.
    pub(crate) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or_else(Refusal::unauthenticated)
    }

    /// The caller's organisation, which every query names.
    pub(crate) fn org(&self) -> Result<&OrgId, Refusal> {
        Ok(&self.caller()?.actor.org)
    }

    /// The `{id}` of the path.
    pub(crate) fn id(&self) -> &str {
        self.path.get("id").map_or("", String::as_str)
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// The body, read and checked.
    pub(crate) fn json<T: DeserializeOwned + Check>(&self) -> Result<T, Refusal> {
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let value: T = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            unreadable(&path, error.inner())
        })?;
        reader.end().map_err(|error| unreadable(".", &error))?;
        checked(value)
    }

    /// The query, read and checked.
    pub(crate) fn query<T: DeserializeOwned + Check>(&self) -> Result<T, Refusal> {
        let Query(value) = Query::<T>::try_from_uri(&self.parts.uri).map_err(|rejection| {
            let text = rejection.body_text();
            let text = text.trim_start_matches("Failed to deserialize query string: ");
            match text.split_once(": ") {
                Some((field, expected)) if !field.contains(' ') => data_error(field, expected),
                _ => data_error(".", text),
            }
        })?;
        checked(value)
    }
}

/// An answer with a JSON body.
pub(crate) fn json<T: Serialize>(status: StatusCode, value: &T) -> Reply {
    let body = serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        Refusal::new(Code::Internal, "the answer could not be written")
    })?;
    Ok((status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// 200 with a JSON body.
pub(crate) fn ok<T: Serialize>(value: &T) -> Reply {
    json(StatusCode::OK, value)
}

fn checked<T: Check>(value: T) -> Result<T, Refusal> {
    let mut found = Findings::default();
    value.check(&mut found);
    Refusal::unless_clean(found)?;
    Ok(value)
}

fn unreadable(path: &str, error: &serde_json::Error) -> Refusal {
    if !error.is_data() {
        return Refusal::new(Code::MalformedRequest, format!("the body is not JSON: {error}"));
    }
    let text = error.to_string();
    // The position speaks of bytes; the path is what a reader can use.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    data_error(path, text)
}

/// serde's words for wrong data, as the field and what was expected of it.
fn data_error(path: &str, text: &str) -> Refusal {
    let quoted = |prefix: &str| text.strip_prefix(prefix)?.split_once('`');
    let below = |name: &str| {
        let parent =
            path.rsplit_once('.').map_or(path, |(parent, last)| if last == name { parent } else { path });
        if matches!(parent, "." | "" | "?") || parent == name {
            name.to_owned()
        } else {
            format!("{parent}.{name}")
        }
    };
    if let Some((name, _)) = quoted("missing field `") {
        return Refusal::field(&below(name), "to be there");
    }
    if let Some((name, rest)) = quoted("unknown field `") {
        let known = rest.trim_start_matches(", ").trim_start_matches("expected ");
        return Refusal::field(&below(name), &format!("no such field; known are {known}"));
    }
    let expected = text.rsplit_once("expected ").map_or(text, |(_, expected)| expected);
    Refusal::field(if matches!(path, "." | "?") { "body" } else { path }, expected)
}

#[cfg(test)]
mod tests {
    use tandem_console_api::assistants::AssistantWrite;
    use tandem_console_api::call_requests::PlaceCall;

    use super::*;

    fn refused<T: DeserializeOwned>(body: &str) -> (Code, String, String) {
        let mut reader = serde_json::Deserializer::from_str(body);
        let error = serde_path_to_error::deserialize::<_, T>(&mut reader).err().expect("refused");
        let refusal = unreadable(&error.path().to_string(), error.inner());
        let first = refusal.problem.errors.first().cloned();
        let (field, expected) = first.map(|error| (error.field, error.expected)).unwrap_or_default();
        (refusal.code(), field, expected)
    }

    #[test]
    fn what_serde_says_becomes_a_field_and_an_expectation() {
        let (code, field, expected) = refused::<PlaceCall>(r#"{"to":"+1"}"#);
        assert_eq!(
            (code, field.as_str(), expected.as_str()),
            (Code::ValidationFailed, "assistant", "to be there")
        );
        let (_, field, expected) = refused::<PlaceCall>(r#"{"to":"+1","assistant":"a","extra":1}"#);
        assert_eq!(field, "extra");
        assert!(expected.starts_with("no such field; known are one of `to`"), "{expected}");
        let (_, field, expected) = refused::<PlaceCall>(r#"{"to":5,"assistant":"a"}"#);
        assert_eq!((field.as_str(), expected.as_str()), ("to", "a string"));
        let nested = r#"{"name":"n","code":"c","settings":{"turns":{"idle_prompt_s":"x"}}}"#;
        let (_, field, expected) = refused::<AssistantWrite>(nested);
        assert_eq!((field.as_str(), expected.as_str()), ("settings.turns.idle_prompt_s", "u32"));
        let (_, field, _) =
            refused::<AssistantWrite>(r#"{"name":"n","code":"c","settings":{"speech":{"speeed":1}}}"#);
        assert_eq!(field, "settings.speech.speeed");
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        assert_eq!(refused::<PlaceCall>("{").0, Code::MalformedRequest);
        assert_eq!(refused::<PlaceCall>("").0, Code::MalformedRequest);
    }
}
