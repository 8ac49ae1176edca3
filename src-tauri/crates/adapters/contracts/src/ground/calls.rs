//! What every contract does with calls in the same way.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tandem_switchboard::records::{Call, TranscriptItem};

use super::Ground;
use super::refusal::Refusal;

/// The transcript as it stands, of a live call or one that is over.
///
/// # Errors
/// When storage cannot be read.
pub async fn transcript_of(ground: &Ground, call: &Call) -> Result<Vec<TranscriptItem>, Refusal> {
    let mut items = Vec::new();
    if !call.status.is_final() {
        items = ground.exchange.live_transcript(&call.org, &call.id).await;
    }
    if items.is_empty() {
        items = ground.store.transcript(&call.org, &call.id).await?;
    }
    tracing::info!(call = %call.id, "a transcript was read");
    Ok(items)
}

/// What a client sent along, as variables of the assistant's prompt: texts as they are, all else as JSON.
pub fn as_variables(metadata: &Map<String, Value>) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    metadata
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

/// A code for a new assistant, unique by its random end.
pub fn new_code(name: &str, random: u128) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(40)
        .collect();
    let parts: Vec<_> = plain.split('-').filter(|part| !part.is_empty()).collect();
    let name = if parts.is_empty() { "assistant".to_owned() } else { parts.join("-") };
    format!("{name}-{:08x}", random as u32)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_becomes_variables_and_nothing_is_lost_but_null() {
        let metadata = json!({ "name": "Rahul", "amount": 7500, "tags": ["a"], "none": null });
        let variables = as_variables(metadata.as_object().expect("an object"));
        let pairs: Vec<_> = variables.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("amount", "7500"), ("name", "Rahul"), ("tags", r#"["a"]"#)]);
    }

    #[test]
    fn a_code_is_made_of_the_name() {
        assert_eq!(new_code(" EMI Reminder!", 0xAB), "emi-reminder-000000ab");
        assert_eq!(new_code("Жазгүл", 1), "assistant-00000001");
    }
}
