//! What every contract does to an assistant's row in the same way, whatever it calls it.

use tandem_foundation::AssistantId;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::{Assistant, AssistantSettings, Route, ToolSettings};

use super::{Ask, Fault, Kind, Refusal, new_code};

/// In bytes.
const LONGEST_PROMPT: usize = 100_000;

/// Refuses what came without these fields, all of them at once; `true`: it is absent.
pub fn all_there<const N: usize>(fields: [(&str, bool); N]) -> Result<(), Refusal> {
    let missing = |field: &str| Fault { field: field.to_owned(), expected: "is required".to_owned() };
    let faults: Vec<_> =
        fields.into_iter().filter(|(_, absent)| *absent).map(|(field, _)| missing(field)).collect();
    if faults.is_empty() { Ok(()) } else { Err(Refusal::faults(faults)) }
}

/// A row that is not stored yet, without a name; its code is made from `name`.
pub fn new_assistant(ask: &Ask, name: &str) -> Result<Assistant, Refusal> {
    let (now, clock) = (ask.ground.now(), &ask.ground.clock);
    Ok(Assistant {
        id: AssistantId::generate(u64::try_from(now.0).unwrap_or_default(), clock.random()),
        org: ask.org()?.clone(),
        name: String::new(),
        code: new_code(name, clock.random()),
        enabled: true,
        version: 1,
        settings: AssistantSettings {
            language: "en".into(),
            first_message_interruptible: true,
            tools: vec![ToolSettings::EndCall, ToolSettings::Callback, ToolSettings::OptOut],
            record: true,
            ..AssistantSettings::default()
        },
        created_at: now,
        updated_at: now,
    })
}

/// A name without the blanks around it.
pub fn assistant_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    if (1..=100).contains(&name.chars().count()) {
        Ok(name.to_owned())
    } else {
        Err(Refusal::field("name", "expected 1 to 100 characters"))
    }
}

/// A prompt, which came in `field`.
pub fn prompt(field: &str, text: String) -> Result<String, Refusal> {
    if text.is_empty() || text.len() > LONGEST_PROMPT {
        return Err(Refusal::field(field, format!("expected 1 to {LONGEST_PROMPT} bytes")));
    }
    Ok(text)
}

/// Stores the row; `expected` is the version that was read, `what` is what the contract calls it.
pub async fn put_assistant(
    ask: &Ask,
    row: &Assistant,
    expected: Option<i64>,
    what: &str,
    changed_meanwhile: &str,
) -> Result<(), Refusal> {
    let told = ask.ground.change("assistant", &row.id, false);
    let put = ask.ground.store.put_assistant(row.clone(), expected, told).await;
    let events = put.map_err(|error| match error {
        StoreError::Conflict { field: "version", .. } => Refusal::new(Kind::Conflict, changed_meanwhile),
        other => Refusal::of_row(other, what),
    })?;
    ask.ground.changed(events).await;
    Ok(())
}

/// Deletes the row; `still_led_to` refuses where a number leads to it.
pub async fn delete_assistant(
    ask: &Ask,
    row: &Assistant,
    what: &str,
    still_led_to: Refusal,
) -> Result<(), Refusal> {
    let numbers = ask.ground.store.numbers(&row.org).await?;
    let leads_here = |route: &Route| route.assistants().contains(&row.id);
    if numbers.iter().any(|number| number.route.as_ref().is_some_and(leads_here)) {
        return Err(still_led_to);
    }
    let told = ask.ground.change("assistant", &row.id, true);
    let events = ask.ground.store.delete_assistant(&row.org, &row.id, told).await;
    ask.ground.changed(events.map_err(|error| Refusal::of_row(error, what))?).await;
    Ok(())
}
