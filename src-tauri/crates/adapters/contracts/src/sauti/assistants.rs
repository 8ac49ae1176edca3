//! Assistants: made, read, changed and deleted.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tandem_switchboard::records::Assistant;

use crate::ground::{
    self, Answer, Ask, Kind, OffsetQuery, Refusal, Reply, SpeechWish, all_there, assistant_name,
    delete_assistant, new_assistant, ok, prompt, put_assistant, rfc3339_s, speech_for,
};

/// Under which name what was sent is kept with the assistant.
const KEPT: &str = "sauti";

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
    let prompt = wish.personality.as_ref().and_then(|personality| personality.system_prompt.as_deref());
    let no_prompt = prompt.is_none_or(str::is_empty);
    all_there([("name", wish.name.is_none()), ("personality.system_prompt", no_prompt)])?;
    let mut row = new_assistant(&ask, wish.name.as_deref().unwrap_or_default())?;
    row.settings.first_message = "Hello, this is {assistant_name}.".into();
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
    let led_to = Refusal::new(Kind::Conflict, "a phone number still leads to this assistant");
    delete_assistant(&ask, &row, "assistant", led_to).await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(Answer::Raw(response))
}

/// The row with what was sent; what was not sent stays.
async fn apply(ask: &Ask, mut row: Assistant, wish: Wish) -> Result<Assistant, Refusal> {
    if let Some(name) = wish.name {
        row.name = assistant_name(&name)?;
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
        if let Some(text) = personality.system_prompt {
            row.settings.system_prompt = prompt("personality.system_prompt", text)?;
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
    let meanwhile = "somebody else changed the assistant meanwhile; read it again";
    put_assistant(ask, row, expected, "assistant", meanwhile).await
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
