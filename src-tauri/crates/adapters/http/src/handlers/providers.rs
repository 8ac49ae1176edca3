//! Providers of speech and text, their keys and the order of their fallbacks.
//!
//! Invariant: a key that came in leaves this server only for its provider; no answer, event or log has it.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use tandem_console_api::check::Findings;
use tandem_console_api::problem::Code;
use tandem_console_api::providers::{
    Provider, ProviderCheck, ProviderCreate, ProviderFallback, ProviderUpdate, ProviderUser, Providers,
    fixed_id,
};
use tandem_console_api::words::{ProviderKind, ProviderVendor};
use tandem_foundation::{Pii, ProviderId};
use tandem_switchboard::ports::providers::{FixedProvider, ProviderRegistry};
use tandem_switchboard::records;

use crate::ask::{Ask, Reply, json, ok};
use crate::clock::now;
use crate::refusal::Refusal;
use crate::secret::unix_ms;
use crate::shared::{Shared, change};

pub(super) async fn list(ask: Ask) -> Reply {
    let store = &ask.shared.store;
    let (rows, assistants) = (store.providers(ask.org()?).await?, store.assistants(ask.org()?).await?);
    let fixed = registry(&ask.shared)?.fixed();
    let fixed = fixed.iter().map(|one| Provider::fixed(one, users(&assistants, one.kind, &one.name)));
    let own = rows.iter().map(|row| Provider::new(row, users(&assistants, row.kind, &row.name)));
    ok(&Providers { items: fixed.chain(own).collect() })
}

pub(super) async fn get(ask: Ask) -> Reply {
    let assistants = ask.shared.store.assistants(ask.org()?).await?;
    ok(&match find(&ask).await? {
        Found::Own(row) => Provider::new(&row, users(&assistants, row.kind, &row.name)),
        Found::Fixed(one) => Provider::fixed(&one, users(&assistants, one.kind, &one.name)),
    })
}

pub(super) async fn create(ask: Ask) -> Reply {
    let wanted: ProviderCreate = ask.json()?;
    let kind: records::ProviderKind = wanted.kind.into();
    // A name of its own: which one an assistant means must not depend on where it was set up.
    if registry(&ask.shared)?.fixed().iter().any(|one| one.kind == kind && one.name == wanted.name) {
        return Err(Refusal::field("name", "a name that no built-in provider and none of the file has"));
    }
    let at = now();
    let usual = wanted.vendor.usual_base_url().to_owned();
    let row = records::Provider {
        id: ProviderId::generate(unix_ms(at), rand::random()),
        org: ask.org()?.clone(),
        name: wanted.name,
        kind,
        vendor: wanted.vendor.into(),
        base_url: wanted.base_url.filter(|url| !url.is_empty()).unwrap_or(usual),
        settings: wanted.settings.into(),
        key: given(wanted.key),
        last_check: None,
        created_at: at,
        updated_at: at,
    };
    put(&ask, row, StatusCode::CREATED).await
}

pub(super) async fn update(ask: Ask) -> Reply {
    let wanted: ProviderUpdate = ask.json()?;
    let old = own(&ask).await?;
    let (kind, vendor) = (ProviderKind::from(old.kind), ProviderVendor::from(old.vendor));
    let mut found = Findings::default();
    wanted.check_for(&mut found, kind, vendor);
    // Whoever may change the address must not be able to have the kept key sent to it.
    let moved = wanted.base_url.as_ref().is_some_and(|url| *url != old.base_url);
    let key = given(wanted.key);
    if moved && key.is_none() && old.key.is_some() && !wanted.remove_key {
        found.add("key", "the key again: a kept one is not sent to another address");
    }
    Refusal::unless_clean(found)?;
    let key = if wanted.remove_key { None } else { key.or(old.key) };
    let row = records::Provider {
        base_url: wanted.base_url.unwrap_or(old.base_url),
        settings: wanted.settings.map_or(old.settings, Into::into),
        key,
        last_check: None,
        updated_at: now(),
        ..old
    };
    put(&ask, row, StatusCode::OK).await
}

pub(super) async fn delete(ask: Ask) -> Reply {
    let row = own(&ask).await?;
    let (org, store) = (ask.org()?, &ask.shared.store);
    let used_by = users(&store.assistants(org).await?, row.kind, &row.name);
    if !used_by.is_empty() {
        let names: Vec<_> = used_by.iter().map(|user| user.name.as_str()).collect();
        return Err(Refusal::new(Code::InUse, format!("assistants use it: {}", names.join(", "))));
    }
    let order = store.fallback(org).await?.unwrap_or_default();
    let next = match row.kind {
        records::ProviderKind::Recogniser => &[][..],
        records::ProviderKind::Voice => &order.voices,
        records::ProviderKind::Model => &order.models,
    };
    if next.iter().any(|next| next.provider == row.name) {
        return Err(Refusal::new(Code::InUse, "the order of fallbacks names it"));
    }
    let events = change(ask.caller()?, "provider", &row.id, true);
    let events = store.delete_provider(org, &row.id, events).await.map_err(Refusal::deleting)?;
    use_now(&ask).await?;
    ask.shared.changed(events).await;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn check(ask: Ask) -> Reply {
    let found = find(&ask).await?;
    let (kind, name) = match &found {
        Found::Own(row) => (row.kind, &row.name),
        Found::Fixed(one) => (one.kind, &one.name),
    };
    let answer = registry(&ask.shared)?.check(ask.org()?, kind, name).await;
    let (took, message) = match answer {
        Ok(took) => (Some(took), String::new()),
        Err(error) => (None, plain_words(&error)),
    };
    let latency_ms = took.map_or(0, |took| u32::try_from(took.as_millis()).unwrap_or(u32::MAX));
    let check = records::ProviderCheck { at: now(), ok: took.is_some(), latency_ms, message };
    if let Found::Own(row) = &found {
        ask.shared.store.note_check(ask.org()?, &row.id, check.clone()).await?;
    }
    ok(&ProviderCheck::from(&check))
}

pub(super) async fn fallback(ask: Ask) -> Reply {
    let own = ask.shared.store.fallback(ask.org()?).await?;
    let order = match own {
        Some(order) => order,
        None => registry(&ask.shared)?.fixed_fallback(),
    };
    ok(&ProviderFallback::from(&order))
}

pub(super) async fn replace_fallback(ask: Ask) -> Reply {
    let wanted: ProviderFallback = ask.json()?;
    let order: records::ProviderFallback = wanted.into();
    let mut found = Findings::default();
    for (field, kind, next) in [
        ("voices", records::ProviderKind::Voice, &order.voices),
        ("models", records::ProviderKind::Model, &order.models),
    ] {
        // A script is one assistant's; it cannot stand in for another's model.
        let known: Vec<_> = names(&ask, kind).await?.into_iter().filter(|name| name != "scripted").collect();
        for (index, one) in next.iter().enumerate() {
            let at = format!("{field}.{index}.provider");
            if !known.contains(&one.provider) {
                found.add(&at, &format!("one of: {}", known.join(", ")));
            } else if next[..index].contains(one) {
                found.add(&at, "each one once");
            }
        }
    }
    Refusal::unless_clean(found)?;
    let org = ask.org()?;
    let events = change(ask.caller()?, "fallback", org, false);
    let events = ask.shared.store.put_fallback(org, order.clone(), events).await?;
    use_now(&ask).await?;
    ask.shared.changed(events).await;
    ok(&ProviderFallback::from(&order))
}

/// Finds what is wrong with the providers that an assistant names.
pub(super) async fn judge(ask: &Ask, speech: &records::SpeechSettings) -> Result<(), Refusal> {
    use records::ProviderKind::{Model, Recogniser, Voice};
    if ask.shared.config.providers.is_none() {
        return Ok(());
    }
    let mut found = Findings::default();
    for (field, kind, name) in [
        ("recogniser", Recogniser, &speech.recogniser),
        ("voice_provider", Voice, &speech.voice_provider),
        ("model_provider", Model, &speech.model_provider),
    ] {
        let known = names(ask, kind).await?;
        if !name.is_empty() && !known.contains(name) {
            found.add(&format!("settings.speech.{field}"), &format!("one of: {}", known.join(", ")));
        }
    }
    Refusal::unless_clean(found)
}

enum Found {
    Own(Box<records::Provider>),
    Fixed(FixedProvider),
}

async fn find(ask: &Ask) -> Result<Found, Refusal> {
    let fixed = registry(&ask.shared)?.fixed();
    if let Some(one) = fixed.into_iter().find(|one| fixed_id(one) == ask.id()) {
        return Ok(Found::Fixed(one));
    }
    let rows = ask.shared.store.providers(ask.org()?).await?;
    let row = rows.into_iter().find(|row| row.id.as_str() == ask.id());
    row.map(|row| Found::Own(Box::new(row))).ok_or_else(|| Refusal::not_found("provider"))
}

async fn own(ask: &Ask) -> Result<records::Provider, Refusal> {
    match find(ask).await? {
        Found::Own(row) => Ok(*row),
        Found::Fixed(one) if one.built_in => Err(Refusal::new(Code::ReadOnly, "it is part of the program")),
        Found::Fixed(_) => Err(Refusal::new(Code::ReadOnly, "it is set up in the server's providers file")),
    }
}

async fn put(ask: &Ask, row: records::Provider, status: StatusCode) -> Reply {
    let events = change(ask.caller()?, "provider", &row.id, false);
    let events = ask.shared.store.put_provider(row.clone(), events).await?;
    use_now(ask).await?;
    ask.shared.changed(events).await;
    let assistants = ask.shared.store.assistants(ask.org()?).await?;
    json(status, &Provider::new(&row, users(&assistants, row.kind, &row.name)))
}

/// The next call finds what is stored now.
async fn use_now(ask: &Ask) -> Result<(), Refusal> {
    let (org, store) = (ask.org()?, &ask.shared.store);
    // Of two changes at once the one that reads last has both.
    let _one_after_another = ask.shared.providers.lock().await;
    let (rows, order) = (store.providers(org).await?, store.fallback(org).await?);
    registry(&ask.shared)?.replace(org, &rows, order.as_ref());
    Ok(())
}

async fn names(ask: &Ask, kind: records::ProviderKind) -> Result<Vec<String>, Refusal> {
    let fixed = registry(&ask.shared)?.fixed();
    let fixed = fixed.into_iter().filter(|one| one.kind == kind).map(|one| one.name);
    let rows = ask.shared.store.providers(ask.org()?).await?;
    let own = rows.into_iter().filter(|row| row.kind == kind).map(|row| row.name);
    Ok(fixed.chain(own).collect())
}

fn registry(shared: &Shared) -> Result<&Arc<dyn ProviderRegistry>, Refusal> {
    let known = shared.config.providers.as_ref();
    known.ok_or_else(|| Refusal::new(Code::NotFound, "this server has no registry of providers"))
}

/// The assistants that name this provider; an empty name means the built-in one.
fn users(assistants: &[records::Assistant], kind: records::ProviderKind, name: &str) -> Vec<ProviderUser> {
    let mut using: Vec<_> = assistants
        .iter()
        .filter(|assistant| {
            let speech = &assistant.settings.speech;
            let (named, usual) = match kind {
                records::ProviderKind::Recogniser => (&speech.recogniser, "embedded"),
                records::ProviderKind::Voice => (&speech.voice_provider, "embedded"),
                records::ProviderKind::Model => (&speech.model_provider, "scripted"),
            };
            named == name || (named.is_empty() && name == usual)
        })
        .map(|assistant| ProviderUser { id: assistant.id.to_string(), name: assistant.name.clone() })
        .collect();
    using.sort_by(|one, other| one.name.cmp(&other.name));
    using
}

fn given(key: Option<String>) -> Option<Pii<String>> {
    key.filter(|key| !key.is_empty()).map(Pii::new)
}

fn plain_words(error: &tandem_switchboard::ports::speech::ProviderError) -> String {
    match error.code {
        Some(code @ (401 | 403)) => format!("The provider refused the key ({code}): {}", error.message),
        Some(404) => {
            format!("The provider does not know this address, model or voice (404): {}", error.message)
        }
        Some(429) => format!("The provider says that the limit is reached (429): {}", error.message),
        Some(code) => format!("The provider answered {code}: {}", error.message),
        None => format!("The provider could not be asked: {}", error.message),
    }
}
