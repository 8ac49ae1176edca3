//! Agents: listed, made, read, changed, deleted.

use axum::http::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::ports::tasks::TaskFilter;
use tandem_switchboard::records::{Assistant, TaskStatus};

use super::dtmf;
use super::view::{self, KEPT};
use crate::ground::{
    self, Ask, Kind, OffsetQuery, Refusal, Reply, SpeechWish, all_there, assistant_name, delete_assistant,
    found_under, new_assistant, ok, prompt, put_assistant, speech_for,
};

/// A new agent, or what of one is to change.
#[derive(Debug, Deserialize)]
struct Wish {
    name: Option<String>,
    description: Option<String>,
    system_prompt: Option<String>,
    starting_message: Option<String>,
    /// Absent: it stays; null: there is none.
    #[serde(default, deserialize_with = "sent")]
    voice_settings: Option<Value>,
    #[serde(default, deserialize_with = "sent")]
    dtmf_rules: Option<Value>,
    enabled: Option<bool>,
}

fn sent<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

#[derive(Debug, Deserialize)]
struct Query {
    enabled: Option<bool>,
    limit: Option<u32>,
    offset: Option<u32>,
}

pub(super) async fn list(ask: Ask) -> Reply {
    let query: Query = ask.query()?;
    let part = OffsetQuery { limit: query.limit, offset: query.offset }.part(50, 100)?;
    let mut rows = ask.ground.store.assistants(ask.org()?).await?;
    rows.retain(|row| query.enabled.is_none_or(|enabled| row.enabled == enabled));
    rows.sort_by(|one, other| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
    let more = rows.len() > (part.offset + part.limit) as usize;
    ok(&view::list("agents", part.of(rows).iter().map(view::agent).collect(), part, more))
}

pub(super) async fn get(ask: Ask) -> Reply {
    ok(&view::agent(&stored(&ask, ask.id()).await?))
}

pub(super) async fn create(ask: Ask) -> Reply {
    let wish: Wish = ask.json()?;
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    all_there([("name", blank(&wish.name)), ("system_prompt", blank(&wish.system_prompt))])?;
    let mut row = new_assistant(&ask, wish.name.as_deref().unwrap_or_default())?;
    row.settings.speech = speech_for(&ask.ground, &row.org, &SpeechWish::default()).await?;
    let row = apply(&ask, row, wish).await?;
    put(&ask, &row, None).await?;
    ground::json(StatusCode::CREATED, &view::agent(&row))
}

pub(super) async fn update(ask: Ask) -> Reply {
    let wish: Wish = ask.json()?;
    let row = stored(&ask, ask.id()).await?;
    let expected = row.version;
    let mut row = apply(&ask, row, wish).await?;
    row.version = expected + 1;
    row.updated_at = ask.ground.now();
    put(&ask, &row, Some(expected)).await?;
    ok(&view::agent(&row))
}

pub(super) async fn delete(ask: Ask) -> Reply {
    let row = stored(&ask, ask.id()).await?;
    for status in [TaskStatus::Pending, TaskStatus::InProgress] {
        let filter =
            TaskFilter { assistant: Some(row.id.clone()), status: Some(status), limit: 1, offset: 0 };
        if !ask.ground.tasks.tasks(&row.org, filter).await?.is_empty() {
            return Err(Refusal::new(Kind::Invalid, "Agent has active tasks"));
        }
    }
    let led_to = Refusal::new(Kind::Invalid, "A phone number still leads to this agent");
    delete_assistant(&ask, &row, "agent", led_to).await?;
    ok(&json!({ "id": crate::ground::uuid_of(row.id.as_str()), "deleted": true }))
}

/// The agent of this id, in either of its forms.
pub(super) async fn stored(ask: &Ask, shown: &str) -> Result<Assistant, Refusal> {
    for id in found_under("asst", shown) {
        match ask.ground.store.assistant(ask.org()?, &id.into()).await {
            Err(StoreError::NotFound { .. }) => {}
            found => return found.map_err(Refusal::from),
        }
    }
    Err(Refusal::new(Kind::NotFound, "Agent not found"))
}

async fn apply(ask: &Ask, mut row: Assistant, wish: Wish) -> Result<Assistant, Refusal> {
    if let Some(name) = wish.name {
        row.name = assistant_name(&name)?;
    }
    if let Some(text) = wish.system_prompt {
        // One of blanks is none.
        let text = if text.trim().is_empty() { String::new() } else { text };
        row.settings.system_prompt = prompt("system_prompt", text)?;
    }
    row.settings.description = wish.description.unwrap_or(row.settings.description);
    row.settings.first_message = wish.starting_message.unwrap_or(row.settings.first_message);
    row.enabled = wish.enabled.unwrap_or(row.enabled);
    let mut kept = row.settings.external.get(KEPT).cloned().unwrap_or_else(|| json!({}));
    if let Some(rules) = wish.dtmf_rules {
        row.settings.keys = dtmf::read(&rules)?;
        kept["dtmf_rules"] = rules;
    }
    if let Some(voice) = wish.voice_settings {
        if !voice.is_object() && !voice.is_null() {
            return Err(Refusal::field("voice_settings", "expected an object"));
        }
        let named = SpeechWish {
            voice_provider: "elevenlabs".to_owned(),
            voice: voice["voice_id"].as_str().unwrap_or_default().to_owned(),
            ..SpeechWish::default()
        };
        let speech = speech_for(&ask.ground, &row.org, &named).await?;
        (row.settings.speech.voice_provider, row.settings.speech.voice) =
            (speech.voice_provider, speech.voice);
        row.settings.speech.speed = voice["speed"].as_f64().map(|speed| speed as f32);
        kept["voice_settings"] = voice;
    }
    row.settings.external.insert(KEPT.to_owned(), kept);
    Ok(row)
}

async fn put(ask: &Ask, row: &Assistant, expected: Option<i64>) -> Result<(), Refusal> {
    let meanwhile = "Somebody else changed the agent meanwhile; read it again";
    put_assistant(ask, row, expected, "agent", meanwhile).await
}
