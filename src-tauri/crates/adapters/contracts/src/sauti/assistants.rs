//! Assistants: made, read, changed and deleted.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tandem_foundation::AssistantId;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::{Assistant, AssistantSettings, ToolSettings};

use crate::ground::{
    self, Answer, Ask, Fault, Kind, OffsetQuery, Refusal, Reply, SpeechWish, new_code, ok, rfc3339_s,
    speech_for,
};

/// Under which name what was sent is kept with the assistant.
const KEPT: &str = "sauti";
const LONGEST_PROMPT: usize = 100_000;

/// A new assistant, or what of one is to change.
#[derive(Debug, Deserialize)]
struct Wish {
    name: Option<String>,
    language: Option<String>,
    personality: Option<Personality>,
    voice: Option<VoiceWish>,
    model: Option<ModelWish>,
    /// `active` or `inactive`.
    status: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Personality {
    system_prompt: Option<String>,
    /// Beyond the text: what the assistant opens with.
    first_message: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct VoiceWish {
    #[serde(default)]
    provider: String,
    #[serde(default)]
    voice_id: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct ModelWish {
    #[serde(default)]
    provider: String,
    #[serde(default)]
    model: String,
}

pub(super) async fn create(ask: Ask) -> Reply {
    let wish: Wish = ask.json()?;
    let missing = |field: &str| Fault { field: field.to_owned(), expected: "is required".to_owned() };
    let prompt = wish.personality.as_ref().and_then(|personality| personality.system_prompt.as_deref());
    let required =
        [("name", wish.name.is_none()), ("personality.system_prompt", prompt.is_none_or(str::is_empty))];
    let faults: Vec<_> =
        required.into_iter().filter(|(_, absent)| *absent).map(|(field, _)| missing(field)).collect();
    if !faults.is_empty() {
        return Err(Refusal::faults(faults));
    }
    let now = ask.ground.now();
    let row = Assistant {
        id: AssistantId::generate(u64::try_from(now.0).unwrap_or_default(), ask.ground.clock.random()),
        org: ask.org()?.clone(),
        name: String::new(),
        code: new_code(wish.name.as_deref().unwrap_or_default(), ask.ground.clock.random()),
        enabled: true,
        version: 1,
        settings: AssistantSettings {
            language: "en".into(),
            first_message: "Hello, this is {assistant_name}.".into(),
            first_message_interruptible: true,
            tools: vec![ToolSettings::EndCall, ToolSettings::Callback, ToolSettings::OptOut],
            record: true,
            ..AssistantSettings::default()
        },
        created_at: now,
        updated_at: now,
    };
    let mut row = apply(&ask, row, wish).await?;
    let name = row.name.clone();
    row.settings.first_message = row.settings.first_message.replace("{assistant_name}", &name);
    put(&ask, &row, None).await?;
    ground::json(StatusCode::CREATED, &brief(&row))
}

pub(super) async fn list(ask: Ask) -> Reply {
    let part = ask.query::<OffsetQuery>()?.part(50, 100)?;
    let mut rows = ask.ground.store.assistants(ask.org()?).await?;
    rows.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    let more = rows.len() > (part.offset + part.limit) as usize;
    let items: Vec<_> = part.of(rows).iter().map(brief).collect();
    ok(&json!({ "data": items, "has_more": more }))
}

pub(super) async fn get(ask: Ask) -> Reply {
    ok(&whole(&stored(&ask).await?))
}

pub(super) async fn update(ask: Ask) -> Reply {
    let wish: Wish = ask.json()?;
    let row = stored(&ask).await?;
    let expected = row.version;
    let mut row = apply(&ask, row, wish).await?;
    row.version = expected + 1;
    row.updated_at = ask.ground.now();
    put(&ask, &row, Some(expected)).await?;
    ok(&whole(&row))
}

pub(super) async fn delete(ask: Ask) -> Reply {
    let row = stored(&ask).await?;
    let numbers = ask.ground.store.numbers(&row.org).await?;
    let leads_here = |route: &tandem_switchboard::records::Route| route.assistants().contains(&row.id);
    if numbers.iter().any(|number| number.route.as_ref().is_some_and(leads_here)) {
        return Err(Refusal::new(Kind::Conflict, "a phone number still leads to this assistant"));
    }
    let told = ask.ground.change("assistant", &row.id, true);
    let events = ask.ground.store.delete_assistant(&row.org, &row.id, told).await;
    ask.ground.changed(events.map_err(|error| Refusal::of_row(error, "assistant"))?).await;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(Answer::Raw(response))
}

/// The row with what was sent; what was not sent stays.
async fn apply(ask: &Ask, mut row: Assistant, wish: Wish) -> Result<Assistant, Refusal> {
    if let Some(name) = wish.name {
        let name = name.trim().to_owned();
        if !(1..=100).contains(&name.chars().count()) {
            return Err(Refusal::field("name", "expected 1 to 100 characters"));
        }
        row.name = name;
    }
    if let Some(language) = wish.language {
        if !(2..=35).contains(&language.len())
            || !language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        {
            return Err(Refusal::field("language", "expected a language tag, as id or en-GB"));
        }
        row.settings.language = language;
    }
    if let Some(personality) = wish.personality {
        if let Some(prompt) = personality.system_prompt {
            if prompt.is_empty() || prompt.len() > LONGEST_PROMPT {
                let expected = format!("expected 1 to {LONGEST_PROMPT} bytes");
                return Err(Refusal::field("personality.system_prompt", expected));
            }
            row.settings.system_prompt = prompt;
        }
        if let Some(first) = personality.first_message {
            row.settings.first_message = first;
        }
    }
    match wish.status.as_deref() {
        None => {}
        Some("active") => row.enabled = true,
        Some("inactive") => row.enabled = false,
        Some(_) => return Err(Refusal::field("status", "expected active or inactive")),
    }
    let kept = kept(&row);
    if wish.voice.is_some()
        || wish.model.is_some()
        || kept.is_none() && row.settings.speech.model_provider.is_empty()
    {
        let (voice, model) = kept.unwrap_or_default();
        let (voice, model) = (wish.voice.unwrap_or(voice), wish.model.unwrap_or(model));
        let named = SpeechWish {
            voice_provider: voice.provider.clone(),
            voice: voice.voice_id.clone(),
            model_provider: model.provider.clone(),
            model: model.model.clone(),
        };
        row.settings.speech = speech_for(&ask.ground, &row.org, &named).await?;
        row.settings.external.insert(KEPT.to_owned(), json!({ "voice": voice, "model": model }));
    }
    Ok(row)
}

/// What its client named for voice and model.
fn kept(row: &Assistant) -> Option<(VoiceWish, ModelWish)> {
    let kept = row.settings.external.get(KEPT)?;
    let read = |field: &str| kept.get(field).cloned().unwrap_or_default();
    Some((
        serde_json::from_value(read("voice")).unwrap_or_default(),
        serde_json::from_value(read("model")).unwrap_or_default(),
    ))
}

async fn stored(ask: &Ask) -> Result<Assistant, Refusal> {
    let found = ask.ground.store.assistant(ask.org()?, &ask.id().into()).await;
    found.map_err(|error| Refusal::of_row(error, "assistant"))
}

async fn put(ask: &Ask, row: &Assistant, expected: Option<i64>) -> Result<(), Refusal> {
    let told = ask.ground.change("assistant", &row.id, false);
    let put = ask.ground.store.put_assistant(row.clone(), expected, told).await;
    let events = put.map_err(|error| match error {
        StoreError::Conflict { field: "version", .. } => {
            Refusal::new(Kind::Conflict, "somebody else changed the assistant meanwhile; read it again")
        }
        other => Refusal::of_row(other, "assistant"),
    })?;
    ask.ground.changed(events).await;
    Ok(())
}

fn brief(row: &Assistant) -> Value {
    json!({
        "id": row.id.as_str(),
        "name": row.name,
        "status": if row.enabled { "active" } else { "inactive" },
        "language": row.settings.language,
        "created_at": rfc3339_s(row.created_at),
    })
}

fn whole(row: &Assistant) -> Value {
    let speech = &row.settings.speech;
    let (voice, model) = kept(row).unwrap_or_else(|| {
        (
            VoiceWish { provider: speech.voice_provider.clone(), voice_id: speech.voice.clone() },
            ModelWish { provider: speech.model_provider.clone(), model: speech.model.clone() },
        )
    });
    let mut told = brief(row);
    told["personality"] = json!({
        "system_prompt": row.settings.system_prompt, "first_message": row.settings.first_message,
    });
    told["voice"] = json!(voice);
    told["model"] = json!(model);
    told["updated_at"] = rfc3339_s(row.updated_at).into();
    told
}
