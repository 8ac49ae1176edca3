//! Assistants, with optimistic locking: whoever replaces one says which version they read.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use tandem_console_api::assistants::{Assistant, AssistantWrite, Assistants};
use tandem_console_api::problem::Code;
use tandem_foundation::AssistantId;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records;

use super::calls::named;
use super::providers;
use crate::ask::{Ask, Reply, json, ok};
use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret::unix_ms;
use crate::shared::change;

pub(super) async fn list(ask: Ask) -> Reply {
    let mut rows = ask.shared.store.assistants(ask.org()?).await?;
    rows.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    ok(&Assistants { items: rows.iter().map(Into::into).collect() })
}

pub(super) async fn get(ask: Ask) -> Reply {
    tagged(StatusCode::OK, &stored(&ask).await?)
}

pub(super) async fn create(ask: Ask) -> Reply {
    let wanted: AssistantWrite = ask.json()?;
    let at = now();
    let settings: records::AssistantSettings = wanted.settings.into();
    providers::judge(&ask, &settings.speech).await?;
    let row = records::Assistant {
        id: AssistantId::generate(unix_ms(at), rand::random()),
        org: ask.org()?.clone(),
        name: wanted.name.trim().to_owned(),
        code: wanted.code,
        enabled: wanted.enabled,
        version: 1,
        settings,
        created_at: at,
        updated_at: at,
    };
    put(&ask, row, None, StatusCode::CREATED).await
}

pub(super) async fn replace(ask: Ask) -> Reply {
    let wanted: AssistantWrite = ask.json()?;
    let accepted = if_match(ask.headers())?;
    let old = stored(&ask).await?;
    if !accepted.fits(old.version) {
        return Err(changed_meanwhile(old.version));
    }
    let mut settings: records::AssistantSettings = wanted.settings.into();
    providers::judge(&ask, &settings.speech).await?;
    settings.external = old.settings.external.clone();
    let row = records::Assistant {
        name: wanted.name.trim().to_owned(),
        code: wanted.code,
        enabled: wanted.enabled,
        version: old.version + 1,
        settings,
        updated_at: now(),
        ..old
    };
    let expected = row.version - 1;
    put(&ask, row, Some(expected), StatusCode::OK).await
}

pub(super) async fn delete(ask: Ask) -> Reply {
    let row = stored(&ask).await?;
    let numbers = ask.shared.store.numbers(ask.org()?).await?;
    if numbers
        .iter()
        .any(|number| number.route.as_ref().is_some_and(|route| route.assistants().contains(&row.id)))
    {
        return Err(Refusal::new(Code::InUse, "a number still leads to this assistant"));
    }
    let events = change(ask.caller()?, "assistant", &row.id, true);
    let deleted = ask.shared.store.delete_assistant(ask.org()?, &row.id, events).await;
    let events = deleted.map_err(Refusal::deleting)?;
    ask.shared.changed(events).await;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn stored(ask: &Ask) -> Result<records::Assistant, Refusal> {
    let found = ask.shared.store.assistant(ask.org()?, &ask.id().into()).await;
    found.map_err(|error| named(error, "assistant"))
}

async fn put(ask: &Ask, row: records::Assistant, expected: Option<i64>, status: StatusCode) -> Reply {
    let events = change(ask.caller()?, "assistant", &row.id, false);
    let put = ask.shared.store.put_assistant(row.clone(), expected, events).await;
    let events = put.map_err(|error| match error {
        StoreError::Conflict { field: "version", .. } => changed_meanwhile(row.version),
        other => named(other, "assistant"),
    })?;
    ask.shared.changed(events).await;
    tagged(status, &row)
}

fn tagged(status: StatusCode, row: &records::Assistant) -> Reply {
    let mut response = json(status, &Assistant::from(row))?;
    if let Ok(tag) = HeaderValue::try_from(format!("\"{}\"", row.version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

fn changed_meanwhile(version: i64) -> Refusal {
    Refusal::new(Code::PreconditionFailed, format!("the version is {version} by now; read it again"))
}

#[derive(Debug, PartialEq, Eq)]
enum IfMatch {
    Any,
    Versions(Vec<i64>),
}

impl IfMatch {
    fn fits(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

/// Strong comparison (RFC 9110, section 13.1.1): a weak tag fits nothing.
fn if_match(headers: &HeaderMap) -> Result<IfMatch, Refusal> {
    let values: Vec<_> = headers.get_all(header::IF_MATCH).iter().collect();
    if values.is_empty() {
        return Err(Refusal::new(Code::PreconditionRequired, "If-Match is missing"));
    }
    let texts: Vec<&str> = values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(str::trim))
        .collect();
    if texts.contains(&"*") {
        return Ok(IfMatch::Any);
    }
    let version = |tag: &&str| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok();
    Ok(IfMatch::Versions(texts.iter().filter_map(version).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_takes_lists_and_any_and_no_weak_tags() {
        let read = |text: &str| {
            if_match(&[(header::IF_MATCH, text.parse().expect("header"))].into_iter().collect())
                .expect("given")
        };
        assert!(read("\"2\", \"3\"").fits(3));
        assert!(read("*").fits(9));
        assert!(!read("W/\"3\"").fits(3));
        assert_eq!(if_match(&HeaderMap::new()).map_err(|e| e.code()), Err(Code::PreconditionRequired));
    }
}
