//! Bodies and queries into types; what does not fit names its field.

use axum::extract::Query;
use axum::http::Uri;
use serde::de::DeserializeOwned;

use super::refusal::{Kind, Refusal};

/// A JSON body, whatever its declared type: clients of published APIs often leave that out.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        unreadable(&path, error.inner())
    })?;
    reader.end().map_err(|error| unreadable(".", &error))?;
    Ok(value)
}

pub(super) fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Refusal> {
    let Query(value) = Query::<T>::try_from_uri(uri).map_err(|rejection| {
        let text = rejection.body_text();
        let text = text.trim_start_matches("Failed to deserialize query string: ");
        match text.split_once(": ") {
            Some((field, expected)) if !field.contains(' ') => wrong(field, expected),
            _ => wrong(".", text),
        }
    })?;
    Ok(value)
}

fn unreadable(path: &str, error: &serde_json::Error) -> Refusal {
    if !error.is_data() {
        return Refusal::new(Kind::Invalid, format!("the body is not JSON: {error}"));
    }
    let text = error.to_string();
    // The position speaks of bytes; the path is what a reader can use.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    wrong(path, text)
}

/// serde's words for wrong data, as the field and what was expected of it.
fn wrong(path: &str, text: &str) -> Refusal {
    if let Some((name, _)) = text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        let parent =
            path.rsplit_once('.').map_or(path, |(parent, last)| if last == name { parent } else { path });
        let top = matches!(parent, "." | "" | "?") || parent == name;
        let field = if top { name.to_owned() } else { format!("{parent}.{name}") };
        return Refusal::field(field, "is required");
    }
    let expected = text.rsplit_once("expected ").map_or(text, |(_, expected)| expected);
    Refusal::field(if matches!(path, "." | "?") { "body" } else { path }, format!("expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[allow(dead_code)]
    struct Body {
        customer: Customer,
        name: Option<String>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[allow(dead_code)]
    struct Customer {
        number: String,
    }

    fn field(body: &str) -> String {
        json::<Body>(body.as_bytes())
            .expect_err("refused")
            .faults
            .first()
            .map_or_else(String::new, |fault| fault.field.clone())
    }

    #[test]
    fn what_is_missing_or_of_another_type_is_named_by_its_path() {
        assert_eq!(field("{}"), "customer");
        assert_eq!(field(r#"{"customer":{}}"#), "customer.number");
        assert_eq!(field(r#"{"customer":{"number":5}}"#), "customer.number");
        assert_eq!(field(r#"{"customer":{"number":"x"},"name":[]}"#), "name");
        assert_eq!(field("[]"), "body", "an array is not what was expected");
        assert_eq!(field("{"), "", "what is not JSON has no field");
        json::<Body>(br#"{"customer":{"number":"x"},"later":1}"#)
            .expect("fields that we do not know are passed over");
    }

    #[test]
    fn a_query_names_its_field_as_well() {
        let uri: Uri = "/x?limit=many".parse().expect("an address");
        let refused = query::<super::super::OffsetQuery>(&uri).expect_err("refused");
        assert_eq!(refused.faults[0].field, "limit");
    }
}
